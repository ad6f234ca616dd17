// The texts that are journalled: made-up words, few of them frequent and many rare, as in a
// language, because an index of words costs what its words cost. The same in every run.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Words and texts of them.
struct Vocabulary {
    static let size = 20_000

    /// The most frequent ones first: the first is in two of five texts of 100 bytes.
    let words: [String]
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    init() {
        var state = self.state
        words = (0..<Vocabulary.size).map { _ in
            let length = 3 + Vocabulary.next(&state) % 6
            let letters = (0..<length).map { _ in
                UInt8(truncatingIfNeeded: 97 + Vocabulary.next(&state) % 26)
            }
            return String(decoding: letters, as: UTF8.self)
        }
        self.state = state
    }

    /// A text of exactly so many bytes, all of them letters and blanks.
    mutating func text(bytes: Int) -> String {
        var text = ""
        while text.utf8.count < bytes {
            let place = Double(random(below: 1 << 20)) / Double(1 << 20)
            if !text.isEmpty { text += " " }
            text += words[Int(Double(Vocabulary.size) * place * place * place)]
        }
        var cut = text.prefix(bytes)
        // A blank at the end might not be kept.
        if cut.last == " " { cut = cut.dropLast() + "s" }
        return String(cut)
    }

    /// A text of a script without spaces between words: some characters are frequent, many are rare.
    mutating func run(characters: Int) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<characters {
            let place = Double(random(below: 1 << 20)) / Double(1 << 20)
            let rank = UInt32(3000 * place * place * place)
            text.append(Unicode.Scalar(0x4E00 + rank) ?? " ")
        }
        return String(text)
    }

    /// A number from 0, less than `bound`.
    mutating func random(below bound: UInt64) -> UInt64 { Vocabulary.next(&state) % bound }

    /// Marsaglia's xorshift.
    private static func next(_ state: inout UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state >> 11
    }
}
