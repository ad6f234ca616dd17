// The figures of `chatkit stats`, from a database file that a server may be writing at the same time: all
// of them from one moment, read without ever making the server wait.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What a report is to be about.
package struct StatisticsQuestion: Sendable {
    /// Its beginning is nil when everything from the first record on is meant.
    package var from: Timestamp?
    package var to: Timestamp
    package var grouping: StatisticsGrouping?
    /// Of this server alone.
    package var server: String?
    /// When it is asked.
    package var now: Timestamp
    package var calendar: LocalCalendar

    /// Most rows of a report.
    package static let maxRows = 10_000

    package init(
        from: Timestamp?, to: Timestamp, grouping: StatisticsGrouping? = nil,
        server: String? = nil, now: Timestamp, calendar: LocalCalendar
    ) {
        self.from = from
        self.to = to
        self.grouping = grouping
        self.server = server
        self.now = now
        self.calendar = calendar
    }
}

extension StatisticsQuestion {
    /// What somebody outside asks, in the server's zone.
    package init(_ wish: StatisticsWish, now: Timestamp) {
        let calendar = LocalCalendar.system
        let span = wish.period.bounds(now: now, calendar)
        self.init(
            from: span.from, to: span.to, grouping: wish.grouping, server: wish.server, now: now,
            calendar: calendar)
    }
}

/// Why there is no report.
package enum StatisticsError: Error, Sendable {
    case database(DatabaseError)
    /// The database has none of that name, but these.
    case noSuchServer(String, known: [String])
    /// There would be more than `StatisticsQuestion.maxRows`.
    case tooManyRows
}

