// Text must be UTF-8, and the first byte that no text could go on with ends the connection, be the
// frame whole or not (RFC 6455 §8.1). The cases are those of table 3-7 of the Unicode standard.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct WebSocketTextTests {
    /// Well-formed, each scalar at a border of its length.
    private static let good: [String] = [
        "", "hello", "κόσμε", "\u{0}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}",
        "\u{E000}", "\u{FFFD}", "\u{FFFE}", "\u{FFFF}", "\u{10000}", "\u{1FFFF}", "\u{10FFFF}",
        "Hello-µ@ßöäüàá-UTF-8!!", "12345678é12345678",
    ]

    /// Ill-formed, and how many bytes it takes to know.
    private static let bad: [(bytes: [UInt8], certainAfter: Int)] = [
        ([0x80], 1), ([0xBF], 1), ([0xC0, 0x80], 1), ([0xC1, 0xBF], 1), ([0xF5, 0x80], 1),
        ([0xFE], 1), ([0xFF], 1), ([0xC3, 0x28], 2), ([0xC3, 0xC3], 2), ([0xE0, 0x80, 0x80], 2),
        ([0xE0, 0x9F, 0xBF], 2), ([0xE2, 0x82, 0x28], 3), ([0xED, 0xA0, 0x80], 2),
        ([0xED, 0xBF, 0xBF], 2), ([0xED, 0xAD, 0xBF, 0xED, 0xB0, 0x80], 2),
        ([0xF0, 0x80, 0x80, 0x80], 2), ([0xF0, 0x8F, 0xBF, 0xBF], 2),
        ([0xF0, 0x9D, 0x84, 0x41], 4),
        ([0xF4, 0x90, 0x80, 0x80], 2), ([0xF8, 0x88, 0x80, 0x80, 0x80], 1),
        ([0x41, 0xE2, 0x41], 3),
        (Array("12345678".utf8) + [0xFF], 9),
    ]

    @Test("Well-formed text comes out, in one frame and in frames of one byte")
    func goodText() throws {
        for text in Self.good {
            #expect(try WebSocketDecoding.words([.text(text)]) == ["text:\(text)"])
            let bytes = Array(text.utf8)
            guard bytes.count > 1 else { continue }
            let frames = bytes.enumerated().map { place, byte in
                ClientFrame(place == 0 ? 1 : 0, [byte]).with(\.isFinal, place == bytes.count - 1)
            }
            #expect(try WebSocketDecoding.words(frames) == ["text:\(text)"])
        }
    }

    @Test("Ill-formed text is an error, alone, between good text and across frames")
    func badText() throws {
        for (bytes, _) in Self.bad {
            #expect(try WebSocketDecoding.words([ClientFrame(1, bytes)]) == ["!badText"])
            let inside = Array("κόσ".utf8) + bytes + Array("edited".utf8)
            #expect(try WebSocketDecoding.words([ClientFrame(1, inside)]) == ["!badText"])
            let frames = inside.enumerated().map { place, byte in
                ClientFrame(place == 0 ? 1 : 0, [byte]).with(\.isFinal, place == inside.count - 1)
            }
            #expect(try WebSocketDecoding.words(frames) == ["!badText"])
        }
    }

    @Test("The bad byte is enough: neither the rest of its frame nor the message's end is awaited")
    func failsFast() throws {
        for (bytes, certainAfter) in Self.bad {
            let frame = ClientFrame(1, Array("ok".utf8) + bytes + Array(repeating: 0x61, count: 50))
            let payload = frame.begun.bytes
            let head = 6 + 2
            var decoder = WebSocketFrameDecoder()
            var input = ByteBuffer(payload[..<(head + certainAfter - 1)])
            #expect(try decoder.next(in: &input) == nil)
            input.write(payload[(head + certainAfter - 1)...].prefix(1))
            #expect(throws: WebSocketError.badText) { try decoder.next(in: &input) }
        }
    }

    @Test("A scalar that is not finished may go on in the next frame and may not end the message")
    func unfinishedScalars() throws {
        for text in Self.good {
            guard let last = text.unicodeScalars.last, String(last).utf8.count > 1 else { continue }
            let cut = Array(text.utf8).dropLast()
            #expect(try WebSocketDecoding.words([ClientFrame(1, Array(cut))]) == ["!badText"])
            let rest = Array(text.utf8.suffix(1))
            let frames = [ClientFrame(1, Array(cut)).begun, .ping("p"), ClientFrame(0, rest)]
            #expect(try WebSocketDecoding.words(frames) == ["ping:p", "text:\(text)"])
        }
    }

    @Test("Binary messages may be anything")
    func binary() throws {
        for (bytes, _) in Self.bad {
            let words = try WebSocketDecoding.words([.binary(bytes)])
            #expect(words == ["binary:" + String(decoding: bytes, as: UTF8.self)])
        }
    }
}
