// The choice of a database, before its path is known.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO

/// Where messages are kept.
package enum DatabaseChoice: Hashable, Sendable {
    /// `$XDG_STATE_HOME/chatkit/NAME.db`, by the server's name.
    case standard
    case file(String)
    case memory

    /// The server whose database is meant where none is named.
    package static let standardServer = "chatkit"
}

extension DatabaseChoice {
    /// Where a server or relay of that name finds it.
    package func location(for name: String) -> DatabaseLocation {
        switch self {
        case .memory: .privateMemory()
        case .file(let path): .file(path)
        case .standard: .file(DatabaseChoice.standardPath(for: name))
        }
    }

    /// `$XDG_STATE_HOME/chatkit/NAME.db`; what a file's name cannot hold becomes `-`.
    package static func standardPath(for name: String) -> String {
        let file = String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { $0 == "/" || $0 == "\0" ? "-" : $0 }))
        return StateDirectory.path + "/" + (file.hasPrefix(".") ? "-" + file : file) + ".db"
    }
}
