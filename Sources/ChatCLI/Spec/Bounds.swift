// The bounds of options' values: what the tables document, and the readers of Parsing check.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatServer

/// The number of event loops.
package enum ThreadCount {
    package static let max = ChatServer.maxThreads
}

/// The name of a server.
package enum ServerNameRule {
    /// As long as an IRC server's name (RFC 2812 §1.1), in bytes.
    package static let maxBytes = 63
}

/// Slots, the length of the queue, and the longest wait.
package enum AdmissionBounds {
    package static let capacity = 1...1_000_000
    package static let queue = 0...1_000_000
    /// In seconds: up to a day.
    package static let wait = 1...86_400
}

/// The lines shown on joining by IRC.
package enum MessageOfTheDay {
    /// The largest file, in bytes.
    package static let maxFileBytes = 64 << 10
}
