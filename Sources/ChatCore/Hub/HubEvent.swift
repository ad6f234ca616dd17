// What the hub says: to a room, to one client, and to the event loops that carry it there.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Something that everyone in a room learns, encoded once per wire format.
package enum RoomEvent: Sendable {
    /// `sender` is left out of the delivery when it asked for no echo.
    case message(Message, excluding: ClientID?)
    indirect case joined(RoomName, Person, Timestamp)
    /// `also` names further rooms that the receiver shared with somebody who is gone for good: it
    /// is told once.
    indirect case left(RoomName, Person, LeaveReason, Timestamp, also: [RoomName] = [])
    indirect case topic(RoomName, String, by: Person, Timestamp)
    /// The person is called `new` from now on; it may share several rooms with the receiver.
    indirect case renamed(old: Person, new: Person, Timestamp)
    indirect case away(Person, String?, Timestamp)

    /// The client that must not get it.
    package var excluded: ClientID? {
        if case .message(_, let excluded) = self { excluded } else { nil }
    }

    /// Whether it may wait for the next tick when a room is large (see `LoopRoom`).
    package var isPresence: Bool {
        if case .message = self { false } else { true }
    }
}

/// A member as lists show it.
package struct Member: Sendable {
    package let person: Person
    package let away: Bool

    package init(person: Person, away: Bool = false) {
        self.person = person
        self.away = away
    }
}

/// A room as its newcomer sees it.
package struct RoomSnapshot: Sendable {
    package let room: RoomName
    package let topic: Topic?
    /// At most as many as the client asked to be told (`Registration.memberLimit`).
    package let members: [Member]
    /// How many there are in all.
    package let memberCount: Int
    /// The number of the newest message; 0 when there is none.
    package let lastSeq: UInt64
    package let createdAt: Timestamp

    package init(
        room: RoomName, topic: Topic?, members: [Member], memberCount: Int? = nil,
        lastSeq: UInt64, createdAt: Timestamp
    ) {
        self.room = room
        self.topic = topic
        self.members = members
        self.memberCount = memberCount ?? members.count
        self.lastSeq = lastSeq
        self.createdAt = createdAt
    }
}

/// What a room is about, and who said so.
package struct Topic: Sendable, Hashable {
    package let text: String
    package let by: String
    package let at: Timestamp

    package init(text: String, by: String, at: Timestamp) {
        self.text = text
        self.by = by
        self.at = at
    }
}

/// A line of the list of rooms.
package struct RoomInfo: Sendable, Hashable {
    package let room: RoomName
    package let members: Int
    package let topic: String
    package let lastSeq: UInt64

    package init(room: RoomName, members: Int, topic: String, lastSeq: UInt64) {
        self.room = room
        self.members = members
        self.topic = topic
        self.lastSeq = lastSeq
    }
}

/// All that may be known of a person.
package struct PersonInfo: Sendable {
    package let person: Person
    package let profile: Profile?
    package let rooms: [RoomName]
    package let away: String?
    package let since: Timestamp
    package let idle: Duration

    package init(
        person: Person, profile: Profile?, rooms: [RoomName], away: String?, since: Timestamp,
        idle: Duration
    ) {
        self.person = person
        self.profile = profile
        self.rooms = rooms
        self.away = away
        self.since = since
        self.idle = idle
    }
}

/// Counts for LUSERS and `/rooms`.
package struct HubStatistics: Sendable, Hashable {
    package var people = 0
    package var mostPeople = 0
    package var rooms = 0
    package var messages: UInt64 = 0
    package init() {}
}

/// The first words to a client that is in.
package struct Welcome: Sendable {
    package let server: String
    package let person: Person
    package let session: String
    package let statistics: HubStatistics
    package let startedAt: Timestamp
    /// Whether the client is put into the rooms it asks for; at a desk it is not.
    package let hasRooms: Bool

    package init(
        server: String, person: Person, session: String, statistics: HubStatistics,
        startedAt: Timestamp, hasRooms: Bool = true
    ) {
        self.hasRooms = hasRooms
        self.server = server
        self.person = person
        self.session = session
        self.statistics = statistics
        self.startedAt = startedAt
    }
}

