// How long slots were held lately: the basis of the estimated wait.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The newest handling times.
struct HandlingTimes: Sendable {
    /// Minimum number of times for an estimate.
    static let fewest = 3
    static let most = 32

    private var newest: [Duration] = []
    private var next = 0
    /// The median of the times kept.
    private var sum = Duration.zero

    mutating func add(_ time: Duration) {
        sum += time
        if newest.count < HandlingTimes.most {
            newest.append(time)
        } else {
            sum -= newest[next]
            newest[next] = time
            next = (next + 1) % HandlingTimes.most
        }
    }

    /// The estimated wait at `position` when `slots` are freed one after the other; nil when too
    /// little is known.
    func estimate(position: Int, slots: Int) -> Duration? {
        guard newest.count >= HandlingTimes.fewest, slots > 0 else { return nil }
        let mean = Double(sum.wholeMilliseconds) / Double(newest.count)
        let milliseconds = mean * Double(position) / Double(slots)
        return .milliseconds(Int64(min(milliseconds, 1e12)))
    }
}
