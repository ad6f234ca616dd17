// The lines of a control link as a table, for chatkit(5). The codec in ChatCore is its other half, and a
// test holds the two together.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension WireSchema {
    private static let version = WireField(
        "v", "number", "the version of these lines: \(ControlMessage.version)")
    private static let visit = WireField("visit", "number", "the relay's number for the visit")

    /// Both ways.
    package static let control: [WireMessage] = [
        WireMessage(
            "announce", "The first line of a server that has dialled a relay.",
            [
                version, WireField("name", "string", "the server's name"),
                WireField("address", "string", "`HOST:PORT` where the relay is to send clients"),
                WireField("token", "string", "the relay's token, as in its file"),
            ]),
        WireMessage(
            "link", "The first line of a relay that has dialled a server, from a trusted address.",
            [version, WireField("relay", "string", "the relay's id")]),
        WireMessage(
            "linked", "The answer to both.",
            [
                version,
                WireField("relay", "string", optional: true, "the relay's id, if it answers"),
                WireField("name", "string", optional: true, "the server's name, if it answers"),
            ]),
        WireMessage(
            "availability", "From the server: at once, and on every change.",
            [
                WireField(
                    "capacity", "number or null",
                    "slots there are now, at a desk of the operators who are there and open, and "
                        + "those taken at others; null: there is no limit"),
                WireField(
                    "others", "number",
                    "how many of those taken are not taken by clients of this relay"),
                WireField("in_use", "number", "slots that are taken"),
                WireField("state", "string", "`up`, `paused` or `draining`"),
            ]),
        WireMessage(
            "attended",
            "From the server: the operator has spoken to the relay's client; where there is no "
                + "desk, it is served.", [visit]),
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
            "The relay passes on what somebody said who waited there in vain; the operators "
                + "of a desk are told.",
            [
                WireField("nick", "string", "who said it"),
                WireField(
                    "text", "string",
                    "what, in one line of at most \(Limits.maxLeftBytes) bytes"),
            ]),
        WireMessage("beat", "A sign of life."),
        WireMessage(
            "error", "The last line before the link is closed.",
            [
                WireField(
                    "code", "string",
                    "`bad_token`, `name_taken`, `bad_announce`, `not_trusted`, `bad_line` or "
                        + "`flood`"),
                WireField("message", "string", "the same for people"),
            ]),
    ]
}
