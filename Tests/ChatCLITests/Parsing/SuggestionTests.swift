// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import Testing

@Suite("Suggestions")
struct SuggestionTests {
    @Test(
        "count edits and swaps of neighbours",
        arguments: [
            ("", "", 0), ("", "abc", 3), ("port", "port", 0), ("prot", "port", 1),
            ("por", "port", 1), ("ports", "port", 1), ("pert", "port", 1),
            ("kitten", "sitting", 3), ("jion", "join", 1),
        ])
    func distances(a: String, b: String, expected: Int) {
        #expect(Suggestion.distance(a, b) == expected)
        #expect(Suggestion.distance(b, a) == expected)
    }

    @Test("offer what is near, and nothing when nothing is")
    func nearest() {
        let words = ["--port", "--listen", "--student-id"]
        #expect(Suggestion.nearest(to: "--prot", in: words) == "--port")
        #expect(Suggestion.nearest(to: "--LISTEN", in: words) == "--listen")
        #expect(Suggestion.nearest(to: "--stud", in: words) == "--student-id")
        #expect(Suggestion.nearest(to: "--zebra", in: words) == nil)
        #expect(Suggestion.nearest(to: "", in: words) == nil)
    }

    @Test("are not sought for words of any length")
    func longWords() {
        let long = String(repeating: "a", count: 1_000_000)
        #expect(Suggestion.nearest(to: long, in: [long]) == nil)
    }
}
