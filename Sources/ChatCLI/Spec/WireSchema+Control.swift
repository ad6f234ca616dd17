// The lines of a control link as a table, for chatkit(5). The codec is in ChatCore; a test compares
// both.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension WireSchema {
    private static let version = WireField(
        "v", "number", "the version of these lines: \(ControlMessage.version)")
    private static let visit = WireField("visit", "number", "the relay's number of the visit")

    /// Both ways.
    package static let control: [WireMessage] = [
        WireMessage(
            "announce", "The first line of a server that has connected to a relay.",
            [
                version, WireField("name", "string", "the server's name"),
                WireField("address", "string", "`HOST:PORT` to which the relay sends clients"),
                WireField("token", "string", "the relay's token, as in its file"),
            ]),
        WireMessage(
            "link",
            "The first line of a relay that has connected to a server, from a trusted address.",
            [version, WireField("relay", "string", "the relay's id")]),
        WireMessage(
            "linked", "The answer to `announce` and to `link`.",
            [
                version,
                WireField("relay", "string", optional: true, "the relay's id, if a relay answers"),
                WireField(
                    "name", "string", optional: true, "the server's name, if a server answers"),
            ]),
        WireMessage(
            "availability", "From the server: at the start, and on every change.",
            [
                WireField(
                    "capacity", "number or null",
                    "the number of slots now; at a desk, those of operators who take visitors, and "
                        + "those in use at the others. Null means unlimited"),
                WireField(
                    "others", "number",
                    "how many of the slots in use belong to clients of other relays or of none"),
                WireField("in_use", "number", "slots in use"),
                WireField("state", "string", "`up`, `paused` or `draining`"),
            ]),
        WireMessage(
            "attended",
            "From the server: the operator has spoken to the relay's client, or, without a desk, "
                + "the client is served.", [visit]),
        WireMessage(
            "freed",
            "From the server: the client's slot is free. Its connection may stay, for a rating.",
            [
                visit,
                WireField(
                    "reason", "string",
                    "`closed`, `left`, `expired`, `server_gone` or `unanswered`"),
            ]),
        WireMessage(
            "left",
            "From the relay: a message that a client left there while it waited in vain. The "
                + "server passes it on to the operators of its desk.",
            [
                WireField("nick", "string", "the client's nick"),
                WireField(
                    "text", "string",
                    "the message, in one line of at most \(Limits.maxLeftBytes) bytes"),
            ]),
        WireMessage("beat", "A heartbeat."),
        WireMessage(
            "error", "The last line before the link is closed.",
            [
                WireField(
                    "code", "string",
                    "`bad_token`, `name_taken`, `bad_announce`, `not_trusted`, `bad_line` or "
                        + "`flood`"),
                WireField("message", "string", "the reason in words"),
            ]),
    ]
}
