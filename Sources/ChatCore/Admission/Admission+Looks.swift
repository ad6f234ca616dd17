// Looking at the queue and the slots from outside.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Admission {
    /// How many visits wait, including those that dropped and keep their place.
    package var waitingCount: Int { line.count }

    /// How long the longest waiting client that is present has waited; nil when none waits. A
    /// client that lost a slot is ahead of others, but has waited only since then.
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

    /// The visits that wait and are present, in the order of the queue.
    package func waiting(
        limit: Int, now: Instant
    ) -> [(visit: VisitID, position: Int, waited: Duration)] {
        line.everyone.prefix(max(0, limit)).compactMap { id in
            guard case .waiting(let since, _)? = visits[id]?.place else { return nil }
            return (id, line.position(of: id), now - since)
        }
    }

    /// Whether the visit is not over.
    package func isKnown(_ id: VisitID) -> Bool { visits[id] != nil }

    /// The host whose slot the visit has; nil when it has none.
    package func host(of id: VisitID) -> HostID? {
        guard case .serving(let host, _)? = visits[id]?.place else { return nil }
        return host
    }

    /// Whether an operator has spoken to the visit, or, without operators, it was served.
    package func isAttended(_ id: VisitID) -> Bool { visits[id]?.isAttended ?? false }

    /// The visits that a host serves, in the order of approaching.
    package func visits(of host: HostID) -> [VisitID] {
        hosts[host]?.serving.sorted() ?? []
    }

    /// Whether a client that arrived now would be served at once.
    package var hasFreeSlot: Bool { line.first == nil && freeHost() != nil }

    /// Whether there are hosts, and all of them are closed.
    package var isClosed: Bool { !hosts.isEmpty && !hosts.values.contains(where: \.isOpen) }

    /// The slots of all hosts, and how many of them are in use. A host that is closed, or has more
    /// visits than slots, counts with its slots in use only.
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

    /// How many slots a host has, how many of them are in use, and whether it is open.
    package func state(of host: HostID) -> (capacity: Int, inUse: Int, isOpen: Bool)? {
        hosts[host].map { ($0.capacity, $0.serving.count, $0.isOpen) }
    }
}
