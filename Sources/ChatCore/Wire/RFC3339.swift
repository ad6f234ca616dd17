// RFC 3339 times with milliseconds, UTC, as every protocol here writes them. Calendar arithmetic
// by days since the epoch in the proleptic Gregorian calendar; no locale, no library.
// SPDX-License-Identifier: GPL-3.0-or-later

extension ByteBuffer {
    /// Writes `2026-11-21T09:30:00.123Z`. Times outside years 0–9999 are clamped.
    package mutating func write(rfc3339 time: Timestamp) {
        let clamped = min(max(time.milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let millis = Int(((clamped % 1000) + 1000) % 1000)
        let seconds = (Int(clamped) - millis) / 1000
        let secondOfDay = ((seconds % 86_400) + 86_400) % 86_400
        let date = CivilDate(daysSinceEpoch: (seconds - secondOfDay) / 86_400)
        write(padded: date.year, width: 4)
        write(UInt8(ascii: "-"))
        write(padded: date.month, width: 2)
        write(UInt8(ascii: "-"))
        write(padded: date.day, width: 2)
        write(UInt8(ascii: "T"))
        write(padded: secondOfDay / 3600, width: 2)
        write(UInt8(ascii: ":"))
        write(padded: secondOfDay / 60 % 60, width: 2)
        write(UInt8(ascii: ":"))
        write(padded: secondOfDay % 60, width: 2)
        write(UInt8(ascii: "."))
        write(padded: millis, width: 3)
        write(UInt8(ascii: "Z"))
    }
}

/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Hashable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that begins `days` × 86 400 s after 1970-01-01T00:00Z.
    package init(daysSinceEpoch days: Int) {
        // Years are counted from March 1st of year 0, so that the leap day comes last.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days from 1970-01-01 to this day.
    package var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
