// Reports as people see them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatTestKit
import Testing

@Suite struct StatisticsRenderingTests {
    private let calendar = TestZones.berlin
    private let now = Timestamp(rfc3339: "2026-11-21T09:30:12Z") ?? Timestamp(milliseconds: 0)

    private func tally(_ attended: Int, _ lost: [LossReason: Int]) -> VisitTally {
        var tally = VisitTally()
        tally.attended = attended
        tally.lost = lost
        tally.approached = attended + tally.lostInTotal
        return tally
    }

    private func report(
        isEmpty: Bool = false, by grouping: StatisticsGrouping? = nil,
        span: Range<Timestamp>? = nil, rows: [StatisticsRow] = []
    ) -> StatisticsReport {
        let span = span ?? calendar.day(of: now)
        var presence = StatisticsPresence()
        guard !isEmpty else {
            return StatisticsReport(
                servers: [], at: now, span: span, figures: StatisticsFigures(),
                today: VisitTally(), month: VisitTally(), ever: VisitTally(), now: presence,
                grouping: grouping, rows: rows)
        }
        var today = tally(9, [.left: 1, .queueFull: 2])
        today.stars = [0, 0, 0, 2, 2]
        presence.waiting = 2
        presence.serving = 2
        presence.isServerRunning = true
        presence.clients = ["eve", "王\u{1B}[2J"].map {
            CurrentClient(
                nick: $0, server: "Server A", host: "Ann", isAttended: true,
                since: Timestamp(milliseconds: now.milliseconds - 200_000))
        }
        return StatisticsReport(
            servers: ["Server A"], at: now, span: span,
            figures: StatisticsFigures(
                tally: today, waits: TimesSummary(of: [0, 400, 12_000]),
                handling: TimesSummary(of: [63_000, 7_500_000])),
            today: today, month: tally(143, [.left: 10]), ever: tally(1043, [.expired: 87]),
            now: presence, grouping: grouping, rows: rows)
    }

    private func text(_ lines: [StyledText]) -> String {
        lines.map(\.plain).joined(separator: "\n")
    }

