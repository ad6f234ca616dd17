// Wall-clock time as a person at this place reads it. The zone is a parameter, so that what is
// rendered can be tested anywhere.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A minute of a local day.
package struct LocalTime: Hashable, Sendable {
    package var date: CivilDate
    package var hour: Int
    package var minute: Int
    package var second: Int

    /// `time` at `offset` seconds east of Greenwich. Times outside years 0–9999 are clamped.
    package init(_ time: Timestamp, offset: Int) {
        let clamped = min(max(time.milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let seconds = Int(clamped / 1000) + offset
        let ofDay = ((seconds % 86_400) + 86_400) % 86_400
        date = CivilDate(daysSinceEpoch: (seconds - ofDay) / 86_400)
        hour = ofDay / 3600
        minute = ofDay / 60 % 60
        second = ofDay % 60
    }

    /// `09:05`.
    package var clock: String { "\(LocalTime.two(hour)):\(LocalTime.two(minute))" }

    /// `Saturday, 2026-11-21`.
    package var day: String { "\(weekday), \(isoDate)" }

    private var weekday: String {
        // 1970-01-01 was a Thursday.
        let names = [
            "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
        ]
        return names[((date.daysSinceEpoch % 7) + 7) % 7]
    }

    private var isoDate: String {
        "\(date.year)-\(LocalTime.two(date.month))-\(LocalTime.two(date.day))"
    }

    /// Date and time to the second in ever fewer characters: from `Saturday, 2026-11-21 14:05:09` to
    /// `14:05:09`.
    package var longToShort: [String] {
        let time = "\(clock):\(LocalTime.two(second))"
        return [
            "\(day) \(time)", "\(weekday.prefix(3)) \(isoDate) \(time)", "\(isoDate) \(time)",
            "\(LocalTime.two(date.month))-\(LocalTime.two(date.day)) \(time)", time,
        ]
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
