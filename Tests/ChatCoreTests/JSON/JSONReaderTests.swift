// What the reader takes and what it refuses, as tables: RFC 8259's grammar from both sides.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct JSONReaderTests {
    static let accepted: [(String, JSONValue)] = [
        ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
        (" \t\r\n 1 \t\r\n ", .int(1)),
        // Numbers.
        ("0", .int(0)), ("-1", .int(-1)), ("1234567890", .int(1_234_567_890)),
        ("-0", .double(-0.0)), ("0.0", .double(0)), ("-0.5", .double(-0.5)),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", .double(0x1p63)), ("-9223372036854775809", .double(-0x1p63)),
        ("100000000000000000000", .double(1e20)),
        ("1e2", .double(100)), ("1E+2", .double(100)), ("25e-1", .double(2.5)),
        ("0e0", .double(0)), ("1.5e300", .double(1.5e300)), ("1e-999", .double(0)),
        // Strings.
        ("\"\"", .string("")), ("\"a\"", .string("a")), ("\"/\"", .string("/")),
        ("\"12345678\"", .string("12345678")), ("\"1234567\\n9\"", .string("1234567\n9")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")),
        (#""A\u00e9\u20AC""#, .string("A\u{e9}\u{20AC}")),
        (#""\uD83D\uDE00\ud83d\ude00""#, .string("😀😀")),
        (#""\u0000""#, .string("\0")), (#""\uFFFF""#, .string("\u{FFFF}")),
        (#""\uDBFF\uDFFF""#, .string("\u{10FFFF}")),
        ("\"\u{7f}\"", .string("\u{7f}")), ("\"\u{2028}\"", .string("\u{2028}")),
        ("\"Grüße, 世界 😀\"", .string("Grüße, 世界 😀")),
        (#""é\té""#, .string("é\té")),
        // Arrays.
        ("[]", .array([])), ("[ ]", .array([])), ("[1]", .array([.int(1)])),
        ("[1 , [ 2,3 ],\"x\"]", .array([.int(1), .array([.int(2), .int(3)]), .string("x")])),
        (
            "[null,true,false,{}]",
            .array([.null, .bool(true), .bool(false), .object(JSONObject())])
        ),
    ]

    @Test("Valid values are read as what they are", arguments: accepted)
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONReader.value(in: text) == value)
    }

    @Test("Minus zero keeps its sign")
    func minusZero() throws {
        #expect(try JSONReader.value(in: "-0").number?.sign == .minus)
    }

    static let rejected: [(String, JSONError.Kind, Int)] = [
        // Nothing, or not enough.
        ("", .truncated, 0), (" ", .truncated, 1), ("[", .truncated, 1), ("[1", .truncated, 2),
        ("[1,", .truncated, 3), ("{", .truncated, 1), ("{\"a\"", .truncated, 4),
        ("{\"a\":", .truncated, 5), ("{\"a\":1", .truncated, 6), ("{\"a\":1,", .truncated, 7),
        ("\"", .truncated, 1), ("\"abc", .truncated, 4), ("\"\\", .truncated, 2),
        ("\"\\u", .truncated, 3), ("\"\\u12", .truncated, 5), ("\"\\ud800", .truncated, 7),
        ("\"\\ud800\\", .truncated, 8), ("\"\\ud800\\u1", .truncated, 10),
        ("t", .truncated, 1), ("nul", .truncated, 3), ("-", .truncated, 1), ("1.", .truncated, 2),
        ("1e", .truncated, 2), ("1e+", .truncated, 3),
        // Too much.
        ("1 2", .trailingGarbage, 2), ("{}}", .trailingGarbage, 2), ("[]]", .trailingGarbage, 2),
        ("null,", .trailingGarbage, 4), ("truee", .trailingGarbage, 4),
        ("{}\0", .trailingGarbage, 2), ("\"a\"b", .trailingGarbage, 3),
        // Not JSON's tokens.
        ("nil", .unexpectedCharacter, 1), ("True", .unexpectedCharacter, 0),
        ("NaN", .unexpectedCharacter, 0), ("Infinity", .unexpectedCharacter, 0),
        ("undefined", .unexpectedCharacter, 0), ("'a'", .unexpectedCharacter, 0),
        ("\0", .unexpectedCharacter, 0), ("\u{c}1", .unexpectedCharacter, 0),
        ("\u{a0}1", .unexpectedCharacter, 0), ("\u{feff}{}", .unexpectedCharacter, 0),
        ("/* */1", .unexpectedCharacter, 0), ("+1", .unexpectedCharacter, 0),
        (".5", .unexpectedCharacter, 0), ("é", .unexpectedCharacter, 0),
        // Numbers.
        ("01", .badNumber, 0), ("-01", .badNumber, 1), ("00", .badNumber, 0),
        ("-a", .badNumber, 1), ("1.a", .badNumber, 2), ("1.e3", .badNumber, 2),
        ("1ex", .badNumber, 2), ("1e+x", .badNumber, 3), ("--1", .badNumber, 1),
        ("0x1F", .trailingGarbage, 1), ("1_000", .trailingGarbage, 1),
        ("1e999", .numberOutOfRange, 0), ("-1e999", .numberOutOfRange, 0),
        // Arrays and objects.
        ("[,]", .unexpectedCharacter, 1), ("[1,]", .unexpectedCharacter, 3),
        ("[1 2]", .unexpectedCharacter, 3), ("[1}", .unexpectedCharacter, 2),
        ("{1:2}", .unexpectedCharacter, 1), ("{a:1}", .unexpectedCharacter, 1),
        ("{\"a\" 1}", .unexpectedCharacter, 5), ("{\"a\":}", .unexpectedCharacter, 5),
        ("{\"a\":1,}", .unexpectedCharacter, 7), ("{,}", .unexpectedCharacter, 1),
        ("{\"a\":1]", .unexpectedCharacter, 6), ("{\"a\",1}", .unexpectedCharacter, 4),
        ("{\"a\":1,\"a\":1}", .duplicateName, 7), (#"{"a":1,"\u0061":2}"#, .duplicateName, 7),
        ("[{\"b\":{\"c\":0,\"c\":0}}]", .duplicateName, 13),
        // Strings.
        ("\"\n\"", .controlCharacter, 1), ("\"a\tb\"", .controlCharacter, 2),
        ("\"\0\"", .controlCharacter, 1), ("\"123456789\u{1f}\"", .controlCharacter, 10),
        (#""\a""#, .badEscape, 2), (#""\'""#, .badEscape, 2), (#""\x41""#, .badEscape, 2),
        (#""\U0041""#, .badEscape, 2), (#""\u00g0""#, .badEscape, 5), (#""\u+123""#, .badEscape, 3),
        (#""\ud800""#, .loneSurrogate, 1), (#""a\udc00""#, .loneSurrogate, 2),
        (#""\ud800\ud800""#, .loneSurrogate, 1), (#""\ud800x""#, .loneSurrogate, 1),
        (#""\ud800\n""#, .loneSurrogate, 1), (#""\ud83d\u0041""#, .loneSurrogate, 1),
    ]

    @Test("What is not JSON is refused, with the reason and the place", arguments: rejected)
    func refuses(text: String, kind: JSONError.Kind, offset: Int) {
        #expect(throws: JSONError(kind, at: offset)) { try JSONReader.value(in: text) }
    }

    static let illFormed: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE2, 0x82],
        [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0xAF],
        [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        [0xC3, 0xA9, 0x80],
    ]

    @Test("Ill-formed UTF-8 in a string is refused, wherever it stands", arguments: illFormed)
    func refusesUTF8(bytes: [UInt8]) {
        for padding in 0...9 {
            let plain = Array(repeating: UInt8(ascii: "x"), count: padding)
            let quote = UInt8(ascii: "\"")
            let escape = Array("\\n".utf8)
            for text in [plain + bytes, plain + bytes + plain, escape + bytes, bytes + escape] {
                #expect(throws: JSONError(.badUTF8, at: 1)) {
                    try JSONReader.value(in: [quote] + text + [quote])
                }
            }
        }
    }

    @Test("Nesting is bounded")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONReader.value(in: nested(Limits.maxJSONDepth)) }
        #expect(throws: JSONError(.tooDeep, at: Limits.maxJSONDepth)) {
            try JSONReader.value(in: nested(Limits.maxJSONDepth + 1))
        }
        #expect(throws: JSONError(.tooDeep, at: Limits.maxJSONDepth)) {
            try JSONReader.value(in: String(repeating: "[", count: 1_000_000))
        }
        #expect(throws: JSONError(.tooDeep, at: 5 * Limits.maxJSONDepth)) {
            try JSONReader.value(in: String(repeating: "{\"a\":", count: 100))
        }
        // Width is no depth.
        let wide = "[" + String(repeating: "[],", count: 1000) + "[]]"
        #expect(try JSONReader.value(in: wide).array?.count == 1001)
    }

    @Test("The members of an object are bounded")
    func members() throws {
        func object(_ count: Int) -> String {
            "{" + (0..<count).map { "\"m\($0)\":\($0)" }.joined(separator: ",") + "}"
        }
        let most = try JSONReader.value(in: object(Limits.maxJSONMembers))
        #expect(most.object?.members.count == Limits.maxJSONMembers)
        #expect(most.object?["m7"] == .int(7))
        #expect(most.object?["m64"] == nil)
        #expect {
            try JSONReader.value(in: object(Limits.maxJSONMembers + 1))
        } throws: { ($0 as? JSONError)?.kind == .tooManyMembers }
    }

    @Test("Members keep the order in which they were written")
    func order() throws {
        let object = try JSONReader.value(in: #"{"z":1,"a":2,"m":3}"#).object
        #expect(object?.members.map(\.name) == ["z", "a", "m"])
    }

    @Test("Whole numbers are integers however they are written")
    func integers() throws {
        for text in ["5", "5.0", "50e-1", "0.5e1"] {
            #expect(try JSONReader.value(in: text).integer == 5)
        }
        for text in ["5.5", "1e300", "\"5\"", "null", "9223372036854775808"] {
            #expect(try JSONReader.value(in: text).integer == nil)
        }
        #expect(try JSONReader.value(in: "-9223372036854775808.0").integer == .min)
    }

    @Test("Damaged input is refused or read, and never traps")
    func damaged() {
        let seed = Array(#"{"a":[1,-2.5e3,"é\u00e9\ud83d\ude00"],"b":{"c":null,"d":true}}"#.utf8)
        var random = SeededRandom(seed: 8259)
        var refused = 0
        for _ in 0..<5000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes = Array(bytes[..<place]) + bytes[(place / 2)...]
                }
            }
            do { _ = try JSONReader.value(in: bytes) } catch { refused += 1 }
        }
        #expect((1..<5000).contains(refused))
    }
}
