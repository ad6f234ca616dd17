// A rating as people type it: `5`, `*****`, `★★★★☆`, `4/5`, `5 great`, `*** so so`.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Rating {
    /// Reads a rating; nil for anything that does not begin with one to five stars.
    package init?(typed text: String) {
        let text = text.trimmingBlanks()
        var word = text.prefix { !$0.isWhitespace && $0 != "," && $0 != ";" && $0 != ":" }
        let rest = text.dropFirst(word.count).drop { $0.isWhitespace || ",;:".contains($0) }
        if word.hasSuffix("/5") { word = word.dropLast(2) }
        let stars: Int
        if let digit = word.utf8.first, word.utf8.count == 1, (0x31...0x35).contains(digit) {
            stars = Int(digit) - 0x30
        } else {
            let full = word.prefix { $0 == "*" || $0 == "★" || $0 == "⭐" }
            let empty = word.dropFirst(full.count)
            guard !full.isEmpty, empty.allSatisfy({ $0 == "☆" }), word.count <= 5 else {
                return nil
            }
            stars = full.count
        }
        self.init(stars: stars, comment: String(rest))
    }

    /// Whether this declines to rate: an empty text, or a no.
    package static func isRefusal(_ text: String) -> Bool {
        ["", "no", "n", "nope", "skip", "-", "no thanks", "no, thanks"]
            .contains(text.trimmingBlanks().lowercased())
    }

    /// `★★★★☆`.
    package var starText: String {
        String(repeating: "★", count: stars) + String(repeating: "☆", count: 5 - stars)
    }
}
