// Keeps one's own message back for the moment between its coming back from the server and its ack,
// so that it can be shown with its tick; what comes after it waits too, so that the order holds.
// Pure. Invariant: empty, or the first entry is an own message without an ack.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A short queue in front of the screen.
package struct DisplayQueue: Sendable {
    /// Longest time that something is kept back. A message whose ack takes longer goes without.
    package static let patience = Duration.milliseconds(500)
    static let maxQueued = 1000
    static let maxRemembered = Limits.maxNoncesPerSession

    private var queue: [Display] = []
    private var acked: [String] = []
    /// When what is kept back is to be shown as it is.
    package private(set) var deadline: Instant?

    package init() {}

    /// Takes `display`; returns what is to be shown now.
    package mutating func append(_ display: Display, now: Instant) -> [Display] {
        queue.append(display)
        guard queue.count <= DisplayQueue.maxQueued else { return flush() }
        return advance(now)
    }

    /// The server has confirmed the message with this id; returns what is to be shown now.
    package mutating func acked(_ id: String, now: Instant) -> [Display] {
        if acked.count >= DisplayQueue.maxRemembered { acked.removeFirst() }
        acked.append(id)
        return advance(now)
    }

    /// Whether the server has confirmed that message already.
    package func hasAck(of id: String) -> Bool { acked.contains(id) }

    /// Everything, at once.
    package mutating func flush() -> [Display] {
        deadline = nil
        defer { queue = [] }
        return queue.map { confirmed($0) ?? $0 }
    }

    private mutating func advance(_ now: Instant) -> [Display] {
        var ready = 0
        while ready < queue.count {
            if let confirmed = confirmed(queue[ready]) {
                queue[ready] = confirmed
            } else {
                break
            }
            ready += 1
        }
        defer { queue.removeFirst(ready) }
        if ready == queue.count {
            deadline = nil
        } else if deadline == nil || ready > 0 {
            deadline = now + DisplayQueue.patience
        }
        return Array(queue[..<ready])
    }

    /// The display as it is to be shown; nil when it is an own message that lacks its ack.
    private func confirmed(_ display: Display) -> Display? {
        guard case .message(let message, .unconfirmed) = display else { return display }
        return acked.contains(message.id) ? .message(message, .confirmed) : nil
    }
}
