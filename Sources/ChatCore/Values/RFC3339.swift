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
        // Every message carries a time: it is put together first and appended in one go.
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { text in
            text.put(digits: 4, of: date.year, at: 0, then: UInt8(ascii: "-"))
            text.put(digits: 2, of: date.month, at: 5, then: UInt8(ascii: "-"))
            text.put(digits: 2, of: date.day, at: 8, then: UInt8(ascii: "T"))
            text.put(digits: 2, of: secondOfDay / 3600, at: 11, then: UInt8(ascii: ":"))
            text.put(digits: 2, of: secondOfDay / 60 % 60, at: 14, then: UInt8(ascii: ":"))
            text.put(digits: 2, of: secondOfDay % 60, at: 17, then: UInt8(ascii: "."))
            text.put(digits: 3, of: millis, at: 20, then: UInt8(ascii: "Z"))
            write(UnsafeRawBufferPointer(text))
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Stores the last `digits` decimal digits of a natural `number`, and a byte after them.
    /// The caller provides for `offset + digits < count`.
    fileprivate func put(digits: Int, of number: Int, at offset: Int, then byte: UInt8) {
        var rest = UInt32(truncatingIfNeeded: number)
        for index in stride(from: offset + digits - 1, through: offset, by: -1) {
            self[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        self[offset + digits] = byte
    }
}

extension Timestamp {
    /// Reads an RFC 3339 time (§5.6): `2026-11-21T10:30:00+01:00`. The fraction may be missing and
    /// is cut to milliseconds; a space may stand for the `T`; a leap second is the next second.
    /// nil for anything else, a time without an offset and a day that no calendar has among it.
    package init?(rfc3339 text: some StringProtocol) {
        var fields = TimeFields(text.utf8.prefix(64))
        guard let year = fields.number(4), fields.skip("-"),
            let month = fields.number(2), fields.skip("-"), let day = fields.number(2),
            fields.skip("T") || fields.skip("t") || fields.skip(" "),
            let hour = fields.number(2), fields.skip(":"), let minute = fields.number(2),
            fields.skip(":"), let second = fields.number(2),
            let millis = fields.fraction(), let offset = fields.offset(), fields.isAtEnd,
            (1...12).contains(month), (1...31).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        // 30 February comes back as a day of March.
        guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
        let minutes = (date.daysSinceEpoch * 24 + hour) * 60 + minute - offset
        self.init(milliseconds: Int64((minutes * 60 + second) * 1000 + millis))
    }
}

/// The parts of a time, read one after another.
private struct TimeFields {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// Exactly `digits` decimal digits.
    mutating func number(_ digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
        rest.removeFirst()
        return Int(byte - 0x30)
    }

    /// Milliseconds: `.` and at least one digit, or nothing.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        guard var value = digit() else { return nil }
        var digits = 1
        while let next = digit() {
            if digits < 3 {
                value = value * 10 + next
                digits += 1
            }
        }
        return digits == 1 ? value * 100 : digits == 2 ? value * 10 : value
    }

    /// Minutes east of Greenwich: `Z` or `±hh:mm`.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-"), let hours = number(2), skip(":"), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        return isEast ? hours * 60 + minutes : -(hours * 60 + minutes)
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
