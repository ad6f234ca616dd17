// The floor for writing: rows of the same text go into one table without indexes, a thousand in a
// transaction, and nobody is told. Less than this a journal in SQLite cannot do.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import ChatJournal
import Glibc

/// A database that is filled by this thread.
final class SQLiteFloor {
    private static let batch = 1000

    private var database: OpaquePointer?
    private var insertion: OpaquePointer?
    private var inserted: Int64 = 0
    private let texts: [String]

    init(path: String, durability: Durability, texts: [String]) throws {
        self.texts = texts
        guard sqlite3_open(path, &database) == SQLITE_OK else { throw error("open") }
        let synchronous = durability == .full ? "FULL" : "NORMAL"
        try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = \(synchronous)")
        try execute(
            """
            CREATE TABLE message (
                id INTEGER PRIMARY KEY, room INTEGER, seq INTEGER, person INTEGER, at INTEGER,
                text TEXT)
            """)
        let sql = "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)"
        guard sqlite3_prepare_v2(database, sql, -1, &insertion, nil) == SQLITE_OK else {
            throw error("prepare")
        }
    }

    deinit {
        sqlite3_finalize(insertion)
        sqlite3_close(database)
    }

    /// Inserts for so long.
    func round(seconds: Double) throws -> Sample {
        let start = monotonicNanoseconds()
        let processor = threadProcessorSeconds()
        let before = inserted
        repeat {
            try execute("BEGIN IMMEDIATE")
            for _ in 0..<SQLiteFloor.batch { try insert() }
            try execute("COMMIT")
        } while secondsSince(start) < seconds
        let count = Double(inserted - before)
        return [
            .messagesPerSecond: count / secondsSince(start),
            .processorMicroseconds: (threadProcessorSeconds() - processor) / count * 1e6,
        ]
    }

    private func insert() throws {
        inserted += 1
        var text = texts[Int(inserted) % texts.count]
        sqlite3_bind_int64(insertion, 1, inserted)
        sqlite3_bind_int64(insertion, 2, inserted % 64)
        sqlite3_bind_int64(insertion, 3, inserted / 64)
        sqlite3_bind_int64(insertion, 4, inserted % 64)
        sqlite3_bind_int64(insertion, 5, 1_780_000_000_000 + inserted)
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) { characters in
                csqlite_bind_text(insertion, 6, characters.baseAddress, Int32(characters.count))
            }
        }
        guard sqlite3_step(insertion) == SQLITE_DONE else { throw error("insert") }
        sqlite3_reset(insertion)
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw error(sql) }
    }

    private func error(_ what: String) -> BenchError {
        BenchError("sqlite3: \(what): \(String(cString: sqlite3_errmsg(database)))")
    }
}
