// Forgetting: by age and by count, for everyone and for one author; numbers are never given again.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import Glibc
import Testing

@Suite struct RetentionTests {
    let directory = TemporaryDirectory()
    private let hour: Int64 = 3_600_000

    private func configuration(_ retention: Retention) -> JournalConfiguration {
        JournalConfiguration(
            location: .file(directory.file()), retention: retention,
            sweepInterval: .milliseconds(20))
    }

    private func number(_ sql: String) throws -> Int64 {
        try Database(.file(directory.file()), access: .readOnly).number(sql)
    }

    @Test func onlyTheNewestMessagesOfARoomAreKept() throws {
        var author = Author()
        do {
            let harness = try JournalHarness(configuration(Retention(keepMessages: 10)))
            harness.append(try author.many(1000) + author.many(5, in: "#small"))
            #expect(
                harness.waits {
                    (try? harness.history(HistoryQuery(room: .lobby)).oldestKept) == 991
                })
            let page = try harness.history(
                HistoryQuery(room: .lobby, bound: .after(.seq(3)), limit: 100))
            #expect(page.seqs == Array(991...1000))
            #expect(!page.complete)
            #expect(
                try harness.history(
                    HistoryQuery(room: .lobby, bound: .before(.seq(995)), limit: 100)
                ).complete)
            #expect(try harness.history(HistoryQuery(room: RoomName("#small"))).seqs.count == 5)
            let found = try harness.search(SearchQuery("message", rooms: [.lobby], limit: 100))
            #expect(found.hits.count == 10)
            #expect(harness.journal.close() == 0)
        }
        #expect(try number("SELECT count(*) FROM message") == 15)
    }

    @Test func oldMessagesNoncesAndSessionsGo() throws {
        var author = Author()
        let (old, new) = (TokenHash(high: 0, low: 1), TokenHash(high: 0, low: 2))
        let now = author.clock
        var retention = configuration(Retention(keep: .seconds(48 * 3600)))
        retention.sweepInterval = .seconds(3600)
        do {
            // Nothing is swept while old things are put in.
            var everything = configuration(.everything)
            everything.nonceLifetime = .seconds(10_000 * 3600)
            let harness = try JournalHarness(everything)
            author.clock = now - 100 * hour
            for n in 0..<300 {
                let message = try n % 3 == 0 ? author.whispers("old \(n)") : author.says("old \(n)")
                _ = harness.journal.append([
                    JournalRecord(
                        .message(message, nonce: JournalNonce(token: old, nonce: "o\(n)")))
                ])
            }
            author.clock = now
            for n in 0..<30 {
                _ = harness.journal.append([
                    JournalRecord(
                        .message(
                            try author.says("new \(n)"),
                            nonce: JournalNonce(token: new, nonce: "n\(n)")))
                ])
            }
            #expect(harness.journal.close() == 0)
        }
        #expect(try number("SELECT count(*) FROM nonce") == 330)
        // As if the first session had been seen last when it last wrote.
        try Database(.file(directory.file()), access: .readWrite).execute(
            "UPDATE session SET seen_at = \(now - 1000 * hour) WHERE id = 1")
        let harness = try JournalHarness(retention)
        #expect(
            harness.waits {
                (try? number("SELECT count(*) FROM message")) == 30
                    && (try? number("SELECT count(*) FROM nonce")) == 30
                    && (try? number("SELECT count(*) FROM session")) == 1
            })
        #expect(try harness.search(SearchQuery("old", rooms: [.lobby])).hits.isEmpty)
        #expect(try harness.search(SearchQuery("new", rooms: [.lobby])).hits.count == 20)
        #expect(harness.told.withLock { $0.warnings } == [])
        #expect(harness.journal.close() == 0)
        #expect(try number("SELECT count(*) FROM pragma_integrity_check WHERE 1") == 1)
        try Database(.file(directory.file()), access: .readWrite).execute(
            "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
    }

    @Test func aRoomCanBeKeptOtherwise() throws {
        var configuration = configuration(Retention(keepMessages: 2))
        configuration.roomRetention = [try RoomName("#Archive"): .everything]
        let harness = try JournalHarness(configuration)
        var author = Author()
        harness.append(try author.many(50) + author.many(50, in: "#archive"))
        #expect(
            harness.waits { (try? harness.history(HistoryQuery(room: .lobby)).oldestKept) == 49 })
        #expect(try harness.history(HistoryQuery(room: RoomName("#archive"))).oldestKept == 1)
        #expect(harness.journal.close() == 0)
    }

    @Test func numbersOfDeletedMessagesAreNotGivenAgain() throws {
        var author = Author()
        do {
            let harness = try JournalHarness(configuration(Retention(keepMessages: 0)))
            harness.append(try author.many(20))
            #expect(
                harness.waits { (try? number("SELECT count(*) FROM message")) == 0 })
            #expect(harness.journal.close() == 0)
        }
        let opening = try Journal(
            configuration(.everything), origin: 1, now: Timestamp(milliseconds: 0)
        ).opening
        #expect(opening.rooms.map(\.lastSeq) == [20])
        #expect(opening.lastNumber == 20)
    }

    // MARK: - Erasing an author

    @Test func anErasedAuthorsMessagesKeepTheirPlaceAndNothingElse() throws {
        let harness = try JournalHarness(configuration(.everything))
        var author = Author()
        var messages: [Message] = []
        for n in 1...400 {
            messages.append(try author.says("public\(n) xylophone", n % 2 == 0 ? "Eve" : "ann"))
        }
        messages.append(try author.whispers("whispered zither", "eve"))
        messages.append(try author.whispers("answered", "ann", to: "eve"))
        harness.commit(messages)
        _ = harness.journal.append([
            JournalRecord(
                .session(
                    ResumeState(
                        token: TokenHash(high: 1, low: 1), nick: try Nickname("eve"), rooms: [],
                        seenAt: Timestamp(milliseconds: author.clock))))
        ])
        #expect(try harness.search(SearchQuery("xylophone", rooms: [.lobby])).hits.count == 20)
        #expect(try harness.erase("EVE") == 201)
        let page = try harness.history(HistoryQuery(room: .lobby, limit: 200))
        #expect(page.seqs == Array(201...400))
        #expect(page.messages.map(\.isErased) == page.seqs.map { $0 % 2 == 0 })
        #expect(Set(page.messages.map(\.from.nick.text)) == ["ann", "erased"])
        var readable = HistoryQuery(room: .lobby, bound: .before(.seq(401)), limit: 3)
        readable.skipsErased = true
        #expect(try harness.history(readable).seqs == [395, 397, 399])
        readable.bound = .after(.seq(1))
        #expect(try harness.history(readable).seqs == [3, 5, 7])
        let found = try harness.search(SearchQuery("xylophone", rooms: [.lobby], limit: 100))
        #expect(found.hits.allSatisfy { $0.message.from.nick.text == "ann" })
        #expect(try harness.search(SearchQuery("public400", rooms: [.lobby])).hits.isEmpty)
        #expect(
            try harness.search(SearchQuery("xylophone", rooms: [.lobby], author: "eve"))
                .hits.isEmpty)
        // She is not banned: what she writes next is kept.
        harness.commit([try author.says("back again", "Eve")])
        #expect(try harness.search(SearchQuery("back", rooms: [.lobby])).texts == ["back again"])
        #expect(harness.told.withLock { $0.warnings } == [])
        #expect(harness.journal.close() == 0)
        #expect(try number("SELECT count(*) FROM session") == 0)
    }

    @Test func erasedWordsAreNowhereInTheFiles() throws {
        let path = directory.file()
        let harness = try JournalHarness(configuration(.everything))
        var author = Author()
        for n in 0..<50 {
            harness.commit([
                try author.says("quetzalcoatl\(n)", "eve", tags: "+x=popocatepetl"),
                try author.says("ordinary\(n)", "ann"),
            ])
        }
        #expect(try harness.search(SearchQuery("ordinary1", rooms: [.lobby])).hits.count == 1)
        func isThere(_ word: String) -> Bool {
            ["", "-wal"].contains { suffix in
                let descriptor = open(path + suffix, O_RDONLY)
                defer { close(descriptor) }
                var bytes = [UInt8](repeating: 0, count: 8 << 20)
                let count = max(0, read(descriptor, &bytes, bytes.count))
                return bytes[..<count].split(separator: word.utf8.first ?? 0).contains {
                    $0.starts(with: word.utf8.dropFirst())
                }
            }
        }
        #expect(isThere("quetzalcoatl"))
        #expect(try harness.erase("eve") == 50)
        #expect(!isThere("quetzalcoatl"))
        #expect(!isThere("popocatepetl"))
        #expect(isThere("ordinary"))
        #expect(harness.journal.close() == 0)
    }

    @Test func anErasureGoesOnAfterARestart() throws {
        var author = Author()
        do {
            let harness = try JournalHarness(configuration(.everything))
            harness.append(try author.many(30))
            #expect(harness.journal.close() == 0)
        }
        // As a server leaves it that was killed after the first slice.
        try Database(.file(directory.file()), access: .readWrite).execute(
            "INSERT INTO erasure (folded, next, upto, erased) VALUES ('ann', 0, 20, 0)")
        let harness = try JournalHarness(configuration(.everything))
        #expect(harness.waits { (try? number("SELECT count(*) FROM erasure")) == 0 })
        let page = try harness.history(HistoryQuery(room: .lobby, limit: 100))
        #expect(page.messages.map(\.isErased) == page.seqs.map { $0 <= 20 })
        #expect(page.seqs == Array(1...30))
        #expect(harness.journal.close() == 0)
    }

    @Test func erasingSomebodyWhoNeverWroteErasesNothing() throws {
        let harness = try JournalHarness(configuration(.everything))
        var author = Author()
        harness.append(try author.many(3))
        #expect(try harness.erase("nobody") == 0)
        #expect(try harness.history(HistoryQuery(room: .lobby)).messages.count == 3)
        #expect(harness.journal.close() == 0)
    }
}
