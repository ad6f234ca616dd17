// What a relay must know of the protocol that it passes on: where a message ends, and little else.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How a relayed client speaks, as far as a relay cares.
package enum RelayDialect: Hashable, Sendable {
    case plain, json, irc
    /// WebSocket; inside, what the sub-protocol names.
    case webSocket(Inside)
    /// Socket.IO's packets: a session's, over whatever connections.
    case socketIO

    /// What a WebSocket's messages are.
    package enum Inside: Hashable, Sendable { case plain, json, irc }

    /// Whether the client's connection can go on with another server: IRC and Socket.IO know no second
    /// welcome.
    package var canMove: Bool {
        switch self {
        case .plain, .json, .webSocket(.plain), .webSocket(.json): true
        case .irc, .webSocket(.irc), .socketIO: false
        }
    }

    /// The units that its bytes are cut into.
    package var units: UnitCutter.Units {
        switch self {
        // Who sends no newlines is heard all the same.
        case .plain: .none
        case .json, .irc: .lines
        case .webSocket: .frames
        case .socketIO: .packets
        }
    }
}
