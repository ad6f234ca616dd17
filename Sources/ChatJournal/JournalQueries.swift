// The connection that reads, with its statements prepared once. Confined to the reader's thread. Every
// answer is read in one transaction, so that it shows one moment.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

package final class JournalQueries {
    let database: Database
    let sql: ReaderStatements
    let visits: VisitQueries
    private let origin: UInt64
    private var people: [Int64: Person] = [:]
    /// Room names by row: a row's name never changes.
    private var roomNames: [Int64: RoomName] = [:]

    /// - Parameter database: opened by a `Journal`, which has made its schema current.
    package init(_ database: Database) throws(DatabaseError) {
        self.database = database
        try database.execute("PRAGMA cache_size = -16384")
        sql = try ReaderStatements(database)
        visits = try VisitQueries(database)
        origin = UInt64(bitPattern: try database.number("SELECT origin FROM server"))
    }

    /// An answer or why there is none, all of it from one moment.
    func answer<Answer>(
        _ question: (JournalQueries) throws(DatabaseError) -> Answer
    ) -> Result<Answer, DatabaseError> {
        do throws(DatabaseError) {
            try sql.begin.run()
            let answer = try question(self)
            try sql.commit.run()
            return .success(answer)
        } catch {
            database.rollBack()
            return .failure(error)
        }
    }

    // MARK: - Rooms and sessions

    package func rooms() throws(DatabaseError) -> [JournalRoom] {
        var found: [JournalRoom] = []
        while try sql.rooms.step() {
            if let room = sql.rooms.room() { found.append(room) }
        }
        return found
    }

    func lastTimes(
        of rooms: [RoomName], after: Timestamp, before: Timestamp, limit: Int
    ) throws(DatabaseError) -> [(RoomName, Timestamp)] {
        var found: [(RoomName, Timestamp)] = []
        for name in rooms {
            guard let room = try row(of: name) else { continue }
            sql.lastTime.bind(1, room.id)
            guard try sql.lastTime.step() else { continue }
            let at = Timestamp(milliseconds: sql.lastTime.number(0))
            sql.lastTime.reset()
            if after < at, at < before { found.append((name, at)) }
        }
        found.sort { $0.1 > $1.1 }
        return Array(found.prefix(max(0, limit)))
    }

    package func resume(_ token: TokenHash) throws(DatabaseError) -> ResumeState? {
        sql.session.bind(1, token)
        guard try sql.session.step() else { return nil }
        defer { sql.session.reset() }
        guard let nick = sql.session.optionalText(1), let nick = try? Nickname(nick) else {
            return nil
        }
        let rooms = sql.session.text(2).split(separator: " ").compactMap { try? RoomName($0) }
        return ResumeState(
            token: token, nick: nick, rooms: rooms,
            seenAt: Timestamp(milliseconds: sql.session.number(3)))
    }

    /// - Parameter only: this one alone.
    package func nonces(
        of token: TokenHash, since: Timestamp, limit: Int, only: String? = nil
    ) throws(DatabaseError) -> [StoredNonce] {
        sql.session.bind(1, token)
        guard try sql.session.step() else { return [] }
        let session = sql.session.number(0)
        sql.session.reset()
        var found: [StoredNonce] = []
        // Newest first: those that wait to be indexed, then hour by hour.
        sql.waitingNonces.bind(1, session)
        sql.waitingNonces.bind(2, Int64(limit))
        sql.waitingNonces.bind(3, only)
        try readNonces(sql.waitingNonces, into: &found)
        let hours = (since.milliseconds / 3_600_000, SystemClock.wall().milliseconds / 3_600_000)
        // A clock that was put back leaves nonces in hours to come.
        var hour = hours.1 &+ 1
        while hour >= hours.0, hour > hours.1 - 24 * 31, found.count < limit {
            sql.noncesOfHour.bind(1, hour)
            sql.noncesOfHour.bind(2, session)
            sql.noncesOfHour.bind(3, Int64(limit - found.count))
            sql.noncesOfHour.bind(4, only)
            try readNonces(sql.noncesOfHour, into: &found)
            hour -= 1
        }
        return found.reversed()
    }

    private func readNonces(
        _ statement: Statement, into found: inout [StoredNonce]
    ) throws(DatabaseError) {
        while try statement.step() {
            let room = statement.isNull(2) ? nil : try name(ofRoom: statement.number(2))
            found.append(
                StoredNonce(
                    nonce: statement.text(0),
                    accepted: Accepted(
                        id: MessageID(
                            origin: origin, number: UInt64(clamping: statement.number(1))),
                        room: room, seq: UInt64(clamping: statement.number(3)))))
        }
    }

    // MARK: - Rows

    struct RoomRow {
        let id: Int64
        let lastSeq: UInt64
    }

    func row(of name: RoomName) throws(DatabaseError) -> RoomRow? {
        sql.room.bind(1, name.folded.text)
        guard try sql.room.step() else { return nil }
        defer { sql.room.reset() }
        return RoomRow(id: sql.room.number(0), lastSeq: UInt64(clamping: sql.room.number(1)))
    }

    private func name(ofRoom id: Int64) throws(DatabaseError) -> RoomName? {
        if let known = roomNames[id] { return known }
        sql.roomName.bind(1, id)
        guard try sql.roomName.step() else { return nil }
        defer { sql.roomName.reset() }
        let name = try? RoomName(sql.roomName.text(0))
        if let name { roomNames[id] = name }
        return name
    }

    private func person(_ id: Int64) throws(DatabaseError) -> Person? {
        if let known = people[id] { return known }
        sql.person.bind(1, id)
        guard try sql.person.step() else { return nil }
        defer { sql.person.reset() }
        guard let nick = try? Nickname(sql.person.text(0)) else { return nil }
        let person = Person(
            nick: nick, user: sql.person.text(1), host: sql.person.text(2),
            realName: sql.person.text(3))
        // Rows of people who were erased may be given to others.
        if people.count >= 10_000 { people.removeAll() }
        people[id] = person
        return person
    }

    /// People are looked up again: call before an answer, for rows may be erased between two.
    func forgetPeople() { people.removeAll(keepingCapacity: true) }

    /// The message in columns id, room, seq, person, recipient, kind, at, text, tags, origin from
    /// `first` on; nil when today's rules do not allow what is stored.
    func message(_ row: Statement, from first: Int32 = 0) throws(DatabaseError) -> Message? {
        guard let from = try person(row.number(first + 3)) else { return nil }
        let room = row.isNull(first + 1) ? nil : try name(ofRoom: row.number(first + 1))
        let origin =
            row.isNull(first + 9) ? self.origin : UInt64(bitPattern: row.number(first + 9))
        return Message(
            id: MessageID(origin: origin, number: UInt64(clamping: row.number(first))),
            room: room, seq: UInt64(clamping: row.number(first + 2)), from: from,
            to: row.optionalText(first + 4).flatMap { try? Nickname($0) },
            kind: MessageKind(rawValue: UInt8(clamping: row.number(first + 5))) ?? .text,
            text: row.text(first + 7), at: Timestamp(milliseconds: row.number(first + 6)),
            clientTags: row.text(first + 8))
    }

    /// This server's part of message ids.
    func isOurs(_ id: MessageID) -> Bool { id.origin == origin }
}
