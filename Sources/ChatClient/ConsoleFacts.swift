// What an operator's header tells, as values: the desk's last report, brought up to this second.
// PRODUCT "Desk mode", the eight fields.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Everything that a header is made from.
package struct ConsoleFacts: Hashable, Sendable {
    /// One of the operator's own conversations.
    package struct Talk: Hashable, Sendable {
        package var nick: String
        package var lasted: Duration
        package var unread: Int
        /// What is typed goes there.
        package var isInFront: Bool

        package init(nick: String, lasted: Duration, unread: Int = 0, isInFront: Bool = false) {
            self.nick = nick
            self.lasted = lasted
            self.unread = unread
            self.isInFront = isInFront
        }
    }

    package var server: String
    /// What it is now, where the operator is.
    package var time: LocalTime
    package var isOnline = true
    /// nil until the first report.
    package var report: DeskReport?
    package var oldestWait: Duration?
    package var talks: [Talk] = []
    /// Other operators' conversations: `cem with ben`.
    package var others: [String] = []

    package init(server: String, time: LocalTime) {
        self.server = server
        self.time = time
    }

    package var isPaused: Bool { report?.isPaused ?? false }
    package var waiting: Int { report?.waiting ?? 0 }
}

extension ChatSession {
    /// The header's facts; `offset` is the local zone's, in seconds east of Greenwich.
    package func consoleFacts(_ now: Now, offset: Int) -> ConsoleFacts? {
        guard let desk else { return nil }
        var facts = ConsoleFacts(
            server: desk.report?.server ?? serverName,
            time: LocalTime(now.wall, offset: offset))
        facts.isOnline = isArrived
        facts.report = desk.report
        if desk.report?.waiting ?? 0 > 0 {
            let since = isArrived ? max(.zero, now.instant - desk.reportedAt) : .zero
            facts.oldestWait = desk.report?.oldestWait.map { $0 + since }
        }
        let front = frontConversation?.room
        facts.talks = desk.conversations.map { talk in
            ConsoleFacts.Talk(
                nick: talk.nick, lasted: now.instant - talk.began, unread: talk.unread,
                isInFront: talk.room == front)
        }
        facts.others = (desk.report?.operators ?? []).filter { !isSelf($0.nick) }.flatMap { host in
            host.visitors.map { "\($0) with \(host.nick)" }
        }
        return facts
    }
}
