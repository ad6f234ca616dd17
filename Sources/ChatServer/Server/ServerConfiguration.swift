// What `chatkit serve` was asked to do, validated: the server never checks these again.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal

/// The operator at `serve --console`.
package struct ConsoleConfiguration: Hashable, Sendable {
    /// What clients see, and ratings are stored with.
    package var nick: Nickname
    /// Replies that can be sent by a name.
    package var canned: CannedReplies

    package init(nick: Nickname, canned: CannedReplies = CannedReplies()) {
        self.nick = nick
        self.canned = canned
    }
}

/// Everything `serve` needs to know.
package struct ServerConfiguration: Sendable {
    package var listen: [Endpoint]
    /// Shown to clients; the host name part of IRC prefixes.
    package var name: String
    /// Event loops; nil: as many as there are processors for this process.
    package var threads: Int?
    package var flood: FloodLimit
    /// Silence after which a client is dropped; nil: never. Asked for life after a fifth of it.
    package var idleTimeout: Duration?
    /// Lines shown on joining by IRC.
    package var motd: [String]
    package var logFormat: LogFormat
    package var logLevel: LogLevel
    package var version: String
    /// Where messages are kept.
    package var database: DatabaseChoice
    package var durability: Durability
    package var retention: Retention
    /// How many of a room's messages a newcomer is shown.
    package var replay: Int
    /// How many are served at the same time; nil: all. At a desk: how many conversations each
    /// operator has at the same time, and never nil.
    package var capacity: Int?
    /// The longest wait for a slot.
    package var wait: Duration
    /// The longest queue.
    package var maxWaiting: Int
    /// Whether everyone who comes talks with an operator.
    package var isDesk: Bool
    /// The operator in this terminal; nil: there is none. Only at a desk.
    package var console: ConsoleConfiguration?
    /// Origins of pages that may connect beside the server's own, such as `https://chat.example`;
    /// `*` for all.
    package var allowedOrigins: [String] = []
    /// Whether messages to WebSockets are compressed where the client can do that.
    package var compressesWebSockets = false
    /// What operators from elsewhere prove themselves with; nil: there are none.
    package var operatorPassword: OperatorPasswordSource?
    /// Whose PROXY headers are believed, and whose links accepted.
    package var trustedProxies: [IPBlock] = []
    /// Relays that the server announces itself to, with that token.
    package var relays: [Endpoint] = []
    package var relayToken: Secret?
    /// Where those relays reach it; nil: at a listener's address.
    package var relayAddress: Endpoint?

    /// What an operator of a desk has, if nothing is said.
    package static let deskCapacity = 1

    package init(
        listen: [Endpoint] = [Endpoint(host: "127.0.0.1", port: 12000)],
        name: String = DatabaseChoice.standardServer,
        threads: Int? = nil, flood: FloodLimit = .standard,
        idleTimeout: Duration? = Limits.idle, motd: [String] = [],
        logFormat: LogFormat = .text, logLevel: LogLevel = .info, version: String = "0",
        database: DatabaseChoice = .memory, durability: Durability = .normal,
        retention: Retention = .everything, replay: Int = 0, capacity: Int? = nil,
        wait: Duration = .seconds(300), maxWaiting: Int = 10_000, isDesk: Bool = false,
        console: ConsoleConfiguration? = nil, operatorPassword: OperatorPasswordSource? = nil
    ) {
        self.listen = listen
        self.name = name
        self.threads = threads
        self.flood = flood
        self.idleTimeout = idleTimeout
        self.motd = motd
        self.logFormat = logFormat
        self.logLevel = logLevel
        self.version = version
        self.database = database
        self.durability = durability
        self.retention = retention
        self.replay = replay
        self.capacity = capacity ?? (isDesk ? ServerConfiguration.deskCapacity : nil)
        self.wait = wait
        self.maxWaiting = maxWaiting
        self.isDesk = isDesk
        self.console = console
        self.operatorPassword = operatorPassword
    }
}
