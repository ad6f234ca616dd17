// The second stage for `relay`: settings as given become the validated configuration.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal
import ChatRelay

/// Where relays listen.
let defaultRelayPort: UInt16 = 12100

extension RelayConfiguration {
    /// Reads every setting; the first bad one is thrown.
    package init(_ settings: Settings, _ surroundings: Surroundings) throws(UsageError) {
        self.init(database: .standard, version: chatkitVersion)
        let places = try ListeningPlaces.read(
            settings, port: RelaySpec.port, listen: RelaySpec.listen, standard: defaultRelayPort)
        if let places { listen = places }
        if let value = try settings.value(RelaySpec.name, ServerNameRule.read) { name = value }
        token = try settings.value(RelaySpec.tokenFile) { path throws(BadValue) in
            Secret(try RelayToken.read(path, surroundings).bytes)
        }
        servers = try RelayConfiguration.servers(settings, listen)
        redirects = try settings.flag(RelaySpec.redirect, default: redirects)
        if let value = try settings.value(ServeSpec.wait, AdmissionBounds.readWait) { wait = value }
        if let value = try settings.value(ServeSpec.maxWaiting, AdmissionBounds.readQueue) {
            maxWaiting = value
        }
        if let value = try settings.value(RelaySpec.database, DatabaseChoice.read) {
            database = value
        }
        allowedOrigins = try settings.values(ServeSpec.allowOrigin, WebOrigin.read)
        try settings.readLogging(&logFormat, &logLevel)
        guard !servers.isEmpty || token != nil else {
            throw UsageError(
                "missing option", value: "--\(RelaySpec.server.long)",
                why: "a relay needs servers to send clients to",
                hint: "name one with --server NAME=HOST:PORT, or let servers announce themselves "
                    + "with --\(RelaySpec.tokenFile.long)")
        }
    }

    /// The servers that are named, none twice and none of them the relay itself.
    private static func servers(
        _ settings: Settings, _ listen: [Endpoint]
    ) throws(UsageError) -> [RelayServerAddress] {
        var servers: [RelayServerAddress] = []
        for given in settings.given(RelaySpec.server.long) {
            let server = try settings.interpret(given) { text throws(BadValue) in
                let server = try RelayServerAddress(text)
                guard !servers.contains(where: { $0.name == server.name }) else {
                    throw BadValue(
                        "there is another server of that name",
                        hint: "give each server a name of its own")
                }
                let place = Endpoint(host: server.host, port: server.port)
                guard !listen.contains(where: { $0.isReached(by: place) }) else {
                    throw BadValue(
                        "the relay itself listens there",
                        hint: "write the server's address, or let the relay listen elsewhere")
                }
                return server
            }
            servers.append(server)
        }
        return servers
    }
}

extension RelayServerAddress {
    /// Reads `NAME=HOST[:PORT]`.
    package init(_ text: String) throws(BadValue) {
        // A name may have the sign in it, a host may not.
        guard let sign = text.lastIndex(of: "=") else {
            throw BadValue("it has no name", hint: "write NAME=HOST:PORT")
        }
        let name = try ServerNameRule.read(String(text[..<sign]))
        let place = try HostAndPort(String(text[text.index(after: sign)...]), for: .connect)
        self.init(name: name, host: place.host, port: place.port ?? defaultPort)
    }
}

extension Endpoint {
    /// Whether who connects to `other` would, as far as names tell, come here.
    fileprivate func isReached(by other: Endpoint) -> Bool {
        guard port == other.port, port != 0 else { return false }
        let (mine, others) = (host.lowercased(), other.host.lowercased())
        if mine == others { return true }
        // Names of this machine that need no look-up.
        let local: Set<String> = ["localhost", "127.0.0.1", "::1"]
        return local.contains(others) && ["localhost", "0.0.0.0", "::"].contains(mine)
            || local.contains(mine) && others == "localhost"
    }
}
