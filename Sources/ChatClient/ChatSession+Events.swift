// What the server says, and what follows from it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ChatSession {
    /// Tries at a free nick before giving up.
    static let maxNickTries = 5
    /// A line from the server that could be decoded.
    package mutating func received(
        _ event: ChatEvent, now: Now, entropy: UInt64
    ) -> [ClientAction] {
        guard phase != .ended, phase != .offline else { return [] }
        heardAt = now.instant
        if phase != .greeting { pingSentAt = nil }
        let echo: [ClientAction] = isEchoed(event) ? [.echo] : []
        return echo + react(to: event, now: now, entropy: entropy)
    }

    private mutating func react(
        to event: ChatEvent, now: Now, entropy: UInt64
    ) -> [ClientAction] {
        switch event {
        case .welcome(let nick, let server, let resume, let rooms):
            return welcomed(nick, server, resume, rooms, now)
        case .redirect(let place, let ticket): return redirected(to: place, ticket, now)
        case .message(let message): return heard(message) + messageReceived(message, now)
        case .history(let page): return historyReceived(page, now)
        case .gap(let room, let range): return gapReceived(room, range, now)
        case .found(let text, let messages, let next, let isPartial, let re):
            let lag = ["the newest messages are not indexed yet"]
            let note = isPartial && !options.interface.isScript ? show(.lines(lag), now) : []
            return found(text, messages, next, re, now) + note
        case .names(let names): return namesReceived(names, now)
        case .joined(let room, let nick, _):
            if let index = index(of: room) { rooms[index].add(nick) }
            // A conversation's people come and go with it, and are told with that.
            if isConversation(room), !options.interface.isScript { return [] }
            // One's own coming in is told with the names.
            return isSelf(nick) && !options.interface.isScript ? [] : show(.event(event), now)
        case .left(let room, let nick, _, _, _): return leftReceived(room, nick, event, now)
        case .renamed(let old, let new, _): return renamed(old, new, event, now)
        case .ack(let nonce, let id):
            return settle(nonce) + display.acked(id, now: now.instant).map { .show($0) }
                + finishIfDone(now)
        case .error(let code, let message, let re):
            return errorReceived(code, message, re, now, entropy)
        case .bye(let code, let reason, let retry):
            return byeReceived(code, reason, retry, now, entropy)
        case .ping: return [.send(ClientRequest.pong.line)]
        case .pong:
            guard let asked = pingAskedAt else { return [] }
            pingAskedAt = nil
            let milliseconds = (now.instant - asked).wholeMilliseconds
            return show(.lines(["the server answered in \(milliseconds) ms"]), now)
        // One's own is told by the direct answer, which names nobody.
        case .away(let nick, _): return isSelf(nick) ? [] : show(.event(event), now)
        case .queue(let status, let ticket): return queueReceived(status, ticket, now)
        case .admitted(let event): return admitted(event, now)
        case .returned(let host): return returned(from: host, now)
        case .ended(let end):
            return isOperator ? conversationEnded(end, now) : visitEnded(end, now)
        case .rated(let rating, let host): return rated(rating, host, now)
        case .desk(let report): return deskReported(report, now)
        case .visitor(let visitor): return visitorCame(visitor, now)
        case .waiting(let lines, let count): return waitingListed(lines, of: count, now)
        case .transcript: return isOperator ? show(.event(event), now) : []
        case .topic, .rooms, .whois, .notice: return show(.event(event), now)
        case .done, .unknown: return []
        }
    }

    /// A line that is no event of any version. Before the welcome it means that the server is
    /// something else; later it is passed over.
    package mutating func garbled(_ line: [UInt8], now: Now) -> [ClientAction] {
        // Nor does it when it begins like one: a server that dies does so in the middle of a line.
        guard phase == .greeting, !wasOnline, !visit.isWaiting, line.first != UInt8(ascii: "{")
        else { return [] }
        phase = .ended
        let said = String(decoding: line.prefix(60), as: UTF8.self)
        let complaint = "cannot connect: \(serverAddress): not a chatkit server: it said \(said)"
        return [
            .disconnect,
            .end(
                JoinOutcome(code: 69, reason: "not a chatkit server", complaint: complaint)),
        ]
    }

    /// Queues `what` behind what is kept back; people see ticks, scripts see all at once.
    mutating func show(_ what: Display, _ now: Now) -> [ClientAction] {
        // Who asked for messages is shown nothing else.
        if case .event = what, options.past.errand != .talk { return [] }
        if options.interface.isScript { return [.show(what)] }
        return display.append(what, now: now.instant).map { .show($0) }
    }

    private mutating func settle(_ nonce: String) -> [ClientAction] {
        _ = pending.settle(nonce)
        return sendPending()
    }

    /// The lines that may be sent now.
    mutating func sendPending() -> [ClientAction] {
        guard phase == .online, !visit.isHeld else { return [] }
        if visit.isWaiting, keepsUntilTurn, pending.messages > 0 { return [] }
        return pending.takeSendable().map { .send($0) }
    }
}

