// A report is read as it was written, and nothing else is a report.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Reading reports")
struct StatisticsReaderTests {
    /// Where clocks are put forward at one o'clock of 29 March 2026, UTC.
    private static let change = Timestamp(milliseconds: 1_774_746_000_000)

    private let calendar = LocalCalendar(name: "Europe/Berlin") { time in
        time < StatisticsReaderTests.change
            ? ZoneOffset(seconds: 3600, abbreviation: "CET")
            : ZoneOffset(seconds: 7200, abbreviation: "CEST")
    }

    private func report(rows: Bool) -> StatisticsReport {
        var tally = VisitTally()
        tally.approached = 12
        tally.attended = 7
        tally.lost = [.left: 2, .serverGone: 1]
        tally.stars = [0, 1, 0, 2, 1]
        var attended = VisitTally()
        attended.attended = 3
        let figures = StatisticsFigures(
            tally: tally, waits: TimesSummary(of: [1, 2, 30_000]), handling: .none)
        let span = calendar.day(CivilDate(year: 2026, month: 3, day: 29))
        var now = StatisticsPresence()
        now.isServerRunning = true
        now.waiting = 1
        now.serving = 2
        now.clients = [
            CurrentClient(
                nick: "zoë", server: "Server A", host: "Ann", isAttended: true,
                since: span.lowerBound)
        ]
        let hours = calendar.hours(in: span)
        return StatisticsReport(
            servers: ["Server A", "B"], at: StatisticsReaderTests.change, span: span,
            figures: figures, today: attended, month: attended, ever: tally, now: now,
            grouping: rows ? .hour : nil,
            rows: rows ? hours.map { StatisticsRow(span: $0, figures: figures) } : [])
    }

    private func read(_ text: String) -> ToldStatistics? {
        (try? JSONReader.value(in: text)).flatMap(StatisticsReader.read)
    }

    @Test("a report is read as it was written", arguments: [false, true])
    func roundTrip(rows: Bool) throws {
        let report = report(rows: rows)
        let text = StatisticsJSON(calendar).text(report)
        let told = try #require(read(text))
        #expect(told.report == report)
        // As much of the zone as its times tell.
        #expect(told.calendar.name == "Europe/Berlin")
        #expect(told.calendar.offset(at: report.at) == calendar.offset(at: report.at))
        #expect(StatisticsJSON(told.calendar).text(told.report) == text)
        #expect(
            StatisticsCSV(told.calendar).records(report) == StatisticsCSV(calendar).records(report))
    }

    @Test("what lacks a part or has another one in its place is no report")
    func malformed() throws {
        let text = StatisticsJSON(calendar).text(report(rows: true))
        #expect(read("{}") == nil && read("[]") == nil)
        for (part, other) in [
            ("\"v\":1", "\"v\":2"), ("\"approached\":12", "\"approached\":-1"),
            ("\"approached\":12", "\"approached\":9223372036854775807"),
            ("\"stars\":[0,1,0,2,1]", "\"stars\":[0,1,0,2]"),
            ("\"servers\":[", "\"servers\":[1,"), ("\"by\":\"hour\"", "\"by\":\"week\""),
            ("\"p50\":2", "\"p50\":\"2\""), ("\"offset\":\"+02:00\"", "\"offset\":\"+01:00\""),
            ("\"wait_ms\"", "\"wait\""),
            ("2026-03-29T00:00:00.000+01:00", "2026-03-31T00:00:00.000+01:00"),
            ("\"abbreviation\":\"CEST\"", "\"abbreviation\":\"\u{9B}2J\""),
        ] {
            let found = try #require(text.range(of: part))
            let changed = text[..<found.lowerBound] + other + text[found.upperBound...]
            let isNone = read(String(changed)) == nil
            #expect(isNone, "\(part) \(other)")
        }
    }
}

extension String {
    /// Where `part` first stands.
    fileprivate func range(of part: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(part) }.map { start in
            start..<(index(start, offsetBy: part.count))
        }
    }
}
