// What wrk prints, and what a page names.
// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import chatkit_bench

@Suite struct WebTests {
    private static let report = """
        Running 1s test @ http://127.0.0.1:12000/healthz
          1 threads and 32 connections
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency   450.10us  1.20ms  20.13ms   95.11%
            Req/Sec    61.20k     3.10k   66.00k    70.00%
          Latency Distribution
             50%  393.00us
             75%  450.00us
             90%    1.10ms
             99%   20.12ms
          61234 requests in 1.00s, 9.10MB read
        """

    @Test("A report's rate, count and percentiles are read")
    func figures() throws {
        let report = try #require(WrkReport(Self.report + "\nRequests/sec:  61001.50\n"))
        #expect(report.requestsPerSecond == 61001.5)
        #expect(report.requests == 61234)
        #expect(report.p50 == 393)
        #expect(report.p99 == 20120)
        #expect(report.failures == 0)
    }

    @Test("Broken connections and refusals are failures")
    func failures() throws {
        let text =
            Self.report + "\n  Socket errors: connect 0, read 3, write 0, timeout 1\n"
            + "  Non-2xx or 3xx responses: 17\nRequests/sec:  10.00\n"
        #expect(try #require(WrkReport(text)).failures == 21)
    }

    @Test("Without a rate there is no report")
    func noReport() {
        #expect(WrkReport("unable to connect to 127.0.0.1:1 Connection refused") == nil)
        #expect(WrkReport(Self.report) == nil)
    }

    @Test("A page's files are those of its own server, each once")
    func files() {
        let page = """
            <link rel="icon" href="/a.svg"><link href="/b.css"><a href="#text">skip</a>
            <script type="module" src="/c.js"></script><img src="/a.svg" alt="">
            <a href="https://example.org/d">elsewhere</a>
            """
        #expect(WebPage.files(namedBy: page) == ["/a.svg", "/b.css", "/c.js"])
    }
}
