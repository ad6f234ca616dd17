// What a client asks of the hub: every protocol's requests, in one vocabulary.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Everything a client says of itself when its handshake is complete.
package struct Registration: Sendable {
    /// nil: the server gives a name (`client#1`).
    package var nick: Nickname?
    package var user: String
    package var host: String
    package var realName: String
    package var profile: Profile?
    /// The rooms to begin in; nil means the lobby.
    package var rooms: [RoomName]?
    /// Unguessable; the shell makes it. Becomes `welcome.session`.
    package var session: String
    /// How many people a newcomer to a room is told by name.
    package var memberLimit: Int
    /// The session that is continued, or nil for a new one.
    package var resume: Resume?
    /// Whether the session can be resumed: its nonces are kept beyond the connection.
    package var isResumable: Bool
    /// How many messages of each room to be shown on entering; nil: as many as the server likes.
    package var replay: Int?
    /// Where it comes from; the shell says so. Never shown to anybody.
    package var address = ""
    /// The relay that brought it; the shell says so.
    package var relayed: RelayedClient?
    /// Unguessable; the shell makes it. Gives back the client's place in the queue, and rates its visit.
    package var newTicket = ""
    /// The ticket of the place that it wants back.
    package var ticket: String?
    /// It wants to be an operator of the desk, with this password.
    package var password: String?
    /// The client is here already, as a guest that it was taken for before it said who it is.
    package var replacesGuest = false

    package init(
        nick: Nickname?, user: String, host: String, realName: String = "",
        profile: Profile? = nil, rooms: [RoomName]? = nil, session: String = "",
        memberLimit: Int = .max,
        resume: Resume? = nil, isResumable: Bool = false, replay: Int? = nil,
        ticket: String? = nil, password: String? = nil
    ) {
        self.ticket = ticket
        self.password = password
        self.nick = nick
        self.user = user
        self.host = host
        self.realName = realName
        self.profile = profile
        self.rooms = rooms
        self.session = session
        self.memberLimit = max(0, memberLimit)
        self.resume = resume
        self.isResumable = isResumable
        self.replay = replay.map { min(max(0, $0), Limits.maxHistoryPage) }
    }
}

/// Where a returning client goes on.
package struct Resume: Sendable, Hashable {
    /// `welcome.resume` of the session.
    package var token: String
    /// The newest message number seen in each room.
    package var seen: [RoomName: UInt64]

    package init(token: String, seen: [RoomName: UInt64] = [:]) {
        self.token = token
        self.seen = seen
    }

    /// Tokens are 16 to 64 of these characters: anything else was never given out.
    package static func isToken(_ text: String) -> Bool {
        (16...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0)
            }
    }
}

/// Whom a message is for.
package enum MessageTarget: Hashable, Sendable {
    case room(RoomName)
    case nick(String)
}

/// A message to be accepted, numbered and delivered.
package struct Post: Sendable {
    package var target: MessageTarget
    package var kind: MessageKind
    package var text: String
    /// The sender's own name for it: the same nonce never becomes a second message.
    package var nonce: String?
    package var clientTags: String
    /// Whether the sender is sent its own message with everyone else's.
    package var echo: Bool

    package init(
        to target: MessageTarget, kind: MessageKind = .text, text: String, nonce: String? = nil,
        clientTags: String = "", echo: Bool = true
    ) {
        self.target = target
        self.kind = kind
        self.text = text
        self.nonce = nonce
        self.clientTags = clientTags
        self.echo = echo
    }
}

