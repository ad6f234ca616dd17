// What a search is for: the words, runs and symbols of a line that somebody typed.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Something that a message must have in it.
package struct SearchTerm: Hashable, Sendable {
    /// As it was typed: no separators, and no quotation marks.
    package let text: String
    /// Whether only the beginning of a token is given: one character of a run without spaces.
    package let isBeginning: Bool

    /// More terms than this are ignored.
    package static let maxCount = 16
    /// Of a run without spaces, no more than so many pairs are looked for.
    static let maxPairs = 32

    /// The terms of a line; none when it has nothing that can be found.
    package static func all(in text: String) -> [SearchTerm] {
        var text = text
        var found: [(place: Range<Int>, pairs: Int, isBeginning: Bool)] = []
        var cutter = WordCutter()
        return text.withUTF8 { bytes in
            cutter.cut(bytes, for: .query) { token, _, place in
                if token == .pair, let last = found.last, last.place.upperBound > place.lowerBound {
                    if last.pairs < maxPairs {
                        found[found.count - 1].place = last.place.lowerBound..<place.upperBound
                        found[found.count - 1].pairs += 1
                    }
                    return true
                }
                found.append((place, 1, token == .single))
                return found.count <= maxCount
            }
            return found.prefix(maxCount).map { term in
                SearchTerm(
                    text: String(decoding: bytes[term.place], as: UTF8.self),
                    isBeginning: term.isBeginning)
            }
        }
    }
}
