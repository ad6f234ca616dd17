// What a long past costs: a database is filled through the journal, as a server fills it, and then
// opened, paged through and searched. Questions are asked in this process, one at a time, and timed
// until the answer is there; they are answered on the reader's thread, on the servers' processor.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLoad
import ChatCore
import ChatIO
import ChatJournal
import Glibc

/// One database with many messages.
struct PastMeasurement {
    private static let roomCount = 10
    private static let people = 200
    /// A word that is in every so many messages, and nowhere else.
    private static let rareWord = "xylorimba"
    private static let rareEvery = 50_000
    /// One message of so many has no spaces between its words, and one an emoji.
    private static let runEvery = 4
    private static let emojiEvery = 1000

    private let messages: Int
    private let placement: Placement
    private let path: String
    private var vocabulary = Vocabulary()
    private let rooms: [RoomName]

    /// - Parameter directory: where the database is made.
    init(messages: Int, placement: Placement, directory: String) throws {
        self.messages = messages
        self.placement = placement
        path = directory + "/past.db"
        rooms = try (0..<PastMeasurement.roomCount).map { try RoomName("#r\($0)") }
    }

    /// All figures. `startServer` is to start a server with that database and end it, and says how
    /// many milliseconds it took to listen.
    mutating func rows(startServer: (String) throws -> Double) throws -> [Row] {
        var rows = [try build()]
        var opening = Row(subject: "open", title: "the database opened")
        for _ in 0..<5 {
            let start = monotonicNanoseconds()
            let journal = try open()
            opening.add(secondsSince(start))
            guard journal.opening.lastNumber == UInt64(messages) else {
                throw BenchError("\(journal.opening.lastNumber) of \(messages) messages are there")
            }
            _ = journal.close()
        }
        opening.addWorst()
        var starting = Row(subject: "serve", title: "a server started, until it listens")
        for _ in 0..<5 {
            starting.rounds.append(Round(figures: [.milliseconds: try startServer(path)]))
        }
        starting.addWorst()
        rows += [opening, starting]
        let journal = try open()
        defer { _ = journal.close() }
        rows.append(try page(journal))
        let common = vocabulary.words[0]
        let two = "\(vocabulary.words[1]) \(vocabulary.words[2])"
        let scattered = "\(vocabulary.words[40]) \(vocabulary.words[90])"
        for (name, words) in [
            ("rare", "a rare word"), ("common", "a common word"), ("two", "two common words"),
            ("scattered", "two less common words"),
        ] {
            let text =
                switch name {
                case "rare": PastMeasurement.rareWord
                case "common": common
                case "two": two
                default: scattered
                }
            rows.append(
                try search(
                    journal, text, in: rooms,
                    Row(subject: "search_\(name)", title: "\(words), all rooms")))
            rows.append(
                try search(
                    journal, text, in: Array(rooms.prefix(1)),
                    Row(subject: "search_\(name)_room", title: "\(words), one room")))
        }
        // A single character that nearly every message has is no word: it is shown, and no target.
        for (subject, title, text) in [
            ("search_pair", "two common characters", "一丁"),
            ("search_four", "four characters", "一七丁万"), ("search_emoji", "an emoji", "🎉"),
            ("one_character", "a common character", "一"),
        ] {
            rows.append(
                try search(
                    journal, text, in: rooms, Row(subject: subject, title: "\(title), all rooms")))
        }
        return rows
    }

    // MARK: Filling

    private func open() throws -> Journal {
        // Threads start where the one is that starts them.
        let processor = placement.serverProcessor
        if processor >= 0 { _ = cload_pin(processor) }
        defer { try? placement.pinLoadGenerator() }
        let journal = try Journal(
            JournalConfiguration(location: .file(path)), origin: 1, now: SystemClock.wall())
        guard journal.start(JournalEvents()) else { throw BenchError("no more threads") }
        return journal
    }