/// One request. The answer, if any, comes back as `ClientEvent`s in the order of the requests;
/// a request that carries a `tag` has it repeated on every direct answer.
package enum HubCommand: Sendable {
    case register(Registration)
    case post(Post)
    case join(RoomName)
    case leave(RoomName, word: String)
    case rename(Nickname)
    /// The people of one room.
    case names(RoomName)
    /// All rooms.
    case rooms
    /// One person: `/who NICK`, WHOIS.
    case whois(String)
    /// The people of a room (or one person) with details: IRC's WHO.
    case who(String)
    /// Messages of a room from memory, oldest first.
    case history(HistoryRequest)
    /// Messages with certain words.
    case search(SearchRequest)
    /// The asker's rooms in which something was said between two times: CHATHISTORY TARGETS.
    case activity(from: Timestamp, to: Timestamp, limit: Int)
    case profile(Profile)
    case topic(RoomName, set: String?)
    /// nil: back again.
    case away(String?)
    /// Which of these nicks are here: ISON, USERHOST.
    case present([String])
    /// Counts: LUSERS, `/threads`.
    case statistics
    /// Bytes that the session wrote itself and that must not overtake the answers to earlier
    /// requests: they come back as `ClientEvent.raw`.
    case relay([UInt8])
    /// Asked from outside; needs no registration.
    case api(APIRequest)
    /// Rates the client's own visit, or the one with that ticket.
    case rate(Rating, ticket: String?)
    /// A visitor whom a relay has moved tells its operator what was said before.
    case transcript(Transcript)
    /// What only operators may ask.
    /// `room` says which conversation is meant; nil: the newest.
    case desk(DeskRequest, room: RoomName?)
    /// Those who wait, and the operators; for operators.
    case waiting
    /// The connection is a relay's link from here on.
    case link(RelayID)
    /// A relay passes on what somebody said who waited there in vain.
    case left(LeftMessage)
    /// The end: announced to the rooms, then the connection is closed. `lastWords`, already encoded,
    /// are the last thing the client is sent.
    case quit(LeaveReason, lastWords: [UInt8] = [])
}

extension HubCommand {
    /// Whether the answer changes how the session reads what comes next, or may take a while:
    /// what comes next waits for it.
    package var isBarrier: Bool {
        switch self {
        case .register, .join, .leave, .rename, .history, .search, .quit, .rate, .api:
            true
        default: false
        }
    }
}

/// A command and the answer's label.
package struct HubRequest: Sendable {
    package var command: HubCommand
    /// Comes back on every direct answer; IRC labels and the answer's intended numeric hang on it.
    package var tag: RequestTag

    package init(_ command: HubCommand, tag: RequestTag = .none) {
        self.command = command
        self.tag = tag
    }
}

/// What a session wants to find again on the answer to a request.
package struct RequestTag: Sendable, Hashable {
    /// IRCv3 labeled-response's label; empty for none.
    package var label: String
    /// The session's own mark, for instance which of two numerics was asked for.
    package var mark: UInt8

    package init(label: String = "", mark: UInt8 = 0) {
        self.label = label
        self.mark = mark
    }

    package static let none = RequestTag()
}

/// Which messages of a room are wanted.
package struct HistoryRequest: Sendable, Hashable {
    /// A place in a room's history.
    package enum Point: Sendable, Hashable {
        case seq(UInt64)
        case time(Timestamp)
        case message(MessageID)
    }

    package enum Bound: Sendable, Hashable {
        case latest
        /// The newest before it, itself left out.
        case before(Point)
        /// The oldest after it, itself left out.
        case after(Point)
        /// It and its neighbours on both sides.
        case around(Point)
        /// Between the two, both left out; from the first towards the second.
        case between(Point, Point)
        /// The newest after it: what a returning client missed.
        case latestAfter(Point)
    }

    package var room: RoomName
    package var bound: Bound
    package var limit: Int
    /// Whether messages that were erased are passed over, and not counted: for those who would not
    /// see their places.
    package var skipsErased = false

    package init(
        room: RoomName, bound: Bound = .latest, limit: Int = 20, skipsErased: Bool = false
    ) {
        self.room = room
        self.skipsErased = skipsErased
        self.bound = bound
        self.limit = min(max(1, limit), Limits.maxHistoryPage)
    }

    /// What a client that has seen everything up to `seq` missed.
    package static func missed(_ room: RoomName, after seq: UInt64) -> HistoryRequest {
        var request = HistoryRequest(room: room, bound: .latestAfter(.seq(seq)))
        request.limit = Limits.maxMissedMessages
        return request
    }
}
