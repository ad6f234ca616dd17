// A value behind a POSIX mutex with a condition: threads wait here for something to do. Deadlines
// are on the monotonic clock.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

/// State that threads share and wait on; every access is inside `withLock` or `wait`.
// Sendable by its mutex: the value is reached through it alone.
package final class Monitor<Value>: @unchecked Sendable {
    /// What a look at the state said.
    package enum Look<Result> {
        case ready(Result)
        /// Look again when signalled, or at the given time.
        case wait(until: Instant)
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value

    package init(_ value: sending Value) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        self.value = value
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` alone; waiters look again only when `signal` is called.
    package func withLock<R>(_ body: (inout Value) -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Lets the waiters look again.
    package func signal() { pthread_cond_broadcast(condition) }

    /// Waits until `look` is ready. It runs alone, each time something was signalled or a deadline
    /// it named has passed.
    package func wait<R>(_ look: (inout Value) -> Look<R>) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch look(&value) {
            case .ready(let result): return result
            case .wait(let deadline):
                guard deadline != .distantFuture else {
                    pthread_cond_wait(condition, mutex)
                    continue
                }
                var time = timespec(
                    tv_sec: Int(deadline.nanoseconds / 1_000_000_000),
                    tv_nsec: Int(deadline.nanoseconds % 1_000_000_000))
                pthread_cond_timedwait(condition, mutex, &time)
            }
        }
    }
}
