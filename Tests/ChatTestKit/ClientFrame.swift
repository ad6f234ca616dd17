// Frames as WebSocket clients send them, the wrong ones too; and a strict reader of what a server
// sends. Written from RFC 6455 alone, without the code it is to test.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// One frame of a client's; every part of it can be wrong.
package struct ClientFrame: Sendable {
    /// How the payload's length is written.
    package enum LengthForm: Sendable { case shortest, sixteen, sixtyFour }

    package var opcode: UInt8
    package var payload: [UInt8]
    package var isFinal = true
    /// RSV1, RSV2 and RSV3 as 4, 2 and 1.
    package var reserved: UInt8 = 0
    /// nil: not masked.
    package var key: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D]
    package var lengthForm = LengthForm.shortest
    /// What the head says, when it is not the payload's length.
    package var claimedLength: UInt64?

    package init(_ opcode: UInt8, _ payload: [UInt8] = []) {
        self.opcode = opcode
        self.payload = payload
    }

    package static func text(_ text: String) -> ClientFrame { ClientFrame(1, Array(text.utf8)) }

    package static func binary(_ bytes: [UInt8]) -> ClientFrame { ClientFrame(2, bytes) }

    package static func more(_ text: String) -> ClientFrame { ClientFrame(0, Array(text.utf8)) }

    package static func ping(_ text: String = "") -> ClientFrame {
        ClientFrame(9, Array(text.utf8))
    }

    package static func pong(_ text: String = "") -> ClientFrame {
        ClientFrame(10, Array(text.utf8))
    }

    package static func close(_ code: UInt16? = nil, _ reason: String = "") -> ClientFrame {
        let bytes = code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? []
        return ClientFrame(8, bytes + Array(reason.utf8))
    }

    /// The same with something changed.
    package func with<Value>(
        _ part: WritableKeyPath<ClientFrame, Value>, _ value: Value
    ) -> ClientFrame {
        var frame = self
        frame[keyPath: part] = value
        return frame
    }

    /// The same as one that others follow.
    package var begun: ClientFrame { with(\.isFinal, false) }

    package var bytes: [UInt8] {
        let length = claimedLength ?? UInt64(payload.count)
        var bytes = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        let isMasked: UInt8 = key == nil ? 0 : 0x80
        func number(_ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * (count - 1 - $0))) }
        }
        switch lengthForm {
        case .shortest where length < 126: bytes.append(isMasked | UInt8(length))
        case .shortest where length <= 0xFFFF, .sixteen: bytes += [isMasked | 126] + number(2)
        default: bytes += [isMasked | 127] + number(8)
        }
        guard let key else { return bytes + payload }
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }
}

extension [ClientFrame] {
    /// The frames one after the other.
    package var bytes: [UInt8] { flatMap(\.bytes) }
}

/// One frame that a server has sent.
package struct ServerFrame: Hashable, Sendable {
    package let opcode: WebSocketOpcode
    package let isDeflated: Bool
    package let payload: [UInt8]

    package var text: String { String(decoding: payload, as: UTF8.self) }

    /// What a server must not send.
    package struct Violation: Error, CustomStringConvertible {
        package let description: String
    }

    /// All frames in `bytes`, which must end with one.
    package static func all(in bytes: [UInt8]) throws(Violation) -> [ServerFrame] {
        var frames: [ServerFrame] = []
        var rest = bytes[...]
        func take(_ count: Int) throws(Violation) -> [UInt8] {
            guard rest.count >= count else { throw Violation(description: "a frame is cut off") }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        while !rest.isEmpty {
            let head = try take(2)
            guard head[0] & 0xB0 == 0x80, let opcode = WebSocketOpcode(rawValue: head[0] & 0x0F),
                opcode != .continuation, head[1] & 0x80 == 0
            else { throw Violation(description: "bad head \(head)") }
            var length = Int(head[1])
            if length > 125 {
                guard !opcode.isControl else { throw Violation(description: "long control") }
                let isShort = length == 126
                length = try take(isShort ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
                guard length >= (isShort ? 126 : 65536) else {
                    throw Violation(description: "\(length) is not in its shortest form")
                }
            }
            let isDeflated = head[0] & 0x40 != 0
            let payload = try take(length)
            if opcode == .text, !isDeflated, String(validating: payload, as: UTF8.self) == nil {
                throw Violation(description: "text that is not UTF-8")
            }
            frames.append(ServerFrame(opcode: opcode, isDeflated: isDeflated, payload: payload))
        }
        return frames
    }
}

/// A compression that is easy to write by hand: pairs of a count and the byte that it repeats.
package struct RunLengthInflater: WebSocketInflater {
    package init() {}

    package func inflate(_ payload: [UInt8], limit: Int) throws(WebSocketError) -> [UInt8] {
        guard payload.count % 2 == 0 else { throw .badCompression }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: payload.count, by: 2) {
            let count = Int(payload[place])
            guard count <= limit - bytes.count else { throw .messageTooBig }
            bytes += Array(repeating: payload[place + 1], count: count)
        }
        return bytes
    }
}
