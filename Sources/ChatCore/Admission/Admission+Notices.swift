// Notifying waiting clients of their position. A new client, and the first few whenever something
// changes, are notified at once; all others in rounds, a slice at a time; and every client again
// before `noticeInterval` has passed. However much happens, no more than `noticesPerSecond` are
// sent besides the answers to new clients, so notices never delay a turn and never flood a client.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The notices that are still to be sent, and when.
struct Notices: Sendable {
    /// When the next slice of news is due, or the next round.
    var due = Instant.distantFuture
    /// When this round began, or the last one if none is running.
    var began: Instant?
    /// The visit that the next slice begins with; nil between rounds.
    var next: VisitID?
    /// Something has changed since this round began.
    var hasNews = false
    /// The earliest time of the next slice.
    var nextSlice = Instant(nanoseconds: .min)
    /// The visits that were notified, oldest first.
    var told = ToldQueue()
    /// The second in which changes are being counted, and how many of them were sent at once.
    private var second = Instant(nanoseconds: .min)
    private var changes = 0

    /// Whether one more change may be sent at once; if not, it waits for the round.
    mutating func mayTellAtOnce(_ now: Instant) -> Bool {
        if now - second >= .seconds(1) {
            second = now
            changes = 0
        }
        changes += 1
        return changes <= Admission.changesToldAtOnce
    }
}

/// When each visit was notified; the one to notify next is first. An entry is valid if it is the
/// newest of its visit, which the visit knows.
struct ToldQueue: Sendable {
    private var entries: [(visit: VisitID, at: Instant)] = []
    private var start = 0

    var first: (visit: VisitID, at: Instant)? { start < entries.count ? entries[start] : nil }

    mutating func append(_ visit: VisitID, at: Instant) { entries.append((visit, at)) }

    mutating func removeFirst() {
        start += 1
        guard start > 64, start > entries.count / 2 else { return }
        entries.removeSubrange(0..<start)
        start = 0
    }
}

extension Admission {
    /// Maximum number of visits at the head that are notified at once.
    static let toldAtOnce = 10
    /// Maximum number of changes a second of which the head is notified at once.
    static let changesToldAtOnce = 20
    /// Maximum notices a second; a queue too long for this rate gets a higher one.
    static let noticesPerSecond = 2000
    /// The time between two slices of a round.
    static let slice = Duration.milliseconds(50)
    /// Minimum time between the beginnings of two rounds.
    static let shortestRound = Duration.seconds(1)
    /// How long a round may take.
    static let longestRound = Duration.seconds(5)
    /// How long after its last notice a client is notified again, less the time that a round takes.
    static let longestSilence = Limits.noticeInterval - .seconds(2)

    /// The queue has changed: notifies the head at once, and schedules notices for all others.
    mutating func lineChanged(_ now: Now, _ actions: inout [AdmissionAction]) {
        guard line.presentCount > 0 else { return }
        if notices.mayTellAtOnce(now.instant) {
            for id in line.everyone.prefix(Admission.toldAtOnce) { tell(id, now, &actions) }
            if line.presentCount <= Admission.toldAtOnce { return }
        }
        notices.hasNews = true
        guard notices.next == nil else { return }
        let soonest = (notices.began ?? now.instant) + Admission.shortestRound
        notices.due = max(now.instant, min(notices.due, soonest))
    }

    /// When `tellNews` is due.
    var noticesDue: Instant {
        guard line.presentCount > 0 else { return .distantFuture }
        return max(notices.nextSlice, min(notices.due, remindersDue))
    }

    /// When the visit that was notified first is due again: somewhat earlier in a long queue, so
    /// that none is late even if all are due at the same time.
    private var remindersDue: Instant {
        guard let first = notices.told.first else { return .distantFuture }
        let most = Int(Admission.longestRound.wholeMilliseconds)
        let round = min(line.presentCount * 1000 / Admission.noticesPerSecond, most)
        return first.at + (Admission.longestSilence - .milliseconds(round))
    }

    /// Notifies the next slice, if it is due.
    mutating func tellNews(_ now: Now, _ actions: inout [AdmissionAction]) {
        guard noticesDue <= now.instant else { return }
        let perSecond = max(
            Admission.noticesPerSecond,
            line.presentCount / Int(Admission.longestRound.components.seconds))
        var budget = perSecond * Int(Admission.slice.wholeMilliseconds) / 1000
        notices.nextSlice = now.instant + Admission.slice
        remind(now, &budget, &actions)
        if notices.due <= now.instant { goOnWithRound(now, &budget, &actions) }
    }

    /// Notifies again the visits whose last notice is old.
    private mutating func remind(
        _ now: Now, _ budget: inout Int, _ actions: inout [AdmissionAction]
    ) {
        while budget > 0, remindersDue <= now.instant, let entry = notices.told.first {
            notices.told.removeFirst()
            guard let visit = visits[entry.visit], visit.told?.at == entry.at,
                visit.absentUntil == nil
            else { continue }
            visits[entry.visit]?.told = nil
            tell(entry.visit, now, &actions)
            budget -= 1
        }
    }

    /// Notifies every visit whose position or queue length has changed, from first to last.
    private mutating func goOnWithRound(
        _ now: Now, _ budget: inout Int, _ actions: inout [AdmissionAction]
    ) {
        if notices.next == nil {
            notices.next = line.everyone.first
            notices.began = now.instant
            notices.hasNews = false
        }
        guard let next = notices.next else { return }
        var index = line.index(of: next)
        while index < line.everyone.endIndex, budget > 0 {
            if tell(line.everyone[index], now, &actions) { budget -= 1 }
            index += 1
        }
        if index < line.everyone.endIndex {
            notices.next = line.everyone[index]
            notices.due = now.instant
        } else {
            notices.next = nil
            let began = notices.began ?? now.instant
            notices.due = notices.hasNews ? began + Admission.shortestRound : .distantFuture
        }
    }

    /// In a queue with short waits no reminder is ever due; stale entries are removed as new ones
    /// are added.
    private mutating func noteTold(_ id: VisitID, _ now: Instant) {
        for _ in 0..<2 {
            guard let first = notices.told.first, visits[first.visit]?.told?.at != first.at else {
                break
            }
            notices.told.removeFirst()
        }
        notices.told.append(id, at: now)
    }

    /// Sends a visit its position, unless it knows it; returns whether it did.
    @discardableResult
    mutating func tell(_ id: VisitID, _ now: Now, _ actions: inout [AdmissionAction]) -> Bool {
        guard let visit = visits[id], visit.absentUntil == nil,
            case .waiting(let since, let until) = visit.place
        else { return false }
        let position = line.position(of: id)
        let of = line.count
        if let told = visit.told, told.position == position, told.of == of { return false }
        visits[id]?.told = (position, of, now.instant)
        noteTold(id, now.instant)
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

    /// How many slots the queue waits for.
    private var slots: Int {
        hosts.values.reduce(0) { sum, host in
            let (sum, overflow) = sum.addingReportingOverflow(host.isOpen ? host.capacity : 0)
            return overflow ? .max : sum
        }
    }
}
