// The connection that writes, with its statements prepared once. Confined to the journal's thread.
// Invariant: a batch is committed whole or not at all, and what is remembered here in memory (rooms,
// people, sessions) is in the file; after a failure it is forgotten and read again.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

final class JournalWriter {
    struct Room {
        let id: Int64
        var lastSeq: UInt64
        /// Whether this transaction has to write `lastSeq`.
        var isTouched = false
    }

    /// Whoever wrote is remembered by identity: one lookup per message, none of its strings.
    private struct KnownPerson {
        /// Kept alive so that no other object can have its address.
        let person: Person
        let id: Int64
    }

    static let maxKnownPeople = 10_000
    static let maxKnownSessions = 100_000

    let database: Database
    let origin: UInt64
    let sql: WriterStatements
    let visits: VisitStatements
    /// What servers are called in the statistics.
    let server: String
    /// What changed when an older file was made current, for whoever runs the server.
    let notes: [String]
    private let lock: DatabaseLock?
    private let durability: Durability

    private var rooms: [RoomName: Room] = [:]
    private var touched: [RoomName] = []
    private var people: [ObjectIdentifier: KnownPerson] = [:]
    private var sessions: [TokenHash: Int64] = [:]
    var book = VisitBook()

    /// The newest committed number.
    private(set) var lastNumber: UInt64
    /// Messages up to this number are in the search index.
    var searchUpto: UInt64
    /// Messages up to this number have their nonces in the nonce table.
    var nonceUpto: UInt64

    /// Opens the database, takes it for this server alone and makes its schema current.
    init(
        _ configuration: JournalConfiguration, origin: UInt64, now: Timestamp
    ) throws(DatabaseError) {
        do throws(DatabaseError) {
            if case .file(let path) = configuration.location {
                try DatabaseLock.prepareDirectories(of: path)
                lock = try DatabaseLock(databasePath: path)
                try DatabaseLock.prepareFile(path)
            } else {
                lock = nil
            }
            database = try Database(
                configuration.location, access: .readWrite, vfs: configuration.vfs)
            try JournalWriter.configure(database, configuration)
            notes = try Schema.prepare(database, origin: origin, now: now.milliseconds)
            sql = try WriterStatements(database)
            visits = try VisitStatements(database)
            self.server = configuration.server
            let state = try database.prepare(
                "SELECT origin, last_number, search_upto, nonce_upto FROM server")
            guard try state.step() else {
                throw DatabaseError(
                    .corrupt, operation: "cannot open the database", path: database.path,
                    reason: "it does not say which server it belongs to")
            }
            self.origin = UInt64(bitPattern: state.number(0))
            lastNumber = UInt64(clamping: state.number(1))
            searchUpto = UInt64(clamping: state.number(2))
            nonceUpto = UInt64(clamping: state.number(3))
            state.reset()
            durability = configuration.durability
        } catch {
            throw error.whileOpening
        }
    }

    private static func configure(
        _ database: Database, _ configuration: JournalConfiguration
    ) throws(DatabaseError) {
        guard !database.isReadOnly else {
            throw DatabaseError(
                .readOnly, operation: "cannot open the database", path: database.path,
                reason: "it cannot be written")
        }
        // Looks before it touches: what is not ours is left as it is.
        _ = try Schema.check(database)
        try database.execute("PRAGMA busy_timeout = 200; BEGIN IMMEDIATE; ROLLBACK")
        let mode: String
        switch (configuration.location, configuration.durability) {
        case (.memory, _): mode = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF"
        case (.file, .full): mode = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
        case (.file, .normal): mode = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"
        }
        // No memory map: there a disk's error is a signal, not a result.
        try database.execute(
            """
            \(mode);
            PRAGMA busy_timeout = 2000;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA journal_size_limit = 67108864;
            PRAGMA cache_size = -16384;
            PRAGMA temp_store = MEMORY;
            PRAGMA secure_delete = FAST;
            """)
    }

    /// The rooms there are; they are remembered.
    func openRooms() throws(DatabaseError) -> [JournalRoom] {
        let list = try database.prepare(
            "SELECT name, created_at, last_seq, topic, topic_by, topic_at, id FROM room ORDER BY id"
        )
        var known: [JournalRoom] = []
        while try list.step() {
            guard let room = list.room() else { continue }
            known.append(room)
            rooms[room.name] = Room(id: list.number(6), lastSeq: room.lastSeq)
        }
        return known
    }

