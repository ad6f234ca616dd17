// What texts of many scripts are cut into, for the index and for a search (issue 11, point 24).
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite struct WordCutterTests {
    /// The tokens, joined by spaces.
    private func cut(_ text: String, _ purpose: WordCutter.Purpose = .message) -> String {
        var cutter = WordCutter()
        var tokens: [String] = []
        var text = text
        text.withUTF8 { bytes in
            cutter.cut(bytes, for: purpose) { _, token, _ in
                tokens.append(String(decoding: token, as: UTF8.self))
                return true
            }
        }
        return tokens.joined(separator: " ")
    }

    @Test(
        "words are runs of letters, digits and marks, without case and accents",
        arguments: [
            ("The deploy, is DONE!", "the deploy is done"), ("roll-back 2.0", "roll back 2 0"),
            ("Café CAFE\u{301}", "cafe cafe"), ("Weiß", "weiss"), ("ΝΊΚΟΣ Νίκος", "νικοσ νικοσ"),
            ("Ещё мой", "еще мои\u{306}"), ("мои", "мои"), ("o'clock", "o clock"), ("", ""),
            (" ", ""),
            ("x\u{AD}y", "xy"), ("ﬁle", "file"), ("it’s", "it s"), ("100€", "100 €"),
            // Vowel signs are parts of words.
            ("हिन्दी में", "हिन्दी में"), ("தமிழ் மொழி", "தமிழ் மொழி"), ("বাংলা", "বাংলা"),
            ("\u{958}", "\u{915}\u{93C}"),
            ("\u{915}\u{94D}\u{200D}\u{937}", "\u{915}\u{94D}\u{937}"),
            // Points and harakat may be left out; a zero-width space between words is one.
            ("مُحَمَّد", "محمد"), ("شָלוֹם", "شלום"), ("می\u{200C}خواهم", "می خواهم"),
            ("Ｔｏｋｙｏ２０", "tokyo20"), ("\0a\0b", "a b"),
        ])
    func words(text: String, expected: String) {
        // As Swift compares text: in whichever form it is written.
        #expect(cut(text) == expected)
        #expect(cut(text, .query) == cut(text))
    }

    @Test(
        "scripts without spaces are cut into pairs, and a message's runs have their last character",
        arguments: [
            ("東京都", "東京 京都 都", "東京 京都"), ("東京", "東京 京", "東京"), ("京", "京", "京"),
            ("東京 大阪", "東京 京 大阪 阪", "東京 大阪"), ("東京、大阪", "東京 京 大阪 阪", "東京 大阪"),
            ("v2東京a", "v2 東京 京 a", "v2 東京 a"), ("한국어", "한국 국어 어", "한국 국어"),
            ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}", "한국 국", "한국"),
            ("คุณแม่", "คุณ ณแ แม่ ม่", "คุณ ณแ แม่"), ("ｱﾒﾘｶ", "アメ メリ リカ カ", "アメ メリ リカ"),
            ("時々", "時々 々", "時々"), ("\u{F900}x", "豈 x", "豈 x"), ("㐀𠀀", "㐀𠀀 𠀀", "㐀𠀀"),
            ("ភាសាខ្មែរ", "ភាសា សាខ្ ខ្មែ មែរ រ", "ភាសា សាខ្ ខ្មែ មែរ"),
        ])
    func runs(text: String, message: String, query: String) {
        #expect(cut(text) == message)
        #expect(cut(text, .query) == query)
    }

    @Test("kana with its sound mark is one character, full-width or not, in either form")
    func kana() {
        for text in ["ガス", "カ\u{3099}ス", "ｶﾞｽ"] { #expect(cut(text, .query) == "カ\u{3099}ス") }
        #expect(cut("カス", .query) == "カス")
    }

    @Test(
        "emoji and symbols are words",
        arguments: [
            ("🎉", "🎉"), ("🎉🎉done", "🎉 🎉 done"), ("👍🏽 ok", "👍 ok"), ("❤️", "❤"), ("🇩🇪🇫🇷", "🇩🇪 🇫🇷"),
            ("🇩", "🇩"), ("👨‍👩‍👧", "👨 👩 👧"), ("a→b", "a → b"), ("1️⃣", "1"), ("🏽", "🏽"), ("ok‼", "ok ‼"),
            ("┌──┐", ""), ("a_b|c~d^e`f$g+h<i", "a b c d e f g h i"),
        ])
    func symbols(text: String, expected: String) {
        #expect(cut(text) == expected)
        #expect(cut(text, .query) == expected)
    }

    @Test("a token's place is the text that it was made of")
    func places() {
        var cutter = WordCutter()
        var text = "Le Café e\u{301}té 東京都 🎉👍🏽"
        var places: [String] = []
        text.withUTF8 { bytes in
            cutter.cut(bytes, for: .message) { _, _, place in
                places.append(String(decoding: bytes[place], as: UTF8.self))
                return true
            }
        }
        #expect(places == ["Le", "Café", "e\u{301}té", "東京", "京都", "都", "🎉", "👍"])
    }

    @Test("malformed bytes separate words, and cutting ends when it is told to")
    func malformed() {
        let bytes: [UInt8] =
            [0xE6, 0x9D, 0x61, 0xFF, 0x62, 0xED, 0xA0, 0x80, 0xC0, 0x80, 0x63, 0xF0, 0x9F]
        var cutter = WordCutter()
        var tokens: [String] = []
        for limit in [3, 1, 3] {
            tokens = []
            bytes.withUnsafeBufferPointer {
                cutter.cut($0, for: .message) { _, token, _ in
                    tokens.append(String(decoding: token, as: UTF8.self))
                    return tokens.count < limit
                }
            }
        }
        #expect(tokens == ["a", "b", "c"])
    }

    @Test("a line's terms are its words, its runs and its symbols")
    func terms() {
        #expect(
            SearchTerm.all(in: "\"Café\" 東京都、京 🎉").map { $0.text + ($0.isBeginning ? "*" : "") }
                == ["Café", "東京都", "京*", "🎉"])
        #expect(SearchTerm.all(in: " \" - \u{200B}* ").isEmpty)
        let many = SearchTerm.all(in: String(repeating: "word 東 ", count: 200))
        #expect(many.count == SearchTerm.maxCount)
        // A long run is looked for in parts.
        let long = SearchTerm.all(in: String(repeating: "東京大阪", count: 30))
        #expect(long.count == 4)
        #expect(long[0].text.count == 33)
    }
}
