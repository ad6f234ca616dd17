// Why the database could not do something: SQLite's result sorted into what a person can act on.
// Values that were bound to statements never come here.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite

/// A failed database operation.
package struct DatabaseError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Its schema is newer than this program knows.
        case newer
        /// It belongs to another program, or is no database.
        case foreign
        case corrupt
        /// Another server uses it.
        case locked
        /// Somebody else held it for too long.
        case busy
        case readOnly
        case notAllowed
        /// The disk, or the bound of a database in memory.
        case full
        case io
        case cannotOpen
        /// It contradicts what is stored: our own bug, or a file changed by other hands.
        case conflict
        /// The question names a message that is not there.
        case noSuchMessage
        /// The reader has too many questions waiting, or has ended.
        case overloaded
        case system
    }

    package let code: Code
    /// SQLite's extended result code; 0 when SQLite was not asked.
    package let sqliteCode: Int32
    /// What was being done: `cannot open the database`.
    package let operation: String
    package let path: String
    /// One short phrase for people: `the disk is full`.
    package let reason: String

    package init(
        _ code: Code, sqliteCode: Int32 = 0, operation: String, path: String, reason: String
    ) {
        self.code = code
        self.sqliteCode = sqliteCode
        self.operation = operation
        self.path = path
        self.reason = reason
    }

    /// `what failed: value: why`, in lower case.
    package var message: String {
        let detail = sqliteCode == 0 ? "" : " (sqlite \(sqliteCode))"
        return "\(operation): \(path): \(reason)\(detail)"
    }
    package var description: String { message }

    /// What to try, where there is something to try.
    package var hint: String? {
        switch code {
        case .newer: "update chatkit, or give another file with --db"
        case .foreign: "give another file with --db; this one stays unchanged"
        case .corrupt: "restore a copy, or save what is left with: sqlite3 FILE .recover"
        case .locked: "one server uses one database; stop the other, or give another file with --db"
        case .readOnly, .notAllowed: "the server must be able to write the file and its directory"
        case .full: "make room on the disk, or keep less with --keep or --keep-messages"
        case .cannotOpen, .io, .system:
            "give another place with --db, or keep messages in memory alone with --db :memory:"
        case .busy, .conflict, .noSuchMessage, .overloaded: nil
        }
    }

    /// The process's exit status when it cannot start for this reason (sysexits).
    package var exitStatus: Int32 {
        switch code {
        case .newer, .foreign, .corrupt: 65
        case .locked, .busy, .full: 75
        case .readOnly, .notAllowed: 77
        default: 1
        }
    }

    /// Sorts an SQLite result code.
    init(sqlite extended: Int32, operation: String, path: String) {
        let (code, reason): (Code, String) =
            switch extended & 0xFF {
            case SQLITE_FULL: (.full, "the disk is full")
            case SQLITE_CORRUPT: (.corrupt, "the file is damaged")
            case SQLITE_NOTADB: (.foreign, "it is not a database")
            case SQLITE_BUSY, SQLITE_LOCKED: (.busy, "another program is using it")
            case SQLITE_READONLY: (.readOnly, "it cannot be written")
            case SQLITE_PERM, SQLITE_AUTH: (.notAllowed, "permission denied")
            case SQLITE_CANTOPEN: (.cannotOpen, "it cannot be opened")
            case SQLITE_IOERR: (.io, "the disk reports an error")
            case SQLITE_CONSTRAINT: (.conflict, "it contradicts what is stored")
            default: (.system, String(cString: sqlite3_errstr(extended)))
            }
        self.init(
            code, sqliteCode: extended, operation: operation, path: path, reason: reason)
    }
}

extension DatabaseError {
    /// The same, as it is told to whoever wanted to open the database.
    var whileOpening: DatabaseError {
        DatabaseError(
            code == .busy ? .locked : code, sqliteCode: sqliteCode,
            operation: "cannot open the database", path: path, reason: reason)
    }
}
