// `chatkit serve`: its options, one record each. `ServerConfiguration+Settings` gives them meaning.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal

/// The table of `serve`.
package enum ServeSpec {
    package static let port = OptionSpec(
        "port", short: "p", .value("N"), group: "Listening",
        summary: "port on 127.0.0.1",
        details: [
            """
            Listen on this port of 127.0.0.1. With 0 the system chooses a free port, and the \
            start-up line names it. Excludes `--listen`.
            """
        ],
        shownDefault: "12000")

    package static let listen = OptionSpec(
        "listen", .repeatable("HOST:PORT"), group: "Listening",
        summary: "address to listen on; may be repeated",
        details: [
            """
            Listen on this address. May be repeated; every address serves every protocol. Unless \
            you name another address here, only the loopback is open: `0.0.0.0:12000` is every \
            IPv4 address of this machine and `[::]:12000` every IPv6 address. Put an IPv6 address \
            in brackets; the default port is 12000.
            """
        ],
        shownDefault: "127.0.0.1:12000", completion: .host)

    package static let name = OptionSpec(
        "name", .value("NAME"), group: "Listening",
        summary: "name of the server",
        details: [
            """
            The server's name, shown in the welcome of every protocol and used as the source of \
            the server's own lines on IRC. The maximum is \(ServerNameRule.maxBytes) bytes, \
            without control characters.
            """
        ],
        shownDefault: "chatkit")

    package static let motd = OptionSpec(
        "motd", .value("FILE"), group: "Listening",
        summary: "text file shown to IRC clients as they arrive",
        details: [
            """
            The message of the day: a text file in UTF-8 of up to \
            \(MessageOfTheDay.maxFileBytes / 1024) KiB, read once at the start.
            """
        ],
        completion: .file)

    package static let threads = OptionSpec(
        "threads", .value("N"), group: "Limits",
        summary: "event loops, or `auto`",
        details: [
            """
            Number of threads that carry connections, 1 to \(ThreadCount.max). `auto` means one \
            for each processor that this process may use.
            """
        ],
        shownDefault: "auto", completion: .choices(["auto"]))

    package static let flood = OptionSpec(
        "flood", .value("RATE[:BURST]|off"), group: "Limits",
        summary: "maximum requests a second from one client",
        details: [
            """
            Maximum rate of one client: <RATE> requests a second in the long run, and <BURST> at \
            once, so that people who type or paste never notice. The server reads a faster client \
            more slowly, and loses nothing it sent. The default <BURST> is \
            \(FloodLimit.burstPerRate) times <RATE>. `off` sets no limit.
            """
        ],
        shownDefault: "50:1000", completion: .choices(["off"]))

    package static let idle = OptionSpec(
        "idle", .value("SECONDS|off"), group: "Limits",
        summary: "how long a client may be silent",
        details: [
            """
            Disconnect a client that was silent for this long. The server pings JSON and IRC \
            clients after a fifth of this time, and keeps those that answer. A client whose machine or \
            network has vanished is disconnected after this time in every protocol, plain text \
            included: TCP keep-alive finds it, or bytes that it does not acknowledge. With `off` the \
            server never disconnects a silent client.
            """
        ],
        shownDefault: "300", completion: .choices(["off"]))

    package static let database = OptionSpec(
        "db", .value("FILE|:memory:"), group: "History",
        summary: "database of messages",
        details: [
            """
            The database of messages, an SQLite file that is created when missing. Only one \
            server at a time may use it. With `:memory:` messages are kept until the server \
            stops. The default is `$XDG_STATE_HOME/chatkit/`<NAME>`.db`.
            """
        ],
        completion: .file)

    package static let durability = OptionSpec(
        "durability", .value("LEVEL"), group: "History",
        summary: "what acked messages survive: `normal` or `full`",
        details: [
            """
            With `normal`, an acked message survives a crash of the process, kill -9 included. \
            With `full` it also survives a power loss: every commit waits for the disk.
            """
        ],
        shownDefault: "normal", completion: .choices(Durability.allCases.map(\.rawValue)))

    package static let keep = OptionSpec(
        "keep", .value("TIME"), group: "History",
        summary: "delete messages older than this",
        details: [
            """
            Delete messages older than this: a number and `s`, `m`, `h`, `d` or `w`, such as \
            `30d`. By default all are kept.
            """
        ])

    package static let keepMessages = OptionSpec(
        "keep-messages", .value("N"), group: "History",
        summary: "maximum number of messages kept in each room",
        details: ["Keep only this many of each room's newest messages. By default all are kept."])

    package static let replay = OptionSpec(
        "replay", .value("N"), group: "History",
        summary: "messages shown to a client that enters a room",
        details: [
            """
            How many of a room's newest messages a plain-text or JSON client receives on entering \
            it, 0 to \(Limits.maxHistoryPage). IRC clients fetch history themselves.
            """
        ],
        shownDefault: "20")

    package static let logFormat = OptionSpec(
        "log-format", .value("FORMAT"), group: "Log",
        summary: "`text` for people or `json` for programs",
        details: [
            """
            Format of the log lines on standard error: `text` for people, or `json`, one object a \
            line. Log lines never contain the text of a message.
            """
        ],
        shownDefault: "text", completion: .choices(LogFormat.allCases.map(\.rawValue)))

    package static let logLevel = OptionSpec(
        "log-level", .value("LEVEL"), group: "Log",
        summary: "`debug`, `info`, `warning` or `error`",
        details: ["Write log lines of this level and above."],
        shownDefault: "info", completion: .choices(LogLevel.allCases.map(\.rawValue)))

    package static let verbose = OptionSpec(
        "verbose", short: "v", .shorthand(option: "log-level", value: "debug"), group: "Log",
        summary: "the same as `--log-level=debug`",
        details: ["The same as `--log-level=debug`."], scope: .commandLine)

    package static let quiet = OptionSpec(
        "quiet", short: "q", .shorthand(option: "log-level", value: "warning"), group: "Log",
        summary: "the same as `--log-level=warning`",
        details: ["The same as `--log-level=warning`."], scope: .commandLine)

    package static let command = CommandSpec(
        name: "serve", summary: "serve a chat room or a help desk to every protocol, on one port",
        description: [
            """
            Serve chat rooms that all clients share. On one port, a client may speak plain text \
            (as netcat does), JSON lines, IRC, or HTTP: a web page, an API, WebSockets and \
            Socket.IO. The server detects the protocol from the client's first bytes. chatkit(5) \
            describes each one.
            """,
            """
            The server stays in the foreground and logs to standard error. On Ctrl+C or SIGTERM \
            it notifies all clients, delivers what is still queued and exits within 5 seconds; a \
            second signal ends it at once.
            """,
            """
            Messages are stored in a database. An acked message survives a crash of the process, \
            kill -9 included (`--durability`). To erase what a person wrote, type `/forget` \
            <NICK> into the server's terminal, or write it to its standard input: the messages \
            keep their numbers but lose text and author, and the words are removed from the file.
            """,
            """
            With `--capacity`, a client that arrives when every slot is taken waits: first come, \
            first served. Waiting clients see their position, and how much longer they may wait. \
            With `--desk`, each client talks privately with an operator, who works at `--console` \
            or has joined with the operators' password.
            """,
        ],
        examples: [
            Example("chatkit serve", "Serve on 127.0.0.1:12000, for this machine only."),
            Example(
                "chatkit serve --listen 0.0.0.0:12000 --listen '[::]:12000'",
                "Open it to the network, IPv4 and IPv6."),
            Example(
                "chatkit serve -p 6667 --name ops.example.org --motd /etc/motd",
                "Use the usual port of IRC, a name and a greeting."),
            Example(
                "chatkit serve --capacity 20 --wait 120",
                "Serve 20 clients at a time; others wait for up to two minutes."),
            Example(
                "chatkit serve --desk --console --name 'Server A'",
                "Open a help desk, and be its operator in this terminal."),
            Example(
                "chatkit serve -p 12001 --relay 127.0.0.1:12100 --relay-token-file ~/.relay",
                "Be one of the servers behind a relay."),
            Example(
                "chatkit serve --log-format json -q 2>>chatkit.log",
                "Log only what needs attention, for programs."),
        ],
        options: [
            port, listen, name, motd, threads, flood, idle, capacity, wait, maxWaiting, desk,
            passwordFile, hashPassword, console, operatorNick, canned, database, durability,
            keep, keepMessages, replay, trustProxy, relay, relayTokenFile, relayAddress,
            allowOrigin, compress, logFormat, logLevel, verbose, quiet,
            ProgramSpec.help, ProgramSpec.version,
        ],
        exitCodes: [
            .done, .failure, .usage, .badData, .unavailable, .tryLater, .notAllowed, .interrupted,
        ],
        files: [ProgramSpec.configFile],
        environment: [passwordVariable] + ProgramSpec.commonEnvironment,
        seeAlso: ["chatkit(1)", "chatkit-join(1)", "chatkit(5)"])
}
