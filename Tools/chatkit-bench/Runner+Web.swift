// What browsers and curl ask for: requests by wrk, which keeps its connections, and what a page's
// first load has to fetch. Without wrk there are no figures of requests.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// One question about HTTP.
enum WebTask {
    /// GET of that path, as fast as answers come.
    case requests(path: String)
    /// A browser that has never been here.
    case firstLoad

    static let points = [
        Point(title: "GET /healthz", measurement: .web(.requests(path: "/healthz"))),
        Point(title: "GET /", measurement: .web(.requests(path: "/"))),
        Point(title: "the page's first load", measurement: .web(.firstLoad)),
    ]
}

extension Runner {
    private static let wrkConnections = 32
    private static let wrkSeconds = 1

    mutating func measureWeb(_ point: Point, _ task: WebTask) -> MeasuredPoint {
        guard let subject = Subject.all.first(where: { $0.name == "json" }) else {
            return MeasuredPoint(point: point, rows: [])
        }
        var row = Row(subject: "http", title: "chatkit HTTP")
        do {
            guard let server = try start(subject) else {
                return MeasuredPoint(point: point, rows: [])
            }
            defer { server.stop() }
            switch task {
            case .requests(let path):
                guard let wrk = programs.path(of: .wrk) else {
                    row.remark = "wrk is not installed"
                    break
                }
                for _ in 0..<plan.rounds where !plan.deadline.hasPassed {
                    row.rounds.append(Round(figures: try Runner.load(server, path, with: wrk)))
                }
            case .firstLoad:
                let bytes = try WebPage.firstLoad(from: server.port)
                row.rounds.append(Round(figures: [.kilobytes: Double(bytes) / 1000]))
            }
        } catch {
            row.remark = record(subject, point.title, error)
        }
        return MeasuredPoint(point: point, rows: [row])
    }

    /// wrk runs on this thread's processor, because it is started from here.
    private static func load(
        _ server: ServerProcess, _ path: String, with wrk: String
    ) throws -> Sample {
        let before = server.processorSeconds
        let text = ServerProcess.output(of: [
            wrk, "-t1", "-c\(wrkConnections)", "-d\(wrkSeconds)s", "--latency",
            "http://127.0.0.1:\(server.port)\(path)",
        ])
        guard let text, let report = WrkReport(text) else { throw BenchError("wrk failed") }
        guard report.failures == 0 else { throw BenchError("wrk: \(report.failures) errors") }
        let spent = server.processorSeconds - before
        var figures: Sample = [
            .requestsPerSecond: report.requestsPerSecond,
            .processorMicroseconds: spent / max(1, report.requests) * 1e6,
        ]
        figures[.p50] = report.p50
        figures[.p99] = report.p99
        return figures
    }
}