/// Something that one client is told.
package enum ClientEvent: Sendable {
    case welcome(Welcome)
    /// The client itself is in a room now; always before anything from that room.
    case entered(RoomSnapshot)
    /// It asked to enter a room that it is in.
    case reentered(RoomSnapshot)
    case names(RoomSnapshot)
    case rooms([RoomInfo])
    case whois(PersonInfo)
    /// Rows of WHO: each person with the room it was found in.
    case who(query: String, [(room: RoomName?, member: Member)])
    case history(RoomName, [Message], complete: Bool)
    /// A room's newest messages, shown to a newcomer.
    case replay(RoomName, [Message])
    /// What a returning client missed, in order; the numbers of `gap` are not to be had this way.
    case missed(RoomName, gap: ClosedRange<UInt64>?, [Message])
    /// Not `isCurrent`: the index lags behind, and the newest messages were not looked through.
    case found(SearchRequest, [SearchHit], next: UInt64?, isCurrent: Bool = true)
    /// Rooms with the time of their newest message.
    case activity([(RoomName, Timestamp)])
    case topic(RoomName, Topic?)
    /// A private message, to its addressee or (as an echo) to its sender.
    case privateMessage(Message)
    case ack(nonce: String, MessageID, room: RoomName?, seq: UInt64)
    case profile(Profile)
    case away(String?)
    /// Tells a private message's sender that its addressee is away.
    case isAway(Person, String)
    case present(asked: [String], [Member])
    case statistics(HubStatistics, startedAt: Timestamp)
    /// The server in numbers, to somebody outside.
    case report(ServerReport, HubReport)
    /// The figures of the visits, as a JSON object.
    case figures(String)
    /// Somebody outside hears the room from here on.
    case listening(RoomName)
    /// It waits, here; the ticket keeps its place.
    case queued(QueueStatus, ticket: String)
    case admitted(Admitted)
    /// Its operator or server is gone, and it stands at the head of the queue again.
    case returned(host: String, isServer: Bool)
    case conversationEnded(ConversationEnd)
    /// It has a slot at a server that it is to connect to itself.
    case redirect(host: String, port: UInt16, ticket: String)
    case rated(Rating, host: String)
    /// An operator's screen.
    case desk(DeskStatus)
    /// An operator has a new visitor.
    case visitor(Visitor)
    case waiting([WaitingVisitor], of: Int)
    /// An operator's visitor tells what was said before a relay brought it.
    case transcript(ToldTranscript)
    /// A relay hears how things are here.
    case link(LinkEvent)
    case error(HubError)
    case notice(String)
    case bye(Bye)
    /// Already encoded; written as it is.
    case raw([UInt8])
    /// The same, and nothing follows it.
    case lastWords([UInt8])
    /// The client's own new name; its rooms (and it) learn it as a room event as well.
    case renamed(Person)
    /// The client itself left the room; it has seen its own `left` as a room event.
    case exited(RoomName)
    /// A request was carried out and has no other answer (labeled-response needs to know).
    case done
}

