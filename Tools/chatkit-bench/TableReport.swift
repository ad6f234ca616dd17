// The report for people at a terminal: one aligned table for every scenario.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Results {
    /// The whole report.
    var table: String {
        var lines = ["", headline, conditions]
        lines += versions.map { "\($0.program.rawValue): \($0.version ?? "not installed")" }
        for scenario in scenarios where !scenario.points.isEmpty {
            lines += ["", scenario.scenario.title]
            lines += scenario.tableLines.map { "  " + $0 }
        }
        let targets = Target.judged(self)
        if !targets.isEmpty {
            lines += ["", "Targets"]
            let width = targets.map(\.title.count).max() ?? 0
            lines += targets.map { target in
                "  " + target.title.padded(to: width) + "  " + target.limit.padded(to: 10)
                    + target.figure.padded(to: 10, number: true)
                    + (target.isMet ? "  met" : "  missed")
            }
        }
        if !failures.isEmpty {
            lines += ["", "Failures"] + failures.map { "  " + $0 }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The machine, on one line.
    var headline: String {
        "\(machine.processor), \(machine.processors) processors, \(machine.kernel), \(machine.date)"
    }

    /// How it was measured, on one line.
    var conditions: String {
        "\(placement.description); medians of \(rounds) rounds of \(fixed(secondsPerRound, 1)) s; "
            + "\(disturbance.disturbed) of \(disturbance.all) rounds disturbed; "
            + "\(fixed(seconds, 0)) s in all"
    }
}

extension MeasuredScenario {
    fileprivate var tableLines: [String] {
        var lines: [String] = []
        for point in points {
            var cells: [[String]] = [[point.point.title] + headings]
            for row in point.rows {
                cells.append(["  " + row.title] + figures(row, in: point))
            }
            let columns = cells.first?.count ?? 0
            let widths = (0..<columns).map { column in
                cells.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
            }
            for (position, line) in cells.enumerated() {
                var text = ""
                for (column, cell) in line.enumerated() where column < widths.count {
                    let width = column == 0 ? max(44, widths[0]) : max(10, widths[column])
                    text += cell.padded(to: width, number: column > 0) + "  "
                }
                if position > 0, let remark = remark(on: point.rows[position - 1]) {
                    text += remark
                }
                lines.append(String(text.trimmedRight))
            }
        }
        return lines
    }

    private var headings: [String] {
        var headings = scenario.metrics.map(\.title)
        if scenario.comparesToFloor { headings.insert("of floor", at: 1) }
        return headings
    }

    private func figures(_ row: Row, in point: MeasuredPoint) -> [String] {
        guard !row.rounds.isEmpty else { return [] }
        var figures = scenario.metrics.map { metric in
            row.median(metric).map(metric.text) ?? "–"
        }
        if scenario.comparesToFloor, let metric = scenario.metrics.first {
            figures.insert(point.shareOfFloor(row, metric).map { fixed($0, 2) } ?? "–", at: 1)
        }
        return figures
    }

    private func remark(on row: Row) -> String? {
        var remarks = row.remark.map { [$0] } ?? []
        if row.isDisturbed { remarks.append("disturbed") }
        if row.lost > 0 { remarks.append("LOST \(grouped(row.lost))") }
        if row.lost < 0 { remarks.append("DUPLICATED \(grouped(-row.lost))") }
        return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
    }
}

extension String {
    fileprivate var trimmedRight: Substring {
        var rest = Substring(self)
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
