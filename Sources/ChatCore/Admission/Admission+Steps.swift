// The steps that events consist of: serving, attending, returning, ending. A public event takes its
// steps and then settles once: free slots are filled, and the queue is notified of changes.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Admission {
    /// Ends every event: gives free slots to waiting visits, in order, and notifies the queue once,
    /// however much has changed. `newcomer` is notified in any case, if it waits.
    mutating func settle(
        _ now: Now, _ actions: inout [AdmissionAction], telling newcomer: VisitID? = nil
    ) {
        while let first = line.first, let host = freeHost() {
            line.remove(first)
            serve(first, host, now, &actions)
        }
        if line.takeChange() { lineChanged(now, &actions) }
        if let newcomer { tell(newcomer, now, &actions) }
        forgetOldDeadlines()
        check()
    }

    /// The least loaded host with a free slot; of several, the one that has been idle longest.
    func freeHost() -> HostID? {
        var best: (id: HostID, host: Host)?
        for (id, host) in hosts where host.isFree {
            guard let rival = best else {
                best = (id, host)
                continue
            }
            let mine = host.taken.multipliedFullWidth(by: rival.host.slots)
            let its = rival.host.taken.multipliedFullWidth(by: host.slots)
            let isLess = (mine.high, mine.low) < (its.high, its.low)
            let isEven = mine == its
            if isLess || isEven && (host.idleSince, id.raw) < (rival.host.idleSince, rival.id.raw) {
                best = (id, host)
            }
        }
        return best?.id
    }

    mutating func serve(
        _ id: VisitID, _ host: HostID, _ now: Now, _ actions: inout [AdmissionAction]
    ) {
        guard let visit = visits[id] else { return }
        if case .waiting(let since, let until) = visit.place {
            let waited = now.instant - since
            record(id, .served(host: hosts[host]?.name ?? "", waited: waited), now, &actions)
            visits[id]?.wait = Wait(since: since, until: until)
        } else {
            record(id, .served(host: hosts[host]?.name ?? "", waited: .zero), now, &actions)
            visits[id]?.wait = nil
        }
        visits[id]?.place = .serving(host, since: now.instant)
        visits[id]?.told = nil
        visits[id]?.due = .distantFuture
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

    mutating func attend(
        _ id: VisitID, _ now: Now, _ actions: inout [AdmissionAction]
    ) {
        visits[id]?.isAttended = true
        counts.serving -= 1
        counts.attended += 1
        record(id, .attended, now, &actions)
    }

    /// Takes a visit's slot back and adds up how long it was held.
    mutating func release(_ id: VisitID, _ now: Now) {
        guard let visit = visits[id], case .serving(let host, let since) = visit.place else {
            return
        }
        visits[id]?.handled = visit.handled + (now.instant - since)
        hosts[host]?.serving.remove(id)
        hosts[host]?.idleSince = now.instant
    }

    /// - Parameter resuming: the wait to continue, if the visit never really had a slot; nil: a new
    /// wait begins.
    mutating func returnToLine(
        _ id: VisitID, from host: HostID, resuming wait: Wait? = nil, _ now: Now,
        _ actions: inout [AdmissionAction]
    ) {
        guard let visit = visits[id] else { return }
        release(id, now)
        if !visit.isAttended {
            counts.serving -= 1
            counts.waiting += 1
        }
        if let wait {
            visits[id]?.place = .waiting(since: wait.since, until: wait.until)
            visits[id]?.handled = visit.handled
        } else {
            visits[id]?.place = .waiting(since: now.instant, until: now.instant + policy.wait)
            visits[id]?.hasReturned = true
        }
        line.insert(id)
        schedule(id)
        record(id, .returned, now, &actions)
        actions.append(.returned(id, from: host))
    }

    /// The visit is over.
    mutating func finish(
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
    }

    mutating func schedule(_ id: VisitID) {
        guard let visit = visits[id], case .waiting(_, let until) = visit.place else { return }
        let due = min(until, visit.absentUntil ?? .distantFuture)
        guard due < visit.due || visit.due == .distantFuture else {
            // There is an earlier entry; when it comes up, this one is made.
            return
        }
        visits[id]?.due = due
        deadlines.insert(id.number, due: due)
    }

    /// Entries of waits that ended early stay in the queue of deadlines until they are due, perhaps
    /// for a day; when they far outnumber the others, they are removed.
    private mutating func forgetOldDeadlines() {
        guard deadlines.count > 4 * line.count + 1024 else { return }
        var seen: Set<UInt64> = []
        deadlines.keep { entry in
            visits[VisitID(number: entry.key)]?.due == entry.due && seen.insert(entry.key).inserted
        }
    }

    func record(
        _ id: VisitID, _ event: VisitEvent, _ now: Now, _ actions: inout [AdmissionAction]
    ) {
        actions.append(.record(VisitRecord(id, at: now.wall, event)))
    }

    func check() {
        assert(counts.isBalanced, "everybody is accounted for")
        assert(line.first == nil || freeHost() == nil, "no slot is free while somebody waits")
    }
}

extension Admission.Host {
    /// Slots in all.
    fileprivate var slots: Int { capacity + others }
    /// Slots in use.
    fileprivate var taken: Int { serving.count + others }
}
