// The vocabulary of waiting, being served, rating, and the desk's operators.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore

extension WireSchema {
    /// How often in a row a client lets itself be sent on.
    private static let redirects = ChatSession.mostRedirects

    private static let stars = WireField("stars", "number", "1 to 5, whole")
    private static let ticketSays =
        "for \(Limits.keepsPlace.components.seconds) s after a connection breaks it gives back the "
        + "place in the queue (`hello`), for 24 h after the visit it rates that (`rate`)"

    /// Client to server.
    static let deskRequests: [WireMessage] = [
        WireMessage(
            "rate",
            "Rates the client's own visit, or the one of a ticket, once: while it is served, when "
                + "its conversation has `ended`, or up to 24 h later. The answer is `rated`.",
            [
                stars,
                WireField(
                    "comment", "string", optional: true, "up to \(Limits.maxCommentBytes) bytes"),
                WireField(
                    "ticket", "string", optional: true,
                    "of an earlier `queue` or `admitted`, needs no `hello`; without it the client's "
                        + "own visit"),
            ]),
        WireMessage(
            "desk",
            "What an operator does. With one conversation at a time `next` ends it and takes "
                + "whoever waits first, also during a pause.",
            [
                WireField("do", "string", "`next`, `close`, `pause`, `resume` or `transfer`"),
                WireField(
                    "room", "string", optional: true,
                    "which conversation is meant; without it the newest"),
                WireField(
                    "text", "string", optional: true, "for `close`: a last word to the visitor"),
                WireField(
                    "to", "string", optional: true,
                    "for `transfer`: the operator; without it any other with a free slot"),
            ]),
        WireMessage("waiting", "An operator asks who waits."),
        WireMessage(
            "transcript",
            "Tells the operator what was said before: from a client in a conversation that a relay has "
                + "moved here from another server, once. It is the client's word: the server passes "
                + "it on, and keeps nothing of it.",
            [
                WireField(
                    "messages", "list of objects",
                    "1 to \(Limits.maxTranscriptMessages), oldest first, each with `from`, `text` and "
                        + "perhaps `at`; together within a line")
            ]),
    ]

    /// Server to client.
    static let deskAnswers: [WireMessage] = [
        WireMessage(
            "queue",
            "The client waits for a slot. Told on every change, and at least every "
                + "\(Limits.noticeInterval.components.seconds) s. A relay tells it before the "
                + "`welcome`, which is the server's.",
            [
                WireField("position", "number", "from 1"),
                WireField("of", "number", "how many wait"),
                WireField(
                    "eta_s", "number or null",
                    "how long it will probably take, in seconds; null "
                        + "when too little is known"),
                WireField("waited_s", "number", "how long it has waited"),
                WireField("expires_in_s", "number", "how long it may still wait"),
                WireField("ticket", "string", ticketSays),
            ]),
        WireMessage(
            "redirect",
            "From a relay with `--redirect`: the client is to connect there, and to show the ticket in "
                + "its `hello`. The connection ends. `chatkit join` goes on so \(redirects) times in a "
                + "row at most, and never shows an operator's password there.",
            [
                WireField("host", "string", "a name or an address"),
                WireField("port", "number", "1 to 65535"),
                WireField("ticket", "string", "for `hello`"),
            ]),
        WireMessage(
            "admitted", "The client has a slot; sent after waiting, and always at a desk.",
            [
                WireField("server", "string", "the server's name"),
                WireField("operator", "string", optional: true, "who serves it, at a desk"),
                WireField("room", "string", optional: true, "the conversation, at a desk"),
                WireField("waited", "boolean", "whether it had to wait"),
                WireField("ticket", "string", "as in `queue`"),
            ]),
        WireMessage(
            "returned",
            "The client's operator, or behind a relay its server, is gone, and it stands at the head "
                + "of the queue again; `queue` follows, or `admitted`.",
            [
                WireField("operator", "string", "who is gone; at a desk"),
                WireField("server", "string", "which server is gone; behind a relay"),
            ]),
        WireMessage(
            "ended", "A conversation is over.",
            [
                WireField("visit", "number", "its reference"),
                WireField("room", "string", "its room"),
                WireField(
                    "reason", "string",
                    "`closed`, `left`, `expired`, `unanswered`, `transferred` or `returned`"),
                WireField("operator", "string", "who served it"),
                WireField("nick", "string", "the visitor"),
                WireField(
                    "rate", "boolean",
                    "true when the client may `rate` it now, within "
                        + "\(Limits.ratingPause.components.seconds) s; a message such as "
                        + "`5 great` does so too, and `no` declines"),
            ]),
        WireMessage(
            "rated", "A rating was accepted.",
            [
                stars,
                WireField("comment", "string", optional: true, "the comment"),
                WireField("operator", "string", "who is rated"),
            ]),
        WireMessage(
            "desk",
            "To operators: the desk's figures, on every change, at most once a second and at least "
                + "every 30 s. Days and months are the server's.",
            [
                WireField("server", "string", "the server's name"),
                WireField("at", "time", "when"),
                WireField("attended_today", "number", "clients attended today"),
                WireField("attended_month", "number", "clients attended this month"),
                WireField("rating_average", "number or null", "of all ratings, two decimals"),
                WireField("rating_count", "number", "how many there are"),
                WireField("approached", "number", "clients approached, in total"),
                WireField("lost", "number", "clients lost, in total"),
                WireField("current", "list of strings", "who is being served"),
                WireField("waiting", "number", "how many wait"),
                WireField("oldest_wait_s", "number or null", "how long the first one has waited"),
                WireField("paused", "boolean", "whether the receiver has paused"),
                WireField(
                    "operators", "list of objects",
                    "each with `nick`, `serving`, `capacity`, `paused` and `visitors`"),
            ]),
        WireMessage(
            "visitor",
            "To an operator: a new visitor. Its room is entered next, and what was said there "
                + "before follows as `history`.",
            [
                WireField("visit", "number", "the conversation's reference"),
                WireField("room", "string", "its room"),
                WireField("nick", "string", "the visitor"),
                WireField("waited_s", "number", "how long it had to wait"),
                WireField("profile", "object", optional: true, "as in `profile`"),
            ]),
        WireMessage(
            "waiting", "To an operator: who waits, first come first.",
            [
                WireField(
                    "visitors", "list of objects", "each with `position`, `nick` and `waited_s`"),
                WireField("of", "number", "how many wait in all"),
            ]),
        WireMessage(
            "transcript",
            "To an operator: what was said before the visitor came, as it tells it.",
            [
                WireField("room", "string", "the conversation"),
                WireField("from", "string", "the visitor, whose word it is"),
                WireField(
                    "reference", "string", "where that was, as in `Server B #visit-12`"),
                WireField(
                    "messages", "list of objects", "each with `from`, `text` and perhaps `at`"),
            ]),
    ]
}
