// Every statement that the journal writes with, prepared once.
// SPDX-License-Identifier: GPL-3.0-or-later

struct WriterStatements {
    let begin: Statement
    let commit: Statement
    let relax: Statement
    let insist: Statement

    let insertMessage: Statement
    let setLastNumber: Statement
    let findRoom: Statement
    let insertRoom: Statement
    let touchRoom: Statement
    let setTopic: Statement
    let findPerson: Statement
    let insertPerson: Statement
    let findSession: Statement
    let insertSession: Statement
    let saveSession: Statement
    let endSession: Statement

    let indexNonces: Statement
    let seeSessions: Statement
    let setNonceUpto: Statement
    let indexSearch: Statement
    let setSearchUpto: Statement
    let mergeSearch: Statement

    let oldestInRoom: Statement
    let oldestPrivate: Statement
    let unindexRoom: Statement
    let deleteRoom: Statement
    let deletePrivate: Statement
    let oldestNonces: Statement
    let deleteNonces: Statement
    let sessionsAfter: Statement
    let deleteSessions: Statement

    let saveErasure: Statement
    let nextErasure: Statement
    let finishErasure: Statement
    let writtenBy: Statement
    let unindexMessage: Statement
    let blankMessage: Statement
    let deleteMessage: Statement
    let deletePerson: Statement
    let deletePersonSessions: Statement

    init(_ database: Database) throws(DatabaseError) {
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        relax = try database.prepare("PRAGMA synchronous = NORMAL")
        insist = try database.prepare("PRAGMA synchronous = FULL")

        // A commit whose end could not be seen may have happened: its records come again.
        insertMessage = try database.prepare(
            """
            INSERT INTO message (id, room, seq, person, recipient, kind, at, text, tags, origin,
                session, nonce)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT (id) DO NOTHING
            """)
        setLastNumber = try database.prepare("UPDATE server SET last_number = ?1")
        findRoom = try database.prepare("SELECT id, last_seq FROM room WHERE folded = ?1")
        insertRoom = try database.prepare(
            "INSERT INTO room (folded, name, created_at) VALUES (?1, ?2, ?3)")
        touchRoom = try database.prepare("UPDATE room SET last_seq = ?2 WHERE id = ?1")
        setTopic = try database.prepare(
            "UPDATE room SET topic = ?2, topic_by = ?3, topic_at = ?4 WHERE id = ?1")
        findPerson = try database.prepare(
            """
            SELECT id FROM person WHERE folded = ?1 AND nick = ?2 AND user = ?3 AND host = ?4
                AND real_name = ?5
            """)
        insertPerson = try database.prepare(
            """
            INSERT INTO person (author, folded, nick, user, host, real_name)
            VALUES (
                coalesce((SELECT min(author) FROM person WHERE folded = ?1),
                    (SELECT max(id) + 1 FROM person)),
                ?1, ?2, ?3, ?4, ?5)
            """)
        findSession = try database.prepare("SELECT id FROM session WHERE token = ?1")
        insertSession = try database.prepare(
            "INSERT INTO session (token, seen_at) VALUES (?1, ?2)")
        saveSession = try database.prepare(
            """
            INSERT INTO session (token, folded, nick, rooms, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (token) DO UPDATE SET folded = excluded.folded, nick = excluded.nick,
                rooms = excluded.rooms, seen_at = max(seen_at, excluded.seen_at)
            """)
        endSession = try database.prepare(
            "UPDATE session SET folded = NULL, nick = NULL, rooms = NULL WHERE token = ?1")

        indexNonces = try database.prepare(
            """
            INSERT OR IGNORE INTO nonce (hour, session, number, nonce, room, seq)
            SELECT at / 3600000, session, id, nonce, room, seq FROM message
            WHERE id > ?1 AND id <= ?2 AND nonce IS NOT NULL ORDER BY 1, 2, 3
            """)
        seeSessions = try database.prepare(
            """
            UPDATE session SET seen_at = max(seen_at, ?3) WHERE id IN
                (SELECT DISTINCT session FROM message
                WHERE id > ?1 AND id <= ?2 AND session IS NOT NULL)
            """)
        setNonceUpto = try database.prepare("UPDATE server SET nonce_upto = ?1")
        indexSearch = try database.prepare(
            """
            INSERT INTO search (rowid, text, scope)
            SELECT id, text, scope FROM searchable WHERE id > ?1 AND id <= ?2
            """)
        setSearchUpto = try database.prepare("UPDATE server SET search_upto = ?1")
        mergeSearch = try database.prepare(
            "INSERT INTO search (search, rank) VALUES ('merge', ?1)")

        oldestInRoom = try database.prepare(
            "SELECT seq, at FROM message WHERE room = ?1 ORDER BY seq LIMIT ?2")
        oldestPrivate = try database.prepare(
            "SELECT id, at FROM message WHERE room IS NULL AND seq = 0 ORDER BY id LIMIT ?1")
        unindexRoom = try database.prepare(
            """
            INSERT INTO search (search, rowid, text, scope)
            SELECT 'delete', id, text, scope FROM searchable
            WHERE id IN (SELECT id FROM message WHERE room = ?1 AND seq <= ?2)
                AND id <= ?3
            """)
        deleteRoom = try database.prepare("DELETE FROM message WHERE room = ?1 AND seq <= ?2")
        deletePrivate = try database.prepare(
            "DELETE FROM message WHERE room IS NULL AND seq = 0 AND id <= ?1")
        oldestNonces = try database.prepare(
            """
            SELECT hour, session, number FROM nonce WHERE hour < ?1
            ORDER BY hour, session, number LIMIT 1 OFFSET ?2
            """)
        deleteNonces = try database.prepare(
            """
            DELETE FROM nonce WHERE hour < ?1
                AND (hour, session, number) < (?2, ?3, ?4)
            """)
        sessionsAfter = try database.prepare(
            "SELECT id FROM session WHERE id > ?1 ORDER BY id LIMIT 1 OFFSET ?2")
        deleteSessions = try database.prepare(
            "DELETE FROM session WHERE id > ?1 AND id <= ?2 AND seen_at < ?3")

        saveErasure = try database.prepare(
            """
            INSERT INTO erasure (folded, next, upto, erased, visit_upto)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (folded) DO UPDATE SET next = excluded.next,
                upto = max(upto, excluded.upto), erased = excluded.erased,
                visit_upto = max(visit_upto, excluded.visit_upto)
            """)
        nextErasure = try database.prepare(
            "SELECT folded, next, upto, erased, visit_upto FROM erasure LIMIT 1")
        finishErasure = try database.prepare("DELETE FROM erasure WHERE folded = ?1")
        writtenBy = try database.prepare(
            """
            SELECT id, room IS NULL FROM message
            WHERE id > ?1 AND id <= ?2 AND person IN (SELECT id FROM person WHERE folded = ?3)
            ORDER BY id LIMIT ?4
            """)
        unindexMessage = try database.prepare(
            """
            INSERT INTO search (search, rowid, text, scope)
            SELECT 'delete', id, text, scope FROM searchable WHERE id = ?1
            """)
        blankMessage = try database.prepare(
            """
            UPDATE message SET text = NULL, tags = NULL, person = 0, session = NULL, nonce = NULL
            WHERE id = ?1
            """)
        deleteMessage = try database.prepare("DELETE FROM message WHERE id = ?1")
        deletePerson = try database.prepare(
            """
            DELETE FROM person WHERE folded = ?1 AND id != 0
                AND id NOT IN (SELECT person FROM message WHERE id > ?2)
            """)
        deletePersonSessions = try database.prepare("DELETE FROM session WHERE folded = ?1")
    }
}
