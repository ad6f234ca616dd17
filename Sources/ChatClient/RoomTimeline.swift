// One room's messages, each once and in the order of their numbers, wherever they come from: said
// now, sent to a returning client, or fetched page by page. Pure; the session carries out actions.
// Messages are delivered before they are committed: a server that crashes may give the numbers of
// the last ones to others. After a lost connection the newest are asked for again and compared.
// Invariant: everything up to `position` was passed on, passed over as too old, or named as a gap;
// it goes back only with an action that says so. PRODUCT "JSON lines", `seq`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A place from which a page of history is asked for.
package enum PageStart: Hashable, Sendable {
    /// The newest messages.
    case latest
    /// Those after a number.
    case after(Int64)
    /// Those after a time.
    case afterTime(Timestamp)
}

/// What is known and wanted of one room.
package struct RoomTimeline: Hashable, Sendable {
    /// Most messages kept while older ones are fetched; what does not fit is fetched afterwards.
    package static let maxHeld = Limits.maxMissedMessages

    /// Where it begins.
    package enum Start: Hashable, Sendable {
        /// With what is said from now on.
        case present
        /// With so many of the newest messages.
        case latest(Int)
        case after(Int64)
        case afterTime(Timestamp)
    }

    /// What is done about messages that the server leaves out for a returning client.
    package enum GapPolicy: Hashable, Sendable {
        /// They are named.
        case report
        /// They are fetched.
        case fill
    }

    /// Where it ends.
    package enum Ending: Hashable, Sendable {
        /// It goes on with what is said.
        case open
        /// With the newest message there was on coming in.
        case present
    }

    /// How a message came.
    package enum Source: Hashable, Sendable {
        /// As it was said, or as the server sends what was missed.
        case live
        /// Asked for, to close a hole.
        case fetched
        /// From before one came in.
        case recalled
    }

    package enum Action: Hashable, Sendable {
        case show(ChatMessage, Source)
        /// These numbers are not to be had, or not shown.
        case gap(ClosedRange<Int64>)
        case fetch(PageStart, limit: Int)
        /// So many messages come now that were said in one's absence.
        case missed(Int64)
        /// The server has lost what came after this number, so many messages.
        case rewound(to: Int64, lost: Int64)
    }

    /// The newest number seen; nil while nothing is known.
    package private(set) var position: Int64?
    /// Whether a page was asked for on this connection.
    package private(set) var isFetching = false
    /// Whether older messages are still to be fetched, by `begin`.
    package private(set) var isBehind: Bool

    private let start: Start
    private let gaps: GapPolicy
    private let ending: Ending
    /// Whether everything that came before one's coming in was passed on.
    private var hasCaughtUp: Bool
    /// Whether the server may be about to show what was said before one came in.
    package private(set) var expectsReplay = false
    /// The newest number that the server has told of on coming in.
    private var newest: Int64 = 0
    private var tail = TimelineTail()
    /// Whether the server may have lost what is in the tail.
    private var isUnsure = false
    /// The page that is waited for is of messages after this number.
    private var asked: Int64 = 0
    private var held: [ChatMessage] = []
    private var heldIsCut = false

    package init(
        start: Start = .present, gaps: GapPolicy = .report, ending: Ending = .open
    ) {
        self.start = start
        self.gaps = gaps
        self.ending = ending
        isBehind = start != .present
        hasCaughtUp = start == .present
    }

    /// What `hello` may say was seen; nil when the rest is going to be fetched instead.
    package var seen: Int64? { isSettled ? certain : nil }

    /// The newest number that stands for the same message as before.
    private var certain: Int64? {
        position.map { isUnsure ? min($0, tail.before ?? $0) : $0 }
    }

    /// Whether nothing is outstanding.
    package var isSettled: Bool { !isBehind && !isFetching }
}

// MARK: - Events

extension RoomTimeline {
    /// One is in the room, whose newest message has this number. With `isResumed` the server sends
    /// what was missed by itself.
    package mutating func entered(newest: Int64, isResumed: Bool) -> [Action] {
        let newest = max(0, newest)
        self.newest = newest
        guard let position else {
            if isSettled { self.position = newest }
            expectsReplay = true
            return []
        }
        var actions: [Action] = []
        var isResumed = isResumed
        if newest < certain ?? 0 {
            // Nothing is left to compare: what may have become different is read again.
            actions.append(rewind(to: max(0, newest - Int64(TimelineTail.maxCount))))
            isResumed = false
        } else if newest < position {
            actions.append(rewind(to: newest))
        }
        guard ending == .open, isSettled else { return actions }
        if !isResumed { return newest > certain ?? 0 ? actions + [begin()] : actions }
        isUnsure = false
        return newest > position ? actions + [.missed(newest - position)] : actions
    }

    /// Something was said, or is sent because it was missed.
    package mutating func received(_ message: ChatMessage) -> [Action] {
        guard ending == .open else { return [] }
        guard message.seq > 0 else { return [.show(message, .live)] }
        if isSettled {
            guard let position, message.seq > position, message.seq - position > 1 else {
                return pass(message, .live)
            }
        }
        hold(message)
        // A hole: what is between is asked for first.
        return isSettled ? [begin()] : []
    }

    /// The server leaves these out of what was missed.
    package mutating func skipped(_ range: ClosedRange<Int64>) -> [Action] {
        guard ending == .open, isSettled, let position, range.upperBound > position
        else { return [] }
        if gaps == .fill {
            isUnsure = true
            return [begin()]
        }
        let first = max(range.lowerBound, position + 1)
        self.position = range.upperBound
        return [.gap(first...range.upperBound)]
    }

