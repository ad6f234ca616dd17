// `chatkit relay`: its options, one record each. `RelayConfiguration+Settings` gives them meaning.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatRelay
import ChatTerminal

/// The table of `relay`.
package enum RelaySpec {
    package static let port = OptionSpec(
        "port", short: "p", .value("N"), group: "Listening",
        summary: "port on 127.0.0.1",
        details: [
            """
            Listen on this port of 127.0.0.1. With 0 the system chooses a free port, and the \
            start-up line names it. Excludes `--listen`.
            """
        ],
        shownDefault: "12100")

    package static let listen = OptionSpec(
        "listen", .repeatable("HOST:PORT"), group: "Listening",
        summary: "address to listen on; may be repeated",
        details: [
            """
            Listen on this address, as with `--listen` in chatkit-serve(1), for clients of every \
            protocol and for servers that announce themselves. The default port is 12100.
            """
        ],
        shownDefault: "127.0.0.1:12100", completion: .host)

    package static let name = OptionSpec(
        "name", .value("NAME"), group: "Listening",
        summary: "name of the relay",
        details: [
            """
            The relay's name, shown to waiting clients and in its table. The maximum is \
            \(ServerNameRule.maxBytes) bytes, without control characters.
            """
        ],
        shownDefault: RelayConfiguration().name)

    package static let server = OptionSpec(
        "server", .repeatable("NAME=HOST:PORT"), group: "Servers",
        summary: "server to send clients to; may be repeated",
        details: [
            """
            Send clients to the server at this address, and call it by this name. May be \
            repeated. The server must trust the relay's address: start it with `--trust-proxy`. \
            The default port is 12000.
            """
        ],
        completion: .host, scope: .file)

    package static let tokenFile = OptionSpec(
        "relay-token-file", .value("FILE"), group: "Servers",
        summary: "file with the token of servers and orders",
        details: [
            """
            Read a token from the first line of this file: up to \(Limits.maxTokenBytes) visible \
            ASCII characters. Servers announce themselves with it (`chatkit serve --relay`), and \
            `--drain`, `--undrain` and `--pause` send it to a running relay. Only the file's \
            owner may have permission to read or write it. Without a token the relay accepts no \
            announcements and no orders.
            """
        ],
        completion: .file)

    package static let redirect = OptionSpec(
        "redirect", .negatable, group: "Servers",
        summary: "redirect clients that understand it",
        details: [
            """
            Send clients to the server's address instead of proxying them: JSON clients by \
            `redirect`, browsers by HTTP 307. They must be able to reach the servers directly. \
            Other clients keep their connection to the relay.
            """
        ],
        shownDefault: "false")

    package static let database = OptionSpec(
        "db", .value("FILE|:memory:"), group: "History",
        summary: "database of visits",
        details: [
            """
            The database of visits, an SQLite file that is created when missing; `chatkit stats` \
            reads it. With `:memory:` visits are forgotten when the relay stops. The default is \
            `$XDG_STATE_HOME/chatkit/`<NAME>`.db`.
            """
        ],
        completion: .file)

    package static let command = CommandSpec(
        name: "relay", summary: "the front door to several rooms or desks, with a queue",
        description: [
            """
            A load balancer with a queue. The relay sends each client, of any protocol, to a \
            server with a free slot. The others wait in one queue, first come, first served, for \
            up to `--wait` seconds, and see their position and an estimate. A client keeps its one \
            connection even when the relay moves it to another server.
            """,
            """
            Name the servers with `--server`, or let them announce themselves with `chatkit serve \
            --relay`. The servers push every change of their free slots. When a server dies, its \
            clients are notified and moved to the head of the queue; when a server is drained, \
            its clients move without losing a message. At a desk, the next operator sees where \
            the client was before; `chatkit join` and the web chat also pass on what was said.
            """,
            """
            With `--status`, `--drain`, `--undrain` and `--pause`, chatkit does not start a relay \
            but prints the table of a running one, or gives it an order.
            """,
        ],
        examples: [
            Example(
                "chatkit relay --server 'Server A=127.0.0.1:12000' --server "
                    + "'Server B=127.0.0.1:12001'",
                "Open a front door to two servers on 127.0.0.1:12100."),
            Example(
                "chatkit relay --listen 0.0.0.0:12100 --relay-token-file token",
                "Let servers announce themselves."),
            Example("chatkit relay --status 127.0.0.1:12100", "See which servers are free."),
            Example("chatkit relay --status 127.0.0.1:12100 --watch", "Keep looking."),
            Example(
                "chatkit relay --drain 'Server A' --relay-token-file token",
                "Move all clients away from a server."),
        ],
        options: [
            port, listen, name, server, tokenFile, redirect, ServeSpec.wait, ServeSpec.maxWaiting,
            database, ServeSpec.allowOrigin, status, drain, undrain, pause, json, watch,
            ServeSpec.logFormat, ServeSpec.logLevel, ServeSpec.verbose, ServeSpec.quiet,
            ProgramSpec.help, ProgramSpec.version,
        ],
        exitCodes: [
            .done, .failure, .usage, .badData, .unavailable, .tryLater, .notAllowed, .interrupted,
        ],
        files: [
            ProgramSpec.configFile,
            NamedThing(
                "$XDG_STATE_HOME/chatkit/NAME.db",
                "The database of the relay with that name; `~/.local/state/chatkit/NAME.db` "
                    + "when `XDG_STATE_HOME` is not set."),
        ],
        environment: ProgramSpec.commonEnvironment + [
            NamedThing("XDG_STATE_HOME", "The directory that holds the databases."),
            NamedThing("NO_COLOR", "When set to anything, there are no colours."),
        ],
        seeAlso: ["chatkit(1)", "chatkit-serve(1)", "chatkit-stats(1)", "chatkit(5)"])
}

