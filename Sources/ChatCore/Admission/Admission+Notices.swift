// Telling those who wait where they stand. The first few are told at once; all others in rounds, a
// slice at a time, so that ten thousand of them cost no more than `noticesPerSecond` and nobody's turn
// is late for it. Everybody is told whenever its place or the queue's length has changed by the time the
// round reaches it, and at least every `noticeInterval`.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How far a round has come.
struct NoticeRound: Sendable {
    /// When the next slice (or round) is due.
    var due = Instant.distantFuture
    /// When this round began, or the last one if none is under way.
    var began: Instant?
    /// Whom the next slice begins with; nil between rounds.
    var next: VisitID?
    /// Something has changed since this round began.
    var hasNews = false
}

extension Admission {
    /// So many at the head are told at once.
    static let toldAtOnce = 10
    static let noticesPerSecond = 2000
    /// The time between two slices of a round.
    static let slice = Duration.milliseconds(50)
    /// The shortest time between the beginnings of two rounds.
    static let shortestRound = Duration.seconds(1)

    /// The queue is not what it was: tells the head at once and sees that all others will be.
    mutating func lineChanged(_ now: Now, _ actions: inout [AdmissionAction]) {
        guard line.presentCount > 0 else { return }
        for id in line.everyone.prefix(Admission.toldAtOnce) { tell(id, now, &actions) }
        if line.presentCount > Admission.toldAtOnce, let newest = line.everyone.last,
            visits[newest]?.told == nil
        {
            tell(newest, now, &actions)
        }
        notices.hasNews = true
        guard notices.next == nil else { return }
        let soonest = (notices.began ?? now.instant) + Admission.shortestRound
        notices.due = max(now.instant, min(notices.due, soonest))
    }

    /// Goes on with the round, if one is due.
    mutating func tellNews(_ now: Now, _ actions: inout [AdmissionAction]) {
        guard notices.due <= now.instant, line.presentCount > 0 else { return }
        if notices.next == nil {
            notices.next = line.everyone.first
            notices.began = now.instant
            notices.hasNews = false
        }
        guard let next = notices.next else { return }
        let slices = Int64(Duration.seconds(1) / Admission.slice)
        var budget = max(1, Admission.noticesPerSecond / Int(slices))
        var index = line.index(of: next)
        while index < line.everyone.endIndex, budget > 0 {
            if tell(line.everyone[index], now, &actions) { budget -= 1 }
            index += 1
        }
        if index < line.everyone.endIndex {
            notices.next = line.everyone[index]
            notices.due = now.instant + Admission.slice
        } else {
            notices.next = nil
            let began = notices.began ?? now.instant
            let pause = notices.hasNews ? Admission.shortestRound : Admission.idleRound
            notices.due = max(now.instant + Admission.slice, began + pause)
        }
    }

    /// Between two rounds without news; everybody is told in each of these.
    static let idleRound = Limits.noticeInterval - .seconds(2)

    /// Tells one its place, unless it knows; whether there was something to tell.
    @discardableResult
    private mutating func tell(
        _ id: VisitID, _ now: Now, _ actions: inout [AdmissionAction]
    ) -> Bool {
        guard let visit = visits[id], case .waiting(let since, let until) = visit.place else {
            return false
        }
        let position = line.position(of: id)
        let of = line.count
        if let told = visit.told, told.position == position, told.of == of,
            now.instant - told.at < Admission.idleRound - Admission.shortestRound
        {
            return false
        }
        visits[id]?.told = (position, of, now.instant)
        actions.append(
            .queued(
                id,
                QueueStatus(
                    position: position, of: of,
                    estimate: times.estimate(position: position, slots: slots),
                    waited: now.instant - since,
                    expiresIn: max(.zero, until - now.instant))))
        return true
    }

    /// How many slots there are to wait for.
    private var slots: Int {
        hosts.values.reduce(0) { sum, host in
            let (sum, overflow) = sum.addingReportingOverflow(host.isOpen ? host.capacity : 0)
            return overflow ? .max : sum
        }
    }

    // MARK: - Looking in

    /// How many wait, those who dropped and keep their place included.
    package var waitingCount: Int { line.count }

    /// How long the one that waits first has waited; nil when nobody does.
    package func oldestWait(now: Instant) -> Duration? {
        guard let first = line.first, case .waiting(let since, _)? = visits[first]?.place else {
            return nil
        }
        return now - since
    }

    /// Those who wait and are there, first come first.
    package func waiting(limit: Int, now: Instant) -> [(visit: VisitID, waited: Duration)] {
        line.everyone.prefix(limit).compactMap { id in
            guard case .waiting(let since, _)? = visits[id]?.place else { return nil }
            return (id, now - since)
        }
    }

    /// Whether it is not over.
    package func isKnown(_ id: VisitID) -> Bool { visits[id] != nil }

    /// Whether it has a slot, and whose.
    package func host(of id: VisitID) -> HostID? {
        guard case .serving(let host, _)? = visits[id]?.place else { return nil }
        return host
    }

    /// Whether somebody spoke to it, or it was served where that is enough.
    package func isAttended(_ id: VisitID) -> Bool { visits[id]?.isAttended ?? false }

    /// Whom a host serves, first come first.
    package func visits(of host: HostID) -> [VisitID] {
        hosts[host]?.serving.sorted() ?? []
    }

    /// How many slots a host has, how many of them are taken, and whether it takes in anybody.
    package func state(of host: HostID) -> (capacity: Int, inUse: Int, isOpen: Bool)? {
        hosts[host].map { ($0.capacity, $0.serving.count, $0.isOpen) }
    }
}