    /// The server shows what was said before one came in.
    package mutating func replayed(_ messages: [ChatMessage]) -> [Action] {
        guard expectsReplay, isSettled else { return messages.flatMap { received($0) } }
        expectsReplay = false
        return messages.map { .show($0, .recalled) }
    }

    /// Asks for what is missing.
    package mutating func begin() -> Action {
        isFetching = true
        if let certain {
            isUnsure = false
            return fetch(after: certain)
        }
        asked = 0
        switch start {
        case .latest(let count): return .fetch(.latest, limit: count)
        case .afterTime(let time): return .fetch(.afterTime(time), limit: Limits.maxHistoryPage)
        case .after(let seq): return fetch(after: seq)
        case .present: return fetch(after: newest)
        }
    }

    private mutating func fetch(after seq: Int64) -> Action {
        asked = seq
        return .fetch(.after(seq), limit: Limits.maxHistoryPage)
    }

    /// The page that was asked for. It is the last one when it is `complete`, brings nothing new,
    /// or reaches the end that is wanted.
    package mutating func paged(_ messages: [ChatMessage], complete: Bool) -> [Action] {
        guard isFetching else { return [] }
        var isLast = complete
        if position == nil, case .latest = start { isLast = true }
        let source: Source = hasCaughtUp ? .fetched : .recalled
        let actions = messages.flatMap { pass($0, source) }
        if ending == .present, let position, position >= newest { isLast = true }
        let reached = messages.last?.seq ?? 0
        if isLast || reached <= asked { return actions + caughtUp() }
        return actions + [fetch(after: reached)]
    }

    /// The page is not to be had: goes on with what there is.
    package mutating func failed() -> [Action] { isFetching ? caughtUp() : [] }

    /// The connection is gone. What was being fetched is asked for again on the next one.
    package mutating func connectionLost() {
        isBehind = isBehind || isFetching
        isFetching = false
        isUnsure = true
        expectsReplay = false
        held = []
        heldIsCut = false
    }
}

// MARK: - In order

extension RoomTimeline {
    /// Passes on a message unless it was, and names what is missing before it.
    private mutating func pass(_ message: ChatMessage, _ source: Source) -> [Action] {
        guard message.seq > 0 else { return [.show(message, source)] }
        var actions: [Action] = []
        if let last = position, message.seq <= last {
            guard tail.contradicts(message) else { return [] }
            actions.append(rewind(to: message.seq - 1))
        }
        if let last = position, message.seq - last > 1 {
            actions.append(.gap(last + 1...message.seq - 1))
        }
        position = message.seq
        tail.append(message)
        return actions + [.show(message, source)]
    }

    private mutating func rewind(to seq: Int64) -> Action {
        let lost = (position ?? seq) - seq
        position = seq
        tail.cut(after: seq)
        return .rewound(to: seq, lost: lost)
    }

    private mutating func hold(_ message: ChatMessage) {
        if held.count < RoomTimeline.maxHeld {
            held.append(message)
        } else {
            heldIsCut = true
        }
    }

    /// Nothing older is to come: passes on what had to wait.
    private mutating func caughtUp() -> [Action] {
        isFetching = false
        isBehind = false
        hasCaughtUp = true
        if position == nil { position = newest }
        let waiting = held
        held = []
        let actions = waiting.flatMap { pass($0, .live) }
        guard heldIsCut else { return actions }
        heldIsCut = false
        return actions + [begin()]
    }
}

/// What the newest messages of a room were, to find out whether they still are.
struct TimelineTail: Hashable, Sendable {
    /// About so many messages are remembered, at most twice as many: no more than a returning
    /// client is sent.
    static let maxCount = Limits.maxMissedMessages / 2
    /// A message this much older than the newest one, in milliseconds, was committed long ago.
    static let reach: Int64 = 5000

    private struct Mark: Hashable, Sendable {
        let seq: Int64
        let at: Int64
        let fingerprint: Int
    }

    private var marks: [Mark] = []

    /// The number before the oldest one that is remembered.
    var before: Int64? { marks.first.map { $0.seq - 1 } }

    mutating func append(_ message: ChatMessage) {
        let at = message.at?.milliseconds ?? 0
        let oldest = at.subtractingReportingOverflow(TimelineTail.reach)
        let isOld = { (mark: Mark) in !oldest.overflow && mark.at < oldest.partialValue }
        if marks.count >= 2 * TimelineTail.maxCount {
            marks.removeFirst(marks.count - TimelineTail.maxCount)
        }
        if let first = marks.first, isOld(first) { marks.removeAll(where: isOld) }
        marks.append(Mark(seq: message.seq, at: at, fingerprint: fingerprint(message)))
    }

    /// Forgets what came after `seq`.
    mutating func cut(after seq: Int64) { marks.removeAll { $0.seq > seq } }

    /// Whether another message had this one's number.
    func contradicts(_ message: ChatMessage) -> Bool {
        guard let mark = marks.last(where: { $0.seq == message.seq }) else { return false }
        return mark.fingerprint != fingerprint(message)
    }

    private func fingerprint(_ message: ChatMessage) -> Int {
        var hasher = Hasher()
        hasher.combine(message.id)
        hasher.combine(message.from)
        hasher.combine(message.at)
        // Erasing takes the text, and makes it no other message.
        return hasher.finalize()
    }
}
