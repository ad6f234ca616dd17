// The JSON vocabulary as a table: what a client may send and what it receives; the source of
// chatkit(5). The codec is in ChatCore; a test compares both.
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
        "room", "string", optional: true, "the room; by default the first one the client is in")
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
                    "the nick to use; by default the server assigns one, such as `client#1`"),
                WireField(
                    "rooms", "list of strings", optional: true,
                    "the rooms to enter; by default those of `seen`, or `#lobby`. With `[]` the "
                        + "client enters none"),
                WireField("profile", "object", optional: true, "the same fields as in `profile`"),
                WireField(
                    "resume", "string", optional: true,
                    "`resume` of an earlier `welcome`: continues that session, even after the "
                        + "server restarted, and its nonces stay valid. A connection that still "
                        + "uses the session ends with `replaced`"),
                WireField(
                    "seen", "object", optional: true,
                    "with `resume`: the newest `seq` that the client has of each room, as in "
                        + "`{\"#lobby\":41}`. After the room's `names` the client receives every "
                        + "later `message`, in order and exactly once, or an explicit `gap`"),
                WireField(
                    "replay", "number", optional: true,
                    "how many recent messages to receive on entering a room, up to "
                        + "\(Limits.maxHistoryPage); by default the server's `--replay`. Does not "
                        + "apply to the rooms of `seen`"),
                WireField(
                    "ticket", "string", optional: true,
                    "`ticket` of an earlier `queue`: gives the client its place back"),
                WireField(
                    "operator", "boolean", optional: true, "the client is an operator of the desk"),
                WireField(
                    "token", "string", optional: true, "with `operator`: the operators' password"),
            ]),
        WireMessage(
            "message",
            "Sends a text to a room or to one person. The sender receives it too, like everyone "
                + "else.",
            [
                WireField("text", "string", "up to \(Limits.maxMessageBytes) bytes"),
                roomOrFirst,
                WireField(
                    "to", "string", optional: true, "the nick of one person; excludes `room`"),
                WireField(
                    "kind", "string", optional: true,
                    "`text`, `action` (as with `/me`) or `notice` (programs must never answer it)"
                ),
                WireField(
                    "nonce", "string", optional: true,
                    "the sender's name for the message, up to \(Limits.maxNonceBytes) bytes. "
                        + "Requests an `ack`; a resend with the same nonce is never a second "
                        + "message"),
            ]),
        WireMessage("join", "Enters a room; creates it if necessary.", [room]),
        WireMessage("leave", "Leaves a room.", [room, word]),
        WireMessage(
            "nick", "Changes the client's nick.", [WireField("nick", "string", "the new one")]),
        WireMessage("names", "Asks who is in a room.", [roomOrFirst]),
        WireMessage("rooms", "Asks for the list of rooms."),
        WireMessage("whois", "Asks for information about a person.", [nick]),
        WireMessage(
            "history",
            "Asks for messages of a room the client is in: the newest, or those near a place. A "
                + "place is a `seq`, a time, or the `id` of a message; the message at the place is "
                + "included only with `around`.",
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
                    "how many, up to \(Limits.maxHistoryPage); by default 20"),
            ]),
        WireMessage(
            "search",
            "Searches for messages with all of the words, newest first. The answer is `found`.",
            [
                WireField(
                    "text", "string",
                    "the words, up to \(Limits.maxSearchBytes) bytes: whole ones, whatever their "
                        + "case and accents; in scripts without spaces between words, and in "
                        + "Korean, any part of a text; an emoji is a word"),
                WireField(
                    "room", "string", optional: true,
                    "the room; by default every room the client is in"),
                WireField("from", "string", optional: true, "the nick of the author"),
                WireField("since", "time", optional: true, "at that time or later"),
                WireField("until", "time", optional: true, "earlier"),
                WireField(
                    "before", "number", optional: true,
                    "`next` of the previous page: continues after it"),
                WireField(
                    "limit", "number", optional: true,
                    "how many, up to \(Limits.maxSearchPage); by default 20"),
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
            "away", "Marks the client as away, or, without a text, as back.",
            [WireField("text", "string", optional: true, "why, up to \(Limits.maxAwayBytes) bytes")]
        ),
    ]

    private static let closingRequests: [WireMessage] = [
        WireMessage(
            "ping", "Asks for a `pong`.",
            [WireField("nonce", "string", optional: true, "returned in the `pong`")]),
        WireMessage("pong", "Answers the server's `ping`; there is no answer to it."),
        WireMessage("bye", "Ends the conversation; the answer is `bye`.", [word]),
    ]

    /// Server to client.
    package static let answers = roomAnswers + deskAnswers + closingAnswers

    private static let roomAnswers: [WireMessage] = [
        WireMessage(
            "welcome",
            "The client is registered. Behind a relay a second `welcome` on the same connection "
                + "means that another server has taken over: the client enters that server's "
                + "rooms, which have their own `seq`, and must resend, with its nonce, every "
                + "message that is not acked. Anything the first server sent before it vanished "
                + "comes earlier.",
            [
                WireField("v", "number", "the version of this vocabulary: 1"),
                WireField("server", "string", "the server's name"),
                WireField("nick", "string", "the client's nick"),
                WireField("session", "string", "the session's id, known to this client only"),
                WireField("rooms", "list of strings", "the rooms that the client enters next"),
                WireField(
                    "resume", "string",
                    "the token with which a later `hello` continues this session; keep it secret"),
                WireField("limits", "object", "numbers, by the names in LIMITS"),
            ]),
        WireMessage(
            "message", "A message was sent.",
            [
                WireField("id", "string", "opaque, the same for every client"),
                WireField("room", "string", optional: true, "the room; absent in private messages"),
                WireField(
                    "seq", "number", optional: true,
                    "the number in the room, increasing by one from 1; absent in private messages"),
                WireField("to", "string", optional: true, "the addressee of a private message"),
                WireField("from", "string", "the sender's nick"),
                WireField(
                    "kind", "string", optional: true, "`action` or `notice`; absent for text"),
                WireField("text", "string", "the text"),
                WireField(
                    "erased", "boolean", optional: true,
                    "true when the text was erased; it is then empty"),
                at,
            ]),
        WireMessage(
            "ack", "A message with a nonce is committed to the server's database.",
            [
                WireField("nonce", "string", "the sender's nonce"),
                WireField("id", "string", "the message's id"),
                WireField("room", "string", optional: true, "absent for private messages"),
                WireField("seq", "number", optional: true, "absent for private messages"),
            ]),
        WireMessage("joined", "A client entered a room.", [room, nick, at]),
        WireMessage(
            "left", "A client left a room.",
            [
                room, nick,
                WireField(
                    "reason", "string",
                    "`left`, `quit`, `disconnected`, or the code of a `bye`"),
                WireField(
                    "text", "string", optional: true,
                    "the client's last words, or the reason in words"),
                at,
            ]),
        WireMessage(
            "renamed", "A client, perhaps the receiver, changed its nick.",
            [
                WireField("old", "string", "the former nick"),
                WireField("new", "string", "the new nick"),
                at,
            ]),
        WireMessage(
            "names", "The members of a room: sent on entering it, and on request.",
            [
                room, WireField("topic", "string", "empty when there is none"),
                WireField(
                    "members", "list of objects", "each with `nick`, and `away` when it is true"),
                WireField("count", "number", "the number of all members"),
                WireField("last_seq", "number", "the `seq` of the newest message, or 0"),
                WireField(
                    "entered", "boolean", optional: true, "true when the client just entered"),
            ]),
        WireMessage(
            "rooms", "The list of rooms.",
            [
                WireField(
                    "rooms", "list of objects",
                    "each with `room`, `members` (how many), `topic` and `last_seq`")
            ]),
        WireMessage(
            "history", "Messages of a room, oldest first: sent on request, and on entering it.",
            [
                room,
                WireField("messages", "list of objects", "each as in `message`"),
                WireField(
                    "complete", "boolean", "whether there are no more messages in that direction"),
                WireField(
                    "replay", "boolean", optional: true,
                    "true when it was not requested: the client has just entered the room"),
            ]),
        WireMessage(
            "gap",
            "Messages that a resuming client missed and does not receive. `history` may have them.",
            [
                room, WireField("from_seq", "number", "the first missing `seq`"),
                WireField("to_seq", "number", "the last missing `seq`"),
            ]),
        WireMessage(
            "found", "The result of a `search`, newest first.",
            [
                WireField("text", "string", "the words searched for"),
                WireField("room", "string", optional: true, "the room searched"),
                WireField(
                    "messages", "list of objects",
                    "each as in `message`, with `snippet`, the part of the text around the words, "
                        + "and `highlights`, their places in it: pairs of a first byte and the "
                        + "one after the last, in UTF-8"),
                WireField(
                    "next", "number", optional: true,
                    "present when there are more: the `before` of the next `search`"),
                WireField(
                    "partial", "true", optional: true,
                    "present while the newest messages are not indexed yet, and not searched"),
            ]),
        WireMessage(
            "whois", "Information about a person.",
            [
                nick, WireField("user", "string", "the IRC user name"),
                WireField("host", "string", "names the person's protocol; never an address"),
                WireField("name", "string", "the real name, if given"),
                WireField("profile", "object", optional: true, "as in `profile`"),
                WireField("rooms", "list of strings", "the rooms that the person is in"),
                WireField("away", "boolean", "whether the person is away"),
                WireField("text", "string", optional: true, "the away text"),
                WireField("since", "time", "when the person connected"),
                WireField("idle_s", "number", "seconds since the person's last request"),
            ]),
        WireMessage("profile", "The client's current profile.", profileFields),
        WireMessage(
            "topic", "A room's topic: sent on request, and on every change.",
            [
                room, WireField("text", "string", "empty when there is none"),
                WireField("by", "string", optional: true, "who set it"),
                WireField("at", "time", optional: true, "when it was set"),
            ]),
        WireMessage(
            "away", "A person went away or came back; without `nick`, the client itself.",
            [
                WireField("nick", "string", optional: true, "the person"),
                WireField("away", "boolean", "whether the person is away now"),
                WireField("text", "string", optional: true, "why"),
                WireField("at", "time", optional: true, "when"),
            ]),
    ]

    private static let closingAnswers: [WireMessage] = [
        WireMessage(
            "ok", "A request with an `id` was carried out; there is no other answer to it."),
        WireMessage(
            "notice", "A notice from the server.", [WireField("text", "string", "the notice")]),
        WireMessage(
            "ping", "Sent after a fifth of the idle time; answer with `pong`."),
        WireMessage(
            "pong", "Answers a `ping`.",
            [WireField("nonce", "string", optional: true, "the client's nonce")]),
        WireMessage(
            "error", "A request was refused. The connection stays open.",
            [
                WireField("code", "string", "for programs; see ERROR CODES"),
                WireField("message", "string", "for people"),
                WireField("field", "string", optional: true, "the member at fault"),
            ]),
        WireMessage(
            "bye", "The last message of the connection.",
            [
                WireField("code", "string", "for programs; see REASONS TO END"),
                WireField("reason", "string", "for people"),
                WireField("retry", "boolean", "whether it can help to reconnect later"),
            ]),
    ]
}
