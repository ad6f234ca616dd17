// A pipe that ends another thread's poll, and one that turns signals into readable bytes.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Wakes a thread that polls `descriptor`.
package struct WakePipe: Sendable {
    /// To be polled for reading.
    package let descriptor: Int32
    fileprivate let writeEnd: Int32

    /// nil when the process has no descriptors left. Lives as long as the process.
    package init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = ends[0]
        writeEnd = ends[1]
    }

    /// Makes the descriptor readable. Any thread may call it.
    package func wake() {
        var byte: UInt8 = 0
        // A full pipe is readable already.
        _ = write(writeEnd, &byte, 1)
    }

    /// Takes what was written since the last time.
    package func drain() -> [UInt8] {
        var taken: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return taken }
            taken += chunk[..<count]
        }
    }
}

/// Signals as bytes in a pipe: the handler does nothing but write the signal's number.
package enum SignalPipe {
    // Written once, before the handlers are installed; read by them alone.
    nonisolated(unsafe) private static var writeEnd: Int32 = -1

    /// Sends these signals through `pipe` from now on.
    package static func route(_ signals: [Int32], through pipe: WakePipe) {
        writeEnd = pipe.writeEnd
        for number in signals { install(number) }
    }

    /// Stops the process as its default action would, and returns when it goes on.
    package static func stopProcess() {
        signal(SIGTSTP, SIG_DFL)
        raise(SIGTSTP)
        install(SIGTSTP)
    }

    private static func install(_ number: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let saved = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(SignalPipe.writeEnd, &byte, 1)
            errno = saved
        }
        action.sa_flags = SA_RESTART
        sigaction(number, &action, nil)
    }
}
