// How figures, times and spans are written for people. Pure.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Words and numbers of reports.
package struct StatisticsText: Sendable {
    /// What is not known.
    package static let unknown = "-"

    package let calendar: LocalCalendar

    package init(calendar: LocalCalendar) { self.calendar = calendar }

    /// `0.4 s`, `12 s`, `3 m 20 s`, `2 h 05 m`, `3 d 04 h`.
    package static func duration(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return unknown }
        if milliseconds < 10_000 {
            let tenths = (milliseconds + 50) / 100
            return tenths % 10 == 0 || tenths >= 100
                ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
        }
        let seconds = milliseconds / 1000 + (milliseconds % 1000 >= 500 ? 1 : 0)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) m \(two(seconds % 60)) s"
        case ..<86_400: return "\(seconds / 3600) h \(two(seconds / 60 % 60)) m"
        default: return "\(seconds / 86_400) d \(two(seconds / 3600 % 24)) h"
        }
    }

    /// `4.5`, with one digit after the point.
    package static func rating(_ average: Double?) -> String {
        guard let average else { return unknown }
        let tenths = Int((average * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// `2026-11-21`.
    package func date(_ time: Timestamp) -> String { calendar.local(time).date.text }

    /// `10:30`, and with `seconds` `10:30:12`.
    package func clock(_ time: Timestamp, seconds: Bool = false) -> String {
        let second = Int64(calendar.local(time).second)
        let minutes =
            "\(StatisticsText.two(second / 3600)):\(StatisticsText.two(second / 60 % 60))"
        return seconds ? minutes + ":" + StatisticsText.two(second % 60) : minutes
    }

    /// `2026-11-21 10:30:12 CET (+01:00)`: an abbreviation alone can mean many zones.
    package func moment(_ time: Timestamp) -> String {
        "\(date(time)) \(clock(time, seconds: true)) \(zone(at: time))"
    }

    /// `CET (+01:00)`.
    package func zone(at time: Timestamp) -> String {
        let offset = calendar.offset(at: time)
        let isNumber = offset.abbreviation.first.map { "+-0123456789".contains($0) } ?? true
        return isNumber ? offset.text : "\(offset.abbreviation) (\(offset.text))"
    }

    /// `today, 2026-11-21`, `November 2026`, `2026-11-01 00:00 to 2026-11-15 12:30`.
    package func span(_ span: Range<Timestamp>, now: Timestamp) -> String {
        let from = span.lowerBound
        if span == calendar.day(of: from) {
            return span.contains(now) ? "today, \(date(from))" : date(from)
        }
        if span == calendar.month(of: from) {
            let first = calendar.local(from).date
            return "\(StatisticsText.months[first.month - 1]) \(first.year)"
        }
        let to = span.upperBound
        return "\(date(from)) \(clock(from)) to \(date(to)) \(clock(to))"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    /// What the rows of a report are called: hours of one day by their clock, and where that shows
    /// one twice, with their offset.
    package func labels(_ report: StatisticsReport) -> [String] {
        let rows = report.rows
        switch report.grouping {
        case nil: return []
        case .server: return rows.map { VisibleText.harmless($0.server ?? "") }
        case .day: return rows.map { date($0.span.lowerBound) }
        case .hour:
            let starts = rows.map(\.span.lowerBound)
            let isOneDay = Set(starts.map(date)).count <= 1
            let offsets = starts.map { calendar.offset(at: $0).text }
            let isOneZone = Set(offsets).count <= 1
            return zip(starts, offsets).map { start, offset in
                (isOneDay ? "" : date(start) + " ") + clock(start) + (isOneZone ? "" : offset)
            }
        }
    }
}

extension String {
    /// Filled up with spaces in front.
    func padded(left width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    /// Filled up with spaces behind, by the columns that a terminal takes.
    func padded(right width: Int, _ columns: (String) -> Int = \.count) -> String {
        self + String(repeating: " ", count: max(0, width - columns(self)))
    }
}
