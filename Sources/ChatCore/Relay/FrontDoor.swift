// The relay's mind: who is where, which servers have room, and who is sent to which. Pure state over the
// `Admission` machine, whose hosts are the servers; time is a parameter.
//
// arrived:   waits, or is assigned at once. A slot is taken when it is assigned, not when it connects.
// assigned:  becomes freed (by the server), returned (server gone, draining or busy) or gone.
// Invariants: no server is given more than what it says it has, less what others have taken; nobody
// present waits while a server has room; every visit ends exactly once; whoever loses its server without
// having done anything for it stands before all who came later.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How a relay treats those who wait.
package struct FrontDoorPolicy: Hashable, Sendable {
    package var wait: Duration
    package var keepsPlace: Duration
    package var maxWaiting: Int
    /// So long after the start clients wait even while no server is known: servers are about to
    /// announce themselves.
    package var announcementTime: Duration
    /// How long a server that turned out to be busy is not sent the next one, if it says nothing;
    /// twice as long each time that happens again.
    package var busyPause: Duration
    /// How long a server that announced itself is remembered when its link is lost.
    package var remembersServers: Duration

    package init(
        wait: Duration = .seconds(300), keepsPlace: Duration = .seconds(30),
        maxWaiting: Int = 10_000, announcementTime: Duration = .seconds(15),
        busyPause: Duration = .seconds(1), remembersServers: Duration = .seconds(3600)
    ) {
        self.wait = wait
        self.keepsPlace = keepsPlace
        self.maxWaiting = maxWaiting
        self.announcementTime = announcementTime
        self.busyPause = busyPause
        self.remembersServers = remembersServers
    }
}

