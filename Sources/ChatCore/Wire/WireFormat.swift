// The ways in which one event can look on the wire. Everyone with the same format is sent the
// very same bytes, so a format is everything that the bytes of a room event depend on: the dialect,
// and what its lines are put into on their way.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One encoding of room events.
package struct WireFormat: Hashable, Sendable {
    package let raw: UInt8

    package init(raw: UInt8) { self.raw = raw }

    /// `nick: text` lines.
    package static let plain = WireFormat(raw: 0)
    /// The same with the room in front, for people who are in several rooms.
    package static let plainWithRooms = WireFormat(raw: 1)
    /// JSON objects, one a line.
    package static let json = WireFormat(raw: 2)
    /// Socket.IO events, each an Engine.IO message with a separator behind it.
    package static let socketIO = WireFormat(raw: 3)
    /// IRC lines without tags; other IRC formats add to it.
    package static let irc = WireFormat(raw: 4)

    /// IRC with what was negotiated.
    package static func irc(serverTime: Bool, messageTags: Bool) -> WireFormat {
        WireFormat(raw: 4 | (serverTime ? 1 : 0) | (messageTags ? 2 : 0))
    }

    /// What ends each line of the dialect.
    package var lineEnd: UInt8 { dialect == .socketIO ? EngineIOPacket.separator : 0x0A }

    /// How many dialects there can be.
    package static let dialectCount = 8

    package var isIRC: Bool { raw & 4 != 0 }
    /// IRC: `@time=` in front (IRCv3 server-time).
    package var hasServerTime: Bool { isIRC && raw & 1 != 0 }
    /// IRC: `@msgid=` and client-only tags (IRCv3 message-tags).
    package var hasMessageTags: Bool { isIRC && raw & 2 != 0 }

    // MARK: - Framing

    /// What the dialect's lines are put into.
    package enum Framing: UInt8, Sendable, CaseIterable {
        /// They are sent as they are.
        case none
        /// A WebSocket text frame for each.
        case text
        /// A WebSocket binary frame for each.
        case binary
        /// A text frame, compressed where that saves something (permessage-deflate).
        case deflatedText
        case deflatedBinary
        /// A server-sent event for each.
        case serverSent
    }

    package var framing: Framing { Framing(rawValue: raw >> 3) ?? .none }

    /// The dialect alone.
    package var dialect: WireFormat { WireFormat(raw: raw & 7) }

    /// The dialect in frames.
    package func framed(_ framing: Framing) -> WireFormat {
        WireFormat(raw: raw & 7 | framing.rawValue << 3)
    }
}
