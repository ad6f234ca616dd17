// "Did you mean": the nearest of the known words, by the number of letters changed, added, left
// out or swapped (optimal string alignment).
// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds what was probably meant.
package enum Suggestion {
    /// Words longer than this are not compared: the work grows with the product of the lengths.
    static let maxLength = 64

    /// The candidate nearest to `word`, or nil when none is near: a third of the letters may be
    /// wrong. A candidate that `word` begins (three letters at least) is near as well.
    package static func nearest(to word: String, in candidates: [String]) -> String? {
        guard !word.isEmpty, word.count <= maxLength else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates where candidate.count <= maxLength {
            let distance = distance(word.lowercased(), candidate.lowercased())
            let allowed = max(1, max(word.count, candidate.count) / 3)
            if distance <= allowed, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.candidate
            ?? candidates.first { word.count >= 3 && $0.hasPrefix(word.lowercased()) }
    }

    /// How many single-letter edits or swaps of neighbours turn `a` into `b`.
    package static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a)
        let b = Array(b)
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        // Three rows of the usual table: the one before the last, the last, the one being filled.
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [Int](repeating: i, count: b.count + 1)
            for j in 1...b.count {
                let change = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(row[j - 1] + 1, last[j] + 1, last[j - 1] + change)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
