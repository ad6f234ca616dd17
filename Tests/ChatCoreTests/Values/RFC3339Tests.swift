// Times on the wire, both ways.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct RFC3339Tests {
    private func written(_ milliseconds: Int64) -> String {
        var buffer = ByteBuffer()
        buffer.write(rfc3339: Timestamp(milliseconds: milliseconds))
        return buffer.text
    }

    static let times: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_795_253_400_123, "2026-11-21T09:30:00.123Z"),
        (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ]

    @Test("Times are written with milliseconds, in UTC, and read again", arguments: times)
    func both(milliseconds: Int64, text: String) {
        #expect(written(milliseconds) == text)
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test("Times out of range are clamped")
    func clamps() {
        #expect(written(.max) == "9999-12-31T23:59:59.999Z")
        #expect(written(.min) == "0000-01-01T00:00:00.000Z")
    }

    @Test("Random times come back")
    func roundTrips() {
        var random = SeededRandom(seed: 3339)
        for _ in 0..<1000 {
            let range = Int64(-62_167_219_200_000)...253_402_300_799_999
            let time = Int64.random(in: range, using: &random)
            #expect(Timestamp(rfc3339: written(time))?.milliseconds == time)
        }
    }

    @Test(
        "Offsets, fractions of any length and small letters are read",
        arguments: [
            ("2026-11-21T10:30:00.123+01:00", 1_795_253_400_123),
            ("2026-11-21T04:00:00.123-05:30", 1_795_253_400_123),
            ("2026-11-21t09:30:00.1239999z", 1_795_253_400_123),
            ("2026-11-21 09:30:00.1Z", 1_795_253_400_100),
            ("2026-11-21T09:30:00.12Z", 1_795_253_400_120),
            ("2026-11-21T09:30:00-00:00", 1_795_253_400_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ] as [(String, Int64)])
    func tolerates(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "What is no time is nil",
        arguments: [
            "", "Z", "2026", "2026-11-21", "2026-11-21T09:30Z", "2026-11-21T09:30:00",
            "2026-11-21T09:30:00.Z", "2026-11-21T09:30:00,5Z", "2026-11-21T09:30:00Zx",
            "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:30:61Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
            "2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
            "2026-1-01T00:00:00Z", "-026-01-01T00:00:00Z", "２026-01-01T00:00:00Z",
            "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60",
            "2026-01-01T00:00:00." + String(repeating: "1", count: 100) + "Z",
        ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }
}
