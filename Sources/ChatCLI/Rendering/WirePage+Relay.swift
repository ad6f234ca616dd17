// chatkit(5), continued: what a server receives from a relay, or another proxy, in front of it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension WirePage {
    static let proxy = PageSection(
        "PROXY",
        [
            .paragraph(
                "A connection from an address given by `--trust-proxy`, or from a relay to which "
                    + "the server is linked, may begin with a header of the PROXY protocol, "
                    + "version 1 or 2, up to \(Limits.maxProxyHeaderBytes) bytes long. The log "
                    + "and the limits then use the client address in the header. The server "
                    + "detects the protocol from the bytes after it, as usual, but accepts no "
                    + "second header. It refuses a header from any other address. TCP over IPv4 "
                    + "and IPv6 is supported; with `LOCAL`, `UNSPEC` and `UNKNOWN` the client "
                    + "address is that of the sender. TLVs are ignored, except one."),
            .paragraph(
                "The TLV of type 0xE0 marks a client that a relay brings. It is text: the relay's "
                    + "id (1 to 32 of `a`-`z`, `0`-`9` and `-`), a space, and the relay's number "
                    + "of the visit. After another space a reference may follow, which names the "
                    + "place where the client was before its server vanished: up to "
                    + "\(Limits.maxReferenceBytes) bytes without control characters. Such a "
                    + "client never waits at the server:"),
            .definitions([
                Definition(
                    "no slot is free",
                    "The server closes the connection without a message and counts nothing. "
                        + "Answers that the protocol gives before a client has introduced itself "
                        + "(`CAP`, the 101 of a WebSocket, the connection of Socket.IO) may have "
                        + "been sent."),
                Definition(
                    "its operator is gone",
                    "The client continues with another operator who has a free slot. If there is "
                        + "none, the server closes the connection without a message."),
                Definition(
                    "the server stops",
                    "The server processes and answers what it has received; then it closes the "
                        + "connection, without `bye`."),
                Definition(
                    "it has a reference",
                    "The operator receives it in a notice. If the client sends a `transcript`, the "
                        + "operator also receives what was said there."),
            ]),
        ])

    static let control = PageSection(
        "CONTROL LINK",
        [
            .paragraph(
                "A server and a relay keep one connection on which the server reports its free "
                    + "slots. Either side connects. Each line is one JSON object of at most "
                    + "\(Limits.maxControlLineBytes) bytes; unknown members and types are ignored. "
                    + "Both sides send a `beat` every \(Limits.controlBeat.components.seconds) "
                    + "seconds, and consider the other dead after "
                    + "\(Limits.controlSilence.components.seconds) seconds of silence. A rate of "
                    + "more than \(Limits.controlLinesPerSecond) lines a second ends the link."),
            .definitions(WireSchema.control.map(definition)),
            .paragraph("A server that connects to a relay; `>` marks what the server sends:"),
            .code([
                #"> {"type":"announce","v":1,"name":"Server A","address":"192.0.2.1:12000",...}"#,
                #"< {"type":"linked","v":1,"relay":"k3v9"}"#,
                #"> {"type":"availability","capacity":1,"others":0,"in_use":0,"state":"up"}"#,
                #"> {"type":"availability","capacity":1,"others":0,"in_use":1,"state":"up"}"#,
                #"> {"type":"attended","visit":7}"#,
                #"> {"type":"freed","visit":7,"reason":"closed"}"#,
            ]),
        ])
}
