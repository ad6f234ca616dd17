// The process's own limits and the machine's size.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import Glibc

package enum Resources {
    /// Descriptors that are never a client's: standard streams, listeners, loops, files.
    package static let reservedDescriptors = 64

    /// Raises the descriptor limit to its hard maximum; the number of clients that fit into it.
    package static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 1024 - reservedDescriptors
        }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return max(1, Int(clamping: limit.rlim_cur) - reservedDescriptors)
    }

    /// Processors this process may run on.
    package static func availableProcessors() -> Int { Int(csystem_processors()) }

    /// Lets writes to closed sockets and pipes fail instead of ending the process.
    package static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// The text of an errno value, in lower case like the rest of our messages.
    package static func describe(_ code: Int32) -> String {
        String(cString: strerror(code)).lowercased()
    }
}
