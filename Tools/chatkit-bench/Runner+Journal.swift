// The journal's part of a run: messages acked by a server beside a plain SQLite insert, in turns;
// and a database with a long past.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatJournal
import Glibc

extension Runner {
    /// How much longer than other rounds those of the journal are: a commit, a checkpoint and the
    /// index have to be in each.
    private static let longerRounds = 3.0

    // MARK: Acks

    mutating func measureJournal(
        _ point: Point, senders: Int, textBytes: Int, durability: Durability, _ flow: Flow
    ) -> MeasuredPoint {
        var measured = MeasuredPoint(point: point, rows: [])
        guard let subject = plan.subjects.first(where: { $0.name == "json" }) else {
            return measured
        }
        measured.rows.append(Row(subject: subject.name, title: subject.title))
        do {
            var vocabulary = Vocabulary()
            let texts = (0..<4096).map { _ in vocabulary.text(bytes: textBytes) }
            guard let server = try start(subject, durability: durability) else { return measured }
            defer { server.stop() }
            let crowd = try Crowd(
                port: server.port, dialect: subject.dialect,
                shape: Shape(rooms: senders, receivers: 0), wave: 64, deadline: Deadline(in: 10))
            try crowd.settle(quiet: 50, deadline: Deadline(in: 5))
            let loop = AckLoop(crowd: crowd, flow: flow, texts: texts)
            let directory = try TemporaryFiles.makeDirectory()
            defer { TemporaryFiles.remove(directory) }
            var floor: SQLiteFloor?
            if case .inFlight = flow {
                floor = try SQLiteFloor(
                    path: directory + "/floor.db", durability: durability, texts: texts)
                measured.rows.append(Row(subject: "sqlite3", title: "sqlite3 batch insert"))
            }
            try measureJournalRounds(loop, floor, server, &measured)
            try compare(loop.sentInAll, withDatabaseAt: server.database)
        } catch {
            measured.rows[0].remark = record(subject, point.title, error)
        }
        return measured
    }

    private mutating func measureJournalRounds(
        _ loop: AckLoop, _ floor: SQLiteFloor?, _ server: ServerProcess,
        _ measured: inout MeasuredPoint
    ) throws {
        let seconds = plan.secondsPerRound * Runner.longerRounds
        var round = 0
        while isDue(round, Array(measured.rows.prefix(1))) {
            let start = monotonicNanoseconds()
            let outcome = try loop.round(seconds: seconds, server: server)
            measured.rows[0].rounds.append(Round(outcome, isPinned: plan.placement.isPinned))
            measured.rows[0].lost += outcome.lost
            if outcome.lost > 0 { throw BenchError("\(outcome.lost) messages were not acked") }
            if outcome.repeated > 0 { throw BenchError("\(outcome.repeated) acks too many") }
            if let floor {
                let sample = try floor.round(seconds: seconds)
                measured.rows[1].rounds.append(Round(figures: sample))
            }
            round += 1
            if round > plan.rounds { repeatSeconds -= secondsSince(start) }
        }
    }

    /// Every message that was acked must be in the file, once.
    private func compare(_ sent: Int, withDatabaseAt path: String) throws {
        let database = try Database(.file(path), access: .readOnly)
        let stored = try database.number("SELECT count(*) FROM message")
        let numbered = try database.number("SELECT sum(last_seq) FROM room")
        guard stored == Int64(sent), numbered == stored else {
            throw BenchError("\(sent) acked, \(stored) stored, \(numbered) numbered")
        }
    }

    // MARK: A long past

    mutating func measurePast(_ point: Point, messages: Int) -> MeasuredPoint {
        var measured = MeasuredPoint(point: point, rows: [])
        do {
            let directory = try TemporaryFiles.makeDirectory()
            defer { TemporaryFiles.remove(directory) }
            var past = try PastMeasurement(
                messages: messages, placement: plan.placement, directory: directory)
            measured.rows = try past.rows { database in
                guard let subject = Subject.all.first(where: { $0.name == "json" }) else {
                    return 0
                }
                let start = monotonicNanoseconds()
                guard let server = try self.start(subject, database: database) else { return 0 }
                defer { server.stop() }
                return secondsSince(start) * 1e3
            }
        } catch {
            results.failures.append("\(point.title): \(error)")
        }
        return measured
    }

    // MARK: Statistics

    mutating func measureStatistics(_ point: Point, events: Int) -> MeasuredPoint {
        var measured = MeasuredPoint(point: point, rows: [])
        guard let chatkit = programs.path(of: .chatkit) else { return measured }
        do {
            let directory = try TemporaryFiles.makeDirectory()
            defer { TemporaryFiles.remove(directory) }
            var statistics = StatisticsMeasurement(
                events: events, placement: plan.placement, directory: directory)
            measured.rows = try statistics.rows(chatkit: chatkit)
        } catch {
            results.failures.append("\(point.title): \(error)")
        }
        return measured
    }
}

extension Round {
    /// What one round of acked messages showed.
    fileprivate init(_ outcome: AckOutcome, isPinned: Bool) {
        var figures: Sample = [
            .messagesPerSecond: Double(outcome.ackedInTime) / outcome.seconds,
            .generatorLoad: outcome.generatorSeconds / outcome.seconds,
        ]
        if outcome.acked > 0 {
            figures[.processorMicroseconds] = outcome.serverSeconds / Double(outcome.acked) * 1e6
        }
        figures[.p50] = outcome.latency.microseconds(at: 0.5)
        figures[.p99] = outcome.latency.microseconds(at: 0.99)
        self.figures = figures
        waitedShare = isPinned ? outcome.waitedSeconds / outcome.seconds : 0
    }
}
