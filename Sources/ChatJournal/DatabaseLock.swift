// One server per database: a lock file beside it, held for as long as the process lives. Not a lock on
// the database itself: closing any descriptor of that file would drop SQLite's own locks.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import ChatIO
import Glibc

/// The right to serve from a database file; given back by `deinit` or by the process's end.
final class DatabaseLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `.locked` when another server has it.
    init(databasePath: String) throws(DatabaseError) {
        let path = DatabaseLock.realPath(databasePath) + "-lock"
        let operation = "cannot open the database"
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw DatabaseLock.failure(errno, operation, path)
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(opened)
            guard code == EWOULDBLOCK else { throw DatabaseLock.failure(code, operation, path) }
            throw DatabaseError(
                .locked, operation: operation, path: databasePath,
                reason: "another server is using it")
        }
        csystem_claim(opened)
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Whether a server has it; nil when that cannot be found out. Asking never keeps one from
    /// starting.
    static func isHeld(databasePath: String) -> Bool? {
        let file = open(realPath(databasePath) + "-lock", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return errno == ENOENT ? false : nil }
        defer { close(file) }
        let answer = csystem_is_claimed(file)
        return answer < 0 ? nil : answer > 0
    }

    /// The file that a path leads to: under another name it is the same database.
    private static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Creates the directories of `path` that are missing, for their owner alone.
    static func prepareDirectories(of path: String) throws(DatabaseError) {
        var directory = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            directory += part + "/"
            guard mkdir(directory, 0o700) != 0, errno != EEXIST else { continue }
            let code = errno
            var status = stat()
            if stat(directory, &status) == 0 { continue }
            throw failure(code, "cannot create the database", directory)
        }
    }

    /// Creates the file for its owner alone: what people say is nobody else's business. SQLite gives
    /// its other files the same rights. Called before SQLite opens it, for the reason above.
    static func prepareFile(_ path: String) throws(DatabaseError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EACCES && errno != EROFS {
            // What may not be written is told apart when SQLite has looked at it.
            throw failure(errno, "cannot create the database", path)
        }
    }

    private static func failure(
        _ code: Int32, _ operation: String, _ path: String
    ) -> DatabaseError {
        let kind: DatabaseError.Code =
            switch code {
            case EACCES, EPERM: .notAllowed
            case EROFS: .readOnly
            case ENOSPC, EDQUOT: .full
            default: .cannotOpen
            }
        return DatabaseError(
            kind, operation: operation, path: path, reason: Resources.describe(code))
    }
}
