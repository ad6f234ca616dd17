// Opening somebody else's database, which a server may have open: nothing of it is created or changed,
// and what lies beside it is left as it was found. Where not even SQLite's own files may be made, a file
// that has no log is read as it is.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import ChatIO
import Glibc

extension Database {
    /// Opens a file that is there, for reading alone.
    static func forReading(_ path: String) throws(DatabaseError) -> Database {
        let operation = "cannot open the database"
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw DatabaseError(
                errno == EACCES ? .notAllowed : .cannotOpen, operation: operation, path: path,
                reason: Resources.describe(errno))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw DatabaseError(
                .cannotOpen, operation: operation, path: path, reason: "it is not a file")
        }
        let log = sizeOfLog(of: path)
        do throws(DatabaseError) {
            let database = try Database(.file(path), access: .readOnly)
            // The log of a server that was killed is that server's to bring in.
            if log != nil { csqlite_keep_log(database.handle) }
            // Only now are the files beside it looked at.
            try database.execute("PRAGMA schema_version")
            return database
        } catch {
            guard [.cannotOpen, .readOnly, .notAllowed].contains(error.code) else { throw error }
            guard access(path, R_OK) == 0 else {
                throw DatabaseError(
                    .notAllowed, operation: operation, path: path,
                    reason: Resources.describe(errno))
            }
            guard log ?? 0 == 0 else {
                throw DatabaseError(
                    .notAllowed, operation: operation, path: path,
                    reason: "its log can be read only where files may be made beside it")
            }
            return try asItIs(path)
        }
    }

    /// Without locks and without a log: for a file that nobody writes.
    private static func asItIs(_ path: String) throws(DatabaseError) -> Database {
        var name: [UInt8] = []
        for byte in path.utf8 {
            // What would end the path in a URI (RFC 3986 §2.1).
            switch byte {
            case UInt8(ascii: "%"): name += Array("%25".utf8)
            case UInt8(ascii: "?"): name += Array("%3F".utf8)
            case UInt8(ascii: "#"): name += Array("%23".utf8)
            default: name.append(byte)
            }
        }
        let uri = "file:" + String(decoding: name, as: UTF8.self) + "?immutable=1"
        return try Database(
            name: uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil, .file(path))
    }

    /// In bytes; nil when there is none.
    private static func sizeOfLog(of path: String) -> Int? {
        var status = stat()
        return stat(path + "-wal", &status) == 0 ? Int(clamping: status.st_size) : nil
    }
}
