// The cost of HTTP in this process: requests as curl and a browser send them, decoded one after
// another on a connection that is kept, looked up in a table of routes, and answered.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

enum HTTPMeasurement {
    private static let requests = 20_000
    private static let batch = 20

    private static let small =
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:12000\r\nUser-Agent: curl/7.88.1\r\n"
        + "Accept: */*\r\n\r\n"

    private static let browser =
        "GET /api/rooms/lobby/messages?after=1234&limit=50 HTTP/1.1\r\nHost: 127.0.0.1:12000\r\n"
        + "Connection: keep-alive\r\n"
        + "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n"
        + "sec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\nUser-Agent: Mozilla/5.0 (X11; "
        + "Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36\r\n"
        + "Accept: application/json\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n"
        + "Sec-Fetch-Dest: empty\r\nReferer: http://127.0.0.1:12000/\r\n"
        + "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
        + "If-None-Match: \"1234-50\"\r\n\r\n"

    /// Decoding a small request, all that is done about it, and decoding a browser's.
    static func rows(rounds: Int) throws -> [Row] {
        var rows = [
            Row(subject: "request", title: "decode GET /healthz"),
            Row(subject: "answer", title: "decode, route and answer GET /healthz"),
            Row(subject: "browser", title: "decode a browser's GET"),
        ]
        for _ in 0..<rounds {
            for (index, figure) in [
                try run(small) { _, _ in },
                try run(small, answer),
                try run(browser) { _, _ in },
            ].enumerated() {
                rows[index].rounds.append(Round(figures: [.microseconds: figure]))
            }
        }
        return rows
    }

    private enum Page { case home, health, metrics, threads, stats, rooms, messages, post, events }

    private static let routes = HTTPRouteTable<Page>([
        HTTPRoute(.get, "/", .home), HTTPRoute(.get, "/metrics", .metrics),
        HTTPRoute(.get, "/threads", .threads), HTTPRoute(.get, "/api/stats", .stats),
        HTTPRoute(.get, "/api/rooms", .rooms),
        HTTPRoute(.get, "/api/rooms/{room}/messages", .messages),
        HTTPRoute(.post, "/api/rooms/{room}/messages", .post),
        HTTPRoute(.get, "/events", .events), HTTPRoute(.get, "/healthz", .health),
    ])

    private static func answer(_ request: HTTPRequest, _ output: inout ByteBuffer) {
        guard case .matched(.health, _) = routes.match(request) else { return }
        HTTPResponse.text(.ok, "ok\n").encode(
            request.exchange, now: Timestamp(milliseconds: 1_780_000_000_000), into: &output)
    }

    /// Microseconds a request.
    private static func run(
        _ text: String, _ handle: (HTTPRequest, inout ByteBuffer) -> Void
    ) throws -> Double {
        var decoder = HTTPRequestDecoder()
        var input = ByteBuffer()
        var output = ByteBuffer()
        let bytes = Array(String(repeating: text, count: batch).utf8)
        var taken = 0
        let start = monotonicNanoseconds()
        for _ in 0..<requests / batch {
            // What a connection does with a chunk it has read.
            input.clear()
            input.write(bytes)
            output.clear()
            while let request = try decoder.next(in: &input) {
                handle(request, &output)
                taken += 1
            }
        }
        let seconds = secondsSince(start)
        guard taken == requests else {
            throw BenchError("the decoder took \(taken) of \(requests) requests")
        }
        return seconds / Double(requests) * 1e6
    }
}
