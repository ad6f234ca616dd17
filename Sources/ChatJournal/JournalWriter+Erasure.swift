// Erasing one author: text and name go, (room, seq) stay, so that a room's numbers have no holes.
// Private messages go altogether; of visits, nick and comment do, and they stay counted. An erasure is noted in the file before it begins and goes on after a
// restart; its last step brings the search index together, where deleted words would linger.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension JournalWriter {
    /// How an erasure stands after a slice.
    enum ErasureProgress {
        case more
        /// Every message of `folded` is erased; the search index and the log still have to be
        /// brought together (`purgeErased`).
        case erased(folded: String, count: Int)
    }

    /// Numbers that one slice looks at.
    private static let scanned: Int64 = 4096

    /// Notes that everything which `folded` has written until now is to be erased.
    func beginErasure(of folded: String) throws(DatabaseError) {
        try transaction { () throws(DatabaseError) in
            try saveErasure(
                folded, next: 0, upto: Int64(clamping: lastNumber), visits: lastVisit(), count: 0)
        }
    }

    /// Does a slice of the oldest erasure under way; nil when there is none.
    func eraseSlice(limit: Int) throws(DatabaseError) -> ErasureProgress? {
        guard try sql.nextErasure.step() else { return nil }
        let folded = sql.nextErasure.text(0)
        let (next, upto) = (sql.nextErasure.number(1), sql.nextErasure.number(2))
        let count = Int(clamping: sql.nextErasure.number(3))
        let visits = sql.nextErasure.number(4)
        sql.nextErasure.reset()
        try database.execute("PRAGMA secure_delete = ON")
        defer { _ = try? database.execute("PRAGMA secure_delete = FAST") }
        guard next < upto else {
            if try eraseVisits(of: folded, upto: visits, limit: limit) { return .more }
            try finishErasure(folded, upto: upto)
            return .erased(folded: folded, count: count)
        }
        let end = min(upto, next + JournalWriter.scanned)
        let hits = try messages(of: folded, after: next, upto: end, limit)
        let reached = hits.count < limit ? end : hits.last?.id ?? end
        try relaxedTransaction { () throws(DatabaseError) in
            for hit in hits { try erase(hit) }
            try saveErasure(
                folded, next: reached, upto: upto, visits: visits, count: count + hits.count)
        }
        return .more
    }

    /// Does a slice of removing what erased words have left in the search index; false when nothing
    /// is left anywhere.
    func purgeErased(pages: Int64) throws(DatabaseError) -> Bool {
        try database.execute("PRAGMA secure_delete = ON")
        defer { _ = try? database.execute("PRAGMA secure_delete = FAST") }
        if try mergeSearch(.whole, pages: pages) { return true }
        // The log still has the pages as they were.
        try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return false
    }

    private struct Hit {
        let id: Int64
        let isPrivate: Bool
    }

    private func messages(
        of folded: String, after: Int64, upto: Int64, _ limit: Int
    ) throws(DatabaseError) -> [Hit] {
        sql.writtenBy.bind(1, after)
        sql.writtenBy.bind(2, upto)
        sql.writtenBy.bind(3, folded)
        sql.writtenBy.bind(4, Int64(limit))
        var hits: [Hit] = []
        while try sql.writtenBy.step() {
            hits.append(
                Hit(id: sql.writtenBy.number(0), isPrivate: sql.writtenBy.number(1) != 0))
        }
        return hits
    }

    private func erase(_ hit: Hit) throws(DatabaseError) {
        guard !hit.isPrivate else {
            sql.deleteMessage.bind(1, hit.id)
            return try sql.deleteMessage.run()
        }
        if hit.id <= Int64(clamping: searchUpto) {
            sql.unindexMessage.bind(1, hit.id)
            try sql.unindexMessage.run()
        }
        sql.blankMessage.bind(1, hit.id)
        try sql.blankMessage.run()
    }

    private func saveErasure(
        _ folded: String, next: Int64, upto: Int64, visits: Int64, count: Int
    ) throws(DatabaseError) {
        sql.saveErasure.bind(1, folded)
        sql.saveErasure.bind(2, next)
        sql.saveErasure.bind(3, upto)
        sql.saveErasure.bind(4, Int64(count))
        sql.saveErasure.bind(5, visits)
        try sql.saveErasure.run()
    }

    /// The last slice: who they were, unless they have written since. Durable like a commit.
    private func finishErasure(_ folded: String, upto: Int64) throws(DatabaseError) {
        try transaction { () throws(DatabaseError) in
            sql.deletePerson.bind(2, upto)
            for statement in [sql.deletePerson, sql.deletePersonSessions, sql.finishErasure] {
                statement.bind(1, folded)
                try statement.run()
            }
        }
        forget()
    }
}
