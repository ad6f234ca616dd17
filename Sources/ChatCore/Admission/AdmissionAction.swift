// Admission's policy, its actions and its counts.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What to notify and to journal after an event.
package enum AdmissionAction: Hashable, Sendable {
    /// The visit waits, at this position.
    case queued(VisitID, QueueStatus)
    /// The visit has a slot.
    case admitted(VisitID, HostID)
    /// The visit has lost its slot and waits again; its position follows.
    case returned(VisitID, from: HostID)
    /// The visit is over before it was attended.
    case lost(VisitID, LossReason)
    /// The visit is over.
    case ended(VisitID, EndReason)
    /// Records to journal, in this order.
    case record(VisitRecord)
}

/// How clients are admitted.
package struct AdmissionPolicy: Hashable, Sendable {
    /// Maximum wait.
    package var wait: Duration
    /// How long a client that dropped while waiting keeps its place.
    package var keepsPlace: Duration
    /// Maximum length of the queue.
    package var maxWaiting: Int
    /// If set, attended means that an operator has spoken; otherwise, that the visit got a slot.
    package var isDesk: Bool
    /// The hosts are servers: a wait that ends while none of them is open is lost as `no_server`.
    package var isFrontDoor: Bool

    package init(
        wait: Duration = .seconds(300), keepsPlace: Duration = .seconds(30),
        maxWaiting: Int = .max, isDesk: Bool = false, isFrontDoor: Bool = false
    ) {
        self.wait = wait
        self.keepsPlace = keepsPlace
        self.maxWaiting = max(0, maxWaiting)
        self.isDesk = isDesk
        self.isFrontDoor = isFrontDoor
    }
}

/// Counts of visits since the start.
package struct AdmissionCounts: Hashable, Sendable {
    package var approached = 0
    package var attended = 0
    package var lost: [LossReason: Int] = [:]
    /// Excludes visits that were attended before.
    package var waiting = 0
    /// Excludes attended visits.
    package var serving = 0

    package init() {}

    /// Whether every visit is accounted for.
    package var isBalanced: Bool {
        approached == attended + lost.values.reduce(0, +) + waiting + serving
    }
}
