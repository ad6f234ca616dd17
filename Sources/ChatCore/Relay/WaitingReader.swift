// What a client says while it waits for a server. Signs of life are answered and farewells heard;
// everything else is kept, in order and byte for byte, for the server that it will have.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads a client that has no server.
package struct WaitingReader: Sendable {
    package enum Outcome: Equatable, Sendable {
        case goesOn
        /// It says good-bye.
        case leaves
        /// It has sent more than can be kept.
        case tooMuch
        /// It breaks the rules of its protocol.
        case broken
    }

    /// What inside a WebSocket was taken for plain text may turn out to be JSON.
    package private(set) var dialect: RelayDialect
    /// What is kept, in whole units.
    private var kept = ByteBuffer()
    /// The unit that is coming in.
    private var pending = ByteBuffer()

    /// What the relay is called.
    private let name: String

    package init(_ dialect: RelayDialect, name: String) {
        self.dialect = dialect
        self.name = name
    }

    /// Everything that the server is to be sent.
    package mutating func takeKept() -> [UInt8] {
        defer {
            kept.release()
            pending.release()
        }
        return Array(kept.readable) + Array(pending.readable)
    }

    /// Keeps what was said before, to another server that has not heard it. It may end within a unit.
    package mutating func keep(_ bytes: [UInt8]) { pending.write(bytes) }

    /// The messages among what is kept, as texts: of somebody for whom no server was found.
    package var texts: [String] {
        var texts: [String] = []
        var rest = kept
        if case .webSocket(let inside) = dialect {
            var decoder = WebSocketFrameDecoder()
            while let event = try? decoder.next(in: &rest) {
                guard case .message(let message) = event, message.kind == .text else { continue }
                if let text = WaitingReader.text(message.bytes[...], inside) { texts.append(text) }
            }
            return texts
        }
        if dialect == .socketIO {
            for packet in EngineIOPacket.packets(in: rest.readable) {
                if let text = WaitingReader.text(inPacket: packet) { texts.append(text) }
            }
            return texts
        }
        let inside: RelayDialect.Inside = dialect == .json ? .json : dialect == .irc ? .irc : .plain
        while let length = rest.distance(to: 0x0A), let line = rest.read(length + 1) {
            let line = line.prefix { $0 != 0x0A && $0 != 0x0D }
            if let text = WaitingReader.text(line, inside) { texts.append(text) }
        }
        return texts
    }

    /// What is said in a line; nil when it is no message.
    private static func text(
        _ line: ArraySlice<UInt8>, _ inside: RelayDialect.Inside
    ) -> String? {
        let text: String?
        switch inside {
        case .plain:
            text = String(validating: line, as: UTF8.self)
            if text?.hasPrefix("/") == true { return nil }
        case .json:
            guard case .object(let object)? = try? JSONReader.value(in: Array(line)),
                object["type"] == .string("message")
            else { return nil }
            text = object["text"]?.string
        case .irc:
            let words = line.split(separator: 0x20, maxSplits: 2)
            guard words.count == 3,
                String(decoding: words[0], as: UTF8.self).uppercased() == "PRIVMSG"
            else { return nil }
            let last = words[2].first == UInt8(ascii: ":") ? words[2].dropFirst() : words[2]
            text = String(validating: last, as: UTF8.self)
        }
        return message(text)
    }

    /// What can be kept of a text; nil when nothing is said.
    static func message(_ text: String?) -> String? {
        guard let text, !text.trimmingBlanks().isEmpty, !text.utf8.contains(0) else { return nil }
        return text.prefix(utf8Bytes: Limits.maxMessageBytes)
    }

    /// Takes what the client has sent; `reply` is its answer.
    package mutating func take(
        _ bytes: UnsafeRawBufferPointer, reply: inout ByteBuffer
    ) -> Outcome {
        pending.write(bytes)
        var outcome = Outcome.goesOn
        while outcome == .goesOn, let next = nextUnit(&reply) { outcome = next }
        if pending.isEmpty { pending.release() }
        guard outcome == .goesOn else { return outcome }
        let size = kept.readableBytes + pending.readableBytes
        return size > Limits.maxAheadBytes ? .tooMuch : .goesOn
    }

    private mutating func nextUnit(_ reply: inout ByteBuffer) -> Outcome? {
        if case .webSocket(let inside) = dialect { return nextFrame(inside, &reply) }
        if dialect == .socketIO {
            guard let length = pending.distance(to: EngineIOPacket.separator),
                let packet = pending.read(length + 1)
            else { return nil }
            return WaitingReader.take(packet: packet.dropLast(), &reply) ?? keep(packet)
        }
        guard let length = pending.distance(to: 0x0A) else { return nil }
        guard let line = pending.read(length + 1) else { return nil }
        let kind: RelayDialect.Inside =
            switch dialect {
            case .json: .json
            case .irc: .irc
            default: .plain
            }
        return take(line, kind, &reply) ?? keep(line)
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) -> Outcome {
        kept.write(bytes)
        return .goesOn
    }

    /// Carries out what is not for the server; nil when it is for it.
    private func take(
        _ line: ArraySlice<UInt8>, _ kind: RelayDialect.Inside, _ reply: inout ByteBuffer
    ) -> Outcome? {
        let text = line.prefix { $0 != 0x0A && $0 != 0x0D }
        switch kind {
        case .plain: return text.elementsEqual("/quit".utf8) ? .leaves : nil
        case .irc: return takeIRC(text, &reply)
        case .json: return takeJSON(text, &reply)
        }
    }

    private func takeIRC(_ line: ArraySlice<UInt8>, _ reply: inout ByteBuffer) -> Outcome? {
        let words = line.split(separator: 0x20, maxSplits: 1)
        guard let first = words.first else { return .goesOn }
        switch String(decoding: first, as: UTF8.self).uppercased() {
        case "PING":
            let token = words.count > 1 ? words[1].drop { $0 == UInt8(ascii: ":") } : []
            reply.write(":\(IRCText.serverName(name)) PONG \(IRCText.serverName(name)) :")
            reply.write(token)
            reply.write(literal: "\r\n")
            return .goesOn
        case "PONG": return .goesOn
        case "QUIT": return .leaves
        default: return nil
        }
    }

    private func takeJSON(_ line: ArraySlice<UInt8>, _ reply: inout ByteBuffer) -> Outcome? {
        guard line.count <= Limits.maxLineBytes,
            case .object(let object)? = try? JSONReader.value(in: Array(line)),
            case .string(let type)? = object["type"]
        else { return nil }
        switch type {
        case "ping":
            var nonce: String?
            if case .string(let text)? = object["nonce"] { nonce = text }
            JSONWire.write(pong: nonce, into: &reply)
            reply.endLine()
            return .goesOn
        case "pong": return .goesOn
        case "bye": return .leaves
        default: return nil
        }
    }

    // MARK: - Frames

    private mutating func nextFrame(
        _ inside: RelayDialect.Inside, _ reply: inout ByteBuffer
    ) -> Outcome? {
        let head: WebSocketFrameHead
        do throws(WebSocketError) {
            guard let first = pending.peek() else { return nil }
            guard
                let whole = try WebSocketFrameHead(
                    WebSocketFrameHead.Kind(first), in: pending,
                    room: Limits.maxWebSocketMessageBytes)
            else { return nil }
            head = whole
        } catch {
            return .broken
        }
        guard let frame = pending.read(head.size + head.length) else { return nil }
        var payload = Array(frame.dropFirst(head.size))
        var mask = head.mask
        payload.withUnsafeMutableBytes { mask.remove(from: $0) }
        switch head.kind.opcode {
        case .ping:
            WebSocketFrame.write(.pong, payload, into: &reply)
            return .goesOn
        case .pong: return .goesOn
        case .close:
            WebSocketFrame.write(close: WebSocketClose(.normal), into: &reply)
            return .leaves
        case .text where head.kind.isFinal && !head.kind.isCompressed:
            var inside = inside
            if inside == .plain, kept.isEmpty, WaitingReader.isHello(payload) {
                // chatkit(5): a first message that says hello changes what is spoken.
                inside = .json
                dialect = .webSocket(.json)
            }
            var answer = ByteBuffer()
            let outcome = take(payload[...], inside, &answer)
            if !answer.isEmpty {
                reply.writeFrames(.text) { $0.write(answer.readable) }
            }
            return outcome ?? keep(frame)
        default: return keep(frame)
        }
    }

    private static func isHello(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == UInt8(ascii: "{"), bytes.count <= Limits.maxLineBytes,
            case .object(let object)? = try? JSONReader.value(in: bytes)
        else { return false }
        return object["type"] == .string("hello")
    }
}
