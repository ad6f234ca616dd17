// What wrk prints at its end, as figures.
// SPDX-License-Identifier: GPL-3.0-or-later

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
