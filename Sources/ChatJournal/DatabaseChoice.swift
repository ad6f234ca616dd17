// The choice of a database, before its path is known.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Where messages are kept.
package enum DatabaseChoice: Hashable, Sendable {
    /// `$XDG_STATE_HOME/chatkit/NAME.db`, by the server's name.
    case standard
    case file(String)
    case memory
}
