// Ratings as people type them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("A typed rating")
struct RatingTextTests {
    @Test(
        "is one to five stars and perhaps a word",
        arguments: [
            ("5", 5, ""), ("1", 1, ""), (" 4 ", 4, ""), ("*****", 5, ""), ("*", 1, ""),
            ("★★★★☆", 4, ""), ("⭐⭐", 2, ""), ("4/5", 4, ""), ("5 great", 5, "great"),
            ("*** so so", 3, "so so"), ("5, thank you", 5, "thank you"), ("2: slow", 2, "slow"),
            ("3;\tok", 3, "ok"), ("5 5", 5, "5"),
        ])
    func read(text: String, stars: Int, comment: String) throws {
        let rating = try #require(Rating(typed: text))
        #expect(rating.stars == stars && rating.comment == comment)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", " ", "0", "6", "-1", "10", "55", "5.5", "five", "******", "☆", "☆★", "4/6", "/5",
            "great 5", "٣", "*☆☆☆☆☆", "5stars", "hello", "5/5/5",
        ])
    func refused(text: String) {
        #expect(Rating(typed: text) == nil)
    }

    @Test("keeps no more of the comment than it may, and whole characters")
    func longComment() {
        let rating = Rating(typed: "5 " + String(repeating: "\u{e9}", count: 5000))
        #expect(rating?.comment.utf8.count == Limits.maxCommentBytes)
        #expect(Rating(stars: 0) == nil && Rating(stars: 6) == nil)
        #expect(Rating(stars: .max) == nil && Rating(stars: .min) == nil)
    }

    @Test("is refused with a no or with nothing")
    func refusals() {
        for text in ["", "  ", "no", "No", "N", "nope", "skip", "-", "no thanks", "No, thanks"] {
            #expect(Rating.isRefusal(text), "\(text)")
        }
        for text in ["5", "now", "not bad", "yes"] { #expect(!Rating.isRefusal(text), "\(text)") }
    }

    @Test("is shown as five stars")
    func stars() {
        #expect(Rating(stars: 4)?.starText == "★★★★☆")
        #expect(Rating(typed: Rating(stars: 2)?.starText ?? "")?.stars == 2)
    }
}
