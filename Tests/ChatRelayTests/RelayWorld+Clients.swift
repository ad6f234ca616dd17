// The clients, their connections to servers, and the relay's shell: what the machine wants is done here,
// with delays, and what comes of it is told it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Somebody who has a connection to the relay.
struct Client {
    var person: Caller
    /// Its connection to a server.
    var attempt: Int?
}

/// A connection from the relay to a server.
struct Attempt {
    enum Stage {
        case connecting, serving
        /// The server keeps no slot for it.
        case over
    }

    let client: Int
    let visit: Int
    let server: Int
    /// The relay's life in which it was made.
    let life: Int
    var stage = Stage.connecting
}

extension RelayWorld {
    // MARK: - Clients

    func newArrival() {
        let isBusy = now / (90 * RelayWitness.second) % 3 == 2
        plan(.arrival, about(isBusy ? setup.arrivals.busy : setup.arrivals.quiet))
        // Some have the nick and the address of others.
        let place = isOne(in: 10) ? "shared \(pick(8))" : "p\(lastClient)"
        arrive(Caller(place: place, canMove: pick(100) >= setup.cannotMove))
    }

    func arrive(_ person: Caller) {
        lastClient += 1
        let client = lastClient
        clients[client] = Client(person: person)
        witness.mayTurnAway =
            door.rows.isEmpty && now - started > Int(setup.policy.announcementTime.wholeNanoseconds)
        let newTicket = "t\(client)"
        let arrival = RelayArrival(
            client: ClientID(raw: UInt64(client)), nick: "n", place: person.place,
            ticket: person.ticket.map { RelayTicket(text: $0, key: $0) },
            newTicket: RelayTicket(text: newTicket, key: newTicket), canMove: person.canMove)
        let before = witness.visits.count
        happens(
            {
                $0.arrives(
                    client, place: person.place, ticket: person.ticket, newTicket: newTicket,
                    canMove: person.canMove)
            }, { $0.arrived(arrival, now: $1, actions: &$2) })
        if witness.visits.count == before { tally.cameBack += 1 } else { tally.visits += 1 }
        if !isOne(in: 3) {
            plan(.goAway(client: client), isOne(in: 5) ? pick(300) : pick(setup.handling * 8))
        }
    }

    func goAway(_ client: Int) {
        guard let gone = clients.removeValue(forKey: client) else { return }
        let isAbrupt = !isOne(in: 3)
        happens({ $0.leaves(client, isAbrupt: isAbrupt) }) {
            $0.left(ClientID(raw: UInt64(client)), isAbrupt: isAbrupt, now: $1, actions: &$2)
        }
        drop(gone.attempt)
        if isAbrupt { perhapsComeBack(gone.person) }
    }

    /// Soon, late or never; by its ticket, or by its nick and address.
    private func perhapsComeBack(_ person: Caller) {
        guard !isOne(in: 3) else { return }
        let keeps = Int(setup.policy.keepsPlace.wholeMilliseconds)
        var person = person
        if isOne(in: 3) { person.ticket = nil }
        plan(.comeBack(person), isOne(in: 2) ? pick(2000) : pick(max(100, keeps * 3 / 2)))
    }

    /// The relay closes a connection to a server, which sees that a moment later.
    private func drop(_ attempt: Int?) {
        guard let attempt else { return }
        plan(.endSeen(attempt), pick(setup.way))
    }

    // MARK: - What the machine wants

    func carryOut(_ action: FrontDoorAction) {
        switch action {
        case .record: break
        case .tell(let client, _, let ticket):
            clients[Int(client.raw)]?.person.ticket = ticket
        case .connect(let client, let assignment): connect(Int(client.raw), assignment)
        case .detach(let client, _, let reason, let canMove):
            let client = Int(client.raw)
            drop(reason == .busy ? nil : clients[client]?.attempt)
            clients[client]?.attempt = nil
            guard !canMove, let gone = clients.removeValue(forKey: client) else { return }
            tally.out += 1
            perhapsComeBack(gone.person)
        case .freed(let client):
            // It is asked for a rating; the server closes the connection afterwards.
            drop(clients.removeValue(forKey: Int(client.raw))?.attempt)
        case .end(let client, let code):
            guard let gone = clients.removeValue(forKey: Int(client.raw)) else { return }
            if gone.attempt != nil, code != .noServer { witness.fail("\(client.raw) is cut off") }
            drop(gone.attempt)
            if isOne(in: 10) { plan(.comeBack(gone.person), pick(5000)) }
        }
    }

    private func connect(_ client: Int, _ assignment: RelayAssignment) {
        guard let known = clients[client], known.attempt == nil else {
            return witness.fail("client \(client) is not there to be connected")
        }
        guard let server = servers.firstIndex(where: { $0.id == assignment.server }) else {
            return witness.fail("there is no server \(assignment.server)")
        }
        servers[server].changedAt = now
        lastAttempt += 1
        tally.sent += 1
        attempts[lastAttempt] = Attempt(
            client: client, visit: Int(assignment.visit.number), server: server, life: life)
        clients[client]?.attempt = lastAttempt
        clients[client]?.person.ticket = assignment.ticket
        plan(.reaches(lastAttempt), isOne(in: 40) ? pick(2500) : pick(setup.way))
    }

    // MARK: - Connections

