// What a month's figures cost: visits are journalled as a server journals them, all of them in one
// month, and `chatkit stats` is run on that database from its start to its end.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal
import Glibc

/// One database with many visits.
struct StatisticsMeasurement {
    /// The month that everything is in, some time away from its ends: of every zone it is the same.
    private static let month = (year: 2026, month: 11)
    private static let days = 2..<29

    private let events: Int
    private let placement: Placement
    private let path: String
    private var vocabulary = Vocabulary()
    private var approached = 0

    /// - Parameter directory: where the database is made.
    init(events: Int, placement: Placement, directory: String) {
        self.events = events
        self.placement = placement
        path = directory + "/visits.db"
    }

    /// All figures.
    mutating func rows(chatkit: String) throws -> [Row] {
        var rows = [try fill()]
        try check()
        let (year, month) = StatisticsMeasurement.month
        let command = [chatkit, "stats", "--db", path, "--month=\(year)-\(month)"]
        for (name, title, options) in [
            ("stats", "stats --month", []), ("stats_json", "stats --month --json", ["--json"]),
            ("stats_days", "stats --month --by day", ["--by", "day"]),
            ("stats_hours", "stats --month --by hour", ["--by", "hour"]),
        ] {
            var row = Row(subject: name, title: title)
            for _ in 0..<15 {
                let wall = try ServerProcess.wallMilliseconds(
                    of: command + options, processor: placement.serverProcessor)
                row.rounds.append(Round(figures: [.milliseconds: wall]))
            }
            let worst = row.rounds.compactMap { $0.figures[.milliseconds] }.max()
            row.rounds.append(Round(figures: worst.map { [.worstMilliseconds: $0] } ?? [:]))
            rows.append(row)
        }
        return rows
    }

    // MARK: Filling

    /// Events a second.
    private mutating func fill() throws -> Row {
        let (year, month) = StatisticsMeasurement.month
        let first = CivilDate(year: year, month: month, day: StatisticsMeasurement.days.lowerBound)
        let start = Int64(first.daysSinceEpoch) * 86_400_000
        // About five events a visit.
        let step = Int64(StatisticsMeasurement.days.count) * 86_400_000 * 5 / Int64(events)
        let journal = try Journal(
            JournalConfiguration(location: .file(path), server: "Server A"), origin: 1,
            now: SystemClock.wall())
        guard journal.start(JournalEvents()) else { throw BenchError("no more threads") }
        defer { _ = journal.close() }
        let deadline = Deadline(in: 60)
        let began = monotonicNanoseconds()
        var kept = 0
        while kept < events {
            var batch: [JournalRecord] = []
            while batch.count < 256, kept + batch.count < events {
                approached += 1
                let steps = visit(
                    VisitID(number: UInt64(approached)), start + Int64(approached) * step)
                batch += steps.prefix(events - kept - batch.count)
            }
            kept += batch.count
            if deadline.hasPassed { throw BenchError("filling took more than a minute") }
            var capacity = journal.append(batch)
            while capacity == .full {
                usleep(500)
                capacity = journal.waiting > 8192 ? .full : .accepted
            }
        }
        while journal.waiting > 0, !deadline.hasPassed { usleep(500) }
        return Row(
            subject: "fill", title: "events journalled",
            rounds: [Round(figures: [.messagesPerSecond: Double(events) / secondsSince(began)])])
    }

    /// One visit: most wait a little, are attended and rate it, one in ten is lost.
    private mutating func visit(_ id: VisitID, _ at: Int64) -> [JournalRecord] {
        let waited = Int64(vocabulary.random(below: 60_000))
        let handled = Int64(vocabulary.random(below: 600_000))
        var steps: [(Int64, VisitEvent)] = [
            (0, .approached(nick: "client#\(id.number)", ticket: "ticket-\(id.number)")),
            (0, .waiting),
        ]
        if vocabulary.random(below: 10) == 0 {
            steps.append((waited, .lost(.left, waited: .milliseconds(waited))))
        } else {
            steps += [
                (waited, .served(host: "Ann", waited: .milliseconds(waited))),
                (waited + 1000, .attended),
                (waited + handled, .ended(.closed, handled: .milliseconds(handled))),
            ]
            if let rating = Rating(stars: 1 + Int(vocabulary.random(below: 5))) {
                steps.append((waited + handled, .rated(rating, host: "Ann")))
            }
        }
        return steps.map { offset, event in
            JournalRecord(
                .visit(VisitRecord(id, at: Timestamp(milliseconds: at + offset), event)))
        }
    }

    /// The figures must be those of what was journalled.
    private func check() throws {
        let (year, month) = StatisticsMeasurement.month
        let calendar = LocalCalendar.system
        let span = calendar.month(year: year, month: month)
        let report: StatisticsReport
        do {
            report = try StatisticsDatabase.report(
                path,
                StatisticsQuestion(
                    from: span.lowerBound, to: span.upperBound, now: SystemClock.wall(),
                    calendar: calendar))
        } catch { throw BenchError("there is no report: \(error)") }
        let tally = report.figures.tally
        guard tally.approached == approached, report.ever == tally else {
            throw BenchError("\(tally.approached) of \(approached) visits are in the report")
        }
    }
}
