// The relay once more, as simply as it can be said: lists, no deadlines, no rounds. It is told each
// event, follows the actions that came of it one by one, and complains about the first that should not
// have come, or that is missing. Nothing here is asked of the machine.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What a front door is held against.
final class RelayWitness {
    /// What has happened.
    enum Cause {
        case arrival(visit: Int)
        case leave(visit: Int)
        case refuse(visit: Int), abandon(visit: Int)
        case attend(visit: Int), free(visit: Int, byClient: Bool)
        case news(Int), lostLink(Int), order(Int)
        case deadline
    }

    enum Stage {
        case approached, waiting, serving, over
    }

    /// One visit; times are nanoseconds, 0 is nobody and nowhere.
    struct Visit {
        var stage = Stage.over
        /// 0: it is not there.
        var client = 0
        var place = ""
        var canMove = true
        var isAttended = false
        var isSpokenTo = false
        var isRestored = false
        var losses = 0
        var since = 0
        var until = 0
        /// The same, unless it was sent back later than that.
        var due = 0
        var absentUntil = 0
        /// The wait that ended with the slot it has.
        var wait = (since: 0, until: 0)
        var server = 0
        var handled = 0
        var reference: String?
        /// When it was told last, or began to wait.
        var toldAt = 0
        var wasTold = false
        var hasWaited = false
    }

    struct Server {
        var name = ""
        var news: Availability?
        var order = ServerOrder.undrain
        var heldUntil = 0
        /// When that was over.
        var releasedAt = 0
        var refusals = 0
        /// How many the machine may send there.
        var capacity = 0
        var count = 0
        var idleSince = 0

        var state: ServerState {
            guard let news else { return .down }
            if order == .drain || news.state == .draining { return .draining }
            return order == .pause || news.state == .paused ? .paused : .up
        }

        var room: Int { max(0, (news?.capacity ?? .max) - (news?.others ?? 0)) }
        var others: Int { min(news?.others ?? 0, .max - capacity) }
    }

    static let second = 1_000_000_000

    let policy: FrontDoorPolicy
    /// How late deadlines may be kept.
    let lag: Int
    var now = 0
    /// By number; before the first there is nobody.
    var visits: [Visit] = [Visit()]
    /// Those who wait, in order.
    var present: [Int] = []
    var absent: [Int] = []
    var byClient: [Int: Int] = [:]
    var byTicket: [String: Int] = [:]
    var tickets: [String] = [""]
    var byPlace: [String: Int] = [:]
    /// By the machine's numbers.
    var servers: [Server] = [Server()]
    var counts = AdmissionCounts()
    var failure: String?
    var cause = Cause.deadline
    /// No server is known, and none is expected.
    var mayTurnAway = false
    /// What was journalled of somebody and is still to be told it, or to be done.
    var owed: [(visit: Int, what: Debt)] = []

    enum Debt: Equatable {
        case connection, detachment, freedom
        case end(ByeCode)
    }

    init(_ policy: FrontDoorPolicy, lag: Int) {
        self.policy = policy
        self.lag = lag
    }

    func fail(_ text: @autoclosure () -> String) {
        if failure == nil { failure = text() }
    }

    // MARK: - What came of it

    func follow(_ action: FrontDoorAction) {
        switch action {
        case .record(let record): follow(record)
        case .tell(let client, let status, let ticket): told(Int(client.raw), status, ticket)
        case .connect(let client, let assignment): connected(Int(client.raw), assignment)
        case .detach(let client, let name, let reason, let canMove):
            detached(Int(client.raw), name, reason, canMove)
        case .freed(let client): settled(Int(client.raw), .freedom)
        case .end(let client, let code): settled(Int(client.raw), .end(code))
        }
    }

