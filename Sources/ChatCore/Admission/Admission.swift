// Who is served, who waits, and what becomes of everybody (PRODUCT "Admission"): pure state, with time
// as a parameter. What has happened goes in, what is to be told and journalled comes out as actions.
//
// waiting:  approached, no slot. Becomes serving, or is over (lost; ended if it was attended before).
// serving:  holds one slot of one host. Becomes over, or waiting again when its host is gone.
// A visit counts as attended from the moment it is; where no operator speaks, that is when it is served.
// Invariants: approached = attended + lost + waiting + serving, those attended counted as that alone;
// no host serves more than its capacity; nobody present waits while a slot is free; first come, first
// served; every visit is over exactly once.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What to tell and to keep of what has happened.
package enum AdmissionAction: Hashable, Sendable {
    /// It waits, here.
    case queued(VisitID, QueueStatus)
    /// It has a slot.
    case admitted(VisitID, HostID)
    /// It has lost its slot and waits again; where, comes next.
    case returned(VisitID, from: HostID)
    /// It is over, before it was attended.
    case lost(VisitID, LossReason)
    /// It is over.
    case ended(VisitID, EndReason)
    /// To be journalled, in this order.
    case record(VisitRecord)
}

/// How clients are admitted.
package struct AdmissionPolicy: Hashable, Sendable {
    /// The longest wait.
    package var wait: Duration
    /// How long a client that dropped while waiting keeps its place.
    package var keepsPlace: Duration
    /// The longest queue.
    package var maxWaiting: Int
    /// Attended means that an operator has spoken; otherwise, that there was a slot.
    package var isDesk: Bool

    package init(
        wait: Duration = .seconds(300), keepsPlace: Duration = .seconds(30),
        maxWaiting: Int = .max, isDesk: Bool = false
    ) {
        self.wait = wait
        self.keepsPlace = keepsPlace
        self.maxWaiting = max(0, maxWaiting)
        self.isDesk = isDesk
    }
}

/// How many came to what, since the start.
package struct AdmissionCounts: Hashable, Sendable {
    package var approached = 0
    package var attended = 0
    package var lost: [LossReason: Int] = [:]
    /// Without those attended before.
    package var waiting = 0
    /// Without those attended.
    package var serving = 0

    package init() {}

    /// Whether everybody is accounted for.
    package var isBalanced: Bool {
        approached == attended + lost.values.reduce(0, +) + waiting + serving
    }
}

