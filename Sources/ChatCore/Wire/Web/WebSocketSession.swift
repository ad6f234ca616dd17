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

    /// What the messages are.
    private enum Content: Sendable { case objects, lines, texts }

    private var inside: any SessionCodec
    private var content: Content
    private var state: WebSocketConnectionState
    private let framing: WireFormat.Framing
    /// The last message, until the codec inside has taken it.
    private var line = ByteBuffer()
    /// Requests that let a client of plain text in: the next one is made when those before it were
    /// refused.
    private var arrivals: [HubRequest] = []
    private var mustArrive = false
    /// What is told before anything else.
    private var notice: String?
    /// Nothing was said that shows what the client speaks.
    private var isUndecided: Bool
    private let mayBeGuest: Bool
    private var hasSaidGoodbye = false

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
        mayBeGuest = acceptance.subprotocol == nil
        switch acceptance.subprotocol {
        case .json:
            inside = JSONSession()
            content = .objects
        case .ircText, .ircBinary:
            inside = IRCSession(info: info)
            content = .lines
        case nil:
            let query = request.query
            let arrival = PlainArrival(nick: query["nick"], room: query["room"])
            arrivals = arrival.requests
            notice = arrival.notice
            mustArrive = true
            inside = PlainSession(info: info)
            content = .texts
        }
    }

    package var format: WireFormat { inside.format.framed(framing) }

    package var isRegistered: Bool { inside.isRegistered }

    package var isOperator: Bool { inside.isOperator }

    private var opcode: WebSocketOpcode {
        framing == .binary || framing == .deflatedBinary ? .binary : .text
    }

    // MARK: - From the client

    package mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
        if let notice = notice.take() {
            reply.writeFrames(opcode) { PlainWire.line(nil, false, notice, into: &$0) }
            return .handled
        }
        if mustArrive, !arrivals.isEmpty {
            mustArrive = false
            return .request(arrivals.removeFirst())
        }
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

    /// Keeps a message for the codec inside; false for what it cannot take.
    private mutating func receive(_ message: WebSocketMessage) -> Bool {
        if isUndecided {
            isUndecided = false
            if message.kind == .text, WebSocketSession.isHello(message.bytes) {
                inside = JSONSession()
                content = .objects
            }
        }
        guard content == .lines || message.kind == .text else { return false }
        switch content {
        case .lines:
            line.write(message.bytes)
            line.write(literal: "\r\n")
        case .objects:
            // Between its tokens a JSON text may have line ends; within them it has none.
            for byte in message.bytes { line.write(byte == 0x0A ? 0x20 : byte) }
            line.write(0x0A)
        case .texts: line.write(message.bytes)
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
        var line = ByteBuffer()
        swap(&line, &self.line)
        if content != .texts {
            reply.writeFrames(opcode) { action = inside.next(in: &line, reply: &$0) }
        } else if !line.isEmpty {
            reply.writeFrames(opcode) { action = inside.take(message: line.readable, reply: &$0) }
            line.clear()
        }
        if line.isEmpty { line.release() }
        swap(&line, &self.line)
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
                registration.replacesGuest = mayBeGuest
                request.command = .register(registration)
                return .request(request)
            default: break
            }
        case .needsMore, .handled, .carry: break
        }
        return action
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
        if case .error = event, content == .texts, !inside.isRegistered {
            // Its name is taken: it is in all the same, under another.
            mustArrive = true
        }
        reply.writeFrames(opcode) { inside.encode(event, tag: tag, now: now, into: &$0) }
        switch event {
        case .welcome: arrivals = []
        case .bye(let bye):
            hasSaidGoodbye = true
            WebSocketFrame.write(close: bye.webSocketClose, into: &reply)
        default: break
        }
    }

    package mutating func encodePing(into reply: inout ByteBuffer) -> Bool {
        state.ping(into: &reply)
    }
}
