// What is written can be read again, on one line, by this reader and by stricter ones.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct JSONWriterTests {
    private func written(_ text: String) -> String {
        var buffer = ByteBuffer()
        buffer.write(json: text)
        return buffer.text
    }

    @Test(
        "Strings are escaped where they must be and nowhere else",
        arguments: [
            ("", #""""#), ("plain", #""plain""#), ("a\"b\\c/d", #""a\"b\\c/d""#),
            ("\n\r\t\u{8}\u{c}", #""\n\r\t\b\f""#),
            (
                "\0\u{1}\u{f}\u{10}\u{1f}\u{1b}[0m",
                #""\u0000\u0001\u000f\u0010\u001f\u001b[0m""#
            ),
            ("a\u{2028}b\u{2029}", #""a\u2028b\u2029""#), ("\u{7f}", "\"\u{7f}\""),
            // Others that begin with 0xE2 are left alone, at the end of the text too.
            ("€ “x” \u{2027}\u{202a}", "\"€ “x” \u{2027}\u{202a}\""), ("世界 😀", "\"世界 😀\""),
            ("1234567\"9012345\\7890123\n", #""1234567\"9012345\\7890123\n""#),
        ])
    func escapes(text: String, expected: String) {
        #expect(written(text) == expected)
    }

    @Test("Every scalar comes back, at every distance from a word's edge")
    func scalars() throws {
        var values = Array(UInt32(0)...0x2FF)
        values += [0x2027, 0x2028, 0x2029, 0x202A, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]
        for scalar in values.compactMap(Unicode.Scalar.init) {
            for padding in 0..<9 {
                let text =
                    String(repeating: "x", count: padding) + String(Character(scalar)) + "yz"
                let line = written(text)
                #expect(try JSONReader.value(in: line) == .string(text))
                #expect(!line.utf8.contains { $0 < 0x20 })
            }
        }
    }

    @Test("Random values survive writing and reading")
    func roundTrips() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<300 {
            let value = randomValue(depth: 0, &random)
            var buffer = ByteBuffer()
            buffer.write(json: value)
            #expect(try JSONReader.value(in: buffer.storage) == value)
        }
    }

    private func randomValue(depth: Int, _ random: inout SeededRandom) -> JSONValue {
        switch Int.random(in: 0...(depth < 4 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int64(bitPattern: random.next() >> UInt64.random(in: 0...60)))
        case 3: return .double(Double.random(in: -1e9...1e9, using: &random))
        case 4, 5: return .string(randomText(&random))
        case 6:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in randomValue(depth: depth + 1, &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                _ = object.append(randomText(&random), randomValue(depth: depth + 1, &random))
            }
            return .object(object)
        }
    }

    private func randomText(_ random: inout SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = ["a", "Z", "\"", "\\", "\n", "\u{0}", "é", "\u{2028}", "😀"]
        let count = Int.random(in: 0...20, using: &random)
        return (0..<count).reduce(into: "") { text, _ in
            text.unicodeScalars.append(scalars.randomElement(using: &random) ?? "-")
        }
    }

    @Test("Objects and arrays get their commas, whatever was in the buffer before")
    func commas() {
        var buffer = ByteBuffer("42")
        buffer.beginObject()
        buffer.member("a", "x")
        buffer.member("b", -7)
        buffer.beginArray("c")
        buffer.element("{")
        buffer.element("[")
        buffer.beginElement()
        buffer.endObject()
        buffer.beginElement()
        buffer.member("d", true)
        buffer.endObject()
        buffer.endArray()
        buffer.beginObject("e")
        buffer.endObject()
        buffer.member("f", Timestamp(milliseconds: 0))
        buffer.member("g", JSONValue.array([.null, .double(1.5)]))
        buffer.endObject()
        let expected =
            #"42{"a":"x","b":-7,"c":["{","[",{},{"d":true}],"e":{},"#
            + #""f":"1970-01-01T00:00:00.000Z","g":[null,1.5]}"#
        #expect(buffer.text == expected)
    }

    @Test("A number that JSON has no word for is null")
    func notFinite() {
        var buffer = ByteBuffer()
        buffer.write(json: .array([.double(.infinity), .double(.nan)]))
        #expect(buffer.text == "[null,null]")
    }

    @Test("Numbers are written in any base")
    func radix() {
        for (number, radix, text) in [
            (0, 10, "0"), (9, 10, "9"), (10, 10, "10"), (35, 36, "z"), (36, 36, "10"),
            (UInt64.max, 10, "18446744073709551615"), (.max, 36, "3w5e11264sgsf"),
            (.max, 2, String(repeating: "1", count: 64)),
        ] as [(UInt64, UInt64, String)] {
            var buffer = ByteBuffer()
            buffer.write(number, radix: radix)
            #expect(buffer.text == text)
        }
    }
}
