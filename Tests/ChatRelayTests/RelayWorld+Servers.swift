// The servers as they are: who has a slot in truth, what they say over their link, and what befalls them.
// A server never takes in more than it has room for; whoever comes too many is told so.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// One server, in truth.
struct TrueServer {
    let name: String
    let isGiven: Bool
    /// nil: as many as are wanted.
    var slots: Int?
    var direct = 0
    /// The connections that have a slot.
    var relayed: [Int] = []
    var isPaused = false
    var isDraining = false
    var isAlive = true
    var isFrozen = false
    /// How often it has been frozen.
    var freezes = 0
    /// How often it has been started.
    var life = 0
    /// What came while it was frozen.
    var stalled: [Happening] = []
    /// Its newest link; lines of older ones are lost.
    var link = 0
    var isLinked = false
    /// The relay believes in this one; 0: in none.
    var linkAtRelay = 0
    /// The relay's number for it.
    var id = HostID(raw: 0)
    /// When the last line arrives.
    var lineAt = 0
    var said: Availability?
    /// When anything about it, its link or a connection to it changed.
    var changedAt = 0
    /// So many it had too many when it was made smaller.
    var excess = 0

    var taken: Int { direct + relayed.count }
    var isOpen: Bool { isAlive && !isFrozen && !isPaused && !isDraining }
    var hasRoom: Bool { isOpen && taken < slots ?? .max }
}

extension RelayWorld {
    func giveServers() {
        for index in servers.indices where servers[index].isGiven {
            let id = try? door.give(servers[index].name, address: "a", now: RelayWorld.time(now))
            guard let id else { return witness.fail("\(index) cannot be given") }
            servers[index].id = id
            witness.isKnown(Int(id.raw), servers[index].name)
        }
    }

    // MARK: - Links

    /// A link is made, if one is missing and it can be.
    func dial(_ index: Int) {
        let server = servers[index]
        guard server.isAlive, !server.isLinked else { return }
        guard !server.isFrozen, !server.isGiven || server.linkAtRelay == 0 else {
            return plan(.dial(index), 1000 + pick(2000))
        }
        if !server.isGiven {
            let wasEmpty = server.linkAtRelay == 0
            do {
                let id = try door.announced(server.name, address: "a", now: RelayWorld.time(now))
                if !wasEmpty { witness.fail("\(server.name) has two links") }
                servers[index].id = id
                witness.isKnown(Int(id.raw), server.name)
                // Another one of that name comes too late.
                let again = try? door.announced(
                    server.name, address: "b", now: RelayWorld.time(now))
                if again != nil { witness.fail("\(server.name) is there twice") }
            } catch {
                tally.nameTaken += 1
                if wasEmpty || error != .nameTaken { witness.fail("\(server.name): \(error)") }
                return plan(.dial(index), 1000 + pick(2000))
            }
        }
        servers[index].link += 1
        servers[index].linkAtRelay = servers[index].link
        servers[index].isLinked = true
        servers[index].said = nil
        servers[index].lineAt = now
        say(index)
    }

    /// A link is cut: the server notices at once, the relay by and by or only by the silence.
    func cutLink(_ index: Int) {
        guard servers[index].isLinked else { return }
        servers[index].isLinked = false
        let delay = isOne(in: 4) ? 6000 + pick(3000) : pick(200)
        plan(.linkLost(index, link: servers[index].link), delay)
        plan(.dial(index), 300 + about(2000))
    }

    func linkLost(_ index: Int, _ link: Int) {
        guard servers[index].linkAtRelay == link else { return }
        if servers[index].link == link { servers[index].isLinked = false }
        servers[index].linkAtRelay = 0
        tally.lostLinks += 1
        let id = servers[index].id
        happens({ $0.isLost(Int(id.raw)) }, { $0.lostLink(id, now: $1, actions: &$2) })
        plan(.dial(index), 300 + about(1000))
    }

    /// A server says how it is, when that is news.
    func say(_ index: Int) {
        servers[index].changedAt = now
        let server = servers[index]
        if server.taken > server.slots.map({ $0 + server.excess }) ?? .max {
            witness.fail("\(server.name) has \(server.taken) clients")
        }
        servers[index].excess = max(0, server.taken - (server.slots ?? .max))
        guard server.isLinked, server.isAlive, !server.isFrozen else { return }
        // Connections of the relay's former lives are others to it.
        let mine = server.relayed.count { attempts[$0]?.life == life }
        let state =
            server.isDraining ? Availability.State.draining : server.isPaused ? .paused : .up
        let news = Availability(
            capacity: server.slots, others: server.taken - mine, inUse: server.taken, state: state)
        guard news != server.said else { return }
        servers[index].said = news
        send(.news(news), index)
    }

    func send(_ line: Happening.Line, _ index: Int) {
        guard servers[index].isLinked else { return }
        let way = isOne(in: 50) ? pick(3000) : pick(setup.way)
        let at = max(
            servers[index].lineAt,
            now + way * RelayWorld.millisecond + pick(RelayWorld.millisecond))
        servers[index].lineAt = at
        agenda.plan(.line(index, link: servers[index].link, line), at: at)
    }

