// What admission is told and what it says: its policy, its actions, its counts.
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
