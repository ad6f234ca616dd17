// The flood limit: a client's requests a second in the long run, and how many it may send at once.
// Over the limit nothing is refused or lost; the connection is read later. Time is a parameter.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A bucket that holds `burst` tokens and gains `rate` a second.
package struct TokenBucket: Sendable {
    /// Nanoseconds in which one token is gained; 0 for no limit.
    private let cost: Int64
    private let depth: Int64
    /// When the bucket would be full again: one number says everything (GCRA).
    private var fullAt: Int64 = .min

    /// No limit.
    package static let unlimited = TokenBucket(rate: 0, burst: 0)

    /// A limit of `rate` a second, `burst` at once; `rate` 0 means none.
    package init(rate: Int, burst: Int) {
        cost = rate > 0 ? max(1, 1_000_000_000 / Int64(rate)) : 0
        let (depth, overflow) = cost.multipliedReportingOverflow(by: Int64(max(1, burst)))
        self.depth = overflow ? .max / 2 : min(depth, .max / 2)
    }

    /// Takes one token; when there was none, says when the debt is paid back: until then the client
    /// should not be read.
    package mutating func take(now: Instant) -> Instant? {
        guard cost > 0 else { return nil }
        let base = max(fullAt, now.nanoseconds)
        let (next, overflow) = base.addingReportingOverflow(cost)
        fullAt = overflow ? .max : next
        let (earliest, _) = fullAt.subtractingReportingOverflow(depth)
        return earliest > now.nanoseconds ? Instant(nanoseconds: earliest) : nil
    }

    /// Takes one token if there is one; otherwise says when there will be.
    package mutating func admit(now: Instant) -> Instant? {
        var next = self
        // A debt that is paid back at once is none: the bucket is as deep as its burst.
        guard let due = next.take(now: now) else {
            self = next
            return nil
        }
        return due
    }
}
