// One connection's conversation from its first byte: sniffing, asking for a nick, the handshake's and
// idleness's deadlines, then whatever codec the first bytes chose. Sans I/O; time is a parameter.
//
// sniffing: nothing is decided; may become any other.
// header:   a PROXY header is coming in; becomes sniffing again, once, or ended.
// opening:  the first line of JSON is coming in; becomes speaking or link.
// link:     a relay's control link; ends only by its own action.
// web:      HTTP requests are answered; may become speaking (WebSocket) or ended.
// speaking: a codec decodes; ends only by its own action or a deadline.
// ended:    a close was asked for; every later byte is ignored. What is still to be said to the client is
//           encoded as before: a session keeps its protocol to its last byte.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Everything between a connection's bytes and the hub.
package struct ClientSession: Sendable {
    enum Stage: Sendable {
        case sniffing
        case header
        case opening
        indirect case link(LinkSession)
        // Boxed: it is large, and most connections have none.
        indirect case web(HTTPSession)
        case speaking(any SessionCodec)
        case ended(Remains)
        /// A codec is at work. It is taken out, so that it is changed in place and not copied; nobody
        /// sees this stage, because a session is one thread's and changed exclusively.
        case busy
    }

    /// What an ended session encodes with.
    enum Remains: Sendable {
        case nobody
        case codec(any SessionCodec)
        case format(WireFormat)
    }

    var stage = Stage.sniffing
    /// What the first bytes said, once they did.
    package internal(set) var wireProtocol: WireProtocol?
    private var lastHeard: Instant
    var handshakeDue: Instant
    var promptDue: Instant?
    var wasPrompted = false
    private var wasPinged = false
    private let idleTimeout: Duration?
    /// Whether the peer is believed a PROXY header, and its links accepted.
    package var trust = PeerTrust.stranger
    /// What a PROXY header said.
    package internal(set) var origin: ClientOrigin?

    package init(openedAt now: Instant, idleTimeout: Duration?) {
        lastHeard = now
        handshakeDue = now + Limits.handshake
        promptDue = now + Limits.nickPrompt
        self.idleTimeout = idleTimeout
    }

    /// The session of a link that the server has dialled.
    package init(callingAt now: Instant) {
        self.init(openedAt: now, idleTimeout: nil)
        promptDue = nil
        wireProtocol = .json
        stage = .link(LinkSession(callingAt: now))
    }

    /// The session of a client by Socket.IO, whose packets an Engine.IO session brings.
    package init(socketIO id: String, openedAt now: Instant) {
        self.init(openedAt: now, idleTimeout: nil)
        promptDue = nil
        stage = .speaking(SocketIOSession(id: id))
    }

    /// Whether a relay has brought the client.
    package var isRelayed: Bool { origin?.relayed != nil }

    /// How far a control link is; nil for anything else.
    package var link: LinkSession.Phase? {
        if case .link(let session) = stage { session.phase } else { nil }
    }

    /// How room events look to this client.
    package var format: WireFormat {
        switch stage {
        case .speaking(let codec): codec.format
        case .web(let session): session.format
        case .ended(.codec(let codec)): codec.format
        case .ended(.format(let format)): format
        case .sniffing, .header, .opening, .link, .ended(.nobody), .busy: .plain
        }
    }

    /// The name of what is spoken, for logs.
    package var protocolName: String {
        switch stage {
        case .speaking(let codec), .ended(.codec(let codec)):
            "\(type(of: codec).protocolName)"
        case .link: "link"
        default: wireProtocol?.rawValue ?? "unknown"
        }
    }

    /// Whether a request was passed on whose answer is awaited: nothing is decoded until then.
    package var awaitsAnswer: Bool {
        if case .web(let session) = stage { session.isWaiting } else { false }
    }

    /// Whether what is read counts towards the flood limit when the hub has nothing to do with it.
    package var isMetered: Bool {
        switch stage {
        case .web, .link: false
        default: true
        }
    }

    package var isRegistered: Bool {
        if case .speaking(let codec) = stage { codec.isRegistered } else { false }
    }

    /// Bytes arrived.
    package mutating func heard(now: Instant) {
        lastHeard = now
        wasPinged = false
        if case .sniffing = stage { promptDue = nil }
        guard case .link(var session) = stage else { return }
        session.heard(now: now)
        stage = .link(session)
    }

    /// Decodes one unit; see `SessionCodec.next`.
    package mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer, info: ServerInfo, now: Now
    ) -> SessionAction {
        switch stage {
        case .ended, .busy:
            input.skip(input.readableBytes)
            return .needsMore
        case .web(var session):
            let step = session.next(in: &input, reply: &reply, info: info, now: now)
            return settle(session, step, now: now.instant)
        case .sniffing:
            guard case .certain(let found) = ProtocolSniffer.verdict(input) else {
                return .needsMore
            }
            return begin(found, in: &input, reply: &reply, info: info, now: now)
        case .header: return readHeader(in: &input, reply: &reply, now: now.instant)
        case .opening: return open(in: &input, reply: &reply, info: info, now: now)
        case .link(var session):
            let action = session.next(in: &input, reply: &reply, info: info, now: now.instant)
            stage = .link(session)
            return action
        case .speaking(var codec):
            stage = .busy
            let action = codec.next(in: &input, reply: &reply)
            return settle(codec, action, now: now.instant)
        }
    }

    /// Encodes an answer of the hub.
    package mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Now, into reply: inout ByteBuffer
    ) {
        if case .web(var session) = stage {
            session.encode(event, now: now, into: &reply)
            stage = .web(session)
        }
        if case .link(let session) = stage, case .link(let event) = event {
            session.encode(event, into: &reply)
        }
        switch stage {
        case .speaking(var codec):
            stage = .busy
            codec.encode(event, tag: tag, now: now.wall, into: &reply)
            _ = settle(codec, .handled, now: now.instant)
        case .ended(.codec(var codec)):
            // It has said its own last words.
            if case .bye = event { return }
            stage = .busy
            codec.encode(event, tag: tag, now: now.wall, into: &reply)
            stage = .ended(.codec(codec))
        default: break
        }
    }

    /// Encodes the answer of the Engine.IO session that was asked.
    package mutating func answer(
        _ answer: EngineIOAnswer, now: Now, into reply: inout ByteBuffer
    ) {
        guard case .web(var session) = stage else { return }
        session.answer(answer, now: now, into: &reply)
        stage = .web(session)
    }

    /// Keeps an HTTP session's new state, or what became of it.
    mutating func settle(
        _ session: HTTPSession, _ step: HTTPStep, now: Instant
    ) -> SessionAction {
        switch step {
        case .act(let action):
            stage = .web(session)
            if case .close = action { stage = .ended(.format(session.format)) }
            return action
        case .upgrade(let codec):
            handshakeDue = now + Limits.handshake
            return settle(codec, .handled, now: now)
        }
    }

    /// Keeps the codec's new state, and notes what it asked for.
    mutating func settle(
        _ codec: consuming any SessionCodec, _ action: SessionAction, now: Instant
    ) -> SessionAction {
        if codec.takePromptRequest() {
            promptDue = now + Limits.nickPromptAgain
        } else if codec.isRegistered {
            // A better nick came in the same breath as the refused one.
            promptDue = nil
        }
        if case .close = action { stage = .ended(.codec(codec)) } else { stage = .speaking(codec) }
        return action
    }

    // MARK: - Deadlines

    /// Whether `deadlineReached` would ask for a nick. What waits in the socket is to be read before.
    package func wouldPrompt(now: Instant) -> Bool { promptDue.map { $0 <= now } ?? false }

    /// Something waits in the socket: the question waits for it to be read.
    package mutating func putOffPrompt(now: Instant) { promptDue = now + Limits.promptPause }

    /// When `deadlineReached` wants to be called, at the latest.
    package func nextDeadline(hasInput: Bool) -> Instant {
        var next = Instant.distantFuture
        switch stage {
        case .ended, .busy: return next
        case .header, .opening: next = handshakeDue
        case .link(let session): next = session.nextDeadline
        case .sniffing:
            next = min(handshakeDue, promptDue ?? .distantFuture)
            if wasPrompted, hasInput { next = min(next, lastHeard + Limits.plainSilence) }
        case .web(let session): next = session.nextDeadline
        case .speaking(let codec):
            if !codec.isRegistered { next = handshakeDue }
            if let promptDue { next = min(next, promptDue) }
            if hasInput, let silence = codec.silence { next = min(next, lastHeard + silence) }
            if codec.isRegistered, let limits = silenceLimits(codec) {
                next = min(next, lastHeard + (wasPinged ? limits.end : limits.ping))
            }
        }
        return next
    }

    /// Does what is due. The action is `.needsMore` when nothing (more) is.
    package mutating func deadlineReached(
        in input: inout ByteBuffer, reply: inout ByteBuffer, info: ServerInfo, now time: Now
    ) -> SessionAction {
        let now = time.instant
        if let due = promptDue, due <= now {
            promptDue = nil
            wasPrompted = true
            reply.write(literal: "NICK")
            return .handled
        }
        switch stage {
        case .ended, .busy: return .needsMore
        case .link(var session):
            let action = session.deadlineReached(reply: &reply, now: now)
            stage = .link(session)
            return action
        case .header:
            return handshakeDue <= now ? end(.handshakeTimeout, reply: &reply) : .needsMore
        case .opening:
            guard handshakeDue <= now else { return .needsMore }
            // The reason comes in its own words.
            stage = .speaking(JSONSession())
            return deadlineReached(in: &input, reply: &reply, info: info, now: time)
        case .sniffing:
            if handshakeDue <= now { return end(.handshakeTimeout, reply: &reply) }
            guard wasPrompted, !input.isEmpty, lastHeard + Limits.plainSilence <= now else {
                return .needsMore
            }
            // It was asked for a nick and answered this, without a newline (system C).
            let action = begin(
                .plain, in: &input, reply: &reply, info: info, now: time)
            if case .needsMore = action { return silence(in: &input, reply: &reply, now: now) }
            return action
        case .web(var session):
            let action = session.deadlineReached(reply: &reply, now: time)
            return settle(session, .act(action), now: now)
        case .speaking(var codec):
            if !codec.isRegistered, handshakeDue <= now {
                codec.encode(
                    .bye(Bye(.handshakeTimeout)), tag: .none, now: Timestamp(milliseconds: 0),
                    into: &reply)
                stage = .ended(.codec(codec))
                return .close(Bye(.handshakeTimeout))
            }
            if !input.isEmpty, let silence = codec.silence, lastHeard + silence <= now {
                return self.silence(in: &input, reply: &reply, now: now)
            }
            return idle(codec, reply: &reply, now: now)
        }
    }

    /// The input ended, or has been silent long enough: what there is counts as a whole.
    package mutating func silence(
        in input: inout ByteBuffer, reply: inout ByteBuffer, now: Instant
    ) -> SessionAction {
        guard case .speaking(var codec) = stage else { return .needsMore }
        let action = codec.silenceReached(in: &input, reply: &reply)
        return settle(codec, action, now: now)
    }

    /// After how long a silence a client is asked for life, and dropped.
    private func silenceLimits(_ codec: any SessionCodec) -> (ping: Duration, end: Duration)? {
        if codec.isOperator { return (Limits.operatorSilence / 3, Limits.operatorSilence) }
        return idleTimeout.map { ($0 / 5, $0) }
    }

    private mutating func idle(
        _ codec: any SessionCodec, reply: inout ByteBuffer, now: Instant
    ) -> SessionAction {
        guard codec.isRegistered, let limits = silenceLimits(codec) else { return .needsMore }
        var codec = codec
        if !wasPinged, lastHeard + limits.ping <= now {
            wasPinged = codec.encodePing(into: &reply)
            // Who cannot be asked is alive as long as TCP keep-alive says so.
            if !wasPinged { lastHeard = now }
            return settle(codec, .handled, now: now)
        }
        guard wasPinged, lastHeard + limits.end <= now else { return .needsMore }
        codec.encode(
            .bye(Bye(.idleTimeout)), tag: .none, now: Timestamp(milliseconds: 0), into: &reply)
        return settle(codec, .close(Bye(.idleTimeout)), now: now)
    }

    private mutating func end(_ code: ByeCode, reply: inout ByteBuffer) -> SessionAction {
        stage = .ended(.nobody)
        reply.write("\(code.reason)\n")
        return .close(Bye(code))
    }
}
