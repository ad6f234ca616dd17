// Every statement that keeps visits, prepared once.
// SPDX-License-Identifier: GPL-3.0-or-later

struct VisitStatements {
    let findName: Statement
    let insertName: Statement
    let insertEvent: Statement
    let insertVisit: Statement
    let state: Statement
    let serve: Statement
    let attend: Statement
    let returnToLine: Statement
    let finish: Statement
    let rate: Statement
    let count: Statement
    let countEver: Statement
    let newestTimes: Statement
    let insertTimes: Statement
    let addTimes: Statement

    let lastEvent: Statement
    let lastVisit: Statement
    let served: Statement
    let waiting: Statement

    let visitsOf: Statement
    let eraseNick: Statement
    let eraseComment: Statement
    let eraseVisit: Statement

    init(_ database: Database) throws(DatabaseError) {
        findName = try database.prepare("SELECT id FROM name WHERE text = ?1")
        insertName = try database.prepare("INSERT INTO name (text) VALUES (?1)")
        // A commit whose end could not be seen may have happened: its events come again, under the
        // same numbers. A second rating of one visit is passed over.
        insertEvent = try database.prepare(
            """
            INSERT INTO visit_event (id, visit, at, kind, server, host, ms, detail, nick, ticket,
                comment)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT DO NOTHING
            """)
        insertVisit = try database.prepare(
            """
            INSERT INTO visit (id, server, approached_at, folded, nick, ticket, state, since,
                is_attended, host, is_rated)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?3, 0, NULL, 0)
            """)
        state = try database.prepare("SELECT state FROM visit WHERE id = ?1")
        serve = try database.prepare(
            "UPDATE visit SET state = 1, since = ?2, host = ?3 WHERE id = ?1")
        attend = try database.prepare("UPDATE visit SET is_attended = 1 WHERE id = ?1")
        returnToLine = try database.prepare(
            "UPDATE visit SET state = 0, since = ?2 WHERE id = ?1")
        finish = try database.prepare("UPDATE visit SET state = 2, since = ?2 WHERE id = ?1")
        rate = try database.prepare("UPDATE visit SET is_rated = 1 WHERE id = ?1")
        count = try database.prepare(
            """
            INSERT INTO visit_count (quarter, server, kind, detail, count)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET count = count + excluded.count
            """)
        countEver = try database.prepare(
            """
            INSERT INTO visit_total (server, kind, detail, count) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET count = count + excluded.count
            """)

        newestTimes = try database.prepare(
            """
            SELECT part, length(times) FROM visit_time
            WHERE kind = ?1 AND quarter = ?2 AND server = ?3 ORDER BY part DESC LIMIT 1
            """)
        insertTimes = try database.prepare(
            "INSERT INTO visit_time (kind, quarter, server, part, times) VALUES (?1, ?2, ?3, ?4, ?5)"
        )
        // Of blobs || makes text.
        addTimes = try database.prepare(
            """
            UPDATE visit_time SET times = CAST(times || ?5 AS BLOB)
            WHERE kind = ?1 AND quarter = ?2 AND server = ?3 AND part = ?4
            """)

        lastEvent = try database.prepare("SELECT max(id) FROM visit_event")
        lastVisit = try database.prepare("SELECT max(id) FROM visit")
        // The index is of states below 2, and has to be told so.
        served = try database.prepare(
            "SELECT id, is_attended FROM visit WHERE state = 1 AND state < 2 ORDER BY id")
        waiting = try database.prepare(
            """
            SELECT id, nick, ticket, is_attended, since FROM visit
            WHERE state = 0 AND state < 2 ORDER BY id
            """)

        visitsOf = try database.prepare(
            "SELECT id FROM visit WHERE folded = ?1 AND id <= ?2 ORDER BY id LIMIT ?3")
        eraseNick = try database.prepare(
            "UPDATE visit_event SET nick = NULL WHERE visit = ?1 AND kind = 1")
        eraseComment = try database.prepare(
            "UPDATE visit_event SET comment = NULL WHERE visit = ?1 AND kind = 8")
        eraseVisit = try database.prepare(
            "UPDATE visit SET folded = NULL, nick = NULL WHERE id = ?1")
    }
}
