// What `chatkit stats` was asked for, validated. Clock and zone come in when a report is made: with
// `--watch` today becomes tomorrow.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A point in time as it was given.
package enum StatsPoint: Hashable, Sendable {
    case time(Timestamp)
    /// The beginning of a day, where the user is.
    case day(CivilDate)
    /// So long before the report.
    case ago(Duration)

    /// The time that is meant.
    package func time(now: Timestamp, _ calendar: LocalCalendar) -> Timestamp {
        switch self {
        case .time(let time): time
        case .day(let date): calendar.day(date).lowerBound
        case .ago(let duration):
            Timestamp(milliseconds: now.milliseconds &- duration.wholeMilliseconds)
        }
    }
}

/// The span of a report as it was given.
package enum StatsPeriod: Hashable, Sendable {
    case today
    case yesterday
    case day(CivilDate)
    case thisMonth
    case lastMonth
    case month(year: Int, month: Int)
    /// nil: from the first record on, and up to the report.
    case between(StatsPoint?, StatsPoint?)
}

/// Everything `stats` needs to know.
package struct StatsConfiguration: Sendable {
    /// How reports look.
    package enum Format: String, Sendable, CaseIterable { case table, json, csv, plot }

    package var period: StatsPeriod
    package var grouping: StatisticsGrouping?
    /// Of this server alone.
    package var server: String?
    /// The database; nil: the standard one of `server`.
    package var database: String?
    package var format: Format
    /// Whether bars are drawn in plain ASCII, whatever the locale can.
    package var isASCII: Bool
    /// The pause between two reports; nil: there is one report.
    package var watch: Duration?

    package init(
        period: StatsPeriod = .today, grouping: StatisticsGrouping? = nil, server: String? = nil,
        database: String? = nil, format: Format = .table, isASCII: Bool = false,
        watch: Duration? = nil
    ) {
        self.period = period
        self.grouping = grouping
        self.server = server
        self.database = database
        self.format = format
        self.isASCII = isASCII
        self.watch = watch
    }

    /// Where the database is.
    package var databasePath: String {
        database ?? ServerConfiguration.standardPath(for: server ?? ServerConfiguration().name)
    }

    /// The question that is asked now; nil when its beginning would be after its end.
    package func question(now: Timestamp, _ calendar: LocalCalendar) -> StatisticsQuestion? {
        let (from, to) = bounds(now: now, calendar)
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

    private func bounds(
        now: Timestamp, _ calendar: LocalCalendar
    ) -> (from: Timestamp?, to: Timestamp) {
        func both(_ span: Range<Timestamp>) -> (from: Timestamp?, to: Timestamp) {
            (span.lowerBound, span.upperBound)
        }
        let today = calendar.local(now).date
        switch period {
        case .today: return both(calendar.day(of: now))
        case .yesterday: return both(calendar.day(today.adding(days: -1)))
        case .day(let date): return both(calendar.day(date))
        case .thisMonth: return both(calendar.month(of: now))
        case .lastMonth:
            let last = CivilDate(year: today.year, month: today.month, day: 1).adding(days: -1)
            return both(calendar.month(year: last.year, month: last.month))
        case .month(let year, let month): return both(calendar.month(year: year, month: month))
        case .between(let since, let until):
            return (
                since?.time(now: now, calendar).clamped,
                until?.time(now: now, calendar).clamped ?? now
            )
        }
    }
}

extension Timestamp {
    /// Within the years that calendars have.
    fileprivate var clamped: Timestamp {
        Timestamp(milliseconds: min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999))
    }

    fileprivate func days(_ count: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + count * 86_400_000)
    }
}
