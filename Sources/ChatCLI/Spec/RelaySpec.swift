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
            start-up line says which. Not together with `--listen`.
            """
        ],
        shownDefault: "12100")

    package static let listen = OptionSpec(
        "listen", .repeatable("HOST:PORT"), group: "Listening",
        summary: "address to listen on; may be repeated",
        details: [
            """
            Listen on this address, as with `--listen` in chatkit-serve(1). Clients of every \
            protocol come in here, and servers that announce themselves. Without <:PORT> it is \
            12100.
            """
        ],
        shownDefault: "127.0.0.1:12100", completion: .host)

    package static let name = OptionSpec(
        "name", .value("NAME"), group: "Listening",
        summary: "what the relay calls itself",
        details: [
            """
            The relay's name, for those who wait and in its table. Up to \
            \(ServerNameRule.maxBytes) bytes, no control characters.
            """
        ],
        shownDefault: RelayConfiguration().name)

    package static let server = OptionSpec(
        "server", .repeatable("NAME=HOST:PORT"), group: "Servers",
        summary: "a server to send clients to; may be repeated",
        details: [
            """
            Send clients to the server at this address too, and call it by this name. May be \
            repeated. The server must trust the relay's address: start it with `--trust-proxy`. \
            Without <:PORT> it is 12000.
            """
        ],
        completion: .host, scope: .file)

    package static let tokenFile = OptionSpec(
        "relay-token-file", .value("FILE"), group: "Servers",
        summary: "file with what servers and orders must show",
        details: [
            """
            Read a token from the first line of this file: up to \(Limits.maxTokenBytes) visible \
            ASCII characters. Servers announce themselves with it (`chatkit serve --relay`), and \
            `--drain`, `--undrain` and `--pause` show it to a running relay. Nobody but the \
            file's owner may be able to read or write it. Without it no server can announce \
            itself, and no orders are taken.
            """
        ],
        completion: .file)

    package static let redirect = OptionSpec(
        "redirect", .negatable, group: "Servers",
        summary: "tell clients where to go, if they can be told",
        details: [
            """
            Tell clients the server's address instead of carrying what they say: JSON clients by \
            `redirect`, browsers by a redirection. They must be able to reach the servers \
            themselves. Others keep their connection to the relay.
            """
        ],
        shownDefault: "false")

    package static let database = OptionSpec(
        "db", .value("FILE|:memory:"), group: "History",
        summary: "where visits are kept",
        details: [
            """
            The database of visits, an SQLite file that is made when it is missing; `chatkit \
            stats` reads it. With `:memory:` visits are forgotten when the relay ends. Without \
            this option it is `$XDG_STATE_HOME/chatkit/`<NAME>`.db`.
            """
        ],
        completion: .file)

    package static let command = CommandSpec(
        name: "relay", summary: "the front door to several servers",
        description: [
            """
            Listen for clients of every protocol, send each to a server that has a free slot, and \
            let the others wait in one queue: first come, first served, told their place and how \
            long it may take, up to `--wait` seconds. A client keeps its one connection; the \
            server it talks with can change.
            """,
            """
            The servers push what is free as it changes. They are named by `--server`, or \
            announce themselves with `chatkit serve --relay`. When a server dies, its clients go \
            to the head of the queue and are told; when one is drained, they are moved without \
            losing a message. At a desk the next operator learns where somebody was before, and \
            from `chatkit join` and the web chat what was said there.
            """,
            """
            With `--status` it is not a relay but asks one: for its table, or with `--drain`, \
            `--undrain` and `--pause` to do something with a server.
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
                "Move everyone away from a server."),
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
            NamedThing("XDG_STATE_HOME", "Where databases are kept."),
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
            Be no relay, but ask the one at this address for its table: each server's name, \
            address, how many slots are taken and free, its state (`up`, `down`, `draining` or \
            `paused`) and what it waits for. Without <:PORT> it is 12100.
            """
        ],
        completion: .host, scope: .commandLine)

    package static let drain = order(
        "drain", "move everyone away from a server",
        """
        Tell the relay to send nobody to this server any more, and to move those who are there. \
        The relay is the one at `--status`, by default \(RelayControlConfiguration().relay); it \
        wants the token of `--relay-token-file`.
        """)

    package static let undrain = order(
        "undrain", "send people to a server again",
        """
        Tell the relay to send people to this server again, after `--drain` or `--pause`. The \
        relay and the token are as with `--drain`.
        """)

    package static let pause = order(
        "pause", "send nobody to a server for now",
        """
        Tell the relay to send nobody to this server for now; who is there stays. The relay and \
        the token are as with `--drain`.
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
        summary: "print what the relay answers, as JSON",
        details: ["Print the relay's answer as it came: one JSON object, see chatkit(5)."],
        scope: .commandLine)

    package static let watch = OptionSpec(
        "watch", .optional("SECONDS", otherwise: "1"), group: "A running relay",
        summary: "again every second or so many seconds, until Ctrl+C",
        details: [
            """
            With `--status`: print the table again every so many seconds, without a value every \
            second, until interrupted: on a terminal in place of the one before, elsewhere after \
            it.
            """
        ],
        scope: .commandLine)

    /// What asks a running relay instead of being one.
    static let orders: [(option: OptionSpec, order: RelayOrder)] = [
        (drain, .drain), (undrain, .undrain), (pause, .pause),
    ]
}
