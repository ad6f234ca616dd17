// A report for people: a screenful of 80 columns, and a table of rows when they were asked for. Pure.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Renders reports as text.
package struct StatisticsTable: Sendable {
    private let text: StatisticsText
    private let width: Int
    private let columns: @Sendable (String) -> Int

    package static let standardWidth = 80
    package static let widest = 120

    /// - Parameters:
    ///   - width: the terminal's, in columns; nil without one.
    ///   - columns: how many a text takes.
    package init(
        _ calendar: LocalCalendar, width: Int? = nil,
        columns: @escaping @Sendable (String) -> Int = \.count
    ) {
        text = StatisticsText(calendar: calendar)
        self.width = min(max(width ?? StatisticsTable.standardWidth, 40), StatisticsTable.widest)
        self.columns = columns
    }

    /// The whole report.
    package func lines(_ report: StatisticsReport) -> [StyledText] {
        var lines = head(report) + [StyledText()] + figures(report)
        lines += [StyledText()] + rating(report.figures.tally) + [StyledText()]
        lines += times(report.figures)
        let people = clients(report)
        if !people.isEmpty { lines += [StyledText()] + people }
        if report.grouping != nil { lines += [StyledText()] + rows(report) }
        return lines
    }

    /// Who it is about, when it was made, and of what.
    func head(_ report: StatisticsReport) -> [StyledText] {
        let names = VisibleText.harmless(report.servers.joined(separator: ", "))
        let moment = text.moment(report.at)
        var first = StyledText(names.isEmpty ? "no server yet" : names, .bold)
        let gap = width - columns(first.plain) - moment.count
        first.append(String(repeating: " ", count: max(2, gap)) + moment)
        var second = StyledText(text.span(report.span, now: report.at))
        if let name = text.calendar.name { second.append(", \(name)", .faint) }
        return [first, second]
    }

    private func figures(_ report: StatisticsReport) -> [StyledText] {
        let tally = report.figures.tally
        var left = [
            ("approached", tally.approached), ("attended", tally.attended),
            ("lost", tally.lostInTotal),
        ]
        for reason in LossReason.allCases {
            guard let count = tally.lost[reason], count > 0 else { continue }
            left.append(("  " + reason.rawValue, count))
        }
        let right = [
            ("attended today", report.today.attended),
            ("attended this month", report.month.attended),
            ("approached in total", report.ever.approached),
            ("lost in total", report.ever.lostInTotal), ("waiting now", report.now.waiting),
            ("served now", report.now.serving),
        ]
        return (0..<max(left.count, right.count)).map { index in
            var line = StyledText(StatisticsTable.pair(left, index, 14))
            line.append("      " + StatisticsTable.pair(right, index, 20))
            return line
        }
    }

    /// A name and its number, or as much space.
    private static func pair(_ pairs: [(String, Int)], _ index: Int, _ width: Int) -> String {
        guard pairs.indices.contains(index) else {
            return String(repeating: " ", count: width + 12)
        }
        let (name, number) = pairs[index]
        return "  " + name.padded(right: width) + "\(number)".padded(left: 10)
    }

    private func rating(_ tally: VisitTally) -> [StyledText] {
        var line = StyledText("  rating".padded(right: 12))
        line.append(StatisticsText.rating(tally.averageRating).padded(left: 8), .bold)
        let count = tally.ratings
        line.append(count == 1 ? "  of 1 rating" : "  of \(count) ratings")
        guard count > 0 else { return [line] }
        let stars = (1...5).reversed().map { number in
            "\(number): \(tally.stars[number - 1])".padded(left: 10)
        }
        return [line, StyledText("".padded(right: 10) + stars.joined())]
    }

    private func times(_ figures: StatisticsFigures) -> [StyledText] {
        let titles = ["p50", "p90", "p99", "measured"].map { $0.padded(left: 11) }.joined()
        func line(_ name: String, _ times: TimesSummary) -> StyledText {
            let cells = [times.p50, times.p90, times.p99].map(StatisticsText.duration)
            let all = (cells + ["\(times.count)"]).map { $0.padded(left: 11) }.joined()
            return StyledText("  " + name.padded(right: 10) + all)
        }
        return [
            StyledText("".padded(right: 12) + titles, .faint), line("wait", figures.waits),
            line("handling", figures.handling),
        ]
    }

    // MARK: - Who is there

    /// Names on so many lines at most.
    private static let mostLines = 5

    private func clients(_ report: StatisticsReport) -> [StyledText] {
        var lines: [StyledText] = []
        let now = report.now
        if !now.clients.isEmpty {
            var line = "  current clients:"
            var shown = 0
            for client in now.clients {
                let word = " " + describe(client, report.at)
                if columns(line) + columns(word) + 1 > width, shown > 0 {
                    guard lines.count + 1 < StatisticsTable.mostLines else { break }
                    lines.append(StyledText(line))
                    line = "   "
                }
                shown += 1
                line += word + (shown < now.serving ? "," : "")
            }
            lines.append(StyledText(line))
            let rest = now.serving - shown
            if rest > 0 { lines.append(StyledText("    and \(rest) more")) }
        }
        if now.isServerRunning == false, now.waiting + now.serving > 0 {
            lines.append(
                StyledText(
                    "  no server is running: they were there when it ended", .warning))
        }
        return lines
    }

    /// `eve (by Ann, 3 m 20 s)`.
    private func describe(_ client: CurrentClient, _ at: Timestamp) -> String {
        let nick = client.nick.isEmpty ? "erased" : VisibleText.harmless(client.nick)
        let time = StatisticsText.duration(
            max(0, at.milliseconds &- client.since.milliseconds))
        guard !client.host.isEmpty, client.host != client.server else { return "\(nick) (\(time))" }
        return "\(nick) (by \(VisibleText.harmless(client.host)), \(time))"
    }

    // MARK: - Rows

    private static let headings = [
        ("approached", 12), ("attended", 10), ("lost", 7), ("rating", 8), ("wait p50", 11),
        ("handling p50", 14),
    ]

    private func rows(_ report: StatisticsReport) -> [StyledText] {
        let labels = text.labels(report)
        let title = report.grouping?.rawValue ?? ""
        let labelWidth = max(title.count, labels.map(columns).max() ?? 0)
        let head =
            "  " + title.padded(right: labelWidth)
            + StatisticsTable.headings.map { $0.0.padded(left: $0.1) }.joined()
        var lines = [StyledText(head, .faint)]
        for (label, row) in zip(labels, report.rows) {
            let tally = row.figures.tally
            let cells = [
                "\(tally.approached)", "\(tally.attended)", "\(tally.lostInTotal)",
                StatisticsText.rating(tally.averageRating),
                StatisticsText.duration(row.figures.waits.p50),
                StatisticsText.duration(row.figures.handling.p50),
            ]
            let all = zip(cells, StatisticsTable.headings).map { $0.padded(left: $1.1) }.joined()
            lines.append(StyledText("  " + label.padded(right: labelWidth, columns) + all))
        }
        return lines
    }
}
