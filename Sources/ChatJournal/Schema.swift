// The tables of a chatkit database and how an older file becomes a newer one. Invariant: a file whose
// `user_version` is n has had migrations 1…n, each in one transaction. Never edit a migration that was
// released: append one.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One step from a version to the next.
package struct Migration: Sendable, ExpressibleByStringLiteral {
    private let sql: String
    private let step: (@Sendable (Database) throws(DatabaseError) -> [String])?

    /// Statements alone.
    package init(stringLiteral sql: String) {
        self.sql = sql
        step = nil
    }

    /// What statements cannot do; it returns what whoever runs the server has to know.
    init(_ step: @escaping @Sendable (Database) throws(DatabaseError) -> [String]) {
        sql = ""
        self.step = step
    }

    func run(_ database: Database) throws(DatabaseError) -> [String] {
        try database.execute(sql)
        return try step.map { (step) throws(DatabaseError) in try step(database) } ?? []
    }
}

/// The layout of the database file.
package enum Schema {
    /// Says in the file's header that it is ours: "chkt".
    package static let applicationID: Int64 = 0x6368_6B74

    /// The version this program writes.
    package static var version: Int64 { Int64(migrations.count) }

    /// The first version that keeps visits.
    static let firstWithVisits: Int64 = 2

    /// Migration n, at index n - 1, takes a file from version n - 1 to n.
    package static let migrations: [Migration] = [
        // 1: the journal.
        """
        -- One row: which server this is, the newest number given out, and how far the two
        -- indexes that are filled in the background have come.
        CREATE TABLE server (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            origin INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            last_number INTEGER NOT NULL DEFAULT 0,
            search_upto INTEGER NOT NULL DEFAULT 0,
            nonce_upto INTEGER NOT NULL DEFAULT 0
        );
        -- last_seq only grows: a number that retention deleted is not given again.
        CREATE TABLE room (
            id INTEGER PRIMARY KEY,
            folded TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_seq INTEGER NOT NULL DEFAULT 0,
            topic TEXT, topic_by TEXT, topic_at INTEGER
        );
        -- Whoever wrote something, as others saw it. author: the first row with the same folded
        -- nick. Row 0 stands for everyone who was erased.
        CREATE TABLE person (
            id INTEGER PRIMARY KEY,
            author INTEGER NOT NULL,
            folded TEXT NOT NULL,
            nick TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, real_name TEXT NOT NULL,
            UNIQUE (folded, nick, user, host, real_name)
        );
        INSERT INTO person VALUES (0, 0, '', 'erased', 'erased', 'erased', '');
        -- id: the number of the message. room is null for private messages, whose seq is 0.
        -- text is null when it was erased. origin is null for this server's own. session and nonce
        -- wait here for the nonce table.
        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            room INTEGER, seq INTEGER NOT NULL,
            person INTEGER NOT NULL, recipient TEXT,
            kind INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT, tags TEXT,
            origin INTEGER, session INTEGER, nonce TEXT
        );
        CREATE UNIQUE INDEX message_room_seq ON message (room, seq);
        -- Those who can resume: never the token itself, but its hash.
        CREATE TABLE session (
            id INTEGER PRIMARY KEY,
            token BLOB NOT NULL UNIQUE,
            folded TEXT, nick TEXT, rooms TEXT,
            seen_at INTEGER NOT NULL
        );
        -- What became of a session's nonces, by the hour: an hour expires as one range.
        CREATE TABLE nonce (
            hour INTEGER NOT NULL, session INTEGER NOT NULL, number INTEGER NOT NULL,
            nonce TEXT NOT NULL, room INTEGER, seq INTEGER NOT NULL,
            PRIMARY KEY (hour, session, number)
        ) WITHOUT ROWID;
        -- Erasures under way: messages of this nick up to a number, scanned up to `next`.
        CREATE TABLE erasure (
            folded TEXT PRIMARY KEY, next INTEGER NOT NULL, upto INTEGER NOT NULL,
            erased INTEGER NOT NULL
        ) WITHOUT ROWID;
        -- The search index keeps no text of its own. The words of `scope` say where a message was
        -- (r and the room) and who wrote it (a and the author), so that a search in one room never
        -- looks at others. Private messages are not in it at all.
        CREATE VIEW searchable AS
            SELECT message.id AS id, message.text AS text,
                'r' || message.room || ' a' || person.author AS scope
            FROM message JOIN person ON person.id = message.person
            WHERE message.room IS NOT NULL AND message.text IS NOT NULL;
        CREATE VIRTUAL TABLE search USING fts5 (
            text, scope, content = 'searchable', content_rowid = 'id', columnsize = 0,
            tokenize = "unicode61 remove_diacritics 2"
        );
        -- Merging is done in slices, when there is time (JournalWriter+Indexing).
        INSERT INTO search (search, rank) VALUES ('automerge', 0);
        INSERT INTO search (search, rank) VALUES ('crisismerge', 256);
        INSERT INTO search (search, rank) VALUES ('hashsize', 8000000);
        """,
        // 2: visits.
        """
        -- What servers and their hosts are called.
        CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        -- What happened to everybody who came: the truth, only ever appended to, but for an erased
        -- nick or comment. kind and detail: VisitCode.swift. ms: what was waited until it was
        -- served (3) or lost (7), or how long an attended one held a slot (6), by a clock that
        -- nobody sets; null when nobody measured it. Only 1 has a nick and a ticket's hash, only 8
        -- a comment.
        CREATE TABLE visit_event (
            id INTEGER PRIMARY KEY,
            visit INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL,
            server INTEGER NOT NULL, host INTEGER, ms INTEGER, detail INTEGER,
            nick TEXT, ticket BLOB, comment TEXT
        );
        CREATE INDEX visit_event_at ON visit_event (kind, at);
        -- Nobody approaches twice, and nobody rates a visit twice.
        CREATE UNIQUE INDEX visit_event_once ON visit_event (visit, kind)
            WHERE kind = 1 OR kind = 8;
        -- Made of the events, in the same transaction: where each visit stands. since: when it came
        -- to that state; state 2 is over. ticket is a hash.
        CREATE TABLE visit (
            id INTEGER PRIMARY KEY,
            server INTEGER NOT NULL, approached_at INTEGER NOT NULL,
            folded TEXT, nick TEXT, ticket BLOB NOT NULL,
            state INTEGER NOT NULL, since INTEGER NOT NULL,
            is_attended INTEGER NOT NULL, host INTEGER, is_rated INTEGER NOT NULL
        );
        CREATE INDEX visit_ticket ON visit (ticket);
        CREATE INDEX visit_folded ON visit (folded) WHERE folded IS NOT NULL;
        CREATE INDEX visit_open ON visit (state, id) WHERE state < 2;
        -- Likewise: how many events there were of each sort, in each quarter of an hour and ever.
        CREATE TABLE visit_count (
            quarter INTEGER NOT NULL, server INTEGER NOT NULL, kind INTEGER NOT NULL,
            detail INTEGER NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (quarter, server, kind, detail)
        ) WITHOUT ROWID;
        CREATE TABLE visit_total (
            server INTEGER NOT NULL, kind INTEGER NOT NULL, detail INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (server, kind, detail)
        ) WITHOUT ROWID;
        -- Likewise: every ms of kinds 3 and 6, many in a row (VisitTimes.swift).
        CREATE TABLE visit_time (
            kind INTEGER NOT NULL, quarter INTEGER NOT NULL, server INTEGER NOT NULL,
            part INTEGER NOT NULL, times BLOB NOT NULL,
            PRIMARY KEY (kind, quarter, server, part)
        ) WITHOUT ROWID;
        -- An erasure takes the visits up to this one.
        ALTER TABLE erasure ADD COLUMN visit_upto INTEGER NOT NULL DEFAULT 0;
        """,
        // 3: names are folded by Unicode's rules.
        Migration(SchemaFolding.run),
        // 4: words of every script; the index is filled again behind the commits.
        """
        DROP TABLE search;
        CREATE VIRTUAL TABLE search USING fts5 (
            text, scope, content = 'searchable', content_rowid = 'id', columnsize = 0,
            tokenize = "chatkit"
        );
        INSERT INTO search (search, rank) VALUES ('automerge', 0);
        INSERT INTO search (search, rank) VALUES ('crisismerge', 256);
        INSERT INTO search (search, rank) VALUES ('hashsize', 8000000);
        UPDATE server SET search_upto = 0;
        """,
    ]

    /// Makes a new or older database current.
    /// - Returns: what whoever runs the server has to know.
    /// - Throws: `.newer`, `.foreign`, or what SQLite says; the file is then as it was.
    @discardableResult
    package static func prepare(
        _ database: Database, origin: UInt64, now: Int64, migrations: [Migration] = migrations
    ) throws(DatabaseError) -> [String] {
        let current = try check(database, newest: Int64(migrations.count))
        guard current < Int64(migrations.count) else { return [] }
        var notes: [String] = []
        for (index, migration) in migrations.enumerated() where Int64(index) >= current {
            try database.transaction { () throws(DatabaseError) in
                notes += try migration.run(database)
                try database.execute("PRAGMA user_version = \(index + 1)")
                guard index == 0 else { return }
                try database.execute("PRAGMA application_id = \(applicationID)")
                let insert = try database.prepare(
                    "INSERT INTO server (id, origin, created_at) VALUES (1, ?1, ?2)")
                insert.bind(1, Int64(bitPattern: origin))
                insert.bind(2, now)
                try insert.run()
            }
        }
        return notes
    }

    /// The version of a file that is ours, or 0 of one that is empty.
    package static func check(
        _ database: Database, newest: Int64 = version
    ) throws(DatabaseError) -> Int64 {
        let application = try database.number("PRAGMA application_id")
        let current = try database.number("PRAGMA user_version")
        let objects = try database.number("SELECT count(*) FROM sqlite_schema")
        if application == 0, current == 0, objects == 0 { return 0 }
        guard application == applicationID, current >= 1 else {
            throw DatabaseError(
                .foreign, operation: "cannot open the database", path: database.path,
                reason: "it belongs to another program")
        }
        guard current <= newest else {
            throw DatabaseError(
                .newer, operation: "cannot open the database", path: database.path,
                reason: "a newer chatkit wrote it (schema \(current); this one knows \(newest))")
        }
        return current
    }
}
