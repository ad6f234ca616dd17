// Many lengths of time in few bytes, as the database keeps them beside the events: in milliseconds, each
// in groups of seven bits, the lowest first, with the eighth bit set on all but the last (LEB128).
// SPDX-License-Identifier: GPL-3.0-or-later

enum VisitTimes {
    /// A row that has so many bytes is full: rows stay so small that one more time is cheap to add.
    static let fullBytes = 192

    /// Appends a time; less than none counts as none.
    static func append(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(clamping: milliseconds)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Reads all of them. What other hands have cut off or made too long is left out.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, into times: inout [Int64]) {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            if shift < 63 { value |= UInt64(byte & 0x7F) << shift }
            if byte < 0x80 {
                if shift < 63 { times.append(Int64(clamping: value)) }
                value = 0
                shift = 0
            } else {
                shift = min(shift + 7, 63)
            }
        }
    }
}
