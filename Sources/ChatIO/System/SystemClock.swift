// The clocks and the entropy that the core is given as parameters.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

package enum SystemClock {
    /// Both clocks, now.
    package static func now() -> Now { Now(instant: instant(), wall: wall()) }

    package static func instant() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func wall() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(
            milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Unguessable names.
package enum Entropy {
    /// 128 random bits in base 36.
    package static func token() -> String {
        var source = SystemRandomNumberGenerator()
        return String(source.next(), radix: 36) + String(source.next(), radix: 36)
    }

    package static func number() -> UInt64 {
        var source = SystemRandomNumberGenerator()
        return source.next()
    }
}
