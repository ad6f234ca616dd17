// The hub's memory of admission: who is whose visit, which operators there are, what can be rated.
// Invariant: with a limit every visit that is not over has a seat, and every client that is no operator
// has a visit or is being asked for a rating. Without one nobody waits, and nothing is kept of anybody
// but the number of its visit.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What admission remembers.
struct Reception: Sendable {
    /// A visit's client and what is to be found again by its number.
    struct Seat: Sendable {
        /// nil while it has dropped and its place is kept.
        var client: ClientID?
        let ticket: String
        /// What the client is called, or was when it dropped.
        var nick = ""
        /// Where it comes from.
        var address = ""
        /// The rooms it wants to be in, and what it has seen of them; not at a desk.
        var rooms: [RoomName] = []
        var seen: [RoomName: UInt64] = [:]
        /// Under which nick and address its place is kept while it is not there.
        var place: String?
        /// Who serves it, or did last.
        var host = ""
        var hasWaited = false
        var isRated = false
        /// What it has left in its conversation since it waits.
        var messagesWaiting = 0
        /// It has told its operator what was said elsewhere.
        var hasTranscript = false
    }

    /// Somebody who sits at the desk.
    struct Operator: Sendable {
        var isPaused = false
    }

    /// A visit that is over and can be rated.
    struct Ratable: Sendable {
        let visit: VisitID
        let host: String
        let endedAt: Timestamp
        var isRated: Bool
    }

    /// A client whose conversation is over and that is asked for a rating.
    struct Afterwards: Sendable {
        let ticket: String
        let until: Instant
    }

    /// So many visits that are over are remembered; older ones are asked for in the journal.
    static let maxRatable = 10_000

    var admission: Admission
    var seats: [VisitID: Seat] = [:]
    var visitsByTicket: [String: VisitID] = [:]
    /// Places kept for those who cannot show a ticket, by nick and address.
    var places: [String: VisitID] = [:]
    var operators: [ClientID: Operator] = [:]
    var afterwards: [ClientID: Afterwards] = [:]
    var afterwardsDue = DeadlineQueue()
    private(set) var ratable: [String: Ratable] = [:]
    private var ratableOrder: [String] = []
    var figures: DeskFigures?
    /// When the operators are told the figures next, and were last.
    var deskDue = Instant.distantFuture
    var deskToldAt: Instant?

    init(_ admission: Admission) { self.admission = admission }

    /// A visit that was attended is over.
    mutating func remember(_ ticket: String, _ ended: Ratable) {
        guard !ticket.isEmpty else { return }
        ratable[ticket] = ended
        ratableOrder.append(ticket)
        guard ratableOrder.count > 2 * Reception.maxRatable else { return }
        for old in ratableOrder.prefix(Reception.maxRatable) { ratable[old] = nil }
        ratableOrder.removeFirst(Reception.maxRatable)
    }

    mutating func markRated(_ ticket: String) { ratable[ticket]?.isRated = true }
}

/// A visit as the journal knows it.
package struct StoredVisit: Sendable, Hashable {
    package let visit: VisitID
    package let isAttended: Bool
    /// Who served it last; empty for nobody.
    package let host: String
    /// nil: it is not over.
    package let endedAt: Timestamp?
    package let isRated: Bool

    package init(
        visit: VisitID, isAttended: Bool, host: String, endedAt: Timestamp?, isRated: Bool
    ) {
        self.visit = visit
        self.isAttended = isAttended
        self.host = host
        self.endedAt = endedAt
        self.isRated = isRated
    }
}

/// What became of a password.
package enum PasswordVerdict: Sendable, Hashable {
    case right
    case wrong
    /// Too many were tried: it was not looked at.
    case tryLater
}

extension RoomName {
    /// The room of a conversation at the desk: nobody can enter it who is not part of that.
    package init(conversation visit: VisitID) {
        self.init(known: RoomName.conversationPrefix + String(visit.number))
    }

    package var isConversation: Bool { folded.text.hasPrefix(RoomName.conversationPrefix) }

    /// Whose conversation it is.
    var conversationVisit: VisitID? {
        guard isConversation else { return nil }
        return UInt64(folded.text.dropFirst(RoomName.conversationPrefix.count)).map(VisitID.init)
    }

    private static let conversationPrefix = "#visit-"
}
