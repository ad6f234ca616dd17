// `chatkit stats`: its options, one record each. `StatsConfiguration+Settings` gives them meaning.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import ChatServer

/// The table of `stats`.
package enum StatsSpec {
    package static let day = OptionSpec(
        "day", .optional("YYYY-MM-DD", otherwise: "today"), group: "When",
        summary: "report on a day; by default today",
        details: [
            """
            Report on this day, from midnight to midnight local time: a date such as \
            `2026-11-21`, `today` or `yesterday`. A day on which the clocks change has 23 or 25 \
            hours.
            """
        ],
        scope: .commandLine)

    package static let month = OptionSpec(
        "month", .optional("YYYY-MM", otherwise: "this"), group: "When",
        summary: "report on a month; by default this one",
        details: [
            """
            Report on this month, in local time: a month such as `2026-11`, `this` or `last`. \
            Without a value it is the current month.
            """
        ],
        scope: .commandLine)

    package static let since = OptionSpec(
        "since", .value("TIME|DURATION"), group: "When",
        summary: "start of the report: `2026-11-21`, a time, or `2h` ago",
        details: [
            """
            Start of the report: a time such as `2026-11-21T09:00:00Z`, a day such as \
            `2026-11-21` (from local midnight), or how long ago: a number and `s`, `m`, `h`, `d` \
            or `w`. The report ends now, or at `--until`.
            """
        ],
        scope: .commandLine)

    package static let until = OptionSpec(
        "until", .value("TIME|DURATION"), group: "When",
        summary: "end of the report, exclusive",
        details: [
            """
            End of the report, in the format of `--since`. Events at that time or later are not \
            counted, so `--until 2026-12-01` ends with November. Without `--since` the report \
            starts with the first known event.
            """
        ],
        scope: .commandLine)

    package static let server = OptionSpec(
        "server", .value("NAME"), group: "Where",
        summary: "report on this server",
        details: [
            """
            Report on the server with this name (`chatkit serve --name`), from its own database; \
            with `--db`, from that file, where the records of other servers are left out.
            """
        ],
        shownDefault: ServerConfiguration().name, scope: .commandLine)

    package static let database = OptionSpec(
        "db", .value("FILE"), group: "Where",
        summary: "read this database",
        details: [
            """
            The database to read. chatkit never creates or changes it, and never delays a server \
            that is writing it. A missing file is a failure (status 1); a file that is not a \
            server's database is bad data (65).
            """
        ],
        shownDefault: "$XDG_STATE_HOME/chatkit/NAME.db", completion: .file)

    package static let url = OptionSpec(
        "url", .value("URL"), group: "Where",
        summary: "ask this running server or relay: `http://HOST:PORT`",
        details: [
            """
            Ask a running server or relay instead of reading a database: `http://HOST:PORT`, by \
            default port 80, with a path if a proxy adds one. Days and months are then those of \
            the server's time zone, which is printed. `https` is not supported: ask on the \
            server's own machine, or through a tunnel. Excludes `--db`.
            """
        ])

    package static let grouping = OptionSpec(
        "by", .value("UNIT"), group: "Output",
        summary: "add a row for each `day`, `hour` or `server`",
        details: [
            """
            Add a row for each `day`, `hour` or `server`. An hour that occurs twice, because the \
            clocks are set back, has two rows. The maximum is \
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
            whole period. chatkit(5) describes the columns.
            """
        ],
        scope: .commandLine)

    package static let plot = OptionSpec(
        "plot", .flag, group: "Output",
        summary: "draw bars: attended and lost",
        details: [
            """
            Draw a bar for each row: how many clients were attended, then how many were lost. \
            Without `--by` the rows are hours for up to two days, and days for longer periods.
            """
        ],
        scope: .commandLine)

    package static let ascii = OptionSpec(
        "ascii", .negatable, group: "Output",
        summary: "draw bars in plain ASCII",
        details: [
            """
            Draw bars with `#` and `-`. This is the default where the locale is not UTF-8.
            """
        ],
        shownDefault: "false")

    package static let watch = OptionSpec(
        "watch", .optional("SECONDS", otherwise: "2"), group: "Output",
        summary: "repeat every 2 seconds, or every SECONDS, until Ctrl+C",
        details: [
            """
            Report again every <SECONDS>, by default every 2, until interrupted. On a terminal \
            each report replaces the one before; elsewhere it follows it.
            """
        ],
        scope: .commandLine)

    package static let command = CommandSpec(
        name: "stats", summary: "who was served, who was lost, and how long they waited",
        description: [
            """
            Report on a server's clients: how many approached, how many were attended or lost and \
            why, how they rated the service, how long they waited and were attended, and who is \
            there now. The figures come from the server's database, whether the server is running \
            or not, or with `--url` from the running server.
            """,
            """
            Each event counts at the time it happened: a client that approached before midnight \
            and was attended after it counts as approached yesterday and as attended today. Days \
            and months are in local time, and the time zone is printed; set `TZ` to use another.
            """,
            """
            A client has approached when its handshake is complete. At a desk it is attended when \
            the operator first speaks to it, elsewhere when it gets a slot. It is lost when it \
            left, waited too long or was turned away before that. The p90 is the smallest measured \
            time that 90 percent of all measured times do not exceed.
            """,
        ],
        examples: [
            Example("chatkit stats", "Today, up to now."),
            Example("chatkit stats --server 'Server A' --month", "This month at one desk."),
            Example(
                "chatkit stats --month=2026-11 --by day --plot", "A month as bars, day by day."),
            Example(
                "chatkit stats --since 8h --json | jq .wait_ms.p90",
                "The wait that nine in ten clients did not exceed, in milliseconds."),
            Example(
                "chatkit stats --day=yesterday --by hour --csv >yesterday.csv",
                "The hours of a day for a spreadsheet."),
            Example("chatkit stats --watch", "Today, refreshed."),
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
            NamedThing("XDG_STATE_HOME", "The directory that holds the databases."),
            NamedThing("TZ", "The time zone of days and months, such as `Europe/Berlin`."),
            NamedThing("NO_COLOR", "When set to anything, there are no colours."),
        ],
        seeAlso: ["chatkit(1)", "chatkit-serve(1)", "chatkit(5)"])
}
