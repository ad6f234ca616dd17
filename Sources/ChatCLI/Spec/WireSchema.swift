// The JSON vocabulary as a table: what a client may send and what it is sent. chatkit(5) is made
// from it; the codec in ChatCore is its other half, and a test holds the two together.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A member of a JSON message.
package struct WireField: Sendable {
    package let name: String
    /// In words: `string`, `number`, `list of strings`.
    package let kind: String
    package let isOptional: Bool
    package let says: String

    package init(_ name: String, _ kind: String, optional: Bool = false, _ says: String) {
        self.name = name
        self.kind = kind
        isOptional = optional
        self.says = says
    }
}

/// A type of JSON message.
package struct WireMessage: Sendable {
    package let type: String
    package let says: String
    package let fields: [WireField]

    package init(_ type: String, _ says: String, _ fields: [WireField] = []) {
        self.type = type
        self.says = says
        self.fields = fields
    }
}

/// The vocabulary, version 1.
package enum WireSchema {
    // Members that many types have.
    private static let room = WireField("room", "string", "the room")
    private static let nick = WireField("nick", "string", "who")
    private static let at = WireField("at", "time", "when")
    private static let roomOrFirst = WireField(
        "room", "string", optional: true, "the room; without it the first one the client is in")
    private static let word = WireField(
        "text", "string", optional: true, "a last word, shown to others")
    private static let profileFields = [
        WireField("name", "string", optional: true, "full name"),
        WireField("student_id", "string", optional: true, "student id"),
        WireField("github", "string", optional: true, "GitHub user name"),
    ]

    /// Client to server.
    package static let requests = roomRequests + deskRequests + closingRequests

    private static let roomRequests: [WireMessage] = [
        WireMessage(
            "hello",
            "Introduces the client; the first message. The answer is `welcome`, then `names` for "
                + "each room, or `error`, after which another `hello` may follow.",
            [
                WireField("v", "number", optional: true, "the version of this vocabulary: 1"),
                WireField(
                    "nick", "string", optional: true,
                    "what to be called; without it the server gives a name, such as `client#1`"),
                WireField(
                    "rooms", "list of strings", optional: true,
                    "where to begin; without it the rooms of `seen` or `#lobby`, and with `[]` "
                        + "nowhere"),
                WireField("profile", "object", optional: true, "the same fields as in `profile`"),
                WireField(
                    "resume", "string", optional: true,
                    "`resume` of an earlier `welcome`: that session goes on, also after a restart "
                        + "of the server, and its nonces still count. Where it goes on elsewhere, "
                        + "that connection ends with `replaced`"),
                WireField(
                    "seen", "object", optional: true,
                    "with `resume`: the newest `seq` that the client has of each room, as in "
                        + "`{\"#lobby\":41}`. After the room's `names` it is sent every `message` "
                        + "since, in order and once, and for those that cannot be sent a `gap`"),
                WireField(
                    "replay", "number", optional: true,
                    "how many messages of each room to be shown on entering, up to "
                        + "\(Limits.maxHistoryPage); without it as many as the server likes. "
                        + "Not for the rooms of `seen`"),
                WireField(
                    "ticket", "string", optional: true,
                    "of an earlier `queue`: the client wants its place back"),
                WireField(
                    "operator", "boolean", optional: true, "the client is an operator of the desk"),
                WireField(
                    "token", "string", optional: true, "with `operator`: the operators' password"),
            ]),
        WireMessage(
            "message",
            "Says something to a room or to one person. Its sender gets it back like everyone "
                + "else.",
            [
                WireField("text", "string", "up to \(Limits.maxMessageBytes) bytes"),
                roomOrFirst,
                WireField(
                    "to", "string", optional: true, "the nick of one person, not with `room`"),
                WireField(
                    "kind", "string", optional: true,
                    "`text`, `action` (as by `/me`) or `notice` (never to be answered by a program)"
                ),
                WireField(
                    "nonce", "string", optional: true,
                    "the sender's name for the message, up to \(Limits.maxNonceBytes) bytes. Asks "
                        + "for an `ack`; the same nonce again is not a second message"),
            ]),
        WireMessage("join", "Enters a room, which is made when it is new.", [room]),
        WireMessage("leave", "Leaves a room.", [room, word]),
        WireMessage(
            "nick", "Changes the client's nick.", [WireField("nick", "string", "the new one")]),
        WireMessage("names", "Asks who is in a room.", [roomOrFirst]),
        WireMessage("rooms", "Asks for the list of rooms."),
        WireMessage("whois", "Asks what is known of a person.", [nick]),
        WireMessage(
            "history",
            "Asks for messages of a room the client is in: the newest, or those at a place. A "
                + "place is a `seq`, a time, or the `id` of a message, and is itself left out but "
                + "for `around`.",
            [
                roomOrFirst,
                WireField("before", "place", optional: true, "the newest ones before it"),
                WireField("after", "place", optional: true, "the oldest ones after it"),
                WireField("around", "place", optional: true, "it and those on both sides"),
                WireField(
                    "since", "place", optional: true,
                    "the oldest ones after it; with `until`, those between the two"),
                WireField(
                    "until", "place", optional: true, "without `since`, the newest ones before it"),
                WireField(
                    "limit", "number", optional: true,
                    "how many, up to \(Limits.maxHistoryPage); without it 20"),
            ]),
        WireMessage(
            "search",
            "Looks for messages with all of the words, newest first. The answer is `found`.",
            [
                WireField("text", "string", "the words, up to \(Limits.maxSearchBytes) bytes"),
                WireField(
                    "room", "string", optional: true,
                    "the room; without it every room the client is in"),
                WireField("from", "string", optional: true, "the nick of the author"),
                WireField("since", "time", optional: true, "at that time or later"),
                WireField("until", "time", optional: true, "earlier"),
                WireField(
                    "before", "number", optional: true,
                    "`next` of the page before: what comes after it"),
                WireField(
                    "limit", "number", optional: true,
                    "how many, up to \(Limits.maxSearchPage); without it 20"),
            ]),
        WireMessage("profile", "Sets the client's profile.", profileFields),
        WireMessage(
            "topic", "Asks for a room's topic, or sets it.",
            [
                roomOrFirst,
                WireField(
                    "text", "string", optional: true,
                    "the new topic, up to \(Limits.maxTopicBytes) bytes"),
            ]),
        WireMessage(
            "away", "Says that the client is away, or, without a text, back.",
            [WireField("text", "string", optional: true, "why, up to \(Limits.maxAwayBytes) bytes")]
        ),
    ]

    private static let closingRequests: [WireMessage] = [
        WireMessage(
            "ping", "Asks for a sign of life: a `pong`.",
            [WireField("nonce", "string", optional: true, "comes back")]),
        WireMessage("pong", "Answers the server's `ping`. Has no answer."),
        WireMessage("bye", "Ends the conversation; the answer is `bye`.", [word]),
    ]

    /// Server to client.
    package static let answers = roomAnswers + deskAnswers + closingAnswers

    private static let roomAnswers: [WireMessage] = [
        WireMessage(
            "welcome",
            "The client is in. Behind a relay it can come again on the same connection: another server "
                + "has taken over. Its rooms are entered anew and count their `seq` by themselves, and "
                + "what the one before has not acked is to be sent again with its nonce. What was "
                + "under way when that one vanished comes before it.",
            [
                WireField("v", "number", "the version of this vocabulary: 1"),
                WireField("server", "string", "the server's name"),
                WireField("nick", "string", "what the client is called"),
                WireField("session", "string", "the session's name, known to nobody else"),
                WireField("rooms", "list of strings", "the rooms that are entered next"),
                WireField(
                    "resume", "string",
                    "what a later `hello` shows to go on with this session; to be kept secret"),
                WireField("limits", "object", "numbers, by the names in LIMITS"),
            ]),
        WireMessage(
            "message", "Somebody said something.",
            [
                WireField("id", "string", "opaque, the same for everyone"),
                WireField("room", "string", optional: true, "the room; not in private messages"),
                WireField(
                    "seq", "number", optional: true,
                    "counts up by one in each room, from 1; not in private messages"),
                WireField("to", "string", optional: true, "the addressee of a private message"),
                WireField("from", "string", "the sender's nick"),
                WireField(
                    "kind", "string", optional: true, "`action` or `notice`; absent for text"),
                WireField("text", "string", "what was said"),
                WireField(
                    "erased", "boolean", optional: true,
                    "true when the text was erased, and is empty"),
                at,
            ]),
        WireMessage(
            "ack", "A message with a nonce was accepted.",
            [
                WireField("nonce", "string", "the sender's"),
                WireField("id", "string", "the message's"),
                WireField("room", "string", optional: true, "not for private messages"),
                WireField("seq", "number", optional: true, "not for private messages"),
            ]),
        WireMessage("joined", "Somebody entered a room.", [room, nick, at]),
        WireMessage(
            "left", "Somebody left a room.",
            [
                room, nick,
                WireField(
                    "reason", "string",
                    "`left`, `quit`, `disconnected`, or the code of a `bye`"),
                WireField("text", "string", optional: true, "a last word, or the reason in words"),
                at,
            ]),
        WireMessage(
            "renamed", "Somebody, perhaps the client itself, has another nick.",
            [
                WireField("old", "string", "until now"), WireField("new", "string", "from now on"),
                at,
            ]),
        WireMessage(
            "names", "Who is in a room: on entering it, and when asked.",
            [
                room, WireField("topic", "string", "empty when there is none"),
                WireField(
                    "members", "list of objects", "each with `nick`, and `away` when it is true"),
                WireField("count", "number", "how many there are in all"),
                WireField("last_seq", "number", "the number of the newest message, or 0"),
                WireField(
                    "entered", "boolean", optional: true, "true when the client just entered"),
            ]),
        WireMessage(
            "rooms", "The rooms there are.",
            [
                WireField(
                    "rooms", "list of objects",
                    "each with `room`, `members` (how many), `topic` and `last_seq`")
            ]),
        WireMessage(
            "history", "Messages of a room, oldest first: when asked, and on entering it.",
            [
                room,
                WireField("messages", "list of objects", "each as in `message`"),
                WireField("complete", "boolean", "whether there is nothing more in that direction"),
                WireField(
                    "replay", "boolean", optional: true,
                    "true when nobody asked: the room was just entered"),
            ]),
        WireMessage(
            "gap",
            "What a returning client missed and is not sent. `history` may have it.",
            [
                room, WireField("from_seq", "number", "the first one"),
                WireField("to_seq", "number", "the last one"),
            ]),
        WireMessage(
            "found", "What a `search` found, newest first.",
            [
                WireField("text", "string", "the words that were asked for"),
                WireField("room", "string", optional: true, "the room that was asked for"),
                WireField(
                    "messages", "list of objects",
                    "each as in `message`, with `snippet`, the part of the text around the words, "
                        + "and `highlights`, their places in it: pairs of a first byte and the "
                        + "one after the last, in UTF-8"),
                WireField(
                    "next", "number", optional: true,
                    "there is more: the `before` of the next `search`"),
            ]),
        WireMessage(
            "whois", "What is known of a person.",
            [
                nick, WireField("user", "string", "its IRC user name"),
                WireField("host", "string", "says which protocol it came by; never an address"),
                WireField("name", "string", "its real name, if it said one"),
                WireField("profile", "object", optional: true, "as in `profile`"),
                WireField("rooms", "list of strings", "where it is"),
                WireField("away", "boolean", "whether it is away"),
                WireField("text", "string", optional: true, "why it is away"),
                WireField("since", "time", "since when it is here"),
                WireField("idle_s", "number", "seconds since it last did something"),
            ]),
        WireMessage("profile", "The client's profile as it is now.", profileFields),
        WireMessage(
            "topic", "A room's topic was asked for, or has changed.",
            [
                room, WireField("text", "string", "empty when there is none"),
                WireField("by", "string", optional: true, "who set it"),
                WireField("at", "time", optional: true, "when it was set"),
            ]),
        WireMessage(
            "away", "Somebody went away or came back; without a nick, the client itself.",
            [
                WireField("nick", "string", optional: true, "who"),
                WireField("away", "boolean", "whether it is away now"),
                WireField("text", "string", optional: true, "why"),
                WireField("at", "time", optional: true, "when"),
            ]),
    ]

    private static let closingAnswers: [WireMessage] = [
        WireMessage(
            "ok", "A request with an `id` was carried out, and there is no more to say about it."),
        WireMessage("notice", "A word from the server.", [WireField("text", "string", "the word")]),
        WireMessage(
            "ping", "Asks for a sign of life after a fifth of the idle time; answer with `pong`."),
        WireMessage(
            "pong", "Answers a `ping`.",
            [WireField("nonce", "string", optional: true, "the client's")]),
        WireMessage(
            "error", "A request was refused. The connection stays.",
            [
                WireField("code", "string", "for programs; see ERROR CODES"),
                WireField("message", "string", "for people"),
                WireField("field", "string", optional: true, "the member that is to blame"),
            ]),
        WireMessage(
            "bye", "The last message.",
            [
                WireField("code", "string", "for programs; see REASONS TO END"),
                WireField("reason", "string", "for people"),
                WireField("retry", "boolean", "whether connecting again later can help"),
            ]),
    ]
}
