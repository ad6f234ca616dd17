// Searches over raw bytes, a machine word at a time where it pays.
// SPDX-License-Identifier: GPL-3.0-or-later

package enum ByteScan {
    /// The index of the first `byte` at or after `from`, or nil.
    package static func firstIndex(
        of byte: UInt8, in bytes: UnsafeRawBufferPointer, from: Int = 0
    ) -> Int? {
        var index = max(0, from)
        let count = bytes.count
        let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
        while count &- index >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ pattern
            let hit = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if hit != 0 {
                return index &+ (UInt64(littleEndian: hit).trailingZeroBitCount >> 3)
            }
            index &+= 8
        }
        while index < count {
            if bytes[index] == byte { return index }
            index &+= 1
        }
        return nil
    }

    /// Whether every byte from `from` is printable ASCII other than `"` and `\`: text that JSON,
    /// IRC and a terminal all take as it is.
    package static func isPlainASCII(_ bytes: UnsafeRawBufferPointer, from: Int = 0) -> Bool {
        var index = max(0, from)
        let count = bytes.count
        while count &- index >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if hasUnsafeByte(word) { return false }
            index &+= 8
        }
        while index < count {
            let byte = bytes[index]
            if byte < 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C { return false }
            index &+= 1
        }
        return true
    }

    /// Whether one of the eight bytes is a control, DEL, `"`, `\` or not ASCII. May say yes of a
    /// harmless word (borrows ripple upwards), never no of a harmful one.
    @inline(__always)
    private static func hasUnsafeByte(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        let control = (word &- (ones &* 0x20))
        let quote = (word ^ (ones &* 0x22)) &- ones
        let slash = (word ^ (ones &* 0x5C)) &- ones
        let delete = (word ^ (ones &* 0x7F)) &- ones
        return (control | quote | slash | delete | word) & high != 0
    }
}
