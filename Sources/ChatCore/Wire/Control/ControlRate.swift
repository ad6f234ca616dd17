// How many lines a second the other end of a control link may send: a link has no reason to be fast, and
// one that is would keep everybody else waiting. What it has to tell of clients that it was sent does
// not count, however many come and go.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Counts one end's lines.
package struct ControlRate: Sendable {
    private var bucket = TokenBucket(
        rate: Limits.controlLinesPerSecond, burst: Limits.controlLinesPerSecond)
    /// Lines that are still to come of clients that were sent there.
    private var expected = 0

    package init() {}

    /// A client was sent to the other end, which will tell what becomes of it.
    package mutating func expectVisit() {
        expected = min(
            expected + Limits.controlLinesPerVisit, Limits.maxExpectedControlLines)
    }

    /// One more line has come, or so many; false: it is too much, and the link is to be ended.
    package mutating func admits(_ lines: Int = 1, now: Instant) -> Bool {
        for _ in 0..<max(0, lines) {
            if expected > 0 {
                expected -= 1
            } else if bucket.admit(now: now) != nil {
                return false
            }
        }
        return true
    }
}
