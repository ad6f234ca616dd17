// UTF-8 in pieces, held against the standard library's validation of the whole.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct UTF8ValidatorTests {
    /// How many bytes are accepted one by one before the first refusal.
    private func accepted(_ bytes: [UInt8]) -> Int {
        var validator = UTF8Validator()
        for (index, byte) in bytes.enumerated() {
            guard [byte].withUnsafeBytes({ validator.accepts($0) }) else { return index }
        }
        return bytes.count
    }

    /// Bytes at the borders of every class of them.
    private static let borders: [UInt8] = [
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
        0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFE, 0xFF,
    ]

    @Test("Every sequence of four bytes at the borders is judged as the standard library does")
    func borders() {
        var differences = 0
        for first in Self.borders {
            for second in Self.borders {
                for third in Self.borders {
                    for fourth in Self.borders {
                        let bytes = [first, second, third, fourth]
                        let isText = String(validating: bytes, as: UTF8.self) != nil
                        if UTF8Validator.isText(bytes) != isText { differences += 1 }
                    }
                }
            }
        }
        #expect(differences == 0)
    }

    @Test("Every scalar is text, at every offset of a word")
    func scalars() {
        var refused = 0
        for value in stride(from: 0 as UInt32, through: 0x10FFFF, by: 61) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let lead = String(repeating: "x", count: Int(value % 9))
            if !UTF8Validator.isText(Array((lead + String(scalar) + "yyyyyyyyy").utf8)) {
                refused += 1
            }
        }
        #expect(refused == 0)
    }

    @Test("The answer does not depend on how the bytes were cut")
    func cuts() throws {
        var random = SeededRandom(seed: 4)
        let seed = Array("abcdefghij κόσμε 𝄞𝄞 €uro \u{10FFFF}".utf8)
        for _ in 0..<300 {
            var bytes = seed + seed
            if let place = bytes.indices.randomElement(using: &random), Bool.random(using: &random)
            {
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            try DecoderVerifier.verify(bytes, cuts: 5) { pieces in
                var validator = UTF8Validator()
                for piece in pieces {
                    let isGood = piece.withUnsafeBytes { validator.accepts($0) }
                    if !isGood { return "refused" }
                }
                return validator.isComplete ? "text" : "unfinished"
            }
        }
    }

    @Test("A refusal comes with the first byte that no text could go on with")
    func failsFast() {
        #expect(accepted([0x41, 0xC0, 0x80]) == 1)
        #expect(accepted([0xE0, 0x9F, 0xBF]) == 1)
        #expect(accepted([0xED, 0xA0, 0x80]) == 1)
        #expect(accepted([0xF0, 0x8F, 0xBF, 0xBF]) == 1)
        #expect(accepted([0xF4, 0x90, 0x80, 0x80]) == 1)
        #expect(accepted([0xF0, 0x9D, 0x84, 0x41]) == 3)
        #expect(accepted([0xF0, 0x9D, 0x84]) == 3)
        #expect(!UTF8Validator.isText([0xF0, 0x9D, 0x84]))
        #expect(UTF8Validator.isText([]))
    }
}
