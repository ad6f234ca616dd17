// A POSIX thread with a name, joined once by its owner.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

/// A running thread.
package struct Thread: Sendable {
    private let handle: pthread_t

    /// Starts a thread; nil when the system has no more.
    package init?(name: String, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(name: name, run: body))
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                csystem_name_thread(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return nil
        }
        self.handle = handle
    }

    /// Waits until the thread has ended.
    package func join() { pthread_join(handle, nil) }

    /// Lets it end by itself; it cannot be joined any more.
    package func detach() { pthread_detach(handle) }

    private final class Body: Sendable {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
}
