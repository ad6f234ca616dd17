// Everything that is read of visits. Whole quarters of an hour are counted already; of what a span has
// beside them, the events are counted.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A span as it is read: the quarters of an hour that are whole, and what is beside them.
private struct SpanParts {
    /// Their numbers; nil when there is none.
    let quarters: Range<Int64>?
    /// In milliseconds since 1970.
    let rest: [Range<Int64>]

    /// Far beyond every time there is, and far from where numbers end.
    private static let everything =
        Timestamp(milliseconds: -1 << 56)..<Timestamp(milliseconds: 1 << 56)

    init(_ span: Range<Timestamp>) {
        let span = span.clamped(to: SpanParts.everything)
        let (from, to) = (span.lowerBound.milliseconds, span.upperBound.milliseconds)
        let whole = VisitQuarter.whole(in: span)
        guard !whole.isEmpty else {
            quarters = nil
            rest = from < to ? [from..<to] : []
            return
        }
        quarters = whole
        let first = whole.lowerBound * VisitQuarter.milliseconds
        let last = whole.upperBound * VisitQuarter.milliseconds
        rest = [from..<first, last..<to].filter { !$0.isEmpty }
    }
}

/// The statements that read visits, prepared once.
struct VisitQueries {
    let ticket: Statement
    let quarters: Statement
    let events: Statement
    let totals: Statement
    let times: Statement
    let eventTimes: Statement
    let serverNames: Statement
    let first: Statement
    let presence: Statement
    let serving: Statement

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
            SELECT kind, detail, count FROM visit_count
            WHERE quarter >= ?1 AND quarter < ?2 AND (?3 IS NULL OR server = ?3)
            """)
        events = try database.prepare(
            """
            SELECT kind, coalesce(detail, 0), 1 FROM visit_event
            WHERE kind IN (1, 4, 7, 8) AND at >= ?1 AND at < ?2 AND (?3 IS NULL OR server = ?3)
            """)
        totals = try database.prepare(
            """
            SELECT kind, detail, count FROM visit_total WHERE ?1 IS NULL OR server = ?1
            """)
        times = try database.prepare(
            """
            SELECT times FROM visit_time
            WHERE kind = ?1 AND quarter >= ?2 AND quarter < ?3 AND (?4 IS NULL OR server = ?4)
            """)
        eventTimes = try database.prepare(
            """
            SELECT ms FROM visit_event
            WHERE kind = ?1 AND at >= ?2 AND at < ?3 AND ms IS NOT NULL
                AND (?4 IS NULL OR server = ?4)
            """)
        serverNames = try database.prepare(
            """
            SELECT id, text FROM name WHERE id IN (SELECT DISTINCT server FROM visit_total)
            ORDER BY text
            """)
        first = try database.prepare(
            """
            SELECT min(at) FROM visit_event WHERE kind IN (1, 4, 7, 8)
                AND at < (1 + (SELECT min(quarter) FROM visit_count
                    WHERE ?1 IS NULL OR server = ?1)) * 900000
                AND (?1 IS NULL OR server = ?1)
            """)
        presence = try database.prepare(
            """
            SELECT state, count(*) FROM visit WHERE state < 2 AND (?1 IS NULL OR server = ?1)
            GROUP BY state
            """)
        serving = try database.prepare(
            """
            SELECT visit.nick, server.text, host.text, visit.is_attended, visit.since
            FROM visit JOIN name AS server ON server.id = visit.server
                LEFT JOIN name AS host ON host.id = visit.host
            WHERE visit.state = 1 AND visit.state < 2 AND (?1 IS NULL OR visit.server = ?1)
            ORDER BY visit.id LIMIT ?2
            """)
    }

    /// The visit that a ticket was given for; nil when there is none.
    func visit(ticket hash: TokenHash) throws(DatabaseError) -> StoredVisit? {
        ticket.bind(1, hash)
        guard try ticket.step() else { return nil }
        defer { ticket.reset() }
        return StoredVisit(
            visit: VisitID(number: UInt64(clamping: ticket.number(0))),
            isAttended: ticket.number(1) != 0, host: ticket.text(2),
            endedAt: ticket.number(3) != 0 ? Timestamp(milliseconds: ticket.number(4)) : nil,
            isRated: ticket.number(5) != 0)
    }

    // MARK: - Counts

    /// What happened in a span.
    /// - Parameter server: the row of its name; nil for all.
    func tally(
        _ span: Range<Timestamp>, server: Int64? = nil
    ) throws(DatabaseError) -> VisitTally {
        var tally = VisitTally()
        let parts = SpanParts(span)
        if let whole = parts.quarters { try add(quarters, whole, server, to: &tally) }
        for rest in parts.rest { try add(events, rest, server, to: &tally) }
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

extension VisitQueries {
    /// Every time of a kind that was measured in a span, in no order.
    func times(
        of kind: VisitKind, in span: Range<Timestamp>, server: Int64?
    ) throws(DatabaseError) -> [Int64] {
        var found: [Int64] = []
        let parts = SpanParts(span)
        if let whole = parts.quarters {
            times.bind(1, kind.rawValue)
            times.bind(2, whole.lowerBound)
            times.bind(3, whole.upperBound)
            times.bind(4, server)
            while try times.step() {
                times.withBlob(0) { VisitTimes.read($0, into: &found) }
            }
        }
        for rest in parts.rest {
            eventTimes.bind(1, kind.rawValue)
            eventTimes.bind(2, rest.lowerBound)
            eventTimes.bind(3, rest.upperBound)
            eventTimes.bind(4, server)
            while try eventTimes.step() { found.append(eventTimes.number(0)) }
        }
        return found
    }

    /// Every server that has records, by its name.
    func servers() throws(DatabaseError) -> [(id: Int64, name: String)] {
        var found: [(id: Int64, name: String)] = []
        while try serverNames.step() {
            found.append((serverNames.number(0), serverNames.text(1)))
        }
        return found
    }

    /// The time of the first thing that is counted; nil when there is none.
    func firstTime(_ server: Int64?) throws(DatabaseError) -> Timestamp? {
        first.bind(1, server)
        guard try first.step() else { return nil }
        defer { first.reset() }
        return first.isNull(0) ? nil : Timestamp(milliseconds: first.number(0))
    }

    /// Who waits and who is served.
    func presence(_ server: Int64?) throws(DatabaseError) -> StatisticsPresence {
        var found = StatisticsPresence()
        presence.bind(1, server)
        while try presence.step() {
            let count = Int(clamping: presence.number(1))
            switch VisitState(rawValue: presence.number(0)) {
            case .waiting: found.waiting = count
            case .serving: found.serving = count
            case .over, nil: break
            }
        }
        serving.bind(1, server)
        serving.bind(2, Int64(StatisticsPresence.mostListed))
        while try serving.step() {
            found.clients.append(
                CurrentClient(
                    nick: serving.text(0), server: serving.text(1), host: serving.text(2),
                    isAttended: serving.number(3) != 0,
                    since: Timestamp(milliseconds: serving.number(4))))
        }
        return found
    }
}
