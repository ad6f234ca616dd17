// What the journal does between commits, a slice of about two milliseconds at a time: indexing first,
// then erasures, retention and the merging of the search index. Confined to the journal's thread.
// Order matters: retention and erasures begin when all nonces are indexed, and a failure makes it all
// wait, never the commits.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

struct JournalMaintenance {
    /// How long new messages wait for company before they are indexed.
    static let indexDelay = Duration.milliseconds(100)
    /// So many are indexed without waiting.
    static let worthwhile: UInt64 = 512
    /// Numbers indexed in one slice. Larger ones are cheaper in all: taken when far behind.
    static let slice: UInt64 = 512
    static let largeSlice: UInt64 = 4096
    /// More nonces than this never wait: a resuming client has those looked through one by one.
    static let maxNonceLag: UInt64 = 32_768
    /// More words than this never wait, however busy the journal is.
    static let maxSearchLag: UInt64 = 1_000_000
    /// Messages that retention or an erasure takes in one slice.
    static let swept = 128
    /// Between two slices of retention while the journal is busy.
    static let sweepPause = Duration.milliseconds(20)
    /// Pages of the search index merged in one slice.
    static let mergedPages: Int64 = 32
    /// New parts of the search index after which merging begins when there is time.
    static let partsToMerge = 8
    /// New parts after which merging does not wait: every part makes each search slower.
    static let maxParts = 128
    static let pauseAfterFailure = Duration.seconds(2)

    private let writer: JournalWriter
    private let configuration: JournalConfiguration
    private let reader: JournalReader
    private let warned: @Sendable (String) -> Void

    private var sweeps: [JournalWriter.Sweep] = []
    private var nextSweep: Instant
    private var nextSweepSlice = Instant(nanoseconds: 0)
    private var indexBy: Instant?
    /// Of an earlier run there may be parts as well.
    private var newParts = JournalMaintenance.partsToMerge
    /// Whether erasures are under way in the file; there may be one of an earlier run.
    private var isErasing = true
    /// Erasures that are not noted in the file yet.
    private var wanted: [String] = []
    private var waiting: [String: [Journal.ErasureResult]] = [:]
    /// Erased, but not yet gone from the search index and the log.
    private var erased: [(count: Int, done: [Journal.ErasureResult])] = []
    private var notBefore = Instant(nanoseconds: 0)

    init(
        _ writer: JournalWriter, _ configuration: JournalConfiguration, reader: JournalReader,
        warned: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.configuration = configuration
        self.reader = reader
        self.warned = warned
        nextSweep = SystemClock.instant()
    }

    /// When there is something to do.
    var due: Instant {
        var due = min(nextSweep, indexBy ?? .distantFuture)
        if isErasing || !wanted.isEmpty || !erased.isEmpty || !sweeps.isEmpty || isIndexWorthwhile
            || newParts >= JournalMaintenance.partsToMerge
        {
            due = Instant(nanoseconds: 0)
        }
        return max(due, notBefore)
    }

    private var isIndexWorthwhile: Bool { writer.searchLag >= JournalMaintenance.worthwhile }

    /// Something was committed; the queue may have more.
    mutating func committed() {
        let now = SystemClock.instant()
        if indexBy == nil { indexBy = now + JournalMaintenance.indexDelay }
        guard now >= notBefore else { return }
        attempt { (maintenance) throws(DatabaseError) in
            let writer = maintenance.writer
            if writer.nonceLag > JournalMaintenance.maxNonceLag {
                try writer.indexNonces(limit: 2 * JournalMaintenance.largeSlice)
            }
            if writer.searchLag > JournalMaintenance.maxSearchLag {
                try maintenance.indexWords(JournalMaintenance.largeSlice)
                if maintenance.newParts >= JournalMaintenance.maxParts {
                    _ = try maintenance.merge(16 * JournalMaintenance.mergedPages)
                }
            }
            if !maintenance.sweeps.isEmpty, now >= maintenance.nextSweepSlice {
                try maintenance.sweepSlice()
            }
        }
    }

    /// Somebody wants to search.
    mutating func indexNow() {
        if writer.searchLag > 0 { indexBy = Instant(nanoseconds: 0) }
    }

