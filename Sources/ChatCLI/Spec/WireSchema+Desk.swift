// The vocabulary of waiting, being served, rating, and the desk's operators.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore

extension WireSchema {
    /// Maximum number of redirects in a row that a client follows.
    private static let redirects = ChatSession.mostRedirects

    private static let stars = WireField("stars", "number", "1 to 5, whole")
    private static let ticketSays =
        "gives the client its place in the queue back (`hello`) for "
        + "\(Limits.keepsPlace.components.seconds) s after the connection breaks, and rates the "
        + "visit (`rate`) for 24 h after it ended"

    /// Client to server.
    static let deskRequests: [WireMessage] = [
        WireMessage(
            "rate",
            "Rates the client's visit, or the visit of a ticket, once: while the client is served, "
                + "when its conversation has `ended`, or up to 24 h later. The answer is `rated`.",
            [
                stars,
                WireField(
                    "comment", "string", optional: true, "up to \(Limits.maxCommentBytes) bytes"),
                WireField(
                    "ticket", "string", optional: true,
                    "from an earlier `queue` or `admitted`; needs no `hello`. The default is the "
                        + "client's own visit"),
            ]),
        WireMessage(
            "desk",
            "An operator's command. `next` takes the first visitor of the queue, also during a "
                + "pause; an operator with one conversation at a time thereby ends it.",
            [
                WireField("do", "string", "`next`, `close`, `pause`, `resume` or `transfer`"),
                WireField(
                    "room", "string", optional: true,
                    "the conversation; by default the newest"),
                WireField(
                    "text", "string", optional: true, "for `close`: a last word to the visitor"),
                WireField(
                    "to", "string", optional: true,
                    "for `transfer`: the operator; by default any other with a free slot"),
            ]),
        WireMessage("waiting", "An operator asks for the queue."),
        WireMessage(
            "transcript",
            "Tells the operator what was said before a relay moved the conversation here from "
                + "another server; once in a conversation. The server cannot verify it: it passes "
                + "the messages on and stores nothing.",
            [
                WireField(
                    "messages", "list of objects",
                    "1 to \(Limits.maxTranscriptMessages), oldest first, each with `from`, `text` "
                        + "and perhaps `at`; all within one line")
            ]),
    ]

    /// Server to client.
    static let deskAnswers: [WireMessage] = [
        WireMessage(
            "queue",
            "The client waits for a slot. Sent on every change, and at least every "
                + "\(Limits.noticeInterval.components.seconds) s. A relay sends it before the "
                + "`welcome`, which comes from the server.",
            [
                WireField("position", "number", "the client's position, from 1"),
                WireField("of", "number", "the length of the queue"),
                WireField(
                    "eta_s", "number or null",
                    "the estimated remaining wait in seconds; null when too little is known"),
                WireField("waited_s", "number", "how long the client has waited"),
                WireField("expires_in_s", "number", "how much longer the client may wait"),
                WireField("ticket", "string", ticketSays),
            ]),
        WireMessage(
            "redirect",
            "From a relay with `--redirect`: the client must connect there, and send the ticket in "
                + "its `hello`. The relay closes the connection. `chatkit join` follows at most "
                + "\(redirects) redirects in a row, and never sends an operator's password there.",
            [
                WireField("host", "string", "a name or an address"),
                WireField("port", "number", "1 to 65535"),
                WireField("ticket", "string", "for `hello`"),
            ]),
        WireMessage(
            "admitted", "The client has a slot. Sent after a wait, and always at a desk.",
            [
                WireField("server", "string", "the server's name"),
                WireField("operator", "string", optional: true, "the operator, at a desk"),
                WireField("room", "string", optional: true, "the conversation, at a desk"),
                WireField("waited", "boolean", "whether the client had to wait"),
                WireField("ticket", "string", "as in `queue`"),
            ]),
        WireMessage(
            "returned",
            "The client's operator, or behind a relay its server, is gone. The client is at the "
                + "head of the queue again; `queue` follows, or `admitted`.",
            [
                WireField("operator", "string", "the operator, at a desk"),
                WireField("server", "string", "the server, behind a relay"),
            ]),
        WireMessage(
            "ended", "A conversation has ended.",
            [
                WireField("visit", "number", "its reference"),
                WireField("room", "string", "its room"),
                WireField(
                    "reason", "string",
                    "`closed`, `left`, `expired`, `unanswered`, `transferred` or `returned`"),
                WireField("operator", "string", "the operator"),
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
                WireField("operator", "string", "the operator who is rated"),
            ]),
        WireMessage(
            "desk",
            "To operators: the desk's figures. Sent on every change, at most once a second and at "
                + "least every 30 s. Days and months are in the server's local time.",
            [
                WireField("server", "string", "the server's name"),
                WireField("at", "time", "when the figures were taken"),
                WireField("attended_today", "number", "clients attended today"),
                WireField("attended_month", "number", "clients attended this month"),
                WireField(
                    "rating_average", "number or null",
                    "the average of all ratings, with two decimals"),
                WireField("rating_count", "number", "the number of ratings"),
                WireField("approached", "number", "clients approached, in total"),
                WireField("lost", "number", "clients lost, in total"),
                WireField("current", "list of strings", "the nicks of the clients being served"),
                WireField("waiting", "number", "the length of the queue"),
                WireField("oldest_wait_s", "number or null", "how long its head has waited"),
                WireField("paused", "boolean", "whether the receiving operator has paused"),
                WireField(
                    "operators", "list of objects",
                    "each with `nick`, `serving`, `capacity`, `paused` and `visitors`"),
            ]),
        WireMessage(
            "visitor",
            "To an operator: a new visitor. The operator enters its room next, and what was said "
                + "there before follows as `history`.",
            [
                WireField("visit", "number", "the conversation's reference"),
                WireField("room", "string", "its room"),
                WireField("nick", "string", "the visitor"),
                WireField("waited_s", "number", "how long the visitor had to wait"),
                WireField("profile", "object", optional: true, "as in `profile`"),
            ]),
        WireMessage(
            "waiting", "To an operator: the queue, its head first.",
            [
                WireField(
                    "visitors", "list of objects", "each with `position`, `nick` and `waited_s`"),
                WireField("of", "number", "the length of the queue"),
            ]),
        WireMessage(
            "transcript",
            "To an operator: what was said before the visitor arrived, as its client reports it.",
            [
                WireField("room", "string", "the conversation"),
                WireField("from", "string", "the visitor who reports it"),
                WireField(
                    "reference", "string", "where it was said, such as `Server B #visit-12`"),
                WireField(
                    "messages", "list of objects", "each with `from`, `text` and perhaps `at`"),
            ]),
    ]
}