    private func follow(_ record: VisitRecord) {
        let id = Int(record.visit.number)
        if record.at.milliseconds != Int64(now / 1_000_000) { fail("\(id): of another time") }
        if case .approached = record.event {
            guard case .arrival(id) = cause, visits[id].stage == .approached else {
                return fail("\(id) approached")
            }
            counts.approached += 1
            counts.waiting += 1
            return
        }
        guard id < visits.count, visits[id].stage != .over else {
            return fail("\(id): a record after the end: \(record.event)")
        }
        switch record.event {
        case .approached, .rated: fail("\(id): not to be recorded here")
        case .waiting: waits(id)
        case .served(let name, let waited): served(id, name, Int(waited.wholeNanoseconds))
        case .attended: attended(id)
        case .returned: returned(id)
        case .ended(let reason, let handled): ended(id, reason, Int(handled.wholeNanoseconds))
        case .lost(let reason, let waited): lost(id, reason, Int(waited.wholeNanoseconds))
        }
    }

    private func waits(_ id: Int) {
        guard visits[id].stage == .approached else { return fail("\(id) waits again") }
        if present.count + absent.count >= policy.maxWaiting { fail("\(id) waits in a full queue") }
        visits[id].stage = .waiting
        visits[id].toldAt = now
        RelayWitness.insert(id, into: &present)
    }

    private func served(_ id: Int, _ name: String, _ waited: Int) {
        guard let chosen = servers.indices.last(where: { servers[$0].name == name }) else {
            return fail("\(id) served by nobody")
        }
        switch visits[id].stage {
        case .approached: if !present.isEmpty { fail("\(id) served before \(present[0])") }
        case .waiting:
            if present.first != id { fail("\(id) served before \(present.first ?? 0)") }
            checkSilence(id)
            RelayWitness.remove(id, from: &present)
        case .serving, .over: fail("\(id) has two slots")
        }
        if waited != now - visits[id].since { fail("\(id): served, waited \(waited)") }
        checkChoice(chosen, id)
        if !visits[id].isAttended {
            counts.waiting -= 1
            counts.serving += 1
        }
        servers[chosen].count += 1
        visits[id].stage = .serving
        visits[id].wait = (visits[id].since, visits[id].until)
        visits[id].since = now
        visits[id].server = chosen
        owed.append((id, .connection))
    }

    /// It has room, as it has last said, and no other one is freer, or as free and idle for longer.
    private func checkChoice(_ chosen: Int, _ id: Int) {
        let mine = servers[chosen]
        guard mine.state == .up, mine.count < mine.capacity else {
            return fail("\(id) sent to \(mine.name), which has no room")
        }
        for other in servers.indices where other != chosen {
            let rival = servers[other]
            guard rival.state == .up, rival.count < rival.capacity else { continue }
            // Of several that were held one is released before the other, though at the same time.
            if case .deadline = cause, rival.releasedAt == now { continue }
            let left = (mine.count + mine.others).multipliedFullWidth(
                by: rival.capacity + rival.others)
            let right = (rival.count + rival.others).multipliedFullWidth(
                by: mine.capacity + mine.others)
            if (right.high, right.low) < (left.high, left.low)
                || right == left && rival.idleSince < mine.idleSince
            {
                fail("\(id) sent to \(mine.name) instead of \(rival.name)")
            }
        }
    }

    private func attended(_ id: Int) {
        guard case .attend(id) = cause, visits[id].stage == .serving, !visits[id].isAttended
        else { return fail("\(id) attended") }
        visits[id].isAttended = true
        counts.serving -= 1
        counts.attended += 1
    }

    private func returned(_ id: Int) {
        guard visits[id].stage == .serving else { return fail("\(id) returned from nowhere") }
        var isBusy = false
        switch cause {
        case .refuse(id): isBusy = true
        case .abandon(id): break
        case .news(let server), .lostLink(let server), .order(let server):
            let state = servers[server].state
            if visits[id].server != server || state == .up || state == .paused {
                fail("\(id) returned from \(servers[server].name), which is \(state)")
            }
        default: fail("\(id) returned for no reason")
        }
        release(id)
        if !visits[id].isAttended {
            counts.serving -= 1
            counts.waiting += 1
        }
        if isBusy {
            (visits[id].since, visits[id].until) = visits[id].wait
            visits[id].due = max(now, visits[id].until)
        } else {
            visits[id].handled += now - visits[id].since
            visits[id].since = now
            visits[id].until = now + Int(policy.wait.wholeNanoseconds)
            visits[id].due = visits[id].until
        }
        visits[id].stage = .waiting
        visits[id].toldAt = now
        visits[id].wasTold = false
        if isBusy || visits[id].canMove {
            RelayWitness.insert(id, into: &present)
        } else {
            visits[id].absentUntil = now + Int(policy.keepsPlace.wholeNanoseconds)
            RelayWitness.insert(id, into: &absent)
        }
        owed.append((id, .detachment))
    }

