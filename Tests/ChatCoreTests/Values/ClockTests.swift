// Time as values: no arithmetic on it can overflow, whatever a peer or a configuration brings.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Durations and instants")
struct ClockTests {
    @Test("a duration is counted in whole nanoseconds, cut towards zero")
    func wholeNanoseconds() {
        #expect(Duration.milliseconds(250).wholeNanoseconds == 250_000_000)
        #expect(Duration.seconds(-3).wholeNanoseconds == -3_000_000_000)
        let fraction = Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999)
        #expect(fraction.wholeNanoseconds == 1)
        #expect(Duration.zero.wholeNanoseconds == 0)
    }

    @Test(
        "a duration too long for nanoseconds saturates",
        arguments: [
            (Duration.seconds(Int64.max), Int64.max), (.seconds(Int64.min), .min),
            (.nanoseconds(Int64.max), .max), (.nanoseconds(Int64.min), .min),
            (.seconds(9_223_372_037), .max), (.seconds(-9_223_372_037), .min),
        ])
    func saturatingNanoseconds(duration: Duration, expected: Int64) {
        #expect(duration.wholeNanoseconds == expected)
    }

    @Test("milliseconds are cut, not rounded")
    func wholeMilliseconds() {
        #expect(Duration.microseconds(1999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(999).wholeMilliseconds == 0)
    }

    @Test("adding to an instant saturates at both ends")
    func saturatingSum() {
        let late = Instant(nanoseconds: .max - 5)
        #expect(late + .nanoseconds(5) == .distantFuture)
        #expect(late + .seconds(1) == .distantFuture)
        #expect(Instant.distantFuture + .seconds(Int64.max) == .distantFuture)
        let early = Instant(nanoseconds: .min + 5)
        #expect(early + .seconds(-1) == Instant(nanoseconds: .min))
    }

    @Test("the difference of two instants saturates towards its own sign")
    func saturatingDifference() {
        let first = Instant(nanoseconds: .min)
        let last = Instant(nanoseconds: .max)
        #expect(last - first == .nanoseconds(Int64.max))
        #expect(first - last == .nanoseconds(Int64.min))
        #expect(Instant(nanoseconds: 7) - Instant(nanoseconds: 10) == .nanoseconds(-3))
    }

    @Test("instants and timestamps are ordered by their time")
    func order() {
        #expect(Instant(nanoseconds: -1) < Instant(nanoseconds: 0))
        #expect(Timestamp(milliseconds: 1) < Timestamp(milliseconds: 2))
        #expect(!(Instant.distantFuture < Instant.distantFuture))
    }
}
