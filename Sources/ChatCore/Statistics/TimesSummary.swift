// What many lengths of time come to. Percentiles are exact, by nearest rank: the p-th is the smallest
// value that at least p percent of all values do not exceed. It is one of them, never one in between.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How long something took, of many times that it was measured.
package struct TimesSummary: Hashable, Sendable {
    /// How many were measured.
    package let count: Int
    /// In milliseconds; nil when nothing was measured, as with the others.
    package let p50: Int64?
    package let p90: Int64?
    package let p99: Int64?

    /// Nothing was measured.
    package static let none = TimesSummary(of: [])

    /// - Parameter times: in milliseconds; less than none counts as none.
    package init(of times: [Int64]) {
        count = times.count
        let sorted = TimesSummary.sorted(times)
        func nearest(_ percent: Int) -> Int64? {
            guard !sorted.isEmpty else { return nil }
            let rank = (sorted.count * percent + 99) / 100
            return Int64(clamping: sorted[max(1, rank) - 1])
        }
        p50 = nearest(50)
        p90 = nearest(90)
        p99 = nearest(99)
    }

    /// A sort by digits: the same few passes whatever is in it, where a month may have a million.
    private static func sorted(_ times: [Int64]) -> [UInt64] {
        let bits: UInt64 = 11
        var values = times.map { UInt64(clamping: $0) }
        guard let greatest = values.max() else { return [] }
        var other = [UInt64](repeating: 0, count: values.count)
        var shift: UInt64 = 0
        while shift < 64, greatest >> shift > 0 {
            var starts = [Int](repeating: 0, count: 1 << bits)
            let mask = UInt64(starts.count - 1)
            for value in values { starts[Int(value >> shift & mask)] += 1 }
            var next = 0
            for digit in starts.indices {
                let count = starts[digit]
                starts[digit] = next
                next += count
            }
            for value in values {
                let digit = Int(value >> shift & mask)
                other[starts[digit]] = value
                starts[digit] += 1
            }
            swap(&values, &other)
            shift += bits
        }
        return values
    }
}
