// What the hub tells the relays that are linked to it. A link is a connection like a client's, but
// nobody: it has no name, is in no room and holds no slot.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Something that a relay is told of this server.
package enum LinkEvent: Hashable, Sendable {
    case availability(Availability)
    /// The relay's visit is attended.
    case attended(visit: UInt64)
    /// The relay's visit has no slot any more; why, as `EndReason` or `LossReason` says it.
    case freed(visit: UInt64, reason: String)
}
