// `chatkit serve`: the options of a server behind a relay or another proxy. PRODUCT "relay".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ServeSpec {
    package static let trustProxy = OptionSpec(
        "trust-proxy", .repeatable("ADDRESS[/BITS]"), group: "Relay",
        summary: "proxy whose PROXY headers are believed; may be repeated",
        details: [
            """
            Believe PROXY headers, version 1 and 2, from this address or block of addresses, and \
            accept control links from relays there; chatkit(5) describes both. May be repeated. \
            The server refuses a PROXY header from any other address, because its sender decides \
            which client address the log and the limits see.
            """
        ])

    package static let relay = OptionSpec(
        "relay", .repeatable("HOST:PORT"), group: "Relay",
        summary: "relay to announce this server to; may be repeated",
        details: [
            """
            Connect to this relay, announce the server under its `--name`, and keep the relay \
            informed of its free slots. May be repeated. The server reconnects a broken link. \
            While the link is up, the server believes PROXY headers from the relay's address. \
            Needs `--relay-token-file`.
            """
        ],
        completion: .host)

    package static let relayTokenFile = OptionSpec(
        "relay-token-file", .value("FILE"), group: "Relay",
        summary: "file with the relays' token",
        details: [
            """
            Read the token for the relays from the first line of this file: the same token as in \
            their file, up to \(Limits.maxTokenBytes) visible ASCII characters. Only the file's \
            owner may have permission to read or write it.
            """
        ],
        completion: .file)

    package static let relayAddress = OptionSpec(
        "relay-address", .value("HOST:PORT"), group: "Relay",
        summary: "address at which relays reach this server",
        details: [
            """
            Tell the relays to send clients to this address. The default is the first address \
            that the server listens on; where that is every address of the machine, it is the \
            local address of the connection to the relay.
            """
        ],
        completion: .host)
}
