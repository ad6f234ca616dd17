// Which clients are served, which wait, and how each visit ends (PRODUCT "Admission"): pure state,
// with time as a parameter. Events go in; notices and records to journal come out as actions.
//
// waiting:  approached, no slot. Becomes serving, or is over (lost; ended if it was attended
//           before).
// serving:  holds one slot of one host. Becomes over, or waiting again when its host is gone.
// A visit counts as attended from the operator's first message on; without operators, once served.
//
// Invariants: approached = attended + lost + waiting + serving, where an attended visit counts as
// attended only; no host serves more visits than its capacity; no present visit waits while a slot
// is free; first come, first served; every visit is over exactly once.
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
        /// Until when its place is kept while it is absent.
        var absentUntil: Instant?
        /// How long it had earlier slots, in all.
        var handled = Duration.zero
        /// The wait that ended with its present slot.
        var wait: Wait?
        /// It has lost a slot, and waits since then.
        var hasReturned = false
        /// The last notice it received, and when.
        var told: (position: Int, of: Int, at: Instant)?
        /// The earliest entry in the queue of deadlines.
        var due = Instant.distantFuture
    }

    struct Host: Sendable {
        var name: String
        var capacity: Int
        /// Slots in use by clients that this machine does not know.
        var others = 0
        var isOpen = true
        var serving: Set<VisitID> = []
        /// When its last visit ended or was lost.
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

    /// - Parameter last: the number of the newest visit ever.
    package init(_ policy: AdmissionPolicy = AdmissionPolicy(), last: UInt64 = 0) {
        self.policy = policy
        newest = last
    }

    // MARK: - Clients

    /// A client has completed its handshake. The actions say whether it is served, waits or is
    /// lost.
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

    /// A client has completed its handshake, but there is nothing to wait for.
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

    /// A client has arrived where there is no queue: it is served at once, and only counted.
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

    /// A client that was only counted is gone.
    package func passed(
        _ id: VisitID, _ reason: EndReason, handled: Duration, now: Now,
        actions: inout [AdmissionAction]
    ) {
        record(id, .ended(reason, handled: handled), now, &actions)
    }

    /// A client that waited when the server stopped may come back to its place; unless it does
    /// within `keepsPlace`, it is lost as `server_gone`.
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

    /// The visits whose places have been kept since before the start.
    var restored: Set<VisitID> = []

    /// A client that dropped while waiting is back; false when its place has expired, even if it
    /// has not been cleared yet.
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

    /// A client's connection broke; if it waits, it keeps its place for a while.
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

    /// A client left.
    package mutating func left(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        finish(id, lost: .left, ended: .left, now, &actions)
        settle(now, &actions)
    }

    /// The operator has spoken to the client.
    package mutating func attended(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving? = visits[id]?.place, visits[id]?.isAttended == false else { return }
        attend(id, now, &actions)
        check()
    }

    /// The server stops: a served client is cut off, and nobody gets its slot. A waiting client may
    /// come back when the server starts again.
    package mutating func cutOff(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        guard case .serving(let host, _)? = visits[id]?.place else { return }
        hosts[host]?.isOpen = false
        finish(id, lost: .serverGone, ended: .serverGone, now, &actions)
        settle(now, &actions)
    }

    /// The visit's host is gone, and it must not wait for another one: the visit is over.
    package mutating func stranded(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        guard case .waiting? = visits[id]?.place else { return }
        finish(id, lost: .serverGone, ended: .serverGone, now, &actions)
        settle(now, &actions)
    }

    /// A client continues on another connection, and is to receive its position.
    package mutating func lookAgain(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        visits[id]?.told = nil
        tell(id, now, &actions)
    }

    /// The operator ended the conversation.
    package mutating func closed(_ id: VisitID, now: Now, actions: inout [AdmissionAction]) {
        guard case .serving? = visits[id]?.place else { return }
        finish(id, lost: .unanswered, ended: .closed, now, &actions)
        settle(now, &actions)
    }

    /// The visit must be served by another host: it waits again. Correct the host's capacity first.
    package mutating func sentBack(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving(let host, _)? = visits[id]?.place else { return }
        returnToLine(id, from: host, now, &actions)
        settle(now, &actions)
    }

    /// The slot that the visit was given turned out to be in use: it continues its wait as if it
    /// had never had the slot, and no longer than before. Correct the host's capacity first.
    package mutating func refused(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving(let host, _)? = visits[id]?.place else { return }
        returnToLine(id, from: host, resuming: visits[id]?.wait, now, &actions)
        settle(now, &actions)
    }

    /// The visit is given up, because its hosts vanished again and again.
    package mutating func givenUp(
        _ id: VisitID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard case .serving? = visits[id]?.place else { return }
        finish(id, lost: .serverGone, ended: .serverGone, now, &actions)
        settle(now, &actions)
    }

    /// The connection by which the client was served is gone through no fault of its own: it waits
    /// again, and keeps its place for a while.
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

    /// The visit continues with another host, if that has a free slot.
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

    /// A host is new, or its capacity has changed. The visits it serves stay, even above that.
    /// - Parameter others: how many slots other clients use besides; they count for its load.
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

    /// A host pauses, or takes visits again.
    package mutating func setOpen(
        _ id: HostID, _ isOpen: Bool, now: Now, actions: inout [AdmissionAction]
    ) {
        hosts[id]?.isOpen = isOpen
        settle(now, &actions)
    }

    /// A host takes the head of the queue, although it is closed.
    package mutating func takeNext(_ id: HostID, now: Now, actions: inout [AdmissionAction]) {
        guard let host = hosts[id], host.serving.count < host.capacity, let first = line.first
        else { return }
        line.remove(first)
        serve(first, id, now, &actions)
        settle(now, &actions)
    }

    /// A host is gone: its visits go to the head of the queue.
    package mutating func removeHost(
        _ id: HostID, now: Now, actions: inout [AdmissionAction]
    ) {
        guard let host = hosts.removeValue(forKey: id) else { return }
        for visit in host.serving.sorted() { returnToLine(visit, from: id, now, &actions) }
        settle(now, &actions)
    }

    // MARK: - Time

    /// When `deadlineReached` is due.
    package var nextDeadline: Instant {
        min(deadlines.next ?? .distantFuture, noticesDue)
    }

    /// Handles what is due: expired waits, expired places, notices to the queue.
    package mutating func deadlineReached(now: Now, actions: inout [AdmissionAction]) {
        while let entry = deadlines.popDue(now: now.instant) {
            let id = VisitID(number: entry.key)
            guard let visit = visits[id], visit.due == entry.due else { continue }
            // Also for a served visit: it may wait again, and then needs a new entry.
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