    /// Erases an author; `done` is told how many messages that were.
    mutating func erase(_ folded: String, _ done: @escaping Journal.ErasureResult) {
        waiting[folded, default: []].append(done)
        wanted.append(folded)
    }

    /// Does the most urgent slice.
    mutating func runSlice() {
        attempt { (maintenance) throws(DatabaseError) in try maintenance.slice() }
    }

    /// Nothing more comes: leaves the indexes complete if that is soon done.
    mutating func finish() {
        attempt { (maintenance) throws(DatabaseError) in
            let writer = maintenance.writer
            try writer.indexNonces(limit: .max)
            while writer.searchLag > 0, writer.searchLag <= 10 * JournalMaintenance.largeSlice {
                try maintenance.indexWords(JournalMaintenance.largeSlice)
            }
            try writer.checkpoint()
        }
    }

    // MARK: - Slices

    private mutating func attempt(
        _ body: (inout JournalMaintenance) throws(DatabaseError) -> Void
    ) {
        do throws(DatabaseError) {
            try body(&self)
        } catch {
            notBefore = SystemClock.instant() + JournalMaintenance.pauseAfterFailure
            warned("work in the background failed: \(error.reason)")
        }
    }

    private mutating func slice() throws(DatabaseError) {
        let now = SystemClock.instant()
        if writer.searchLag > 0, isIndexWorthwhile || now >= indexBy ?? now {
            if writer.nonceLag > 0 {
                return try writer.indexNonces(limit: JournalMaintenance.largeSlice)
            }
            if newParts >= JournalMaintenance.maxParts, try merge() { return }
            let isFarBehind = writer.searchLag > 8 * JournalMaintenance.slice
            return try indexWords(
                isFarBehind ? JournalMaintenance.largeSlice : JournalMaintenance.slice)
        }
        if writer.searchLag == 0 { indexBy = nil }
        if isErasing || !wanted.isEmpty { return try eraseSlice() }
        if !erased.isEmpty {
            guard try !writer.purgeErased(pages: JournalMaintenance.mergedPages) else { return }
            for erasure in erased { for done in erasure.done { done(erasure.count) } }
            erased = []
        }
        if newParts >= JournalMaintenance.partsToMerge, try merge() { return }
        if sweeps.isEmpty, now >= nextSweep {
            nextSweep = now + configuration.sweepInterval
            sweeps = try writer.sweeps(configuration)
        }
        if !sweeps.isEmpty { try sweepSlice() }
    }

    private mutating func indexWords(_ limit: UInt64) throws(DatabaseError) {
        try writer.indexSearch(limit: limit)
        newParts += 1
        reader.indexed(upTo: writer.searchUpto)
    }

    /// A slice of merging; false when there is nothing to merge.
    private mutating func merge(
        _ pages: Int64 = JournalMaintenance.mergedPages
    ) throws(DatabaseError) -> Bool {
        if try writer.mergeSearch(.gradual, pages: pages) { return true }
        newParts = 0
        return false
    }

    private mutating func eraseSlice() throws(DatabaseError) {
        guard writer.nonceLag == 0 else {
            return try writer.indexNonces(limit: JournalMaintenance.largeSlice)
        }
        if let folded = wanted.first {
            try writer.beginErasure(of: folded)
            wanted.removeFirst()
            isErasing = true
        }
        switch try writer.eraseSlice(limit: JournalMaintenance.swept) {
        case .more: break
        case .erased(let folded, let count):
            erased.append((count, waiting.removeValue(forKey: folded) ?? []))
        case nil: isErasing = false
        }
    }

    private mutating func sweepSlice() throws(DatabaseError) {
        guard let sweep = sweeps.last else { return }
        nextSweepSlice = SystemClock.instant() + JournalMaintenance.sweepPause
        guard writer.nonceLag == 0 else {
            return try writer.indexNonces(limit: 2 * JournalMaintenance.largeSlice)
        }
        sweeps.removeLast()
        let rest = try writer.run(
            sweep, limit: JournalMaintenance.swept, now: SystemClock.wall(), configuration)
        if let rest { sweeps.append(rest) }
    }
}
