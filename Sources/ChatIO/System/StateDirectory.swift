// Where programs keep what they must find again.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

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
