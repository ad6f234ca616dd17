// The operator's side of a desk: visitors come and go, and commands are sent for them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ChatSession {
    package var isOperator: Bool { desk != nil }

    /// Whose commands one may use.
    package var audience: SlashCommand.Audience { isOperator ? .operators : .everyone }

    /// Whether what is shown of the session changes with time alone.
    package var tellsTime: Bool { isOperator || visit.isWaiting }

    /// The conversation that what is typed goes to.
    package var frontConversation: DeskConversation? { desk?.conversation(in: wanted ?? active) }

    mutating func deskReported(_ report: DeskReport, _ now: Now) -> [ClientAction] {
        guard let known = desk else { return [] }
        desk?.report = report
        desk?.reportedAt = now.instant
        var actions: [ClientAction] = []
        if known.mustCheck {
            desk?.mustCheck = false
            let own = desk?.operatorInfo(nick ?? "")?.visitors.map { FoldedName($0) } ?? []
            for talk in known.conversations where !own.contains(FoldedName(talk.nick)) {
                // Who comes back to it is not shown again what one has seen.
                let seen = timelines[talk.room]
                drop(talk.room)
                timelines[talk.room] = seen
            }
        }
        if let before = known.report, before.isPaused != report.isPaused {
            let words = report.isPaused ? "paused: you receive no visitors" : "open for visitors"
            actions += show(.status(words), now)
        }
        // A log has a line for what has changed; a screen has its header.
        if options.interface == .plain, known.report.map({ !$0.saysTheSame(as: report) }) ?? true {
            actions += show(.event(.desk(report)), now)
        }
        return actions + [.prompt]
    }

    mutating func visitorCame(_ visitor: DeskVisitor, _ now: Now) -> [ClientAction] {
        guard desk != nil else { return [] }
        let isIdle = frontConversation == nil
        desk?.add(visitor, at: now.instant)
        if isIdle { turn(to: visitor.room) }
        return show(.event(.visitor(visitor)), now) + [.prompt, .bell]
    }

    mutating func conversationEnded(_ end: ConversationEnd, _ now: Now) -> [ClientAction] {
        let talk = desk?.conversation(in: end.room)
        // What is kept back belongs to it.
        let rest = flushDisplay()
        drop(end.room)
        var told = end
        if told.visitorNick.isEmpty, let talk {
            told = ConversationEnd(
                visit: end.visit, room: end.room, reason: end.reason, canRate: false,
                operatorNick: end.operatorNick, visitorNick: talk.nick)
        }
        var actions = rest + show(.event(.ended(told)), now)
        if let next = frontConversation { actions += show(.status("now with \(next.nick)"), now) }
        return actions + [.prompt] + finishIfDone(now)
    }

    /// `/who`: those who wait, and the operators with whom they talk.
    func waitingListed(_ lines: [WaitingLine], of count: Int, _ now: Now) -> [ClientAction] {
        guard options.interface != .json else { return [] }
        var text = [count == 0 ? "nobody waits" : count == 1 ? "one waits:" : "\(count) wait:"]
        for line in lines {
            text.append("  \(line.position). \(line.nick)  \(ElapsedTime.text(line.waited))")
        }
        if count > lines.count { text.append("  and \(count - lines.count) more") }
        for host in desk?.report?.operators ?? [] {
            let name = isSelf(host.nick) ? "\(host.nick) (you)" : host.nick
            let with =
                host.visitors.isEmpty
                ? "is free" : "talks with \(host.visitors.joined(separator: ", "))"
            text.append("\(name) \(with)\(host.isPaused ? ", paused" : "")")
        }
        return [.show(.lines(text))]
    }

    /// Somebody wrote in a conversation; what one is not looking at counts as unread.
    mutating func heard(_ message: ChatMessage) -> [ClientAction] {
        guard let room = message.room.flatMap({ try? RoomName($0) }), !isSelf(message.from),
            desk?.conversation(in: room) != nil, room != wanted ?? active
        else { return [] }
        desk?.update(room) { $0.unread += 1 }
        return [.bell, .prompt]
    }

    /// `/switch`: the conversation with `nick`, or the one after the present one.
    mutating func converse(with nick: String?, _ now: Now) -> [ClientAction] {
        guard let desk, !desk.conversations.isEmpty else { return [nobody] }
        let found: DeskConversation?
        if let nick {
            found = desk.conversation(with: nick)
        } else {
            let present = desk.conversations.firstIndex { $0.room == frontConversation?.room }
            let next = present.map { ($0 + 1) % desk.conversations.count } ?? 0
            found = desk.conversations[next]
        }
        guard let found else {
            let names = desk.conversations.map(\.nick).joined(separator: ", ")
            return [
                .show(
                    .trouble(
                        "you have no conversation with \(nick ?? "")", hint: "choose from: \(names)"
                    ))
            ]
        }
        turn(to: found.room)
        return show(.status("now with \(found.nick)"), now) + [.prompt]
    }

    /// `/canned`: the list, or a text to be looked over and sent.
    func takeCanned(_ name: String?, _ more: String) -> [ClientAction] {
        guard let desk else { return [] }
        guard let name else {
            let lines = desk.canned.listing
            if !lines.isEmpty { return [.show(.lines(lines))] }
            return [
                .show(
                    .trouble(
                        "there are no prepared answers",
                        hint: "write NAME = TEXT lines into ~/.config/chatkit/canned"))
            ]
        }
        guard let text = desk.canned.text(named: name) else {
            let names = desk.canned.names.joined(separator: " ")
            let hint = names.isEmpty ? "there are none" : "choose from: \(names)"
            return [.show(.trouble("there is no prepared answer \(name)", hint: hint))]
        }
        return [.edit(more.isEmpty ? text : text + " " + more)]
    }

    /// `/next`, `/close` and the others that the server carries out.
    mutating func ask(_ request: DeskRequest) -> [ClientAction] {
        let talk = frontConversation
        switch request {
        case .close, .transfer: guard talk != nil else { return [nobody] }
        case .next, .pause, .resume: break
        }
        return enqueue(ClientRequest.desk(request, room: talk?.room.text).line, .command)
    }

    /// Where what an operator says goes, when it goes nowhere.
    var nobody: ClientAction {
        .show(.trouble("nobody is with you", hint: "/next takes the first in the queue"))
    }

    /// Puts that conversation in front.
    private mutating func turn(to room: RoomName) {
        if index(of: room) != nil {
            active = room
            wanted = nil
        } else {
            wanted = room
        }
        desk?.update(room) { $0.unread = 0 }
    }

    /// That conversation is no more; another one, if there is any, comes in front.
    private mutating func drop(_ room: RoomName) {
        desk?.conversations.removeAll { $0.room == room }
        let wasInFront = (wanted ?? active) == room
        forget(room)
        if wasInFront, let next = desk?.conversations.first { turn(to: next.room) }
    }
}

extension ChatSession {
    /// What a rendering depends on besides the event.
    package func renderContext(_ now: Timestamp) -> RenderContext {
        var visitors: [String: String] = [:]
        for talk in desk?.conversations ?? [] { visitors[talk.room.text] = talk.nick }
        return RenderContext(
            nick: nick ?? "", activeRoom: (frontConversation?.room ?? active)?.text, now: now,
            visitors: visitors, isOperator: isOperator)
    }
}

extension DeskReport {
    /// Whether a line of a log about one of the two holds for the other: waiting goes on by itself.
    func saysTheSame(as other: DeskReport) -> Bool {
        var other = other
        other.oldestWait = oldestWait
        return self == other
    }
}
