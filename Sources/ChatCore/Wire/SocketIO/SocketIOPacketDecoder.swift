// Cuts what an Engine.IO session appended to its messages into Socket.IO packets: each is a `4`, the
// packet and a separator, or a `b` and a separator in the place of an attachment. An over-long packet
// is one error and is dropped up to its separator, so no more than the limit is ever held.
// Invariant: the results do not depend on how the input was cut into pieces.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a client sends.
package enum SocketIOUnit: Hashable, Sendable {
    case packet(SocketIOPacket)
    /// Bytes that belong to a packet before.
    case attachment
}

/// Decodes messages.
package struct SocketIOPacketDecoder: Sendable {
    /// How many waiting bytes are known to hold no separator. At most `maxPacketBytes`.
    private var scanned = 0
    /// Within a packet that was reported as too long.
    private var isSkipping = false

    package init() {}

    /// Takes the next packet. nil: more is needed; nothing but the rest of an over-long packet was
    /// consumed.
    package mutating func next(
        in input: inout ByteBuffer
    ) throws(SocketIOPacketError) -> SocketIOUnit? {
        while let length = input.distance(to: EngineIOPacket.separator, startingAt: scanned) {
            scanned = 0
            defer { input.skip(length + 1) }
            if isSkipping {
                isSkipping = false
                continue
            }
            guard length <= Limits.maxPacketBytes else { throw .tooLong }
            return try input.withReadable { bytes in
                SocketIOPacketDecoder.read(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
            }.get()
        }
        let waiting = input.readableBytes
        if !isSkipping, waiting <= Limits.maxPacketBytes {
            scanned = waiting
            return nil
        }
        input.skip(waiting)
        scanned = 0
        if isSkipping { return nil }
        isSkipping = true
        throw .tooLong
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer
    ) -> Result<SocketIOUnit, SocketIOPacketError> {
        switch bytes.first {
        case EngineIOPacket.Kind.message.rawValue:
            do throws(SocketIOPacketError) {
                let packet = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
                return .success(.packet(try SocketIOPacket(packet)))
            } catch {
                return .failure(error)
            }
        case EngineIOPacket.binaryMark where bytes.count == 1: return .success(.attachment)
        default: return .failure(.malformed)
        }
    }
}
