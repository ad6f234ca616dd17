// What somebody outside wants to know of the visits: the words of a query made into a span and its parts.
// Days and months are the server's, whose shell knows the zone.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a report over HTTP is to be about.
package struct StatisticsWish: Hashable, Sendable {
    package enum Period: Hashable, Sendable {
        case today
        case day(CivilDate)
        case month(year: Int, month: Int)
        /// nil: from the first record on, and up to now.
        case between(Timestamp?, Timestamp?)
    }

    package var period: Period
    package var grouping: StatisticsGrouping?
    /// Of this server alone.
    package var server: String?

    package init(
        period: Period = .today, grouping: StatisticsGrouping? = nil, server: String? = nil
    ) {
        self.period = period
        self.grouping = grouping
        self.server = server
    }

    /// Which parameter is not what it must be, and what that is.
    package struct BadParameter: Error, Hashable, Sendable {
        package let name: String
        package let need: String
    }

    /// Reads parameters by their names; nil is one that is not there.
    package init(_ parameter: (String) -> String?) throws(BadParameter) {
        self.init()
        if let by = parameter("by") {
            grouping = StatisticsGrouping(rawValue: by)
            if grouping == nil { throw BadParameter(name: "by", need: "day, hour or server") }
        }
        server = parameter("server")
        if let text = parameter("day") {
            guard let day = CivilDate(day: text) else {
                throw BadParameter(name: "day", need: "a day such as 2026-11-21")
            }
            period = .day(day)
        } else if let text = parameter("month") {
            guard let first = CivilDate(day: text + "-01") else {
                throw BadParameter(name: "month", need: "a month such as 2026-11")
            }
            period = .month(year: first.year, month: first.month)
        } else if parameter("since") != nil || parameter("until") != nil {
            let since = try StatisticsWish.time("since", parameter)
            let until = try StatisticsWish.time("until", parameter)
            period = .between(since, until)
        }
    }

    private static func time(
        _ name: String, _ parameter: (String) -> String?
    ) throws(BadParameter) -> Timestamp? {
        guard let text = parameter(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw BadParameter(name: name, need: "a time such as 2026-11-21T09:30:00Z")
        }
        return time
    }
}

extension CivilDate {
    /// Reads `YYYY-MM-DD`; nil for anything else, also for days that no month has.
    package init?(day text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            year > 0, (1...12).contains(month), day > 0
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
        self = date
    }
}
