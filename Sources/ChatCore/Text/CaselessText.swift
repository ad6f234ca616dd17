// Text without its case and its ways of being written: Unicode's canonical caseless matching (The Unicode
// Standard, 3.13, D145). Two texts are the same without regard to case exactly if their folded forms are
// the same bytes. Invariant: folding what is folded changes nothing.
// SPDX-License-Identifier: GPL-3.0-or-later

package enum CaselessText {
    /// The version of Unicode whose characters are known.
    package static let unicodeVersion = UnicodeTables.version

    static let decompositions = ScalarMapping(UnicodeTables.decompositions)
    static let foldings = ScalarMapping(UnicodeTables.foldings)

    /// NFD(toCasefold(NFD(text))), the form in which names are compared and kept.
    package static func folded(_ text: some StringProtocol) -> String {
        if let short = foldedASCII(text) { return short }
        var scalars: [UInt32] = []
        for scalar in text.unicodeScalars { appendDecomposed(scalar.value, to: &scalars) }
        order(&scalars)
        var folded: [UInt32] = []
        folded.reserveCapacity(scalars.count)
        for scalar in scalars where !foldings.append(scalar, to: &folded) { folded.append(scalar) }
        order(&folded)
        return string(folded)
    }

    /// The folded form of text that is ASCII alone; nil when it is not.
    private static func foldedASCII(_ text: some StringProtocol) -> String? {
        var hasCapitals = false
        for byte in text.utf8 {
            guard byte < 0x80 else { return nil }
            hasCapitals = hasCapitals || (0x41...0x5A).contains(byte)
        }
        guard hasCapitals else { return String(text) }
        return String(
            decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Appends a scalar's full canonical decomposition.
    static func appendDecomposed(_ scalar: UInt32, to result: inout [UInt32]) {
        switch scalar {
        case 0..<0xC0: result.append(scalar)
        case 0xAC00..<0xD7A4:
            // Hangul syllables are computed (3.12 of the standard).
            let index = scalar - 0xAC00
            result.append(0x1100 + index / 588)
            result.append(0x1161 + index % 588 / 28)
            if index % 28 != 0 { result.append(0x11A7 + index % 28) }
        default:
            if !decompositions.append(scalar, to: &result) { result.append(scalar) }
        }
    }

    /// Brings marks into canonical order.
    static func order(_ scalars: inout [UInt32]) {
        var start = 0
        while start < scalars.count {
            guard combiningClass(scalars[start]) != 0 else {
                start += 1
                continue
            }
            var end = start + 1
            while end < scalars.count, combiningClass(scalars[end]) != 0 { end += 1 }
            if end - start > 1 {
                let marks = scalars[start..<end].enumerated().map {
                    (combiningClass($0.element), $0.offset, $0.element)
                }
                scalars.replaceSubrange(
                    start..<end,
                    with: marks.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2))
            }
            start = end
        }
    }

    @inline(__always)
    static func combiningClass(_ scalar: UInt32) -> UInt8 {
        guard scalar >= 0x300, let scalar = Unicode.Scalar(scalar) else { return 0 }
        return scalar.properties.canonicalCombiningClass.rawValue
    }

    private static func string(_ scalars: [UInt32]) -> String {
        var text = String.UnicodeScalarView()
        for scalar in scalars { text.append(Unicode.Scalar(scalar) ?? "\u{FFFD}") }
        return String(text)
    }
}

/// The form in which names are compared: of a nick or a room's name, or of what somebody typed in the
/// place of one.
package struct FoldedName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    package init(_ name: some StringProtocol) { text = CaselessText.folded(name) }

    package var description: String { text }

    package static func < (a: FoldedName, b: FoldedName) -> Bool { a.text < b.text }
}