/// The queue and the slots.
package struct Admission: Sendable {
    enum Place: Hashable, Sendable {
        case waiting(since: Instant, until: Instant)
        case serving(HostID, since: Instant)
    }

    struct Visit: Sendable {
        var place: Place
        var isAttended = false
        /// Until when its place is kept while it is not there.
        var absentUntil: Instant?
        /// How long it had slots before the one it has.
        var handled = Duration.zero
        /// What it was told last of its place, and when.
        var told: (position: Int, of: Int, at: Instant)?
        /// The earliest entry in the queue of deadlines.
        var due = Instant.distantFuture
    }

    struct Host: Sendable {
        var name: String
        var capacity: Int
        var isOpen = true
        var serving: Set<VisitID> = []
        /// When it last lost or ended a visit.
        var idleSince: Instant

        var isFree: Bool { isOpen && serving.count < capacity }
    }

    package let policy: AdmissionPolicy
    var visits: [VisitID: Visit] = [:]
    var line = WaitingLine()
    var hosts: [HostID: Host] = [:]
    var times = HandlingTimes()
    var notices = NoticeRound()
    var deadlines = DeadlineQueue()
    package private(set) var counts = AdmissionCounts()
    private var newest: UInt64

    /// - Parameter last: the number of the newest visit there ever was.
    package init(_ policy: AdmissionPolicy = AdmissionPolicy(), last: UInt64 = 0) {
        self.policy = policy
        newest = last
    }

    // MARK: - Clients

    /// Somebody has completed its handshake. The actions say what becomes of it.
    package mutating func approached(
        nick: String, ticket: String, now: Now, actions: inout [AdmissionAction]
    ) -> VisitID {
        newest += 1
        let id = VisitID(number: newest)
        counts.approached += 1
        record(id, .approached(nick: nick, ticket: ticket), now, &actions)
        visits[id] = Visit(place: .waiting(since: now.instant, until: now.instant + policy.wait))
        counts.waiting += 1
        line.insert(id)
        if line.presentCount == 1, freeHost() != nil {
            dispatch(now, &actions)
            return id
        }
        guard line.count <= policy.maxWaiting else {
            lose(id, .queueFull, now, &actions)
            return id
        }
        record(id, .waiting, now, &actions)
        schedule(id)
        lineChanged(now, &actions)
        check()
        return id
    }

    /// Somebody has come where nobody ever waits: it is served at once, and only counted.
    package mutating func passed(
        nick: String, host: String, now: Now, actions: inout [AdmissionAction]
    ) -> VisitID {
        newest += 1
        let id = VisitID(number: newest)
        counts.approached += 1
        counts.attended += 1
        record(id, .approached(nick: nick, ticket: ""), now, &actions)
        record(id, .served(host: host, waited: .zero), now, &actions)
        record(id, .attended, now, &actions)
        return id
    }

    /// Somebody who was only counted is gone.
    package func passed(
        _ id: VisitID, _ reason: EndReason, handled: Duration, now: Now,
        actions: inout [AdmissionAction]
    ) {
        record(id, .ended(reason, handled: handled), now, &actions)
    }

    /// Someone who waited when the server ended may come back to its place; without a word in
    /// `keepsPlace` it is lost as `server_gone`.
    package mutating func restore(_ id: VisitID, isAttended: Bool, now: Now) {
        guard visits[id] == nil else { return }
        newest = max(newest, id.number)
        counts.approached += 1
        var visit = Visit(place: .waiting(since: now.instant, until: now.instant + policy.wait))
        visit.isAttended = isAttended
        visit.absentUntil = now.instant + policy.keepsPlace
        restored.insert(id)
        visits[id] = visit
        if isAttended { counts.attended += 1 } else { counts.waiting += 1 }
        line.insert(id)
        line.setAbsent(id)
        schedule(id)
        check()
    }

    /// Whose place has been kept since before the start.
    private var restored: Set<VisitID> = []

    /// A client that dropped while waiting is back; false when its place is gone, also when nobody
    /// has cleared it away yet.
    package mutating func cameBack(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) -> Bool {
        guard let visit = visits[id], case .waiting(_, let until) = visit.place,
            let absentUntil = visit.absentUntil, now.instant < min(until, absentUntil)
        else { return false }
        visits[id]?.absentUntil = nil
        visits[id]?.told = nil
        restored.remove(id)
        line.setPresent(id)
        schedule(id)
        dispatch(now, &actions)
        lineChanged(now, &actions)
        check()
        return true
    }

    /// A client's connection broke: who waits keeps its place for a while.
    package mutating func dropped(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard let visit = visits[id] else { return }
        guard case .waiting = visit.place, policy.keepsPlace > .zero else {
            return left(id, now: now, actions: &actions)
        }
        guard visit.absentUntil == nil else { return }
        visits[id]?.absentUntil = now.instant + policy.keepsPlace
        line.setAbsent(id)
        schedule(id)
        check()
    }

    /// A client went away.
    package mutating func left(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        finish(id, lost: .left, ended: .left, now, &actions)
        dispatch(now, &actions)
    }

    /// The operator has spoken to it.
    package mutating func attended(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving? = visits[id]?.place, visits[id]?.isAttended == false else { return }
        attend(id, now, &actions)
        check()
    }

    /// The server ends: who is served is cut off, and its slot is given to nobody. Who waits may come
    /// back when it starts again.
    package mutating func cutOff(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        guard case .serving(let host, _)? = visits[id]?.place else { return }
        hosts[host]?.isOpen = false
        finish(id, lost: .serverGone, ended: .serverGone, now, &actions)
    }

    /// A client that goes on from another connection is to be told where it stands.
    package mutating func lookAgain(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        visits[id]?.told = nil
        lineChanged(now, &actions)
    }

    /// The operator ended it.
    package mutating func closed(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        guard case .serving? = visits[id]?.place else { return }
        finish(id, lost: .unanswered, ended: .closed, now, &actions)
        dispatch(now, &actions)
    }

    /// The slot it was given turned out to be taken, or it is to be served by somebody else: it waits
    /// again. The host's capacity is to be corrected before.
    package mutating func sentBack(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving(let host, _)? = visits[id]?.place else { return }
        returnToLine(id, from: host, now, &actions)
        dispatch(now, &actions)
        lineChanged(now, &actions)
    }

    /// It goes on with another host, if that has a slot for it.
    package mutating func moved(
        _ id: VisitID, to target: HostID, now: Now, actions: inout [AdmissionAction]
    ) -> Bool {
        guard case .serving(let source, _)? = visits[id]?.place, source != target,
            let host = hosts[target], host.serving.count < host.capacity
        else { return false }
        release(id, now)
        serve(id, target, now, &actions)
        dispatch(now, &actions)
        return true
    }

    // MARK: - Hosts

    /// A host is there, or has another capacity. Whom it serves stays, also above that.
    package mutating func setHost(
        _ id: HostID, name: String, capacity: Int, isOpen: Bool, now: Now,
        actions: inout [AdmissionAction]
    ) {
        var host = hosts[id] ?? Host(name: name, capacity: 0, idleSince: now.instant)
        host.name = name
        host.capacity = max(0, capacity)
        host.isOpen = isOpen
        hosts[id] = host
        dispatch(now, &actions)
        lineChanged(now, &actions)
    }

    /// It takes in nobody (a pause), or does so again.
    package mutating func setOpen(
        _ id: HostID, _ isOpen: Bool, now: Now, actions: inout [AdmissionAction]
    ) {
        hosts[id]?.isOpen = isOpen
        dispatch(now, &actions)
    }

    /// It takes in whoever waits first, though it is closed to all others.
    package mutating func takeNext(_ id: HostID, now: Now, actions: inout [AdmissionAction]) {
        guard let host = hosts[id], host.serving.count < host.capacity, let first = line.first
        else { return }
        line.remove(first)
        serve(first, id, now, &actions)
        lineChanged(now, &actions)
        check()
    }

    /// It is gone: whom it served goes to the head of the queue.
    package mutating func removeHost(
        _ id: HostID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard let host = hosts.removeValue(forKey: id) else { return }
        for visit in host.serving.sorted() { returnToLine(visit, from: id, now, &actions) }
        dispatch(now, &actions)
        lineChanged(now, &actions)
    }

    // MARK: - Time

    /// When `deadlineReached` wants to be called.
    package var nextDeadline: Instant {
        min(deadlines.next ?? .distantFuture, line.presentCount > 0 ? notices.due : .distantFuture)
    }

    /// Does what is due: waits that have lasted too long, places kept in vain, news of the queue.
    package mutating func deadlineReached(now: Now, actions: inout [AdmissionAction]) {
        while let entry = deadlines.popDue(now: now.instant) {
            let id = VisitID(number: entry.key)
            guard let visit = visits[id], visit.due == entry.due else { continue }
            // Also of who is served: it may wait again, and needs a new entry then.
            visits[id]?.due = .distantFuture
            guard case .waiting(_, let until) = visit.place else { continue }
            if until <= now.instant {
                finish(id, lost: .expired, ended: .expired, now, &actions)
            } else if let absentUntil = visit.absentUntil, absentUntil <= now.instant {
                let isRestored = restored.contains(id)
                finish(
                    id, lost: isRestored ? .serverGone : .left,
                    ended: isRestored ? .serverGone : .left, now, &actions)
            } else {
                schedule(id)
            }
        }
        tellNews(now, &actions)
        check()
    }

    // MARK: - Steps

    /// Gives free slots to those who wait, in order.
    mutating func dispatch(_ now: Now, _ actions: inout [AdmissionAction]) {
        var hasServed = false
        while let first = line.first, let host = freeHost() {
            line.remove(first)
            serve(first, host, now, &actions)
            hasServed = true
        }
        if hasServed { lineChanged(now, &actions) }
        check()
    }

    /// The least loaded host with a free slot; of several, the one that has been idle longest.
    private func freeHost() -> HostID? {
        var best: (id: HostID, host: Host)?
        for (id, host) in hosts where host.isFree {
            guard let rival = best else {
                best = (id, host)
                continue
            }
            let mine = host.serving.count.multipliedFullWidth(by: rival.host.capacity)
            let others = rival.host.serving.count.multipliedFullWidth(by: host.capacity)
            let isLess = (mine.high, mine.low) < (others.high, others.low)
            let isEven = mine == others
            if isLess || isEven && (host.idleSince, id.raw) < (rival.host.idleSince, rival.id.raw) {
                best = (id, host)
            }
        }
        return best?.id
    }

    private mutating func serve(
        _ id: VisitID, _ host: HostID, _ now: Now, _ actions: inout [AdmissionAction]
    ) {
        guard let visit = visits[id] else { return }
        if case .waiting(let since, _) = visit.place {
            let waited = now.instant - since
            record(id, .served(host: hosts[host]?.name ?? "", waited: waited), now, &actions)
        } else {
            record(id, .served(host: hosts[host]?.name ?? "", waited: .zero), now, &actions)
        }
        visits[id]?.place = .serving(host, since: now.instant)
        visits[id]?.told = nil
        hosts[host]?.serving.insert(id)
        if !visit.isAttended {
            if case .waiting = visit.place {
                counts.waiting -= 1
                counts.serving += 1
            }
        }
        actions.append(.admitted(id, host))
        if !policy.isDesk, !visit.isAttended { attend(id, now, &actions) }
    }

    private mutating func attend(
        _ id: VisitID, _ now: Now, _ actions: inout [AdmissionAction]
    ) {
        visits[id]?.isAttended = true
        counts.serving -= 1
        counts.attended += 1
        record(id, .attended, now, &actions)
    }

    /// Takes a slot back; how long it was held in all.
    private mutating func release(_ id: VisitID, _ now: Now) {
        guard let visit = visits[id], case .serving(let host, let since) = visit.place else {
            return
        }
        visits[id]?.handled = visit.handled + (now.instant - since)
        hosts[host]?.serving.remove(id)
        hosts[host]?.idleSince = now.instant
    }

    private mutating func returnToLine(
        _ id: VisitID, from host: HostID, _ now: Now, _ actions: inout [AdmissionAction]
    ) {
        release(id, now)
        guard let visit = visits[id] else { return }
        if !visit.isAttended {
            counts.serving -= 1
            counts.waiting += 1
        }
        visits[id]?.place = .waiting(since: now.instant, until: now.instant + policy.wait)
        line.insert(id)
        schedule(id)
        record(id, .returned, now, &actions)
        actions.append(.returned(id, from: host))
    }

    /// The visit is over.
    private mutating func finish(
        _ id: VisitID, lost: LossReason, ended: EndReason, _ now: Now,
        _ actions: inout [AdmissionAction]
    ) {
        release(id, now)
        guard let visit = visits.removeValue(forKey: id) else { return }
        restored.remove(id)
        var waited = Duration.zero
        if case .waiting(let since, _) = visit.place {
            waited = now.instant - since
            line.remove(id)
            if !visit.isAttended { counts.waiting -= 1 }
        } else if !visit.isAttended {
            counts.serving -= 1
        }
        if visit.isAttended {
            times.add(visit.handled)
            record(id, .ended(ended, handled: visit.handled), now, &actions)
            actions.append(.ended(id, ended))
        } else {
            counts.lost[lost, default: 0] += 1
            record(id, .lost(lost, waited: waited), now, &actions)
            actions.append(.lost(id, lost))
        }
        if case .waiting = visit.place { lineChanged(now, &actions) }
    }

    private mutating func lose(
        _ id: VisitID, _ reason: LossReason, _ now: Now, _ actions: inout [AdmissionAction]
    ) {
        finish(id, lost: reason, ended: .expired, now, &actions)
    }

    private mutating func schedule(_ id: VisitID) {
        guard let visit = visits[id], case .waiting(_, let until) = visit.place else { return }
        let due = min(until, visit.absentUntil ?? .distantFuture)
        guard due < visit.due || visit.due == .distantFuture else {
            // An earlier entry stands; when it comes up, this one is made.
            return
        }
        visits[id]?.due = due
        deadlines.insert(id.number, due: due)
    }

    private func record(
        _ id: VisitID, _ event: VisitEvent, _ now: Now, _ actions: inout [AdmissionAction]
    ) {
        actions.append(.record(VisitRecord(id, at: now.wall, event)))
    }

    private func check() {
        assert(counts.isBalanced, "everybody is accounted for")
        assert(line.first == nil || freeHost() == nil, "no slot is free while somebody waits")
    }
}
