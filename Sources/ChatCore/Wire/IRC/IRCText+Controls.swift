// Which control characters reach an IRC client. IRC's formatting codes and TAB do, whoever sends them;
// all others could drive the terminal of a client that shows what it is sent (ii, a script with `nc`),
// and are made visible the way plain text makes them. CTCP's mark stands where `IRCWire` puts it.
// https://modern.ircdocs.horse/formatting
// SPDX-License-Identifier: GPL-3.0-or-later

extension IRCText {
    /// Bold, colour, hex colour, TAB, reset, monospace, reverse, italics, strikethrough, underline.
    package static let formatting: [UInt8] = [
        0x02, 0x03, 0x04, 0x09, 0x0F, 0x11, 0x16, 0x1D, 0x1E, 0x1F,
    ]

    /// The same as bits.
    private static let passed = formatting.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }

    /// Whether UTF-8 text holds no control character but those, hence nothing that ends a line.
    package static func isHarmless(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index &+ 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let low = (word &- 0x2020_2020_2020_2020) & ~word
            // Some byte below 0x20, DEL, or not ASCII: look closer at these eight.
            if (low | word | (word &+ 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 != 0 {
                for offset in index..<index &+ 8 where !isHarmless(bytes, offset) { return false }
            }
            index &+= 8
        }
        while index < bytes.count {
            if !isHarmless(bytes, index) { return false }
            index &+= 1
        }
        return true
    }

    @inline(__always)
    private static func isHarmless(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        let byte = bytes[index]
        if byte < 0x20 { return passed & 1 << UInt32(byte) != 0 }
        return byte != 0x7F && !isSecondControl(bytes, index)
    }

    /// Whether U+0080–U+009F, the one-character forms of escape sequences, begins at `index`.
    private static func isSecondControl(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        bytes[index] == 0xC2 && index + 1 < bytes.count && bytes[index + 1] < 0xA0
    }

    /// The text with those control characters made visible (`^[`, `?`); its newlines stay.
    package static func visible(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var shown: [UInt8] = []
        shown.reserveCapacity(bytes.count + 8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") || isHarmless(bytes, index) {
                shown.append(byte)
            } else if byte == 0xC2 {
                shown.append(UInt8(ascii: "?"))
                index += 1
            } else {
                shown.append(UInt8(ascii: "^"))
                shown.append(byte ^ 0x40)
            }
            index += 1
        }
        return shown
    }
}
