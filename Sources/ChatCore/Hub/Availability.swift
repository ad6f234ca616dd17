// How many clients a server can take: what it tells the relays before it (chatkit(5), "CONTROL LINK").
// SPDX-License-Identifier: GPL-3.0-or-later

/// How many clients a server can take at the moment.
package struct Availability: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// It takes clients as long as there are slots.
        case up
        /// Its operators take in nobody for now.
        case paused
        /// It is about to end.
        case draining
    }

    /// Slots, at a desk of the operators that are there and open; nil: as many as come.
    package var capacity: Int?
    /// Slots taken by clients that do not come from the relay that is told this.
    package var others: Int
    /// Slots taken in all.
    package var inUse: Int
    package var state: State

    package init(capacity: Int?, others: Int, inUse: Int, state: State) {
        self.capacity = capacity.map { max(0, $0) }
        self.others = max(0, others)
        self.inUse = max(0, inUse)
        self.state = state
    }
}
