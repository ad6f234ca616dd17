// The hub behind its lock. Requests of one loop turn go in together; what they cause is put into the
// loops' mailboxes while the lock is held, so that all loops see one order, and the other loops are
// woken after it is released.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A request and who made it.
package struct AddressedRequest: Sendable {
    let client: ClientID
    let request: HubRequest
}

/// The way from the loops to the hub and back.
package final class HubDriver: Sendable {
    private struct State {
        var hub: Hub
        var output: HubOutput
    }

    private let state: Locked<State>
    private let mailboxes: [Mailbox]
    private let profiles: ProfilePrinter

    package init(hub: Hub, mailboxes: [Mailbox], profiles: ProfilePrinter) {
        state = Locked(State(hub: hub, output: HubOutput(loops: mailboxes.count)))
        self.mailboxes = mailboxes
        self.profiles = profiles
    }

    /// Applies a turn's requests of loop `origin`, in order.
    func submit(_ requests: [AddressedRequest], from origin: Int, now: Timestamp) {
        var awake: UInt64 = 0
        let arrived = state.withLock { state in
            for entry in requests {
                state.hub.apply(
                    entry.request, from: entry.client, now: now, output: &state.output)
            }
            for loop in mailboxes.indices where !state.output.perLoop[loop].isEmpty {
                mailboxes[loop].put(state.output.perLoop[loop])
                let isBurst = state.output.perLoop[loop].count > EventLoop.keptItems
                state.output.perLoop[loop].removeAll(keepingCapacity: !isBurst)
                awake |= 1 << UInt64(loop & 63)
            }
            let arrived = state.output.profiles
            if !arrived.isEmpty { state.output.profiles = [] }
            return arrived
        }
        for loop in mailboxes.indices where loop != origin && awake & (1 << UInt64(loop)) != 0 {
            mailboxes[loop].wake()
        }
        for (nick, profile) in arrived { profiles.print(nick, profile) }
    }

    /// The hub's counts.
    package var statistics: HubStatistics { state.withLock { $0.hub.currentStatistics } }
}
