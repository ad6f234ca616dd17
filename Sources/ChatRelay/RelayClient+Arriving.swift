// The handshake: the same sessions as the server's read it, so that whatever can talk to a server can
// talk to a relay. What was read is remembered, because a server will have to read it again.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension RelayClient {
    func arrive(_ bytes: UnsafeRawBufferPointer) {
        session.heard(now: loop.now.instant)
        input.write(bytes)
        handshake.append(contentsOf: bytes)
        // Whoever begins with a brace may be a server: its first line says so.
        if session.wireProtocol == nil, input.peek() == UInt8(ascii: "{") {
            guard
                input.distance(to: 0x0A) != nil
                    || input.readableBytes > Limits.maxControlLineBytes
            else { return settle() }
            if becameLink() { return }
        }
        decode()
        // What follows a request that is not answered is not needed yet.
        if session.awaitsAnswer, input.readableBytes > Limits.maxAheadBytes { stream.stopReading() }
        // HTTP has limits of its own, and other requests than the last are forgotten.
        guard state == .arriving, session.wireProtocol != .http else { return }
        if handshake.count > Limits.maxHandshakeBytes { end(.lineTooLong) }
    }

    func endOfInput() {
        decode()
        guard state == .arriving else { return }
        var reply = ByteBuffer()
        let action = session.silence(in: &input, reply: &reply, now: loop.now.instant)
        perform(action, &reply)
        if state == .arriving { leave() }
    }

    func arrivalDue() {
        // What is there is read before a nick is asked for.
        if session.wouldPrompt(now: loop.now.instant), stream.hasUnread {
            session.putOffPrompt(now: loop.now.instant)
            return settle()
        }
        var reply = ByteBuffer()
        let action = session.deadlineReached(
            in: &input, reply: &reply, info: loop.info, now: loop.now)
        perform(action, &reply)
        if state == .arriving { decode() }
    }

    /// Reads on until something is missing.
    func decode() {
        var reply = ByteBuffer()
        while state == .arriving, !session.awaitsAnswer {
            let action = session.next(
                in: &input, reply: &reply, info: loop.info, now: loop.now)
            if case .needsMore = action {
                write(&reply)
                break
            }
            perform(action, &reply)
        }
        settle()
    }

    private func perform(_ action: SessionAction, _ reply: inout ByteBuffer) {
        let hasAnswered = !reply.isEmpty
        if isSession {
            answers += reply.readable.count { $0 == EngineIOPacket.separator }
        }
        write(&reply)
        switch action {
        case .needsMore: break
        case .handled:
            // A refused line is not said again.
            if hasAnswered, session.wireProtocol != .irc, !isWebSocket, !isSession {
                forgetConsumed()
            }
        case .close: leave()
        case .carry(let input): carry(input)
        case .request(let request): take(request)
        }
    }

    /// What was decoded has been answered: no server needs to read it.
    func forgetConsumed() {
        handshake.removeFirst(max(0, handshake.count - input.readableBytes))
    }

    private func take(_ request: HubRequest) {
        switch request.command {
        case .register(let registration): register(registration)
        case .api(let question):
            loop.answer(question, to: self)
            forgetConsumed()
        case .quit: leave()
        default: tell(.error(.notRegistered))
        }
    }

    private func register(_ registration: Registration) {
        guard registration.password == nil else {
            // Operators sit at their servers: here is nobody to verify them.
            tell(.error(.noDesk))
            return leave()
        }
        let address = stream.peer?.address.description ?? ""
        if let nick = registration.nick { self.nick = nick }
        hasArrived(spoken)
        var reader = WaitingReader(dialect, name: loop.info.name)
        var reply = ByteBuffer()
        let outcome = input.withReadable { reader.take($0, reply: &reply) }
        input.release()
        self.reader = reader
        write(&reply)
        guard react(outcome) else { return }
        let cookie = (stream as? EngineIOPipe)?.cookie
        let arrival = RelayArrival(
            client: id, nick: nick.text,
            place: registration.nick.map { $0.folded.text + "\n" + address } ?? "#\(id.raw)",
            ticket: registration.ticket.map(RelayTicket.init(shown:)) ?? cookie?.kept,
            newTicket: cookie?.given ?? RelayTicket(shown: Entropy.token()),
            canMove: dialect.canMove)
        loop.tellDoor { $0.arrived(arrival, now: $1, actions: &$2) }
        if stream.hasEnded, state == .waiting {
            loop.later { [self] in if state == .waiting { depart(isAbrupt: true) } }
        }
    }

    private var isWebSocket: Bool {
        if session.wireProtocol != .http { return false }
        return session.format.framing == .text || session.format.framing == .binary
    }

    /// How it speaks, now that its handshake is done.
    private var spoken: RelayDialect {
        if isSession { return .socketIO }
        let format = session.format
        let inside: RelayDialect.Inside =
            format.isIRC ? .irc : format.dialect == .json ? .json : .plain
        if session.wireProtocol == .http { return .webSocket(inside) }
        switch inside {
        case .plain: return .plain
        case .json: return .json
        case .irc: return .irc
        }
    }
}
