// The second stage for `stats`: settings as given become the validated configuration.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO
import ChatJournal
import ChatTerminal

extension StatsConfiguration {
    /// Reads every setting; the first bad one is thrown.
    package init(_ settings: Settings) throws(UsageError) {
        self.init()
        period = try StatsConfiguration.period(settings)
        grouping = try settings.value(StatsSpec.grouping) { text throws(BadValue) in
            try Choice.read(text, StatisticsGrouping.self)
        }
        server = try settings.value(StatsSpec.server, ServerNameRule.read)
        // Where both are set in different places, the more important place decides.
        let sources = settings.given(anyOf: [StatsSpec.database.long, StatsSpec.url.long])
        let databases = sources.filter { $0.key == StatsSpec.database.long }
        let urls = sources.filter { $0.key == StatsSpec.url.long }
        try StatsConfiguration.refuse(
            [databases.last, urls.last].compactMap { $0 }, why: "both select the source")
        database = try databases.last.map { given throws(UsageError) in
            try settings.interpret(given, StatsConfiguration.readDatabase)
        }
        url = try urls.last.map { given throws(UsageError) in
            try settings.interpret(given, HTTPAddress.read)
        }
        format = try StatsConfiguration.format(settings)
        isASCII = try settings.flag(StatsSpec.ascii, default: isASCII)
        watch = try settings.value(StatsSpec.watch, WatchPause.read)
    }

    /// One way to say when; `--since` and `--until` are one together.
    private static func period(_ settings: Settings) throws(UsageError) -> StatisticsPeriod {
        let ways = [[StatsSpec.day], [StatsSpec.month], [StatsSpec.since, StatsSpec.until]]
        let given = ways.compactMap { settings.given(anyOf: $0.map(\.long)).first }
        try refuse(given, why: "both select the period")
        let day = try settings.value(StatsSpec.day, StatisticsPeriod.readDay)
        let month = try settings.value(StatsSpec.month, StatisticsPeriod.readMonth)
        let since = try settings.value(StatsSpec.since, StatisticsPoint.read)
        let until = try settings.value(StatsSpec.until, StatisticsPoint.read)
        if since != nil || until != nil { return .between(since, until) }
        return day ?? month ?? .today
    }

    private static func format(_ settings: Settings) throws(UsageError) -> Format {
        let formats: [(OptionSpec, Format)] = [
            (StatsSpec.json, .json), (StatsSpec.csv, .csv), (StatsSpec.plot, .plot),
        ]
        let given = formats.compactMap { settings.given($0.0.long).first }
        try refuse(given, why: "both select the format")
        return formats.first { !settings.given($0.0.long).isEmpty }?.1 ?? .table
    }

    private static func refuse(
        _ given: [ParsedOptions.Occurrence], why: String
    ) throws(UsageError) {
        guard given.count > 1 else { return }
        throw UsageError(
            "conflicting options",
            value: given.prefix(2).map(\.source.spelling).joined(separator: ", "), why: why,
            hint: "leave out one of them")
    }

    private static func readDatabase(_ text: String) throws(BadValue) -> String {
        switch try DatabaseChoice.read(text) {
        case .file(let path): return path
        case .memory, .standard:
            throw BadValue(
                "a database in memory exists only in its server",
                hint: "name the file that the server was started with")
        }
    }
}

/// The pause between two reports.
enum WatchPause {
    /// Reads seconds.
    static func read(_ text: String) throws(BadValue) -> Duration {
        let time = try? Seconds.read(text)
        guard let time, time >= .milliseconds(100), time <= .seconds(86_400) else {
            throw BadValue("a pause is a number of seconds from 0.1 to 86400")
        }
        return time
    }
}

extension StatisticsPeriod {
    /// Reads a date, `today` or `yesterday`.
    package static func readDay(_ text: String) throws(BadValue) -> StatisticsPeriod {
        switch text {
        case "today": return .today
        case "yesterday": return .yesterday
        default: return .day(try CivilDate(typed: text))
        }
    }

    /// Reads a month, `this` or `last`.
    package static func readMonth(_ text: String) throws(BadValue) -> StatisticsPeriod {
        switch text {
        case "this": return .thisMonth
        case "last": return .lastMonth
        default:
            guard let first = try? CivilDate(typed: text + "-01") else {
                throw BadValue(
                    "not a month", hint: "examples: 2026-11, this, last"
                )
            }
            return .month(year: first.year, month: first.month)
        }
    }
}

extension StatisticsPoint {
    /// Reads an RFC 3339 time, a day, or how long ago.
    package static func read(_ text: String) throws(BadValue) -> StatisticsPoint {
        switch try? MessagePoint(text) {
        case .time(let time): return .time(time)
        case .day(let date): return .day(date)
        case .ago(let span): return .ago(span)
        case .seq, nil:
            throw BadValue(
                "not a time, date or duration",
                hint: "examples: 2026-11-21T09:00:00Z, 2026-11-21, 2h")
        }
    }
}

extension CivilDate {
    /// Reads `2026-11-21`.
    fileprivate init(typed text: String) throws(BadValue) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isWritten =
            parts.map(\.utf8.count) == [4, 2, 2]
            && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard isWritten, let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2])
        else {
            throw BadValue(
                "not a date", hint: "examples: 2026-11-21, today, yesterday")
        }
        self.init(year: year, month: month, day: day)
        guard exists else { throw BadValue("there is no such day") }
    }
}
