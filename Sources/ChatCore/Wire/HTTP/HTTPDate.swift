// IMF-fixdate, the one form of a time that HTTP senders may write: RFC 9110 §5.6.7.
// SPDX-License-Identifier: GPL-3.0-or-later

extension ByteBuffer {
    /// Writes `Sun, 06 Nov 1994 08:49:37 GMT`. Times outside years 0–9999 are clamped.
    package mutating func write(imfFixdate time: Timestamp) {
        let clamped = Int(min(max(time.milliseconds, -62_167_219_200_000), 253_402_300_799_999))
        let millisOfDay = ((clamped % 86_400_000) + 86_400_000) % 86_400_000
        let secondOfDay = millisOfDay / 1000
        let day = (clamped - millisOfDay) / 86_400_000
        let date = CivilDate(daysSinceEpoch: day)
        // 1970-01-01 was a Thursday.
        write(part: ((day % 7) + 11) % 7, of: "SunMonTueWedThuFriSat")
        write(literal: ", ")
        write(padded: date.day, width: 2)
        write(UInt8(ascii: " "))
        write(part: date.month - 1, of: "JanFebMarAprMayJunJulAugSepOctNovDec")
        write(UInt8(ascii: " "))
        write(padded: date.year, width: 4)
        write(UInt8(ascii: " "))
        write(padded: secondOfDay / 3600, width: 2)
        write(UInt8(ascii: ":"))
        write(padded: secondOfDay / 60 % 60, width: 2)
        write(UInt8(ascii: ":"))
        write(padded: secondOfDay % 60, width: 2)
        write(literal: " GMT")
    }

    /// Writes the three letters with number `index`; the callers' are all within `names`.
    private mutating func write(part index: Int, of names: StaticString) {
        guard index >= 0, index * 3 + 3 <= names.utf8CodeUnitCount else { return }
        write(UnsafeRawBufferPointer(start: names.utf8Start + index * 3, count: 3))
    }
}
