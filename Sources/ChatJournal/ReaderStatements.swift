// Every statement that answers questions, prepared once. None of them scans a table.
// SPDX-License-Identifier: GPL-3.0-or-later

struct ReaderStatements {
    let begin: Statement
    let commit: Statement
    let rooms: Statement
    let room: Statement
    let roomName: Statement
    let person: Statement
    let authors: Statement
    let lastTime: Statement
    let session: Statement
    let waitingNonces: Statement
    let noncesOfHour: Statement

    let oldestSeq: Statement
    let seqOfMessage: Statement
    let timeAtSeq: Statement
    let messagesUp: Statement
    let messagesDown: Statement

    let newestNumber: Statement
    let timeAtNumber: Statement
    let search: Statement

    private static let columns =
        """
        message.id, message.room, message.seq, message.person, message.recipient, message.kind,
        message.at, message.text, message.tags, message.origin
        """

    init(_ database: Database) throws(DatabaseError) {
        begin = try database.prepare("BEGIN")
        commit = try database.prepare("COMMIT")
        rooms = try database.prepare(
            "SELECT name, created_at, last_seq, topic, topic_by, topic_at FROM room ORDER BY id")
        room = try database.prepare("SELECT id, last_seq FROM room WHERE folded = ?1")
        roomName = try database.prepare("SELECT name FROM room WHERE id = ?1")
        person = try database.prepare(
            "SELECT nick, user, host, real_name FROM person WHERE id = ?1")
        authors = try database.prepare("SELECT DISTINCT author FROM person WHERE folded = ?1")
        lastTime = try database.prepare(
            "SELECT at FROM message WHERE room = ?1 ORDER BY seq DESC LIMIT 1")
        session = try database.prepare(
            "SELECT id, nick, rooms, seen_at FROM session WHERE token = ?1")
        // The `+` keeps SQLite from looking for another way in than the newest numbers.
        waitingNonces = try database.prepare(
            """
            SELECT nonce, id, room, seq FROM message
            WHERE id > (SELECT nonce_upto FROM server) AND +session = ?1 AND nonce IS NOT NULL
                AND (?3 IS NULL OR nonce = ?3)
            ORDER BY id DESC LIMIT ?2
            """)
        noncesOfHour = try database.prepare(
            """
            SELECT nonce, number, room, seq FROM nonce WHERE hour = ?1 AND session = ?2
                AND (?4 IS NULL OR nonce = ?4)
            ORDER BY number DESC LIMIT ?3
            """)

        oldestSeq = try database.prepare(
            "SELECT seq FROM message WHERE room = ?1 ORDER BY seq LIMIT 1")
        seqOfMessage = try database.prepare(
            "SELECT seq, origin FROM message WHERE id = ?1 AND room = ?2")
        timeAtSeq = try database.prepare(
            "SELECT seq, at FROM message WHERE room = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1")
        messagesUp = try database.prepare(
            """
            SELECT \(ReaderStatements.columns) FROM message
            WHERE room = ?1 AND seq > ?2 AND seq < ?3 AND (?5 = 0 OR text IS NOT NULL)
            ORDER BY seq LIMIT ?4
            """)
        messagesDown = try database.prepare(
            """
            SELECT \(ReaderStatements.columns) FROM message
            WHERE room = ?1 AND seq > ?2 AND seq < ?3 AND (?5 = 0 OR text IS NOT NULL)
            ORDER BY seq DESC LIMIT ?4
            """)

        newestNumber = try database.prepare("SELECT last_number FROM server")
        timeAtNumber = try database.prepare(
            "SELECT id, at FROM message WHERE id >= ?1 ORDER BY id LIMIT 1")
        // The join is in the order of the index: newest first, without sorting.
        search = try database.prepare(
            """
            SELECT \(ReaderStatements.columns), snippet(search, 0, ?5, ?6, '…', 24)
            FROM search CROSS JOIN message ON message.id = search.rowid
            WHERE search MATCH ?1 AND search.rowid > ?2 AND search.rowid < ?3
            ORDER BY search.rowid DESC LIMIT ?4
            """)
    }
}
