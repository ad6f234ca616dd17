// What browsers and curl ask for: requests by wrk, which keeps its connections, and what a page's first
// load has to fetch. Without wrk there are no figures of requests.
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

/// What wrk printed.
struct WrkReport {
    let requestsPerSecond: Double
    /// All of them.
    let requests: Double
    /// Answers other than 2xx and 3xx, and broken connections.
    let failures: Int
    /// Microseconds.
    let p50: Double?
    let p99: Double?

    /// Nil when the text has no figure of requests.
    init?(_ text: String) {
        var rate: Double?
        var requests = 0.0
        var failures = 0
        var percentiles: [Substring: Double] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0.isWhitespace || $0 == "," })
            guard let first = words.first, let last = words.last else { continue }
            if first == "Requests/sec:" { rate = Double(last) }
            if words.count > 2, words[1] == "requests", words[2] == "in", let count = Double(first)
            {
                requests = count
            }
            if first == "Non-2xx" { failures += Int(last) ?? 1 }
            if first == "Socket" { failures += words.reduce(0) { $0 + (Int($1) ?? 0) } }
            if first.hasSuffix("%"), words.count == 2 {
                percentiles[first] = WrkReport.microseconds(last)
            }
        }
        guard let rate, requests > 0 else { return nil }
        requestsPerSecond = rate
        self.requests = requests
        self.failures = failures
        p50 = percentiles["50%"]
        p99 = percentiles["99%"]
    }

    /// `1.50ms` and its like.
    private static func microseconds(_ text: Substring) -> Double? {
        for (unit, factor) in [("us", 1.0), ("ms", 1e3), ("s", 1e6)] where text.hasSuffix(unit) {
            return Double(text.dropLast(unit.count)).map { $0 * factor }
        }
        return nil
    }
}

/// A page as a browser fetches it for the first time.
enum WebPage {
    /// The bytes of all answers, heads included: the page, and each file that it names.
    static func firstLoad(from port: UInt16) throws -> Int {
        let page = try get("/", from: port)
        var bytes = page.count
        for path in files(namedBy: String(decoding: page, as: UTF8.self)) {
            bytes += try get(path, from: port).count
        }
        return bytes
    }

    /// The paths on the same server in `src` and `href`, each once.
    static func files(namedBy page: String) -> [String] {
        var files: [String] = []
        // Between quotes: what stands behind `src=` or `href=` is a path.
        let parts = page.split(separator: "\"", omittingEmptySubsequences: false)
        for (before, text) in zip(parts, parts.dropFirst())
        where before.hasSuffix("src=") || before.hasSuffix("href=") {
            let path = String(text)
            if path.hasPrefix("/"), !files.contains(path) { files.append(path) }
        }
        return files
    }

    /// The whole answer, head and body, of a server that closes behind it.
    static func get(_ path: String, from port: UInt16) throws -> [UInt8] {
        guard let descriptor = connectToLoopback(port) else {
            throw BenchError(errno: "cannot connect")
        }
        defer { close(descriptor) }
        let request =
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, deflate\r\n"
            + "Connection: close\r\n\r\n"
        guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
            throw BenchError(errno: "cannot ask for \(path)")
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            answer += chunk[..<count]
        }
        guard answer.starts(with: "HTTP/1.1 200".utf8) else {
            throw BenchError("GET \(path) was not answered with 200")
        }
        return answer
    }
}
