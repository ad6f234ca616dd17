// The flood limit, in virtual time.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("TokenBucket")
struct TokenBucketTests {
    private func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: milliseconds * 1_000_000)
    }

    @Test("the burst is free, the next request waits for one token")
    func burst() {
        var bucket = TokenBucket(rate: 10, burst: 5)
        for _ in 0..<5 { #expect(bucket.take(now: at(1000)) == nil) }
        #expect(bucket.take(now: at(1000)) == at(1100))
        #expect(bucket.take(now: at(1000)) == at(1200))
    }

    @Test("tokens come back at the rate, up to the burst and no further")
    func refill() {
        var bucket = TokenBucket(rate: 10, burst: 5)
        for _ in 0..<6 { _ = bucket.take(now: at(0)) }
        #expect(bucket.take(now: at(100)) == at(200))
        #expect(bucket.take(now: at(300)) == nil)
        for _ in 0..<5 { #expect(bucket.take(now: at(60_000)) == nil) }
        #expect(bucket.take(now: at(60_000)) == at(60_100))
    }

    @Test("whoever keeps to the rate is never slowed down")
    func steady() {
        var bucket = TokenBucket(rate: 50, burst: 1)
        for turn in 0..<10_000 as Range<Int64> { #expect(bucket.take(now: at(turn * 20)) == nil) }
    }

    @Test("without a limit nobody waits")
    func unlimited() {
        var bucket = TokenBucket.unlimited
        for _ in 0..<10_000 { #expect(bucket.take(now: at(0)) == nil) }
    }

    @Test(
        "absurd limits and times do not overflow",
        arguments: [
            (1, Int.max), (Int.max, 1), (Int.max, Int.max), (1, 0), (5, -3), (-5, 5), (1, 1),
        ])
    func extremes(rate: Int, burst: Int) {
        var bucket = TokenBucket(rate: rate, burst: burst)
        for nanoseconds in [0, 1, Int64.max - 1, .max, .max, 0, 5] as [Int64] {
            let now = Instant(nanoseconds: nanoseconds)
            if let until = bucket.take(now: now) { #expect(until > now) }
        }
    }
}
