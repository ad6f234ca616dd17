// A report as bars, one for each of its rows: the attended first, then the lost, which look different
// without colours too. Pure.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Renders reports as bars.
package struct StatisticsPlot: Sendable {
    /// What bars are made of.
    package struct Pen: Sendable {
        /// Parts of a cell, smallest first; the last one is a whole cell.
        let attended: [Character]
        let lost: Character

        package static let blocks = Pen(attended: Array("▏▎▍▌▋▊▉█"), lost: "░")
        package static let ascii = Pen(attended: ["#"], lost: "-")
    }

    /// A bar's length is no less than that.
    private static let shortest = 10

    private let table: StatisticsTable
    private let text: StatisticsText
    private let width: Int
    private let pen: Pen
    private let columns: @Sendable (String) -> Int

    package init(
        _ calendar: LocalCalendar, width: Int? = nil, pen: Pen,
        columns: @escaping @Sendable (String) -> Int = \.count
    ) {
        table = StatisticsTable(calendar, width: width, columns: columns)
        text = StatisticsText(calendar: calendar)
        self.width = max(width ?? StatisticsTable.standardWidth, 40)
        self.pen = pen
        self.columns = columns
    }

    /// The whole report.
    package func lines(_ report: StatisticsReport) -> [StyledText] {
        let labels = text.labels(report)
        let title = report.grouping?.rawValue ?? ""
        let labelWidth = max(title.count, labels.map(columns).max() ?? 0)
        let numbers = 9 + 7
        let room = max(StatisticsPlot.shortest, width - labelWidth - numbers - 2)
        let most = report.rows.map { $0.figures.tally.ended }.max() ?? 0
        var head = StyledText(
            title.padded(right: labelWidth) + "attended".padded(left: 9) + "lost".padded(left: 7),
            .faint)
        head.append("  ")
        head.append(String(pen.attended.suffix(1)), .confirmed)
        head.append(" attended  ")
        head.append(String(pen.lost), .warning)
        head.append(" lost")
        var lines = table.head(report) + [StyledText(), head]
        for (label, row) in zip(labels, report.rows) {
            let tally = row.figures.tally
            var line = StyledText(
                label.padded(right: labelWidth, columns) + "\(tally.attended)".padded(left: 9)
                    + "\(tally.lostInTotal)".padded(left: 7))
            if tally.ended > 0 {
                line.append("  ")
                let bar = bar(attended: tally.attended, lost: tally.lostInTotal, most, room)
                line.append(bar.attended, .confirmed)
                line.append(bar.lost, .warning)
            }
            lines.append(line)
        }
        return lines
    }

    /// A bar of at most `room` cells, where `most` would fill them all. Whatever is not nothing can
    /// be seen.
    private func bar(
        attended: Int, lost: Int, _ most: Int, _ room: Int
    ) -> (attended: String, lost: String) {
        let steps = pen.attended.count
        func scaled(_ count: Int, _ length: Int) -> Int {
            guard count > 0 else { return 0 }
            return max(1, Int((Double(count) / Double(max(1, most)) * Double(length)).rounded()))
        }
        let space = lost > 0 ? room - 1 : room
        let parts = min(scaled(attended, room * steps), space * steps)
        let (whole, rest) = parts.quotientAndRemainder(dividingBy: steps)
        var first = String(repeating: pen.attended[steps - 1], count: whole)
        if rest > 0 { first.append(pen.attended[rest - 1]) }
        let cells = whole + (rest > 0 ? 1 : 0)
        let end = min(room, max(scaled(attended + lost, room), cells + (lost > 0 ? 1 : 0)))
        return (first, lost > 0 ? String(repeating: pen.lost, count: end - cells) : "")
    }
}

extension VisitTally {
    /// What a bar is as long as.
    fileprivate var ended: Int { attended + lostInTotal }
}
