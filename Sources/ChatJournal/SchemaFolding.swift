// Migration 3: names of older files are folded anew (CaselessText), by rows as they stand. Invariant: no
// message changes its room or its author's nick; of two rooms that are one name now, the one with fewer
// messages gets a name of its own, and whoever runs the server is told.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import ChatCore

enum SchemaFolding {
    /// More collisions of nicks than this are counted and not named.
    private static let maxNamed = 20

    /// Makes `chatkit_fold(text)` known to a connection.
    private static func register(on connection: OpaquePointer) {
        sqlite3_create_function_v2(
            connection, "chatkit_fold", 1,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nil,
            { context, _, arguments in
                guard let argument = arguments?[0], let text = sqlite3_value_text(argument) else {
                    return sqlite3_result_null(context)
                }
                let bytes = UnsafeBufferPointer(
                    start: text, count: Int(sqlite3_value_bytes(argument)))
                var folded = CaselessText.folded(String(decoding: bytes, as: UTF8.self))
                folded.withUTF8 {
                    $0.withMemoryRebound(to: CChar.self) {
                        csqlite_result_text(context, $0.baseAddress, Int32(clamping: $0.count))
                    }
                }
            }, nil, nil, nil)
    }

    /// Folds everything anew.
    /// - Returns: a sentence for each collision.
    static func run(_ database: Database) throws(DatabaseError) -> [String] {
        register(on: database.handle)
        let rooms = try foldRooms(database)
        let nicks = try nickCollisions(database)
        // What is in ASCII was folded the same way. An erasure under way finds its author's rows as
        // they were: it must not reach somebody else's.
        try database.execute(
            """
            UPDATE person SET folded = chatkit_fold(nick)
                WHERE nick GLOB '*[^ -~]*' AND folded NOT IN (SELECT folded FROM erasure);
            UPDATE person SET author = (
                    SELECT min(author) FROM person AS other WHERE other.folded = person.folded)
                WHERE nick GLOB '*[^ -~]*'
                    OR folded IN (SELECT folded FROM person WHERE nick GLOB '*[^ -~]*');
            UPDATE visit SET folded = chatkit_fold(nick)
                WHERE nick GLOB '*[^ -~]*' AND folded NOT IN (SELECT folded FROM erasure);
            UPDATE session SET folded = chatkit_fold(nick) WHERE nick GLOB '*[^ -~]*';
            """)
        return rooms + nicks
    }

    // MARK: - Rooms

    private struct Room {
        let id: Int64
        var name: String
        let stored: String
        var messages: Int64 = 0
    }

    private static func foldRooms(_ database: Database) throws(DatabaseError) -> [String] {
        let list = try database.prepare("SELECT id, name, folded FROM room ORDER BY id")
        var groups: [String: [Room]] = [:]
        while try list.step() {
            let room = Room(id: list.number(0), name: list.text(1), stored: list.text(2))
            groups[CaselessText.folded(room.name), default: []].append(room)
        }
        var taken = Set(groups.keys)
        var notes: [String] = []
        var changed: [(folded: String, room: Room)] = []
        for (folded, rooms) in groups.sorted(by: { $0.value[0].id < $1.value[0].id }) {
            let sorted = rooms.count > 1 ? try byMessages(rooms, database) : rooms
            changed.append((folded, sorted[0]))
            for room in sorted.dropFirst() {
                var renamed = room
                let new = freeName(like: room.name, &taken)
                renamed.name = new.name
                changed.append((new.folded, renamed))
                notes.append(
                    "\(sorted[0].name) and \(room.name) are one room now: of \(room.name), "
                        + "the \(room.messages) kept messages are in \(new.name)")
            }
        }
        try write(changed.filter { $0.folded != $0.room.stored }, database)
        return notes
    }

    /// The one with the most messages first.
    private static func byMessages(
        _ rooms: [Room], _ database: Database
    ) throws(DatabaseError) -> [Room] {
        let count = try database.prepare("SELECT count(*) FROM message WHERE room = ?1")
        var counted = rooms
        for index in counted.indices {
            count.bind(1, counted[index].id)
            if try count.step() { counted[index].messages = count.number(0) }
            count.reset()
        }
        return counted.sorted { ($1.messages, $0.id) < ($0.messages, $1.id) }
    }

    private static func freeName(
        like name: String, _ taken: inout Set<String>
    ) -> (name: String, folded: String) {
        var number = 2
        while true {
            let tail = "-\(number)"
            let candidate =
                name.prefix(utf8Bytes: Limits.maxRoomNameBytes - tail.utf8.count) + tail
            let folded = CaselessText.folded(candidate)
            if taken.insert(folded).inserted { return (candidate, folded) }
            number += 1
        }
    }

    private static func write(
        _ rooms: [(folded: String, room: Room)], _ database: Database
    ) throws(DatabaseError) {
        // No two may have the same form in between.
        let clear = try database.prepare(
            "UPDATE room SET folded = char(1) || id WHERE id = ?1")
        let write = try database.prepare("UPDATE room SET folded = ?2, name = ?3 WHERE id = ?1")
        for (_, room) in rooms {
            clear.bind(1, room.id)
            try clear.run()
        }
        for (folded, room) in rooms {
            write.bind(1, room.id)
            write.bind(2, folded)
            write.bind(3, room.name)
            try write.run()
        }
    }

    // MARK: - Nicks

    private static func nickCollisions(_ database: Database) throws(DatabaseError) -> [String] {
        let list = try database.prepare(
            """
            SELECT group_concat(nick, ', ') FROM (
                SELECT min(nick) AS nick, folded FROM person
                WHERE id != 0 AND folded NOT IN (SELECT folded FROM erasure) GROUP BY folded)
            GROUP BY chatkit_fold(nick) HAVING count(*) > 1
            """)
        var notes: [String] = []
        var count = 0
        while try list.step() {
            count += 1
            guard count <= maxNamed else { continue }
            notes.append("these nicks are one author now: \(list.text(0))")
        }
        if count > maxNamed { notes.append("so are those of \(count - maxNamed) other authors") }
        return notes
    }
}
