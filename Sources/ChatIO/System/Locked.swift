// A value behind a POSIX mutex. Not Synchronization.Mutex: ThreadSanitizer sees pthread mutexes and
// does not see that one, and the tests are to be run under it.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// State that threads share; every access is inside `withLock`.
// Sendable by its mutex: the value is reached through it alone.
package final class Locked<Value>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    package init(_ value: sending Value) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        self.value = value
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` alone. Keep it short, and never take another lock that could wait for this one.
    package func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