/// The queue and the table of servers.
package struct FrontDoor: Sendable {
    struct Seat: Sendable {
        /// nil: its place is kept.
        var client: ClientID?
        var ticket: RelayTicket
        var place: String
        var canMove: Bool
        var hasWaited = false
        /// How often a server let go of it without a word.
        var losses = 0
        /// Somebody has spoken to it at the server where it is.
        var isSpokenTo = false
        /// Where it was before.
        var reference: String?
    }

    struct Server: Sendable {
        let name: String
        var address: String
        /// The command line names it; others announce themselves.
        let isGiven: Bool
        /// It has announced itself, and that link is not lost.
        var isLinked = false
        /// When the link was lost by which it announced itself.
        var lostAt: Instant?
        /// nil: there is no link, or nothing was heard by it yet.
        var news: Availability?
        var order: ServerOrder = .undrain
        var state = ServerState.down
        var since: Timestamp
        /// It was busy: it is given nobody more until then, or until it says something.
        var heldUntil: Instant?
        /// How often it was busy since it said something.
        var refusals = 0
    }

    let policy: FrontDoorPolicy
    let startedAt: Instant
    package internal(set) var admission: Admission
    var seats: [VisitID: Seat] = [:]
    var visitsByClient: [ClientID: VisitID] = [:]
    var visitsByTicket: [String: VisitID] = [:]
    var visitsByPlace: [String: VisitID] = [:]
    var servers: [HostID: Server] = [:]
    var serverIDs: [String: HostID] = [:]
    private var lastServer: UInt64 = 0
    /// So often the pause of a busy server grows.
    static let mostDoublings = 4
    /// Why those who return at the moment do.
    var detaching = DetachReason.gone

    /// - Parameter lastVisit: the number of the newest visit there ever was.
    package init(_ policy: FrontDoorPolicy, lastVisit: UInt64, now: Now) {
        self.policy = policy
        startedAt = now.instant
        admission = Admission(
            AdmissionPolicy(
                wait: policy.wait, keepsPlace: policy.keepsPlace, maxWaiting: policy.maxWaiting,
                isDesk: true, isFrontDoor: true), last: lastVisit)
    }

    /// Somebody who waited when the relay ended may come back to its place.
    package mutating func restore(
        _ visit: VisitID, ticketKey: String, isAttended: Bool, now: Now
    ) {
        admission.restore(visit, isAttended: isAttended, now: now)
        seats[visit] = Seat(
            client: nil, ticket: RelayTicket(text: "", key: ticketKey), place: "", canMove: true)
        visitsByTicket[ticketKey] = visit
    }

    mutating func nextServerID() -> HostID {
        lastServer += 1
        return HostID(raw: lastServer)
    }

    // MARK: - Clients

    /// Somebody asks to be served.
    package mutating func arrived(
        _ arrival: RelayArrival, now: Now, actions: inout [FrontDoorAction]
    ) {
        var steps: [AdmissionAction] = []
        if let kept = keptPlace(arrival), admission.cameBack(kept, now: now, actions: &steps) {
            takeSeat(kept, arrival)
        } else if servers.isEmpty, now.instant - startedAt > policy.announcementTime {
            admission.turnedAway(
                nick: arrival.nick, ticket: arrival.newTicket.text, now: now, actions: &steps)
            for case .record(let record) in steps { actions.append(.record(record)) }
            return actions.append(.end(arrival.client, .noServer))
        } else {
            let visit = admission.approached(
                nick: arrival.nick, ticket: arrival.newTicket.text, now: now, actions: &steps)
            seats[visit] = Seat(
                client: arrival.client, ticket: arrival.newTicket, place: arrival.place,
                canMove: arrival.canMove)
            visitsByTicket[arrival.newTicket.key] = visit
            visitsByClient[arrival.client] = visit
        }
        carryOut(steps, now, &actions)
    }

    private func keptPlace(_ arrival: RelayArrival) -> VisitID? {
        if let ticket = arrival.ticket { return visitsByTicket[ticket.key] }
        return visitsByPlace[arrival.place]
    }

    /// Whether a ticket is that of somebody whose place is kept.
    package func keepsPlace(of ticket: RelayTicket) -> Bool {
        guard let visit = visitsByTicket[ticket.key], let seat = seats[visit] else { return false }
        return seat.client == nil
    }

    private mutating func takeSeat(_ visit: VisitID, _ arrival: RelayArrival) {
        guard var seat = seats[visit] else { return }
        if visitsByPlace[seat.place] == visit { visitsByPlace[seat.place] = nil }
        if let ticket = arrival.ticket { seat.ticket = ticket }
        seat.client = arrival.client
        seat.place = arrival.place
        seat.canMove = arrival.canMove
        seats[visit] = seat
        visitsByClient[arrival.client] = visit
    }

    /// A client is gone. Who waits and went without a word (`isAbrupt`) keeps its place for a while.
    package mutating func left(
        _ client: ClientID, isAbrupt: Bool, now: Now, actions: inout [FrontDoorAction]
    ) {
        guard let visit = visitsByClient.removeValue(forKey: client) else { return }
        seats[visit]?.client = nil
        var steps: [AdmissionAction] = []
        if isAbrupt, admission.host(of: visit) == nil, let place = seats[visit]?.place {
            visitsByPlace[place] = visit
            admission.dropped(visit, now: now, actions: &steps)
        } else {
            admission.left(visit, now: now, actions: &steps)
        }
        carryOut(steps, now, &actions)
    }

    /// The server that it was sent to would not have it, or could not be reached.
    package mutating func refused(
        _ client: ClientID, now: Now, actions: inout [FrontDoorAction]
    ) {
        detaching = .busy
        defer { detaching = .gone }
        guard let visit = hold(client, now, &actions) else { return }
        var steps: [AdmissionAction] = []
        admission.refused(visit, now: now, actions: &steps)
        carryOut(steps, now, &actions)
    }

    /// The connection to its server has ended without a reason: the server is as good as gone for it.
    /// Who loses it so again and again is let go.
    package mutating func abandoned(
        _ client: ClientID, now: Now, actions: inout [FrontDoorAction]
    ) {
        guard let visit = hold(client, now, &actions) else { return }
        var steps: [AdmissionAction] = []
        let losses = (seats[visit]?.losses ?? 0) + 1
        seats[visit]?.losses = losses
        if losses > Limits.maxServerLosses {
            admission.givenUp(visit, now: now, actions: &steps)
        } else {
            giveBack(visit, now, &steps)
        }
        carryOut(steps, now, &actions)
    }

    /// Sends nobody more to a client's server for a moment: what is known of it is not true.
    private mutating func hold(
        _ client: ClientID, _ now: Now, _ actions: inout [FrontDoorAction]
    ) -> VisitID? {
        guard let visit = visitsByClient[client], let host = admission.host(of: visit) else {
            return nil
        }
        let refusals = servers[host]?.refusals ?? 0
        servers[host]?.refusals = refusals + 1
        let pause = policy.busyPause * (1 << min(refusals, FrontDoor.mostDoublings))
        servers[host]?.heldUntil = now.instant + pause
        var steps: [AdmissionAction] = []
        let serving = admission.state(of: host)?.inUse ?? 0
        admission.setHost(
            host, name: servers[host]?.name ?? "", capacity: min(room(host), serving - 1),
            others: servers[host]?.news?.others ?? 0, isOpen: servers[host]?.state == .up, now: now,
            actions: &steps)
        carryOut(steps, now, &actions)
        return visit
    }

    /// Takes a visit's slot away; the visit waits again.
    mutating func giveBack(_ visit: VisitID, _ now: Now, _ steps: inout [AdmissionAction]) {
        if seats[visit]?.canMove == true {
            admission.sentBack(visit, now: now, actions: &steps)
        } else {
            admission.cutLoose(visit, now: now, actions: &steps)
        }
    }

    // MARK: - Time

    /// When `deadlineReached` wants to be called.
    package var nextDeadline: Instant {
        var next = admission.nextDeadline
        for server in servers.values {
            next = min(next, server.heldUntil ?? .distantFuture, forgetting(server))
        }
        return next
    }

    /// Does what is due.
    package mutating func deadlineReached(now: Now, actions: inout [FrontDoorAction]) {
        for id in known {
            guard let server = servers[id] else { continue }
            if forgetting(server) <= now.instant { forget(id) }
            guard let until = server.heldUntil, until <= now.instant else { continue }
            servers[id]?.heldUntil = nil
            refresh(id, now, &actions)
        }
        var steps: [AdmissionAction] = []
        admission.deadlineReached(now: now, actions: &steps)
        carryOut(steps, now, &actions)
    }

    // MARK: - What the machine decides

    mutating func carryOut(
        _ steps: [AdmissionAction], _ now: Now, _ actions: inout [FrontDoorAction]
    ) {
        for step in steps {
            switch step {
            case .record(let record): actions.append(.record(record))
            case .queued(let visit, let status):
                seats[visit]?.hasWaited = true
                guard let seat = seats[visit], let client = seat.client else { continue }
                actions.append(.tell(client, status, ticket: seat.ticket.text))
            case .admitted(let visit, let host): assign(visit, host, &actions)
            case .returned(let visit, let host): detach(visit, host, &actions)
            case .lost(let visit, let reason):
                let code: ByeCode? =
                    switch reason {
                    case .expired: .waitExpired
                    case .queueFull: .queueFull
                    case .noServer, .serverGone: .noServer
                    case .left, .unanswered: nil
                    }
                end(visit, code, &actions)
            case .ended(let visit, let reason):
                let code: ByeCode? =
                    switch reason {
                    case .expired: .waitExpired
                    case .serverGone: .noServer
                    case .closed, .left: nil
                    }
                end(visit, code, &actions)
            }
        }
    }

    private mutating func assign(
        _ visit: VisitID, _ host: HostID, _ actions: inout [FrontDoorAction]
    ) {
        seats[visit]?.isSpokenTo = false
        guard let seat = seats[visit], let client = seat.client else { return }
        actions.append(
            .connect(
                client,
                RelayAssignment(
                    server: host, serverName: servers[host]?.name ?? "", visit: visit,
                    ticket: seat.ticket.text, hasWaited: seat.hasWaited,
                    reference: seat.reference)))
    }

    private mutating func detach(
        _ visit: VisitID, _ host: HostID, _ actions: inout [FrontDoorAction]
    ) {
        guard let seat = seats[visit] else { return }
        let name = servers[host]?.name ?? ""
        // Where nobody has spoken to it there is nothing to refer to.
        if seat.isSpokenTo { seats[visit]?.reference = "\(name) #visit-\(visit.number)" }
        guard let client = seat.client else { return }
        let canMove = seat.canMove || detaching == .busy
        actions.append(.detach(client, from: name, detaching, canMove: canMove))
        guard !canMove else { return }
        visitsByClient[client] = nil
        seats[visit]?.client = nil
        visitsByPlace[seat.place] = visit
    }

    private mutating func end(
        _ visit: VisitID, _ code: ByeCode?, _ actions: inout [FrontDoorAction]
    ) {
        guard let seat = seats.removeValue(forKey: visit) else { return }
        if visitsByTicket[seat.ticket.key] == visit { visitsByTicket[seat.ticket.key] = nil }
        if visitsByPlace[seat.place] == visit { visitsByPlace[seat.place] = nil }
        guard let client = seat.client else { return }
        visitsByClient[client] = nil
        actions.append(code.map { .end(client, $0) } ?? .freed(client))
    }
}
