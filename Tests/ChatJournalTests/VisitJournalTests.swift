// Visits in the journal: what comes back, what a restart makes of those who were there, and that
// everything made of the events is what they say.
// SPDX-License-Identifier: GPL-3.0-or-later
import CFaultVFS
import ChatCore
import ChatIO
import ChatJournal
import ChatTestKit
import Testing

@Suite struct VisitJournalTests {
    let directory = TemporaryDirectory()
    private let start = Timestamp(milliseconds: 1_795_000_000_123)

    private var configuration: JournalConfiguration {
        JournalConfiguration(location: .file(directory.file()), server: "Desk A")
    }

    private func record(_ visit: UInt64, _ at: Int64, _ event: VisitEvent) -> JournalRecord {
        JournalRecord(
            .visit(
                VisitRecord(
                    VisitID(number: visit),
                    at: Timestamp(milliseconds: start.milliseconds + at), event)))
    }

    private func keep(_ records: [JournalRecord], _ harness: JournalHarness) {
        let expected = harness.committed.count + records.count
        _ = harness.journal.append(records)
        #expect(harness.waits { harness.committed.count == expected })
    }

    private func number(_ sql: String) throws -> Int64 {
        try Database(.file(directory.file()), access: .readOnly).number(sql)
    }

    private func visit(_ ticket: String, _ harness: JournalHarness) throws -> StoredVisit? {
        try answer { harness.journal.reader.visit(ticket: TokenHash(ticket), completion: $0) }
    }

    /// Rows of a query, as text.
    private func rows(_ sql: String) throws -> [String] {
        let database = try Database(.file(directory.file()), access: .readOnly)
        let list = try database.prepare(sql)
        var rows: [String] = []
        while try list.step() { rows.append(list.text(0)) }
        return rows
    }

