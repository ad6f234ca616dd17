// A summary of many durations. Percentiles are exact, by nearest rank: the p-th is the smallest
// value that at least p percent of all values do not exceed. It is always one of the values, never
// interpolated.
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

    /// A summary made elsewhere.
    package init(count: Int, p50: Int64?, p90: Int64?, p99: Int64?) {
        self.count = count
        self.p50 = p50
        self.p90 = p90
        self.p99 = p99
    }

    /// - Parameter times: in milliseconds, in any order.
    package init(of times: [Int64]) {
        count = times.count
        var times = times
        var end = times.count
        func nearest(_ percent: Int) -> Int64? {
            guard end > 0 else { return nil }
            let index = max(1, (times.count * percent + 99) / 100) - 1
            let value = times.select(index, below: end)
            // Smaller values are before it now.
            end = index + 1
            return value
        }
        p99 = nearest(99)
        p90 = nearest(90)
        p50 = nearest(50)
    }
}

extension [Int64] {
    /// The element that sorting the first `end` of them would bring to `index`; those before it are
    /// not greater afterwards. Takes time in proportion to their number (Hoare: "Find", 1961), and
    /// where the choice of pivots is bad again and again, sorts the rest.
    fileprivate mutating func select(_ index: Int, below end: Int) -> Int64 {
        var (low, high) = (0, end)
        var patience = 4 * (Int.bitWidth - end.leadingZeroBitCount)
        while high - low > 1 {
            guard patience > 0 else {
                self[low..<high].sort()
                break
            }
            patience -= 1
            let pivot = middle(self[low], self[low + (high - low) / 2], self[high - 1])
            let (smaller, greater) = partition(low, high, pivot)
            if index < smaller {
                high = smaller
            } else if index >= greater {
                low = greater
            } else {
                break
            }
        }
        return self[index]
    }

    /// Brings smaller ones to the front and greater ones to the end: where those equal to `pivot`
    /// begin, and where they end.
    private mutating func partition(_ low: Int, _ high: Int, _ pivot: Int64) -> (Int, Int) {
        var (smaller, next, greater) = (low, low, high)
        while next < greater {
            let value = self[next]
            if value < pivot {
                swapAt(smaller, next)
                smaller += 1
                next += 1
            } else if value > pivot {
                greater -= 1
                swapAt(next, greater)
            } else {
                next += 1
            }
        }
        return (smaller, greater)
    }

    private func middle(_ a: Int64, _ b: Int64, _ c: Int64) -> Int64 {
        Swift.max(Swift.min(a, b), Swift.min(Swift.max(a, b), c))
    }
}
