// What somebody outside wants to know of the visits: the words of a query made into a span and its
// parts, and back. Days and months are the server's, whose shell knows the zone.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a report over HTTP is to be about.
package struct StatisticsWish: Hashable, Sendable {
    package var period: StatisticsPeriod
    package var grouping: StatisticsGrouping?
    /// Of this server alone.
    package var server: String?

    package init(
        period: StatisticsPeriod = .today, grouping: StatisticsGrouping? = nil,
        server: String? = nil
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
            switch text {
            case "today": period = .today
            case "yesterday": period = .yesterday
            default:
                guard let day = CivilDate(day: text) else {
                    throw BadParameter(
                        name: "day", need: "a day such as 2026-11-21, today or yesterday")
                }
                period = .day(day)
            }
        } else if let text = parameter("month") {
            switch text {
            case "this": period = .thisMonth
            case "last": period = .lastMonth
            default:
                guard let first = CivilDate(day: text + "-01") else {
                    throw BadParameter(
                        name: "month", need: "a month such as 2026-11, this or last")
                }
                period = .month(year: first.year, month: first.month)
            }
        } else if parameter("since") != nil || parameter("until") != nil {
            let since = try StatisticsWish.point("since", parameter)
            let until = try StatisticsWish.point("until", parameter)
            period = .between(since, until)
        }
    }

    private static func point(
        _ name: String, _ parameter: (String) -> String?
    ) throws(BadParameter) -> StatisticsPoint? {
        guard let text = parameter(name) else { return nil }
        guard let point = StatisticsPoint(text) else {
            throw BadParameter(
                name: name,
                need: "a time such as 2026-11-21T09:30:00Z, a day, or 2h for so long ago")
        }
        return point
    }

    /// The parameters that are read as this.
    package var parameters: [(name: String, value: String)] {
        var all: [(name: String, value: String)] = []
        switch period {
        case .today: all.append(("day", "today"))
        case .yesterday: all.append(("day", "yesterday"))
        case .day(let date): all.append(("day", date.text))
        case .thisMonth: all.append(("month", "this"))
        case .lastMonth: all.append(("month", "last"))
        case .month(let year, let month):
            let first = CivilDate(year: year, month: month, day: 1)
            all.append(("month", String(first.text.dropLast(3))))
        case .between(let since, let until):
            if let since { all.append(("since", since.text)) }
            if let until { all.append(("until", until.text)) }
        }
        if let grouping { all.append(("by", grouping.rawValue)) }
        if let server { all.append(("server", server)) }
        return all
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
