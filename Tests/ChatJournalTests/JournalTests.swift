// Committing: order, batches, the bounded queue, what a reopened database still knows.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal
import Testing

@Suite struct JournalTests {
    let directory = TemporaryDirectory()

    private func configuration(_ durability: Durability = .normal) -> JournalConfiguration {
        JournalConfiguration(location: .file(directory.file()), durability: durability)
    }

    @Test(arguments: Durability.allCases)
    func recordsAreCommittedInTheOrderInWhichTheyWereAppended(durability: Durability) throws {
        let harness = try JournalHarness(configuration(durability))
        var author = Author()
        for _ in 0..<50 { harness.append(try author.many(20)) }
        #expect(harness.journal.close() == 0)
        #expect(harness.committed.messages.map(\.id.number) == Array(1...1000))
    }

    @Test func whatWaitsBecomesOneTransaction() throws {
        let harness = try JournalHarness(configuration(), gated: true)
        var author = Author()
        harness.append(try author.many(1))
        #expect(harness.waits { harness.committed.count == 1 })
        for _ in 0..<700 { harness.append(try author.many(1)) }
        harness.release()
        #expect(harness.journal.close() == 0)
        #expect(harness.told.withLock { $0.batches } == [1, 700])
    }

    @Test func aMessageComesBackAsItWas() throws {
        let harness = try JournalHarness(configuration())
        var author = Author()
        let said = [
            try author.says("héllo\nwörld 🎉\0nul", "Änn", in: "#Bücher", tags: "+typing=done"),
            try author.says("waves", "Änn", in: "#Bücher", kind: .action),
        ]
        harness.append(said)
        #expect(harness.waits { harness.committed.count == 2 })
        let page = try harness.history(HistoryQuery(room: try RoomName("#bücher")))
        #expect(page.messages.count == 2)
        for (message, read) in zip(said, page.messages) {
            #expect(read.id == message.id)
            #expect(read.room?.text == "#Bücher")
            #expect(read.seq == message.seq)
            #expect(read.from.nick == message.from.nick)
            #expect(read.from.user == message.from.user)
            #expect(read.from.host == message.from.host)
            #expect(read.from.realName == message.from.realName)
            #expect(read.kind == message.kind)
            #expect(read.text == message.text)
            #expect(read.at == message.at)
            #expect(read.clientTags == message.clientTags)
        }
        #expect(harness.journal.close() == 0)
    }

