// Search: words, filters, pages, snippets, and that nothing a user types is syntax.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import Testing

@Suite struct SearchTests {
    private let harness: JournalHarness
    private let start: Int64 = 1_700_000_000_000

    init() throws {
        harness = try JournalHarness(JournalConfiguration(location: .privateMemory()))
    }

    private func say(_ lines: [(nick: String, room: String, text: String)]) throws {
        var author = Author()
        author.clock = start
        harness.append(try lines.map { try author.says($0.text, $0.nick, in: $0.room) })
        harness.append([try author.whispers("secret deploy")])
        let harness = harness
        #expect(harness.waits { harness.committed.count == lines.count + 1 })
    }

    private func conversation() throws {
        try say([
            ("ann", "#lobby", "The deploy is done"),
            ("bob", "#lobby", "which deploy?"),
            ("Ann", "#dev", "deploy number two, café au lait"),
            ("bob", "#dev", "two deploys and a half-done roll-back"),
            ("eve", "#private", "deploy in private"),
        ])
    }

    private func rooms(_ names: String...) throws -> [RoomName] {
        try names.map { try RoomName($0) }
    }

    private func texts(_ text: String, _ names: String...) throws -> [String] {
        try harness.search(
            SearchQuery(text, rooms: try names.map { try RoomName($0) })
        ).texts
    }

