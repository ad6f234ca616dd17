// chatkit(5): the protocols on the wire, from the tables in Spec and ChatCore.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// The manual page about protocols and formats.
package enum WirePage {
    package static let page = Page(
        name: "chatkit", manualSection: 5,
        summary: "what chatkit speaks: plain text, JSON lines, IRC, HTTP, WebSocket and Socket.IO",
        sections: [
            description, sniffing, plainText, json, requests, answers, errorCodes, byeCodes, irc,
            webSocket, socketIO, http, httpErrors, proxy, control, relay,
            StatisticsPage.json, StatisticsPage.csv, limits, files, examples,
            PageSection(
                "SEE ALSO",
                [.paragraph("chatkit(1), chatkit-serve(1), chatkit-join(1), chatkit-stats(1)")]),
        ])

    private static let description = PageSection(
        "DESCRIPTION",
        [
            .paragraph(
                "A chatkit server speaks several protocols on one port. Whichever one a client "
                    + "uses, it shares the same rooms with all others, and sees the same messages "
                    + "in the same order with the same numbers."),
            .paragraph(
                "All text is UTF-8. Clients enter `#lobby` unless they ask for other rooms. Nicks "
                    + "are unique without regard to case, and so are rooms, whose names begin with "
                    + "`#`: by Unicode's canonical caseless matching, so that `Weiß` and `WEISS` "
                    + "are one, in composed and decomposed form."),
        ])

    private static let sniffing = PageSection(
        "THE CHOICE OF THE PROTOCOL",
        [
            .paragraph(
                "The server detects the protocol from a client's first bytes, at most "
                    + "\(ProtocolSniffer.maxBytes) of them, however they arrive:"),
            .definitions([
                Definition("`{`", "JSON lines."),
                Definition(
                    "`CAP`, `NICK`, `USER`, `PASS`, `PING` or another IRC verb, and a space",
                    "IRC."),
                Definition(
                    "an HTTP method, a space and `/`", "HTTP, and WebSocket by its upgrade."),
                Definition(
                    "`PROXY` and a space, or the signature of version 2",
                    "A PROXY header from a trusted address; the server then detects the protocol "
                        + "from the bytes after it. From any other address the server refuses it "
                        + "and closes the connection."),
                Definition(
                    "byte 0x16 (TLS)",
                    "Recognised, refused with a TLS alert, and closed: TLS is not supported yet."),
                Definition("anything else", "Plain text."),
                Definition(
                    "nothing for \(milliseconds(Limits.nickPrompt)) ms",
                    "The server sends the four bytes `NICK` and continues as above."),
            ]),
            .paragraph(
                "A client that has not introduced itself after "
                    + "\(Limits.handshake.components.seconds) seconds is notified, and the server "
                    + "closes the connection."),
        ])

    private static let plainText = PageSection(
        "PLAIN TEXT",
        [
            .paragraph(
                "The first line is the nick. If the server refuses it, the client receives the "
                    + "reason and `NICK` again. From then on each line is a message, and others "
                    + "see it as `nick: text`; a client in several rooms sees the room in front."),
            .paragraph(
                "A message ends at a newline, or, for a client that never sends one, after "
                    + "\(milliseconds(Limits.plainSilence)) ms of silence. The server removes the "
                    + "client's own nick and a colon in front of a message. A line that begins "
                    + "with `/` is a command; `//` sends a line that begins with a slash:"),
            .definitions(
                SlashCommand.all(for: .everyone).map { command in
                    let arguments = command.syntax.isEmpty ? "" : " <\(command.syntax)>"
                    return Definition(
                        "`/\(command.name.rawValue)`\(arguments)",
                        CommandPage.sentence(command.help))
                }),
        ])

    private static let json = PageSection(
        "JSON LINES",
        [
            .paragraph(
                "Each line is one JSON object, in both directions; `join --json` prints and reads "
                    + "the same objects. `type` names the kind of object. Unknown members are "
                    + "ignored, so that both sides can grow; `null` counts as absent. The server "
                    + "answers a request of an unknown type, like every bad line, with an `error`, "
                    + "and the connection stays open."),
            .paragraph(
                "Any request may have an `id`, a string of up to \(Limits.maxNonceBytes) bytes or "
                    + "a whole number. Every direct answer returns it as `re`; a request without "
                    + "another answer gets an `ok`."),
            .paragraph(
                "Times are RFC 3339 in UTC with milliseconds, such as `2026-11-21T09:30:00.123Z`. "
                    + "In each room `seq` increases by one from message to message, so a client "
                    + "can see that it missed messages and request them with `history`. In the "
                    + "lists below, a member in square brackets may be absent."),
        ])

    private static let requests = PageSection(
        "JSON: FROM THE CLIENT", [.definitions(WireSchema.requests.map(definition))])

    private static let answers = PageSection(
        "JSON: FROM THE SERVER", [.definitions(WireSchema.answers.map(definition))])

    private static let errorCodes = PageSection(
        "ERROR CODES", [.definitions(WireFacts.errorCodes.map(definition))])

    private static let byeCodes = PageSection(
        "REASONS TO END", [.definitions(WireFacts.byeCodes.map(definition))])

    private static let irc = PageSection(
        "IRC",
        [
            .paragraph(
                "Any IRC client can connect, without TLS and without a password. Messages are "
                    + "UTF-8. A line from the server has at most \(Limits.maxIRCLineBytes) bytes "
                    + "without its tags; longer messages are sent as several lines. `/me` is CTCP "
                    + "ACTION."),
            .definitions([
                Definition(
                    "Capabilities",
                    "`server-time`, `message-tags` (`msgid` is the JSON `id`), `echo-message`, "
                        + "`batch`, `labeled-response`."),
                Definition(
                    "Commands",
                    "`CAP NICK USER PASS PING PONG JOIN PART PRIVMSG NOTICE TAGMSG QUIT NAMES WHO "
                        + "WHOIS LIST TOPIC MODE MOTD LUSERS VERSION ISON USERHOST AWAY`. "
                        + "Modes can be read and not set."),
            ]),
        ])

    private static let limits = PageSection(
        "LIMITS",
        [
            .paragraph("A name in parentheses is the limit's name in `welcome`."),
            .definitions(
                WireFacts.limits.map { limit in
                    let name = limit.name.map { " (`\($0)`)" } ?? ""
                    return Definition(limit.value, CommandPage.sentence(limit.says, name))
                }),
        ])

    private static let files = PageSection(
        "FILES",
        [
            .definitions([
                Definition(
                    "`\(ProgramSpec.configFile.name)`", ProgramSpec.configFile.says)
            ])
        ])

    private static let examples = PageSection(
        "EXAMPLES",
        [
            .paragraph("A conversation in JSON; `>` is the client and `<` the server:"),
            .code([
                #"> {"type":"hello","v":1,"nick":"ci"}"#,
                #"< {"type":"welcome","v":1,"server":"chatkit","nick":"ci",...}"#,
                ##"< {"type":"joined","room":"#lobby","nick":"ci",...}"##,
                ##"< {"type":"names","room":"#lobby","topic":"",...}"##,
                #"> {"type":"message","text":"build 71 is green","nonce":"71"}"#,
                ##"< {"type":"ack","nonce":"71","id":"2n9c-1","room":"#lobby","seq":1}"##,
                ##"< {"type":"message","id":"2n9c-1","room":"#lobby","seq":1,"from":"ci",...}"##,
                #"> {"type":"bye"}"#,
                #"< {"type":"bye","code":"quit","reason":"good-bye","retry":false}"#,
            ]),
            .paragraph("Plain text:"),
            .code(["printf 'ci\\nbuild 71 is green\\n/quit\\n' | nc 127.0.0.1 12000"]),
        ])

    private static func milliseconds(_ time: Duration) -> Int64 { time.wholeMilliseconds }

    static func definition(_ thing: NamedThing) -> Definition {
        Definition("`\(thing.name)`", CommandPage.sentence(thing.says))
    }

    /// A message: its type, what it is for, and a line for each member.
    static func definition(_ message: WireMessage) -> Definition {
        Definition(
            "`\(message.type)`",
            [message.says]
                + message.fields.map { field in
                    let name = field.isOptional ? "[`\(field.name)`]" : "`\(field.name)`"
                    return "\(name) (\(field.kind)): \(field.says)."
                })
    }
}
