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

    package init(
        nick: Nickname?, user: String, host: String, realName: String = "",
        profile: Profile? = nil, rooms: [RoomName]? = nil, session: String = "", memberLimit: Int = .max
    ) {
        self.nick = nick
        self.user = user
        self.host = host
        self.realName = realName
        self.profile = profile
        self.rooms = rooms
        self.session = session
        self.memberLimit = max(0, memberLimit)
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
    /// The end: announced to the rooms, then the connection is closed.
    case quit(LeaveReason)
}

extension HubCommand {
    /// Whether the answer changes how the session reads what comes next, which therefore waits.
    package var changesSession: Bool {
        switch self {
        case .register, .join, .leave, .rename: true
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
    package enum Bound: Sendable, Hashable {
        case latest
        case before(seq: UInt64)
        case after(seq: UInt64)
    }

    package var room: RoomName
    package var bound: Bound
    package var limit: Int

    package init(room: RoomName, bound: Bound = .latest, limit: Int = 20) {
        self.room = room
        self.bound = bound
        self.limit = min(max(1, limit), Limits.maxHistoryPage)
    }
}
