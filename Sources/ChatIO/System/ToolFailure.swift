// How a tool that prints something and ends says that it could not, and how it prints again and
// again. Invariant: what comes from elsewhere is harmless before it is said.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

/// Why a tool has nothing to print; ready to be said.
package struct ToolFailure: Error {
    /// nil: there is nothing to say.
    package let message: String?
    package let hint: String?
    /// The exit code (sysexits).
    package let status: Int32

    package init(_ message: String?, hint: String? = nil, status: Int32) {
        self.message = message
        self.hint = hint
        self.status = status
    }

    /// Says it on standard error; the exit code.
    package func complain(_ surroundings: Surroundings) -> Int32 {
        guard let message else { return status }
        var text = "chatkit: \(message)\n"
        if let hint { text += "hint: \(hint)\n" }
        try? surroundings.write(.error, text)
        return status
    }
}

/// Prints, and with a pause prints again until it is interrupted.
package struct ToolOutput {
    let surroundings: Surroundings
    /// nil: once.
    let pause: Duration?

    package init(surroundings: Surroundings, pause: Duration?) {
        self.surroundings = surroundings
        self.pause = pause
    }

    /// Prints what `text` makes; the exit code. While it makes something, the pipe has the signals
    /// that are to end it.
    package func run(
        _ text: (_ isFirst: Bool, _ signals: WakePipe?) throws(ToolFailure) -> String
    ) -> Int32 {
        do throws(ToolFailure) {
            guard let pause else {
                _ = try write(try text(true, nil))
                return 0
            }
            return try watch(every: pause, text)
        } catch {
            return error.complain(surroundings)
        }
    }

    /// Prints until interrupted, or until nobody reads any more.
    private func watch(
        every pause: Duration,
        _ text: (_ isFirst: Bool, _ signals: WakePipe?) throws(ToolFailure) -> String
    ) throws(ToolFailure) -> Int32 {
        guard let signals = WakePipe() else {
            throw ToolFailure("cannot start: \(Resources.describe(errno))", status: 1)
        }
        SignalPipe.route([SIGINT, SIGTERM], through: signals)
        var isFirst = true
        while true {
            var text = try text(isFirst, signals)
            // Home, then clear: what is drawn next is drawn in one go.
            if surroundings.outputColumns != nil { text = "\u{1B}[H\u{1B}[2J" + text }
            guard try write(text) else { return 0 }
            isFirst = false
            if let number = wait(pause, signals) { return 128 + number }
        }
    }

    /// The number of a signal that came; nil when the time is over.
    private func wait(_ pause: Duration, _ signals: WakePipe) -> Int32? {
        let end = SystemClock.instant() + pause
        while true {
            let left = max(0, (end - SystemClock.instant()).wholeMilliseconds)
            var descriptor = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, Int32(clamping: left))
            if let number = signals.drain().first { return Int32(number) }
            if left == 0 { return nil }
        }
    }

    /// False when the reader has gone.
    private func write(_ text: String) throws(ToolFailure) -> Bool {
        do throws(SystemRefusal) {
            try surroundings.write(.output, text)
            return true
        } catch {
            if error.isBrokenPipe { return false }
            throw ToolFailure(
                "cannot write: standard output: \(error.reason)",
                hint: "check where standard output is redirected to", status: 1)
        }
    }
}
