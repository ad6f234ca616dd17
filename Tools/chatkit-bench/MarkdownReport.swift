// The tables of RESULTS.md: one row for every point, one column for every server.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Results {
    /// A table, with the machine above it and the targets below.
    var markdown: String {
        var titles: [(name: String, title: String)] = []
        for row in scenarios.flatMap(\.points).filter(\.comparesServers).flatMap(\.rows)
        where !titles.contains(where: { $0.name == row.subject }) {
            titles.append((row.subject, row.title))
        }
        var lines = ["\(headline); \(conditions).", ""]
        if !titles.isEmpty {
            lines.append("| | " + titles.map(\.title).joined(separator: " | ") + " |")
            lines.append("|---|" + titles.map { _ in "---:|" }.joined())
        }
        for scenario in scenarios {
            guard let metric = scenario.scenario.metrics.first else { continue }
            for point in scenario.points where point.comparesServers {
                let cells = titles.map { name, _ in
                    cell(scenario.scenario, metric, point, point.row(name))
                }
                lines.append(
                    "| \(point.point.title), \(metric.markdownTitle) | "
                        + cells.joined(separator: " | ") + " |")
            }
        }
        if !titles.isEmpty {
            lines += ["", "In brackets: the share of the floor's figure, round by round.", ""]
        }
        for scenario in scenarios {
            lines += scenario.points.filter(\.hasTableOfItsOwn).flatMap {
                scenario.markdownLines($0)
            }
        }
        let targets = Target.judged(self)
        if !targets.isEmpty {
            lines += ["| target | | measured | |", "|---|---|---:|---|"]
            lines += targets.map {
                "| \($0.title) | \($0.limit) | \($0.figure) | \($0.isMet ? "met" : "missed") |"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func cell(
        _ scenario: Scenario, _ metric: Metric, _ point: MeasuredPoint, _ row: Row?
    ) -> String {
        guard let row, let value = row.median(metric) else { return row?.remark ?? "–" }
        if metric == .p50 {
            let p99 = row.median(.p99).map { Metric.p99.text($0) } ?? "–"
            return "\(metric.text(value)) / \(p99)"
        }
        guard scenario.comparesToFloor, row.subject != "floor",
            let share = point.shareOfFloor(row, metric)
        else { return metric.text(value) }
        return "\(metric.text(value)) (\(fixed(share, 2)))"
    }
}

extension Metric {
    fileprivate var markdownTitle: String {
        switch self {
        case .p50: "p50 / p99 in µs"
        case .kilobytesPerConnection: "KB resident each"
        default: title
        }
    }
}

extension MeasuredScenario {
    /// A point's own table: a row for each of its rows, a column for every figure there is.
    fileprivate func markdownLines(_ point: MeasuredPoint) -> [String] {
        let metrics = scenario.metrics.filter { metric in
            point.rows.contains { $0.median(metric) != nil }
        }
        var lines = [
            "| \(point.point.title) | " + metrics.map(\.title).joined(separator: " | ") + " |"
        ]
        lines.append("|---|" + metrics.map { _ in "---:|" }.joined())
        for row in point.rows {
            let cells = metrics.map { metric in row.median(metric).map(metric.text) ?? "–" }
            lines.append("| \(row.title) | " + cells.joined(separator: " | ") + " |")
        }
        return lines + [""]
    }
}

extension MeasuredPoint {
    fileprivate var hasTableOfItsOwn: Bool {
        switch point.measurement {
        case .journal, .past, .statistics, .web, .relay: true
        case .load, .setUp, .idleMemory, .startUp, .codec, .queue: false
        }
    }

    /// Whether its rows are servers.
    fileprivate var comparesServers: Bool {
        switch point.measurement {
        case .load, .setUp, .idleMemory: true
        case .startUp, .codec, .journal, .past, .statistics, .queue, .web, .relay: false
        }
    }
}
