// The zone in which this machine shows times.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

/// The zone of this machine and user (`TZ`).
package enum LocalZone {
    /// Seconds east of Greenwich that are in force at `time`.
    @Sendable
    package static func offset(at time: Timestamp) -> Int {
        var seconds = time_t(time.milliseconds / 1000)
        var fields = tm()
        guard localtime_r(&seconds, &fields) != nil else { return 0 }
        return fields.tm_gmtoff
    }
}
