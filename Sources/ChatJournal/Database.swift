// One SQLite connection, owned and closed here. Used by one thread at a time; two connections of the
// journal share one file (or one named database in memory).
// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import ChatIO
import Glibc

/// Where a database lives.
package enum DatabaseLocation: Sendable, Hashable {
    case file(String)
    /// In memory, under a name that connections of this process share.
    case memory(name: String)

    /// A database in memory that nobody else has.
    package static func privateMemory() -> DatabaseLocation { .memory(name: Entropy.token()) }

    /// What people are shown.
    package var path: String {
        switch self {
        case .file(let path): path
        case .memory: ":memory:"
        }
    }
}

/// One open connection.
// Sendable so that its opener can hand it to the thread that goes on to use it alone.
package final class Database: @unchecked Sendable {
    package enum Access: Sendable { case readWrite, readOnly }

    let handle: OpaquePointer
    package let location: DatabaseLocation
    package var path: String { location.path }

    /// What is set once for the process; too late is no error, only slower.
    private static let configure: Void = { _ = csqlite_count_no_memory() }()

    /// Opens a connection. A missing file is created when it may be written.
    /// - Parameter vfs: SQLite's name of a file system layer; nil for the usual one.
    package convenience init(
        _ location: DatabaseLocation, access: Access, vfs: String? = nil
    ) throws(DatabaseError) {
        let flags: Int32
        let name: String
        var layer = vfs
        switch location {
        case .file(let path):
            name = path
            flags =
                access == .readWrite
                ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE
        case .memory(let shared):
            // A leading slash makes the name known to the whole process.
            name = "/" + shared
            layer = "memdb"
            flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        }
        try self.init(name: name, flags, layer, location)
        if access == .readOnly { try execute("PRAGMA query_only = 1") }
    }

    /// - Parameters:
    ///   - name: as SQLite is given it.
    ///   - flags: beside those that every connection has.
    init(
        name: String, _ flags: Int32, _ layer: String?, _ location: DatabaseLocation
    ) throws(DatabaseError) {
        Database.configure
        let flags = flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let status = sqlite3_open_v2(name, &opened, flags, layer)
        guard status == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw DatabaseError(
                sqlite: status, operation: "cannot open the database", path: location.path)
        }
        handle = opened
        self.location = location
        csqlite_defend(opened)
        SearchTokenizer.register(on: opened)
        sqlite3_busy_timeout(opened, 2000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Whether the file system let it be opened for reading only.
    package var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows changed since the connection was opened.
    package var totalChanges: Int64 { sqlite3_total_changes64(handle) }

    /// Rows changed by the last statement.
    package var changes: Int64 { sqlite3_changes64(handle) }

    /// The row that the last INSERT made.
    package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs statements that have no values.
    package func execute(_ sql: String) throws(DatabaseError) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        if status != SQLITE_OK { throw error(status) }
    }

    /// Prepares one statement for many runs.
    package func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        var statement: OpaquePointer?
        let status = sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard status == SQLITE_OK, let statement else { throw error(status) }
        return Statement(statement, of: self)
    }

    /// The first column of the first row, as a number; 0 when there is none.
    package func number(_ sql: String) throws(DatabaseError) -> Int64 {
        let statement = try prepare(sql)
        return try statement.step() ? statement.number(0) : 0
    }

    /// Runs `body` in a transaction: all of it happens, or nothing.
    package func transaction<R>(
        _ body: () throws(DatabaseError) -> R
    ) throws(DatabaseError) -> R {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends a transaction that failed. SQLite may have done it already.
    package func rollBack() {
        guard isInTransaction else { return }
        _ = try? execute("ROLLBACK")
    }

    func error(_ status: Int32) -> DatabaseError {
        DatabaseError(
            sqlite: status == SQLITE_ERROR ? sqlite3_extended_errcode(handle) : status,
            operation: "the database failed", path: path)
    }
}
