// A relay's table as people and programs are shown it (PRODUCT "relay").
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a server is good for at the moment.
package enum ServerState: String, Sendable, CaseIterable {
    /// Clients are sent to it as it has room.
    case up
    /// There is no link to it.
    case down
    /// It is to be empty: nobody is sent to it, and its clients go on elsewhere.
    case draining
    /// Nobody is sent to it; its clients stay.
    case paused
}

/// What an operator wants of a server, whatever it says itself.
package enum ServerOrder: String, Sendable, CaseIterable {
    case drain
    case pause
    /// No wish: it is as it says itself.
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
    /// Since when it is in this state.
    package let since: Timestamp
    /// What it waits for, in words.
    package let waitingFor: String

    /// nil: unlimited. Nothing is free where nobody is sent to.
    package var free: Int? {
        guard state == .up else { return 0 }
        return capacity.map { max(0, $0 - inUse) }
    }
}
