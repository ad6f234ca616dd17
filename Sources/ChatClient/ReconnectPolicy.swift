// When to try again after a lost connection: exponential back-off with jitter, so that a server
// that comes back is not run over by everybody at once. Pure: time and entropy are parameters.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Counts failures and says how long to wait.
package struct ReconnectPolicy: Hashable, Sendable {
    package static let first = Duration.seconds(1)
    package static let longest = Duration.seconds(60)
    /// A connection that lasted so long was a good one: counting begins anew after it.
    package static let stable = Duration.seconds(10)

    /// Tries in a row before giving up; nil: never.
    package let maxAttempts: Int?
    /// Failures since the last good connection.
    package private(set) var failures = 0
    private var connectedAt: Instant?

    package init(maxAttempts: Int? = nil) { self.maxAttempts = maxAttempts }

    /// A connection stands, as far as is known.
    package mutating func connected(at now: Instant) { connectedAt = now }

    /// A connection, or the attempt at one, has failed. Returns how long to wait before the next
    /// attempt, or nil when there shall be none. Half of the delay is fixed, half is `entropy`'s.
    package mutating func failed(at now: Instant, entropy: UInt64) -> Duration? {
        if let since = connectedAt, now - since >= ReconnectPolicy.stable { failures = 0 }
        connectedAt = nil
        failures += failures < .max ? 1 : 0
        if let maxAttempts, failures > maxAttempts { return nil }
        let doublings = min(failures - 1, 16)
        let full = min(ReconnectPolicy.first * (1 << doublings), ReconnectPolicy.longest)
        let half = full.wholeMilliseconds / 2
        return .milliseconds(half + Int64(entropy % UInt64(max(1, half + 1))))
    }
}
