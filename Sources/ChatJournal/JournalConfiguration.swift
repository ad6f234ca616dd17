// What the journal was asked to keep, where, and how safely.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What an acked message survives.
package enum Durability: String, Sendable, CaseIterable {
    /// The loss of power: every commit waits for the disk.
    case full
    /// The end of the process, kill -9 included; a loss of power may take the last moments.
    case normal

    /// One sentence for people, printed at start.
    package var promise: String {
        switch self {
        case .full: "acked messages survive a loss of power"
        case .normal: "acked messages survive the end of the process, not a loss of power"
        }
    }
}

/// How long messages are kept.
package struct Retention: Sendable, Hashable {
    /// Older messages are deleted; nil: none are.
    package var keep: Duration?
    /// Newest messages kept in a room; nil: all.
    package var keepMessages: Int?

    package init(keep: Duration? = nil, keepMessages: Int? = nil) {
        self.keep = keep
        self.keepMessages = keepMessages.map { max(0, $0) }
    }

    package static let everything = Retention()
}

/// Everything the journal needs to know.
package struct JournalConfiguration: Sendable {
    package var location: DatabaseLocation
    /// The server's name, kept with every visit.
    package var server: String
    package var durability: Durability
    package var retention: Retention
    /// Rooms that are kept otherwise.
    package var roomRetention: [RoomName: Retention]
    /// How long a nonce never becomes a second message.
    package var nonceLifetime: Duration
    /// How long after it was last seen a session can resume.
    package var sessionLifetime: Duration
    /// Records waiting from which on callers must stop reading.
    package var maxQueuedRecords: Int
    /// Bytes of text waiting from which on callers must stop reading.
    package var maxQueuedBytes: Int
    /// Under load a transaction takes what comes in this time: fewer, larger commits.
    package var commitInterval: Duration
    /// How often retention looks at every room.
    package var sweepInterval: Duration
    /// SQLite's name of a file system layer; nil for the usual one.
    package var vfs: String?

    package init(
        location: DatabaseLocation, server: String = "chatkit", durability: Durability = .normal,
        retention: Retention = .everything, roomRetention: [RoomName: Retention] = [:],
        nonceLifetime: Duration = .seconds(24 * 3600),
        sessionLifetime: Duration = .seconds(7 * 24 * 3600), maxQueuedRecords: Int = 32_768,
        maxQueuedBytes: Int = 32 << 20, commitInterval: Duration = .milliseconds(1),
        sweepInterval: Duration = .seconds(60), vfs: String? = nil
    ) {
        self.location = location
        self.server = server
        self.durability = durability
        self.retention = retention
        self.roomRetention = roomRetention
        self.nonceLifetime = nonceLifetime
        self.sessionLifetime = sessionLifetime
        self.maxQueuedRecords = max(1, maxQueuedRecords)
        self.maxQueuedBytes = max(1, maxQueuedBytes)
        self.commitInterval = commitInterval
        self.sweepInterval = sweepInterval
        self.vfs = vfs
    }
}
