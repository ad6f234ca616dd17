// Reports against a straightforward recount: random histories, restarts, clocks that are set, months'
// ends, days on which clocks change, several servers in one file.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import ChatTestKit
import Glibc
import Testing

@Suite struct StatisticsDatabaseTests {
    let directory = TemporaryDirectory()

    private func time(_ text: String) throws -> Timestamp {
        try #require(Timestamp(rfc3339: text))
    }

    /// A history in the journal, and what it comes to.
    private struct Story {
        var recount = Recount()
        var history: VisitHistory
        private var kept = 0
        private let path: String
        private var isNew = true

        init(_ path: String, seed: UInt64, start: Timestamp, pace: Duration) {
            self.path = path
            history = VisitHistory(
                seed: seed, start: start, isDesk: seed % 2 == 0, pace: pace)
        }

        /// One server's life. It ends without accounting for anybody.
        mutating func live(_ server: String = "Desk A", _ body: (inout VisitHistory) -> Void) throws
        {
            let harness = try JournalHarness(
                JournalConfiguration(location: .file(path), server: server), now: history.now.wall)
            if !isNew {
                recount.serverGone(at: history.now.wall, server: server)
                let opening = harness.journal.opening
                history.restart(
                    last: opening.lastVisit,
                    waiting: opening.openVisits.map { ($0.visit, isAttended: $0.isAttended) })
            }
            isNew = false
            body(&history)
            let records = history.records[kept...]
            kept = history.records.count
            recount.add(records, server: server)
            _ = harness.journal.append(records.map { JournalRecord(.visit($0)) })
            #expect(harness.journal.close() == 0)
        }
    }

    private func report(
        _ span: Range<Timestamp>?, by grouping: StatisticsGrouping? = nil, server: String? = nil,
        now: Timestamp, _ calendar: LocalCalendar
    ) throws -> StatisticsReport {
        try StatisticsDatabase.report(
            directory.file(),
            StatisticsQuestion(
                from: span?.lowerBound, to: span?.upperBound ?? now, grouping: grouping,
                server: server, now: now, calendar: calendar))
    }