    func release(_ id: Int) {
        servers[visits[id].server].count -= 1
        servers[visits[id].server].idleSince = now
    }

    // MARK: - Ends

    private func ended(_ id: Int, _ reason: EndReason, _ handled: Int) {
        if !visits[id].isAttended { fail("\(id) ended, and was not attended") }
        var expected = visits[id].handled
        if visits[id].stage == .serving { expected += now - visits[id].since }
        if handled != expected { fail("\(id): handled \(handled), not \(expected)") }
        switch reason {
        case .closed: over(id, "closed", .freedom)
        case .left: over(id, "left", .freedom)
        case .expired: over(id, "expired", .end(.waitExpired))
        case .serverGone: over(id, "server_gone", .end(.noServer))
        }
    }

    private func lost(_ id: Int, _ reason: LossReason, _ waited: Int) {
        if visits[id].isAttended { fail("\(id) lost, and was attended") }
        let isServed = visits[id].stage == .serving
        let expected = isServed ? 0 : now - visits[id].since
        if waited != expected { fail("\(id): lost, waited \(waited), not \(expected)") }
        if isServed { counts.serving -= 1 } else { counts.waiting -= 1 }
        counts.lost[reason, default: 0] += 1
        switch reason {
        case .left: over(id, "left", .freedom)
        case .expired:
            if !servers.contains(where: { $0.state == .up }) { fail("\(id) expired, no server") }
            over(id, "expired", .end(.waitExpired))
        case .noServer:
            if servers.contains(where: { $0.state == .up }) { fail("\(id): there is a server") }
            over(id, "expired", .end(.noServer))
        case .queueFull: over(id, "queue_full", .end(.queueFull))
        case .unanswered: over(id, "closed", .freedom)
        case .serverGone: over(id, "server_gone", .end(.noServer))
        }
    }

    private func over(_ id: Int, _ why: String, _ debt: Debt) {
        let visit = visits[id]
        let isUnclaimed = visit.client == 0 && visit.absentUntil > 0 && isDue(visit.absentUntil)
        switch (visit.stage, cause, why) {
        case (.serving, .leave(id), "left"), (.serving, .free(id, true), "left"): release(id)
        case (.serving, .free(id, false), "closed"): release(id)
        case (.serving, .abandon(id), "server_gone"):
            if visit.losses <= Limits.maxServerLosses { fail("\(id) given up too early") }
            release(id)
        case (.waiting, .leave(id), "left"): leaveLine(id)
        case (.waiting, .deadline, "expired") where isDue(visit.due): leaveLine(id)
        case (.waiting, .deadline, "left") where isUnclaimed && !visit.isRestored: leaveLine(id)
        case (.waiting, .deadline, "server_gone") where isUnclaimed && visit.isRestored:
            leaveLine(id)
        case (.approached, .arrival(id), "queue_full"):
            if present.count + absent.count < policy.maxWaiting { fail("\(id): there is room") }
        case (.approached, .arrival(id), "expired"):
            if !mayTurnAway { fail("\(id) turned away") }
        default: fail("\(id) over, \(visit.stage) and \(cause): \(why)")
        }
        visits[id].stage = .over
        byTicket[tickets[id]] = nil
        if byPlace[visit.place] == id { byPlace[visit.place] = nil }
        if visit.client != 0 { owed.append((id, debt)) }
    }

    private func isDue(_ time: Int) -> Bool { time <= now && now <= time + lag }

    private func leaveLine(_ id: Int) {
        if visits[id].client != 0 { checkSilence(id) }
        if !RelayWitness.remove(id, from: &present) { RelayWitness.remove(id, from: &absent) }
    }
}
