// A relay's end of an Engine.IO session at a server, over one WebSocket, sans I/O: the server's frames
// in, the session's messages out, each ended by a separator; and the other way round. The server's signs
// of life are answered here. Engine.IO protocol revision 4; RFC 6455 §5.
// Invariant: what comes out does not depend on how the bytes were cut, and no more of a message is kept
// than the limit.
//
// answering: the 101 is awaited; becomes opening.
// opening:   the packet that opens the session is awaited; becomes open.
// open:      messages go both ways.
// over:      the server has ended the session, or broken its rules.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The side of an Engine.IO session that has called.
package struct EngineIOCall: Sendable {
    package enum Outcome: Equatable, Sendable {
        case goesOn
        /// The server has ended the session.
        case ended
        /// The other end does not speak this.
        case broken
    }

    private enum Stage { case answering, opening, open, over }

    private struct Broken: Error {}

    private var stage = Stage.answering
    private var input = ByteBuffer()
    /// The message whose frames are coming in.
    private var message: [UInt8]?
    /// The message that is to be sent, as far as it was given.
    private var outgoing = ByteBuffer()

    package init() {}

    /// The request that opens the session.
    /// - Parameter key: 16 random bytes (RFC 6455 §4.1). Whether the answer matches them is not looked
    ///   at: what follows shows that a server is there, and no cache is on the way.
    package static func request(host: String, key: [UInt8]) -> String {
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: \(host)\r\n"
            + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: \(Base64.encode(key))\r\n\r\n"
    }

    // MARK: - From the server

    /// Takes what the server has sent: messages go to `units`, answers to the server to `reply`.
    package mutating func take(
        _ bytes: UnsafeRawBufferPointer, units: inout ByteBuffer, reply: inout ByteBuffer
    ) -> Outcome {
        guard stage != .over else { return .ended }
        input.write(bytes)
        do throws(Broken) {
            while stage != .over, try step(&units, &reply) {}
        } catch {
            stage = .over
            input.release()
            return .broken
        }
        if input.isEmpty { input.release() } else { input.discardReadBytes() }
        return stage == .over ? .ended : .goesOn
    }

    /// Whether there may be more to read.
    private mutating func step(
        _ units: inout ByteBuffer, _ reply: inout ByteBuffer
    ) throws(Broken) -> Bool {
        if stage == .answering { return try readHead() }
        guard let (opcode, isFinal, payload) = try nextFrame() else { return false }
        switch opcode {
        case .text, .continuation:
            guard (opcode == .text) == (message == nil) else { throw Broken() }
            let whole = (message.take() ?? []) + payload
            if isFinal { try take(whole, &units, &reply) } else { message = whole }
        case .ping: EngineIOCall.write(.pong, payload, into: &reply)
        case .pong: break
        case .close: stage = .over
        case .binary: throw Broken()
        }
        return true
    }

    /// Reads over the head of the answer, which has to be a 101.
    private mutating func readHead() throws(Broken) -> Bool {
        let status = "HTTP/1.1 101 ".utf8
        guard
            input.readable.prefix(status.count).elementsEqual(
                status.prefix(input.readableBytes))
        else { throw Broken() }
        var lineStart = 0
        while let length = input.distance(to: 0x0A, startingAt: lineStart) {
            let line = length - lineStart
            if line == 0 || line == 1 && input.peek(lineStart) == 0x0D {
                input.skip(length + 1)
                stage = .opening
                return true
            }
            lineStart = length + 1
        }
        guard input.readableBytes <= Limits.maxHandshakeBytes else { throw Broken() }
        return false
    }

    /// One packet of the server.
    private mutating func take(
        _ packet: [UInt8], _ units: inout ByteBuffer, _ reply: inout ByteBuffer
    ) throws(Broken) {
        guard let first = packet.first, let kind = EngineIOPacket.Kind(rawValue: first),
            (kind == .open) == (stage == .opening)
        else { throw Broken() }
        switch kind {
        case .open: stage = .open
        case .close: stage = .over
        case .ping:
            let pong = [EngineIOPacket.Kind.pong.rawValue] + packet.dropFirst()
            EngineIOCall.write(.text, pong, into: &reply)
        case .message:
            guard !packet.contains(EngineIOPacket.separator) else { throw Broken() }
            units.write(packet)
            units.write(EngineIOPacket.separator)
        case .noop: break
        case .pong, .upgrade: throw Broken()
        }
    }

    /// The next frame, if it is all there. A server's frames are not masked (RFC 6455 §5.1), and
    /// nothing was agreed to that changes them.
    private mutating func nextFrame() throws(Broken) -> (WebSocketOpcode, Bool, ArraySlice<UInt8>)?
    {
        guard let first = input.peek() else { return nil }
        guard first & 0x70 == 0, let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw Broken()
        }
        let isFinal = first & 0x80 != 0
        guard let second = input.peek(1) else { return nil }
        let isShort = second <= Limits.maxControlPayloadBytes
        guard second & 0x80 == 0, !opcode.isControl || isFinal && isShort else { throw Broken() }
        let extra = second == 127 ? 8 : second == 126 ? 2 : 0
        var length = extra == 0 ? UInt64(second) : 0
        for place in 0..<extra {
            guard let byte = input.peek(2 + place) else { return nil }
            length = length << 8 | UInt64(byte)
        }
        // Of the message in which a control frame stands this takes nothing.
        let room = Limits.maxServerPacketBytes - (message?.count ?? 0)
        guard opcode.isControl || length <= UInt64(max(0, room)) else { throw Broken() }
        let head = 2 + extra
        guard input.readableBytes >= head + Int(length) else { return nil }
        input.skip(head)
        return input.read(Int(length)).map { (opcode, isFinal, $0) }
    }

    // MARK: - To the server

    /// Turns messages, each ended by a separator, into frames. One that is not whole waits for its end.
    package mutating func send(_ units: UnsafeRawBufferPointer, into out: inout ByteBuffer) {
        var start = 0
        while let end = ByteScan.firstIndex(of: EngineIOPacket.separator, in: units, from: start) {
            let unit = UnsafeRawBufferPointer(rebasing: units[start..<end])
            start = end + 1
            if outgoing.isEmpty {
                EngineIOCall.write(packet: unit, into: &out)
            } else {
                outgoing.write(unit)
                outgoing.withReadable { EngineIOCall.write(packet: $0, into: &out) }
                outgoing.release()
            }
        }
        if start < units.count { outgoing.write(UnsafeRawBufferPointer(rebasing: units[start...])) }
    }

    /// Ends the session from this side.
    package static func writeClose(into out: inout ByteBuffer) { write(.close, [], into: &out) }

    private static func write(packet: UnsafeRawBufferPointer, into out: inout ByteBuffer) {
        guard let first = packet.first else { return }
        // An attachment is never looked at: that there is one says enough.
        if first == EngineIOPacket.binaryMark { return write(.binary, [], into: &out) }
        write(.text, packet, into: &out)
    }

    /// A frame whose mask changes nothing: it is there for proxies between browsers and servers
    /// (RFC 6455 §10.3), and here is none.
    private static func write(
        _ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>, into out: inout ByteBuffer
    ) {
        let start = out.writerIndex
        WebSocketFrame.write(head: opcode, length: payload.count, into: &out)
        out.withWritten(from: start) { $0[1] |= 0x80 }
        for _ in 0..<4 { out.write(0) }
        out.write(Array(payload))
    }
}
