// A report back from the object that `StatisticsJSON` writes, with the calendar of the place where
// it was made, as far as its own times tell of it. What is not exactly such an object is no report;
// members of later versions are passed over. Invariant: no number is so great that adding up a
// report's numbers could overflow.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A report that another process made.
package struct ToldStatistics: Sendable {
    package let report: StatisticsReport
    package let calendar: LocalCalendar
}

/// Reads reports.
package struct StatisticsReader {
    /// Why a value is not a report.
    private struct Malformed: Error {}

    /// Counts that JavaScript counts exactly, and a report adds up.
    private static let counts: ClosedRange<Int64> = 0...(1 << 53)

    /// Offsets in force at the times that were read.
    private var offsets: [Timestamp: String] = [:]

    private init() {}

    /// The report in `value`; nil when it is not one.
    package static func read(_ value: JSONValue) -> ToldStatistics? {
        var reader = StatisticsReader()
        return try? reader.told(value)
    }

    private mutating func told(_ value: JSONValue) throws(Malformed) -> ToldStatistics {
        let object = try object(value)
        guard object["v"]?.integer == Int64(StatisticsJSON.version) else { throw Malformed() }
        let at = try time(object["at"])
        var today = VisitTally()
        today.attended = try count(object["attended_today"])
        var month = VisitTally()
        month.attended = try count(object["attended_this_month"])
        var grouping: StatisticsGrouping?
        var rows: [StatisticsRow] = []
        if let by = object["by"] {
            grouping = by.string.flatMap { StatisticsGrouping(rawValue: $0) }
            guard grouping != nil else { throw Malformed() }
            for row in try array(object["rows"]) {
                let row = try self.object(row)
                rows.append(
                    StatisticsRow(
                        span: try span(row), server: try row["server"].map(text),
                        figures: try figures(row)))
            }
        }
        let report = StatisticsReport(
            servers: try array(object["servers"]).map(text), at: at, span: try span(object),
            figures: try figures(object), today: today, month: month,
            ever: try tally(self.object(object["ever"])),
            now: try presence(self.object(object["now"])), grouping: grouping, rows: rows)
        return ToldStatistics(
            report: report, calendar: try calendar(self.object(object["zone"]), at: at))
    }

    // MARK: - Parts

    private mutating func span(_ object: JSONObject) throws(Malformed) -> Range<Timestamp> {
        let (from, to) = (try time(object["from"]), try time(object["to"]))
        guard from <= to else { throw Malformed() }
        return from..<to
    }

    private func figures(_ object: JSONObject) throws(Malformed) -> StatisticsFigures {
        StatisticsFigures(
            tally: try tally(object), waits: try times(self.object(object["wait_ms"])),
            handling: try times(self.object(object["handling_ms"])))
    }

    private func tally(_ object: JSONObject) throws(Malformed) -> VisitTally {
        var tally = VisitTally()
        tally.approached = try count(object["approached"])
        tally.attended = try count(object["attended"])
        let lost = try self.object(object["lost"])
        for reason in LossReason.allCases {
            let number = try count(lost[reason.rawValue])
            if number > 0 { tally.lost[reason] = number }
        }
        let stars = try array(self.object(object["rating"])["stars"])
        guard stars.count == tally.stars.count else { throw Malformed() }
        tally.stars = try stars.map(count)
        return tally
    }

    private func times(_ object: JSONObject) throws(Malformed) -> TimesSummary {
        TimesSummary(
            count: try count(object["count"]), p50: try milliseconds(object["p50"]),
            p90: try milliseconds(object["p90"]), p99: try milliseconds(object["p99"]))
    }

    private mutating func presence(_ object: JSONObject) throws(Malformed) -> StatisticsPresence {
        var now = StatisticsPresence()
        now.isServerRunning = object["running"]?.bool
        now.waiting = try count(object["waiting"])
        now.serving = try count(object["serving"])
        for client in try array(object["clients"]).prefix(StatisticsPresence.mostListed) {
            let client = try self.object(client)
            guard let isAttended = client["attended"]?.bool else { throw Malformed() }
            now.clients.append(
                CurrentClient(
                    nick: try text(client["nick"]), server: try text(client["server"]),
                    host: try text(client["host"]), isAttended: isAttended,
                    since: try time(client["since"])))
        }
        return now
    }

    // MARK: - Values

    private func object(_ value: JSONValue?) throws(Malformed) -> JSONObject {
        guard let object = value?.object else { throw Malformed() }
        return object
    }

    private func array(_ value: JSONValue?) throws(Malformed) -> [JSONValue] {
        guard let array = value?.array else { throw Malformed() }
        return array
    }

    private func text(_ value: JSONValue?) throws(Malformed) -> String {
        guard let text = value?.string else { throw Malformed() }
        return text
    }

    private func count(_ value: JSONValue?) throws(Malformed) -> Int {
        guard let number = value?.integer, StatisticsReader.counts.contains(number) else {
            throw Malformed()
        }
        return Int(number)
    }

    private func milliseconds(_ value: JSONValue?) throws(Malformed) -> Int64? {
        value?.isNull == true ? nil : Int64(try count(value))
    }

    /// Reads a time, and keeps the offset that it was written with.
    private mutating func time(_ value: JSONValue?) throws(Malformed) -> Timestamp {
        let text = try text(value)
        guard let time = Timestamp(rfc3339: text) else { throw Malformed() }
        offsets[time] = text.utf8.last == UInt8(ascii: "Z") ? "+00:00" : String(text.suffix(6))
        return time
    }

    // MARK: - The calendar

    /// The calendar of the place: the offset of a time is that of the last one before it in the
    /// report.
    private func calendar(
        _ zone: JSONObject, at: Timestamp
    ) throws(Malformed) -> LocalCalendar {
        let (abbreviation, own) = (try text(zone["abbreviation"]), try text(zone["offset"]))
        guard offsets[at] == own, abbreviation.utf8.count <= 16,
            abbreviation.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Malformed() }
        var known: [(from: Timestamp, offset: ZoneOffset)] = []
        for (time, text) in offsets.sorted(by: { $0.key < $1.key }) {
            guard known.last?.offset.text != text else { continue }
            guard let seconds = StatisticsReader.seconds(text) else { throw Malformed() }
            let name = text == own ? abbreviation : text
            known.append((time, ZoneOffset(seconds: seconds, abbreviation: name)))
        }
        let first = known.first?.offset ?? ZoneOffset(seconds: 0, abbreviation: "UTC")
        let name = zone["name"]?.string.map { String($0.prefix(64)) }
        let steps = known
        return LocalCalendar(name: name) { time in
            steps.last { $0.from <= time }?.offset ?? first
        }
    }

    /// The seconds of `+01:00`.
    private static func seconds(_ text: String) -> Int? {
        let parts = text.dropFirst().split(separator: ":").map { Int($0) ?? .max }
        guard parts.count == 2, parts[0] < 24, parts[1] < 60, parts[0] >= 0, parts[1] >= 0 else {
            return nil
        }
        let seconds = parts[0] * 3600 + parts[1] * 60
        return text.hasPrefix("-") ? -seconds : seconds
    }
}
