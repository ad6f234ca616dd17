// One client's way through admission, as the journal keeps it: approached, waiting, served,
// attended, ended, or lost on the way. Every figure of `chatkit stats` is a count over these
// records (PRODUCT "Admission", the frozen definitions).
// SPDX-License-Identifier: GPL-3.0-or-later

/// One visit, numbered from 1 in the order of approaching; also a conversation's reference.
package struct VisitID: Hashable, Comparable, Sendable {
    package let number: UInt64

    package init(number: UInt64) { self.number = number }

    package static func < (a: VisitID, b: VisitID) -> Bool { a.number < b.number }
}

/// Something with slots: an operator of a desk, the server itself, a server behind a relay.
package struct HostID: Hashable, Sendable {
    package let raw: UInt64

    package init(raw: UInt64) { self.raw = raw }
}

/// Why a client was lost before it was attended.
package enum LossReason: String, Sendable, CaseIterable {
    /// The client left.
    case left
    /// The client reached the maximum wait.
    case expired
    /// The queue was full.
    case queueFull = "queue_full"
    /// There was no server.
    case noServer = "no_server"
    /// It had a slot, and the operator ended that without a word.
    case unanswered
    /// The server ended or was cut off under it.
    case serverGone = "server_gone"
}

/// How an attended client's visit ended.
package enum EndReason: String, Sendable, CaseIterable {
    /// The operator closed the conversation.
    case closed
    /// The client went away.
    case left
    /// Its operator or server vanished, and it waited in vain for another one.
    case expired
    /// The server ended or was cut off under it.
    case serverGone = "server_gone"
}

/// One to five stars and a word.
package struct Rating: Hashable, Sendable {
    package let stars: Int
    /// At most `Limits.maxCommentBytes`; empty for none.
    package let comment: String

    /// nil when there are not one to five stars.
    package init?(stars: Int, comment: String = "") {
        guard (1...5).contains(stars) else { return nil }
        self.stars = stars
        self.comment = comment.prefix(utf8Bytes: Limits.maxCommentBytes)
    }
}

/// One step of a visit.
package enum VisitEvent: Hashable, Sendable {
    /// It completed its handshake. `ticket` is unguessable; the journal keeps its hash alone.
    case approached(nick: String, ticket: String)
    /// There was no slot for it.
    case waiting
    /// It was given a slot. `host` is the operator's or server's name, `waited` what that took
    /// since it approached or, if it had a slot before, since it lost that.
    case served(host: String, waited: Duration)
    /// It counts as attended from here on.
    case attended
    /// It lost its slot, through no doing of its own, and waits again.
    case returned
    /// An attended client's visit is over. `handled`: how long it had a slot, in all.
    case ended(EndReason, handled: Duration)
    case lost(LossReason, waited: Duration)
    /// `host`: who served it last.
    case rated(Rating, host: String)
}

/// One step of one visit, to be journalled.
package struct VisitRecord: Hashable, Sendable {
    package let visit: VisitID
    package let at: Timestamp
    package let event: VisitEvent

    package init(_ visit: VisitID, at: Timestamp, _ event: VisitEvent) {
        self.visit = visit
        self.at = at
        self.event = event
    }
}

/// A client's position in the queue.
package struct QueueStatus: Hashable, Sendable {
    /// From 1; those who dropped and keep their place are counted.
    package let position: Int
    package let of: Int
    /// How long it will probably take; nil when too little is known.
    package let estimate: Duration?
    package let waited: Duration
    /// How long it may still wait.
    package let expiresIn: Duration

    package init(
        position: Int, of: Int, estimate: Duration?, waited: Duration, expiresIn: Duration
    ) {
        self.position = position
        self.of = of
        self.estimate = estimate
        self.waited = waited
        self.expiresIn = expiresIn
    }
}
