// What those ask who are not here: programs that come by HTTP, once and without a name in a room.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A request that needs no registration.
package enum APIRequest: Sendable {
    /// Whether messages can be taken and saved.
    case readiness
    /// The server's own counts.
    case report
    /// The figures of the visits.
    case statistics(StatisticsWish)
    case rooms
    /// A page of a room's messages.
    case messages(HistoryRequest)
    case post(APIPost)
    /// A relay's table of servers.
    case servers
    /// Where a browser is to go that asks a relay for its page.
    case door
    /// What people left who waited in vain; with the token that the request shows.
    case left(token: String)
    /// A server of a relay's is to be treated so; with the token that the request shows.
    case order(ServerOrder, server: String, token: String)
    /// Everything that happens in a room from now on; first what was said after `after`.
    case listen(RoomName, after: UInt64?)
}

/// A message from somebody who is not here.
package struct APIPost: Sendable {
    package var room: RoomName
    /// nil: a guest's.
    package var nick: Nickname?
    package var text: String
    /// The same nonce from the same nick never becomes a second message.
    package var nonce: String?
    /// Where it comes from; the shell says so. Never shown to anybody.
    package var address = ""

    package init(room: RoomName, nick: Nickname?, text: String, nonce: String?) {
        self.room = room
        self.nick = nick
        self.text = text
        self.nonce = nonce
    }
}
