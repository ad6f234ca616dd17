// What `chatkit relay` was asked to do, validated: the relay never checks these again.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal

/// A server that the command line names.
package struct RelayServerAddress: Hashable, Sendable {
    package var name: String
    package var host: String
    package var port: UInt16

    package init(name: String, host: String, port: UInt16) {
        self.name = name
        self.host = host
        self.port = port
    }
}

/// Everything `relay` needs to know.
package struct RelayConfiguration: Sendable {
    package var listen: [Endpoint]
    /// Shown to clients and in the table.
    package var name: String
    package var servers: [RelayServerAddress]
    /// Holds what servers announce themselves with, and operators give orders with; nil: neither.
    package var token: Secret?
    /// The longest wait for a slot.
    package var wait: Duration
    /// The longest queue.
    package var maxWaiting: Int
    /// Whether clients that can are told where to go, instead of being carried there.
    package var redirects: Bool
    package var database: DatabaseChoice
    package var allowedOrigins: [String]
    package var logFormat: LogFormat
    package var logLevel: LogLevel
    package var version: String

    package init(
        listen: [Endpoint] = [Endpoint(host: "127.0.0.1", port: 12100)],
        name: String = "chatkit-relay", servers: [RelayServerAddress] = [],
        token: Secret? = nil, wait: Duration = .seconds(300), maxWaiting: Int = 10_000,
        redirects: Bool = false, database: DatabaseChoice = .memory,
        allowedOrigins: [String] = [], logFormat: LogFormat = .text, logLevel: LogLevel = .info,
        version: String = "0"
    ) {
        self.listen = listen
        self.name = name
        self.servers = servers
        self.token = token
        self.wait = wait
        self.maxWaiting = maxWaiting
        self.redirects = redirects
        self.database = database
        self.allowedOrigins = allowedOrigins
        self.logFormat = logFormat
        self.logLevel = logLevel
        self.version = version
    }

    /// How the front door treats those who wait.
    var policy: FrontDoorPolicy { FrontDoorPolicy(wait: wait, maxWaiting: maxWaiting) }

    /// The journal's configuration.
    var journal: JournalConfiguration {
        JournalConfiguration(
            location: database.location(for: name), server: name, durability: .normal,
            retention: .everything,
            // Nobody waits for an ack.
            commitInterval: .milliseconds(10))
    }

    /// The page and the WebSockets. Nothing is compressed: a server could not go on with it.
    var web: WebSettings {
        WebSettings(
            site: .shipped(isRelay: true),
            sockets: WebSocketPolicy(
                origins: WebSocketOriginPolicy(allowed: allowedOrigins), deflate: .off),
            inflater: nil, sha1: { WebSocketHandshake.sha1($0) })
    }
}

extension Endpoint {
    /// Reads `HOST:PORT`, an IPv6 address in brackets; nil when it is something else.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.init(host: String(host), port: port)
    }
}
