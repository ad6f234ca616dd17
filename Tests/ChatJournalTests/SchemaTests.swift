// Migrations: a file of every released version opens and becomes the newest one.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import Testing

@Suite struct SchemaTests {
    let directory = TemporaryDirectory()

    private func layout(_ database: Database) throws -> [String] {
        let list = try database.prepare(
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1")
        var found: [String] = []
        while try list.step() { found.append(list.text(0)) }
        return found
    }

    @Test func aDatabaseOfVersion1OpensWithEverythingInIt() throws {
        let path = directory.file()
        try Database(.file(path), access: .readWrite).execute(SchemaFixture.version1)
        // Nothing in it is too old.
        let century = Duration.seconds(100 * 365 * 24 * 3600)
        let harness = try JournalHarness(
            JournalConfiguration(
                location: .file(path), nonceLifetime: century, sessionLifetime: century))
        let opening = harness.journal.opening
        #expect(opening.origin == 1234)
        #expect(opening.lastNumber == 4)
        #expect(opening.rooms.map(\.name.text) == ["#lobby", "#Dev"])
        #expect(opening.rooms.map(\.topic?.text) == [nil, "releases"])
        let page = try harness.history(HistoryQuery(room: .lobby))
        #expect(page.texts == ["hello world", ""])
        #expect(page.messages.map(\.isErased) == [false, true])
        #expect(page.messages.map(\.from.nick.text) == ["Ann", "erased"])
        let found = try harness.search(SearchQuery("hello", rooms: [.lobby]))
        #expect(found.texts == ["hello world"])
        let token = TokenHash(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10)
        let state = try answer { harness.journal.reader.resume(token, completion: $0) }
        #expect(state?.nick.text == "Ann")
        #expect(state?.rooms.map(\.text) == ["#lobby", "#Dev"])
        #expect(harness.journal.close() == 0)
        let database = try Database(.file(path), access: .readOnly)
        #expect(try database.number("PRAGMA user_version") == Schema.version)
        let nonces = try database.prepare("SELECT session, number, nonce, room, seq FROM nonce")
        #expect(try nonces.step())
        #expect([0, 1, 3, 4].map { nonces.number($0) } == [1, 3, 2, 1])
        #expect(nonces.text(2) == "n-3")
        #expect(try !nonces.step())
        #expect(try database.number("SELECT count(*) FROM message") == 4)
        // There were no visits yet.
        #expect(opening.lastVisit == 0 && opening.openVisits.isEmpty)
        #expect(opening.figures.ever == VisitTally())
    }

    @Test func aDatabaseOfVersion2OpensWithItsVisits() throws {
        let path = directory.file()
        try Database(.file(path), access: .readWrite).execute(SchemaFixture.version2)
        let now = try #require(Timestamp(rfc3339: "2023-11-14T22:20:00Z"))
        let harness = try JournalHarness(JournalConfiguration(location: .file(path)), now: now)
        let opening = harness.journal.opening
        #expect(opening.rooms.map(\.name.text) == ["#lobby", "#Dev"])
        #expect(opening.lastVisit == 4)
        #expect(
            opening.openVisits == [
                OpenVisit(
                    visit: VisitID(number: 4), nick: "Zoë",
                    ticket: TokenHash(high: 0x3102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10),
                    isAttended: false, at: Timestamp(milliseconds: 1_700_000_307_000))
            ])
        let ticket = TokenHash(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10)
        let visit = try answer { harness.journal.reader.visit(ticket: ticket, completion: $0) }
        #expect(
            visit
                == StoredVisit(
                    visit: VisitID(number: 1), isAttended: true, host: "Ann",
                    endedAt: Timestamp(milliseconds: 1_700_000_302_000), isRated: true))
        #expect(harness.journal.close() == 0)
        let report = try StatisticsDatabase.report(
            path,
            StatisticsQuestion(
                from: nil, to: now, now: now,
                calendar: LocalCalendar(name: "UTC") { _ in
                    ZoneOffset(seconds: 0, abbreviation: "UTC")
                }))
        let tally = report.figures.tally
        #expect(report.servers == ["Desk A"])
        #expect((tally.approached, tally.attended) == (4, 1))
        #expect(tally.lost == [.expired: 1, .unanswered: 1])
        #expect(tally.stars == [0, 0, 0, 1, 0])
        #expect(report.figures.waits == TimesSummary(of: [0, 0]))
        #expect(report.figures.handling == TimesSummary(of: [302_000]))
        #expect(report.ever == tally)
    }

    // Issue 11, point 23: what folds alike now may have been two before.
    @Test func namesThatFoldAlikeAreBroughtTogetherAndNothingIsLost() throws {
        let path = directory.file()
        try Database(.file(path), access: .readWrite).execute(SchemaFixture.version2Greek)
        let harness = try JournalHarness(JournalConfiguration(location: .file(path)))
        let rooms = harness.journal.opening.rooms.map(\.name.text)
        #expect(rooms == ["#lobby", "#Dev", "#Νίκος", "#ΝΊΚΟΣ-2", "#Weiß", "#weiss-3", "#weiss-2"])
        func texts(_ room: String) throws -> [String] {
            try harness.history(HistoryQuery(room: RoomName(room))).texts
        }
        #expect(try texts("#ΝΊΚΟΣ") == ["one", "two"])
        #expect(try texts("#νίκος-2") == ["three"])
        #expect(try texts("#WEISS") == ["of Weiß"])
        #expect(try texts("#weiss-3") == ["of weiss"])
        #expect(try texts("#weiss-2") == ["was there"])
        #expect(harness.waits { harness.told.withLock { $0.warnings.count >= 3 } })
        #expect(
            harness.told.withLock { $0.warnings } == [
                "#Νίκος and #ΝΊΚΟΣ are one room now: of #ΝΊΚΟΣ, the 1 kept messages are in #ΝΊΚΟΣ-2",
                "#Weiß and #weiss are one room now: of #weiss, the 1 kept messages are in #weiss-3",
                "these nicks are one author now: Νίκος, ΝΊΚΟΣ",
            ])
        // Who wrote what is found by either spelling, in the index that was made again.
        let all = try rooms.map { try RoomName($0) }
        let found = try harness.search(SearchQuery("one", rooms: all, author: "ΝΊΚΟΣ"))
        #expect(found.texts == ["one"])
        let both = try answer {
            harness.journal.search(
                SearchQuery("o", rooms: all, author: "νίκος"), completion: $0)
        }
        #expect(both.isCurrent)
        #expect(
            try harness.search(SearchQuery("three", rooms: all, author: "Νίκος")).hits.count == 1)
        // An erasure that was under way reaches whom it was meant for.
        #expect(
            harness.waits {
                (try? texts("#lobby")) == ["hello world", "", "stays"]
            })
        #expect(harness.journal.close() == 0)
        let database = try Database(.file(path), access: .readOnly)
        #expect(try database.number("SELECT count(*) FROM erasure") == 0)
        let folded = try database.prepare("SELECT folded FROM visit WHERE id = 4")
        #expect(try folded.step())
        #expect(folded.text(0).utf8.elementsEqual("zoe\u{308}".utf8))
    }

    @Test func aMigratedDatabaseHasTheLayoutOfANewOne() throws {
        let old = try Database(.file(directory.file("old.db")), access: .readWrite)
        try old.execute(SchemaFixture.version1)
        try Schema.prepare(old, origin: 1, now: 0)
        let new = try Database(.file(directory.file("new.db")), access: .readWrite)
        try Schema.prepare(new, origin: 1, now: 0)
        #expect(try layout(old) == layout(new))
    }

    @Test func migrationsRunInOrderAndOnlyOnce() throws {
        let database = try Database(.privateMemory(), access: .readWrite)
        let first = Schema.migrations[0]
        let steps: [Migration] = [
            first, "CREATE TABLE extra (a)",
            "INSERT INTO extra VALUES (1); ALTER TABLE extra ADD COLUMN b",
        ]
        try Schema.prepare(database, origin: 5, now: 0, migrations: [first])
        try Schema.prepare(database, origin: 6, now: 0, migrations: steps)
        try Schema.prepare(database, origin: 7, now: 0, migrations: steps)
        #expect(try database.number("SELECT count(b IS NULL) FROM extra") == 1)
        #expect(try database.number("SELECT origin FROM server") == 5)
        #expect(try database.number("PRAGMA user_version") == 3)
    }

    @Test func aMigrationThatFailsLeavesTheVersionBeforeIt() throws {
        let database = try Database(.privateMemory(), access: .readWrite)
        try Schema.prepare(database, origin: 5, now: 0)
        let before = try layout(database)
        let broken = Schema.migrations + ["CREATE TABLE extra (a); CREATE TABLE extra (a)"]
        #expect(throws: DatabaseError.self) {
            try Schema.prepare(database, origin: 5, now: 0, migrations: broken)
        }
        #expect(try layout(database) == before)
        #expect(try database.number("PRAGMA user_version") == Schema.version)
    }
}
