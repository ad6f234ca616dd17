// What chatkit is held to, and whether the run shows it. A missed target is reported, it does not
// fail the run: only lost messages and servers that do not start do.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatRuntime

/// One target with the figure that was measured.
struct Target {
    let title: String
    let limit: String
    let figure: String
    let isMet: Bool

    /// All targets that this run has figures for.
    static func judged(_ results: Results) -> [Target] {
        fanOut(results) + memory(results) + latency(results) + journal(results) + past(results)
            + statistics(results) + queue(results) + inProcess(results)
    }

    private static let chatkit = ["plain", "json", "irc"]

    private static func fanOut(_ results: Results) -> [Target] {
        var targets: [Target] = []
        for receivers in [200, 1000] {
            let point = results.point("fanout") { point in
                guard case .load(let shape, 100, .inFlight(64)) = point.measurement else {
                    return false
                }
                return shape.receivers == receivers
            }
            guard let point else { continue }
            for row in point.rows where chatkit.contains(row.subject) {
                let place = "\(row.title), \(grouped(receivers)) receivers"
                if let share = point.shareOfFloor(row, .deliveriesPerSecond) {
                    targets.append(
                        Target(
                            title: "\(place): share of the floor", limit: "≥ 0.75",
                            figure: fixed(share, 2), isMet: share >= 0.75))
                }
                if let redis = point.row("redis"),
                    let ratio = row.ratio(.deliveriesPerSecond, to: redis)
                {
                    targets.append(
                        Target(
                            title: "\(place): times Redis", limit: "> 1",
                            figure: fixed(ratio, 2), isMet: ratio > 1))
                }
            }
        }
        return targets
    }

    private static func memory(_ results: Results) -> [Target] {
        let point = results.point("memory") { _ in true }
        guard let point, let row = point.row("plain"),
            let kilobytes = row.median(.kilobytesPerConnection)
        else { return [] }
        return [
            Target(
                title: "memory of an idle plain connection, \(point.point.title)",
                limit: "≤ 2 KB", figure: fixed(kilobytes, 2) + " KB", isMet: kilobytes <= 2)
        ]
    }

    private static func latency(_ results: Results) -> [Target] {
        guard let point = results.point("latency", where: { _ in true }) else { return [] }
        return point.rows.filter { chatkit.contains($0.subject) }.compactMap { row in
            guard let p99 = row.median(.p99) else { return nil }
            return Target(
                title: "\(row.title): p99 at 1 000 messages/s to 100 receivers",
                limit: "≤ 2 ms", figure: fixed(p99 / 1e3, 2) + " ms", isMet: p99 <= 2000)
        }
    }

    private static func journal(_ results: Results) -> [Target] {
        var targets: [Target] = []
        for (durability, least) in [(Durability.normal, 100_000), (.full, 20_000)] {
            let acked = results.point("journal") { point in
                guard case .journal(_, _, durability, .inFlight) = point.measurement else {
                    return false
                }
                return true
            }
            if let rate = acked?.row("json")?.median(.messagesPerSecond) {
                targets.append(
                    Target(
                        title: "acked messages/s, \(durability.rawValue) durability",
                        limit: "≥ \(grouped(least))", figure: fixed(rate, 0),
                        isMet: rate >= Double(least)))
            }
        }
        let paced = results.point("journal") { point in
            guard case .journal(_, _, .normal, .perSecond) = point.measurement else { return false }
            return true
        }
        if let p50 = paced?.row("json")?.median(.p50) {
            targets.append(
                Target(
                    title: "p50 ack at 1 000 messages/s", limit: "≤ 10 ms",
                    figure: fixed(p50 / 1e3, 2) + " ms", isMet: p50 <= 10_000))
        }
        return targets
    }

    private static func past(_ results: Results) -> [Target] {
        let point = results.point("past") { point in
            guard case .past(1_000_000) = point.measurement else { return false }
            return true
        }
        guard let point else { return [] }
        let searches = point.rows.filter { $0.subject.hasPrefix("search") }
        let slowest = searches.compactMap { $0.median(.milliseconds) }.max()
        return [
            ("a server opened on 1 000 000 messages", 200.0, point.row("serve")),
            ("a history page of 100", 5, point.row("history")),
            ("the slowest search in 1 000 000 messages", 50, nil),
        ].compactMap { title, limit, row in
            guard let figure = row.map({ $0.median(.milliseconds) }) ?? slowest else { return nil }
            return Target(
                title: title, limit: "≤ \(fixed(limit, 0)) ms",
                figure: Metric.milliseconds.text(figure) + " ms", isMet: figure <= limit)
        }
    }

    private static func statistics(_ results: Results) -> [Target] {
        let point = results.point("stats") { point in
            guard case .statistics(1_000_000) = point.measurement else { return false }
            return true
        }
        guard let figure = point?.row("stats")?.median(.milliseconds) else { return [] }
        return [
            Target(
                title: "stats --month of 1 000 000 events", limit: "≤ 100 ms",
                figure: Metric.milliseconds.text(figure) + " ms", isMet: figure <= 100)
        ]
    }

    private static func queue(_ results: Results) -> [Target] {
        let point = results.point("queue") { point in
            guard case .queue(10_000) = point.measurement else { return false }
            return true
        }
        guard let row = point?.row("queue"), let p99 = row.median(.p99),
            let share = row.median(.processorShare)
        else { return [] }
        return [
            Target(
                title: "freed slot to the head told, p99, 10 000 waiting", limit: "≤ 5 ms",
                figure: fixed(p99 / 1e3, 2) + " ms", isMet: p99 <= 5000),
            Target(
                title: "10 000 waiting, of a core", limit: "≤ 5 %",
                figure: fixed(share, 2) + " %", isMet: share <= 5),
        ]
    }

    private static func inProcess(_ results: Results) -> [Target] {
        var targets: [Target] = []
        if let start = results.point("start", where: { _ in true })?.row("chatkit")?
            .median(.milliseconds)
        {
            targets.append(
                Target(
                    title: "chatkit --version", limit: "≤ 10 ms",
                    figure: fixed(start, 1) + " ms", isMet: start <= 10))
        }
        let codecs = [
            ("both", "decoding and encoding a JSON message"),
            ("request", "decoding a small HTTP request"),
        ]
        for (subject, title) in codecs {
            guard
                let figure = results.point("codec", where: { _ in true })?.row(subject)?
                    .median(.microseconds)
            else { continue }
            targets.append(
                Target(
                    title: title, limit: "≤ 2 µs", figure: fixed(figure, 2) + " µs",
                    isMet: figure <= 2))
        }
        return targets
    }
}
