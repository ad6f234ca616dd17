// Whether bytes that come in pieces are UTF-8, said at the first byte that no text could go on with.
// Invariant: between two pieces, `lowest...highest` is what the next byte of an unfinished scalar may
// be. Unicode 15, table 3-7: no over-long form, no surrogate, nothing above U+10FFFF.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The state between two pieces of a text.
package struct UTF8Validator: Sendable {
    /// Bytes that the last scalar still lacks.
    private var missing = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    package init() {}

    /// Whether the text may end here: no scalar is unfinished.
    package var isComplete: Bool { missing == 0 }

    /// Whether text can go on with `bytes`. After a no the state means nothing.
    package mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if missing == 0 {
                index = UTF8Validator.endOfASCII(in: bytes, from: index)
                if index == bytes.count { break }
            }
            guard takes(bytes[index]) else { return false }
            index &+= 1
        }
        return true
    }

    /// Whether all of `bytes` is well-formed text.
    package static func isText(_ bytes: [UInt8]) -> Bool {
        var validator = UTF8Validator()
        return bytes.withUnsafeBytes { validator.accepts($0) } && validator.isComplete
    }

    private mutating func takes(_ byte: UInt8) -> Bool {
        if missing > 0 {
            guard byte >= lowest, byte <= highest else { return false }
            missing &-= 1
            lowest = 0x80
            highest = 0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0...0xEF:
            missing = 2
            if byte == 0xE0 { lowest = 0xA0 }
            if byte == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            missing = 3
            if byte == 0xF0 { lowest = 0x90 }
            if byte == 0xF4 { highest = 0x8F }
        default: return false
        }
        return true
    }

    /// The index of the first word from `from` on that is not all ASCII, or in the last seven bytes
    /// of the first such byte; or the end.
    private static func endOfASCII(in bytes: UnsafeRawBufferPointer, from: Int) -> Int {
        var index = from
        while bytes.count &- index >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if word & 0x8080_8080_8080_8080 != 0 { return index }
            index &+= 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index &+= 1 }
        return index
    }
}
