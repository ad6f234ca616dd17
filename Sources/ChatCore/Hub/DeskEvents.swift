// What admission adds to the hub's vocabulary: what clients ask of it, and what they and the operators of
// a desk are told.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What an operator asks.
package enum DeskRequest: Hashable, Sendable {
    /// Ends the conversation and takes whoever waits first, also during a pause.
    case next
    /// Ends the conversation, with a last word to the visitor.
    case close(String)
    /// Takes in nobody, until `resume`.
    case pause
    case resume
    /// Hands the visitor to that operator; nil: to any other, by the head of the queue.
    case transfer(to: String?)
}

/// A client has its slot.
package struct Admitted: Hashable, Sendable {
    package let server: String
    /// Who serves it, at a desk.
    package let operatorNick: String?
    /// The conversation, at a desk.
    package let room: RoomName?
    /// Rates the visit later, also from another connection.
    package let ticket: String
    /// It had to wait for it.
    package let hasWaited: Bool

    package init(
        server: String, operatorNick: String?, room: RoomName?, ticket: String, hasWaited: Bool
    ) {
        self.server = server
        self.operatorNick = operatorNick
        self.room = room
        self.ticket = ticket
        self.hasWaited = hasWaited
    }
}

/// A conversation is over.
package struct ConversationEnd: Hashable, Sendable {
    package let visit: VisitID
    package let room: RoomName
    /// `EndReason`'s or `LossReason`'s word.
    package let reason: String
    /// Whether the visitor may rate it now; false for operators.
    package let canRate: Bool
    /// Who served it.
    package let operatorNick: String
    package let visitorNick: String

    package init(
        visit: VisitID, room: RoomName, reason: String, canRate: Bool, operatorNick: String,
        visitorNick: String
    ) {
        self.visit = visit
        self.room = room
        self.reason = reason
        self.canRate = canRate
        self.operatorNick = operatorNick
        self.visitorNick = visitorNick
    }
}

/// An operator's new visitor; the conversation's room is entered next.
package struct Visitor: Sendable {
    package let visit: VisitID
    package let room: RoomName
    package let nick: Nickname
    package let waited: Duration
    package let profile: Profile?

    package init(
        visit: VisitID, room: RoomName, nick: Nickname, waited: Duration, profile: Profile?
    ) {
        self.visit = visit
        self.room = room
        self.nick = nick
        self.waited = waited
        self.profile = profile
    }
}

/// A line of the list of those who wait.
package struct WaitingVisitor: Sendable {
    package let position: Int
    package let nick: Nickname
    package let waited: Duration

    package init(position: Int, nick: Nickname, waited: Duration) {
        self.position = position
        self.nick = nick
        self.waited = waited
    }
}

/// An operator, as the others see it.
package struct OperatorInfo: Sendable {
    package let nick: Nickname
    package let visitors: [Nickname]
    package let capacity: Int
    package let isPaused: Bool

    package init(nick: Nickname, visitors: [Nickname], capacity: Int, isPaused: Bool) {
        self.nick = nick
        self.visitors = visitors
        self.capacity = capacity
        self.isPaused = isPaused
    }
}

/// What an operator's screen always shows (system A's eight fields and the queue).
package struct DeskStatus: Sendable {
    package let server: String
    package let at: Timestamp
    package let figures: DeskFigures
    package let waiting: Int
    package let oldestWait: Duration?
    package let operators: [OperatorInfo]
    /// Whether the receiver has paused.
    package let isPaused: Bool

    package init(
        server: String, at: Timestamp, figures: DeskFigures, waiting: Int, oldestWait: Duration?,
        operators: [OperatorInfo], isPaused: Bool
    ) {
        self.server = server
        self.at = at
        self.figures = figures
        self.waiting = waiting
        self.oldestWait = oldestWait
        self.operators = operators
        self.isPaused = isPaused
    }
}
