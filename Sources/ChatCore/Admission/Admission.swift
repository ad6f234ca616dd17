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

/// The queue and the slots.
package struct Admission: Sendable {
    enum Place: Hashable, Sendable {
        case waiting(since: Instant, until: Instant)
        case serving(HostID, since: Instant)
    }

    struct Wait: Sendable {
        let since: Instant
        let until: Instant
    }

    struct Visit: Sendable {
        var place: Place
        var isAttended = false
        /// Until when its place is kept while it is not there.
        var absentUntil: Instant?
        /// How long it had slots before the one it has.
        var handled = Duration.zero
        /// The wait that ended with the slot it has.
        var wait: Wait?
        /// It has lost a slot: it waits since then.
        var hasReturned = false
        /// What it was told last of its place, and when.
        var told: (position: Int, of: Int, at: Instant)?
        /// The earliest entry in the queue of deadlines.
        var due = Instant.distantFuture
    }

    struct Host: Sendable {
        var name: String
        var capacity: Int
        /// Slots that others have, whom this machine does not know.
        var others = 0
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
    var notices = Notices()
    var deadlines = DeadlineQueue()
    package internal(set) var counts = AdmissionCounts()
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
        if line.first == nil, let host = freeHost() {
            serve(id, host, now, &actions)
        } else if line.count >= policy.maxWaiting {
            finish(id, lost: .queueFull, ended: .expired, now, &actions)
        } else {
            line.insert(id)
            record(id, .waiting, now, &actions)
            schedule(id)
        }
        settle(now, &actions, telling: id)
        return id
    }

    /// Somebody has completed its handshake, and there is nothing it could wait for.
    package mutating func turnedAway(
        nick: String, ticket: String, now: Now, actions: inout [AdmissionAction]
    ) {
        newest += 1
        let id = VisitID(number: newest)
        counts.approached += 1
        counts.lost[.noServer, default: 0] += 1
        record(id, .approached(nick: nick, ticket: ticket), now, &actions)
        record(id, .lost(.noServer, waited: .zero), now, &actions)
        actions.append(.lost(id, .noServer))
        check()
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
    var restored: Set<VisitID> = []

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
        settle(now, &actions, telling: id)
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
        settle(now, &actions)
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
        settle(now, &actions)
    }

    /// Its host is gone, and it is to wait for no other one: it is over.
    package mutating func stranded(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        guard case .waiting? = visits[id]?.place else { return }
        finish(id, lost: .serverGone, ended: .serverGone, now, &actions)
        settle(now, &actions)
    }

    /// A client that goes on from another connection is to be told where it stands.
    package mutating func lookAgain(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        visits[id]?.told = nil
        tell(id, now, &actions)
    }

    /// The operator ended it.
    package mutating func closed(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        guard case .serving? = visits[id]?.place else { return }
        finish(id, lost: .unanswered, ended: .closed, now, &actions)
        settle(now, &actions)
    }

    /// It is to be served by somebody else: it waits again. The host's capacity is to be corrected
    /// before.
    package mutating func sentBack(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving(let host, _)? = visits[id]?.place else { return }
        returnToLine(id, from: host, now, &actions)
        settle(now, &actions)
    }

    /// The slot it was given turned out to be taken: it waits on as if it had never had it, and no
    /// longer for that. The host's capacity is to be corrected before.
    package mutating func refused(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving(let host, _)? = visits[id]?.place else { return }
        returnToLine(id, from: host, resuming: visits[id]?.wait, now, &actions)
        settle(now, &actions)
    }

    /// It is given up: hosts vanish under it again and again.
    package mutating func givenUp(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving? = visits[id]?.place else { return }
        finish(id, lost: .serverGone, ended: .serverGone, now, &actions)
        settle(now, &actions)
    }

    /// The connection by which it was served is gone, through no doing of its own: it waits again, and
    /// its place is kept for a while.
    package mutating func cutLoose(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving(let host, _)? = visits[id]?.place else { return }
        returnToLine(id, from: host, now, &actions)
        visits[id]?.absentUntil = now.instant + policy.keepsPlace
        line.setAbsent(id)
        schedule(id)
        settle(now, &actions)
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
        settle(now, &actions)
        return true
    }

    // MARK: - Hosts

    /// A host is there, or has another capacity. Whom it serves stays, also above that.
    /// - Parameter others: how many slots others have besides that: they count for its load.
    package mutating func setHost(
        _ id: HostID, name: String, capacity: Int, others: Int = 0, isOpen: Bool, now: Now,
        actions: inout [AdmissionAction]
    ) {
        var host = hosts[id] ?? Host(name: name, capacity: 0, idleSince: now.instant)
        host.name = name
        host.capacity = max(0, capacity)
        host.others = min(max(0, others), .max - host.capacity)
        host.isOpen = isOpen
        hosts[id] = host
        settle(now, &actions)
    }

    /// It takes in nobody (a pause), or does so again.
    package mutating func setOpen(
        _ id: HostID, _ isOpen: Bool, now: Now, actions: inout [AdmissionAction]
    ) {
        hosts[id]?.isOpen = isOpen
        settle(now, &actions)
    }

    /// It takes in whoever waits first, though it is closed to all others.
    package mutating func takeNext(_ id: HostID, now: Now, actions: inout [AdmissionAction]) {
        guard let host = hosts[id], host.serving.count < host.capacity, let first = line.first
        else { return }
        line.remove(first)
        serve(first, id, now, &actions)
        settle(now, &actions)
    }

    /// It is gone: whom it served goes to the head of the queue.
    package mutating func removeHost(
        _ id: HostID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard let host = hosts.removeValue(forKey: id) else { return }
        for visit in host.serving.sorted() { returnToLine(visit, from: id, now, &actions) }
        settle(now, &actions)
    }

    // MARK: - Time

    /// When `deadlineReached` wants to be called.
    package var nextDeadline: Instant {
        min(deadlines.next ?? .distantFuture, noticesDue)
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
                let isNoServer = policy.isFrontDoor && !hosts.values.contains { $0.isOpen }
                finish(id, lost: isNoServer ? .noServer : .expired, ended: .expired, now, &actions)
            } else if let absentUntil = visit.absentUntil, absentUntil <= now.instant {
                let isRestored = restored.contains(id)
                finish(
                    id, lost: isRestored ? .serverGone : .left,
                    ended: isRestored ? .serverGone : .left, now, &actions)
            } else {
                schedule(id)
            }
        }
        settle(now, &actions)
        tellNews(now, &actions)
    }
}