/// Why a request was refused. One code for programs, one sentence for people, and for IRC the
/// numeric that its codec chooses.
package enum HubError: Error, Sendable, Hashable {
    case nickTaken(String)
    case badNick(String, NameError)
    case badRoom(String, NameError)
    case noSuchNick(String)
    case noSuchRoom(String)
    case notInRoom(String)
    case tooManyRooms
    case noRoomForRooms
    case messageTooLong
    case emptyMessage
    case badNonce
    case badProfile
    case topicTooLong
    case alreadyRegistered
    case notRegistered
    case badReference(String)
    case badSearch
    case badToken
    case unavailable(String)
    case notSaved(String)
    case badRating
    case alreadyRated
    case notAttended
    case badTicket
    /// It has no slot yet.
    case waiting
    case tooManyWhileWaiting
    case notOperator
    case wrongPassword
    case tryLater
    case noDesk
    case noConversation
    case operatorBusy(String)
    /// A visitor of a desk asks for what only a room's people may.
    case notAtDesk
    /// Asked from outside, where people are admitted one by one.
    case notOutside
    /// It posts too fast, and may go on after so long.
    case tooFast(Duration)
    /// Nothing is taken from outside while nothing can be saved.
    case cannotSave(String)
    /// The journal has no server of that name.
    case noSuchServer(String)
    /// Not the relay's token.
    case wrongToken
    case tooManyRows
    /// What was said before is wanted of those alone whom a relay has brought from elsewhere.
    case noReference
    /// And once.
    case alreadyTold

    package var code: String {
        switch self {
        case .nickTaken: "nick_taken"
        case .badNick: "bad_nick"
        case .badRoom: "bad_room"
        case .noSuchNick: "no_such_nick"
        case .noSuchRoom: "no_such_room"
        case .notInRoom: "not_in_room"
        case .tooManyRooms, .noRoomForRooms: "too_many_rooms"
        case .messageTooLong: "message_too_long"
        case .emptyMessage: "empty_message"
        case .badNonce: "bad_nonce"
        case .badProfile: "bad_profile"
        case .topicTooLong: "topic_too_long"
        case .alreadyRegistered: "already_registered"
        case .notRegistered: "not_registered"
        case .badReference: "bad_reference"
        case .badSearch: "bad_search"
        case .badToken: "bad_token"
        case .unavailable: "unavailable"
        case .notSaved: "not_saved"
        case .badRating: "bad_rating"
        case .alreadyRated: "already_rated"
        case .notAttended: "not_attended"
        case .badTicket: "bad_ticket"
        case .waiting, .tooManyWhileWaiting: "waiting"
        case .notOperator: "not_operator"
        case .wrongPassword: "wrong_password"
        case .tryLater: "try_later"
        case .noDesk: "no_desk"
        case .noConversation: "no_conversation"
        case .operatorBusy: "operator_busy"
        case .notAtDesk: "not_at_desk"
        case .notOutside: "not_outside"
        case .tooFast: "too_fast"
        case .cannotSave: "cannot_save"
        case .noSuchServer: "no_such_server"
        case .wrongToken: "wrong_token"
        case .tooManyRows: "too_many_rows"
        case .noReference: "no_reference"
        case .alreadyTold: "already_told"
        }
    }

    package var message: String {
        switch self {
        case .nickTaken(let nick): "the nick \(nick) is taken"
        case .badNick(let nick, let why): "\(nick) cannot be a nick: \(why.reason)"
        case .badRoom(let room, let why): "\(room) cannot be a room: \(why.reason)"
        case .noSuchNick(let nick): "nobody here is called \(nick)"
        case .noSuchRoom(let room): "there is no room \(room)"
        case .notInRoom(let room): "you are not in \(room)"
        case .tooManyRooms: "you are in \(Limits.maxRoomsPerClient) rooms, the maximum"
        case .noRoomForRooms: "this server has \(Limits.maxRooms) rooms, the maximum"
        case .messageTooLong: "a message may have at most \(Limits.maxMessageBytes) bytes"
        case .emptyMessage: "there is no text to send"
        case .badNonce: "a nonce has 1 to \(Limits.maxNonceBytes) bytes"
        case .badProfile:
            "a profile field may have at most \(Limits.maxProfileFieldBytes) bytes, no controls"
        case .topicTooLong: "a topic may have at most \(Limits.maxTopicBytes) bytes"
        case .alreadyRegistered: "you have already introduced yourself"
        case .notRegistered: "introduce yourself first"
        case .badReference(let what): "there is no message \(what) here"
        case .badSearch:
            "a search needs words or emoji, at most \(Limits.maxSearchBytes) bytes in all"
        case .badToken: "unknown or expired session token"
        case .notSaved(let why): "delivered, but not saved yet: \(why)"
        case .badRating: "a rating is 1 to 5 stars and an optional comment, such as: 5 great"
        case .alreadyRated: "that conversation has already been rated"
        case .notAttended: "you have no conversation to rate"
        case .badTicket: "that ticket has nothing to rate, or has expired"
        case .waiting: "you are waiting; try again when it is your turn"
        case .tooManyWhileWaiting:
            "\(Limits.maxMessagesWaiting) messages are kept already; send more when it is your turn"
        case .notOperator: "only an operator of the desk may do that"
        case .wrongPassword: "that is not the operators' password"
        case .tryLater: "too many failed passwords; try again later"
        case .noDesk: "this server has no desk, or no password for its operators"
        case .noConversation: "you have no conversation"
        case .operatorBusy(let nick): "cannot transfer to \(nick): no operator with a free slot"
        case .notAtDesk: "at this desk you can talk only with your operator"
        case .notOutside:
            "this server admits clients one at a time; connect as a client to read or post"
        case .tooFast: "too many requests; try again later"
        case .noSuchServer(let name): "there is no server \(name)"
        case .wrongToken: "that is not the relay's token"
        case .tooManyRows: "too many rows: choose a shorter period, or group by day"
        case .noReference: "your conversation did not begin at another server"
        case .alreadyTold: "this conversation already has a transcript"
        case .cannotSave(let why): "messages cannot be saved now: \(why)"
        case .unavailable(let why): "older messages cannot be read now: \(why)"
        }
    }
}

/// What an event loop is told, in the hub's order; see `EventLoop+Delivery`. The large and rare
/// cases are boxed: queues of these are as wide as the widest case.
package enum LoopItem: Sendable {
    case room(RoomID, RoomEvent)
    indirect case direct(ClientID, ClientEvent, RequestTag)
    /// An event for several clients who may share more than one room with its subject.
    case several([ClientID], RoomEvent)
    /// The client hears the room from here on.
    case entered(ClientID, RoomID)
    /// The client no longer hears the room.
    case exited(ClientID, RoomID)
    /// A request that had to wait was carried out: the client is read again.
    case resumed(ClientID)
    /// The hub is to be woken then, unless it was before.
    case alarm(Instant)
    /// The connection ends after what was queued for it.
    case close(ClientID)
}
