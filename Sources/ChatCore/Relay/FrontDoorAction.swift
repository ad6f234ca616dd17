// What the front door is told of clients, and what it wants done.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A ticket, and the name under which it is looked up: the database keeps no ticket, only its hash.
package struct RelayTicket: Hashable, Sendable {
    /// What the client shows; empty when only the hash is known.
    package let text: String
    package let key: String

    package init(text: String, key: String) {
        self.text = text
        self.key = key
    }
}

/// Somebody who has done its handshake.
package struct RelayArrival: Sendable {
    package let client: ClientID
    package let nick: String
    /// By whom a kept place is recognised that comes without a ticket: nick and address.
    package let place: String
    /// The ticket that it shows.
    package let ticket: RelayTicket?
    /// The ticket that it gets if it is new.
    package let newTicket: RelayTicket
    /// Its connection can go on with another server.
    package let canMove: Bool

    package init(
        client: ClientID, nick: String, place: String, ticket: RelayTicket?,
        newTicket: RelayTicket, canMove: Bool
    ) {
        self.client = client
        self.nick = nick
        self.place = place
        self.ticket = ticket
        self.newTicket = newTicket
        self.canMove = canMove
    }
}

/// A slot that somebody has been given.
package struct RelayAssignment: Hashable, Sendable {
    package let server: HostID
    package let serverName: String
    package let visit: VisitID
    package let ticket: String
    /// It was told that it waits.
    package let hasWaited: Bool
    /// Where it was before it lost its server.
    package let reference: String?
}

/// Why a client lost its server.
package enum DetachReason: Sendable, Hashable {
    /// The server is dead, or cut off.
    case gone
    /// The server is to be empty; what was said is still to be heard.
    case draining
    /// The server had no room after all; nobody has spoken to the client there.
    case busy
}

package enum FrontDoorAction: Sendable, Hashable {
    /// Tell it where it stands.
    case tell(ClientID, QueueStatus, ticket: String)
    /// Connect it.
    case connect(ClientID, RelayAssignment)
    /// Take it from its server; where it goes comes next. `canMove` false: its connection ends, and its
    /// place is kept.
    case detach(ClientID, from: String, DetachReason, canMove: Bool)
    /// Its slot was freed by the server; the connection ends when the server says so.
    case freed(ClientID)
    /// Its wait is over without a server.
    case end(ClientID, ByeCode)
    /// To be journalled, in this order.
    case record(VisitRecord)
}
