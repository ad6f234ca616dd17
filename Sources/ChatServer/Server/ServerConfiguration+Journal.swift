// Where and how a server keeps its messages, and what it tells people about that.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import Glibc

extension ServerConfiguration {
    /// The journal's configuration.
    var journal: JournalConfiguration {
        JournalConfiguration(
            location: database.location(for: name), server: name, durability: durability,
            retention: retention)
    }

    /// What everyone who comes is told; nothing where nothing outlives the server.
    var historyNotice: String? {
        if database == .memory { return nil }
        switch (retention.keep, retention.keepMessages) {
        case (nil, nil): return "messages are kept"
        case (let keep?, nil): return "messages are kept for \(ServerConfiguration.words(keep))"
        case (nil, let count?): return "the newest \(count) messages of a room are kept"
        case (let keep?, let count?):
            return "the newest \(count) messages of a room are kept for "
                + ServerConfiguration.words(keep)
        }
    }

    private static func words(_ time: Duration) -> String {
        let seconds = time.components.seconds
        let (count, unit) =
            seconds % 86_400 == 0
            ? (seconds / 86_400, "day")
            : seconds % 3600 == 0 ? (seconds / 3600, "hour") : (seconds, "second")
        return count == 1 ? "1 \(unit)" : "\(count) \(unit)s"
    }
}

extension DatabaseChoice {
    /// Where a server or relay of that name finds it.
    func location(for name: String) -> DatabaseLocation {
        switch self {
        case .memory: .privateMemory()
        case .file(let path): .file(path)
        case .standard: .file(DatabaseChoice.standardPath(for: name))
        }
    }

    /// `$XDG_STATE_HOME/chatkit/NAME.db`; what a file's name cannot hold becomes `-`.
    static func standardPath(for name: String) -> String {
        let file = String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { $0 == "/" || $0 == "\0" ? "-" : $0 }))
        return StateDirectory.path + "/" + (file.hasPrefix(".") ? "-" + file : file) + ".db"
    }
}

/// Where a user's programs keep what they must find again (XDG Base Directory specification).
package enum StateDirectory {
    /// `$XDG_STATE_HOME/chatkit`, or `~/.local/state/chatkit`.
    package static var path: String {
        if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") {
            return state + "/chatkit"
        }
        return (variable("HOME") ?? ".") + "/.local/state/chatkit"
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