    /// Messages a second, their words indexed.
    private mutating func build() throws -> Row {
        let people = try (0..<PastMeasurement.people).map {
            Person(nick: try Nickname("user\($0)"), user: "~u", host: "json", realName: "")
        }
        let texts = (0..<20_000).map { _ in vocabulary.text(bytes: 100) }
        let runs = (0..<20_000).map { _ in vocabulary.run(characters: 33) }
        // Thirty days up to now.
        let step = 30 * 86_400_000 / Int64(messages)
        let first = SystemClock.wall().milliseconds - Int64(messages) * step
        let journal = try open()
        defer { _ = journal.close() }
        var seqs = [UInt64](repeating: 0, count: rooms.count)
        var batch: [JournalRecord] = []
        let deadline = Deadline(in: 60)
        let start = monotonicNanoseconds()
        for number in 1...messages {
            let room = Int(vocabulary.random(below: UInt64(rooms.count)))
            seqs[room] += 1
            var text =
                number % PastMeasurement.runEvery == 0
                ? runs[number / PastMeasurement.runEvery % runs.count]
                : texts[number % texts.count]
            if number % PastMeasurement.emojiEvery == 0 { text += "🎉" }
            if number % PastMeasurement.rareEvery == 0 { text += " " + PastMeasurement.rareWord }
            let message = Message(
                id: MessageID(origin: 1, number: UInt64(number)), room: rooms[room],
                seq: seqs[room], from: people[Int(vocabulary.random(below: 200))], kind: .text,
                text: text, at: Timestamp(milliseconds: first + Int64(number) * step))
            batch.append(JournalRecord(.message(message, nonce: nil)))
            if batch.count == 256 || number == messages {
                if deadline.hasPassed { throw BenchError("filling took more than a minute") }
                var capacity = journal.append(batch)
                batch.removeAll(keepingCapacity: true)
                while capacity == .full {
                    usleep(500)
                    capacity = journal.waiting > 8192 ? .full : .accepted
                }
            }
        }
        while journal.waiting > 0, !deadline.hasPassed { usleep(500) }
        while try !ask({ journal.search(SearchQuery("none", rooms: rooms), completion: $0) })
            .isCurrent
        {
            if deadline.hasPassed { throw BenchError("indexing took more than a minute") }
        }
        return Row(
            subject: "fill", title: "filled and indexed",
            rounds: [Round(figures: [.messagesPerSecond: Double(messages) / secondsSince(start)])])
    }

    // MARK: Asking

    private mutating func page(_ journal: Journal) throws -> Row {
        var row = Row(subject: "history", title: "a page of 100 of the history")
        let newest = UInt64(messages / rooms.count)
        for _ in 0..<200 {
            let room = rooms[Int(vocabulary.random(below: UInt64(rooms.count)))]
            let seq = 200 + vocabulary.random(below: newest - 1000)
            let query = HistoryQuery(room: room, bound: .before(.seq(seq)), limit: 100)
            let start = monotonicNanoseconds()
            let page = try ask { journal.reader.history(query, completion: $0) }
            row.add(secondsSince(start))
            guard page.messages.count == 100, page.messages.last?.seq == seq - 1 else {
                throw BenchError("a page before \(seq) had \(page.messages.count) messages")
            }
        }
        row.addWorst()
        return row
    }

    private func search(
        _ journal: Journal, _ text: String, in rooms: [RoomName], _ row: Row
    ) throws -> Row {
        var row = row
        row.title = "search: \(row.title)"
        for _ in 0..<15 {
            let query = SearchQuery(text, rooms: rooms, limit: 20)
            let start = monotonicNanoseconds()
            let page = try ask { journal.search(query, completion: $0) }
            row.add(secondsSince(start))
            row.remark = "\(page.hits.count) found"
            let isRare = text == PastMeasurement.rareWord && rooms.count == self.rooms.count
            let most = min(20, messages / PastMeasurement.rareEvery)
            guard page.isCurrent, isRare ? page.hits.count == most : true else {
                throw BenchError("a search found \(page.hits.count) of \(most)")
            }
        }
        row.addWorst()
        return row
    }

    /// Asks and waits for the answer.
    private func ask<Answer: Sendable>(
        _ question: (@escaping @Sendable (Result<Answer, DatabaseError>) -> Void) -> Void
    ) throws -> Answer {
        let reply = Reply<Answer>()
        question { reply.give($0) }
        return try reply.wait().get()
    }
}

extension Row {
    fileprivate mutating func add(_ seconds: Double) {
        rounds.append(Round(figures: [.milliseconds: seconds * 1e3]))
    }

    /// Adds the slowest of all rounds as a figure of its own.
    fileprivate mutating func addWorst() {
        let worst = rounds.compactMap { $0.figures[.milliseconds] }.max()
        rounds.append(Round(figures: worst.map { [.worstMilliseconds: $0] } ?? [:]))
    }
}

/// An answer that one thread waits for and another gives, once.
// Sendable: the answer is behind a lock, and semaphores are there for threads.
private final class Reply<Answer: Sendable>: @unchecked Sendable {
    private let isThere = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let answer = Locked<Result<Answer, DatabaseError>?>(nil)

    init() {
        isThere.initialize(to: sem_t())
        sem_init(isThere, 0, 0)
    }

    deinit {
        sem_destroy(isThere)
        isThere.deallocate()
    }

    func give(_ result: Result<Answer, DatabaseError>) {
        answer.withLock { $0 = result }
        sem_post(isThere)
    }

    func wait() throws -> Result<Answer, DatabaseError> {
        while sem_wait(isThere) != 0 {}
        guard let result = answer.withLock({ $0 }) else { throw BenchError("no answer") }
        return result
    }
}
