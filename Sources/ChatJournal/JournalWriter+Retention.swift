// Forgetting what is old, a slice at a time: each call is one short transaction. A room's numbers are
// never given again, because its `last_seq` stays.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension JournalWriter {
    /// What retention has to look at, in turn.
    enum Sweep {
        case room(id: Int64, lastSeq: UInt64, Retention)
        case privateMessages(Retention)
        case nonces
        /// Sessions, from the one after this on.
        case sessions(after: Int64)
    }

    /// Everything that retention has to look at now.
    func sweeps(_ configuration: JournalConfiguration) throws(DatabaseError) -> [Sweep] {
        var sweeps: [Sweep] = [.nonces, .sessions(after: 0)]
        let standard = configuration.retention
        if standard.keep != nil { sweeps.append(.privateMessages(standard)) }
        guard standard != .everything || !configuration.roomRetention.isEmpty else { return sweeps }
        let list = try database.prepare("SELECT id, last_seq, name FROM room")
        while try list.step() {
            let name = try? RoomName(list.text(2))
            let retention = name.flatMap { configuration.roomRetention[$0] } ?? standard
            guard retention != .everything else { continue }
            sweeps.append(
                .room(
                    id: list.number(0), lastSeq: UInt64(clamping: list.number(1)), retention))
        }
        return sweeps
    }

    /// Does one slice of `sweep`; what is left of it, or nil when it is done.
    func run(
        _ sweep: Sweep, limit: Int, now: Timestamp, _ configuration: JournalConfiguration
    ) throws(DatabaseError) -> Sweep? {
        switch sweep {
        case .room(let id, let lastSeq, let retention):
            let oldest = cutoff(retention.keep, now)
            let oldestSeq = retention.keepMessages.map {
                Int64(clamping: lastSeq) - Int64(clamping: $0)
            }
            let isDone = try sweepRoom(id, before: oldest, upto: oldestSeq ?? 0, limit)
            return isDone ? nil : sweep
        case .privateMessages(let retention):
            return try sweepPrivate(before: cutoff(retention.keep, now), limit) ? nil : sweep
        case .nonces:
            let oldest = cutoff(configuration.nonceLifetime, now) / 3_600_000
            return try sweepNonces(before: oldest, limit) ? nil : sweep
        case .sessions(let after):
            let lifetime = max(configuration.sessionLifetime, configuration.nonceLifetime)
            let next = try sweepSessions(after, seenBefore: cutoff(lifetime, now), limit)
            return next.map { .sessions(after: $0) }
        }
    }

    /// What happened before this many milliseconds since 1970 is old; nothing is without `keep`.
    private func cutoff(_ keep: Duration?, _ now: Timestamp) -> Int64 {
        guard let keep else { return .min }
        return now.milliseconds.subtractingReportingOverflow(keep.wholeMilliseconds).partialValue
    }

    /// Deletes from the oldest on; whether no more has to go.
    private func sweepRoom(
        _ room: Int64, before: Int64, upto: Int64, _ limit: Int
    ) throws(DatabaseError) -> Bool {
        sql.oldestInRoom.bind(1, room)
        sql.oldestInRoom.bind(2, Int64(limit))
        var (last, count): (Int64?, Int) = (nil, 0)
        while try sql.oldestInRoom.step() {
            let seq = sql.oldestInRoom.number(0)
            guard seq <= upto || sql.oldestInRoom.number(1) < before else {
                sql.oldestInRoom.reset()
                break
            }
            last = seq
            count += 1
        }
        guard let last else { return true }
        try relaxedTransaction { () throws(DatabaseError) in
            sql.unindexRoom.bind(1, room)
            sql.unindexRoom.bind(2, last)
            sql.unindexRoom.bind(3, Int64(clamping: searchUpto))
            try sql.unindexRoom.run()
            sql.deleteRoom.bind(1, room)
            sql.deleteRoom.bind(2, last)
            try sql.deleteRoom.run()
        }
        return count < limit
    }

    private func sweepPrivate(before: Int64, _ limit: Int) throws(DatabaseError) -> Bool {
        sql.oldestPrivate.bind(1, Int64(limit))
        var (last, count): (Int64?, Int) = (nil, 0)
        while try sql.oldestPrivate.step() {
            guard sql.oldestPrivate.number(1) < before else {
                sql.oldestPrivate.reset()
                break
            }
            last = sql.oldestPrivate.number(0)
            count += 1
        }
        guard let last else { return true }
        try relaxedTransaction { () throws(DatabaseError) in
            sql.deletePrivate.bind(1, last)
            try sql.deletePrivate.run()
        }
        return count < limit
    }

    private func sweepNonces(before hour: Int64, _ limit: Int) throws(DatabaseError) -> Bool {
        // Cheap to delete: no index hangs on them.
        sql.oldestNonces.bind(1, hour)
        sql.oldestNonces.bind(2, Int64(limit * 8))
        let isMore = try sql.oldestNonces.step()
        sql.deleteNonces.bind(1, hour)
        sql.deleteNonces.bind(2, isMore ? sql.oldestNonces.number(0) : .max)
        sql.deleteNonces.bind(3, isMore ? sql.oldestNonces.number(1) : .max)
        sql.deleteNonces.bind(4, isMore ? sql.oldestNonces.number(2) : .max)
        sql.oldestNonces.reset()
        try relaxedTransaction { () throws(DatabaseError) in try sql.deleteNonces.run() }
        return !isMore
    }

    private func sweepSessions(
        _ after: Int64, seenBefore: Int64, _ limit: Int
    ) throws(DatabaseError) -> Int64? {
        sql.sessionsAfter.bind(1, after)
        sql.sessionsAfter.bind(2, Int64(limit * 8))
        let next = try sql.sessionsAfter.step() ? sql.sessionsAfter.number(0) : nil
        sql.sessionsAfter.reset()
        sql.deleteSessions.bind(1, after)
        sql.deleteSessions.bind(2, next ?? .max)
        sql.deleteSessions.bind(3, seenBefore)
        try relaxedTransaction { () throws(DatabaseError) in try sql.deleteSessions.run() }
        // A row that is gone must not be remembered.
        if database.changes > 0 { forget() }
        return next
    }
}
