// Scalars of UTF-8 bytes and where they stand. Invariant: places meet, and cover the text.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Walks through text that may be malformed: each byte that is part of no scalar is a space.
struct ScalarDecoder {
    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// A whole word of ASCII letters and digits, in lower case; nil, and nothing happens, where there is
    /// none or something else than ASCII follows.
    mutating func nextWord(_ word: inout [UInt8]) -> Range<Int>? {
        var end = position
        word.removeAll(keepingCapacity: true)
        while end < text.count {
            switch text[end] {
            case 0x30...0x39, 0x61...0x7A: word.append(text[end])
            case 0x41...0x5A: word.append(text[end] | 0x20)
            case 0x80...: return nil
            default:
                guard end > position else { return nil }
                defer { position = end }
                return position..<end
            }
            end += 1
        }
        guard end > position else { return nil }
        defer { position = end }
        return position..<end
    }

    mutating func next() -> (scalar: UInt32, place: Range<Int>)? {
        guard position < text.count else { return nil }
        let start = position
        let lead = text[start]
        position += 1
        if lead < 0x80 { return (UInt32(lead), start..<position) }
        let (length, least): (Int, UInt32) =
            switch lead {
            case 0xC2...0xDF: (2, 0x80)
            case 0xE0...0xEF: (3, 0x800)
            case 0xF0...0xF4: (4, 0x10000)
            default: (1, 0)
            }
        guard length > 1, start + length <= text.count else { return (0x20, start..<position) }
        var scalar = UInt32(lead) & (0xFF >> UInt32(length + 1))
        for index in start + 1..<start + length {
            guard text[index] & 0xC0 == 0x80 else { return (0x20, start..<position) }
            scalar = scalar << 6 | UInt32(text[index] & 0x3F)
        }
        guard scalar >= least, Unicode.Scalar(scalar) != nil else {
            return (0x20, start..<position)
        }
        position = start + length
        return (scalar, start..<position)
    }
}
