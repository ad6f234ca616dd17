// What the witness knows of an event before the machine is told of it, and what has to be true after it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension RelayWitness {
    // MARK: - Before

    /// Somebody arrives: gets the place that is kept for it, or the next number.
    func arrives(_ client: Int, place: String, ticket: String?, newTicket: String, canMove: Bool) {
        let kept = ticket.map { byTicket[$0] ?? 0 } ?? byPlace[place] ?? 0
        let visit = visits[kept]
        let isKept =
            visit.stage == .waiting && visit.client == 0
            && now < min(visit.until, visit.absentUntil)
        let id = isKept ? kept : visits.count
        if isKept {
            if byPlace[visit.place] == id { byPlace[visit.place] = nil }
            RelayWitness.remove(id, from: &absent)
            RelayWitness.insert(id, into: &present)
        } else {
            visits.append(Visit())
            tickets.append(newTicket)
            visits[id].stage = .approached
            visits[id].since = now
            visits[id].until = now + Int(policy.wait.wholeNanoseconds)
            visits[id].due = visits[id].until
            byTicket[newTicket] = id
        }
        visits[id].client = client
        visits[id].place = place
        visits[id].canMove = canMove
        visits[id].isRestored = false
        visits[id].toldAt = now
        visits[id].wasTold = false
        byClient[client] = id
        cause = .arrival(visit: id)
    }

    /// Somebody goes.
    func leaves(_ client: Int, isAbrupt: Bool) {
        guard let id = byClient.removeValue(forKey: client) else { return cause = .leave(visit: 0) }
        visits[id].client = 0
        cause = .leave(visit: id)
        guard isAbrupt, visits[id].stage == .waiting else { return }
        if policy.keepsPlace == .zero { return }
        checkSilence(id)
        RelayWitness.remove(id, from: &present)
        RelayWitness.insert(id, into: &absent)
        visits[id].absentUntil = now + Int(policy.keepsPlace.wholeNanoseconds)
        byPlace[visits[id].place] = id
    }

    /// A client's server was busy, or has let go of it.
    func comesBack(_ client: Int, isBusy: Bool) {
        let id = byClient[client] ?? 0
        cause = isBusy ? .refuse(visit: id) : .abandon(visit: id)
        guard visits[id].stage == .serving else { return }
        if !isBusy { visits[id].losses += 1 }
        let server = visits[id].server
        let pause = Int(policy.busyPause.wholeNanoseconds) << min(servers[server].refusals, 4)
        servers[server].refusals += 1
        servers[server].heldUntil = now + pause
        servers[server].capacity = min(servers[server].room, servers[server].count - 1)
    }

    /// Somebody has been spoken to, or freed, at a server.
    func isAttended(_ visit: Int, at server: Int) {
        let isThere = visits[visit].stage == .serving && visits[visit].server == server
        cause = .attend(visit: isThere ? visit : 0)
        if isThere { visits[visit].isSpokenTo = true }
    }

    func isFreed(_ visit: Int, at server: Int, byClient: Bool) {
        let isThere = visits[visit].stage == .serving && visits[visit].server == server
        cause = .free(visit: isThere ? visit : 0, byClient: byClient)
    }

    func isStranded(_ visit: Int, at server: Int) {
        let isThere = visits[visit].stage == .serving && visits[visit].server == server
        comesBack(isThere ? visits[visit].client : 0, isBusy: false)
    }

    func isKnown(_ server: Int, _ name: String) {
        while servers.count <= server { servers.append(Server()) }
        servers[server].name = name
    }

    func says(_ news: Availability, _ server: Int) {
        cause = .news(server)
        if servers[server].state == .down { servers[server].idleSince = now }
        servers[server].news = news
        servers[server].heldUntil = 0
        servers[server].refusals = 0
        servers[server].capacity = servers[server].room
    }

    func isLost(_ server: Int) {
        cause = .lostLink(server)
        servers[server].news = nil
        servers[server].heldUntil = 0
        servers[server].refusals = 0
    }

    func isOrdered(_ order: ServerOrder, _ server: Int) {
        cause = .order(server)
        servers[server].order = order
        setCapacity(server)
    }

    func deadline() {
        cause = .deadline
        for server in servers.indices {
            let until = servers[server].heldUntil
            guard until > 0, until <= now else { continue }
            servers[server].heldUntil = 0
            servers[server].releasedAt = now
            setCapacity(server)
        }
    }

    private func setCapacity(_ server: Int) {
        let known = servers[server]
        let isHeld = known.heldUntil > 0 && known.state != .draining
        servers[server].capacity = isHeld ? min(known.room, known.count) : known.room
    }

    /// The relay ends and starts again: whoever waited keeps its place for a while, all others are over.
    func restart() -> [(visit: Int, ticket: String, isAttended: Bool)] {
        counts = AdmissionCounts()
        let kept = (present + absent).sorted()
        for id in visits.indices where visits[id].stage == .serving { visits[id].stage = .over }
        present = []
        absent = kept
        byClient = [:]
        byPlace = [:]
        byTicket = [:]
        servers = [Server()]
        for id in kept {
            var visit = Visit()
            visit.stage = .waiting
            visit.isAttended = visits[id].isAttended
            visit.isRestored = true
            visit.since = now
            visit.until = now + Int(policy.wait.wholeNanoseconds)
            visit.due = visit.until
            visit.absentUntil = now + Int(policy.keepsPlace.wholeNanoseconds)
            visits[id] = visit
            byTicket[tickets[id]] = id
            counts.approached += 1
            if visit.isAttended { counts.attended += 1 } else { counts.waiting += 1 }
        }
        return kept.map { ($0, tickets[$0], visits[$0].isAttended) }
    }

    // MARK: - After

    /// What has to be true after every event.
    func check(_ found: AdmissionCounts) {
        if let debt = owed.first { fail("\(debt.visit) is owed: \(debt.what)") }
        if found != counts { fail("\(found) instead of \(counts)") }
        let lost = counts.lost.values.reduce(0, +)
        if counts.approached != counts.attended + lost + counts.waiting + counts.serving {
            fail("somebody is not accounted for")
        }
        for server in servers {
            switch server.state {
            case .up:
                if let first = present.first, server.count < server.capacity {
                    fail("\(first) waits beside a slot of \(server.name)")
                }
            case .paused: break
            case .down, .draining:
                if server.count > 0 { fail("\(server.name) has \(server.count), \(server.state)") }
            }
        }
        switch cause {
        case .arrival(let id):
            if visits[id].stage == .approached { fail("nothing became of \(id)") }
            if visits[id].stage == .waiting, !visits[id].wasTold { fail("\(id) is not told") }
        case .leave(let id) where id > 0:
            if visits[id].stage != .over, visits[id].absentUntil <= now { fail("\(id) stays") }
        case .abandon(let id) where visits[id].losses > Limits.maxServerLosses:
            if visits[id].stage != .over { fail("\(id) loses one server after the other") }
        case .refuse(let id), .abandon(let id):
            if visits[id].stage == .serving, visits[id].since != now { fail("\(id) stays") }
        case .attend(let id) where id > 0:
            if !visits[id].isAttended { fail("\(id) is not attended") }
        case .free(let id, _) where id > 0:
            if visits[id].stage != .over { fail("\(id) is not freed") }
        default: break
        }
    }

    /// Everything that can be seen; now and then.
    func compareAll(_ door: FrontDoor, at now: Now) {
        let listed = door.admission.waiting(limit: .max, now: now.instant)
        if listed.map({ Int($0.visit.number) }) != present { fail("another order") }
        if door.admission.waitingCount != present.count + absent.count { fail("the queue") }
        let oldest = present.map { self.now - visits[$0].since }.max()
        if door.admission.oldestWait(now: now.instant).map({ Int($0.wholeNanoseconds) }) != oldest {
            fail("the oldest wait")
        }
        for id in present {
            checkSilence(id)
            if self.now > visits[id].due + lag { fail("\(id) waits for too long") }
        }
        for id in absent where self.now > visits[id].absentUntil + lag {
            fail("\(id) keeps its place for too long")
        }
        for row in door.rows {
            let server = servers[Int(row.id.raw)]
            let capacity = server.news == nil ? 0 : server.news?.capacity
            let inUse = server.count + (server.news?.others ?? 0)
            if row.state != server.state || row.inUse != inUse || row.capacity != capacity
                || door.admission.visits(of: row.id).count != server.count
            {
                fail("the row of \(server.name): \(row)")
            }
        }
        compareTables(door)
    }

    /// The machine keeps something of those alone who are not over.
    private func compareTables(_ door: FrontDoor) {
        let alive = present.count + absent.count + servers.reduce(0) { $0 + $1.count }
        var sizes: [String: Int] = [:]
        for child in Mirror(reflecting: door).children {
            sizes[child.label ?? ""] = Mirror(reflecting: child.value).children.count
        }
        if sizes["seats"] != alive || sizes["visitsByTicket"] != alive
            || sizes["visitsByClient"] != byClient.count
            || sizes["visitsByPlace"] != byPlace.count
            || sizes["servers"] != sizes["serverIDs"]
        {
            fail("\(alive) are alive, and there are \(sizes)")
        }
    }

    // MARK: - Lists in order

    static func index(of id: Int, in list: [Int]) -> Int {
        var few = 0
        var many = list.count
        while few < many {
            let middle = (few + many) / 2
            if list[middle] < id { few = middle + 1 } else { many = middle }
        }
        return few
    }

    static func insert(_ id: Int, into list: inout [Int]) {
        list.insert(id, at: index(of: id, in: list))
    }

    @discardableResult
    static func remove(_ id: Int, from list: inout [Int]) -> Bool {
        let index = index(of: id, in: list)
        guard index < list.count, list[index] == id else { return false }
        list.remove(at: index)
        return true
    }
}