    @Test func theNewestComeFirstAndOnlyFromTheRoomsGiven() throws {
        try conversation()
        #expect(try texts("deploy", "#lobby") == ["which deploy?", "The deploy is done"])
        #expect(
            try texts("deploy", "#lobby", "#dev") == [
                "deploy number two, café au lait", "which deploy?", "The deploy is done",
            ])
        #expect(try texts("deploy").isEmpty)
        #expect(try texts("deploy", "#nowhere").isEmpty)
    }

    @Test func privateMessagesAreNeverFound() throws {
        try conversation()
        #expect(try texts("secret", "#lobby", "#dev", "#private").isEmpty)
    }

    @Test func everyWordMustBeThereWhateverItsCaseAndAccents() throws {
        try conversation()
        #expect(try texts("DEPLOY done", "#lobby", "#dev") == ["The deploy is done"])
        #expect(try texts("cafe", "#dev") == ["deploy number two, café au lait"])
        #expect(try texts("CAFÉ", "#dev") == ["deploy number two, café au lait"])
        #expect(try texts("done deploy nothing", "#lobby").isEmpty)
        #expect(try texts("roll-back", "#dev") == ["two deploys and a half-done roll-back"])
    }

    @Test func anAuthorIsMeantWhateverTheCase() throws {
        try conversation()
        let all = try rooms("#lobby", "#dev", "#private")
        func by(_ author: String) throws -> [String] {
            try harness.search(SearchQuery("deploy", rooms: all, author: author)).texts
        }
        #expect(try by("ANN") == ["deploy number two, café au lait", "The deploy is done"])
        #expect(try by("bob") == ["which deploy?"])
        #expect(try by("nobody").isEmpty)
        #expect(try by("\" OR *").isEmpty)
    }

    @Test func timesBoundASearch() throws {
        try conversation()
        let all = try rooms("#lobby", "#dev")
        func between(_ since: Int64?, _ until: Int64?) throws -> Int {
            try harness.search(
                SearchQuery(
                    "deploy", rooms: all,
                    since: since.map { Timestamp(milliseconds: start + $0) },
                    until: until.map { Timestamp(milliseconds: start + $0) })
            ).hits.count
        }
        #expect(try between(nil, nil) == 3)
        #expect(try between(1, nil) == 3)
        #expect(try between(2, nil) == 2)
        #expect(try between(nil, 2) == 1)
        #expect(try between(2, 3) == 1)
        #expect(try between(100, nil) == 0)
        #expect(try between(nil, -100) == 0)
    }

    @Test func pagesMeetWithoutHolesOrRepeats() throws {
        try say((1...45).map { ("ann", "#lobby", "match \($0)") })
        var (seen, before): ([String], UInt64?) = ([], nil)
        repeat {
            let page = try harness.search(
                SearchQuery("match", rooms: [.lobby], before: before, limit: 10))
            seen += page.texts
            before = page.next
        } while before != nil
        #expect(seen == (1...45).reversed().map { "match \($0)" })
    }

    @Test func snippetsShowWhatWasFoundAndWhere() throws {
        let filler = String(repeating: "blah ", count: 60)
        try say([("ann", "#lobby", filler + "the Näedle — here " + filler)])
        let hit = try #require(
            try harness.search(SearchQuery("naedle", rooms: [.lobby])).hits.first)
        let bytes = Array(hit.snippet.utf8)
        #expect(hit.highlights.map { String(decoding: bytes[$0], as: UTF8.self) } == ["Näedle"])
        #expect(hit.snippet.hasPrefix("…"))
        #expect(hit.snippet.hasSuffix("…"))
        #expect(bytes.count < 300)
    }

    @Test func everyScriptIsFound() throws {
        let lines = [
            "明日は東京都で会議", "京都へ行く", "ｶﾞｽを止めて", "한국어를 학교에서 배워요", "คุณแม่อยู่บ้าน", "हिन्दी में लिखो",
            "done 🎉", "works 👍🏽", "Ｔｏｋｙｏ", "Weiß", "プロジェクト", "မြန်မာစာ", "ខ្ញុំរៀនភាសាខ្មែរ",
        ]
        try say(lines.map { ("ann", "#lobby", $0) })
        for (text, expected) in [
            ("東京", [0]), ("京都", [1, 0]), ("会議", [0]), ("京", [1, 0]), ("議", [0]), ("東京都", [0]),
            ("東都", []), ("ガス", [2]), ("カ\u{3099}ス", [2]), ("カス", []), ("학교", [3]),
            ("\u{1112}\u{1161}\u{11A8}\u{1100}\u{116D}", [3]), ("แม่", [4]), ("บ้าน", [4]),
            ("हिन्दी", [5]), ("हिन", []), ("ह", []), ("🎉", [6]), ("🎉 done", [6]), ("👍", [7]),
            ("👍🏿", [7]), ("tokyo", [8]), ("ＴＯＫＹＯ", [8]), ("WEISS", [9]), ("ジェクト", [10]),
            ("မြန်မာ", [11]), ("ភាសា", [12]), ("東京 会議", [0]), ("東京 done", []),
        ] {
            #expect(try texts(text, "#lobby") == expected.map { lines[$0] }, "\(text)")
        }
        let hit = try #require(
            try harness.search(SearchQuery("東京都", rooms: [.lobby])).hits.first)
        let bytes = Array(hit.snippet.utf8)
        #expect(hit.highlights.map { String(decoding: bytes[$0], as: UTF8.self) } == ["東京都"])
    }

    @Test func authorsAreOneWhateverTheirCase() throws {
        try say([("Νίκος", "#lobby", "deploy a"), ("ΝΊΚΟΣ", "#lobby", "deploy b")])
        let page = try harness.search(
            SearchQuery("deploy", rooms: [.lobby], author: "νίκοσ"))
        #expect(page.texts == ["deploy b", "deploy a"])
    }

    @Test(arguments: [
        "deploy\"", "\"", "\"\"", "deploy OR", "NOT deploy", "deploy NEAR(", "(deploy", "deploy)",
        "text:deploy", "scope:r1", "{scope}:r1", "deploy*", "^deploy", "-deploy", "deploy + x",
        "'; DROP TABLE message; --", "\0deploy", "deploy\0\"", "a\u{301}", "\u{301}", "🎉", "%", "_",
        "\u{FFFD}", "r1", "a1", "…", "«»", "deploy\u{E000}", "ﬁ", "²", "\u{1F468}\u{200D}\u{1F469}",
        String(repeating: "\"(", count: 200), String(repeating: "word ", count: 200), "", " ",
        "AND",
    ])
    func junkIsPlainWords(text: String) throws {
        try conversation()
        let page = try harness.search(SearchQuery(text, rooms: try rooms("#lobby", "#dev")))
        for hit in page.hits { #expect(hit.message.text.lowercased().contains("deploy")) }
    }

    @Test func operatorsAreWords() throws {
        try say([("ann", "#lobby", "this or that"), ("ann", "#lobby", "near here")])
        #expect(try texts("OR", "#lobby") == ["this or that"])
        #expect(try texts("NEAR", "#lobby") == ["near here"])
    }

    @Test func aPageHasNoMoreThanTheLimit() {
        #expect(SearchQuery("a", rooms: [], limit: .max).limit == SearchQuery.maxPage)
        #expect(SearchQuery("a", rooms: [], limit: 0).limit == 1)
    }

    @Test func whatWasCommittedBeforeTheQuestionIsFound() throws {
        var author = Author()
        for n in 1...20 {
            harness.append([try author.says("unique\(n)")])
            let harness = harness
            #expect(harness.waits { harness.committed.count == n })
            let page = try harness.search(SearchQuery("unique\(n)", rooms: [.lobby]))
            #expect(page.texts == ["unique\(n)"] || !page.isCurrent)
        }
    }
}
