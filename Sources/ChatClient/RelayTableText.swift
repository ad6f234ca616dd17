// The table of a relay for people: a line for each server, in columns. Pure.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Renders a relay's table.
package struct RelayTableText: Sendable {
    private let text: StatisticsText
    private let columns: @Sendable (String) -> Int

    /// - Parameter columns: how many a text takes.
    package init(
        _ calendar: LocalCalendar, columns: @escaping @Sendable (String) -> Int = \.count
    ) {
        text = StatisticsText(calendar: calendar)
        self.columns = columns
    }

    /// The whole table.
    package func lines(_ report: RelayReport) -> [StyledText] {
        var head = StyledText(report.relay, .bold)
        head.append("  \(text.moment(report.at))")
        var queue = StyledText(
            report.waiting == 0 ? "nobody waits" : "\(report.waiting) waiting")
        if let oldest = report.oldestWait {
            queue.append(", the first for \(ElapsedTime.text(oldest))")
        }
        guard !report.rows.isEmpty else {
            return [head, queue, StyledText(), StyledText("  no server is known", .warning)]
        }
        let table = [RelayTableText.titles] + report.rows.map { cells($0, now: report.at) }
        let widths = RelayTableText.titles.indices.map { column in
            table.map { columns($0[column]) }.max() ?? 0
        }
        var lines = [head, queue, StyledText()]
        for (index, row) in table.enumerated() {
            var line = StyledText()
            for (column, cell) in row.enumerated() {
                let style: Style =
                    index == 0
                    ? .faint : column == RelayTableText.stateColumn ? style(of: cell) : .plain
                line.append("  ")
                let isLast = column == row.count - 1
                line.append(isLast ? cell : cell.padded(right: widths[column], columns), style)
            }
            lines.append(line)
        }
        return lines
    }

    private static let titles = [
        "server", "address", "state", "in use", "free", "since", "waiting for",
    ]
    private static let stateColumn = 2

    private func cells(_ row: RelayReport.Row, now: Timestamp) -> [String] {
        let isToday = text.date(row.since) == text.date(now)
        let since = (isToday ? "" : text.date(row.since) + " ") + text.clock(row.since)
        return [
            row.name, row.address, row.state,
            row.capacity.map { "\(row.inUse) of \($0)" } ?? "\(row.inUse)",
            row.free.map { "\($0)" } ?? "any", since, row.waitingFor,
        ].map(VisibleText.harmless)
    }

    private func style(of state: String) -> Style {
        switch state {
        case "up": .confirmed
        case "down": .palette(RelayTableText.red)
        default: .warning
        }
    }

    private static let red: UInt8 = 160
}
