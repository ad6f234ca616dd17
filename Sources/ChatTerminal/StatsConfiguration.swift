// What `chatkit stats` was asked for, validated. Clock and zone come in when a report is made: with
// `--watch` today becomes tomorrow.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal

/// Everything `stats` needs to know.
package struct StatsConfiguration: Sendable {
    /// How reports look.
    package enum Format: String, Sendable, CaseIterable { case table, json, csv, plot }

    package var period: StatisticsPeriod
    package var grouping: StatisticsGrouping?
    /// Of this server alone.
    package var server: String?
    /// The database; nil: the standard one of `server`.
    package var database: String?
    /// The running server that is asked, instead of a database.
    package var url: HTTPAddress?
    package var format: Format
    /// Whether bars are drawn in plain ASCII, whatever the locale can.
    package var isASCII: Bool
    /// The pause between two reports; nil: there is one report.
    package var watch: Duration?

    package init(
        period: StatisticsPeriod = .today, grouping: StatisticsGrouping? = nil,
        server: String? = nil,
        database: String? = nil, url: HTTPAddress? = nil, format: Format = .table,
        isASCII: Bool = false, watch: Duration? = nil
    ) {
        self.period = period
        self.grouping = grouping
        self.server = server
        self.database = database
        self.url = url
        self.format = format
        self.isASCII = isASCII
        self.watch = watch
    }

    /// Where the database is.
    package var databasePath: String {
        database ?? DatabaseChoice.standardPath(for: server ?? DatabaseChoice.standardServer)
    }

    /// The question that is asked now; nil when its beginning would be after its end.
    package func question(now: Timestamp, _ calendar: LocalCalendar) -> StatisticsQuestion? {
        let (from, to) = period.bounds(now: now, calendar)
        if let from, from > to { return nil }
        var question = StatisticsQuestion(
            from: from, to: to, grouping: grouping, server: server, now: now, calendar: calendar)
        // Bars are of something: of hours as long as those fit on a screen.
        if format == .plot, grouping == nil {
            let start = from ?? Timestamp(milliseconds: .min)
            let isShort = calendar.days(in: max(start, to.days(-3))..<to).count <= 2
            question.grouping = isShort ? .hour : .day
        }
        return question
    }
}

extension Timestamp {
    fileprivate func days(_ count: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + count * 86_400_000)
    }
}
