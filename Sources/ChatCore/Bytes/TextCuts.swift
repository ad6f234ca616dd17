// Texts made shorter, between two characters.
// SPDX-License-Identifier: GPL-3.0-or-later

extension String {
    /// The longest beginning of at most `count` bytes that ends between two characters.
    package func prefix(utf8Bytes count: Int) -> String {
        guard utf8.count > count else { return self }
        var end = startIndex
        var bytes = 0
        while end < endIndex {
            let next = index(after: end)
            bytes += self[end..<next].utf8.count
            if bytes > count { break }
            end = next
        }
        return String(self[..<end])
    }

    /// Without the blanks at both ends.
    package func trimmingBlanks() -> String {
        var scalars = Substring(self).unicodeScalars
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
