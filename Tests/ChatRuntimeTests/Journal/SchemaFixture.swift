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
}
