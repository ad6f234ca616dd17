// What is asked of visits while a server runs: one by its ticket, and the figures that an operator always
// sees. Whole quarters of an hour are counted already; of what a span has beside them, the events are.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// The statements that read visits, prepared once.
struct VisitQueries {
    let ticket: Statement
    let quarters: Statement
    let events: Statement
    let totals: Statement

    init(_ database: Database) throws(DatabaseError) {
        ticket = try database.prepare(
            """
            SELECT visit.id, visit.is_attended, name.text, visit.state = 2, visit.since,
                visit.is_rated
            FROM visit LEFT JOIN name ON name.id = visit.host
            WHERE visit.ticket = ?1 ORDER BY visit.id DESC LIMIT 1
            """)
        quarters = try database.prepare(
            """
            SELECT kind, detail, sum(count) FROM visit_count
            WHERE quarter >= ?1 AND quarter < ?2 AND (?3 IS NULL OR server = ?3)
            GROUP BY kind, detail
            """)
        events = try database.prepare(
            """
            SELECT kind, coalesce(detail, 0), count(*) FROM visit_event
            WHERE kind IN (1, 4, 7, 8) AND at >= ?1 AND at < ?2 AND (?3 IS NULL OR server = ?3)
            GROUP BY 1, 2
            """)
        totals = try database.prepare(
            """
            SELECT kind, detail, sum(count) FROM visit_total
            WHERE ?1 IS NULL OR server = ?1 GROUP BY kind, detail
            """)
    }

    /// What happened in a span.
    /// - Parameter server: the row of its name; nil for all.
    func tally(
        _ span: Range<Timestamp>, server: Int64? = nil
    ) throws(DatabaseError) -> VisitTally {
        var tally = VisitTally()
        let whole = VisitQuarter.whole(in: span)
        guard !whole.isEmpty else {
            let (from, to) = (span.lowerBound.milliseconds, span.upperBound.milliseconds)
            try add(events, from..<to, server, to: &tally)
            return tally
        }
        try add(quarters, whole, server, to: &tally)
        let (from, to) = (span.lowerBound.milliseconds, span.upperBound.milliseconds)
        let first = whole.lowerBound * VisitQuarter.milliseconds
        let last = whole.upperBound * VisitQuarter.milliseconds
        try add(events, from..<first, server, to: &tally)
        try add(events, last..<to, server, to: &tally)
        return tally
    }

    /// What ever happened.
    func tally(server: Int64? = nil) throws(DatabaseError) -> VisitTally {
        var tally = VisitTally()
        totals.bind(1, server)
        try read(totals, into: &tally)
        return tally
    }

    private func add(
        _ statement: Statement, _ bounds: Range<Int64>, _ server: Int64?,
        to tally: inout VisitTally
    ) throws(DatabaseError) {
        guard !bounds.isEmpty else { return }
        statement.bind(1, bounds.lowerBound)
        statement.bind(2, bounds.upperBound)
        statement.bind(3, server)
        try read(statement, into: &tally)
    }

    private func read(
        _ statement: Statement, into tally: inout VisitTally
    ) throws(DatabaseError) {
        while try statement.step() {
            tally.add(
                kind: statement.number(0), detail: statement.number(1),
                count: Int(clamping: statement.number(2)))
        }
    }
}

extension JournalQueries {
    /// The visit that a ticket was given for; nil when there is none.
    package func visit(ticket: TokenHash) throws(DatabaseError) -> StoredVisit? {
        let row = visits.ticket
        row.bind(1, ticket)
        guard try row.step() else { return nil }
        defer { row.reset() }
        return StoredVisit(
            visit: VisitID(number: UInt64(clamping: row.number(0))),
            isAttended: row.number(1) != 0, host: row.text(2),
            endedAt: row.number(3) != 0 ? Timestamp(milliseconds: row.number(4)) : nil,
            isRated: row.number(5) != 0)
    }

    /// The figures of a day, of a month, and of all times.
    package func figures(
        day: Range<Timestamp>, month: Range<Timestamp>
    ) throws(DatabaseError) -> DeskFigures {
        var figures = DeskFigures(day: day, month: month)
        figures.today = try visits.tally(day)
        figures.month = try visits.tally(month)
        figures.ever = try visits.tally()
        return figures
    }
}
