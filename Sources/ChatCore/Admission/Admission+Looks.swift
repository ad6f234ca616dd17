// Looking at the queue and the slots from outside.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Admission {
    /// How many wait, those who dropped and keep their place included.
    package var waitingCount: Int { line.count }

    /// The longest that anybody who is there has waited; nil when nobody does. Whoever lost a slot
    /// stands before others and waits since then alone.
    package func oldestWait(now: Instant) -> Duration? {
        var oldest: Duration?
        for id in line.everyone {
            guard let visit = visits[id], case .waiting(let since, _) = visit.place else {
                continue
            }
            oldest = max(oldest ?? .zero, now - since)
            if !visit.hasReturned { break }
        }
        return oldest
    }

    /// Those who wait and are there, first come first.
    package func waiting(
        limit: Int, now: Instant
    ) -> [(visit: VisitID, position: Int, waited: Duration)] {
        line.everyone.prefix(max(0, limit)).compactMap { id in
            guard case .waiting(let since, _)? = visits[id]?.place else { return nil }
            return (id, line.position(of: id), now - since)
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

    /// Whether somebody who came now would be served at once.
    package var hasFreeSlot: Bool { line.first == nil && freeHost() != nil }

    /// Whether there are hosts, and none of them takes in anybody.
    package var isClosed: Bool { !hosts.isEmpty && !hosts.values.contains(where: \.isOpen) }

    /// The slots of all hosts, and how many of them are taken. Of a host that takes in nobody, or has
    /// more visits than slots, those that are taken are all there are.
    package var slotUse: (capacity: Int, inUse: Int) {
        var capacity = 0
        var inUse = 0
        for host in hosts.values {
            let taken = host.serving.count
            let (sum, overflow) = capacity.addingReportingOverflow(
                host.isOpen ? max(host.capacity, taken) : taken)
            capacity = overflow ? .max : sum
            inUse += taken
        }
        return (capacity, inUse)
    }

    /// How many slots a host has, how many of them are taken, and whether it takes in anybody.
    package func state(of host: HostID) -> (capacity: Int, inUse: Int, isOpen: Bool)? {
        hosts[host].map { ($0.capacity, $0.serving.count, $0.isOpen) }
    }
}
