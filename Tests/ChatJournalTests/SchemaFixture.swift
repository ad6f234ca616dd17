// Databases as older versions of chatkit left them: how they were written then, never edited after a
// release. One for every schema version.
// SPDX-License-Identifier: GPL-3.0-or-later

enum SchemaFixture {
    /// Two rooms, an erased message, a private one, a session and a nonce that waits to be indexed.
    static let version1 =
        """
        PRAGMA application_id = 1667787636;
        PRAGMA user_version = 1;
        CREATE TABLE server (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            origin INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            last_number INTEGER NOT NULL DEFAULT 0,
            search_upto INTEGER NOT NULL DEFAULT 0,
            nonce_upto INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE room (
            id INTEGER PRIMARY KEY,
            folded TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_seq INTEGER NOT NULL DEFAULT 0,
            topic TEXT, topic_by TEXT, topic_at INTEGER
        );
        CREATE TABLE person (
            id INTEGER PRIMARY KEY,
            author INTEGER NOT NULL,
            folded TEXT NOT NULL,
            nick TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, real_name TEXT NOT NULL,
            UNIQUE (folded, nick, user, host, real_name)
        );
        INSERT INTO person VALUES (0, 0, '', 'erased', 'erased', 'erased', '');
        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            room INTEGER, seq INTEGER NOT NULL,
            person INTEGER NOT NULL, recipient TEXT,
            kind INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT, tags TEXT,
            origin INTEGER, session INTEGER, nonce TEXT
        );
        CREATE UNIQUE INDEX message_room_seq ON message (room, seq);
        CREATE TABLE session (
            id INTEGER PRIMARY KEY,
            token BLOB NOT NULL UNIQUE,
            folded TEXT, nick TEXT, rooms TEXT,
            seen_at INTEGER NOT NULL
        );
        CREATE TABLE nonce (
            hour INTEGER NOT NULL, session INTEGER NOT NULL, number INTEGER NOT NULL,
            nonce TEXT NOT NULL, room INTEGER, seq INTEGER NOT NULL,
            PRIMARY KEY (hour, session, number)
        ) WITHOUT ROWID;
        CREATE TABLE erasure (
            folded TEXT PRIMARY KEY, next INTEGER NOT NULL, upto INTEGER NOT NULL,
            erased INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE VIEW searchable AS
            SELECT message.id AS id, message.text AS text,
                'r' || message.room || ' a' || person.author AS scope
            FROM message JOIN person ON person.id = message.person
            WHERE message.room IS NOT NULL AND message.text IS NOT NULL;
        CREATE VIRTUAL TABLE search USING fts5 (
            text, scope, content = 'searchable', content_rowid = 'id', columnsize = 0,
            tokenize = "unicode61 remove_diacritics 2"
        );
        INSERT INTO search (search, rank) VALUES ('automerge', 0);
        INSERT INTO search (search, rank) VALUES ('crisismerge', 256);
        INSERT INTO search (search, rank) VALUES ('hashsize', 8000000);

        INSERT INTO server (id, origin, created_at, last_number, search_upto, nonce_upto)
            VALUES (1, 1234, 1700000000000, 4, 4, 2);
        INSERT INTO room VALUES (1, '#lobby', '#lobby', 1700000000000, 2, NULL, NULL, NULL);
        INSERT INTO room VALUES (2, '#dev', '#Dev', 1700000000001, 1, 'releases', 'Ann', 1700000000002);
        INSERT INTO person VALUES (1, 1, 'ann', 'Ann', '~json', 'json', 'Ann A.');
        INSERT INTO message VALUES
            (1, 1, 1, 1, NULL, 0, 1700000000003, 'hello world', NULL, NULL, NULL, NULL),
            (2, 1, 2, 0, NULL, 0, 1700000000004, NULL, NULL, NULL, NULL, NULL),
            (3, 2, 1, 1, NULL, 1, 1700000000005, 'ships it', '+x=y', NULL, 1, 'n-3'),
            (4, NULL, 0, 1, 'bob', 0, 1700000000006, 'between us', NULL, NULL, NULL, NULL);
        INSERT INTO session VALUES
            (1, X'0102030405060708090A0B0C0D0E0F10', 'ann', 'Ann', '#lobby #Dev', 9000000000000);
        INSERT INTO search (rowid, text, scope)
            SELECT id, text, scope FROM searchable;
        """

