// The loop of the journal's thread: commit what waits, try again what failed, and use the pauses for
// indexing and retention.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

final class JournalThread {
    /// So many records are worth a commit at once.
    static let worthwhile = 512
    /// The most records in one transaction; it bounds how long the first of them waits.
    static let maxBatch = 16_384
    static let firstRetry = Duration.milliseconds(50)
    static let lastRetry = Duration.seconds(2)

    private enum Work {
        case commit([JournalRecord], hasRoom: Bool)
        case tell([Journal.Settled])
        case erase(folded: String, done: Journal.ErasureResult)
        case maintain
        case stop
    }

    private let journal: Journal
    private let writer: JournalWriter
    private let events: JournalEvents
    private var maintenance: JournalMaintenance
    /// Not before this is a small commit made.
    private var nextCommit = Instant(nanoseconds: 0)

    init(_ journal: Journal, _ writer: JournalWriter, _ events: JournalEvents) {
        self.journal = journal
        self.writer = writer
        self.events = events
        maintenance = JournalMaintenance(
            writer, journal.configuration, reader: journal.reader, warned: events.warned)
    }

    func run() {
        for note in writer.notes { events.warned(note) }
        while true {
            switch nextWork() {
            case .commit(let batch, let hasRoom):
                guard commit(batch) else {
                    giveBack(batch)
                    return
                }
                if hasRoom { events.drained() }
                maintenance.committed()
            case .tell(let waiting): for settled in waiting { settled() }
            case .erase(let folded, let done): maintenance.erase(folded, done)
            case .maintain: maintenance.runSlice()
            case .stop: return maintenance.finish()
            }
        }
    }

    // MARK: - Waiting

    private func nextWork() -> Work {
        journal.queue.wait { queue in
            let now = SystemClock.instant()
            if !queue.records.isEmpty {
                let isWorthwhile = queue.records.count >= JournalThread.worthwhile
                let isAwaited = queue.closeBy != nil || !queue.settled.isEmpty
                guard isWorthwhile || isAwaited || now >= nextCommit else {
                    queue.wakeAt = JournalThread.worthwhile
                    return .wait(until: nextCommit)
                }
                return .ready(takeBatch(&queue))
            }
            if !queue.settled.isEmpty { return .ready(.tell(queue.takeSettled())) }
            if !queue.erasures.isEmpty {
                let (folded, done) = queue.erasures.removeFirst()
                return .ready(.erase(folded: folded, done: done))
            }
            if queue.wantsIndex {
                queue.wantsIndex = false
                maintenance.indexNow()
            }
            if queue.closeBy != nil { return .ready(.stop) }
            let due = maintenance.due
            if due <= now { return .ready(.maintain) }
            queue.wakeAt = 1
            return .wait(until: due)
        }
    }

    private func takeBatch(_ queue: inout Journal.Queue) -> Work {
        var batch: [JournalRecord] = []
        if queue.records.count <= JournalThread.maxBatch {
            swap(&batch, &queue.records)
            queue.bytes = 0
        } else {
            batch = Array(queue.records.prefix(JournalThread.maxBatch))
            queue.records.removeFirst(JournalThread.maxBatch)
            for record in batch { queue.bytes -= record.bytes }
        }
        let configuration = journal.configuration
        let hasRoom =
            queue.isFull && queue.records.count <= configuration.maxQueuedRecords / 2
            && queue.bytes <= configuration.maxQueuedBytes / 2
        if hasRoom { queue.isFull = false }
        return .commit(batch, hasRoom: hasRoom)
    }

    // MARK: - Committing

    /// Commits a batch, however often that has to be tried; false when the journal was closed while
    /// it failed.
    private func commit(_ batch: [JournalRecord]) -> Bool {
        var delay = JournalThread.firstRetry
        while true {
            let began = SystemClock.instant()
            nextCommit = began + journal.configuration.commitInterval
            do throws(DatabaseError) {
                try writer.commit(batch)
                let time = SystemClock.instant() - began
                journal.queue.withLock { queue in
                    queue.lastCommitted = writer.lastNumber
                    queue.counts.committed += UInt64(batch.count)
                    queue.counts.commits.add(time)
                }
                change(to: .healthy)
                events.committed(batch)
                return true
            } catch {
                change(to: .failing(error.reason))
                for settled in journal.queue.withLock({ $0.takeSettled() }) { settled() }
                guard pause(delay) else { return false }
                delay = min(delay * 2, JournalThread.lastRetry)
            }
        }
    }

    private func change(to state: JournalState) {
        let isNew = journal.queue.withLock { queue in
            defer { queue.state = state }
            return queue.state != state
        }
        if isNew { events.stateChanged(state) }
    }

    /// Waits before another try; false when there is no more patience.
    private func pause(_ delay: Duration) -> Bool {
        let until = SystemClock.instant() + delay
        return journal.queue.wait { queue in
            let now = SystemClock.instant()
            if let end = queue.closeBy, now >= end { return .ready(false) }
            queue.wakeAt = .max
            return now >= until ? .ready(true) : .wait(until: min(until, queue.closeBy ?? until))
        }
    }

    /// The batch could not be committed before the end: it is counted among what waits.
    private func giveBack(_ batch: [JournalRecord]) {
        journal.queue.withLock { $0.records.insert(contentsOf: batch, at: 0) }
    }
}
