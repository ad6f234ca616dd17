// `chatkit stats`: its options, one record each. `StatsConfiguration+Settings` gives them meaning.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import ChatServer

/// The table of `stats`.
package enum StatsSpec {
    package static let day = OptionSpec(
        "day", .optional("YYYY-MM-DD", otherwise: "today"), group: "When",
        summary: "of a day; without a value, and without any of these, today",
        details: [
            """
            Of this day, from midnight to midnight where you are: a date such as `2026-11-21`, \
            `today` or `yesterday`. A day on which clocks are changed has 23 or 25 hours.
            """
        ],
        scope: .commandLine)

    package static let month = OptionSpec(
        "month", .optional("YYYY-MM", otherwise: "this"), group: "When",
        summary: "of a month; without a value this one",
        details: [
            """
            Of this month, where you are: a month such as `2026-11`, `this` or `last`. Without a \
            value it is this one.
            """
        ],
        scope: .commandLine)

    package static let since = OptionSpec(
        "since", .value("TIME|DURATION"), group: "When",
        summary: "from here on: `2026-11-21`, a time, or `2h` ago",
        details: [
            """
            From here on: a time such as `2026-11-21T09:00:00Z`, a day such as `2026-11-21` (from \
            its beginning where you are), or how long ago: a number and `s`, `m`, `h`, `d` or \
            `w`. Up to now, unless `--until` says otherwise.
            """
        ],
        scope: .commandLine)

    package static let until = OptionSpec(
        "until", .value("TIME|DURATION"), group: "When",
        summary: "up to here, which is not part of it",
        details: [
            """
            Up to here, given as with `--since`: what happened at that time or later is not \
            counted, so that `--until 2026-12-01` ends with November. Without `--since` it \
            begins with the first that is known.
            """
        ],
        scope: .commandLine)

    package static let server = OptionSpec(
        "server", .value("NAME"), group: "Where",
        summary: "of this server",
        details: [
            """
            Of the server with this name, which it was given with `chatkit serve --name`: from \
            its own database, or with `--db` from that file, without what others wrote there.
            """
        ],
        shownDefault: ServerConfiguration().name, scope: .commandLine)

    package static let database = OptionSpec(
        "db", .value("FILE"), group: "Where",
        summary: "read this database",
        details: [
            """
            The database to read. It is never created or changed, and a server that is writing \
            it is never kept waiting. A file that is not there is a failure (status 1); one that \
            is no database of a server is bad data (65).
            """
        ],
        shownDefault: "$XDG_STATE_HOME/chatkit/NAME.db", completion: .file)

    package static let url = OptionSpec(
        "url", .value("URL"), group: "Where",
        summary: "ask this running server or relay: `http://HOST:PORT`",
        details: [
            """
            Ask a running server or relay instead of reading a database, at the address where \
            it listens: `http://HOST:PORT`, port 80 when none is said, and a path where a proxy \
            gave it one. Days and months are then those of the server's zone, which is printed. \
            There is no `https`: ask on the server's own machine, or through a tunnel. \
            Excludes `--db`.
            """
        ])

    package static let grouping = OptionSpec(
        "by", .value("UNIT"), group: "Output",
        summary: "also row by row: `day`, `hour` or `server`",
        details: [
            """
            Also a row for each `day`, `hour` or `server`. An hour that comes twice, because \
            clocks are put back, has two rows. There can be up to \
            \(StatisticsQuestion.maxRows) rows.
            """
        ],
        completion: .choices(StatisticsGrouping.allCases.map(\.rawValue)), scope: .commandLine)

    package static let json = OptionSpec(
        "json", .flag, group: "Output",
        summary: "one JSON object",
        details: ["Print one JSON object, as chatkit(5) describes it."], scope: .commandLine)

    package static let csv = OptionSpec(
        "csv", .flag, group: "Output",
        summary: "comma-separated values with a header",
        details: [
            """
            Print comma-separated values: a header, then a record for each row, or one for the \
            whole span. chatkit(5) describes the columns.
            """
        ],
        scope: .commandLine)

    package static let plot = OptionSpec(
        "plot", .flag, group: "Output",
        summary: "bars: attended and lost",
        details: [
            """
            Draw a bar for each row: how many were attended, then how many were lost. Without \
            `--by`, hours of up to two days, and days of more.
            """
        ],
        scope: .commandLine)

    package static let ascii = OptionSpec(
        "ascii", .negatable, group: "Output",
        summary: "draw bars in plain ASCII",
        details: [
            """
            Draw bars with `#` and `-`. Where the locale is not UTF-8 they are drawn like that \
            in any case.
            """
        ],
        shownDefault: "false")

    package static let watch = OptionSpec(
        "watch", .optional("SECONDS", otherwise: "2"), group: "Output",
        summary: "again every 2 or so many seconds, until Ctrl+C",
        details: [
            """
            Report again every so many seconds, without a value every 2, until interrupted: on a \
            terminal in place of the report before, elsewhere after it.
            """
        ],
        scope: .commandLine)

    package static let command = CommandSpec(
        name: "stats", summary: "who was served, who was lost, and how long they waited",
        description: [
            """
            Report on a server's clients, from its database, whether the server runs or not, or \
            with `--url` from the running server: how \
            many approached, were attended or were lost and why, how they rated it, how long they \
            waited and were attended to, and who is there now.
            """,
            """
            Everything is counted when it happened: who approached before midnight and was \
            attended after it was approached yesterday and attended today. Days and months are \
            those of the local clock, and its zone is printed; set `TZ` for another one.
            """,
            """
            A client has approached when it has completed its handshake. It is attended when the \
            operator of a desk has spoken to it, elsewhere when it was given a slot. It is lost \
            when it left, waited too long or was turned away before that. A percentile is the \
            smallest measured time that so many percent of all do not exceed.
            """,
        ],
        examples: [
            Example("chatkit stats", "Today, up to now."),
            Example("chatkit stats --server 'Server A' --month", "This month at one desk."),
            Example("chatkit stats --month=2026-11 --by day --plot", "A month's days as bars."),
            Example(
                "chatkit stats --since 8h --json | jq .wait_ms.p90",
                "How long all but one in ten waited, in milliseconds."),
            Example(
                "chatkit stats --day=yesterday --by hour --csv >yesterday.csv",
                "A day's hours for a spreadsheet."),
            Example("chatkit stats --watch", "Today, kept current."),
            Example(
                "chatkit stats --url http://127.0.0.1:12000 --month --by day",
                "This month, from the running server."),
        ],
        options: [
            day, month, since, until, server, database, url, grouping, json, csv, plot, ascii,
            watch,
            ProgramSpec.help, ProgramSpec.version,
        ],
        exitCodes: [
            .done, .failure, .usage, .badData, .unavailable, .tryLater, .notAllowed, .interrupted,
        ],
        files: [
            ProgramSpec.configFile,
            NamedThing(
                "$XDG_STATE_HOME/chatkit/NAME.db",
                "The database of the server with that name; `~/.local/state/chatkit/NAME.db` "
                    + "when `XDG_STATE_HOME` is not set."),
        ],
        environment: ProgramSpec.commonEnvironment + [
            NamedThing("XDG_STATE_HOME", "Where databases are looked for."),
            NamedThing("TZ", "The time zone of days and months, such as `Europe/Berlin`."),
            NamedThing("NO_COLOR", "When set to anything, there are no colours."),
        ],
        seeAlso: ["chatkit(1)", "chatkit-serve(1)", "chatkit(5)"])
}
