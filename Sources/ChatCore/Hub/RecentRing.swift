// The newest messages of a room, kept in memory in the order of their numbers.
// Invariant: seqs are consecutive, at most `capacity` messages and (but for the newest message)
// `maxBytes` of text and tags, so that a room's memory is bounded whatever is said in it.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A bounded run of consecutive messages.
package struct RecentRing: Sendable {
    private var slots: [Message] = []
    private var head = 0
    private var bytes = 0
    private let capacity: Int
    private let maxBytes: Int

    package init(
        capacity: Int = Limits.recentMessagesPerRoom, maxBytes: Int = Limits.recentBytesPerRoom
    ) {
        self.capacity = max(1, capacity)
        self.maxBytes = max(1, maxBytes)
    }

    package var count: Int { slots.count - head }

    /// The number of the oldest message kept, or nil when there is none.
    package var firstSeq: UInt64? { count == 0 ? nil : slots[head].seq }

    /// Message `index`, counted from the oldest; `index` is within 0..<count.
    package subscript(index: Int) -> Message { slots[head + index] }

    package mutating func append(_ message: Message) {
        slots.append(message)
        bytes += RecentRing.size(of: message)
        while count > capacity || (bytes > maxBytes && count > 1) {
            bytes -= RecentRing.size(of: slots[head])
            head += 1
        }
        // The forgotten half is dropped at once: amortised O(1), and freed soon enough.
        if head > slots.count / 2 {
            slots.removeSubrange(0..<head)
            head = 0
        }
    }

    /// Leaves an author's messages without text and name.
    package mutating func erase(author folded: FoldedName) {
        for index in slots.indices where slots[index].from.nick.folded == folded {
            bytes -= index >= head ? RecentRing.size(of: slots[index]) : 0
            slots[index] = slots[index].erased()
        }
    }

    /// Puts older messages in front: those that directly precede what is here, as many as fit.
    package mutating func prepend(_ messages: [Message]) {
        var older = messages
        if let first = firstSeq { older.removeAll { $0.seq >= first } }
        var whole = RecentRing(capacity: capacity, maxBytes: maxBytes)
        for message in older { whole.append(message) }
        for index in 0..<count { whole.append(self[index]) }
        self = whole
    }

    /// Whether every message after `seq` that the room has, whose newest is `last`, is here.
    package func holdsAll(after seq: UInt64, last: UInt64) -> Bool {
        seq >= last || firstSeq.map { $0 <= seq + 1 } ?? false
    }

    private static func size(of message: Message) -> Int {
        message.text.utf8.count + message.clientTags.utf8.count
    }

    /// The part of the ring that a request by numbers asks for, and whether nothing older or newer
    /// in that direction exists in the room at all. nil for requests that a ring does not answer.
    package func page(_ request: HistoryRequest) -> (messages: [Message], complete: Bool)? {
        guard let first = firstSeq else { return ([], true) }
        if request.skipsErased, holdsErased { return readablePage(request, first) }
        let last = first + UInt64(count - 1)
        let wanted: Range<Int>
        switch request.bound {
        case .latest:
            wanted = max(0, count - request.limit)..<count
        case .before(.seq(let seq)):
            let end = seq <= first ? 0 : Int(min(seq, last + 1) - first)
            wanted = max(0, end - request.limit)..<end
        case .after(.seq(let seq)), .latestAfter(.seq(let seq)):
            let start = seq < first ? 0 : seq >= last ? count : Int(seq - first) + 1
            wanted = start..<start + min(request.limit, count - start)
            return (wanted.map { self[$0] }, wanted.upperBound == count && seq >= first - 1)
        default: return nil
        }
        return (wanted.map { self[$0] }, wanted.lowerBound == 0 && first == 1)
    }

    /// Whether some message here has only its place left.
    package var holdsErased: Bool { slots[head...].contains(where: \.isErased) }

    /// The same with erased messages passed over before they are counted.
    private func readablePage(
        _ request: HistoryRequest, _ first: UInt64
    ) -> (messages: [Message], complete: Bool)? {
        let readable = slots[head...].filter { !$0.isErased }
        switch request.bound {
        case .latest:
            return (readable.suffix(request.limit), readable.count <= request.limit && first == 1)
        case .before(.seq(let seq)):
            let older = readable.filter { $0.seq < seq }
            return (older.suffix(request.limit), older.count <= request.limit && first == 1)
        case .after(.seq(let seq)), .latestAfter(.seq(let seq)):
            let newer = readable.filter { $0.seq > seq }
            return (
                Array(newer.prefix(request.limit)),
                newer.count <= request.limit && seq >= first - 1
            )
        default: return nil
        }
    }
}
