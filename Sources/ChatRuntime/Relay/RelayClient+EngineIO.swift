// Socket.IO through the relay. A session's requests come over any number of connections: the first one
// asks for a server, and the others follow the name that this server gave the session. The visit ends
// when the server says so, whatever becomes of connections.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// An Engine.IO session that a server has opened.
struct RelayedSession {
    let assignment: RelayAssignment
    let client: ClientID
    /// The connections that carry it at the moment.
    var carriers = 1
    /// When the last one of them ended.
    var idleSince: Instant
}

extension RelayClient {
    /// How long a session may be without any connection. Polls follow each other at once.
    static let sessionPatience = Duration.seconds(45)

    /// A request of an Engine.IO client.
    func carry(_ input: EngineIOInput) {
        guard case .request(let request, _) = input else { return leave() }
        switch request {
        case .open(let transport): open(transport)
        case .poll(let session), .post(let session), .upgrade(let session): follow(session)
        }
    }

    private func open(_ transport: EngineIOTransport) {
        hasArrived(.engineIO)
        isWholeSession = transport == .webSocket
        let shown = EngineIOWait.ticket(in: handshake)
        let newTicket = Entropy.token()
        // Programs that begin with a WebSocket keep no cookies when it is refused.
        let address = stream.peer?.address.description ?? ""
        let place = transport == .webSocket ? "socket.io\n" + address : "#\(id.raw)"
        let arrival = RelayArrival(
            client: id, nick: "guest", place: place,
            ticket: shown.map { RelayTicket(text: $0, key: TokenHash($0).key) },
            newTicket: RelayTicket(text: newTicket, key: TokenHash(newTicket).key),
            canMove: false)
        loop.tellDoor { $0.arrived(arrival, now: $1, actions: &$2) }
    }

    /// A further connection of a session goes where the session is.
    private func follow(_ session: EngineIOSessionID) {
        guard let relayed = loop.sessions[session.text],
            let address = loop.addresses[relayed.assignment.server]
        else {
            var reply = ByteBuffer()
            self.session.answer(.refusal(.unknownSession), now: loop.now, into: &reply)
            write(&reply)
            return leave()
        }
        hasArrived(.engineIO)
        isFollower = true
        carried = session.text
        loop.sessions[session.text]?.carriers += 1
        state = .served
        tunnel = RelayTunnel(self, relayed.assignment, to: address)
        settle()
    }

    /// It waits, or its wait is over: it is told so and tries again by itself, if there is sense in
    /// that. Its place is kept meanwhile.
    func tellEngine(_ event: ClientEvent) {
        var reply = ByteBuffer()
        switch event {
        case .queued(let status, let ticket):
            EngineIOWait.answer(status, ticket: ticket, now: loop.now.wall, into: &reply)
        case .bye where state == .served && tunnel?.isOpen == true:
            // Something else was answered already: its end says it all.
            return
        case .bye(let bye): EngineIOWait.answer(bye, now: loop.now.wall, into: &reply)
        default: return
        }
        write(&reply)
        guard case .queued = event else { return }
        let id = id
        loop.tellDoor { $0.left(id, isAbrupt: true, now: $1, actions: &$2) }
        leave()
    }

    /// The server has let go of the session without a word, as it does with whom it has no room for.
    /// Unless it says at once what became of the visit, the session is over; its place is kept.
    func sessionDropped() {
        guard let name = carried, let session = loop.sessions[name] else { return }
        let client = session.client
        loop.after(RelayClient.orphanPatience) { loop in
            guard loop.sessions[name]?.client == client else { return }
            loop.forgetSession(of: client)
            loop.clients[client]?.leave()
            loop.tellDoor { door, now, actions in
                door.refused(client, now: now, actions: &actions)
                door.left(client, isAbrupt: true, now: now, actions: &actions)
            }
        }
    }

    /// The server has named the session.
    func sessionOpened(_ name: String, _ assignment: RelayAssignment) {
        carried = name
        loop.sessions[name] = RelayedSession(
            assignment: assignment, client: id, idleSince: loop.now.instant)
        loop.sessionNames[id] = name
        loop.watch(session: name)
    }
}

extension RelayLoop {
    /// The visit is over: no connection follows it any more.
    func forgetSession(of client: ClientID) {
        guard let name = sessionNames.removeValue(forKey: client) else { return }
        sessions[name] = nil
    }

    /// A connection of a session has ended.
    func uncarry(_ name: String) {
        sessions[name]?.carriers -= 1
        sessions[name]?.idleSince = now.instant
    }

    /// Looks after a session from time to time: a server says nothing of one that was never let in.
    fileprivate func watch(session name: String) {
        after(RelayClient.sessionPatience) { loop in
            guard let session = loop.sessions[name] else { return }
            let isIdle = loop.now.instant - session.idleSince > RelayClient.sessionPatience
            guard session.carriers == 0, isIdle else { return loop.watch(session: name) }
            loop.forgetSession(of: session.client)
            loop.tellDoor { $0.left(session.client, isAbrupt: false, now: $1, actions: &$2) }
        }
    }
}
