// A WebSocket client, sans I/O: frames outside; inside, the codec that its sub-protocol names, which is
// shown each message as a line and whose lines leave as one message each. Without a sub-protocol it is
// plain text: the client is in at once, under the name in the request's query (system E), unless its
// first message is a JSON `hello`.
// Invariant: a session writes nothing behind its Close.
// RFC 6455; https://ircv3.net/specs/extensions/websocket
// SPDX-License-Identifier: GPL-3.0-or-later

/// The session of a WebSocket.
package struct WebSocketSession: SessionCodec {
    package static var protocolName: StaticString { "websocket" }

    /// What a message is made into for the codec inside.
    private enum Inside {
        case json(JSONSession)
        case irc(IRCSession)
        case plain(PlainSession)
    }

    private var inside: Inside
    private var state: WebSocketConnectionState
    private let framing: WireFormat.Framing
    /// The last message, until the codec inside has taken it.
    private var line = ByteBuffer()
    /// What is passed to the hub before anything is read: plain text is in at once.
    private var arrival: HubRequest?
    /// It arrived, as a guest for all that is known before its first message.
    private var hasArrived = false
    /// The name in the request was refused.
    private var isGuest = false
    /// What is told before anything else.
    private var notice: String?
    private var hasSaidGoodbye = false
    /// The next message is the first, and may change what is spoken.
    private var isUndecided: Bool

    init(
        _ acceptance: WebSocketHandshake.Acceptance, _ request: HTTPRequest, _ info: ServerInfo
    ) {
        let deflate = acceptance.deflate
        let inflater = deflate == nil ? nil : info.web?.inflater
        state = WebSocketConnectionState(decoder: WebSocketFrameDecoder(inflater: inflater))
        let isBinary = acceptance.subprotocol == .ircBinary
        // A smaller window would need frames of its own; it is sent everything as it is.
        let isDeflated = deflate?.serverWindowBits == 15
        framing =
            isBinary
            ? isDeflated ? .deflatedBinary : .binary : isDeflated ? .deflatedText : .text
        isUndecided = acceptance.subprotocol == nil
        switch acceptance.subprotocol {
        case .json: inside = .json(JSONSession())
        case .ircText, .ircBinary: inside = .irc(IRCSession(info: info))
        case nil:
            var session = PlainSession(info: info)
            let query = request.query
            (arrival, notice) = session.arrive(nick: query["nick"], room: query["room"])
            hasArrived = true
            inside = .plain(session)
        }
    }

    package var format: WireFormat {
        switch inside {
        case .json(let session): session.format.framed(framing)
        case .irc(let session): session.format.framed(framing)
        case .plain(let session): session.format.framed(framing)
        }
    }

    package var isRegistered: Bool {
        switch inside {
        case .json(let session): session.isRegistered
        case .irc(let session): session.isRegistered
        case .plain(let session): session.isRegistered
        }
    }

    package var isOperator: Bool {
        switch inside {
        case .json(let session): session.isOperator
        case .irc(let session): session.isOperator
        case .plain: false
        }
    }

    // MARK: - From the client

    package mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
        if let notice = notice.take() {
            reply.writeFrames(opcode) { PlainWire.line(nil, false, notice, into: &$0) }
            return .handled
        }
        if let arrival = arrival.take() { return .request(arrival) }
        let waiting = input.readableBytes
        while true {
            let action = takeLine(&reply)
            if case .needsMore = action {} else { return action }
            switch state.next(in: &input, reply: &reply) {
            case .needsMore: return input.readableBytes == waiting ? .needsMore : .handled
            case .deliver(let message):
                guard receive(message) else {
                    return end(.unsupportedData, "only text is understood here", &reply)
                }
            case .close(.failed): return .close(Bye(.badData))
            case .close(.peerClosed(let close?)) where close.code != .normal:
                // A page that is loaded again closes with 1001, and its visitor keeps the place.
                return .request(HubRequest(.quit(.disconnected)))
            case .close: return .request(HubRequest(.quit(.quit(""))))
            }
        }
    }

    /// Gives a message to the codec inside; false for what it cannot take.
    private mutating func receive(_ message: WebSocketMessage) -> Bool {
        if isUndecided {
            isUndecided = false
            if message.kind == .text, WebSocketSession.isHello(message.bytes) {
                inside = .json(JSONSession())
            }
        }
        switch inside {
        case .irc:
            line.write(message.bytes)
            line.write(literal: "\r\n")
        case .json:
            guard message.kind == .text else { return false }
            // Between its tokens a JSON text may have line ends; within them it has none.
            for byte in message.bytes { line.write(byte == 0x0A ? 0x20 : byte) }
            line.write(0x0A)
        case .plain:
            guard message.kind == .text else { return false }
            line.write(message.bytes)
            // The line is a message without an end: that it is whole is known.
            if line.isEmpty { line.write(0x0A) }
        }
        return true
    }

    /// Whether a message is a JSON object that says hello.
    private static func isHello(_ bytes: [UInt8]) -> Bool {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"),
            bytes.count <= Limits.maxLineBytes,
            case .object(let object)? = try? JSONReader.value(in: bytes)
        else { return false }
        return object["type"] == .string("hello")
    }

    /// Lets the codec inside take one unit of what it was given.
    private mutating func takeLine(_ reply: inout ByteBuffer) -> SessionAction {
        var action = SessionAction.needsMore
        let opcode = opcode
        var line = ByteBuffer()
        swap(&line, &self.line)
        switch inside {
        case .json(var session):
            reply.writeFrames(opcode) { action = session.next(in: &line, reply: &$0) }
            inside = .json(session)
        case .irc(var session):
            reply.writeFrames(opcode) { action = session.next(in: &line, reply: &$0) }
            inside = .irc(session)
        case .plain(var session):
            if !line.isEmpty {
                reply.writeFrames(opcode) {
                    action = session.take(message: line.readable, reply: &$0)
                }
                line.clear()
                inside = .plain(session)
            }
        }
        if line.isEmpty { line.release() }
        self.line = line
        return finished(action, &reply)
    }

    /// Puts a Close behind the last words. Until those are sent, answers to what was asked before
    /// still are.
    private func finished(_ action: SessionAction, _ reply: inout ByteBuffer) -> SessionAction {
        switch action {
        case .close(let bye): WebSocketFrame.write(close: bye.webSocketClose, into: &reply)
        case .request(var request):
            switch request.command {
            case .quit: WebSocketFrame.write(close: WebSocketClose(.normal), into: &reply)
            case .register(var registration):
                registration.replacesGuest = hasArrived
                request.command = .register(registration)
                return .request(request)
            default: break
            }
        case .needsMore, .handled: break
        }
        return action
    }

    private var opcode: WebSocketOpcode {
        framing == .binary || framing == .deflatedBinary ? .binary : .text
    }

    private mutating func end(
        _ code: WebSocketCloseCode, _ why: String, _ reply: inout ByteBuffer
    ) -> SessionAction {
        _ = state.close(WebSocketClose(code, why), into: &reply)
        return .close(Bye(.badData, reason: why))
    }

    // MARK: - To the client

    package mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer
    ) {
        guard !hasSaidGoodbye else { return }
        switch inside {
        case .json(var session):
            reply.writeFrames(opcode) { session.encode(event, tag: tag, now: now, into: &$0) }
            inside = .json(session)
        case .irc(var session):
            reply.writeFrames(opcode) { session.encode(event, tag: tag, now: now, into: &$0) }
            inside = .irc(session)
        case .plain(var session):
            let isRefused = session.isRefusal(event)
            reply.writeFrames(opcode) { session.encode(event, tag: tag, now: now, into: &$0) }
            // Its name is taken: it is in all the same, under another.
            if isRefused, !isGuest {
                isGuest = true
                arrival = session.arrive(nick: nil, room: nil).request
            }
            inside = .plain(session)
        }
        if case .bye(let bye) = event {
            hasSaidGoodbye = true
            WebSocketFrame.write(close: bye.webSocketClose, into: &reply)
        }
    }

    package mutating func encodePing(into reply: inout ByteBuffer) -> Bool {
        state.ping(into: &reply)
    }
}

extension Bye {
    /// The same in WebSocket's terms (RFC 6455 §7.4).
    var webSocketClose: WebSocketClose {
        let code: WebSocketCloseCode =
            switch self.code {
            case .quit, .ended: .normal
            case .shutdown, .idleTimeout, .replaced: .goingAway
            case .slowConsumer, .full, .waitExpired, .queueFull, .noServer: .tryAgainLater
            case .handshakeTimeout, .tooManyAttempts: .policyViolation
            case .lineTooLong: .messageTooBig
            case .badData: .invalidPayload
            case .unsupported: .unsupportedData
            }
        return WebSocketClose(code, reason)
    }
}