// MARK: - Arriving

extension ChatSession {
    private mutating func welcomed(
        _ given: String, _ server: String, _ resume: String?, _ entering: [RoomName], _ now: Now
    ) -> [ClientAction] {
        // An operator belongs to one desk.
        let isHandedOver = phase == .online && !isOperator
        guard phase == .greeting || isHandedOver else { return [] }
        let isElsewhere =
            isHandedOver || wasOnline && server != serverName && !isOperator
        let farewell =
            isElsewhere ? leaveServer(for: server, entering, isHandedOver: isHandedOver, now) : []
        phase = .online
        pingSentAt = nil
        self.resume = resume
        serverName = server
        arrivedAfterHandover()
        let asked = nick
        if !given.isEmpty { nick = given }
        var words: [String] = wasOnline && !isHandedOver ? ["connected again"] : []
        if options.interface == .interactive, !wasOnline {
            let role = isOperator ? ", an operator" : ""
            words.append(
                "connected to \(server) as \(nick ?? "?")\(role); /help lists the commands")
        }
        if nickTries > 0, let wish = options.nick {
            words.append("\(wish) is taken: you are \(nick ?? asked ?? "?")")
        }
        nickTries = 0
        wasOnline = true
        // What was said before on another server is another past.
        let isNewPast = !isElsewhere || options.past.errand != .talk
        return words.map { .show(.status($0)) } + farewell + [.prompt] + sendPending()
            + (isNewPast ? beginPast(now) : []) + finishIfDone(now)
    }

    private mutating func namesReceived(_ names: RoomDescription, _ now: Now) -> [ClientAction] {
        guard let name = try? RoomName(names.room) else { return [] }
        guard names.isEntered else { return show(.event(.names(names)), now) }
        var actions: [ClientAction] = []
        let known = index(of: name)
        var room = known.map { rooms[$0] } ?? ClientRoom(name: name)
        room.members = [:]
        for nick in names.members { room.add(nick) }
        actions += entered(name, newest: names.lastSeq, now)
        if let known {
            rooms[known] = room
            return actions
        }
        // A visitor has one conversation: another one takes its place.
        if name.isConversation, !isOperator {
            for old in rooms.map(\.name) where old.isConversation { forget(old) }
        }
        guard rooms.count < Limits.maxRoomsPerClient else { return [] }
        rooms.append(room)
        hasEnteredRoom = true
        if active == nil || wanted == name { active = name }
        if wanted == name { wanted = nil }
        // A relay's queue ends with this, where the server it has found has none.
        let isTurn = visit.isWaiting && !name.isConversation
        if isTurn { visit.stage = .served }
        if name.isConversation, !options.interface.isScript { return [.prompt] + actions }
        return show(.event(.names(names)), now) + [.prompt] + actions
            + (isTurn ? sendPending() + finishIfDone(now) : [])
    }

    private mutating func leftReceived(
        _ room: String, _ nick: String, _ event: ChatEvent, _ now: Now
    ) -> [ClientAction] {
        let isQuiet = isConversation(room) && !options.interface.isScript
        guard let index = index(of: room) else { return isQuiet ? [] : show(.event(event), now) }
        guard isSelf(nick) else {
            rooms[index].members[FoldedName(nick)] = nil
            return isQuiet ? [] : show(.event(event), now)
        }
        let name = rooms[index].name
        rooms.remove(at: index)
        timelines[name] = nil
        // Back to the room that was entered last.
        if active == name { active = rooms.last?.name }
        if isQuiet { return [.prompt] }
        let told: Display =
            options.interface.isScript ? .event(event) : .status("you left \(name.text)")
        return show(told, now) + [.prompt]
    }

    private mutating func renamed(
        _ old: String, _ new: String, _ event: ChatEvent, _ now: Now
    ) -> [ClientAction] {
        for index in rooms.indices {
            if rooms[index].members.removeValue(forKey: FoldedName(old)) != nil {
                rooms[index].add(new)
            }
        }
        for talk in desk?.conversations ?? [] where FoldedName(talk.nick) == FoldedName(old) {
            desk?.update(talk.room) { $0.nick = new }
        }
        guard isSelf(old) else { return show(.event(event), now) + [.prompt] }
        nick = new
        return show(.event(event), now) + [.prompt]
    }
}

