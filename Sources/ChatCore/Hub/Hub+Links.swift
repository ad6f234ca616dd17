// Relays: their links, and the clients that they bring. A relayed client never waits here: it is served
// at once or let go without a word, and its relay hears what becomes of its slot.
// Invariant: a relayed visit has a slot, or its end is on its way within the same request.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The hub's memory of relays.
struct Links: Sendable {
    struct Link: Sendable {
        let relay: RelayID
        /// What it was told last.
        var told: Availability?
    }

    /// The links, by their connections. A relay may have several.
    private(set) var links: [ClientID: Link] = [:]
    /// Who was brought by whom.
    private(set) var visits: [VisitID: RelayedClient] = [:]
    /// How many of the visits are whose.
    private var counts: [RelayID: Int] = [:]
    /// The server is about to end.
    var isDraining = false

    mutating func open(_ id: ClientID, _ relay: RelayID) { links[id] = Link(relay: relay) }

    mutating func close(_ id: ClientID) { links[id] = nil }

    mutating func tell(_ id: ClientID, _ news: Availability) { links[id]?.told = news }

    mutating func add(_ visit: VisitID, _ relayed: RelayedClient) {
        remove(visit)
        visits[visit] = relayed
        counts[relayed.relay, default: 0] += 1
    }

    @discardableResult
    mutating func remove(_ visit: VisitID) -> RelayedClient? {
        guard let relayed = visits.removeValue(forKey: visit) else { return nil }
        let rest = (counts[relayed.relay] ?? 1) - 1
        counts[relayed.relay] = rest > 0 ? rest : nil
        return relayed
    }

    /// How many of the visits are that relay's.
    func count(of relay: RelayID) -> Int { counts[relay] ?? 0 }
}

extension Hub {
    /// A relay has linked itself.
    mutating func openLink(_ id: ClientID, _ relay: RelayID) {
        guard clients[id] == nil else { return }
        links.open(id, relay)
    }

    /// Somebody waited at a relay in vain: the operators are told what it said.
    func tellOperators(_ left: LeftMessage, from link: ClientID, _ output: inout HubOutput) {
        guard links.links[link] != nil else { return }
        let words = "\(left.nick) waited at the relay in vain and left a message: \(left.text)"
        for id in reception.operators.keys.sorted(by: { $0.raw < $1.raw }) {
            output.tell(id, .notice(words), .none)
        }
    }

    /// The server is about to end: relays send nobody any more.
    package mutating func drain(output: inout HubOutput) {
        links.isDraining = true
        settleLinks(output: &output)
    }

    /// Whether anybody is linked.
    package var hasLinks: Bool { !links.links.isEmpty }

    /// Tells the links what has changed since they were told last. To be called when a turn's
    /// requests are carried out.
    package mutating func settleLinks(output: inout HubOutput) {
        guard hasLinks else { return }
        let all = slots
        for (id, link) in links.links {
            var news = all
            news.others = max(0, all.inUse - links.count(of: link.relay))
            guard news != link.told else { continue }
            links.tell(id, news)
            output.tell(id, .link(.availability(news)), .none)
        }
    }

    /// All slots, nobody's own yet. What is taken at a closed host counts as a slot, so that the
    /// difference is always what is free.
    private var slots: Availability {
        let state: Availability.State =
            links.isDraining ? .draining : reception.admission.isClosed ? .paused : .up
        guard isLimited else {
            let inUse = clients.count
            return Availability(capacity: nil, others: inUse, inUse: inUse, state: state)
        }
        let (capacity, inUse) = reception.admission.slotUse
        return Availability(capacity: capacity, others: inUse, inUse: inUse, state: state)
    }

    // MARK: - Relayed clients

    /// Whether somebody whom a relay brings would have a slot at once.
    func hasSlot(for registration: Registration, _ id: ClientID) -> Bool {
        guard !links.isDraining else { return false }
        guard isLimited, registration.password == nil else { return true }
        if reception.admission.hasFreeSlot { return true }
        // Or has one already.
        var visits = [clients[id]?.visit]
        if let token = registration.resume?.token {
            visits.append(sessions[token].flatMap { clients[$0.client]?.visit })
        }
        visits.append(registration.ticket.flatMap { reception.visitsByTicket[$0] })
        return visits.contains { visit in
            visit.map { reception.admission.host(of: $0) != nil } ?? false
        }
    }

    /// From here on the visit's client is one that a relay has brought; nil: one that came itself.
    mutating func setRelayed(
        _ visit: VisitID?, _ relayed: RelayedClient?, _ output: inout HubOutput
    ) {
        guard let visit else { return }
        let former = links.remove(visit)
        if let former, former.relay != relayed?.relay || former.visit != relayed?.visit {
            tellRelay(of: former, .freed(visit: former.visit, reason: "left"), &output)
        }
        guard let relayed else { return }
        links.add(visit, relayed)
        if reception.admission.isAttended(visit) {
            tellRelay(of: relayed, .attended(visit: relayed.visit), &output)
        }
    }

    /// A relay hears what becomes of a visit of its own.
    mutating func tellRelay(_ record: VisitRecord, _ output: inout HubOutput) {
        guard let relayed = links.visits[record.visit] else { return }
        switch record.event {
        case .attended: tellRelay(of: relayed, .attended(visit: relayed.visit), &output)
        case .ended(let reason, _): free(record.visit, reason.rawValue, &output)
        case .lost(let reason, _): free(record.visit, reason.rawValue, &output)
        case .approached, .waiting, .served, .returned, .rated: break
        }
    }

    private mutating func free(
        _ visit: VisitID, _ reason: String, _ output: inout HubOutput
    ) {
        guard let relayed = links.remove(visit) else { return }
        tellRelay(of: relayed, .freed(visit: relayed.visit, reason: reason), &output)
    }

    private func tellRelay(
        of relayed: RelayedClient, _ event: LinkEvent, _ output: inout HubOutput
    ) {
        for (id, link) in links.links where link.relay == relayed.relay {
            output.tell(id, .link(event), .none)
        }
    }

    /// Relayed visits that have lost their operator and got no other one at once: their relay has
    /// a queue for them.
    mutating func giveBack(
        _ returned: [VisitID], _ now: Now, _ output: inout HubOutput
    ) {
        for visit in returned where reception.admission.host(of: visit) == nil {
            let client = reception.seats[visit]?.client
            if let client { clients[client]?.visit = nil }
            var actions: [AdmissionAction] = []
            reception.admission.stranded(visit, now: now, actions: &actions)
            carryOut(actions, now, &output)
            if let client { quit(client, .disconnected, now, &output) }
        }
    }
}
