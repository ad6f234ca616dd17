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
            start-up line says which. Not together with `--listen`.
            """
        ],
        shownDefault: "12000")

    package static let listen = OptionSpec(
        "listen", .repeatable("HOST:PORT"), group: "Listening",
        summary: "address to listen on; may be repeated",
        details: [
            """
            Listen on this address. May be repeated; every address serves every protocol. Nothing \
            but the loopback is open unless it is named here: `0.0.0.0:12000` is every IPv4 \
            address of this machine and `[::]:12000` every IPv6 address. An IPv6 address stands \
            in brackets; without <:PORT> it is 12000.
            """
        ],
        shownDefault: "127.0.0.1:12000", completion: .host)

    package static let name = OptionSpec(
        "name", .value("NAME"), group: "Listening",
        summary: "what the server calls itself",
        details: [
            """
            The server's name: in the welcome of every protocol, and in front of what it says by \
            itself on IRC. Up to \(ServerNameRule.maxBytes) bytes, no control characters.
            """
        ],
        shownDefault: "chatkit")

    package static let motd = OptionSpec(
        "motd", .value("FILE"), group: "Listening",
        summary: "text file shown to IRC clients as they arrive",
        details: [
            """
            The message of the day: a text file in UTF-8 of up to \
            \(MessageOfTheDay.maxFileBytes / 1024) KiB. It is read once, at the start.
            """
        ],
        completion: .file)

    package static let threads = OptionSpec(
        "threads", .value("N"), group: "Limits",
        summary: "event loops, or `auto`",
        details: [
            """
            How many threads carry the connections, 1 to \(ThreadCount.max). With `auto` there is \
            one for each processor that this process may use.
            """
        ],
        shownDefault: "auto", completion: .choices(["auto"]))

    package static let flood = OptionSpec(
        "flood", .value("RATE[:BURST]|off"), group: "Limits",
        summary: "requests a second from one client",
        details: [
            """
            How much one client may ask of the server: <RATE> requests a second in the long run, \
            and <BURST> at once, so that nobody who types or pastes notices. A client that goes \
            on faster is read more slowly; nothing it sent is thrown away. Without <BURST> it is \
            \(FloodLimit.burstPerRate) times <RATE>. `off` sets no limit.
            """
        ],
        shownDefault: "50:1000", completion: .choices(["off"]))

    package static let idle = OptionSpec(
        "idle", .value("SECONDS|off"), group: "Limits",
        summary: "silence after which a client is dropped",
        details: [
            """
            Drop a client that was silent for this long. JSON and IRC clients are asked for a \
            sign of life after a fifth of it, and stay when they answer. With `off` nobody is \
            dropped for silence.
            """
        ],
        shownDefault: "300", completion: .choices(["off"]))

    package static let database = OptionSpec(
        "db", .value("FILE|:memory:"), group: "History",
        summary: "where messages are kept",
        details: [
            """
            The database of messages, an SQLite file that is made when it is missing. One server \
            at a time may use it. With `:memory:` messages are kept until the server ends. \
            Without this option it is `$XDG_STATE_HOME/chatkit/`<NAME>`.db`.
            """
        ],
        completion: .file)

    package static let durability = OptionSpec(
        "durability", .value("LEVEL"), group: "History",
        summary: "what acked messages survive: `normal` or `full`",
        details: [
            """
            With `normal` a message that was acked survives the end of the process, kill -9 \
            included. With `full` it survives the loss of power too: every commit waits for the \
            disk.
            """
        ],
        shownDefault: "normal", completion: .choices(Durability.allCases.map(\.rawValue)))

    package static let keep = OptionSpec(
        "keep", .value("TIME"), group: "History",
        summary: "delete messages older than this",
        details: [
            """
            Delete messages that are older: a number and `s`, `m`, `h`, `d` or `w`, such as \
            `30d`. Without it they are kept.
            """
        ])

    package static let keepMessages = OptionSpec(
        "keep-messages", .value("N"), group: "History",
        summary: "newest messages kept in each room",
        details: ["Delete all but the newest messages of each room. Without it all are kept."])

    package static let replay = OptionSpec(
        "replay", .value("N"), group: "History",
        summary: "messages shown to who enters a room",
        details: [
            """
            How many of a room's newest messages are shown to a plain-text or JSON client that \
            enters it, 0 to \(Limits.maxHistoryPage). IRC clients fetch history by themselves.
            """
        ],
        shownDefault: "20")

    package static let logFormat = OptionSpec(
        "log-format", .value("FORMAT"), group: "Log",
        summary: "`text` for people or `json` for programs",
        details: [
            """
            How log lines look on standard error: `text` for people, or `json`, one object a \
            line. No log line has the text of a message.
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
        name: "serve", summary: "serve a chat room on one port, for every protocol",
        description: [
            """
            Listen, and let everyone who comes talk with everyone else. Each connection may speak \
            plain text (as netcat does), JSON lines, IRC or HTTP, which is a web page, WebSockets \
            and an API; which one is found out from its first bytes, on the same port. chatkit(5) \
            describes them all.
            """,
            """
            The server stays in the foreground and logs to standard error. Ctrl+C or SIGTERM says \
            good-bye to everyone, delivers what is still under way and ends within 5 seconds; a \
            second signal ends it at once.
            """,
            """
            What is said is kept in a database. A message that was acked survives the end of the \
            process, kill -9 included (`--durability`). To erase what a person has written, type \
            `/forget` <NICK> into the server's terminal, or write it to its standard input: the \
            messages keep their numbers and lose text and author, and the words are gone from \
            the file.
            """,
            """
            With `--capacity`, whoever comes when every slot is taken waits: first come, first \
            served. Those who wait are told their place, and for how much longer they may wait. \
            With `--desk` everyone who comes talks privately with an operator, who sits at \
            `--console` or has joined with the operators' password.
            """,
        ],
        examples: [
            Example("chatkit serve", "Serve on 127.0.0.1:12000, for this machine only."),
            Example(
                "chatkit serve --listen 0.0.0.0:12000 --listen '[::]:12000'",
                "Open it to the network, IPv4 and IPv6."),
            Example(
                "chatkit serve -p 6667 --name ops.example.org --motd /etc/motd",
                "Sit on IRC's usual port, with a name and a greeting."),
            Example(
                "chatkit serve --capacity 20 --wait 120",
                "Serve 20 people at a time; others wait for up to two minutes."),
            Example(
                "chatkit serve --desk --console --name 'Server A'",
                "Open a help desk, and answer in this terminal."),
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