    /// Moves everything from the log into the file.
    func checkpoint() throws(DatabaseError) {
        try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    // MARK: - Committing

    /// Commits records in one transaction. After a failure nothing of it is in the database; the
    /// same records may be given again, even those that a failed commit left behind.
    func commit(_ records: some Collection<JournalRecord>) throws(DatabaseError) {
        var newest = lastNumber
        var first: UInt64?
        var newestEvent = book.lastEvent
        try transaction { () throws(DatabaseError) in
            for record in records {
                switch record.content {
                case .message(let message, let nonce):
                    try insert(message, nonce)
                    if message.id.number > lastNumber {
                        first = min(first ?? .max, message.id.number)
                    }
                    newest = max(newest, message.id.number)
                case .topic(let room, let topic, let at): try setTopic(room, topic, at)
                case .session(let state): try save(state)
                case .sessionEnded(let token): try endSession(token)
                case .visit(let record):
                    newestEvent += 1
                    try keep(record, id: newestEvent)
                }
            }
            for name in touched {
                guard let room = rooms[name] else { continue }
                sql.touchRoom.bind(1, room.id)
                sql.touchRoom.bind(2, Int64(clamping: room.lastSeq))
                try sql.touchRoom.run()
                rooms[name]?.isTouched = false
            }
            touched.removeAll(keepingCapacity: true)
            try writeCounts()
            if newest != lastNumber {
                sql.setLastNumber.bind(1, Int64(clamping: newest))
                try sql.setLastNumber.run()
            }
        }
        // Numbers are left out at a server's start: there is nothing to index among them.
        if let first, first - 1 > lastNumber {
            if searchUpto == lastNumber { searchUpto = first - 1 }
            if nonceUpto == lastNumber { nonceUpto = first - 1 }
        }
        lastNumber = newest
        book.lastEvent = newestEvent
    }

    /// Runs `body` in a transaction; forgets what it learned when that fails.
    func transaction(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
        do {
            try sql.begin.run()
            try body()
            try sql.commit.run()
        } catch {
            database.rollBack()
            forget()
            throw error
        }
    }

    /// A transaction that may be lost with the power, for work that would simply be done again:
    /// it does not wait for the disk.
    func relaxedTransaction(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
        guard durability == .full, case .file = database.location else {
            return try transaction(body)
        }
        try sql.relax.run()
        defer { _ = try? sql.insist.run() }
        try transaction(body)
    }

    /// Drops what is remembered of the file.
    func forget() {
        rooms.removeAll()
        touched.removeAll()
        people.removeAll()
        sessions.removeAll()
        book.names.removeAll()
        book.counted.removeAll()
        book.timed.removeAll()
    }

    private func insert(_ message: Message, _ nonce: JournalNonce?) throws(DatabaseError) {
        let statement = sql.insertMessage
        statement.bind(1, Int64(clamping: message.id.number))
        if let room = message.room {
            statement.bind(2, try touch(room, message.seq, message.at))
        } else {
            statement.bindNull(2)
        }
        statement.bind(3, Int64(clamping: message.seq))
        statement.bind(4, try id(of: message.from))
        statement.bind(5, message.to?.text)
        statement.bind(6, Int64(message.kind.rawValue))
        statement.bind(7, message.at.milliseconds)
        statement.bind(8, message.text)
        statement.bind(9, message.clientTags.isEmpty ? nil : message.clientTags)
        statement.bind(
            10, message.id.origin == origin ? nil : Int64(bitPattern: message.id.origin))
        if let nonce {
            statement.bind(11, try id(of: nonce.token, at: message.at))
            statement.bind(12, nonce.nonce)
        } else {
            statement.bindNull(11)
            statement.bindNull(12)
        }
        try statement.run()
    }

    /// The room's row; notes that it has a message `seq`.
    private func touch(
        _ name: RoomName, _ seq: UInt64, _ at: Timestamp
    ) throws(DatabaseError) -> Int64 {
        if rooms[name] == nil { rooms[name] = try find(name, createdAt: at) }
        return rooms[name, default: Room(id: 0, lastSeq: 0)].advance(to: seq) {
            touched.append(name)
        }
    }

    private func find(_ name: RoomName, createdAt: Timestamp) throws(DatabaseError) -> Room {
        sql.findRoom.bind(1, name.folded.text)
        if try sql.findRoom.step() {
            defer { sql.findRoom.reset() }
            return Room(
                id: sql.findRoom.number(0), lastSeq: UInt64(clamping: sql.findRoom.number(1)))
        }
        sql.insertRoom.bind(1, name.folded.text)
        sql.insertRoom.bind(2, name.text)
        sql.insertRoom.bind(3, createdAt.milliseconds)
        try sql.insertRoom.run()
        return Room(id: database.lastInsertedRow, lastSeq: 0)
    }

    private func id(of person: Person) throws(DatabaseError) -> Int64 {
        let key = ObjectIdentifier(person)
        if let known = people[key] { return known.id }
        let found: Int64
        sql.findPerson.bind(person)
        if try sql.findPerson.step() {
            found = sql.findPerson.number(0)
            sql.findPerson.reset()
        } else {
            sql.insertPerson.bind(person)
            try sql.insertPerson.run()
            found = database.lastInsertedRow
        }
        if people.count >= JournalWriter.maxKnownPeople { people.removeAll() }
        people[key] = KnownPerson(person: person, id: found)
        return found
    }

    // MARK: - Rooms and sessions

    private func setTopic(
        _ name: RoomName, _ topic: Topic?, _ at: Timestamp
    ) throws(DatabaseError) {
        sql.setTopic.bind(1, try touch(name, 0, at))
        sql.setTopic.bind(2, topic?.text)
        sql.setTopic.bind(3, topic?.by)
        sql.setTopic.bind(4, topic?.at.milliseconds)
        try sql.setTopic.run()
    }

    private func id(of token: TokenHash, at: Timestamp) throws(DatabaseError) -> Int64 {
        if let known = sessions[token] { return known }
        let found: Int64
        sql.findSession.bind(1, token)
        if try sql.findSession.step() {
            found = sql.findSession.number(0)
            sql.findSession.reset()
        } else {
            sql.insertSession.bind(1, token)
            sql.insertSession.bind(2, at.milliseconds)
            try sql.insertSession.run()
            found = database.lastInsertedRow
        }
        if sessions.count >= JournalWriter.maxKnownSessions { sessions.removeAll() }
        sessions[token] = found
        return found
    }

    private func save(_ state: ResumeState) throws(DatabaseError) {
        sql.saveSession.bind(1, state.token)
        sql.saveSession.bind(2, state.nick.folded.text)
        sql.saveSession.bind(3, state.nick.text)
        sql.saveSession.bind(4, state.rooms.map(\.text).joined(separator: " "))
        sql.saveSession.bind(5, state.seenAt.milliseconds)
        try sql.saveSession.run()
    }

    private func endSession(_ token: TokenHash) throws(DatabaseError) {
        sql.endSession.bind(1, token)
        try sql.endSession.run()
    }
}

extension JournalWriter.Room {
    /// Notes a message; its room's row. `touched` is called on the first one in a transaction.
    fileprivate mutating func advance(to seq: UInt64, touched: () -> Void) -> Int64 {
        guard seq > lastSeq else { return id }
        lastSeq = seq
        if !isTouched {
            isTouched = true
            touched()
        }
        return id
    }
}

extension Statement {
    /// Binds whoever wrote to 1…5, in the order of the table.
    fileprivate func bind(_ person: Person) {
        bind(1, person.nick.folded.text)
        bind(2, person.nick.text)
        bind(3, person.user)
        bind(4, person.host)
        bind(5, person.realName)
    }

    /// The room in columns name, created_at, last_seq, topic, topic_by, topic_at; nil when its
    /// name is none by today's rules.
    func room() -> JournalRoom? {
        guard let name = try? RoomName(text(0)) else { return nil }
        return JournalRoom(
            name: name, createdAt: Timestamp(milliseconds: number(1)),
            lastSeq: UInt64(clamping: number(2)),
            topic: optionalText(3).map {
                Topic(text: $0, by: text(4), at: Timestamp(milliseconds: number(5)))
            })
    }
}
