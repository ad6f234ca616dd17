// The period of a report as it was requested. Clock and calendar come in when the report is made,
// because today becomes tomorrow.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A point in time as it was requested.
package enum StatisticsPoint: Hashable, Sendable {
    case time(Timestamp)
    /// The beginning of a day, at the place of the report.
    case day(CivilDate)
    /// This long before the report.
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

/// The period of a report as it was requested.
package enum StatisticsPeriod: Hashable, Sendable {
    case today
    case yesterday
    case day(CivilDate)
    case thisMonth
    case lastMonth
    case month(year: Int, month: Int)
    /// nil: from the first record on, and up to the report.
    case between(StatisticsPoint?, StatisticsPoint?)

    /// Where it begins and ends; the beginning is nil when everything from the first record on is
    /// meant, and may be after the end.
    package func bounds(
        now: Timestamp, _ calendar: LocalCalendar
    ) -> (from: Timestamp?, to: Timestamp) {
        func both(_ span: Range<Timestamp>) -> (from: Timestamp?, to: Timestamp) {
            (span.lowerBound, span.upperBound)
        }
        let today = calendar.local(now).date
        switch self {
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
}

// MARK: - In a query

extension StatisticsPoint {
    /// Reads an RFC 3339 time, `YYYY-MM-DD`, or how long ago; nil for anything else.
    init?(_ text: String) {
        if let time = Timestamp(rfc3339: text) {
            self = .time(time)
        } else if let day = CivilDate(day: text) {
            self = .day(day)
        } else if let span = Duration(span: text) {
            self = .ago(span)
        } else {
            return nil
        }
    }

    /// What `init` reads as this.
    var text: String {
        switch self {
        case .time(let time):
            var text = ByteBuffer()
            text.write(rfc3339: time)
            return text.text
        case .day(let date): return date.text
        case .ago(let span): return span.spanText
        }
    }
}

extension Duration {
    private static let units: KeyValuePairs<Character, Int64> = [
        "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1,
    ]

    /// What `init` reads as this, in the largest unit that there is a whole number of.
    fileprivate var spanText: String {
        let seconds = components.seconds
        let unit = Duration.units.first { seconds % $0.value == 0 }
        return unit.map { "\(seconds / $0.value)\($0.key)" } ?? "\(seconds)s"
    }

    /// Reads `90s`, `30m`, `12h`, `30d` or `2w`; nil for anything else, also for nothing at all.
    package init?(span text: String) {
        let digits = text.dropLast()
        guard let unit = Duration.units.first(where: { $0.key == text.last })?.value,
            (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits),
            count > 0
        else { return nil }
        self = .seconds(count * unit)
    }
}
