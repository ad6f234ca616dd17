// Answers questions about the past on its own thread and connection, so that neither an event loop nor
// the journal waits for a disk. Questions are answered in order, except for searches, which wait until
// the words of what was committed before them are indexed, though not for long.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// The thread that reads.
package final class JournalReader: Sendable {
    /// Questions waiting before new ones are refused.
    static let maxWaiting = 10_000
    /// How long a search waits for the index.
    static let patience = Duration.milliseconds(250)

    private typealias Job = (JournalQueries) -> Void

    private struct ParkedSearch {
        let committed: UInt64
        let until: Instant
        let run: @Sendable (JournalQueries, _ isCurrent: Bool) -> Void
    }

    private struct State {
        var jobs: [@Sendable (JournalQueries) -> Void] = []
        var searches: [ParkedSearch] = []
        var indexedUpto: UInt64 = 0
        var isClosed = false
        var thread: Thread?
    }

    private let state = Monitor(State())
    /// Used by the reader's thread alone, once that runs.
    private let queries = Locked<JournalQueries?>(nil)
    private let path: String

    init(_ queries: JournalQueries) {
        path = queries.database.path
        self.queries.withLock { $0 = queries }
    }

    func start() -> Bool {
        let thread = Thread(name: "journal-reader") { [self] in
            guard let queries = queries.withLock({ $0.take() }) else { return }
            run(queries)
        }
        state.withLock { $0.thread = thread }
        return thread != nil
    }

    /// Answers what was asked, then ends.
    func close() {
        let thread = state.withLock { state in
            state.isClosed = true
            defer { state.thread = nil }
            return state.thread
        }
        state.signal()
        thread?.join()
        queries.withLock { $0 = nil }
    }

    /// The words of messages up to here can be found.
    func indexed(upTo number: UInt64) {
        let mustWake = state.withLock {
            $0.indexedUpto = number
            return !$0.searches.isEmpty
        }
        if mustWake { state.signal() }
    }

    // MARK: - Questions; each completion runs on the reader's thread

    package func history(
        _ query: HistoryQuery,
        completion: @escaping @Sendable (Result<HistoryPage, DatabaseError>) -> Void
    ) {
        ask({ (queries) throws(DatabaseError) in try queries.history(query) }, completion)
    }

    /// When each of these rooms last had a message, newest first: only those between the two times,
    /// both left out.
    package func lastTimes(
        of rooms: [RoomName], after: Timestamp, before: Timestamp, limit: Int,
        completion: @escaping @Sendable (Result<[(RoomName, Timestamp)], DatabaseError>) -> Void
    ) {
        ask(
            { (queries) throws(DatabaseError) in
                try queries.lastTimes(of: rooms, after: after, before: before, limit: limit)
            }, completion)
    }

    /// What a resume token stands for; nil when it is unknown or has ended.
    package func resume(
        _ token: TokenHash,
        completion: @escaping @Sendable (Result<ResumeState?, DatabaseError>) -> Void
    ) {
        ask({ (queries) throws(DatabaseError) in try queries.resume(token) }, completion)
    }

    /// The newest nonces of a token since a time (31 days ago at most), oldest first.
    package func nonces(
        of token: TokenHash, since: Timestamp, limit: Int,
        completion: @escaping @Sendable (Result<[StoredNonce], DatabaseError>) -> Void
    ) {
        ask(
            { (queries) throws(DatabaseError) in
                try queries.nonces(of: token, since: since, limit: limit)
            }, completion)
    }

    /// What became of one nonce since a time; nil when it was not used.
    package func accepted(
        _ nonce: JournalNonce, since: Timestamp,
        completion: @escaping @Sendable (Result<Accepted?, DatabaseError>) -> Void
    ) {
        ask(
            { (queries) throws(DatabaseError) in
                try queries.nonces(of: nonce.token, since: since, limit: 1, only: nonce.nonce)
                    .first?.accepted
            }, completion)
    }

    /// Every room that ever had a message or a topic.
    package func rooms(
        completion: @escaping @Sendable (Result<[JournalRoom], DatabaseError>) -> Void
    ) {
        ask({ (queries) throws(DatabaseError) in try queries.rooms() }, completion)
    }

    /// The visit that a ticket was given for; nil when there is none.
    package func visit(
        ticket: TokenHash,
        completion: @escaping @Sendable (Result<StoredVisit?, DatabaseError>) -> Void
    ) {
        ask({ (queries) throws(DatabaseError) in try queries.visit(ticket: ticket) }, completion)
    }

    /// The figures of a day, of a month, and of all times.
    package func figures(
        day: Range<Timestamp>, month: Range<Timestamp>,
        completion: @escaping @Sendable (Result<DeskFigures, DatabaseError>) -> Void
    ) {
        ask(
            { (queries) throws(DatabaseError) in
                try queries.figures(day: day, month: month)
            }, completion)
    }

    /// The figures of the visits, as JSON, or why there are none.
    package func statistics(
        _ question: StatisticsQuestion, completion: @escaping @Sendable (HubLoaded) -> Void
    ) {
        ask(
            { (queries) throws(DatabaseError) in
                try StatisticsDatabase.json(queries, question)
            },
            { result in
                switch result {
                case .success(let loaded): completion(loaded)
                case .failure(let error): completion(.failed(error.reason))
                }
            })
    }

    func search(
        _ query: SearchQuery, committed: UInt64,
        completion: @escaping @Sendable (Result<SearchPage, DatabaseError>) -> Void
    ) {
        let search = ParkedSearch(
            committed: committed, until: SystemClock.instant() + JournalReader.patience
        ) { queries, isCurrent in
            completion(
                queries.answer { (queries) throws(DatabaseError) in
                    try queries.search(query, isCurrent: isCurrent)
                })
        }
        submit({ $0.searches.append(search) }, completion)
    }

    private func ask<Answer>(
        _ question: @escaping @Sendable (JournalQueries) throws(DatabaseError) -> Answer,
        _ completion: @escaping @Sendable (Result<Answer, DatabaseError>) -> Void
    ) {
        submit({ $0.jobs.append { completion($0.answer(question)) } }, completion)
    }

    private func submit<Answer>(
        _ put: (inout State) -> Void,
        _ completion: @Sendable (Result<Answer, DatabaseError>) -> Void
    ) {
        let isTaken = state.withLock {
            let isOpen =
                !$0.isClosed && $0.jobs.count + $0.searches.count < JournalReader.maxWaiting
            if isOpen { put(&$0) }
            return isOpen
        }
        guard !isTaken else { return state.signal() }
        completion(
            .failure(
                DatabaseError(
                    .overloaded, operation: "cannot read the database", path: path,
                    reason: "too many questions are waiting")))
    }

    // MARK: - The thread

    private func run(_ queries: JournalQueries) {
        while let jobs = next() {
            for job in jobs { job(queries) }
        }
    }

    private func next() -> [Job]? {
        state.wait { state in
            let now = SystemClock.instant()
            var ready: [Job] = []
            for job in state.jobs { ready.append(job) }
            state.jobs.removeAll(keepingCapacity: true)
            var waiting: [ParkedSearch] = []
            for search in state.searches {
                let isCurrent = search.committed <= state.indexedUpto
                if isCurrent || now >= search.until || state.isClosed {
                    ready.append { search.run($0, isCurrent) }
                } else {
                    waiting.append(search)
                }
            }
            state.searches = waiting
            if !ready.isEmpty { return .ready(ready) }
            if state.isClosed { return .ready(nil) }
            return .wait(until: waiting.map(\.until).min() ?? .distantFuture)
        }
    }
}
