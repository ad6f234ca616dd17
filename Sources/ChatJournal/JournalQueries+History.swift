// Pages of a room's history. A page is a run between two numbers, cut at one end; times and ids are
// turned into numbers first.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension JournalQueries {
    /// - Throws: `.noSuchMessage` when a point is the id of no message kept in this room.
    package func history(_ query: HistoryQuery) throws(DatabaseError) -> HistoryPage {
        forgetPeople()
        guard let room = try row(of: query.room) else { return .empty(query.room) }
        sql.oldestSeq.bind(1, room.id)
        let oldest = try sql.oldestSeq.step() ? UInt64(clamping: sql.oldestSeq.number(0)) : nil
        sql.oldestSeq.reset()
        let span = Span(
            room: room, oldest: oldest ?? room.lastSeq &+ 1, skipsErased: query.skipsErased)
        let (messages, complete) = try page(query, span)
        return HistoryPage(
            room: query.room, messages: messages, complete: complete, oldestKept: oldest,
            lastSeq: room.lastSeq)
    }

    private struct Span {
        let room: RoomRow
        let oldest: UInt64
        let skipsErased: Bool
        /// One more than the newest.
        var end: UInt64 { room.lastSeq &+ 1 }
    }

    private func page(
        _ query: HistoryQuery, _ span: Span
    ) throws(DatabaseError) -> ([Message], complete: Bool) {
        let limit = query.limit
        switch query.bound {
        case .latest(let point):
            let after = try point.map { (point) throws(DatabaseError) in
                try gap(at: point, span).after &- 1
            }
            let found = try down(span, after: after ?? 0, before: span.end, limit)
            return (found, found.first?.seq ?? span.end <= max(span.oldest, (after ?? 0) &+ 1))
        case .before(let point):
            let before = try gap(at: point, span).before &+ 1
            let found = try down(span, after: 0, before: before, limit)
            return (found, found.first?.seq ?? span.oldest <= span.oldest)
        case .after(let point):
            let after = try gap(at: point, span).after &- 1
            let found = try up(span, after: after, before: span.end, limit)
            let reachesEnd = found.last?.seq ?? max(after, span.end &- 1) >= span.end &- 1
            return (found, reachesEnd && span.oldest <= after &+ 1)
        case .around(let point):
            let middle = try gap(at: point, span)
            let older = try down(span, after: 0, before: middle.before &+ 1, limit / 2)
            let newer = try up(
                span, after: middle.before, before: span.end, limit - older.count)
            let found = older + newer
            let isWhole =
                found.first?.seq ?? span.oldest <= span.oldest
                && found.last?.seq ?? span.end >= span.end &- 1
            return (found, isWhole)
        case .between(let first, let second):
            let (a, b) = (try gap(at: first, span), try gap(at: second, span))
            if a.after <= b.before {
                let found = try up(span, after: a.after &- 1, before: b.before &+ 1, limit)
                return (found, found.last?.seq ?? b.before >= b.before)
            }
            let found = try down(span, after: b.after &- 1, before: a.before &+ 1, limit)
            return (found, found.first?.seq ?? b.after <= max(b.after, span.oldest))
        }
    }

    /// The last number before a point and the first one after it, the point itself in neither.
    private struct Gap {
        let before: UInt64
        let after: UInt64
    }

    private func gap(at point: HistoryPoint, _ span: Span) throws(DatabaseError) -> Gap {
        switch point {
        case .seq(let seq):
            let within = min(seq, span.end)
            return Gap(before: within == 0 ? 0 : within - 1, after: within &+ 1)
        case .time(let time):
            let first = try firstSeq(span, atOrAfter: time)
            guard time.milliseconds < .max else {
                return Gap(before: first &- 1, after: first &+ 1)
            }
            let next = try firstSeq(
                span, atOrAfter: Timestamp(milliseconds: time.milliseconds + 1))
            return Gap(before: first &- 1, after: next)
        case .id(let id):
            sql.seqOfMessage.bind(1, Int64(clamping: id.number))
            sql.seqOfMessage.bind(2, span.room.id)
            guard try sql.seqOfMessage.step() else { throw noSuchMessage }
            let seq = UInt64(clamping: sql.seqOfMessage.number(0))
            let origin = sql.seqOfMessage.isNull(1) ? nil : sql.seqOfMessage.number(1)
            sql.seqOfMessage.reset()
            guard origin.map({ UInt64(bitPattern: $0) == id.origin }) ?? isOurs(id) else {
                throw noSuchMessage
            }
            return try gap(at: .seq(seq), span)
        }
    }

    private var noSuchMessage: DatabaseError {
        DatabaseError(
            .noSuchMessage, operation: "cannot read the history", path: database.path,
            reason: "there is no such message in the room")
    }

    /// The first message of the room at a time or after it; one more than the newest when there is
    /// none.
    private func firstSeq(
        _ span: Span, atOrAfter time: Timestamp
    ) throws(DatabaseError) -> UInt64 {
        var (low, high) = (span.oldest, span.end)
        while low < high {
            let middle = low + (high - low) / 2
            sql.timeAtSeq.bind(1, span.room.id)
            sql.timeAtSeq.bind(2, Int64(clamping: middle))
            guard try sql.timeAtSeq.step() else {
                high = middle
                continue
            }
            let isBefore = sql.timeAtSeq.number(1) < time.milliseconds
            let seq = UInt64(clamping: sql.timeAtSeq.number(0))
            sql.timeAtSeq.reset()
            if isBefore { low = seq &+ 1 } else { high = middle }
        }
        return low
    }

    /// The oldest messages between two numbers, both left out.
    private func up(
        _ span: Span, after: UInt64, before: UInt64, _ limit: Int
    ) throws(DatabaseError) -> [Message] {
        try read(sql.messagesUp, span, after, before, limit)
    }

    /// The newest messages between two numbers, both left out; oldest first as well.
    private func down(
        _ span: Span, after: UInt64, before: UInt64, _ limit: Int
    ) throws(DatabaseError) -> [Message] {
        try read(sql.messagesDown, span, after, before, limit).reversed()
    }

    private func read(
        _ statement: Statement, _ span: Span, _ after: UInt64, _ before: UInt64, _ limit: Int
    ) throws(DatabaseError) -> [Message] {
        statement.bind(1, span.room.id)
        statement.bind(2, Int64(clamping: after))
        statement.bind(3, Int64(clamping: before))
        statement.bind(4, Int64(max(0, limit)))
        statement.bind(5, span.skipsErased ? 1 : 0)
        var found: [Message] = []
        while try statement.step() {
            if let message = try message(statement) { found.append(message) }
        }
        return found
    }
}
