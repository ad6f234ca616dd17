// One prepared statement: bound, stepped, reset; finalised with its last reference. What is bound never
// reaches a log.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import ChatCore

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
package final class Statement {
    private let handle: OpaquePointer
    /// Kept so that the connection outlives its statements.
    private let database: Database
    private var bindStatus = SQLITE_OK

    init(_ handle: OpaquePointer, of database: Database) {
        self.handle = handle
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: - Binding

    /// A parameter that cannot be bound makes the next step fail.
    private func note(_ status: Int32) { if status != SQLITE_OK { bindStatus = status } }

    package func bind(_ index: Int32, _ value: Int64) {
        note(sqlite3_bind_int64(handle, index, value))
    }

    package func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    package func bindNull(_ index: Int32) { note(sqlite3_bind_null(handle, index)) }

    package func bind(_ index: Int32, _ text: String) {
        var text = text
        note(
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    csqlite_bind_text(handle, index, $0.baseAddress, Int32(clamping: $0.count))
                }
            })
    }

    package func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { bindNull(index) }
    }

    /// Binds bytes as text, UTF-8 or not.
    func bind(_ index: Int32, textBytes: [UInt8]) {
        note(
            textBytes.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    csqlite_bind_text(handle, index, $0.baseAddress, Int32(clamping: $0.count))
                }
            })
    }

    func bind(_ index: Int32, blob: [UInt8]) {
        blob.withUnsafeBufferPointer {
            note(csqlite_bind_blob(handle, index, $0.baseAddress, Int32(clamping: $0.count)))
        }
    }

    package func bind(_ index: Int32, _ hash: TokenHash) {
        withUnsafeBytes(of: (hash.high.bigEndian, hash.low.bigEndian)) {
            note(csqlite_bind_blob(handle, index, $0.baseAddress, Int32($0.count)))
        }
    }

    package func bind(_ index: Int32, _ hash: TokenHash?) {
        if let hash { bind(index, hash) } else { bindNull(index) }
    }

    // MARK: - Running

    /// The next row; false when there is none, and the statement is then ready for another run.
    package func step() throws(DatabaseError) -> Bool {
        guard bindStatus == SQLITE_OK else {
            let status = bindStatus
            reset()
            throw database.error(status)
        }
        let status = sqlite3_step(handle)
        if status == SQLITE_ROW { return true }
        sqlite3_reset(handle)
        if status != SQLITE_DONE { throw database.error(status) }
        return false
    }

    /// Runs to the end and throws rows away.
    package func run() throws(DatabaseError) {
        while try step() {}
    }

    /// Ends a run that was not stepped to its end.
    package func reset() {
        bindStatus = SQLITE_OK
        sqlite3_reset(handle)
    }

    // MARK: - Columns

    package func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    package func number(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// A column as text; bytes that are not UTF-8 are replaced.
    package func text(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// A blob, good until the next step.
    func withBlob<R>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let start = sqlite3_column_blob(handle, column)?.assumingMemoryBound(to: UInt8.self)
        let count = Int(sqlite3_column_bytes(handle, column))
        return body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    /// A column's hash; nil when it holds something else.
    package func hash(_ column: Int32) -> TokenHash? {
        let bytes = withBlob(column) { Array($0) }
        guard bytes.count == 16 else { return nil }
        func word(_ start: Int) -> UInt64 {
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        return TokenHash(high: word(0), low: word(8))
    }

    package func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    /// A column's bytes, good until the next step.
    func withBytes<R>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let start = sqlite3_column_text(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
