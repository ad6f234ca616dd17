// `chatkit serve`: the options of a server behind a relay or another proxy. PRODUCT "relay".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ServeSpec {
    package static let trustProxy = OptionSpec(
        "trust-proxy", .repeatable("ADDRESS[/BITS]"), group: "Relay",
        summary: "who may say where a client comes from; may be repeated",
        details: [
            """
            Believe PROXY headers, version 1 and 2, from this address or block of addresses, and \
            accept control links from relays there; chatkit(5) describes both. May be repeated. \
            Without it such a connection is refused: whoever is believed here decides which \
            address the log and the limits see.
            """
        ])

    package static let relay = OptionSpec(
        "relay", .repeatable("HOST:PORT"), group: "Relay",
        summary: "relay to announce this server to; may be repeated",
        details: [
            """
            Dial this relay, announce the server under its `--name`, and keep the relay told how \
            many clients can come. May be repeated. A link that breaks is dialled again. While it \
            stands, PROXY headers from the relay's address are believed. Needs \
            `--relay-token-file`.
            """
        ],
        completion: .host)

    package static let relayTokenFile = OptionSpec(
        "relay-token-file", .value("FILE"), group: "Relay",
        summary: "file with the relays' token",
        details: [
            """
            Read from the first line of this file what is shown to the relays: the same token as \
            in their file, up to \(Limits.maxTokenBytes) visible ASCII characters. Nobody but the \
            file's owner may be able to read or write it.
            """
        ],
        completion: .file)

    package static let relayAddress = OptionSpec(
        "relay-address", .value("HOST:PORT"), group: "Relay",
        summary: "where the relays reach this server",
        details: [
            """
            Tell the relays to send clients to this address. Without it, to the first one that \
            the server listens on; where that is every address of the machine, to the one that \
            the relay was dialled from.
            """
        ],
        completion: .host)
}