    @Test func aReportFitsOnAScreen() {
        #expect(
            text(StatisticsTable(calendar).lines(report())) == """
                Server A                                      2026-11-21 10:30:12 Z3600 (+01:00)
                today, 2026-11-21, Europe/Berlin

                  approached            12        attended today               9
                  attended               9        attended this month        143
                  lost                   3        approached in total       1130
                    left                 1        lost in total               87
                    queue_full           2        waiting now                  2
                                                  served now                   2

                  rating         4.5  of 4 ratings
                                5: 2      4: 2      3: 0      2: 0      1: 0

                                    p50        p90        p99   measured
                  wait            0.4 s       12 s       12 s          3
                  handling     1 m 03 s   2 h 05 m   2 h 05 m          2

                  current clients: eve (by Ann, 3 m 20 s), 王^[[2J (by Ann, 3 m 20 s)
                """)
    }

    @Test func whatIsNotKnownIsADash() {
        let lines = text(StatisticsTable(calendar).lines(report(isEmpty: true)))
        #expect(lines.hasPrefix("no server yet  "))
        #expect(lines.contains("rating           -  of 0 ratings\n"))
        #expect(lines.contains("wait                -          -          -          0"))
    }

    @Test func whoWasThereWhenTheServerEndedIsSaidToHaveBeen() {
        func shown(_ isRunning: Bool?) -> Bool {
            let report = report()
            var now = report.now
            now.isServerRunning = isRunning
            let changed = StatisticsReport(
                servers: [], at: report.at, span: report.span, figures: report.figures,
                today: report.today, month: report.month, ever: report.ever, now: now)
            return text(StatisticsTable(calendar).lines(changed)).contains("no server is running")
        }
        #expect(shown(false))
        #expect(!shown(true) && !shown(nil))
    }

    @Test func manyNamesAreCut() {
        let report = report()
        var now = report.now
        now.serving = 5000
        now.clients = (0..<1000).map {
            CurrentClient(
                nick: "client#\($0)", server: "A", host: "A", isAttended: true, since: report.at)
        }
        let changed = StatisticsReport(
            servers: ["A"], at: report.at, span: report.span, figures: report.figures,
            today: report.today, month: report.month, ever: report.ever, now: now)
        let lines = StatisticsTable(calendar).lines(changed).map(\.plain)
        #expect(lines.count < 30)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.last?.hasPrefix("    and 49") == true)
    }

    private func day(_ month: Int, _ day: Int) -> Range<Timestamp> {
        calendar.day(CivilDate(year: 2026, month: month, day: day))
    }

    /// A row for each hour of a day, with more and more in it.
    private func hours(_ span: Range<Timestamp>) -> [StatisticsRow] {
        calendar.hours(in: span).enumerated().map { index, hour in
            StatisticsRow(
                span: hour,
                figures: StatisticsFigures(
                    tally: tally(index * 3, index % 5 == 0 ? [:] : [.left: 1])))
        }
    }

    @Test func hoursThatComeTwiceAreToldApart() {
        let span = day(10, 25)
        let lines = StatisticsTable(calendar).lines(
            report(by: .hour, span: span, rows: hours(span))
        ).map(\.plain)
        #expect(lines.contains { $0.hasPrefix("  02:00+02:00 ") })
        #expect(lines.contains { $0.hasPrefix("  02:00+01:00 ") })
        let ordinary = StatisticsTable(calendar).lines(
            report(by: .hour, span: day(11, 21), rows: hours(day(11, 21)))
        ).map(\.plain)
        #expect(ordinary.contains { $0.hasPrefix("  02:00  ") })
    }

    @Test(arguments: [nil, 40, 80, 200])
    func barsAreAsLongAsWhatTheyMean(width: Int?) throws {
        let span = day(11, 21)
        let rows = hours(span)
        let widest = width ?? 80
        for pen in [StatisticsPlot.Pen.blocks, .ascii] {
            let lines = StatisticsPlot(calendar, width: width, pen: pen)
                .lines(report(by: .hour, span: span, rows: rows)).map(\.plain)
            #expect(lines.allSatisfy { $0.count <= max(widest, 55) || $0.hasPrefix("Server") })
            let bars = lines.suffix(24).map { $0.dropFirst(23) }
            #expect(bars[bars.startIndex] == "")
            let lengths = bars.map(\.count)
            #expect(zip(lengths, lengths.dropFirst()).allSatisfy { $1 >= $0 - 1 })
            #expect(lengths.last == lengths.max())
            // What is not nothing can be seen.
            for (bar, row) in zip(bars, rows) {
                let lost = bar.count { $0 == "░" || $0 == "-" }
                #expect((lost > 0) == (row.figures.tally.lostInTotal > 0))
                #expect((bar.count > lost) == (row.figures.tally.attended > 0))
            }
        }
    }

    @Test func barsAreDrawnInEighths() {
        let rows = [1, 2, 3, 4].map {
            StatisticsRow(span: day(11, 20 + $0), figures: StatisticsFigures(tally: tally($0, [:])))
        }
        let lines = StatisticsPlot(calendar, width: 43, pen: .blocks).lines(
            report(by: .day, span: day(11, 21), rows: rows)
        ).map(\.plain)
        #expect(
            lines.suffix(4) == [
                "2026-11-21        1      0  ███▊", "2026-11-22        2      0  ███████▌",
                "2026-11-23        3      0  ███████████▎",
                "2026-11-24        4      0  ███████████████",
            ])
    }

    @Test func oneAmongVeryManyCanBeSeen() {
        let rows = [(1_000_000, 1), (1, 1_000_000), (0, 1), (1, 0), (0, 0)].map {
            StatisticsRow(
                span: day(11, 21), figures: StatisticsFigures(tally: tally($0.0, [.left: $0.1])))
        }
        let bars = StatisticsPlot(calendar, pen: .ascii).lines(
            report(by: .day, span: day(11, 21), rows: rows)
        ).suffix(5).map { $0.plain.dropFirst(28) }
        #expect(bars[0].hasSuffix("#-") && bars[1].hasPrefix("#-"))
        #expect(bars[2] == "-" && bars[3] == "#" && bars[4] == "")
        #expect(bars.allSatisfy { $0.count <= 52 })
    }

    @Test(
        arguments: [
            (0, "0 s"), (449, "0.4 s"), (950, "1 s"), (1250, "1.3 s"), (9940, "9.9 s"),
            (9960, "10 s"),
            (12_499, "12 s"), (59_500, "1 m 00 s"), (63_000, "1 m 03 s"), (3_599_600, "1 h 00 m"),
            (7_500_000, "2 h 05 m"), (90_000_000, "1 d 01 h"), (Int64.max, "106751991167 d 07 h"),
        ] as [(Int64, String)])
    func timesAreAsExactAsOneWantsToReadThem(milliseconds: Int64, text: String) {
        #expect(StatisticsText.duration(milliseconds) == text)
    }

    @Test func spansAreCalledByTheirNames() throws {
        let text = StatisticsText(calendar: calendar)
        #expect(text.span(day(11, 21), now: now) == "today, 2026-11-21")
        #expect(text.span(day(11, 20), now: now) == "2026-11-20")
        #expect(text.span(calendar.month(of: now), now: now) == "November 2026")
        let since = try #require(Timestamp(rfc3339: "2026-10-24T23:30:00Z"))
        #expect(text.span(since..<now, now: now) == "2026-10-25 01:30 to 2026-11-21 10:30")
    }
}