    @Test func aVisitIsFoundByItsTicketAsItStands() throws {
        let harness = try JournalHarness(configuration)
        #expect(try visit("t-1", harness) == nil)
        keep([record(1, 0, .approached(nick: "Eve", ticket: "t-1"))], harness)
        let id = VisitID(number: 1)
        #expect(
            try visit("t-1", harness)
                == StoredVisit(
                    visit: id, isAttended: false, host: "", endedAt: nil,
                    isRated: false))
        keep(
            [
                record(1, 0, .waiting), record(1, 5, .served(host: "Ann", waited: .zero)),
                record(1, 6, .attended), record(1, 7, .returned),
                record(1, 9, .served(host: "Bob", waited: .milliseconds(2))),
            ], harness)
        #expect(
            try visit("t-1", harness)
                == StoredVisit(
                    visit: id, isAttended: true, host: "Bob", endedAt: nil,
                    isRated: false))
        let rating = try #require(Rating(stars: 4, comment: "good"))
        keep(
            [
                record(1, 12, .ended(.closed, handled: .milliseconds(5))),
                record(1, 20, .rated(rating, host: "Bob")),
            ], harness)
        #expect(
            try visit("t-1", harness)
                == StoredVisit(
                    visit: id, isAttended: true, host: "Bob",
                    endedAt: Timestamp(milliseconds: start.milliseconds + 12), isRated: true))
        #expect(try visit("t-2", harness) == nil)
        #expect(harness.journal.close() == 0)
    }

    @Test func aTicketIsKeptAsItsHashAlone() throws {
        let harness = try JournalHarness(configuration)
        keep([record(1, 0, .approached(nick: "Eve", ticket: "unguessable"))], harness)
        #expect(harness.journal.close() == 0)
        let columns = try rows(
            "SELECT hex(ticket) || nick || coalesce(comment, '') FROM visit_event")
        #expect(columns.allSatisfy { !$0.contains("unguessable") })
        #expect(
            try number("SELECT count(*) FROM visit_event WHERE length(ticket) = 16") == 1)
    }

    @Test func theSecondRatingOfAVisitIsPassedOver() throws {
        let harness = try JournalHarness(configuration)
        let (good, bad) = (try #require(Rating(stars: 5)), try #require(Rating(stars: 1)))
        keep(
            [
                record(1, 0, .approached(nick: "Eve", ticket: "t-1")),
                record(1, 1, .rated(good, host: "Ann")), record(1, 2, .rated(bad, host: "Ann")),
            ], harness)
        keep([record(1, 3, .rated(bad, host: "Ann"))], harness)
        #expect(harness.journal.close() == 0)
        #expect(try rows("SELECT detail FROM visit_event WHERE kind = 8") == ["5"])
        let figures = try JournalHarness(configuration).journal.opening.figures
        #expect(figures.ever.stars == [0, 0, 0, 0, 1])
    }

    @Test func whoWasServedWhenTheServerEndedIsAccountedForAtTheNextStart() throws {
        do {
            let harness = try JournalHarness(configuration)
            keep(
                (1...4).map { record($0, 0, .approached(nick: "n\($0)", ticket: "t-\($0)")) }
                    + [
                        record(1, 1, .served(host: "Ann", waited: .zero)),
                        record(2, 1, .served(host: "Bob", waited: .zero)),
                        record(2, 2, .attended), record(3, 2, .waiting),
                        record(4, 3, .served(host: "Bob", waited: .zero)),
                        record(4, 4, .attended), record(4, 5, .returned),
                    ], harness)
            #expect(harness.journal.close() == 0)
        }
        let before = SystemClock.wall()
        do {
            let harness = try JournalHarness(configuration)
            let opening = harness.journal.opening
            #expect(opening.lastVisit == 4)
            #expect(
                opening.openVisits == [
                    OpenVisit(
                        visit: VisitID(number: 3), nick: "n3", ticket: TokenHash("t-3"),
                        isAttended: false, at: start),
                    OpenVisit(
                        visit: VisitID(number: 4), nick: "n4", ticket: TokenHash("t-4"),
                        isAttended: true, at: Timestamp(milliseconds: start.milliseconds + 5)),
                ])
            #expect(opening.figures.ever.approached == 4)
            #expect(opening.figures.ever.attended == 2)
            #expect(opening.figures.ever.lost == [.serverGone: 1])
            // It is known when it was found out, which is today.
            #expect(opening.figures.today.lost == [.serverGone: 1])
            let lost = try #require(try visit("t-1", harness)?.endedAt)
            #expect(lost >= before && lost <= SystemClock.wall())
            #expect(try visit("t-2", harness)?.endedAt != nil)
            #expect(try visit("t-3", harness)?.endedAt == nil)
            // Numbers go on, of events too.
            keep([record(5, 9, .approached(nick: "n5", ticket: "t-5"))], harness)
            #expect(harness.journal.close() == 0)
        }
        let again = try JournalHarness(configuration)
        #expect(again.journal.opening.figures.ever.lost == [.serverGone: 1])
        #expect(again.journal.opening.openVisits.map(\.visit.number) == [3, 4, 5])
        #expect(again.journal.close() == 0)
        #expect(try number("SELECT count(*) FROM visit_event WHERE kind IN (6, 7)") == 2)
        #expect(try number("SELECT max(id) - count(*) FROM visit_event") == 0)
    }

    @Test func eventsThatComeAgainAfterAFailedCommitAreKeptOnce() throws {
        let layer = try FaultLayer()
        var configuration = configuration
        configuration.vfs = layer.name
        let harness = try JournalHarness(configuration)
        var history = VisitHistory(seed: 5, start: start)
        for round in 1...20 {
            let before = history.records.count
            history.run(steps: 10)
            layer.arm(round % 2 == 0 ? FAULT_IO : FAULT_FULL, at: 1 + round % 5)
            keep(history.records[before...].map { JournalRecord(.visit($0)) }, harness)
            layer.disarm()
        }
        #expect(layer.failures > 0)
        #expect(harness.journal.close() == 0)
        #expect(try number("SELECT count(*) FROM visit_event") == Int64(history.records.count))
        try expectProjections()
    }

    @Test func manyTimesOfOneQuarterAreAllKept() throws {
        let harness = try JournalHarness(configuration)
        var random = SeededRandom(seed: 8)
        var visit: UInt64 = 0
        for count in [1, 1, 2, 700, 1, 3, 150, 1] {
            keep(
                (0..<count).flatMap { _ in
                    visit += 1
                    let time =
                        Int64.random(in: 0..<9_000_000_000_000, using: &random)
                        >> Int64.random(in: 0..<40, using: &random)
                    return [
                        record(visit, 0, .approached(nick: "n", ticket: "t-\(visit)")),
                        record(visit, 1, .served(host: "Ann", waited: .milliseconds(time))),
                    ]
                }, harness)
            try expectTimes()
        }
        #expect(harness.journal.close() == 0)
        #expect(try number("SELECT max(length(times)) FROM visit_time") <= 202)
        #expect(try number("SELECT count(*) FROM visit_time") > 10)
    }

    @Test func erasingANickErasesItsVisitsNamesAndCommentsAndKeepsTheFigures() throws {
        let harness = try JournalHarness(configuration)
        let rating = try #require(Rating(stars: 2, comment: "quetzalcoatl"))
        keep(
            (1...300).map { record($0, 0, .approached(nick: "PopocaTepetl", ticket: "t-\($0)")) }
                + [
                    record(7, 1, .rated(rating, host: "Ann")),
                    record(301, 1, .approached(nick: "bob", ticket: "t-301")),
                ], harness)
        let before = try answer {
            harness.journal.reader.figures(day: start..<start, month: start..<start, completion: $0)
        }
        #expect(try harness.erase("popocatepetl") == 0)
        keep([record(302, 9, .approached(nick: "popocatepetl", ticket: "t-302"))], harness)
        let after = try answer {
            harness.journal.reader.figures(day: start..<start, month: start..<start, completion: $0)
        }
        #expect(after.ever.approached == before.ever.approached + 1)
        #expect(after.ever.stars == before.ever.stars)
        // It is a name that is forgotten, not that somebody was there.
        #expect(try visit("t-7", harness)?.isRated == true)
        #expect(harness.journal.close() == 0)
        #expect(
            try rows("SELECT nick FROM visit_event WHERE nick IS NOT NULL")
                == ["bob", "popocatepetl"])
        #expect(try number("SELECT count(*) FROM visit_event WHERE comment IS NOT NULL") == 0)
        #expect(try number("SELECT count(folded) FROM visit") == 2)
        try expectProjections()
    }

    @Test func figuresAreOfEverythingThatWasAppendedBeforeTheyWereAskedFor() throws {
        var configuration = configuration
        configuration.commitInterval = .seconds(3600)
        let harness = try JournalHarness(configuration)
        keep([record(1, 0, .approached(nick: "Eve", ticket: "t-1"))], harness)
        _ = harness.journal.append([record(2, 1, .approached(nick: "Bob", ticket: "t-2"))])
        let figures = try figures(harness)
        #expect(figures.contains(#""approached":2"#))
        #expect(harness.committed.count == 2)
        #expect(harness.journal.close() == 0)
    }

    private func figures(_ harness: JournalHarness) throws -> String {
        let later = Timestamp(milliseconds: start.milliseconds + 1000)
        let question = StatisticsQuestion(
            from: nil, to: later, grouping: nil, server: nil, now: later, calendar: .system)
        let loaded = try answer { done in
            harness.journal.statistics(question) { done(.success($0)) }
        }
        guard case .statistics(let text) = loaded else { return "\(loaded)" }
        return text
    }

    @Test func theRetentionOfMessagesDeletesNoVisits() throws {
        var configuration = configuration
        configuration.retention = Retention(keep: .seconds(1), keepMessages: 1)
        configuration.sweepInterval = .milliseconds(10)
        let harness = try JournalHarness(configuration)
        var author = Author()
        author.clock -= 10_000_000
        let old = Timestamp(milliseconds: author.clock)
        let event = VisitEvent.approached(nick: "e", ticket: "t")
        keep(
            [JournalRecord(.visit(VisitRecord(VisitID(number: 1), at: old, event)))], harness)
        harness.commit(try author.many(100))
        #expect(harness.waits { (try? number("SELECT count(*) FROM message")) == 0 })
        #expect(try visit("t", harness) != nil)
        #expect(harness.journal.close() == 0)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func whatIsMadeOfTheEventsIsWhatTheySay(seed: UInt64) throws {
        var history = VisitHistory(seed: seed, start: start, isDesk: seed % 2 == 0)
        var kept = 0
        for _ in 0..<6 {
            let harness = try JournalHarness(configuration)
            let opening = harness.journal.opening
            if kept > 0 {
                history.restart(
                    last: opening.lastVisit,
                    waiting: opening.openVisits.map { ($0.visit, isAttended: $0.isAttended) })
            }
            history.run(steps: 150)
            history.setClock(by: .seconds(seed % 2 == 0 ? 7200 : -7200))
            history.run(steps: 50)
            keep(history.records[kept...].map { JournalRecord(.visit($0)) }, harness)
            kept = history.records.count
            #expect(harness.journal.close() == 0)
            try expectProjections()
        }
        #expect(kept > 600)
    }

    /// Makes everything that is made of the events again, and compares.
    private func expectProjections() throws {
        let made = """
            SELECT count(*) FROM (
                SELECT id, server, approached_at, nick, ticket, state, since, is_attended, host,
                    is_rated FROM visit
                EXCEPT
                SELECT first.visit, first.server, first.at, first.nick, first.ticket,
                    CASE last.kind WHEN 3 THEN 1 WHEN 6 THEN 2 WHEN 7 THEN 2 ELSE 0 END, last.at,
                    EXISTS (SELECT 1 FROM visit_event WHERE visit = first.visit AND kind = 4),
                    (SELECT host FROM visit_event WHERE visit = first.visit AND kind = 3
                        ORDER BY id DESC LIMIT 1),
                    EXISTS (SELECT 1 FROM visit_event WHERE visit = first.visit AND kind = 8)
                FROM visit_event AS first JOIN visit_event AS last ON last.id = (
                    SELECT max(id) FROM visit_event
                    WHERE visit = first.visit AND kind NOT IN (2, 4, 8))
                WHERE first.kind = 1)
            """
        #expect(try number(made) == 0)
        #expect(
            try number("SELECT count(*) FROM visit")
                == number("SELECT count(*) FROM visit_event WHERE kind = 1"))
        let counted = """
            SELECT quarter || ' ' || server || ' ' || kind || ' ' || detail || ' ' || count
            FROM visit_count ORDER BY 1
            """
        let recounted = """
            SELECT (at / 900000) || ' ' || server || ' ' || kind || ' ' || coalesce(detail, 0)
                || ' ' || count(*)
            FROM visit_event GROUP BY at / 900000, server, kind, detail ORDER BY 1
            """
        #expect(try rows(counted) == rows(recounted))
        let total = """
            SELECT server || ' ' || kind || ' ' || detail || ' ' || count
            FROM visit_total ORDER BY 1
            """
        let recountedTotal = """
            SELECT server || ' ' || kind || ' ' || coalesce(detail, 0) || ' ' || count(*)
            FROM visit_event GROUP BY server, kind, detail ORDER BY 1
            """
        #expect(try rows(total) == rows(recountedTotal))
        try expectTimes()
    }

    /// The same of the times, which are packed.
    private func expectTimes() throws {
        let database = try Database(.file(directory.file()), access: .readOnly)
        var packed: [String: [Int64]] = [:]
        let parts = try database.prepare(
            """
            SELECT kind || ' ' || quarter || ' ' || server, hex(times) FROM visit_time
            ORDER BY kind, quarter, server, part
            """)
        while try parts.step() {
            packed[parts.text(0), default: []] += try unpack(parts.text(1))
        }
        var measured: [String: [Int64]] = [:]
        let events = try database.prepare(
            """
            SELECT kind || ' ' || (at / 900000) || ' ' || server, ms FROM visit_event
            WHERE kind IN (3, 6) AND ms IS NOT NULL ORDER BY id
            """)
        while try events.step() {
            measured[events.text(0), default: []].append(events.number(1))
        }
        #expect(packed == measured)
    }

    /// Times as VisitTimes.swift describes them, from their digits.
    private func unpack(_ digits: String) throws -> [Int64] {
        var times: [Int64] = []
        var (value, shift): (Int64, Int64) = (0, 0)
        let digits = Array(digits)
        for index in stride(from: 0, to: digits.count, by: 2) {
            let byte = try #require(Int64(String(digits[index..<index + 2]), radix: 16))
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 {
                times.append(value)
                (value, shift) = (0, 0)
            }
        }
        #expect(shift == 0, "a time is cut off")
        return times
    }
}
