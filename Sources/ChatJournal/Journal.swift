// The journal's front: a bounded queue that every thread may append to, and the thread that commits
// what waits in it. Invariants: records are committed in the order in which they were appended, each
// once; nothing is dropped; `committed` is told of a record after it is in the file, never before.
// Message numbers must grow from record to record.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// One database being written.
package final class Journal: Sendable {
    /// What erasing an author came to.
    package typealias ErasureResult = @Sendable (Int) -> Void

    typealias Settled = @Sendable () -> Void

    struct Queue {
        var records: [JournalRecord] = []
        var bytes = 0
        /// Whether a caller was told `.full` and not yet `drained`.
        var isFull = false
        var state = JournalState.healthy
        var lastCommitted: UInt64
        var erasures: [(folded: String, done: ErasureResult)] = []
        /// Called when nothing waits any more.
        var settled: [Settled] = []
        /// Somebody wants to search: index now, not when it is worth it.
        var wantsIndex = false
        /// So many records have to wait before the thread is woken for them.
        var wakeAt = 1
        /// When set, no more than this is waited for a failing database.
        var closeBy: Instant?
        var thread: Thread?
        var counts = JournalCounts()

        mutating func takeSettled() -> [Settled] {
            defer { settled = [] }
            return settled
        }
    }

    package let configuration: JournalConfiguration
    /// What was found in the database when it was opened.
    package let opening: JournalOpening
    /// Answers questions about what was committed.
    package let reader: JournalReader
    let queue: Monitor<Queue>
    /// Used by the journal's thread alone, once that runs.
    private let writer = Locked<JournalWriter?>(nil)

    /// Opens the database, creating it and its directory when missing. Nothing is committed before
    /// `start`.
    /// - Parameters:
    ///   - origin: this server's part of message ids, if the database is new.
    package init(
        _ configuration: JournalConfiguration, origin: UInt64, now: Timestamp
    ) throws(DatabaseError) {
        let writer = try JournalWriter(configuration, origin: origin, now: now)
        do throws(DatabaseError) {
            try writer.accountForServed(now: now)
            let queries = try JournalQueries(
                Database(configuration.location, access: .readOnly, vfs: configuration.vfs))
            let calendar = LocalCalendar.system
            opening = JournalOpening(
                origin: writer.origin, lastNumber: writer.lastNumber,
                rooms: try writer.openRooms(),
                lastVisit: UInt64(clamping: try writer.lastVisit()),
                openVisits: try writer.openVisits(),
                figures: try queries.figures(
                    day: calendar.day(of: now), month: calendar.month(of: now)))
            reader = JournalReader(queries)
        } catch {
            throw error.whileOpening
        }
        self.configuration = configuration
        queue = Monitor(Queue(lastCommitted: opening.lastNumber))
        self.writer.withLock { $0 = writer }
        reader.indexed(upTo: writer.searchUpto)
    }

    /// Starts committing; false when the system has no more threads. Call once.
    package func start(_ events: JournalEvents) -> Bool {
        guard reader.start() else { return false }
        let thread = Thread(name: "journal") { [self] in
            guard let writer = writer.withLock({ $0.take() }) else { return }
            JournalThread(self, writer, events).run()
        }
        queue.withLock { $0.thread = thread }
        return thread != nil
    }

    /// Takes records over; they are never dropped. May be called by any thread, and keeps the
    /// order of calls.
    package func append(_ records: [JournalRecord]) -> JournalCapacity {
        let (mustWake, capacity) = queue.withLock { queue in
            queue.records.append(contentsOf: records)
            for record in records { queue.bytes += record.bytes }
            if queue.records.count >= configuration.maxQueuedRecords
                || queue.bytes >= configuration.maxQueuedBytes
            {
                queue.isFull = true
            }
            return (
                queue.records.count >= queue.wakeAt,
                queue.isFull ? JournalCapacity.full : .accepted
            )
        }
        if mustWake { queue.signal() }
        return capacity
    }

    /// Erases everything that this nick has written until now; `done` is told how many messages
    /// that were, on the journal's thread, when they are gone from the file.
    package func erase(author: Nickname, done: @escaping ErasureResult) {
        queue.withLock {
            $0.erasures.append((author.folded.text, done))
            $0.wakeAt = 1
        }
        queue.signal()
    }

    /// Whether records are being committed.
    package var state: JournalState { queue.withLock { $0.state } }

    /// Records waiting to be committed.
    package var waiting: Int { queue.withLock { $0.records.count } }

    /// What was committed since the start, and what waits.
    package var counts: JournalCounts {
        queue.withLock { queue in
            var counts = queue.counts
            counts.waiting = queue.records.count
            return counts
        }
    }

    /// Searches what was committed before this call; `completion` runs on the reader's thread.
    package func search(
        _ query: SearchQuery,
        completion: @escaping @Sendable (Result<SearchPage, DatabaseError>) -> Void
    ) {
        let committed = queue.withLock {
            $0.wantsIndex = true
            return $0.lastCommitted
        }
        queue.signal()
        reader.search(query, committed: committed, completion: completion)
    }

    /// The figures of everything that was appended before this call, or of what is committed where the
    /// database fails; `completion` runs on the reader's thread.
    package func statistics(
        _ question: StatisticsQuestion, completion: @escaping @Sendable (HubLoaded) -> Void
    ) {
        let ask: Settled = { [reader] in reader.statistics(question, completion: completion) }
        let canSettle = queue.withLock { queue in
            guard queue.state == .healthy else { return false }
            queue.settled.append(ask)
            queue.wakeAt = 1
            return true
        }
        if canSettle { queue.signal() } else { ask() }
    }

    /// Commits everything that waits, closes the database and ends the threads. A failing database
    /// is given up after `patience`.
    /// - Returns: how many records could not be committed; none of them was acked.
    package func close(patience: Duration = .seconds(5)) -> Int {
        let thread = queue.withLock { queue in
            queue.closeBy = SystemClock.instant() + patience
            defer { queue.thread = nil }
            return queue.thread
        }
        queue.signal()
        reader.close()
        thread?.join()
        writer.withLock { $0 = nil }
        return waiting
    }
}
