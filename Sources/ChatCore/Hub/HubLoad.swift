// What the hub must be given before it can carry out a request, and what it was given: the hub reads
// no file, so whoever drives it asks `needs`, fetches, and lets it `absorb` before applying.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Something to be fetched from the journal.
package enum HubLoad: Hashable, Sendable {
    /// The newest messages of a room, for its ring.
    case recent(RoomName)
    /// A page of a room's history that the ring does not hold.
    case history(HistoryRequest)
    /// Messages with these words in these rooms.
    case search(SearchRequest, rooms: [RoomName])
    /// The nonces that a session has used in the last 24 hours.
    case session(String)
    /// What became of one of a session's nonces.
    case nonce(session: String, nonce: String)
    /// The visit with that ticket.
    case visit(ticket: String)
    /// Whether this is the operators' password.
    case password(String, address: String)
    /// What the shell counts.
    case report
    /// The figures of the visits, as JSON.
    case statistics(StatisticsWish)
    /// Nothing but that message `number` is committed.
    case settled(number: UInt64)
}

/// What was fetched.
package enum HubLoaded: Sendable {
    case messages([Message], complete: Bool)
    case found([SearchHit], next: UInt64?, isCurrent: Bool = true)
    case session([String: Accepted])
    case nonce(Accepted?)
    case visit(StoredVisit?)
    case verdict(PasswordVerdict)
    case report(ServerReport)
    case statistics(String)
    /// There is no answer to such a question.
    case refused(HubError)
    case nothing
    /// It could not be read; one short phrase says why.
    case failed(String)
}

/// A search for words.
package struct SearchRequest: Hashable, Sendable {
    /// As typed; every word must occur.
    package var text: String
    /// nil: every room the asker is in.
    package var room: RoomName?
    /// The author's nick, or nil.
    package var from: String?
    package var since: Timestamp?
    package var until: Timestamp?
    /// Only messages with smaller numbers: the next page.
    package var before: UInt64?
    package var limit: Int

    package init(
        text: String, room: RoomName? = nil, from: String? = nil, since: Timestamp? = nil,
        until: Timestamp? = nil, before: UInt64? = nil, limit: Int = 20
    ) {
        self.text = text
        self.room = room
        self.from = from
        self.since = since
        self.until = until
        self.before = before
        self.limit = min(max(1, limit), Limits.maxSearchPage)
    }
}

/// A message that was found, with the part of it that matches.
package struct SearchHit: Sendable {
    package let message: Message
    /// The part of its text around what was found; `…` where something is left out.
    package let snippet: String
    /// What was found in it, in bytes of the snippet's UTF-8.
    package let highlights: [Range<Int>]

    package init(message: Message, snippet: String, highlights: [Range<Int>] = []) {
        self.message = message
        self.snippet = snippet
        self.highlights = highlights
    }
}

/// A room as it was when the server ended.
package struct StoredRoom: Sendable {
    package let name: RoomName
    package let createdAt: Timestamp
    package let lastSeq: UInt64
    package let topic: Topic?

    package init(name: RoomName, createdAt: Timestamp, lastSeq: UInt64, topic: Topic?) {
        self.name = name
        self.createdAt = createdAt
        self.lastSeq = lastSeq
        self.topic = topic
    }
}

/// A message that was accepted and is to be committed.
package struct Acceptance: Sendable {
    package let message: Message
    /// The session and nonce to be remembered with it.
    package let session: String?
    package let nonce: String?
    /// Whom to acknowledge it to, when it asked for that.
    package let client: ClientID
    package let tag: RequestTag
}

/// How a hub deals with what lies behind it.
package struct HubPolicy: Sendable {
    /// Whether there is a journal: acks then come from whoever commits, and older messages and
    /// sessions are asked for by `needs`.
    package var isDurable: Bool
    /// How many of a room's messages a newcomer is shown.
    package var replay: Int
    /// Said to everyone who comes: that messages are kept, and how long.
    package var notice: String?
    /// How many are served at the same time, at a desk by each operator; nil: everybody.
    package var capacity: Int?
    /// How fast an address may post from outside.
    package var posting: TokenBucket
    package var admission: AdmissionPolicy
    /// Visitors talk with operators, each alone.
    package var isDesk: Bool { admission.isDesk }

    package init(
        isDurable: Bool = false, replay: Int = 0, notice: String? = nil, capacity: Int? = nil,
        admission: AdmissionPolicy = AdmissionPolicy(), posting: TokenBucket = .unlimited
    ) {
        self.posting = posting
        self.capacity = capacity
        self.admission = admission
        self.isDurable = isDurable
        self.replay = max(0, replay)
        self.notice = notice
    }
}
