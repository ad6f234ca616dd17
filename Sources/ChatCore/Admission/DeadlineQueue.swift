// Many deadlines in one binary heap, so that each costs 16 bytes and no timer. A moved deadline
// leaves its old entry behind; the owner ignores entries that do not match its latest deadline, so
// stale entries never reschedule.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The earliest deadline first.
package struct DeadlineQueue: Sendable {
    private var heap: [(due: Instant, key: UInt64)] = []

    package init() {}

    /// The number of entries, stale ones included.
    package var count: Int { heap.count }

    /// When the earliest entry is due.
    package var next: Instant? { heap.first?.due }

    /// Adds a deadline of the owner that `key` names.
    package mutating func insert(_ key: UInt64, due: Instant) {
        heap.append((due, key))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest entry if it is due.
    package mutating func popDue(now: Instant) -> (due: Instant, key: UInt64)? {
        guard let first = heap.first, first.due <= now else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        sink(0)
        return first
    }

    /// Removes every entry for which `isKept` is false.
    package mutating func keep(_ isKept: ((due: Instant, key: UInt64)) -> Bool) {
        heap = heap.filter(isKept)
        for parent in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(parent) }
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { break }
            let right = left + 1
            let child = right < heap.count && heap[right].due < heap[left].due ? right : left
            guard heap[child].due < heap[parent].due else { break }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
