// Percentiles by nearest rank, against the definition.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct TimesSummaryTests {
    /// The smallest value that at least `percent` of all do not exceed.
    private func defined(_ percent: Int, _ times: [Int64]) -> Int64? {
        times.sorted().first { value in
            times.count { $0 <= value } * 100 >= percent * times.count
        }
    }

    @Test func nothingMeasuredHasNoPercentiles() {
        #expect(TimesSummary.none.count == 0)
        #expect(TimesSummary.none.p50 == nil && TimesSummary.none.p99 == nil)
    }

    @Test func aPercentileIsOneOfTheValues() {
        let ten = TimesSummary(of: [10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
        #expect(ten.p50 == 5 && ten.p90 == 9 && ten.p99 == 10)
        let one = TimesSummary(of: [7])
        #expect(one.p50 == 7 && one.p90 == 7 && one.p99 == 7)
        let hundred = TimesSummary(of: Array(1...100))
        #expect(hundred.p50 == 50 && hundred.p90 == 90 && hundred.p99 == 99)
        #expect(TimesSummary(of: [0, 0, 0]).p99 == 0)
    }

    @Test(arguments: [1, 2, 3, 10, 99, 100, 101, 500])
    func percentilesAreAsDefinedWhateverIsInThem(count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        for most in [0, 5, 3000, 5_000_000, Int64.max] {
            let times = (0..<count).map { _ in Int64.random(in: 0...most, using: &random) }
            let summary = TimesSummary(of: times)
            #expect(summary.count == count)
            #expect(summary.p50 == defined(50, times))
            #expect(summary.p90 == defined(90, times))
            #expect(summary.p99 == defined(99, times))
        }
    }

    @Test func orderMakesNoDifference() {
        let up = Array<Int64>(0..<10_000)
        let organ = up.map { $0 < 5000 ? 2 * $0 : 2 * (9999 - $0) + 1 }
        let equal = Array<Int64>(repeating: 3, count: 5000) + Array(repeating: 4, count: 5000)
        for times in [up, up.reversed(), organ] {
            let summary = TimesSummary(of: times)
            #expect(summary.p50 == 4999 && summary.p90 == 8999 && summary.p99 == 9899)
        }
        #expect(TimesSummary(of: equal).p50 == 3 && TimesSummary(of: equal).p90 == 4)
    }
}
