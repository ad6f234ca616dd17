// What the journal's tests share: a directory that goes away, people and messages, and a journal whose
// events are kept for looking at.
// SPDX-License-Identifier: GPL-3.0-or-later
import CFaultVFS
import ChatCore
import ChatIO
import ChatJournal
import Glibc
import Testing

/// A directory for one test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/chatkit-test-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, mkdtemp(base) != nil else { return "" }
            return String(cString: base)
        }
        precondition(!path.isEmpty, "no temporary directory")
    }

    deinit { TemporaryDirectory.remove(path) }

    func file(_ name: String = "test.db") -> String { path + "/" + name }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

/// A journal and everything it told.
final class JournalHarness: Sendable {
    struct Told {
        var committed: [JournalRecord] = []
        var batches: [Int] = []
        var states: [JournalState] = []
        var drained = 0
        var warnings: [String] = []
    }

    let journal: Journal
    let told: Locked<Told>
    private let isGated: Locked<Bool>

    /// - Parameter gated: the journal's thread stands still after its first commit until `release`.
    init(
        _ configuration: JournalConfiguration, origin: UInt64 = 7, gated: Bool = false,
        now: Timestamp = SystemClock.wall()
    ) throws {
        journal = try Journal(configuration, origin: origin, now: now)
        let told = Locked(Told())
        let gate = Locked(gated)
        self.told = told
        isGated = gate
        let started = journal.start(
            JournalEvents(
                committed: { records in
                    told.withLock {
                        $0.committed += records
                        $0.batches.append(records.count)
                    }
                    while gate.withLock({ $0 }) { usleep(200) }
                },
                stateChanged: { state in told.withLock { $0.states.append(state) } },
                drained: { told.withLock { $0.drained += 1 } },
                warned: { warning in told.withLock { $0.warnings.append(warning) } }))
        #expect(started)
    }

    func release() { isGated.withLock { $0 = false } }

    var committed: [JournalRecord] { told.withLock { $0.committed } }

    /// Waits for something that other threads bring about; false when it does not come.
    func waits(until condition: () -> Bool) -> Bool { waitUntil(condition) }

    func append(_ messages: [Message]) {
        _ = journal.append(messages.map { JournalRecord(.message($0, nonce: nil)) })
    }

    /// Appends and waits until it is committed.
    func commit(_ messages: [Message]) {
        let expected = committed.count + messages.count
        append(messages)
        #expect(waitUntil { committed.count == expected })
    }

    func search(_ query: SearchQuery) throws -> SearchPage {
        try answer { journal.search(query, completion: $0) }
    }

    func history(_ query: HistoryQuery) throws -> HistoryPage {
        try answer { journal.reader.history(query, completion: $0) }
    }

    func erase(_ nick: String) throws -> Int {
        let count = Locked<Int?>(nil)
        journal.erase(author: try Nickname(nick)) { found in count.withLock { $0 = found } }
        #expect(waitUntil { count.withLock { $0 != nil } })
        return count.withLock { $0 ?? -1 }
    }
}

func waitUntil(_ condition: () -> Bool) -> Bool {
    let deadline = SystemClock.instant() + .seconds(30)
    while !condition() {
        if SystemClock.instant() > deadline { return false }
        usleep(500)
    }
    return true
}

/// The result of a question that is answered on another thread.
func answer<Answer: Sendable>(
    _ ask: (@escaping @Sendable (Result<Answer, DatabaseError>) -> Void) -> Void
) throws -> Answer {
    let result = Locked<Result<Answer, DatabaseError>?>(nil)
    ask { answer in result.withLock { $0 = answer } }
    #expect(waitUntil { result.withLock { $0 != nil } })
    return try #require(result.withLock { $0 }).get()
}

/// Makes numbered messages as a hub would.
struct Author {
    var number: UInt64 = 0
    var seqs: [RoomName: UInt64] = [:]
    /// The time of the next message, in milliseconds since 1970.
    var clock: Int64 = SystemClock.wall().milliseconds
    private var people: [String: Person] = [:]

    mutating func person(_ nick: String) throws -> Person {
        if let known = people[nick] { return known }
        let person = Person(
            nick: try Nickname(nick), user: "~json", host: "json", realName: "Real \(nick)")
        people[nick] = person
        return person
    }

    mutating func says(
        _ text: String, _ nick: String = "ann", in room: String = "#lobby",
        kind: MessageKind = .text, tags: String = ""
    ) throws -> Message {
        number += 1
        clock += 1
        let name = try RoomName(room)
        seqs[name, default: 0] += 1
        return Message(
            id: MessageID(origin: 7, number: number), room: name, seq: seqs[name, default: 0],
            from: try person(nick), kind: kind, text: text, at: Timestamp(milliseconds: clock),
            clientTags: tags)
    }

    mutating func whispers(
        _ text: String, _ nick: String = "ann", to: String = "bob"
    ) throws -> Message {
        number += 1
        clock += 1
        return Message(
            id: MessageID(origin: 7, number: number), room: nil, seq: 0,
            from: try person(nick), to: try Nickname(to), kind: .text, text: text,
            at: Timestamp(milliseconds: clock))
    }

    mutating func many(_ count: Int, in room: String = "#lobby") throws -> [Message] {
        try (0..<count).map { try says("message \($0)", in: room) }
    }
}

/// A file system layer that fails on demand, with a name of its own.
// Sendable: the layer underneath may be used by any thread.
struct FaultLayer: @unchecked Sendable {
    let name = "fault-" + Entropy.token()
    private let vfs: OpaquePointer

    init() throws { vfs = try #require(fault_vfs_register(name)) }

    func arm(_ kind: fault_kind, at n: Int, persists: Bool = false) {
        fault_vfs_arm(vfs, kind, Int32(n), persists ? 1 : 0)
    }

    func disarm() { fault_vfs_disarm(vfs) }
    var failures: Int { Int(fault_vfs_failures(vfs)) }
    func setReadOnly(_ isReadOnly: Bool) { fault_vfs_set_read_only(vfs, isReadOnly ? 1 : 0) }
}

extension HistoryPage {
    var seqs: [UInt64] { messages.map(\.seq) }
    var texts: [String] { messages.map(\.text) }
}

extension SearchPage {
    var texts: [String] { hits.map(\.message.text) }
}

extension [JournalRecord] {
    /// The messages among them.
    var messages: [Message] {
        compactMap { if case .message(let message, _) = $0.content { message } else { nil } }
    }
}
