// How many lines a second the other end of a control link may send: a link has no reason to be fast, and
// one that is would keep everybody else waiting.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Counts one end's lines.
package struct ControlRate: Sendable {
    private var bucket = TokenBucket(
        rate: Limits.controlLinesPerSecond, burst: Limits.controlLinesPerSecond)

    package init() {}

    /// One more line has come, or so many; false: it is too much, and the link is to be ended.
    package mutating func admits(_ lines: Int = 1, now: Instant) -> Bool {
        for _ in 0..<max(0, lines) where bucket.admit(now: now) != nil { return false }
        return true
    }
}