// MARK: - Refusals and the end

extension ChatSession {
    private mutating func errorReceived(
        _ code: String, _ message: String, _ re: String?, _ now: Now, _ entropy: UInt64
    ) -> [ClientAction] {
        if phase == .greeting { return greetingRefused(code, message, now, entropy) }
        if code == "bad_token", re == nil, resume != nil { return greetAgain() }
        if code == "not_saved" {
            // No refusal: it is going to be acked, later.
            return show(.trouble(message, hint: nil), now)
        }
        if code == "bad_reference", re == nil, refusedPlaces > 0 {
            refusedPlaces -= 1
            return []
        }
        // Not every server wants to know what was said elsewhere, or knows the word.
        if re == ConversationMemory.label { return [] }
        if let re, let actions = pastRefused(code, message, re, now) { return actions }
        if let actions = visitRefused(code, re, now) { return actions }
        noteRefusal(code)
        wanted = nil
        var actions = show(.trouble(message.isEmpty ? code : message, hint: nil), now)
        if let re { actions += settle(re) }
        return actions + finishIfDone(now)
    }

    /// Remembers the exit code that a refusal means to a script.
    mutating func noteRefusal(_ code: String) {
        let isBadData =
            code.hasPrefix("bad_") || code.hasSuffix("_too_long") || code.hasPrefix("empty_")
            || code == "unknown_type"
        refusal = max(refusal, isBadData ? 65 : code == "unavailable" ? 75 : 77)
    }

    private mutating func greetingRefused(
        _ code: String, _ message: String, _ now: Now, _ entropy: UInt64
    ) -> [ClientAction] {
        if code == "bad_token" || code == "bad_field", resume != nil {
            // Not from this server, or not any more: a new session begins.
            resume = nil
            return [.send(hello())]
        }
        if code == "bad_ticket", visit.ticket != nil {
            visit.ticket = nil
            return [.send(hello())]
        }
        if code == "nick_taken" {
            if options.interface == .interactive, let next = nextNick() {
                nick = next
                return [.send(hello())]
            }
            if !options.isNickGiven, nick != nil {
                // Nobody asked for this nick: the server may choose one.
                nick = nil
                return [.send(hello())]
            }
            // After a lost connection it is probably one's own ghost, which will go.
            if wasOnline { return lost(message, now: now, entropy: entropy) }
        }
        phase = .ended
        let (exit, hint): (Int32, String?) =
            switch code {
            case "bad_nick": (65, "choose another name with --nick")
            case "nick_taken": (77, "choose another name with --nick")
            case "wrong_password":
                (
                    77,
                    "it comes from --password-file, \(EnvironmentName.operatorPassword) or the terminal"
                )
            case "try_later": (75, nil)
            default: (code.hasPrefix("bad_") ? 65 : 77, nil)
            }
        let complaint = "not allowed in: \(serverAddress): \(message)"
        return [
            .disconnect,
            .end(JoinOutcome(code: exit, reason: message, complaint: complaint, hint: hint)),
        ]
    }

    /// `alice_`, `alice__`, …; nil when enough were tried.
    private mutating func nextNick() -> String? {
        guard nickTries < ChatSession.maxNickTries, let nick else { return nil }
        nickTries += 1
        return try? Nickname(nick + "_").text
    }

    private mutating func byeReceived(
        _ code: String, _ reason: String, _ retry: Bool, _ now: Now, _ entropy: UInt64
    ) -> [ClientAction] {
        let why = reason.isEmpty ? code : reason
        // The answer to our own; the server closes now.
        if phase == .leaving { return [] }
        let ofVisit = exitCode(ofVisit: code)
        if ofVisit == nil, retry, wasOnline, options.reconnects {
            return lost(why, now: now, entropy: entropy)
        }
        let shown = flushDisplay()
        phase = .ended
        let exit: Int32 =
            switch code {
            case "quit": refusal
            case _ where ofVisit != nil: ofVisit ?? 0
            case "line_too_long", "bad_data": 65
            case "too_many_attempts": 77
            default: retry && !wasOnline ? 75 : 69
            }
        let complaint = exit == 0 ? nil : "connection closed: \(serverAddress): \(why)"
        return shown + [
            .disconnect, .end(JoinOutcome(code: exit, reason: why, complaint: complaint)),
        ]
    }
}
