// The directory: which servers there are, what they say of themselves, and what operators want of them.
// A change reaches those who wait in the same step.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a server is not let into the directory.
package enum DirectoryError: Error, Hashable {
    /// Another one with that name has a link, or is named on the command line.
    case nameTaken
    /// There are `Limits.maxServers` already.
    case full
}

extension FrontDoor {
    /// A server that the command line names.
    package mutating func give(
        _ name: String, address: String, now: Now
    ) throws(DirectoryError) -> HostID {
        guard serverIDs[name] == nil else { throw .nameTaken }
        return try add(name, address, isGiven: true, now)
    }

    /// A server that announces itself; one that did so before and went away is the same again.
    package mutating func announced(
        _ name: String, address: String, now: Now
    ) throws(DirectoryError) -> HostID {
        guard let id = serverIDs[name], let server = servers[id] else {
            return try add(name, address, isGiven: false, now)
        }
        guard !server.isGiven, !server.isLinked else { throw .nameTaken }
        servers[id]?.address = address
        servers[id]?.isLinked = true
        servers[id]?.lostAt = nil
        return id
    }

    private mutating func add(
        _ name: String, _ address: String, isGiven: Bool, _ now: Now
    ) throws(DirectoryError) -> HostID {
        if servers.count >= Limits.maxServers, let oldest = longestLost { forget(oldest) }
        guard servers.count < Limits.maxServers else { throw .full }
        let id = nextServerID()
        var server = Server(name: name, address: address, isGiven: isGiven, since: now.wall)
        server.isLinked = !isGiven
        servers[id] = server
        serverIDs[name] = id
        return id
    }

    // MARK: - Forgetting

    /// In the order in which they became known.
    var known: [HostID] { servers.keys.sorted { $0.raw < $1.raw } }

    /// Who announced itself and was lost the longest time ago; whoever is to be drained or paused when
    /// it comes back is not forgotten.
    private var longestLost: HostID? {
        known.filter { servers[$0].map(forgetting) ?? .distantFuture < .distantFuture }
            .min {
                (servers[$0]?.lostAt ?? .distantFuture) < (servers[$1]?.lostAt ?? .distantFuture)
            }
    }

    /// When a server is to be forgotten.
    func forgetting(_ server: Server) -> Instant {
        guard let lostAt = server.lostAt, server.order == .undrain else { return .distantFuture }
        return lostAt + policy.remembersServers
    }

    /// A server that is down is not known any more.
    mutating func forget(_ id: HostID) {
        guard let server = servers.removeValue(forKey: id) else { return }
        serverIDs[server.name] = nil
    }

    // MARK: - What servers and operators say

    /// A server has said how it is.
    package mutating func heard(
        _ news: Availability, from id: HostID, now: Now, actions: inout [FrontDoorAction]
    ) {
        servers[id]?.news = news
        servers[id]?.heldUntil = nil
        servers[id]?.refusals = 0
        refresh(id, now, &actions)
    }

    /// The link to it is lost.
    package mutating func lostLink(
        _ id: HostID, now: Now, actions: inout [FrontDoorAction]
    ) {
        servers[id]?.news = nil
        servers[id]?.heldUntil = nil
        servers[id]?.refusals = 0
        if servers[id]?.isLinked == true {
            servers[id]?.isLinked = false
            servers[id]?.lostAt = now.instant
        }
        refresh(id, now, &actions)
    }

    /// An operator wants something of a server; nil when there is none of that name.
    package mutating func order(
        _ order: ServerOrder, _ name: String, now: Now, actions: inout [FrontDoorAction]
    ) -> ServerRow? {
        guard let id = serverIDs[name] else { return nil }
        servers[id]?.order = order
        refresh(id, now, &actions)
        return row(id)
    }

    /// The server's operator has spoken to somebody.
    package mutating func attended(
        _ visit: VisitID, at id: HostID, now: Now, actions: inout [FrontDoorAction]
    ) {
        guard admission.host(of: visit) == id else { return }
        seats[visit]?.isSpokenTo = true
        var steps: [AdmissionAction] = []
        admission.attended(visit, now: now, actions: &steps)
        carryOut(steps, now, &actions)
    }

