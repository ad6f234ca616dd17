// A relay's table as people and programs see it (PRODUCT "relay").
// SPDX-License-Identifier: GPL-3.0-or-later

/// What the relay does with a server at the moment.
package enum ServerState: String, Sendable, CaseIterable {
    /// The relay sends clients to it while it has free slots.
    case up
    /// There is no link to it.
    case down
    /// The relay sends it no clients, and moves its clients to other servers.
    case draining
    /// The relay sends it no clients; those it has stay.
    case paused
}

/// An operator's order for a server, whatever the server reports.
package enum ServerOrder: String, Sendable, CaseIterable {
    case drain
    case pause
    /// No order: the server's own report counts.
    case undrain
}

/// One line of the table.
package struct ServerRow: Hashable, Sendable {
    package let id: HostID
    package let name: String
    package let address: String
    /// nil: unlimited.
    package let capacity: Int?
    package let inUse: Int
    package let state: ServerState
    /// When it entered this state.
    package let since: Timestamp
    /// What it waits for, in words.
    package let waitingFor: String

    /// nil: unlimited. A server that gets no clients has no free slots.
    package var free: Int? {
        guard state == .up else { return 0 }
        return capacity.map { max(0, $0 - inUse) }
    }
}
