// Latencies counted in logarithmic buckets: every power of two nanoseconds is cut into 64 parts,
// so a quantile is exact to 1.6 %, and recording is an increment however long the run is.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A distribution of durations in nanoseconds.
struct LatencyHistogram {
    private static let subdivisionBits = 6
    private static let subdivisions = 1 << subdivisionBits

    private var counts = [UInt64](repeating: 0, count: (64 - subdivisionBits + 1) * subdivisions)
    private(set) var total: UInt64 = 0

    mutating func record(_ nanoseconds: UInt64) {
        counts[LatencyHistogram.bucket(of: nanoseconds)] &+= 1
        total &+= 1
    }

    /// The duration in microseconds that `fraction` of all recorded ones do not exceed, or nil
    /// when none was recorded.
    func microseconds(at fraction: Double) -> Double? {
        guard total > 0 else { return nil }
        var left = max(1, UInt64((Double(total) * fraction).rounded(.up)))
        for (bucket, count) in counts.enumerated() {
            if count >= left { return Double(LatencyHistogram.upperBound(of: bucket)) / 1e3 }
            left -= count
        }
        return nil
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= UInt64(subdivisions) else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount - subdivisionBits
        return (exponent + 1) * subdivisions
            + Int(truncatingIfNeeded: value >> UInt64(exponent)) - subdivisions
    }

    private static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= subdivisions else { return UInt64(bucket) }
        let exponent = UInt64(bucket / subdivisions - 1)
        let mantissa = UInt64(bucket % subdivisions + subdivisions)
        return ((mantissa + 1) << exponent) &- 1
    }
}
