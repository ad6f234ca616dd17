// Where threads meet an event loop: others put things in and wake it, the loop takes all at once.
// The order in which the hub puts items in is the order in which the loop carries them out.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO

/// One event loop's inbox.
package final class Mailbox: Sendable {
    struct Contents {
        var items: [LoopItem] = []
        var accepted: [Int32] = []
        /// Connections to relays.
        var calls: [LinkCall] = []
        var moved: [MovedConnection] = []
        var isShuttingDown = false
        /// Set while the loop runs; libuv allows this handle alone to be used by other threads.
        var wakeHandle: UnsafeMutablePointer<uv_async_t>?
    }

    /// What has come beside items.
    struct Arrivals {
        let accepted: [Int32]
        let calls: [LinkCall]
        let moved: [MovedConnection]
        let mustStop: Bool

        var isEmpty: Bool { accepted.isEmpty && calls.isEmpty && moved.isEmpty }
    }

    private let contents = Locked(Contents())

    package init() {}

    /// Puts items in without waking the loop: the hub's lock is held here.
    func put(_ items: [LoopItem]) {
        contents.withLock { $0.items.append(contentsOf: items) }
    }

    /// Hands over an accepted descriptor; false when the loop has ended.
    func put(accepted descriptor: Int32) -> Bool {
        contents.withLock {
            guard let handle = $0.wakeHandle else { return false }
            $0.accepted.append(descriptor)
            uv_async_send(handle)
            return true
        }
    }

    /// Hands over a connection to a relay; false when the loop has ended.
    func put(call: LinkCall) -> Bool {
        contents.withLock {
            guard let handle = $0.wakeHandle else { return false }
            $0.calls.append(call)
            uv_async_send(handle)
            return true
        }
    }

    /// Hands over a connection of another loop; false when this one has ended.
    func put(moved connection: MovedConnection) -> Bool {
        contents.withLock {
            guard let handle = $0.wakeHandle else { return false }
            $0.moved.append(connection)
            uv_async_send(handle)
            return true
        }
    }

    /// Asks the loop to say good-bye to everyone and end.
    func shutDown() {
        contents.withLock {
            $0.isShuttingDown = true
            if let handle = $0.wakeHandle { uv_async_send(handle) }
        }
    }

    func wake() {
        contents.withLock { if let handle = $0.wakeHandle { uv_async_send(handle) } }
    }

    func open(_ handle: UnsafeMutablePointer<uv_async_t>) {
        contents.withLock { $0.wakeHandle = handle }
    }

    /// No wake-ups from here on; what was accepted and not taken is given back.
    func close() -> (accepted: [Int32], calls: [LinkCall]) {
        contents.withLock {
            $0.wakeHandle = nil
            let rest = ($0.accepted + $0.moved.map(\.descriptor), $0.calls)
            $0.accepted = []
            $0.moved = []
            $0.calls = []
            return rest
        }
    }

    /// Takes everything out; `items` lends its capacity.
    func take(
        _ items: inout [LoopItem]
    ) -> Arrivals {
        contents.withLock {
            items.removeAll(keepingCapacity: true)
            swap(&items, &$0.items)
            let arrivals = Arrivals(
                accepted: $0.accepted, calls: $0.calls, moved: $0.moved,
                mustStop: $0.isShuttingDown)
            $0.accepted = []
            $0.calls = []
            $0.moved = []
            return arrivals
        }
    }
}