    /// Everything a report says of a span, against the recount.
    private func expect(
        _ story: Story, _ span: Range<Timestamp>, by grouping: StatisticsGrouping? = nil,
        _ calendar: LocalCalendar, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let now = story.history.now.wall
        let report = try report(span, by: grouping, now: now, calendar)
        let recount = story.recount
        #expect(report.figures == recount.figures(span), sourceLocation: sourceLocation)
        #expect(
            report.today == recount.figures(calendar.day(of: now)).tally,
            sourceLocation: sourceLocation)
        #expect(
            report.month == recount.figures(calendar.month(of: now)).tally,
            sourceLocation: sourceLocation)
        #expect(report.ever == recount.ever(), sourceLocation: sourceLocation)
        #expect(report.now.waiting == recount.waiting, sourceLocation: sourceLocation)
        #expect(report.now.serving == recount.serving, sourceLocation: sourceLocation)
        #expect(report.now.clients == recount.clients, sourceLocation: sourceLocation)
        #expect(
            report.ever.approached
                == report.ever.attended + report.ever.lostInTotal + recount.undecided,
            sourceLocation: sourceLocation)
        guard grouping == .day || grouping == .hour else { return }
        for row in report.rows {
            #expect(row.figures == recount.figures(row.span), sourceLocation: sourceLocation)
        }
        #expect(report.rows.first?.span.lowerBound == span.lowerBound)
        #expect(report.rows.last?.span.upperBound == span.upperBound)
        #expect(
            report.rows.reduce(0) { $0 + $1.figures.tally.approached }
                == report.figures.tally.approached, sourceLocation: sourceLocation)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64], TestZones.all)
    func aReportIsWhatARecountSays(seed: UInt64, calendar: LocalCalendar) throws {
        let start = try time("2026-10-30T20:17:31.123Z")
        var story = Story(directory.file(), seed: seed, start: start, pace: .seconds(1800))
        for _ in 0..<3 {
            try story.live { $0.run(steps: 70) }
            let now = story.history.now.wall
            try expect(story, calendar.day(of: now), by: .hour, calendar)
            try expect(story, calendar.month(of: now), by: .day, calendar)
            // Nothing in it is a whole quarter of an hour, or a whole one is in it.
            try expect(story, start..<now, by: .day, calendar)
            let moment = Timestamp(milliseconds: start.milliseconds + 1_234_567)
            try expect(story, moment..<moment, calendar)
            try expect(
                story, moment..<Timestamp(milliseconds: moment.milliseconds + 1_000_001), calendar)
        }
        #expect(story.recount.ever().approached > 40)
    }

    @Test(arguments: [
        (TestZones.berlin, "2026-03-28T22:00:00Z", 23),
        (TestZones.berlin, "2026-10-24T21:00:00Z", 25),
        (TestZones.newYork, "2026-03-08T04:00:00Z", 23),
        (TestZones.newYork, "2026-11-01T03:00:00Z", 25),
        (TestZones.lordHowe, "2026-04-04T12:00:00Z", 25),
        (TestZones.lordHowe, "2026-10-03T12:00:00Z", 24),
    ])
    func onADayWhenClocksChangeNothingIsCountedTwice(
        calendar: LocalCalendar, start: String, hours: Int
    ) throws {
        var story = Story(directory.file(), seed: 11, start: try time(start), pace: .seconds(300))
        try story.live { $0.run(steps: 600) }
        let day = calendar.day(
            of: Timestamp(milliseconds: try time(start).milliseconds + 28_800_000))
        try expect(story, day, by: .hour, calendar)
        let rows = try report(day, by: .hour, now: story.history.now.wall, calendar).rows
        #expect(rows.count == hours)
        #expect(rows.count { $0.figures.tally.approached > 0 } > 15)
    }

    @Test(arguments: [-90_000, -3600, 3600, 90_000])
    func afterTheClockWasSetTheTimeOfARecordCounts(seconds: Int) throws {
        // Over midnight and back, over a month's end too.
        let start = try time("2026-10-31T22:30:00Z")
        var story = Story(directory.file(), seed: 6, start: start, pace: .seconds(120))
        for _ in 0..<4 {
            try story.live { $0.run(steps: 60) }
            story.history.setClock(by: .seconds(seconds))
            try story.live { $0.run(steps: 40) }
            for moment in [start, story.history.now.wall] {
                let calendar = TestZones.berlin
                try expect(story, calendar.day(of: moment), by: .hour, calendar)
                try expect(story, calendar.month(of: moment), by: .day, calendar)
            }
        }
    }

    @Test func aServersEndIsCountedOnTheDayOnWhichItIsFoundOut() throws {
        let calendar = TestZones.newYork
        let start = try time("2026-12-31T20:00:00Z")
        var story = Story(directory.file(), seed: 2, start: start, pace: .seconds(20))
        try story.live { history in
            while history.records.count(where: \.isServed) < 5 { history.run(steps: 1) }
        }
        let served = story.recount.serving
        try #require(served > 0)
        story.history.setClock(by: .seconds(86_400))
        try story.live { _ in }
        let day = calendar.day(of: story.history.now.wall)
        try expect(story, day, by: .hour, calendar)
        let report = try report(day, now: story.history.now.wall, calendar)
        #expect(report.now.serving == 0)
        #expect(
            report.figures.tally.lost[.serverGone, default: 0] + report.figures.handling.count
                <= served)
    }

    @Test func severalServersInOneFileAreToldApart() throws {
        let calendar = TestZones.berlin
        let start = try time("2026-06-01T08:00:00Z")
        var story = Story(directory.file(), seed: 9, start: start, pace: .seconds(60))
        for name in ["Zoo", "Desk A", "Zoo", "Müller, \"& Co\""] {
            try story.live(name) { $0.run(steps: 80) }
        }
        let now = story.history.now.wall
        let span = start..<now
        let all = try report(span, by: .server, now: now, calendar)
        #expect(all.servers == ["Desk A", "Müller, \"& Co\"", "Zoo"])
        #expect(all.rows.map(\.server) == all.servers)
        for row in all.rows {
            #expect(row.figures == story.recount.figures(span, server: row.server))
            let one = try report(span, by: .day, server: row.server, now: now, calendar)
            #expect(one.servers == [row.server])
            #expect(one.figures == row.figures)
            #expect(one.rows.map(\.figures) == [row.figures])
            #expect(one.ever == story.recount.ever(server: row.server))
        }
        #expect(throws: StatisticsError.self) {
            try report(span, server: "Desk B", now: now, calendar)
        }
    }

    @Test func withoutABeginningItBeginsWithTheFirstThatIsKnown() throws {
        let calendar = TestZones.berlin
        let start = try time("2026-06-01T08:00:00Z")
        var story = Story(directory.file(), seed: 4, start: start, pace: .seconds(600))
        try story.live { history in
            history.run(steps: 20)
            history.setClock(by: .seconds(-86_400 * 40))
            history.run(steps: 20)
        }
        let report = try report(nil, now: start, calendar)
        #expect(report.span.lowerBound == story.recount.first)
        #expect(report.figures == story.recount.figures(report.span))
    }

    @Test func anEmptyDatabaseHasNothingAndIsNotAnError() throws {
        #expect(
            try JournalHarness(JournalConfiguration(location: .file(directory.file())))
                .journal.close() == 0)
        let now = try time("2026-11-21T09:00:00Z")
        let calendar = TestZones.berlin
        let report = try report(
            calendar.day(of: now), by: .hour, server: "Desk A", now: now, calendar)
        #expect(report.figures == StatisticsFigures())
        #expect(report.rows.count == 24)
        #expect(report.now.clients.isEmpty && report.ever == VisitTally())
        #expect(try self.report(nil, now: now, calendar).span == now..<now)
    }

    @Test func aDatabaseFromBeforeThereWereVisitsHasNothing() throws {
        try Database(.file(directory.file()), access: .readWrite).execute(SchemaFixture.version1)
        let now = try time("2026-11-21T09:00:00Z")
        let report = try report(
            TestZones.berlin.day(of: now), by: .hour, now: now, TestZones.berlin)
        #expect(report.figures == StatisticsFigures())
        #expect(report.rows.count == 24)
        // It is read and not changed.
        let database = try Database(.file(directory.file()), access: .readOnly)
        #expect(try database.number("PRAGMA user_version") == 1)
    }

    @Test func moreRowsThanThereMayBeAreRefused() throws {
        var story = Story(
            directory.file(), seed: 1, start: try time("2026-06-01T08:00:00Z"), pace: .seconds(60))
        try story.live { $0.run(steps: 20) }
        let now = story.history.now.wall
        for (from, grouping) in [
            ("2000-01-01T00:00:00Z", StatisticsGrouping.hour), ("1000-01-01T00:00:00Z", .day),
        ] {
            #expect(throws: StatisticsError.self) {
                try report(time(from)..<now, by: grouping, now: now, TestZones.berlin)
            }
        }
        let everything = Timestamp(milliseconds: .min)..<Timestamp(milliseconds: .max)
        #expect(throws: StatisticsError.self) {
            try report(everything, by: .day, now: now, TestZones.berlin)
        }
        #expect(
            try report(everything, now: now, TestZones.berlin).figures.tally
                == story.recount.ever())
    }

    @Test func whatIsNoDatabaseOfOursIsRefusedAndSaidWhy() throws {
        func refusal(_ name: String) -> DatabaseError.Code? {
            do {
                _ = try StatisticsDatabase(path: directory.file(name))
                return nil
            } catch {
                return error.code
            }
        }
        #expect(refusal("missing.db") == .cannotOpen)
        #expect(mkdir(directory.file("folder.db"), 0o700) == 0)
        #expect(refusal("folder.db") == .cannotOpen)
        try Database(.file(directory.file("theirs.db")), access: .readWrite)
            .execute("CREATE TABLE theirs (a)")
        #expect(refusal("theirs.db") == .foreign)
        let newer = try Database(.file(directory.file("newer.db")), access: .readWrite)
        try Schema.prepare(newer, origin: 1, now: 0)
        try newer.execute("PRAGMA user_version = \(Schema.version + 1)")
        #expect(refusal("newer.db") == .newer)
        let text = fopen(directory.file("text.db"), "w")
        fputs(String(repeating: "not a database\n", count: 100), text)
        fclose(text)
        #expect(refusal("text.db") == .foreign)
    }

    @Test func aRunningServerIsReadWithoutMakingItWait() throws {
        let start = try time("2026-06-01T08:00:00Z")
        let harness = try JournalHarness(
            JournalConfiguration(location: .file(directory.file()), server: "Desk A"), now: start)
        // What a reader that is in the middle of its report has open.
        let reader = try StatisticsDatabase(path: directory.file())
        var history = VisitHistory(seed: 3, start: start)
        var kept = 0
        for _ in 0..<20 {
            history.run(steps: 20)
            _ = harness.journal.append(
                history.records[kept...].map { JournalRecord(.visit($0)) })
            kept = history.records.count
            #expect(harness.waits { harness.committed.count == kept })
            let now = history.now.wall
            let report = try reader.report(
                StatisticsQuestion(
                    from: start, to: Timestamp(milliseconds: .max), now: now,
                    calendar: TestZones.nowhere))
            var recount = Recount()
            recount.add(history.records, server: "Desk A")
            #expect(report.figures == recount.figures(report.span))
            #expect(report.now.isServerRunning == true)
        }
        #expect(harness.told.withLock { $0.states } == [])
        #expect(harness.journal.close() == 0)
        #expect(
            try report(nil, now: history.now.wall, TestZones.nowhere).now.isServerRunning == false)
    }

    @Test func whatLiesBesideTheFileIsLeftAsItWasFound() throws {
        let path = directory.file()
        func files() -> [Bool] {
            ["", "-wal", "-shm"].map { access(path + $0, F_OK) == 0 }
        }
        var story = Story(
            path, seed: 1, start: try time("2026-06-01T08:00:00Z"), pace: .seconds(60))
        try story.live { $0.run(steps: 20) }
        #expect(files() == [true, false, false])
        _ = try report(nil, now: story.history.now.wall, TestZones.nowhere)
        #expect(files() == [true, false, false])
        // As a server leaves it that was killed.
        let killed = try Database(.file(path), access: .readWrite)
        try killed.execute("PRAGMA journal_mode = WAL; UPDATE visit_total SET count = count + 1")
        for suffix in ["", "-wal"] { copy(path + suffix, directory.file("copy.db") + suffix) }
        let log = size(directory.file("copy.db-wal"))
        #expect(log > 0)
        let report = try StatisticsDatabase.report(
            directory.file("copy.db"),
            StatisticsQuestion(
                from: nil, to: story.history.now.wall, now: story.history.now.wall,
                calendar: TestZones.nowhere))
        // What is in the log is read, and stays there for the server.
        #expect(report.ever.approached == story.recount.ever().approached + 1)
        #expect(size(directory.file("copy.db-wal")) == log)
    }

    private func copy(_ from: String, _ to: String) {
        let (source, target) = (open(from, O_RDONLY), open(to, O_WRONLY | O_CREAT, 0o600))
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(source, &bytes, bytes.count)
        #expect(count > 0 && write(target, bytes, count) == count)
        close(source)
        close(target)
    }

    private func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}

extension VisitRecord {
    fileprivate var isServed: Bool { if case .served = event { true } else { false } }
}
