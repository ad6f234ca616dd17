// The bytes in front of a frame's payload, as a client sends them. Each rule is checked as soon as the
// byte is there that could break it, so the first broken one is the same however the bytes were cut.
// RFC 6455 §5.2.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a frame is (RFC 6455 §11.8).
package enum WebSocketOpcode: UInt8, Sendable, CaseIterable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    package var isControl: Bool { rawValue & 0x8 != 0 }
}

/// A head that keeps the rules that need no knowledge of other frames.
struct WebSocketFrameHead {
    /// The first byte: what it says is known before the rest.
    struct Kind {
        let opcode: WebSocketOpcode
        let isFinal: Bool
        /// RSV1 (RFC 7692 §6).
        let isCompressed: Bool

        init(_ byte: UInt8) throws(WebSocketError) {
            guard byte & 0x30 == 0 else { throw .reservedBits }
            guard let opcode = WebSocketOpcode(rawValue: byte & 0x0F) else { throw .unknownOpcode }
            self.opcode = opcode
            isFinal = byte & 0x80 != 0
            isCompressed = byte & 0x40 != 0
            if opcode.isControl, !isFinal { throw .fragmentedControl }
        }
    }

    let kind: Kind
    /// Bytes of payload.
    let length: Int
    let mask: WebSocketMask
    /// Bytes of the head itself.
    let size: Int

    /// The head that `input` begins with; nil when it is not all there. Of `room` the payload may
    /// take no more, unless it is a control frame's.
    init?(_ kind: Kind, in input: ByteBuffer, room: Int) throws(WebSocketError) {
        guard let second = input.peek(1) else { return nil }
        guard second & 0x80 != 0 else { throw .unmasked }
        let short = Int(second & 0x7F)
        if kind.opcode.isControl, short > Limits.maxControlPayloadBytes { throw .controlTooLong }
        let extra = short == 127 ? 8 : short == 126 ? 2 : 0
        var length = extra == 0 ? UInt64(short) : 0
        for place in 0..<extra {
            guard let byte = input.peek(2 + place) else { return nil }
            if place == 0, extra == 8, byte & 0x80 != 0 { throw .lengthTooLarge }
            length = length << 8 | UInt64(byte)
        }
        if extra == 2, length < 126 { throw .lengthNotMinimal }
        if extra == 8, length <= UInt16.max { throw .lengthNotMinimal }
        guard length <= UInt64(max(0, room)) || kind.opcode.isControl else { throw .messageTooBig }
        var key: UInt32 = 0
        for place in 0..<4 {
            guard let byte = input.peek(2 + extra + place) else { return nil }
            key |= UInt32(byte) << UInt32(8 * place)
        }
        self.kind = kind
        self.length = Int(length)
        mask = WebSocketMask(key: key)
        size = 6 + extra
    }
}

/// A masking key, turned to the byte that comes next (RFC 6455 §5.3).
struct WebSocketMask: Sendable {
    /// The next four bytes of the key, the first in the lowest bits.
    private(set) var key: UInt32

    init(key: UInt32) { self.key = key }

    /// Takes the mask off `bytes`, which follow those of the call before.
    mutating func remove(from bytes: UnsafeMutableRawBufferPointer) {
        let wide = UInt64(key) << 32 | UInt64(key)
        var index = 0
        while bytes.count &- index >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            bytes.storeBytes(
                of: word ^ wide.littleEndian, toByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        var rest = wide
        while index < bytes.count {
            bytes[index] ^= UInt8(truncatingIfNeeded: rest)
            rest >>= 8
            index &+= 1
        }
        let used = UInt32(8 * (bytes.count & 3))
        key = key >> used | key << (32 - used)
    }
}
