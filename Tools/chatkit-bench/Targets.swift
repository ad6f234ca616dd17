// What chatkit is held to, and whether the run shows it. A missed target is reported, it does not
// fail the run: only lost messages and servers that do not start do.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatJournal

/// One target with the figure that was measured.
struct Target {
    let title: String
    let limit: String
    let figure: String
    let isMet: Bool

    /// All targets that this run has figures for.
    static func judged(_ results: Results) -> [Target] {
        fanOut(results) + memory(results) + latency(results) + journal(results) + past(results)
            + statistics(results) + queue(results) + web(results) + relay(results)
            + inProcess(results)
    }

    private static let chatkit = ["plain", "json", "irc"] + Subject.sockets

    private static func fanOut(_ results: Results) -> [Target] {
        var targets: [Target] = []
        for (scenario, receivers) in ["fanout", "websocket"].flatMap({ scenario in
            [200, 1000].map { (scenario, $0) }
        }) {
            let point = results.point(scenario) { point in
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
        guard let point else { return [] }
        return [("plain", "plain connection", 2.0), ("ws-json", "WebSocket", 4)].compactMap {
            subject, words, limit in
            guard let kilobytes = point.row(subject)?.median(.kilobytesPerConnection) else {
                return nil
            }
            return Target(
                title: "memory of an idle \(words), \(point.point.title)",
                limit: "≤ \(fixed(limit, 0)) KB", figure: fixed(kilobytes, 2) + " KB",
                isMet: kilobytes <= limit)
        }
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

    private static func web(_ results: Results) -> [Target] {
        var targets: [Target] = []
        for point in results.scenarios.filter({ $0.scenario.name == "http" }).flatMap(\.points) {
            guard case .web(let task) = point.point.measurement, let row = point.row("http") else {
                continue
            }
            switch task {
            case .requests("/healthz"):
                guard let rate = row.median(.requestsPerSecond) else { break }
                targets.append(
                    Target(
                        title: "GET /healthz a second, kept connections", limit: "≥ 50 000",
                        figure: fixed(rate, 0), isMet: rate >= 50_000))
            case .requests: break
            case .firstLoad:
                guard let kilobytes = row.median(.kilobytes) else { break }
                targets.append(
                    Target(
                        title: "the page's first load", limit: "≤ 60 KB",
                        figure: fixed(kilobytes, 1) + " KB", isMet: kilobytes <= 60))
            }
        }
        return targets
    }

    private static func relay(_ results: Results) -> [Target] {
        let points = results.scenarios.filter { $0.scenario.name == "relay" }.flatMap(\.points)
        return points.flatMap { point -> [Target] in
            guard case .relay(let task) = point.point.measurement, let row = point.row("relay")
            else { return [] }
            switch task {
            case .messages: return besideHAProxy(point, row, .messagesPerSecond, "small messages")
            case .setUp: return besideHAProxy(point, row, .setUpsPerSecond, "connections")
            case .queue(10_000): return relayQueue(row)
            case .queue: return []
            case .rescue(let count):
                guard let time = row.median(.milliseconds) else { return [] }
                return [
                    Target(
                        title: "\(count) conversations served again after kill -9",
                        limit: "≤ 2 s", figure: fixed(time / 1e3, 2) + " s", isMet: time <= 2000)
                ]
            }
        }
    }

    private static func besideHAProxy(
        _ point: MeasuredPoint, _ row: Row, _ metric: Metric, _ words: String
    ) -> [Target] {
        guard let other = point.row("haproxy"), let ratio = row.ratio(metric, to: other) else {
            return []
        }
        return [
            Target(
                title: "relay: \(words) a second, times HAProxy", limit: "≥ 1",
                figure: fixed(ratio, 2), isMet: ratio >= 1)
        ]
    }

    private static func relayQueue(_ row: Row) -> [Target] {
        guard let p99 = row.median(.p99), let share = row.median(.processorShare),
            let kilobytes = row.median(.kilobytesPerConnection)
        else { return [] }
        return [
            Target(
                title: "relay: freed slot to the head served, p99, 10 000 waiting",
                limit: "≤ 10 ms", figure: fixed(p99 / 1e3, 2) + " ms", isMet: p99 <= 10_000),
            Target(
                title: "relay: memory of a waiting client", limit: "≤ 6 KB",
                figure: fixed(kilobytes, 2) + " KB", isMet: kilobytes <= 6),
            Target(
                title: "relay: 10 000 waiting, of a core", limit: "≤ 5 %",
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