    /// The server has ended somebody's visit.
    package mutating func freed(
        _ visit: VisitID, at id: HostID, byClient: Bool, now: Now,
        actions: inout [FrontDoorAction]
    ) {
        guard admission.host(of: visit) == id else { return }
        var steps: [AdmissionAction] = []
        if byClient {
            admission.left(visit, now: now, actions: &steps)
        } else {
            admission.closed(visit, now: now, actions: &steps)
        }
        carryOut(steps, now, &actions)
    }

    /// The server has lost whoever served somebody (`freed` with `server_gone`): as if it had let go of
    /// the connection.
    package mutating func stranded(
        _ visit: VisitID, at id: HostID, now: Now, actions: inout [FrontDoorAction]
    ) {
        guard admission.host(of: visit) == id, let client = seats[visit]?.client else { return }
        abandoned(client, now: now, actions: &actions)
    }

    // MARK: - States

    /// How many of this relay's clients a server may have.
    func room(_ id: HostID) -> Int {
        guard let news = servers[id]?.news else { return 0 }
        return max(0, (news.capacity ?? .max) - news.others)
    }

    /// Takes in what has changed about a server.
    mutating func refresh(_ id: HostID, _ now: Now, _ actions: inout [FrontDoorAction]) {
        guard var server = servers[id] else { return }
        let state = server.wanted
        if state != server.state {
            server.state = state
            server.since = now.wall
            servers[id] = server
        }
        var steps: [AdmissionAction] = []
        switch state {
        case .up, .paused:
            var capacity = room(id)
            if server.heldUntil != nil {
                capacity = min(capacity, admission.state(of: id)?.inUse ?? 0)
            }
            admission.setHost(
                id, name: server.name, capacity: capacity, others: server.news?.others ?? 0,
                isOpen: state == .up, now: now, actions: &steps)
        case .draining:
            detaching = .draining
            admission.setHost(
                id, name: server.name, capacity: room(id), isOpen: false, now: now,
                actions: &steps)
            for visit in admission.visits(of: id) { giveBack(visit, now, &steps) }
        case .down:
            detaching = .gone
            admission.setOpen(id, false, now: now, actions: &steps)
            for visit in admission.visits(of: id) { giveBack(visit, now, &steps) }
            admission.removeHost(id, now: now, actions: &steps)
        }
        carryOut(steps, now, &actions)
        detaching = .gone
    }

    // MARK: - Looking

    /// The table, in the order in which servers became known.
    package var rows: [ServerRow] { known.compactMap(row) }

    /// One line of it.
    package func row(_ id: HostID) -> ServerRow? {
        guard let server = servers[id] else { return nil }
        let mine = admission.state(of: id)?.inUse ?? 0
        let others = server.news?.others ?? 0
        let (inUse, overflow) = mine.addingReportingOverflow(others)
        // What is down has no slots; none said is as many as are wanted.
        let capacity = server.news == nil ? 0 : server.news?.capacity
        let row = ServerRow(
            id: id, name: server.name, address: server.address, capacity: capacity,
            inUse: overflow ? .max : inUse, state: server.state, since: server.since,
            waitingFor: "")
        return ServerRow(
            id: id, name: row.name, address: row.address, capacity: row.capacity,
            inUse: row.inUse, state: row.state, since: row.since, waitingFor: words(row, server))
    }

    private func words(_ row: ServerRow, _ server: Server) -> String {
        switch row.state {
        case .down: server.isGiven ? "its link" : "its announcement"
        case .draining: server.order == .drain ? "undrain" : "its end"
        case .paused: server.order == .pause ? "undrain" : "its operator"
        case .up:
            if row.capacity == 0 {
                "an operator"
            } else if server.heldUntil != nil {
                "news of its room"
            } else {
                row.free == 0 ? "a free slot" : "clients"
            }
        }
    }

    /// The server's name.
    package func name(of id: HostID) -> String? { servers[id]?.name }

    /// Whether any server could be sent somebody.
    package var isReady: Bool { servers.values.contains { $0.state == .up } }
}

extension FrontDoor.Server {
    /// The state that link, news and order come to.
    fileprivate var wanted: ServerState {
        guard let news else { return .down }
        if order == .drain || news.state == .draining { return .draining }
        if order == .pause || news.state == .paused { return .paused }
        return .up
    }
}