/// A database file opened for its figures alone.
package struct StatisticsDatabase {
    private let database: Database
    /// nil: a chatkit wrote it that did not keep visits.
    private let visits: VisitQueries?
    private let isServerRunning: Bool?

    /// Opens a database, asks it, and closes it.
    package static func report(
        _ path: String, _ question: StatisticsQuestion
    ) throws(StatisticsError) -> StatisticsReport {
        let opened: StatisticsDatabase
        do throws(DatabaseError) {
            opened = try StatisticsDatabase(path: path)
        } catch {
            throw .database(error)
        }
        return try opened.report(question)
    }

    /// Opens a file that is there; it is never created or changed.
    package init(path: String) throws(DatabaseError) {
        do throws(DatabaseError) {
            isServerRunning = DatabaseLock.isHeld(databasePath: path)
            database = try Database.forReading(path)
            try database.execute("PRAGMA cache_size = -65536")
            visits =
                try Schema.check(database) >= Schema.firstWithVisits
                ? try VisitQueries(database) : nil
        } catch {
            throw error.whileOpening
        }
    }

    /// The same from a server's own connection, as what a hub is given; within its transaction.
    static func json(
        _ queries: JournalQueries, _ question: StatisticsQuestion
    ) throws(DatabaseError) -> HubLoaded {
        let own = StatisticsDatabase(
            database: queries.database, visits: queries.visits, isServerRunning: true)
        do {
            return .statistics(StatisticsJSON(question.calendar).text(try own.read(question)))
        } catch StatisticsError.noSuchServer(let name, _) {
            return .refused(.noSuchServer(name))
        } catch StatisticsError.tooManyRows {
            return .refused(.tooManyRows)
        } catch StatisticsError.database(let error) {
            throw error
        } catch {
            throw error as? DatabaseError ?? queries.database.error(0)
        }
    }

    private init(database: Database, visits: VisitQueries, isServerRunning: Bool) {
        self.database = database
        self.visits = visits
        self.isServerRunning = isServerRunning
    }

    /// Answers from one moment of the database.
    package func report(
        _ question: StatisticsQuestion
    ) throws(StatisticsError) -> StatisticsReport {
        do {
            try database.execute("BEGIN")
            defer { database.rollBack() }
            return try read(question)
        } catch let error as StatisticsError {
            throw error
        } catch {
            throw .database(error as? DatabaseError ?? database.error(0))
        }
    }

    private func read(_ question: StatisticsQuestion) throws -> StatisticsReport {
        guard let visits else { return try empty(question) }
        let names = try visits.servers()
        var server: Int64?
        if let name = question.server, !names.isEmpty {
            guard let known = names.first(where: { $0.name == name }) else {
                throw StatisticsError.noSuchServer(name, known: names.map(\.name))
            }
            server = known.id
        }
        let from = try question.from ?? visits.firstTime(server) ?? question.to
        let span = min(from, question.to)..<question.to
        let calendar = question.calendar
        let known = names.filter { server == nil || server == $0.id }
        var spans = SpanFigures(visits, server: server)
        var rows: [StatisticsRow] = []
        switch question.grouping {
        case .server:
            for name in known {
                var own = SpanFigures(visits, server: name.id)
                rows.append(
                    StatisticsRow(span: span, server: name.name, figures: try own.figures(span)))
            }
        case .day, .hour, nil:
            for part in try StatisticsDatabase.parts(span, question) {
                rows.append(StatisticsRow(span: part, figures: try spans.figures(part)))
            }
        }
        var presence = try visits.presence(server)
        presence.isServerRunning = isServerRunning
        return StatisticsReport(
            servers: question.server.map { [$0] } ?? names.map(\.name), at: question.now,
            span: span, figures: try spans.figures(span),
            today: try spans.tally(calendar.day(of: question.now)),
            month: try spans.tally(calendar.month(of: question.now)),
            ever: try visits.tally(server: server), now: presence, grouping: question.grouping,
            rows: rows)
    }

    /// A report of nothing.
    private func empty(_ question: StatisticsQuestion) throws(StatisticsError) -> StatisticsReport {
        let from = question.from ?? question.to
        let span = min(from, question.to)..<question.to
        var presence = StatisticsPresence()
        presence.isServerRunning = isServerRunning
        let rows = try StatisticsDatabase.parts(span, question).map {
            StatisticsRow(span: $0, figures: StatisticsFigures())
        }
        return StatisticsReport(
            servers: question.server.map { [$0] } ?? [], at: question.now, span: span,
            figures: StatisticsFigures(), today: VisitTally(), month: VisitTally(),
            ever: VisitTally(), now: presence, grouping: question.grouping, rows: rows)
    }

    /// The days or hours of a span.
    private static func parts(
        _ span: Range<Timestamp>, _ question: StatisticsQuestion
    ) throws(StatisticsError) -> [Range<Timestamp>] {
        let (length, overflow) = span.upperBound.milliseconds.subtractingReportingOverflow(
            span.lowerBound.milliseconds)
        let unit: Int64 = question.grouping == .hour ? 3_600_000 : 86_400_000
        switch question.grouping {
        case nil, .server: return []
        case .day, .hour:
            guard !overflow, length / unit < StatisticsQuestion.maxRows else {
                throw .tooManyRows
            }
            return question.grouping == .hour
                ? question.calendar.hours(in: span) : question.calendar.days(in: span)
        }
    }
}

/// The figures of spans, each span counted once.
private struct SpanFigures {
    private let visits: VisitQueries
    private let server: Int64?
    private var tallies: [Range<Timestamp>: VisitTally] = [:]

    init(_ visits: VisitQueries, server: Int64?) {
        self.visits = visits
        self.server = server
    }

    mutating func tally(_ span: Range<Timestamp>) throws(DatabaseError) -> VisitTally {
        if let known = tallies[span] { return known }
        let tally = try visits.tally(span, server: server)
        tallies[span] = tally
        return tally
    }

    mutating func figures(_ span: Range<Timestamp>) throws(DatabaseError) -> StatisticsFigures {
        StatisticsFigures(
            tally: try tally(span),
            waits: TimesSummary(of: try visits.times(of: .served, in: span, server: server)),
            handling: TimesSummary(of: try visits.times(of: .ended, in: span, server: server)))
    }
}