    /// It is at its server, which serves it or has no room.
    func reaches(_ id: Int) {
        guard let attempt = attempts[id], attempt.stage == .connecting else { return }
        let server = servers[attempt.server]
        if server.isFrozen { return servers[attempt.server].stalled.append(.reaches(id)) }
        guard server.isAlive, !isOne(in: 200) else {
            tally.unreachable += 1
            let time = Int(Limits.serverConnect.wholeMilliseconds)
            return plan(.refused(id), isOne(in: 2) ? time : pick(setup.way))
        }
        guard server.hasRoom else {
            tally.busy += 1
            return plan(.refused(id), pick(setup.way))
        }
        attempts[id]?.stage = .serving
        servers[attempt.server].relayed.append(id)
        say(attempt.server)
        if pick(100) < setup.flaky {
            vacate(attempt.server, id)
            say(attempt.server)
            return plan(.letGo(id), pick(setup.way))
        }
        if !setup.isDesk {
            send(.attended(attempt.visit), attempt.server)
        } else if !isOne(in: 8) {
            plan(.speaks(id), pick(setup.handling / 2))
        }
        plan(.closes(id), pick(setup.handling))
    }

    func refused(_ id: Int) {
        guard
            let (client, server) = attempts.removeValue(forKey: id).map({ ($0.client, $0.server) })
        else { return }
        servers[server].changedAt = now
        guard clients[client]?.attempt == id else { return }
        clients[client]?.attempt = nil
        happens({ $0.comesBack(client, isBusy: true) }) {
            $0.refused(ClientID(raw: UInt64(client)), now: $1, actions: &$2)
        }
    }

    func speaks(_ id: Int) {
        guard let attempt = attempts[id], attempt.stage == .serving else { return }
        if servers[attempt.server].isFrozen {
            return servers[attempt.server].stalled.append(.speaks(id))
        }
        send(.attended(attempt.visit), attempt.server)
    }

    /// The conversation is over; the connection stays for a rating, or ends at once, which the relay
    /// may see before it is told why.
    func closes(_ id: Int) {
        guard let attempt = attempts[id], attempt.stage == .serving else { return }
        if servers[attempt.server].isFrozen {
            return servers[attempt.server].stalled.append(.closes(id))
        }
        vacate(attempt.server, id)
        send(.freed(attempt.visit, byClient: isOne(in: 4)), attempt.server)
        say(attempt.server)
        plan(.letGo(id), isOne(in: 20) ? pick(setup.way) : 4000 + pick(30_000))
    }

    /// Its slot is free in truth.
    func vacate(_ server: Int, _ id: Int) {
        servers[server].relayed.removeAll { $0 == id }
        attempts[id]?.stage = .over
    }

    /// The server sees that the relay has closed a connection.
    func endSeen(_ id: Int) {
        guard let attempt = attempts[id] else { return }
        if servers[attempt.server].isFrozen {
            return servers[attempt.server].stalled.append(.endSeen(id))
        }
        let hadSlot = attempt.stage == .serving
        vacate(attempt.server, id)
        attempts[id] = nil
        if hadSlot { say(attempt.server) }
    }

    /// The relay sees that a server has closed a connection.
    func letGo(_ id: Int) {
        guard let attempt = attempts.removeValue(forKey: id) else { return }
        let client = attempt.client
        guard clients[client]?.attempt == id else { return }
        clients[client]?.attempt = nil
        tally.lettingGo += 1
        happens({ $0.comesBack(client, isBusy: false) }) {
            $0.abandoned(ClientID(raw: UInt64(client)), now: $1, actions: &$2)
        }
        if witness.visits[attempt.visit].stage == .over { tally.givenUp += 1 }
    }

    // MARK: - The relay itself

    func relayRestarts() {
        plan(.relayRestarts, 1 + about(setup.restart))
        tally.restarts += 1
        for client in clients.keys.sorted() {
            guard let gone = clients.removeValue(forKey: client) else { continue }
            drop(gone.attempt)
            perhapsComeBack(gone.person)
        }
        life += 1
        started = now
        witness.now = now
        let last = UInt64(witness.visits.count - 1)
        door = FrontDoor(setup.policy, lastVisit: last, now: RelayWorld.time(now))
        for kept in witness.restart() {
            door.restore(
                VisitID(number: UInt64(kept.visit)), ticketKey: kept.ticket,
                isAttended: kept.isAttended, now: RelayWorld.time(now))
        }
        for index in servers.indices {
            servers[index].linkAtRelay = 0
            servers[index].isLinked = false
            servers[index].id = HostID(raw: 0)
            plan(.dial(index), 100 + about(1000))
        }
        giveServers()
    }

    /// After a calm: what the relay believes is what is true, but for what is still under way.
    func checkTruth() {
        for server in servers
        where server.isAlive && !server.isFrozen && server.isLinked
            && server.link == server.linkAtRelay
        {
            let quiet = now - server.changedAt
            let believed = door.admission.visits(of: server.id).map { Int($0.number) }
            let truly = server.relayed.compactMap { attempts[$0]?.visit }.sorted()
            if believed != truly, quiet > 8 * RelayWitness.second {
                witness.fail("\(server.name) serves \(truly), and not \(believed)")
            }
            let isUp = door.row(server.id)?.state == .up
            if isUp, server.hasRoom, let first = witness.present.first,
                quiet > 20 * RelayWitness.second
            {
                witness.fail("\(first) waits, and \(server.name) has room in truth")
            }
        }
    }
}
