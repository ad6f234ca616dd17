// What can be asked of the past, and the shape of the answers.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A point in a room's history. Times are found by bisection: they are exact as long as the server's
/// clock has run forward.
package enum HistoryPoint: Sendable, Hashable {
    case seq(UInt64)
    case time(Timestamp)
    case id(MessageID)
}

/// Which messages of a room are wanted. Points themselves are left out, but for `around`.
package struct HistoryQuery: Sendable, Hashable {
    package enum Bound: Sendable, Hashable {
        /// The newest; with a point, only those after it.
        case latest(after: HistoryPoint?)
        case before(HistoryPoint)
        case after(HistoryPoint)
        case around(HistoryPoint)
        /// Counted from the first point towards the second, whichever is earlier.
        case between(HistoryPoint, HistoryPoint)
    }

    package var room: RoomName
    package var bound: Bound
    package var limit: Int
    /// Whether erased messages are passed over before the limit counts.
    package var skipsErased = false

    package init(room: RoomName, bound: Bound = .latest(after: nil), limit: Int = 20) {
        self.room = room
        self.bound = bound
        self.limit = min(max(1, limit), Limits.maxHistoryPage)
    }

    /// The same question as the hub asks it.
    package init(_ request: HistoryRequest) {
        let bound: Bound =
            switch request.bound {
            case .latest: .latest(after: nil)
            case .latestAfter(let point): .latest(after: HistoryPoint(point))
            case .before(let point): .before(HistoryPoint(point))
            case .after(let point): .after(HistoryPoint(point))
            case .around(let point): .around(HistoryPoint(point))
            case .between(let from, let to): .between(HistoryPoint(from), HistoryPoint(to))
            }
        self.init(room: request.room, bound: bound, limit: request.limit)
        limit = request.limit
        skipsErased = request.skipsErased
    }
}

extension HistoryPoint {
    init(_ point: HistoryRequest.Point) {
        self =
            switch point {
            case .seq(let seq): .seq(seq)
            case .time(let time): .time(time)
            case .message(let id): .id(id)
            }
    }
}

/// A run of messages, oldest first.
package struct HistoryPage: Sendable {
    package let room: RoomName
    /// Those that were erased have no text (`Message.isErased`), unless they were passed over.
    package let messages: [Message]
    /// Whether the page reaches the end that was asked for: nothing older is kept (latest, before),
    /// nothing newer exists and nothing in between was deleted (after), or the two points are met.
    package let complete: Bool
    /// The oldest number still kept; nil when the room has no messages.
    package let oldestKept: UInt64?
    /// The newest number committed; 0 when there never was a message.
    package let lastSeq: UInt64

    static func empty(_ room: RoomName) -> HistoryPage {
        HistoryPage(room: room, messages: [], complete: true, oldestKept: nil, lastSeq: 0)
    }
}

/// A search. Every word must be in the message, whatever its case and accents; `WordCutter` says what a
/// word is in which script.
package struct SearchQuery: Sendable, Hashable {
    /// Longest text, in bytes; what is longer is refused by callers.
    package static let maxTextBytes = 512
    package static let maxPage = 100

    package var text: String
    /// Only these rooms. There is no search in rooms that the asker may not read.
    package var rooms: [RoomName]
    /// Only this author, whatever the case.
    package var author: String?
    package var since: Timestamp?
    package var until: Timestamp?
    /// The page after a message number: only older ones.
    package var before: UInt64?
    package var limit: Int

    package init(
        _ text: String, rooms: [RoomName], author: String? = nil, since: Timestamp? = nil,
        until: Timestamp? = nil, before: UInt64? = nil, limit: Int = 20
    ) {
        self.text = text
        self.rooms = rooms
        self.author = author
        self.since = since
        self.until = until
        self.before = before
        self.limit = min(max(1, limit), SearchQuery.maxPage)
    }

    /// The same question as the hub asks it.
    package init(_ request: SearchRequest, rooms: [RoomName]) {
        self.init(
            request.text, rooms: rooms, author: request.from, since: request.since,
            until: request.until, before: request.before, limit: request.limit)
    }
}

/// A page of what was found, newest first.
package struct SearchPage: Sendable {
    package let hits: [SearchHit]
    /// Give this as `before` for the next page; nil when there is none.
    package let next: UInt64?
    /// Whether everything committed before the question was looked through. Under heavy load the
    /// index falls behind, and the newest messages are not found yet.
    package let isCurrent: Bool
}

/// A nonce and what became of it.
package struct StoredNonce: Sendable, Hashable {
    package let nonce: String
    package let accepted: Accepted

    package init(nonce: String, accepted: Accepted) {
        self.nonce = nonce
        self.accepted = accepted
    }
}
