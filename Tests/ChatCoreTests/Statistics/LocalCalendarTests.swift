// Local days, months and hours, in zones that change their clocks on different days, by different
// amounts, at different hours, and over midnight.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct LocalCalendarTests {
    private func time(_ text: String) throws -> Timestamp {
        try #require(Timestamp(rfc3339: text))
    }

    private func span(_ from: String, _ to: String) throws -> Range<Timestamp> {
        try time(from)..<time(to)
    }

    private func hours(_ span: Range<Timestamp>) -> Double {
        Double(span.upperBound.milliseconds - span.lowerBound.milliseconds) / 3_600_000
    }

    @Test func anOrdinaryDayIsFromMidnightToMidnight() throws {
        let day = try span("2026-11-20T23:00:00Z", "2026-11-21T23:00:00Z")
        #expect(TestZones.berlin.day(of: try time("2026-11-21T12:00:00Z")) == day)
        #expect(TestZones.berlin.day(of: day.lowerBound) == day)
        #expect(TestZones.berlin.day(of: try time("2026-11-21T22:59:59.999Z")) == day)
        #expect(TestZones.berlin.day(of: day.upperBound) != day)
        #expect(TestZones.berlin.day(CivilDate(year: 2026, month: 11, day: 21)) == day)
    }

    @Test func daysOnWhichTheClockChangesHaveOtherLengths() throws {
        func length(_ calendar: LocalCalendar, _ month: Int, _ day: Int) -> Double {
            hours(calendar.day(CivilDate(year: 2026, month: month, day: day)))
        }
        #expect(length(TestZones.berlin, 3, 29) == 23)
        #expect(length(TestZones.berlin, 10, 25) == 25)
        #expect(length(TestZones.newYork, 3, 8) == 23)
        #expect(length(TestZones.newYork, 11, 1) == 25)
        #expect(length(TestZones.newYork, 10, 25) == 24)
        #expect(length(TestZones.lordHowe, 4, 5) == 24.5)
        #expect(length(TestZones.lordHowe, 10, 4) == 23.5)
        #expect(length(TestZones.beirut, 3, 29) == 23)
        #expect(length(TestZones.beirut, 10, 24) == 25)
        #expect(length(TestZones.beirut, 10, 25) == 24)
        // The one day has its first minute before the change, and all others after it.
        #expect(length(TestZones.stJohns, 3, 8) == 23)
        #expect(
            length(TestZones.stJohns, 10, 31) + length(TestZones.stJohns, 11, 1)
                == 49)
    }

    @Test func aDayThatHasNoMidnightBeginsWithTheChange() throws {
        let day = TestZones.beirut.day(CivilDate(year: 2026, month: 3, day: 29))
        #expect(day.lowerBound == (try time("2026-03-28T22:00:00Z")))
        #expect(TestZones.beirut.local(day.lowerBound).second == 3600)
        #expect(
            TestZones.beirut.day(of: try time("2026-03-28T21:59:59Z")).upperBound
                == day.lowerBound)
    }

    @Test(arguments: TestZones.all)
    func everyMomentIsInOneDayAndOneMonth(calendar: LocalCalendar) throws {
        var random = SeededRandom(seed: 3)
        let year = try span("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z").lowerBound
        for _ in 0..<2000 {
            let time = Timestamp(
                milliseconds: year.milliseconds
                    + Int64.random(in: 0..<31_536_000_000, using: &random))
            let day = calendar.day(of: time)
            #expect(day.contains(time))
            #expect(calendar.day(of: day.upperBound).lowerBound == day.upperBound)
            let month = calendar.month(of: time)
            #expect(month.contains(time))
            #expect(month.lowerBound <= day.lowerBound && day.upperBound <= month.upperBound)
        }
    }

    @Test(arguments: TestZones.all)
    func monthsAreAsLongAsTheCalendarHasThem(calendar: LocalCalendar) {
        let february = calendar.month(year: 2028, month: 2)
        #expect(calendar.days(in: february).count == 29)
        #expect(calendar.days(in: calendar.month(year: 2027, month: 2)).count == 28)
        #expect(calendar.days(in: calendar.month(year: 2100, month: 2)).count == 28)
        #expect(
            calendar.month(year: 2026, month: 12).upperBound
                == calendar.month(year: 2027, month: 1).lowerBound)
        let year = (1...12).map { calendar.days(in: calendar.month(year: 2026, month: $0)).count }
        #expect(year == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    }

    /// What a clock shows at the beginning of each hour, and what its zone is.
    private func clock(_ calendar: LocalCalendar, _ month: Int, _ day: Int) -> [String] {
        calendar.hours(in: calendar.day(CivilDate(year: 2026, month: month, day: day))).map {
            let minutes = calendar.local($0.lowerBound).second / 60
            let text = "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
            return text + calendar.offset(at: $0.lowerBound).text
        }
    }

    @Test func theHoursOfADayOnWhichTheClockChangesAreToldApart() {
        let spring = clock(TestZones.berlin, 3, 29)
        #expect(spring.count == 23)
        #expect(spring[0...2] == ["0:00+01:00", "1:00+01:00", "3:00+02:00"])
        let autumn = clock(TestZones.berlin, 10, 25)
        #expect(autumn.count == 25)
        #expect(Set(autumn).count == 25)
        #expect(autumn[1...4] == ["1:00+02:00", "2:00+02:00", "2:00+01:00", "3:00+01:00"])
        #expect(clock(TestZones.newYork, 3, 8).count == 23)
        let fall = clock(TestZones.newYork, 11, 1)
        #expect(fall.count == 25)
        #expect(fall[1...2] == ["1:00-04:00", "1:00-05:00"])
    }

    @Test func anHourEndsWhereTheClockIsChanged() {
        let back = clock(TestZones.lordHowe, 4, 5)
        #expect(back[1...3] == ["1:00+11:00", "1:30+10:30", "2:00+10:30"])
        let forward = clock(TestZones.lordHowe, 10, 4)
        #expect(forward[1...3] == ["1:00+10:30", "2:30+11:00", "3:00+11:00"])
        #expect(clock(TestZones.stJohns, 3, 8)[0...1] == ["0:00-03:30", "1:01-02:30"])
    }

    @Test(arguments: TestZones.all)
    func hoursAndDaysFillTheirSpanWithoutAHole(calendar: LocalCalendar) throws {
        let whole = try span("2026-03-01T12:34:56.789Z", "2026-11-05T01:02:03.004Z")
        for pieces in [calendar.days(in: whole), calendar.hours(in: whole)] {
            #expect(pieces.first?.lowerBound == whole.lowerBound)
            #expect(pieces.last?.upperBound == whole.upperBound)
            #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
            #expect(pieces.allSatisfy { !$0.isEmpty })
        }
        #expect(calendar.hours(in: whole).allSatisfy { hours($0) <= 1 })
        #expect(calendar.days(in: whole.lowerBound..<whole.lowerBound).isEmpty)
    }

    @Test(arguments: [Int64.min, -62_167_219_200_001, 253_402_300_800_000, Int64.max])
    func timesThatNoCalendarHasEndNothing(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        for calendar in TestZones.all {
            #expect(!calendar.day(of: time).isEmpty)
            #expect(!calendar.month(of: time).isEmpty)
        }
    }

    @Test func offsetsAreWrittenAsInTimes() {
        func text(_ seconds: Int) -> String {
            ZoneOffset(seconds: seconds, abbreviation: "").text
        }
        #expect(text(0) == "+00:00")
        #expect(text(37_800) == "+10:30")
        #expect(text(-12_600) == "-03:30")
        #expect(text(-18_000) == "-05:00")
    }

    @Test func daysThatNoCalendarHasDoNotExist() {
        func exists(_ year: Int, _ month: Int, _ day: Int) -> Bool {
            CivilDate(year: year, month: month, day: day).exists
        }
        #expect(exists(2028, 2, 29) && exists(2026, 12, 31))
        #expect(!exists(2026, 2, 29) && !exists(2026, 2, 30) && !exists(2026, 4, 31))
        #expect(!exists(2026, 13, 1) && !exists(2026, 0, 1) && !exists(2026, 1, 0))
        #expect(CivilDate(year: 2026, month: 3, day: 1).adding(days: -1).text == "2026-02-28")
        #expect(CivilDate(year: 7, month: 3, day: 1).text == "0007-03-01")
    }
}
