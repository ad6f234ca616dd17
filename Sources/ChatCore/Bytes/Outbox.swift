// What a connection could not send yet: references to shared batches, bounded in bytes.
// Pure; `Connection` drives it. Invariant: queuedBytes = Σ slice.count, no slice is empty.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A bounded queue of batch slices.
package struct Outbox: Sendable {
    package enum AppendResult: Sendable { case queued, overflow }

    private var slices: [BatchSlice] = []
    private var head = 0
    package private(set) var queuedBytes = 0
    /// Most bytes that may wait.
    package let limit: Int

    package init(limit: Int) { self.limit = limit }

    package var isEmpty: Bool { queuedBytes == 0 }

    /// Queues `slice`, or leaves the queue as it is and says `.overflow`.
    package mutating func append(_ slice: BatchSlice) -> AppendResult {
        guard slice.count > 0 else { return .queued }
        guard slice.count <= limit - queuedBytes else { return .overflow }
        append(last: slice)
        return .queued
    }

    /// Queues the last words, bound or not: nothing is to follow them.
    package mutating func append(last slice: BatchSlice) {
        guard slice.count > 0 else { return }
        slices.append(slice)
        queuedBytes += slice.count
    }

    /// The first slices, at most `limit` of them.
    package func next(_ limit: Int) -> ArraySlice<BatchSlice> {
        slices[head...].prefix(max(0, limit))
    }

    /// Forgets the first `count` bytes: they were sent.
    package mutating func consume(_ count: Int) {
        var rest = min(count, queuedBytes)
        queuedBytes -= rest
        while rest > 0 {
            let size = slices[head].count
            if rest < size {
                let range = slices[head].range
                slices[head].range = range.lowerBound + rest..<range.upperBound
                break
            }
            rest -= size
            head += 1
        }
        if head == slices.count {
            slices = []
            head = 0
        } else if head > 64, head * 2 > slices.count {
            slices.removeSubrange(0..<head)
            head = 0
        }
    }

    /// Drops everything after the first `keeping` slices, which are being written.
    package mutating func drop(keeping: Int) {
        let kept = min(max(0, keeping), slices.count - head)
        slices = Array(slices[head..<head + kept])
        head = 0
        queuedBytes = slices.reduce(0) { $0 + $1.count }
    }
}
