// chatkit(5), continued: what a server hears from a relay, or another proxy, before it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension WirePage {
    static let proxy = PageSection(
        "PROXY",
        [
            .paragraph(
                "A connection from an address given by `--trust-proxy`, or from a relay that the "
                    + "server has dialled and is linked to, may begin with a header of the PROXY "
                    + "protocol, version 1 or 2, up to \(Limits.maxProxyHeaderBytes) bytes long. "
                    + "The client is then where the header says: that address is what the log and "
                    + "the limits see. What follows is found out as if it came first, but for "
                    + "another header. Anybody else's header is refused. TCP over IPv4 and IPv6 is "
                    + "understood; with `LOCAL`, `UNSPEC` and `UNKNOWN` it is the sender's own "
                    + "address. Additions (TLVs) are passed over, but for one."),
            .paragraph(
                "The addition of type 0xE0 says that a relay brings a client. It is text: the "
                    + "relay's id (1 to 32 of `a`-`z`, `0`-`9` and `-`), a space, and the number "
                    + "of its visit there; after another space perhaps a reference, where it was "
                    + "before its server vanished, up to \(Limits.maxReferenceBytes) bytes without "
                    + "control characters. Such a client never waits at the server:"),
            .definitions([
                Definition(
                    "no slot is free",
                    "The connection is closed without a word, and nothing is counted. What the "
                        + "protocol answers before a client has said who it is (`CAP`, the 101 of "
                        + "a WebSocket, the connection of Socket.IO) may have been sent."),
                Definition(
                    "its operator is gone",
                    "It goes on with another one that has a free slot. If there is none, the "
                        + "connection is closed without a word to it."),
                Definition(
                    "the server stops",
                    "What it had sent before is processed and answered; then the connection is "
                        + "closed, without `bye`."),
                Definition(
                    "it has a reference",
                    "The operator is told, in a notice; and by a `transcript`, if the client brings "
                        + "one, what was said there."),
            ]),
        ])

    static let control = PageSection(
        "CONTROL LINK",
        [
            .paragraph(
                "A server and a relay keep one connection on which the server says how many "
                    + "clients can come. Either side dials. Each line is one JSON object of at "
                    + "most \(Limits.maxControlLineBytes) bytes; members and types that are not "
                    + "known are passed over. Both send a `beat` every "
                    + "\(Limits.controlBeat.components.seconds) seconds, and take the other for "
                    + "dead that has sent nothing for \(Limits.controlSilence.components.seconds). "
                    + "More than \(Limits.controlLinesPerSecond) lines a second end the link."),
            .definitions(WireSchema.control.map(definition)),
            .paragraph("A server that dials, with `>` for what it says:"),
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
