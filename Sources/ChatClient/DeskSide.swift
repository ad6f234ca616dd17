// What an operator's client knows: the desk's last report and one's conversations. Pure.
// Invariant: one conversation for a room, in the order in which they began.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// One of an operator's conversations.
package struct DeskConversation: Hashable, Sendable {
    package let room: RoomName
    package internal(set) var nick: String
    package let began: Instant
    /// Messages that came while one was looking at another conversation.
    package internal(set) var unread = 0
}

/// The operator's side of a session.
package struct DeskSide: Hashable, Sendable {
    /// Most conversations that one client keeps.
    static let maxConversations = Limits.maxRoomsPerClient

    package let canned: CannedReplies
    package internal(set) var report: DeskReport?
    /// When the report came: waiting goes on in between.
    package internal(set) var reportedAt = Instant(nanoseconds: 0)
    package internal(set) var conversations: [DeskConversation] = []
    /// After a lost connection the next report tells which conversations go on.
    var mustCheck = false

    package init(canned: CannedReplies = CannedReplies()) { self.canned = canned }

    package func conversation(in room: RoomName?) -> DeskConversation? {
        guard let room else { return nil }
        return conversations.first { $0.room == room }
    }

    /// The conversation with a visitor of that name, or with the only one whose name begins so.
    func conversation(with nick: String) -> DeskConversation? {
        let wanted = FoldedName(nick)
        if let found = conversations.first(where: { FoldedName($0.nick) == wanted }) {
            return found
        }
        let begun = conversations.filter { FoldedName($0.nick).text.hasPrefix(wanted.text) }
        return begun.count == 1 ? begun[0] : nil
    }

    mutating func add(_ visitor: DeskVisitor, at now: Instant) {
        if let index = conversations.firstIndex(where: { $0.room == visitor.room }) {
            conversations[index].nick = visitor.nick
            return
        }
        guard conversations.count < DeskSide.maxConversations else { return }
        conversations.append(
            DeskConversation(room: visitor.room, nick: visitor.nick, began: now))
    }

    /// Changes one conversation, if there is one in that room.
    mutating func update(_ room: RoomName, _ change: (inout DeskConversation) -> Void) {
        guard let index = conversations.firstIndex(where: { $0.room == room }) else { return }
        change(&conversations[index])
    }

    /// What the operators' list says of `nick`.
    func operatorInfo(_ nick: String) -> DeskReport.Operator? {
        let wanted = FoldedName(nick)
        return report?.operators.first { FoldedName($0.nick) == wanted }
    }
}
