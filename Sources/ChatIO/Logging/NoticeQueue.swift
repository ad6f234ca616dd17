// Words for an operator from elsewhere in the process: the server's warnings, shown between the
// messages instead of over them. Any thread may post; the console's main thread shows.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A bounded queue of lines for a console.
package final class NoticeQueue: Sendable {
    /// Most lines that wait to be shown; of more, the oldest are left out and counted.
    package static let maxWaiting = 1000

    package struct Notice: Hashable, Sendable {
        package let text: String
        package let isWarning: Bool

        package init(_ text: String, isWarning: Bool) {
            self.text = text
            self.isWarning = isWarning
        }
    }

    private struct State {
        var waiting: [Notice] = []
        var leftOut = 0
    }

    private let state = Locked(State())
    package let wake: WakePipe

    /// nil when the process has no descriptors left.
    package init?() {
        guard let wake = WakePipe() else { return nil }
        self.wake = wake
    }

    /// Adds a line.
    package func post(_ text: String, isWarning: Bool) {
        state.withLock { state in
            if state.waiting.count >= NoticeQueue.maxWaiting {
                state.waiting.removeFirst()
                state.leftOut += 1
            }
            state.waiting.append(Notice(text, isWarning: isWarning))
        }
        wake.wake()
    }

    /// Takes what was posted since the last time, oldest first.
    package func take() -> [Notice] {
        _ = wake.drain()
        return state.withLock { state in
            defer { state = State() }
            guard state.leftOut > 0 else { return state.waiting }
            return [Notice("\(state.leftOut) older lines are left out", isWarning: true)]
                + state.waiting
        }
    }
}
