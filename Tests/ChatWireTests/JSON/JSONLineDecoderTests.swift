// Lines cut from a stream: terminators, limits, and errors that cost one line only.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct JSONLineDecoderTests {
    /// The codes and member names of what `input` decodes to, in every way of cutting it.
    private func decode(_ input: [UInt8], cuts: Int = 20) throws -> [String] {
        try DecoderVerifier.verify(
            input, cuts: cuts, seed: 7, decoder: { JSONLineDecoder() }
        ) { decoder, buffer -> String? in
            do throws(JSONLineError) {
                return try decoder.next(in: &buffer)?.members.map(\.name).joined(separator: " ")
            } catch {
                return "!" + error.code
            }
        }.compactMap(\.frame)
    }

    private func decode(_ input: String) throws -> [String] { try decode(Array(input.utf8)) }

    /// An object on one line of `count` bytes.
    private func line(_ count: Int) -> String {
        "{\"x\":\"" + String(repeating: "y", count: count - 8) + "\"}"
    }

    @Test("Lines end in LF or CRLF, and empty ones are passed over")
    func lines() throws {
        #expect(try decode("{\"a\":1}\n\r\n\n{\"b\":1,\"c\":2}\r\n{\"d\"") == ["a", "b c"])
        #expect(try decode("\n\r\n\n") == [])
        #expect(try decode("{}\n") == [""])
        #expect(try decode("") == [])
    }

    @Test("Without a newline nothing is decided and nothing consumed")
    func waits() throws {
        var decoder = JSONLineDecoder()
        var input = ByteBuffer("{\"a\":1}")
        #expect(try decoder.next(in: &input) == nil)
        #expect(input.readableBytes == 7)
        input.write("\n")
        #expect(try decoder.next(in: &input)?["a"] == .int(1))
        #expect(input.isEmpty)
        let lines = Array("{\"a\":1}\r\n{\"b\":\"é\"}\n[]\n{\"c\"".utf8)
        let decoded = try DecoderVerifier.verify(
            lines, waiting: .leavesInput, decoder: { JSONLineDecoder() }
        ) { decoder, buffer in try decoder.next(in: &buffer) }
        #expect(decoded.map { $0.frame?.members.first?.name } == ["a", "b", nil])
        #expect(decoded.map(\.error) == [nil, nil, "notAnObject"])
    }

    @Test(
        "A bad line is one error, and the next line is read",
        arguments: [
            ("{", "bad_json"), ("{\"a\":}", "bad_json"), ("{} {}", "bad_json"),
            ("nonsense", "bad_json"), (" ", "bad_json"), ("{\"a\":\"\0\"}", "bad_json"),
            ("\0", "bad_json"), ("{\"a\":\"\\ud800\"}", "bad_json"), ("{\"a\":\"x", "bad_json"),
            ("[]", "not_an_object"), ("1", "not_an_object"), ("\"hello\"", "not_an_object"),
            ("null", "not_an_object"), ("{\"a\":1,\"a\":2}", "duplicate_name"),
            (String(repeating: "[", count: 500), "too_deep"),
            (String(repeating: "{\"a\":", count: 17), "too_deep"),
            (
                "{" + (0...64).map { "\"\($0)\":0" }.joined(separator: ",") + "}",
                "too_many_members"
            ),
        ])
    func badLines(text: String, code: String) throws {
        let input = text + "\n{\"next\":0}\n"
        #expect(try decode(input) == ["!" + code, "next"])
    }

    @Test("Ill-formed UTF-8 is an error of its own")
    func badUTF8() throws {
        let input = Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}\n{\"b\":0}\n".utf8)
        #expect(try decode(input) == ["!bad_utf8", "b"])
    }

    @Test("A line may be exactly as long as the limit, its terminator not counted")
    func limit() throws {
        let most = Limits.maxLineBytes
        for end in ["\n", "\r\n"] {
            let fits = Array((line(most) + end + "{\"next\":0}\n").utf8)
            #expect(try decode(fits, cuts: 4) == ["x", "next"])
            let long = Array((line(most + 1) + end + "{\"next\":0}\n").utf8)
            #expect(try decode(long, cuts: 4) == ["!line_too_long", "next"])
        }
        let inner = Array((line(most) + "\r\r\n{\"next\":0}\n").utf8)
        #expect(try decode(inner, cuts: 4) == ["!line_too_long", "next"])
    }

    @Test("An over-long line is reported before it ends, once, and never held")
    func bounded() throws {
        var decoder = JSONLineDecoder()
        var input = ByteBuffer()
        var errors = 0
        let piece = Array(repeating: UInt8(ascii: "z"), count: 1000)
        for _ in 0..<1000 {
            input.write(piece)
            do throws(JSONLineError) {
                #expect(try decoder.next(in: &input) == nil)
            } catch {
                #expect(error == .lineTooLong)
                errors += 1
            }
            #expect(input.readableBytes <= Limits.maxLineBytes + 1)
            input.discardReadBytes()
        }
        #expect(errors == 1)
        input.write("\n{\"a\":1}\n")
        #expect(try decoder.next(in: &input)?["a"] == .int(1))
    }

    @Test("Errors say where and why in one sentence")
    func messages() {
        let error = JSONLineError.malformed(JSONError(.badEscape, at: 12))
        #expect(error.message == "at byte 12: this is not a JSON escape")
        #expect(JSONLineError.lineTooLong.message == "a line may have at most 8192 bytes")
    }

    @Test("Damaged streams give the same results however they are cut")
    func damaged() throws {
        var random = SeededRandom(seed: 99)
        let seed = Array("{\"type\":\"message\",\"text\":\"é\\n\"}\r\n\n[1]\n{\"a\":{}}\n".utf8)
        for _ in 0..<200 {
            var bytes = seed + seed
            for _ in 0..<4 {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try decode(bytes, cuts: 5)
        }
    }
}
