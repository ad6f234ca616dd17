// Where and how a server keeps its messages, and what it tells people about that.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal

extension ServerConfiguration {
    /// The journal's configuration.
    var journal: JournalConfiguration {
        JournalConfiguration(
            location: database.location(for: name), server: name, durability: durability,
            retention: retention)
    }

    /// What everyone who comes is told; nothing where nothing outlives the server.
    var historyNotice: String? {
        if database == .memory { return nil }
        switch (retention.keep, retention.keepMessages) {
        case (nil, nil): return "messages are kept"
        case (let keep?, nil): return "messages are kept for \(ServerConfiguration.words(keep))"
        case (nil, let count?): return "the newest \(count) messages of a room are kept"
        case (let keep?, let count?):
            return "the newest \(count) messages of a room are kept for "
                + ServerConfiguration.words(keep)
        }
    }

    private static func words(_ time: Duration) -> String {
        let seconds = time.components.seconds
        let (count, unit) =
            seconds % 86_400 == 0
            ? (seconds / 86_400, "day")
            : seconds % 3600 == 0 ? (seconds / 3600, "hour") : (seconds, "second")
        return count == 1 ? "1 \(unit)" : "\(count) \(unit)s"
    }
}
