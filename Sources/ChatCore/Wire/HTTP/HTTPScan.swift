// The classes of bytes that HTTP is made of, and small readings of them.
// RFC 9110 §5.5 (field content), §5.6.2 (tokens); RFC 3986 §2 (targets and hosts).
// SPDX-License-Identifier: GPL-3.0-or-later

/// A set of ASCII characters as 128 bits; what is not ASCII is in none.
struct HTTPByteSet: Sendable {
    /// 0x00 to 0x3F.
    let low: UInt64
    /// 0x40 to 0x7F.
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let half = byte < 0x40 ? low : high
        return byte < 0x80 && (half >> UInt64(byte & 0x3F)) & 1 != 0
    }

    /// `tchar`: letters, digits and ``!#$%&'*+-.^_`|~``.
    static let token = HTTPByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    /// What browsers and curl leave unescaped in a query: visible, but not `"`, `#`, `<` and `>`.
    static let query = HTTPByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)
    /// The same in a path: not `\` and `?` either.
    static let path = HTTPByteSet(low: 0x2FFF_FFF2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF)
    /// A host name or IPv4 address: letters, digits, `-`, `.`, `_` and `~`.
    static let host = HTTPByteSet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    /// What stands between the brackets of an IPv6 address: hexadecimal digits, `:` and `.`.
    static let address6 = HTTPByteSet(low: 0x07FF_4000_0000_0000, high: 0x0000_007E_0000_007E)
}

enum HTTPScan {
    /// Whether nothing in `range` is a control other than a tab.
    static func isFieldContent(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        var index = range.lowerBound
        while range.upperBound &- index >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let delete = word ^ (ones &* 0x7F)
            // Exact about the word as a whole; which byte it was is looked for one by one.
            let control = (word &- (ones &* 0x20)) & ~word
            if (control | ((delete &- ones) & ~delete)) & high != 0 {
                for offset in index..<index &+ 8 where isForbidden(bytes[offset]) { return false }
            }
            index &+= 8
        }
        while index < range.upperBound {
            if isForbidden(bytes[index]) { return false }
            index &+= 1
        }
        return true
    }

    @inline(__always)
    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 || byte == 0x7F
    }

    /// `range` without the spaces and tabs at its ends (OWS).
    @inline(__always)
    static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start &+= 1 }
        while end > start, bytes[end &- 1] == 0x20 || bytes[end &- 1] == 0x09 { end &-= 1 }
        return start..<end
    }

    /// `bytes` without the spaces and tabs at its ends.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[trimmed(bytes, 0..<bytes.count)])
    }

    /// Whether `bytes` are `word`, which is written in small letters, in any case.
    @inline(__always)
    static func isEqual(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count {
            // Within the count of a static string.
            if lowered(bytes[index]) != word.utf8Start[index] { return false }
        }
        return true
    }

    @inline(__always)
    static func lowered(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
        default: nil
        }
    }

    /// `1*DIGIT`, at most `Int.max`; nil for anything else.
    static func decimal(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard !bytes.isEmpty else { return nil }
        var value = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(Int(byte &- 0x30))
            value = overflow || carry ? .max : sum
        }
        return value
    }

    /// Appends `bytes` with their escapes resolved; false when one is none. A `+` becomes a space
    /// where forms are read.
    static func unescape(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, plusIsSpace: Bool,
        into text: inout [UInt8]
    ) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard range.upperBound - index > 2, let upper = hexadecimal(bytes[index + 1]),
                    let lower = hexadecimal(bytes[index + 2])
                else { return false }
                text.append(upper << 4 | lower)
                index += 3
            } else {
                text.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return true
    }
}

/// Where something stands in the head of a request. Heads are far shorter than 64 KiB.
struct HeadRange: Hashable, Sendable {
    let start: UInt16
    let end: UInt16

    static let empty = HeadRange(0..<0)

    @inline(__always)
    init(_ range: Range<Int>) {
        start = UInt16(clamping: range.lowerBound)
        end = UInt16(clamping: range.upperBound)
    }

    var range: Range<Int> { Int(start)..<max(Int(start), Int(end)) }

    var isEmpty: Bool { start >= end }
}
