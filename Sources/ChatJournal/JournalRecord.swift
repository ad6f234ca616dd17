// What is put into the journal, and what the journal tells of itself.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A resume token as the database knows it: 128 bits of a one-way hash, never the token.
package struct TokenHash: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// A nonce and whose it is.
package struct JournalNonce: Hashable, Sendable {
    package let token: TokenHash
    package let nonce: String

    package init(token: TokenHash, nonce: String) {
        self.token = token
        self.nonce = nonce
    }
}

/// Whom to tell that a record is committed; the journal only carries it.
package struct JournalTicket: Hashable, Sendable {
    package let client: ClientID
    package let tag: RequestTag
    package let nonce: String?

    package init(client: ClientID, tag: RequestTag, nonce: String?) {
        self.client = client
        self.tag = tag
        self.nonce = nonce
    }
}

/// Somebody who can resume.
package struct ResumeState: Hashable, Sendable {
    package let token: TokenHash
    package let nick: Nickname
    package let rooms: [RoomName]
    package let seenAt: Timestamp

    package init(token: TokenHash, nick: Nickname, rooms: [RoomName], seenAt: Timestamp) {
        self.token = token
        self.nick = nick
        self.rooms = rooms
        self.seenAt = seenAt
    }
}

/// One thing to be committed. Records are committed in the order in which they were appended.
package struct JournalRecord: Sendable {
    package enum Content: Sendable {
        case message(Message, nonce: JournalNonce?)
        /// A room's topic, or that it has none; the room is made known if it was not.
        case topic(RoomName, Topic?, at: Timestamp)
        /// What is needed to resume this session; replaces what was known.
        case session(ResumeState)
        /// The session cannot be resumed any more.
        case sessionEnded(TokenHash)
        /// A step of somebody's visit.
        case visit(VisitRecord)
    }

    package let content: Content
    package let ticket: JournalTicket?

    package init(_ content: Content, ticket: JournalTicket? = nil) {
        self.content = content
        self.ticket = ticket
    }

    /// What it weighs in the queue.
    var bytes: Int {
        switch content {
        case .message(let message, _): 128 + message.text.utf8.count
        case .visit(let record):
            if case .rated(let rating, _) = record.event {
                128 + rating.comment.utf8.count
            } else {
                128
            }
        case .topic, .session, .sessionEnded: 128
        }
    }
}

/// Whether there is room in the queue.
package enum JournalCapacity: Sendable, Hashable {
    case accepted
    /// Accepted as well, but callers must stop reading until `JournalEvents.drained`.
    case full
}

/// Whether what is appended is being committed.
package enum JournalState: Sendable, Hashable {
    case healthy
    /// Nothing is lost and nothing is acked; it is tried again. One short phrase says why.
    case failing(String)
}

/// What the journal tells, always on its own thread: hand over and return soon.
package struct JournalEvents: Sendable {
    /// These records are committed, in order.
    package var committed: @Sendable ([JournalRecord]) -> Void
    package var stateChanged: @Sendable (JournalState) -> Void
    /// The queue was full and has room again.
    package var drained: @Sendable () -> Void
    /// Work in the background failed and will be tried again; one sentence for the log.
    package var warned: @Sendable (String) -> Void

    package init(
        committed: @escaping @Sendable ([JournalRecord]) -> Void = { _ in },
        stateChanged: @escaping @Sendable (JournalState) -> Void = { _ in },
        drained: @escaping @Sendable () -> Void = {},
        warned: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.committed = committed
        self.stateChanged = stateChanged
        self.drained = drained
        self.warned = warned
    }
}

/// A room as the journal knows it.
package struct JournalRoom: Sendable, Hashable {
    package let name: RoomName
    package let createdAt: Timestamp
    package let lastSeq: UInt64
    package let topic: Topic?
}

/// What a server needs before it accepts clients.
package struct JournalOpening: Sendable {
    /// This server's part of message ids, chosen once per database.
    package let origin: UInt64
    /// The newest message number that was committed; the next is one more.
    package let lastNumber: UInt64
    package let rooms: [JournalRoom]
    /// The number of the newest visit; the next is one more.
    package let lastVisit: UInt64
    /// Those who waited when the server ended. Whoever was being served then is accounted for.
    package let openVisits: [OpenVisit]
    /// What came to what, up to this start, which is in this day and month.
    package let figures: DeskFigures
}

/// Somebody who waits, and whose server has ended.
package struct OpenVisit: Sendable, Hashable {
    package let visit: VisitID
    /// Nothing when it was erased.
    package let nick: String
    package let ticket: TokenHash
    /// It was served before, lost its slot and waits again.
    package let isAttended: Bool
    /// Since when it has waited.
    package let at: Timestamp

    package init(
        visit: VisitID, nick: String, ticket: TokenHash, isAttended: Bool, at: Timestamp
    ) {
        self.visit = visit
        self.nick = nick
        self.ticket = ticket
        self.isAttended = isAttended
        self.at = at
    }
}
