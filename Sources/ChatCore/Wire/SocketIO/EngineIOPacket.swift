// Engine.IO packets (protocol revision 4, "Packet encoding"): a digit for the kind, then its content.
// In memory as in the body of a poll, U+001E stands between packets; here one ends each. JSON has to
// escape that character, so no packet that means anything contains it.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why bytes are no packet.
package enum EngineIOPacketError: Error, Hashable, Sendable {
    case empty
    case unknownKind
    /// The record separator, where one packet was to be.
    case separator
}

/// One packet as it was received.
package enum EngineIOPacket: Hashable, Sendable {
    /// The kinds, by the digit that they begin with.
    package enum Kind: UInt8, Sendable, CaseIterable {
        case open = 0x30
        case close, ping, pong, message, upgrade, noop
    }

    case text(Kind, content: ArraySlice<UInt8>)
    /// Bytes that are no text. They are never looked at, so they are not kept.
    case binary

    /// What ends each packet.
    package static let separator: UInt8 = 0x1E
    /// What begins binary content in a body, and stands for it towards the session.
    package static let binaryMark = UInt8(ascii: "b")

    /// Reads a packet of the text of one WebSocket message, or of one part of a body.
    package init(_ bytes: ArraySlice<UInt8>, over transport: EngineIOTransport)
        throws(EngineIOPacketError)
    {
        guard let first = bytes.first else { throw .empty }
        if first == EngineIOPacket.binaryMark, transport == .polling {
            self = .binary
            return
        }
        guard let kind = Kind(rawValue: first) else { throw .unknownKind }
        guard !bytes.contains(EngineIOPacket.separator) else { throw .separator }
        self = .text(kind, content: bytes.dropFirst())
    }

    /// The parts of a body. One that is empty has an empty part.
    package static func parts(ofBody body: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        body.split(separator: separator, omittingEmptySubsequences: false)
    }

    /// The packets of bytes in which each is ended by a separator: what is written for a client.
    /// Each becomes a WebSocket message of its own.
    package static func packets(in bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        bytes.split(separator: separator)
    }
}

/// What carries packets.
package enum EngineIOTransport: String, Sendable {
    /// HTTP: GET waits for packets, POST brings some.
    case polling
    case webSocket = "websocket"
}

extension ByteBuffer {
    /// Writes a packet without content.
    mutating func write(_ kind: EngineIOPacket.Kind) {
        write(kind.rawValue)
        write(EngineIOPacket.separator)
    }
}
