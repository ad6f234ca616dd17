// The two indexes that are filled behind the commits: nonces by session, and words. Deferring them is
// what makes commits fast (measured: words cost twice as much as everything else together), and in
// larger portions they are cheaper. Invariant: the marks in the file say exactly how far each has come.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO

extension JournalWriter {
    /// Numbers whose nonces wait to be indexed.
    var nonceLag: UInt64 { lastNumber &- nonceUpto }
    /// Numbers whose words wait to be indexed.
    var searchLag: UInt64 { lastNumber &- searchUpto }

    /// Indexes the nonces of at most `limit` numbers.
    func indexNonces(limit: UInt64) throws(DatabaseError) {
        guard nonceLag > 0 else { return }
        let upto = nonceUpto + min(nonceLag, limit)
        let from = Int64(clamping: nonceUpto)
        try relaxedTransaction { () throws(DatabaseError) in
            for statement in [sql.indexNonces, sql.seeSessions] {
                statement.bind(1, from)
                statement.bind(2, Int64(clamping: upto))
            }
            try sql.indexNonces.run()
            sql.seeSessions.bind(3, SystemClock.wall().milliseconds)
            try sql.seeSessions.run()
            sql.setNonceUpto.bind(1, Int64(clamping: upto))
            try sql.setNonceUpto.run()
        }
        nonceUpto = upto
    }

    /// Indexes the words of at most `limit` numbers.
    func indexSearch(limit: UInt64) throws(DatabaseError) {
        guard searchLag > 0 else { return }
        let upto = searchUpto + min(searchLag, limit)
        try relaxedTransaction { () throws(DatabaseError) in
            sql.indexSearch.bind(1, Int64(clamping: searchUpto))
            sql.indexSearch.bind(2, Int64(clamping: upto))
            try sql.indexSearch.run()
            sql.setSearchUpto.bind(1, Int64(clamping: upto))
            try sql.setSearchUpto.run()
        }
        searchUpto = upto
    }

    /// How the search index's parts are brought together.
    enum Merge {
        /// A few parts of a size into one of the next.
        case gradual
        /// All parts into one: what was deleted is then gone for good.
        case whole
    }

    /// Does a slice of merging; false when there was nothing to do.
    func mergeSearch(_ merge: Merge, pages: Int64) throws(DatabaseError) -> Bool {
        let before = database.totalChanges
        try relaxedTransaction { () throws(DatabaseError) in
            sql.mergeSearch.bind(1, merge == .whole ? -pages : pages)
            try sql.mergeSearch.run()
        }
        // The statement itself counts as one change (FTS5 documentation, "merge").
        return database.totalChanges - before >= 2
    }
}
