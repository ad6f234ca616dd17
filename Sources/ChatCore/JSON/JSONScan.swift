// Word-at-a-time searches for the bytes that end a run of ordinary characters in a JSON string.
// The usual zero-byte trick: borrows only ripple upwards, so in a word read little-endian the
// lowest flag is always exact, and only the lowest one is used.
// SPDX-License-Identifier: GPL-3.0-or-later

enum JSONScan {
    @inline(__always) private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    @inline(__always) private static var high: UInt64 { 0x8080_8080_8080_8080 }

    /// The index of the first control, `"` or `\` from `from` on, or the end; whether every byte
    /// before it is certainly ASCII (a no may be caused by up to seven bytes after it).
    @inline(__always)
    static func endOfRun(
        in bytes: UnsafeRawBufferPointer, from: Int
    ) -> (index: Int, isASCII: Bool) {
        var index = from
        var seen: UInt64 = 0
        while index &+ 8 <= bytes.count {
            let word = load(bytes, index)
            seen |= word
            let hits = controlOrQuote(word)
            if hits != 0 {
                return (index &+ (hits.trailingZeroBitCount >> 3), seen & high == 0)
            }
            index &+= 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            seen |= UInt64(byte)
            index &+= 1
        }
        return (index, seen & high == 0)
    }

    /// The index of the first byte from `from` on that a writer must look at: a control, `"`, `\`
    /// or 0xE2, with which U+2028 and U+2029 begin; or the end.
    @inline(__always)
    static func endOfVerbatim(in bytes: UnsafeRawBufferPointer, from: Int) -> Int {
        var index = from
        while index &+ 8 <= bytes.count {
            let word = load(bytes, index)
            let hits = controlOrQuote(word) | zeroes(word ^ (ones &* 0xE2))
            if hits != 0 { return index &+ (hits.trailingZeroBitCount >> 3) }
            index &+= 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0xE2 { break }
            index &+= 1
        }
        return index
    }

    @inline(__always)
    private static func load(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    @inline(__always)
    private static func controlOrQuote(_ word: UInt64) -> UInt64 {
        let control = (word &- (ones &* 0x20)) & ~word & high
        return control | zeroes(word ^ (ones &* 0x22)) | zeroes(word ^ (ones &* 0x5C))
    }

    /// The high bit of each zero byte (and perhaps of bytes above one).
    @inline(__always)
    private static func zeroes(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & high }
}
