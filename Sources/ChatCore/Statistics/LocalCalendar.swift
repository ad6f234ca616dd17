// Days, months and hours as people at one place live them: which span of time a local day is. The
// zone is a function of time, so that every zone can be tested anywhere. Invariants: consecutive
// days touch and never overlap, so do hours; a day has 23, 24, 25 hours, or what else its zone
// makes of it.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What is in force in a zone at some time.
package struct ZoneOffset: Hashable, Sendable {
    /// Seconds east of Greenwich.
    package let seconds: Int
    /// `CET`, `CEST`; in zones without letters, the offset again.
    package let abbreviation: String

    package init(seconds: Int, abbreviation: String) {
        self.seconds = seconds
        self.abbreviation = abbreviation
    }

    /// `+01:00`.
    package var text: String {
        let minutes = abs(seconds) / 60
        let hour = (minutes / 60).twoDigits
        return (seconds < 0 ? "-" : "+") + hour + ":" + (minutes % 60).twoDigits
    }
}

/// The calendar of one time zone.
package struct LocalCalendar: Sendable, CustomStringConvertible {
    package typealias Zone = @Sendable (Timestamp) -> ZoneOffset

    /// `Europe/Berlin`; nil when the zone has no name.
    package let name: String?
    private let zone: Zone

    /// - Parameter zone: which offset is in force when. Two changes are assumed to be more than
    ///   three days apart.
    package init(name: String?, zone: @escaping Zone) {
        self.name = name
        self.zone = zone
    }

    package var description: String { name ?? "local time" }

    /// What is in force at `time`.
    package func offset(at time: Timestamp) -> ZoneOffset { zone(time) }

    /// The local date and the second of its day; a second that comes twice has one answer.
    package func local(_ time: Timestamp) -> (date: CivilDate, second: Int) {
        let seconds = LocalCalendar.second(of: time)
        let local = seconds + offset(atSecond: seconds)
        let ofDay = ((local % 86_400) + 86_400) % 86_400
        return (CivilDate(daysSinceEpoch: (local - ofDay) / 86_400), ofDay)
    }

    // MARK: - Spans

    /// The local day that `time` is in.
    package func day(of time: Timestamp) -> Range<Timestamp> {
        let date = local(time).date
        // Where the clock is put back over midnight, the moments before are still of the old day.
        let span = day(date)
        return time < span.lowerBound ? day(date.adding(days: -1)) : span
    }

    /// A local day.
    package func day(_ date: CivilDate) -> Range<Timestamp> {
        start(of: date)..<start(of: date.adding(days: 1))
    }

    /// The local month that `time` is in.
    package func month(of time: Timestamp) -> Range<Timestamp> {
        let date = local(time).date
        let span = month(year: date.year, month: date.month)
        guard time < span.lowerBound else { return span }
        let before = date.adding(days: -1)
        return month(year: before.year, month: before.month)
    }

    /// A local month; 1 is January.
    package func month(year: Int, month: Int) -> Range<Timestamp> {
        let first = CivilDate(year: year, month: month, day: 1)
        let next =
            month == 12
            ? CivilDate(year: year + 1, month: 1, day: 1)
            : CivilDate(year: year, month: month + 1, day: 1)
        return start(of: first)..<start(of: next)
    }

    /// The days of a span, the first and the last one cut to it.
    package func days(in span: Range<Timestamp>) -> [Range<Timestamp>] {
        pieces(of: span) { day(of: $0).upperBound }
    }

    /// The hours of a span, the first and the last one cut to it. An hour ends where the local
    /// clock shows a full hour or is changed.
    package func hours(in span: Range<Timestamp>) -> [Range<Timestamp>] {
        pieces(of: span) { hourEnd(after: $0) }
    }

    private func pieces(
        of span: Range<Timestamp>, end: (Timestamp) -> Timestamp
    ) -> [Range<Timestamp>] {
        var pieces: [Range<Timestamp>] = []
        var start = span.lowerBound
        while start < span.upperBound {
            let next = min(end(start), span.upperBound)
            // Beyond the years that calendars have, nothing moves on.
            guard next > start else { break }
            pieces.append(start..<next)
            start = next
        }
        return pieces
    }

    private func hourEnd(after time: Timestamp) -> Timestamp {
        let second = LocalCalendar.second(of: time)
        let before = offset(atSecond: second)
        let inHour = (((second + before) % 3600) + 3600) % 3600
        let full = second + 3600 - inHour
        guard offset(atSecond: full) != before else { return Timestamp(second: full) }
        return Timestamp(second: change(after: second, before: full))
    }

    // MARK: - Where a day begins

    /// The first moment from which on the local date is never before `date` again.
    private func start(of date: CivilDate) -> Timestamp {
        let midnight = date.daysSinceEpoch * 86_400
        let (early, late) = (midnight - 36 * 3600, midnight + 36 * 3600)
        let (before, after) = (offset(atSecond: early), offset(atSecond: late))
        guard before != after else { return Timestamp(second: midnight - before) }
        let change = change(after: early, before: late)
        if change + after < midnight { return Timestamp(second: midnight - after) }
        // Either midnight was before the change, or the clock was put forward over it.
        return Timestamp(second: min(midnight - before, change))
    }

    /// The second with which another offset comes into force, between two that have different ones.
    private func change(after early: Int, before late: Int) -> Int {
        let before = offset(atSecond: early)
        var (low, high) = (early, late)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(atSecond: middle) == before { low = middle } else { high = middle }
        }
        return high
    }

    private func offset(atSecond second: Int) -> Int { zone(Timestamp(second: second)).seconds }

    /// Times outside years 0–9999 are clamped.
    private static func second(of time: Timestamp) -> Int {
        let clamped = min(max(time.milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        return Int((clamped - ((clamped % 1000) + 1000) % 1000) / 1000)
    }
}

extension Timestamp {
    fileprivate init(second: Int) { self.init(milliseconds: Int64(second) * 1000) }
}

extension CivilDate {
    /// The date this many days later.
    package func adding(days: Int) -> CivilDate {
        CivilDate(daysSinceEpoch: daysSinceEpoch + days)
    }

    /// Whether any calendar has it: there is no 30 February.
    package var exists: Bool {
        (1...12).contains(month) && (1...31).contains(day)
            && CivilDate(daysSinceEpoch: daysSinceEpoch) == self
    }

    /// `2026-11-21`.
    package var text: String {
        let digits = String(max(0, year))
        let year = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "\(year)-\(month.twoDigits)-\(day.twoDigits)"
    }
}

extension Int {
    /// A natural number, in two digits at least.
    var twoDigits: String { self < 10 ? "0\(self)" : "\(self)" }
}