    func hear(_ index: Int, _ link: Int, _ line: Happening.Line) {
        guard servers[index].linkAtRelay == link else { return }
        let id = servers[index].id
        let raw = Int(id.raw)
        switch line {
        case .news(let news):
            happens({ $0.says(news, raw) }, { $0.heard(news, from: id, now: $1, actions: &$2) })
        case .attended(let visit):
            happens({ $0.isAttended(visit, at: raw) }) {
                $0.attended(
                    VisitID(number: UInt64(visit)), at: id, now: $1, actions: &$2)
            }
        case .stranded(let visit):
            happens({ $0.isStranded(visit, at: raw) }) {
                $0.stranded(VisitID(number: UInt64(visit)), at: id, now: $1, actions: &$2)
            }
        case .freed(let visit, let byClient):
            happens({ $0.isFreed(visit, at: raw, byClient: byClient) }) {
                $0.freed(
                    VisitID(number: UInt64(visit)), at: id, byClient: byClient, now: $1,
                    actions: &$2)
            }
        }
    }

    // MARK: - What befalls a server

    func trouble(_ index: Int) {
        plan(.trouble(index), 1 + about(setup.trouble))
        let server = servers[index]
        guard server.isAlive, !server.isFrozen else { return }
        switch pick(16) {
        case 0: die(index)
        case 1, 2:
            servers[index].isFrozen = true
            servers[index].freezes += 1
            let time = isOne(in: 2) ? pick(6000) : pick(30_000)
            plan(.thaw(index, freeze: servers[index].freezes), time)
            let silence = 6000 + pick(3000)
            if time > silence { plan(.linkLost(index, link: server.link), silence) }
        case 3, 4: cutLink(index)
        case 5, 6:
            servers[index].isDraining = true
            say(index)
            plan(isOne(in: 3) ? .restart(index) : .reopen(index), 1000 + pick(30_000))
        case 7, 8:
            servers[index].slots = max(0, (server.slots ?? 4) + pick(5) - 2)
            if isOne(in: 10), setup.slots[index] == nil { servers[index].slots = nil }
            if isOne(in: 3) { servers[index].slots = setup.slots[index] }
            servers[index].excess = max(0, server.taken - (servers[index].slots ?? .max))
            say(index)
        case 9, 10:
            servers[index].isPaused = true
            say(index)
            plan(.reopen(index), pick(20_000))
        case 11: give(isOne(in: 2) ? .drain : .pause, index)
        case 12, 13:
            // The operator vanishes: a client is let go of without a word.
            guard !server.relayed.isEmpty else { return }
            let attempt = server.relayed[pick(server.relayed.count)]
            vacate(index, attempt)
            if let visit = attempts[attempt]?.visit { send(.stranded(visit), index) }
            plan(.letGo(attempt), pick(setup.way))
            say(index)
        default: break
        }
    }

    func give(_ order: ServerOrder, _ index: Int) {
        let server = servers[index]
        guard server.id.raw > 0, door.row(server.id) != nil else { return }
        happens({ $0.isOrdered(order, Int(server.id.raw)) }) { door, now, actions in
            let row = door.order(order, server.name, now: now, actions: &actions)
            if row?.id != server.id { witness.fail("\(server.name) was not ordered") }
        }
        guard order != .undrain else { return }
        plan(.order(.undrain, index), isOne(in: 3) ? pick(100) : pick(30_000))
    }

    private func die(_ index: Int) {
        for attempt in servers[index].relayed { plan(.letGo(attempt), pick(setup.way)) }
        servers[index].relayed = []
        servers[index].direct = 0
        servers[index].isAlive = false
        servers[index].isFrozen = false
        servers[index].isPaused = false
        servers[index].isDraining = false
        servers[index].excess = 0
        servers[index].life += 1
        for what in servers[index].stalled { plan(what, pick(setup.way)) }
        servers[index].stalled = []
        cutLink(index)
        plan(.restart(index), isOne(in: 4) ? pick(200_000) : pick(10_000))
    }

    /// It starts; if it was there, it ends first.
    func restart(_ index: Int) {
        if servers[index].isAlive {
            guard servers[index].isDraining else { return }
            return die(index)
        }
        servers[index].isAlive = true
        plan(.dial(index), pick(1000))
    }

    func thaw(_ index: Int, _ freeze: Int) {
        guard servers[index].isFrozen, servers[index].freezes == freeze else { return }
        servers[index].isFrozen = false
        if servers[index].link != servers[index].linkAtRelay {
            servers[index].isLinked = false
            plan(.dial(index), pick(1000))
        }
        for what in servers[index].stalled { plan(what, pick(20)) }
        servers[index].stalled = []
        say(index)
    }

    func reopen(_ index: Int) {
        servers[index].isPaused = false
        servers[index].isDraining = false
        if servers[index].isFrozen { return }
        say(index)
    }

    // MARK: - Clients of its own

    func directArrives(_ index: Int) {
        plan(.directArrives(index), 1 + about(setup.direct))
        guard servers[index].hasRoom else { return }
        servers[index].direct += 1
        say(index)
        let stay = isOne(in: 4) ? pick(200) : pick(setup.handling * 2)
        plan(.directLeaves(index, life: servers[index].life), stay)
    }

    func directLeaves(_ index: Int, _ life: Int) {
        guard servers[index].life == life else { return }
        if servers[index].isFrozen {
            return servers[index].stalled.append(.directLeaves(index, life: life))
        }
        servers[index].direct -= 1
        say(index)
    }
}
