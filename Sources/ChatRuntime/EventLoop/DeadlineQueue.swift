// Deadlines of many connections in one binary heap, so that each costs 16 bytes and no timer.
// Entries are not removed when a deadline moves: one that is not its connection's `scheduledAt` any
// more is passed over when it comes up, and so never begets another.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// The earliest deadline first.
struct DeadlineQueue {
    private var heap: [(due: Instant, client: ClientID)] = []

    /// When the earliest entry is due.
    var next: Instant? { heap.first?.due }

    mutating func insert(_ client: ClientID, due: Instant) {
        heap.append((due, client))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest entry if it is due.
    mutating func popDue(now: Instant) -> (due: Instant, client: ClientID)? {
        guard let first = heap.first, first.due <= now else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { break }
            let right = left + 1
            let child = right < heap.count && heap[right].due < heap[left].due ? right : left
            guard heap[child].due < heap[parent].due else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first
    }
}