    /// What version 2 had, and names that its folding told apart: two pairs of rooms, a name that a
    /// renamed room cannot have, two spellings of an author, and an erasure of one of two spellings.
    static let version2Greek =
        version2 + """

            INSERT INTO room VALUES
                (3, '#νίκος', '#Νίκος', 1700000000100, 2, NULL, NULL, NULL),
                (4, '#νίκοσ', '#ΝΊΚΟΣ', 1700000000101, 1, NULL, NULL, NULL),
                (5, '#weiß', '#Weiß', 1700000000102, 1, NULL, NULL, NULL),
                (6, '#weiss', '#weiss', 1700000000103, 1, NULL, NULL, NULL),
                (7, '#weiss-2', '#weiss-2', 1700000000104, 1, NULL, NULL, NULL);
            INSERT INTO person VALUES
                (2, 2, 'νίκος', 'Νίκος', '~json', 'json', ''),
                (3, 3, 'νίκοσ', 'ΝΊΚΟΣ', '~json', 'json', ''),
                (4, 4, 'groß', 'Groß', '~json', 'json', ''),
                (5, 5, 'gross', 'Gross', '~json', 'json', '');
            INSERT INTO message VALUES
                (5, 3, 1, 2, NULL, 0, 1700000000110, 'one', NULL, NULL, NULL, NULL),
                (6, 3, 2, 3, NULL, 0, 1700000000111, 'two', NULL, NULL, NULL, NULL),
                (7, 4, 1, 3, NULL, 0, 1700000000112, 'three', NULL, NULL, NULL, NULL),
                (8, 5, 1, 2, NULL, 0, 1700000000113, 'of Weiß', NULL, NULL, NULL, NULL),
                (9, 6, 1, 2, NULL, 0, 1700000000114, 'of weiss', NULL, NULL, NULL, NULL),
                (10, 7, 1, 2, NULL, 0, 1700000000115, 'was there', NULL, NULL, NULL, NULL),
                (11, 1, 3, 5, NULL, 0, 1700000000116, 'stays', NULL, NULL, NULL, NULL);
            UPDATE message SET person = 4 WHERE id = 2;
            UPDATE message SET text = 'goes' WHERE id = 2;
            INSERT INTO search (rowid, text, scope)
                SELECT id, text, scope FROM searchable WHERE id = 2 OR id > 4;
            UPDATE room SET last_seq = 3 WHERE id = 1;
            UPDATE server SET last_number = 11, search_upto = 11;
            INSERT INTO erasure VALUES ('groß', 0, 11, 0, 0);
            """

    /// What version 1 had, and visits: one attended and rated, one lost, one erased, one that waits.
    static let version2 =
        version1 + """

            CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
            CREATE TABLE visit_event (
                id INTEGER PRIMARY KEY,
                visit INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL,
                server INTEGER NOT NULL, host INTEGER, ms INTEGER, detail INTEGER,
                nick TEXT, ticket BLOB, comment TEXT
            );
            CREATE INDEX visit_event_at ON visit_event (kind, at);
            CREATE UNIQUE INDEX visit_event_once ON visit_event (visit, kind)
                WHERE kind = 1 OR kind = 8;
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
            CREATE TABLE visit_time (
                kind INTEGER NOT NULL, quarter INTEGER NOT NULL, server INTEGER NOT NULL,
                part INTEGER NOT NULL, times BLOB NOT NULL,
                PRIMARY KEY (kind, quarter, server, part)
            ) WITHOUT ROWID;
            ALTER TABLE erasure ADD COLUMN visit_upto INTEGER NOT NULL DEFAULT 0;
            PRAGMA user_version = 2;

            INSERT INTO name VALUES (1, 'Desk A'), (2, 'Ann');
            INSERT INTO visit_event VALUES
                (1, 1, 1700000000000, 1, 1, NULL, NULL, NULL, 'Eve',
                    X'0102030405060708090A0B0C0D0E0F10', NULL),
                (2, 1, 1700000000000, 3, 1, 2, 0, NULL, NULL, NULL, NULL),
                (3, 2, 1700000001000, 1, 1, NULL, NULL, NULL, 'Bob',
                    X'1102030405060708090A0B0C0D0E0F10', NULL),
                (4, 2, 1700000001000, 2, 1, NULL, NULL, NULL, NULL, NULL, NULL),
                (5, 1, 1700000002000, 4, 1, NULL, NULL, NULL, NULL, NULL, NULL),
                (6, 1, 1700000302000, 6, 1, NULL, 302000, 1, NULL, NULL, NULL),
                (7, 1, 1700000303000, 8, 1, 2, NULL, 4, NULL, NULL, 'good'),
                (8, 2, 1700000304000, 7, 1, NULL, 303000, 2, NULL, NULL, NULL),
                (9, 3, 1700000305000, 1, 1, NULL, NULL, NULL, NULL,
                    X'2102030405060708090A0B0C0D0E0F10', NULL),
                (10, 3, 1700000305000, 3, 1, 2, 0, NULL, NULL, NULL, NULL),
                (11, 3, 1700000306000, 7, 1, NULL, 0, 5, NULL, NULL, NULL),
                (12, 4, 1700000307000, 1, 1, NULL, NULL, NULL, 'Zoë',
                    X'3102030405060708090A0B0C0D0E0F10', NULL),
                (13, 4, 1700000307000, 2, 1, NULL, NULL, NULL, NULL, NULL, NULL);
            INSERT INTO visit VALUES
                (1, 1, 1700000000000, 'eve', 'Eve', X'0102030405060708090A0B0C0D0E0F10', 2,
                    1700000302000, 1, 2, 1),
                (2, 1, 1700000001000, 'bob', 'Bob', X'1102030405060708090A0B0C0D0E0F10', 2,
                    1700000304000, 0, NULL, 0),
                (3, 1, 1700000305000, NULL, NULL, X'2102030405060708090A0B0C0D0E0F10', 2,
                    1700000306000, 0, 2, 0),
                (4, 1, 1700000307000, 'zoë', 'Zoë', X'3102030405060708090A0B0C0D0E0F10', 0,
                    1700000307000, 0, NULL, 0);
            INSERT INTO visit_count
                SELECT at / 900000, server, kind, coalesce(detail, 0), count(*) FROM visit_event
                GROUP BY 1, 2, 3, 4;
            INSERT INTO visit_total
                SELECT server, kind, coalesce(detail, 0), count(*) FROM visit_event GROUP BY 1, 2, 3;
            INSERT INTO visit_time VALUES
                (3, 1888888, 1, 0, X'0000'), (6, 1888889, 1, 0, X'B0B712');
            """
}