// MARK: - A running relay

extension RelaySpec {
    package static let status = OptionSpec(
        "status", .value("HOST:PORT"), group: "A running relay",
        summary: "print the table of the relay at this address",
        details: [
            """
            Print the table of the relay at this address, and exit: each server's name, address, \
            slots in use and free, state (`up`, `down`, `draining` or `paused`) and what it waits \
            for. The default port is 12100.
            """
        ],
        completion: .host, scope: .commandLine)

    package static let drain = order(
        "drain", "move all clients away from a server",
        """
        Tell the relay to send no more clients to this server, and to move those that are there. \
        The relay is the one at `--status`, by default \(RelayControlConfiguration().relay); the \
        order needs the token of `--relay-token-file`.
        """)

    package static let undrain = order(
        "undrain", "send clients to a server again",
        """
        Tell the relay to send clients to this server again, after `--drain` or `--pause`. Relay \
        and token are as for `--drain`.
        """)

    package static let pause = order(
        "pause", "send no new clients to a server for now",
        """
        Tell the relay to send no new clients to this server for now; those that are there stay. \
        Relay and token are as for `--drain`.
        """)

    private static func order(
        _ name: String, _ summary: String, _ details: String
    ) -> OptionSpec {
        OptionSpec(
            name, .value("NAME"), group: "A running relay", summary: summary, details: [details],
            scope: .commandLine)
    }

    package static let json = OptionSpec(
        "json", .flag, group: "A running relay",
        summary: "print the relay's answer as JSON",
        details: ["Print the relay's answer unchanged: one JSON object, see chatkit(5)."],
        scope: .commandLine)

    package static let watch = OptionSpec(
        "watch", .optional("SECONDS", otherwise: "1"), group: "A running relay",
        summary: "repeat every second, or every SECONDS, until Ctrl+C",
        details: [
            """
            With `--status`: print the table again every <SECONDS>, by default every second, \
            until interrupted. On a terminal each table replaces the one before; elsewhere it \
            follows it.
            """
        ],
        scope: .commandLine)

    /// The options that give a running relay an order.
    static let orders: [(option: OptionSpec, order: RelayOrder)] = [
        (drain, .drain), (undrain, .undrain), (pause, .pause),
    ]
}
