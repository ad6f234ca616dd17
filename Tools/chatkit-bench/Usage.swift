// Processor time, and time spent waiting for a processor, as the kernel counts them. What a
// server's threads wait for each other is no disturbance: they share one processor on purpose.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What one thread has used so far, in seconds.
struct ThreadTimes {
    var ran = 0.0
    /// How long it was ready to run and had no processor.
    var waited = 0.0

    /// Zero when the kernel does not say.
    init(schedulerStatistics path: String) {
        let fields = (contents(ofFile: path) ?? "").split(whereSeparator: \.isWhitespace)
        guard fields.count > 1 else { return }
        ran = (Double(fields[0]) ?? 0) / 1e9
        waited = (Double(fields[1]) ?? 0) / 1e9
    }
}

/// What a server has used so far.
struct ServerUsage {
    /// User and system time of all threads.
    var processorSeconds: Double
    /// By thread id.
    var threads: [String: ThreadTimes] = [:]

    init(processorSeconds: Double) { self.processorSeconds = processorSeconds }

    /// How long others kept it from running since `earlier`, at the least: the longest that one of
    /// its threads waited, less the time in which its other threads ran.
    func keptWaiting(since earlier: ServerUsage) -> Double {
        let changes = threads.compactMap { name, now -> (ran: Double, waited: Double)? in
            guard let before = earlier.threads[name] else { return nil }
            return (now.ran - before.ran, now.waited - before.waited)
        }
        let ran = changes.reduce(0) { $0 + $1.ran }
        return changes.reduce(0) { max($0, $1.waited - (ran - $1.ran)) }
    }
}

/// The processor time of the calling thread, in seconds.
func threadProcessorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// How long the calling thread waited for a processor, in seconds.
func threadWaitedSeconds() -> Double {
    ThreadTimes(schedulerStatistics: "/proc/thread-self/schedstat").waited
}
