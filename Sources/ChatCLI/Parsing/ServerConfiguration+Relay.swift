// The second stage for `serve`, continued: relays and other proxies before it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer

extension ServerConfiguration {
    /// The proxies that are trusted, and the relays to connect to.
    mutating func readRelay(
        _ settings: Settings, _ surroundings: Surroundings
    ) throws(UsageError) {
        trustedProxies = try settings.values(ServeSpec.trustProxy) { text throws(BadValue) in
            guard let block = IPBlock(text) else {
                throw BadValue(
                    "it is no address or block of addresses",
                    hint: "write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32")
            }
            return block
        }
        relays = try settings.values(ServeSpec.relay, ServerConfiguration.readEndpoint)
        relayAddress = try settings.value(
            ServeSpec.relayAddress, ServerConfiguration.readEndpoint)
        relayToken = try settings.value(ServeSpec.relayTokenFile) { path throws(BadValue) in
            Secret(try RelayToken.read(path, surroundings).bytes)
        }
        if relayToken == nil, let relay = settings.given(ServeSpec.relay.long).last {
            throw UsageError(
                "missing option", value: relay.source.spelling,
                why: "a relay accepts no server without its token",
                hint: "add --\(ServeSpec.relayTokenFile.long) FILE")
        }
        try ServerConfiguration.refuse(
            [ServeSpec.relayTokenFile, ServeSpec.relayAddress], without: ServeSpec.relay,
            !relays.isEmpty, settings)
    }

    private static func readEndpoint(_ text: String) throws(BadValue) -> Endpoint {
        let read = try HostAndPort(text, for: .connect)
        guard let port = read.port else {
            throw BadValue("it has no port", hint: "write HOST:PORT")
        }
        return Endpoint(host: read.host, port: port)
    }
}