    @Test func aReopenedDatabaseKnowsItsOriginNumbersRoomsAndTopics() throws {
        var author = Author()
        do {
            let harness = try JournalHarness(configuration(), origin: 42)
            #expect(harness.journal.opening.origin == 42)
            #expect(harness.journal.opening.lastNumber == 0)
            harness.append(try author.many(3) + author.many(2, in: "#Dev"))
            harness.append([try author.whispers("psst")])
            let topic = Topic(text: "all of it", by: "ann", at: Timestamp(milliseconds: 5))
            _ = harness.journal.append([
                JournalRecord(.topic(try RoomName("#dev"), topic, at: Timestamp(milliseconds: 5))),
                JournalRecord(.topic(try RoomName("#new"), nil, at: Timestamp(milliseconds: 6))),
            ])
            #expect(harness.journal.close() == 0)
        }
        let harness = try JournalHarness(configuration(), origin: 43)
        let opening = harness.journal.opening
        #expect(opening.origin == 42)
        #expect(opening.lastNumber == 6)
        #expect(opening.rooms.map(\.name.text) == ["#lobby", "#Dev", "#new"])
        #expect(opening.rooms.map(\.lastSeq) == [3, 2, 0])
        #expect(opening.rooms.map(\.topic?.text) == [nil, "all of it", nil])
        #expect(try answer { harness.journal.reader.rooms(completion: $0) } == opening.rooms)
        harness.append(try author.many(1))
        #expect(harness.journal.close() == 0)
        #expect(
            try Journal(configuration(), origin: 1, now: .init(milliseconds: 0))
                .opening.lastNumber == 7)
    }

    @Test func aFullQueueSaysSoAndTellsWhenItHasRoom() throws {
        var configuration = configuration()
        configuration.maxQueuedRecords = 10
        let harness = try JournalHarness(configuration, gated: true)
        var author = Author()
        harness.append(try author.many(1))
        #expect(harness.waits { harness.committed.count == 1 })
        func append(_ count: Int) throws -> JournalCapacity {
            harness.journal.append(
                try author.many(count).map { JournalRecord(.message($0, nonce: nil)) })
        }
        #expect(try append(9) == .accepted)
        #expect(try append(1) == .full)
        #expect(try append(5) == .full)
        #expect(harness.told.withLock { $0.drained } == 0)
        harness.release()
        #expect(harness.waits { harness.told.withLock { $0.drained } == 1 })
        #expect(harness.committed.count == 16)
        #expect(try append(1) == .accepted)
        #expect(harness.journal.close() == 0)
        #expect(harness.committed.count == 17)
    }

    @Test func bytesFillTheQueueAsWell() throws {
        var configuration = configuration()
        configuration.maxQueuedBytes = 10_000
        let harness = try JournalHarness(configuration, gated: true)
        var author = Author()
        harness.append(try author.many(1))
        #expect(harness.waits { harness.committed.count == 1 })
        let large = try author.says(String(repeating: "x", count: 4000))
        #expect(
            harness.journal.append([JournalRecord(.message(large, nonce: nil))]) == .accepted)
        let more = try [author.says(String(repeating: "y", count: 4000)), author.says("z")]
        #expect(
            harness.journal.append([JournalRecord(.message(more[0], nonce: nil))]) == .accepted)
        let last = try author.says(String(repeating: "y", count: 4000))
        #expect(harness.journal.append([JournalRecord(.message(last, nonce: nil))]) == .full)
        harness.release()
        #expect(harness.journal.close() == 0)
    }

    @Test func ticketsComeBackWithTheirRecords() throws {
        let harness = try JournalHarness(configuration())
        var author = Author()
        let ticket = JournalTicket(
            client: ClientID(loop: 1, serial: 9), tag: RequestTag(label: "l"), nonce: "n1")
        _ = harness.journal.append([
            JournalRecord(.message(try author.says("a"), nonce: nil), ticket: ticket)
        ])
        #expect(harness.journal.close() == 0)
        #expect(harness.committed.map(\.ticket) == [ticket])
    }

    @Test func noncesOfATokenAreFoundBeforeAndAfterTheyAreIndexedAndAfterARestart() throws {
        let (mine, other) = (TokenHash(high: 1, low: 2), TokenHash(high: .max, low: 0))
        var author = Author()
        var expected: [StoredNonce] = []
        let since = Timestamp(milliseconds: author.clock - 3_600_000)
        do {
            let harness = try JournalHarness(configuration())
            for n in 0..<40 {
                let message = try n == 7 ? author.whispers("secret") : author.says("text \(n)")
                let nonce = JournalNonce(token: n % 4 == 3 ? mine : other, nonce: "n\(n)")
                if nonce.token == mine {
                    expected.append(
                        StoredNonce(
                            nonce: nonce.nonce,
                            accepted: Accepted(
                                id: message.id, room: message.room, seq: message.seq)))
                }
                _ = harness.journal.append([JournalRecord(.message(message, nonce: nonce))])
            }
            #expect(harness.waits { harness.committed.count == 40 })
            func nonces(_ limit: Int = 100) throws -> [StoredNonce] {
                try answer {
                    harness.journal.reader.nonces(
                        of: mine, since: since, limit: limit, completion: $0)
                }
            }
            #expect(try nonces() == expected)
            #expect(try harness.search(SearchQuery("text", rooms: [.lobby])).isCurrent)
            #expect(try nonces() == expected)
            #expect(try nonces(3) == expected.suffix(3))
            func accepted(_ nonce: String) throws -> Accepted? {
                try answer {
                    harness.journal.reader.accepted(
                        JournalNonce(token: mine, nonce: nonce), since: since, completion: $0)
                }
            }
            #expect(try accepted("n3") == expected.first?.accepted)
            #expect(try accepted("n4") == nil)
            #expect(harness.journal.close() == 0)
        }
        let harness = try JournalHarness(configuration(), origin: 99)
        let found = try answer {
            harness.journal.reader.nonces(of: mine, since: since, limit: 100, completion: $0)
        }
        #expect(found == expected)
        let unknown = try answer {
            harness.journal.reader.nonces(
                of: TokenHash(high: 0, low: 0), since: since, limit: 100, completion: $0)
        }
        #expect(unknown.isEmpty)
        #expect(harness.journal.close() == 0)
    }

    @Test func aSessionIsFoundByItsTokenUntilItEnds() throws {
        let harness = try JournalHarness(configuration())
        let token = TokenHash(high: 3, low: 4)
        // Maintenance, which may come at any time, forgets sessions of long ago.
        let now = SystemClock.wall().milliseconds
        func found() throws -> ResumeState? {
            try answer { harness.journal.reader.resume(token, completion: $0) }
        }
        func commit(_ content: JournalRecord.Content) {
            let before = harness.committed.count
            _ = harness.journal.append([JournalRecord(content)])
            #expect(harness.waits { harness.committed.count == before + 1 })
        }
        #expect(try found() == nil)
        var state = ResumeState(
            token: token, nick: try Nickname("Ann"), rooms: [.lobby],
            seenAt: Timestamp(milliseconds: now))
        commit(.session(state))
        #expect(try found() == state)
        state = ResumeState(
            token: token, nick: try Nickname("Anna"), rooms: [try RoomName("#a"), .lobby],
            seenAt: Timestamp(milliseconds: now + 10))
        commit(.session(state))
        #expect(try found() == state)
        commit(.sessionEnded(token))
        #expect(try found() == nil)
        #expect(harness.journal.close() == 0)
    }

    @Test func aJournalInMemoryAnswersLikeOneInAFile() throws {
        let harness = try JournalHarness(
            JournalConfiguration(location: .privateMemory()))
        var author = Author()
        for _ in 0..<100 { harness.append(try author.many(10)) }
        #expect(harness.waits { harness.committed.count == 1000 })
        #expect(try harness.history(HistoryQuery(room: .lobby)).seqs == Array(981...1000))
        #expect(try harness.search(SearchQuery("message 3", rooms: [.lobby])).hits.count == 20)
        #expect(harness.journal.close() == 0)
    }

    @Test func twoJournalsInMemoryShareNothing() throws {
        let one = try JournalHarness(JournalConfiguration(location: .privateMemory()))
        let two = try JournalHarness(JournalConfiguration(location: .privateMemory()))
        var author = Author()
        one.append(try author.many(1))
        #expect(one.waits { one.committed.count == 1 })
        #expect(try two.history(HistoryQuery(room: .lobby)).messages.isEmpty)
        #expect(one.journal.close() == 0)
        #expect(two.journal.close() == 0)
    }

    @Test func aJournalThatNeverStartedKeepsWhatItWasGiven() throws {
        let journal = try Journal(configuration(), origin: 1, now: Timestamp(milliseconds: 0))
        var author = Author()
        _ = journal.append([JournalRecord(.message(try author.says("a"), nonce: nil))])
        #expect(journal.close() == 1)
    }
}
