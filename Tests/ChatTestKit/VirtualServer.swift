// A server without a machine: sessions, one hub and the event loop's rules, in virtual time. Nothing
// waits, and the same input gives the same output to the byte.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Clients by number, in the order in which they connected.
package struct VirtualServer {
    /// One connection.
    package struct Client {
        package internal(set) var session: ClientSession
        /// What was received and is no whole unit yet.
        package internal(set) var input = ByteBuffer()
        /// What was sent and not taken yet.
        package internal(set) var output = ByteBuffer()
        /// What its rooms were told in this turn; answers go first unless they must come after it.
        var pending = ByteBuffer()
        /// Why the server closes the connection; nil as long as it is open.
        package internal(set) var left: LeaveReason?
        /// Everything the session asked for, in order: requests, and how it closed.
        package internal(set) var actions: [String] = []
        var hasEnded = false

        package var isClosed: Bool { left != nil }

        mutating func next(_ reply: inout ByteBuffer, _ info: ServerInfo, _ now: Now)
            -> SessionAction
        {
            let action = session.next(in: &input, reply: &reply, info: info, now: now)
            guard case .needsMore = action, hasEnded else { return action }
            return session.silence(in: &input, reply: &reply, now: now.instant)
        }

        mutating func deadlineReached(
            _ reply: inout ByteBuffer, _ info: ServerInfo, _ now: Now
        ) -> SessionAction {
            session.deadlineReached(in: &input, reply: &reply, info: info, now: now)
        }

        mutating func encode(_ event: ClientEvent, _ tag: RequestTag, _ now: Now) {
            catchUp()
            switch event {
            case .raw(let bytes), .lastWords(let bytes): return output.write(bytes)
            default: break
            }
            session.encode(event, tag: tag, now: now, into: &output)
        }

        mutating func answer(_ answer: EngineIOAnswer, _ now: Now) {
            session.answer(answer, now: now, into: &output)
        }

        mutating func catchUp() {
            output.write(pending.readable)
            pending.clear()
        }
    }

    package private(set) var clients: [Client] = []
    package private(set) var now: Now
    private var hub: Hub
    private var members: [RoomID: [Int]] = [:]
    private let info: ServerInfo
    private let idleTimeout: Duration?
    /// The operators' password, at a desk.
    private let password: String?
    /// Every step of every visit.
    package private(set) var visits: [VisitRecord] = []
    /// What ends a turn, after which everybody has been sent everything.
    private let turn: Turn

    /// With the event loop, whatever was read at once is one turn. A request each makes output that
    /// does not depend on how input was cut.
    package enum Turn: Sendable { case read, request }

    package init(
        name: String = "chatkit", motd: [String] = [], idleTimeout: Duration? = .seconds(300),
        turn: Turn = .read, policy: HubPolicy = HubPolicy(), password: String? = nil,
        web: WebSettings? = nil
    ) {
        self.turn = turn
        self.password = password
        let start = Timestamp(milliseconds: 1_795_255_200_000)
        now = Now(instant: Instant(nanoseconds: 1_000_000_000), wall: start)
        info = ServerInfo(
            name: name, version: "1", motd: motd, startedAt: start, isDesk: policy.isDesk, web: web)
        hub = Hub(serverName: name, origin: 1, loops: 1, startedAt: start, policy: policy)
        let day = start..<Timestamp(milliseconds: start.milliseconds + 86_400_000)
        hub.restore(
            lastVisit: 0, waiting: [], figures: DeskFigures(day: day, month: day), now: now)
        self.idleTimeout = idleTimeout
    }

    /// A client connects; its number.
    package mutating func connect() -> Int { connect(trust: .stranger) }

    /// The same from an address that is trusted or not.
    package mutating func connect(trust: PeerTrust) -> Int {
        var session = ClientSession(openedAt: now.instant, idleTimeout: idleTimeout)
        session.trust = trust
        clients.append(Client(session: session))
        return clients.count - 1
    }

    /// Bytes of a client arrive, in one piece.
    package mutating func receive(_ bytes: some Sequence<UInt8>, from client: Int) {
        guard !clients[client].isClosed else { return }
        clients[client].session.heard(now: now.instant)
        clients[client].input.write(Array(bytes))
        decode(client)
        endTurn()
    }

    /// The client sends no more.
    package mutating func finish(_ client: Int) {
        guard !clients[client].isClosed else { return }
        clients[client].hasEnded = true
        decode(client)
        endTurn()
    }

    private mutating func endTurn() {
        for client in clients.indices { clients[client].catchUp() }
    }

    /// The Engine.IO session that the client's request belongs to has answered it.
    package mutating func answer(_ answer: EngineIOAnswer, to client: Int) {
        clients[client].answer(answer, now)
        decode(client)
        endTurn()
    }

    /// The server is about to end.
    package mutating func drain() {
        var output = HubOutput(loops: 1)
        hub.drain(output: &output)
        carryOut(output)
        endTurn()
    }

    /// What was sent to the client since this was last asked.
    package mutating func take(_ client: Int) -> [UInt8] {
        defer { clients[client].output.clear() }
        return Array(clients[client].output.readable)
    }

    /// The same as text.
    package mutating func text(_ client: Int) -> String {
        String(decoding: take(client), as: UTF8.self)
    }

    /// Time passes; what becomes due happens when it does, in order.
    package mutating func pass(_ duration: Duration) {
        let end = now.instant + duration
        while true {
            let next = nextDeadline()
            let due = min(next?.due ?? .distantFuture, hub.nextDeadline)
            guard due <= end else { break }
            advance(to: max(due, now.instant))
            guard let client = next?.client, next?.due == due else {
                var output = HubOutput(loops: 1)
                hub.deadlineReached(now: now, output: &output)
                hub.settleLinks(output: &output)
                carryOut(output)
                endTurn()
                continue
            }
            var reply = ByteBuffer()
            let action = clients[client].deadlineReached(&reply, info, now)
            perform(action, reply, client)
            if !clients[client].isClosed { decode(client) }
            endTurn()
        }
        advance(to: end)
    }

    private mutating func advance(to instant: Instant) {
        let passed = instant - now.instant
        now = Now(
            instant: instant,
            wall: Timestamp(milliseconds: now.wall.milliseconds + passed.wholeMilliseconds))
    }

    private func nextDeadline() -> (client: Int, due: Instant)? {
        var first: (client: Int, due: Instant)?
        for (index, client) in clients.enumerated() where !client.isClosed {
            let due = client.session.nextDeadline(hasInput: !client.input.isEmpty)
            if due < first?.due ?? .distantFuture { first = (index, due) }
        }
        return first
    }

    // MARK: - Sessions

    private mutating func decode(_ client: Int) {
        while !clients[client].isClosed {
            var reply = ByteBuffer()
            let action = clients[client].next(&reply, info, now)
            if case .needsMore = action {
                if clients[client].hasEnded { leave(client, .disconnected) }
                break
            }
            perform(action, reply, client)
            if turn == .request { endTurn() }
        }
        clients[client].input.discardReadBytes()
    }

    private mutating func perform(_ action: SessionAction, _ reply: ByteBuffer, _ client: Int) {
        if !reply.isEmpty {
            // The session's own words stand behind the answers to what was asked before.
            clients[client].catchUp()
            clients[client].output.write(reply.readable)
        }
        switch action {
        case .needsMore, .handled: break
        case .carry(let input): clients[client].actions.append("carry \(input)")
        case .close(let bye):
            clients[client].actions.append("close \(bye.code)")
            leave(client, .closed(bye.code))
        case .request(let request):
            clients[client].actions.append(VirtualServer.shown(request))
            if case .quit(let reason, _) = request.command { return leave(client, reason) }
            submit(request, client)
        }
    }

    /// The request as text. Posts, of which there are many, without the slow general way.
    static func shown(_ request: HubRequest) -> String {
        switch request.command {
        case .relay(let bytes): return "relay \(bytes.count)"
        case .post(let post):
            let target =
                switch post.target {
                case .room(let room): room.text
                case .nick(let nick): nick
                }
            return "post \(target) \(post.kind.rawValue) \(post.text) \(post.nonce ?? "-") "
                + "\(post.clientTags) \(post.echo) \(request.tag.label) \(request.tag.mark)"
        default: return "\(request)"
        }
    }

    private mutating func leave(_ client: Int, _ reason: LeaveReason) {
        guard !clients[client].isClosed else { return }
        clients[client].left = reason
        submit(HubRequest(.quit(reason)), client)
    }

    private mutating func submit(_ request: HubRequest, _ client: Int) {
        var output = HubOutput(loops: 1)
        let id = ClientID(loop: 0, serial: UInt64(client))
        var request = request
        if case .register(var registration) = request.command {
            registration.newTicket = VirtualServer.ticket(client)
            registration.address = addresses[client] ?? "192.0.2.1"
            registration.relayed = clients[client].session.origin?.relayed
            request.command = .register(registration)
        }
        if case .api(.post(var post)) = request.command {
            post.address = addresses[client] ?? "192.0.2.1"
            request.command = .api(.post(post))
        }
        while let load = hub.needs(request, from: id) {
            hub.absorb(fetch(load), of: load, for: id)
        }
        hub.apply(request, from: id, now: now, output: &output)
        hub.settleLinks(output: &output)
        carryOut(output)
    }

    /// The ticket that a client is given.
    package static func ticket(_ client: Int) -> String { "ticket0000000000000\(client)" }

    /// What the shell counts.
    package var report = ServerReport()

    /// Where clients connect from; all others from one address.
    package var addresses: [Int: String] = [:]

    /// What a journal without anything in it knows.
    private func fetch(_ load: HubLoad) -> HubLoaded {
        switch load {
        case .recent, .history: .messages([], complete: true)
        case .search: .found([], next: nil)
        case .session: .session([:])
        case .nonce: .nonce(nil)
        case .visit: .visit(nil)
        case .password(let text, _): .verdict(text == password ? .right : .wrong)
        case .report: .report(report)
        case .statistics(let wish):
            wish.server.map { .refused(.noSuchServer($0)) } ?? .statistics("{\"v\":1}")
        case .settled: .nothing
        }
    }

    private mutating func carryOut(_ output: HubOutput) {
        visits += output.visits
        for items in output.perLoop {
            for item in items { carryOut(item) }
        }
        // A journal that commits at once.
        for entry in output.accepted {
            guard let nonce = entry.nonce else { continue }
            let message = entry.message
            let ack = ClientEvent.ack(
                nonce: nonce, message.id, room: message.room, seq: message.seq)
            carryOut(.direct(entry.client, ack, entry.tag))
        }
    }

    // MARK: - The event loop's part

    private func number(_ id: ClientID) -> Int { Int(id.raw >> 8) }

    private mutating func carryOut(_ item: LoopItem) {
        switch item {
        case .room(let room, let event):
            for member in members[room] ?? [] {
                if let excluded = event.excluded, number(excluded) == member { continue }
                tell(member, event)
            }
        case .several(let ids, let event):
            for id in ids { tell(number(id), event) }
        case .direct(let id, let event, let tag):
            clients[number(id)].encode(event, tag, now)
        case .entered(let id, let room): members[room, default: []].append(number(id))
        case .exited(let id, let room):
            let client = number(id)
            members[room]?.removeAll { $0 == client }
            clients[client].catchUp()
        case .close(let id):
            if clients[number(id)].left == nil { clients[number(id)].left = .disconnected }
        case .resumed, .alarm: break
        }
    }

    private mutating func tell(_ client: Int, _ event: RoomEvent) {
        guard !clients[client].isClosed else { return }
        let format = clients[client].session.format
        EventWire.encode(event, format, into: &clients[client].pending)
    }
}
