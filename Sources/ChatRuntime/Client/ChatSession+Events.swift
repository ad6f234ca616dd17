// What the server says, and what follows from it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ChatSession {
    /// Tries at a free nick before giving up.
    static let maxNickTries = 5
    /// The label on a request for what was missed while offline.
    static let catchUpLabel = "catch-up"

    /// A line from the server that could be decoded.
    package mutating func received(
        _ event: ChatEvent, now: Now, entropy: UInt64
    ) -> [ClientAction] {
        guard phase != .ended, phase != .offline else { return [] }
        heardAt = now.instant
        if phase != .greeting { pingSentAt = nil }
        switch event {
        case .welcome(let nick, let server, let resume):
            return welcomed(nick, server, resume, now)
        case .message(let message): return messageReceived(message, now)
        case .history(let room, let messages, _): return historyReceived(room, messages, now)
        case .names(let names): return namesReceived(names, now)
        case .joined(let room, let nick, _):
            if let index = index(of: room) { rooms[index].add(nick) }
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
        case .topic, .rooms, .whois, .notice: return show(.event(event), now)
        case .unknown: return []
        }
    }

    /// A line that is no event of any version. Before the welcome it means that the server is
    /// something else; later it is passed over.
    package mutating func garbled(_ line: [UInt8], now: Now) -> [ClientAction] {
        guard phase == .greeting, !wasOnline else { return [] }
        phase = .ended
        let said = String(decoding: line.prefix(60), as: UTF8.self)
        let complaint = "cannot connect: \(options.server): not a chatkit server: it said \(said)"
        return [
            .disconnect,
            .end(
                JoinOutcome(code: 69, reason: "not a chatkit server", complaint: complaint)),
        ]
    }

    /// Queues `what` behind what is kept back; people see ticks, scripts see all at once.
    private mutating func show(_ what: Display, _ now: Now) -> [ClientAction] {
        if options.interface.isScript { return [.show(what)] }
        return display.append(what, now: now.instant).map { .show($0) }
    }

    private mutating func settle(_ nonce: String) -> [ClientAction] {
        _ = pending.settle(nonce)
        return sendPending()
    }

    /// The lines that may be sent now.
    mutating func sendPending() -> [ClientAction] {
        phase == .online ? pending.takeSendable().map { .send($0) } : []
    }
}

// MARK: - Arriving

extension ChatSession {
    private mutating func welcomed(
        _ given: String, _ server: String, _ resume: String?, _ now: Now
    ) -> [ClientAction] {
        guard phase == .greeting else { return [] }
        phase = .online
        pingSentAt = nil
        self.resume = resume
        let asked = nick
        if !given.isEmpty { nick = given }
        var words: [String] = wasOnline ? ["connected again"] : []
        if options.interface == .interactive, !wasOnline {
            words.append("connected to \(server) as \(nick ?? "?"); /help lists the commands")
        }
        if nickTries > 0, let wish = options.nick {
            words.append("\(wish) is taken: you are \(nick ?? asked ?? "?")")
        }
        nickTries = 0
        wasOnline = true
        return words.map { .show(.status($0)) } + [.prompt] + sendPending() + finishIfDone(now)
    }

    private mutating func namesReceived(_ names: RoomDescription, _ now: Now) -> [ClientAction] {
        guard let name = try? RoomName(names.room) else { return [] }
        guard names.isEntered else { return show(.event(.names(names)), now) }
        var actions: [ClientAction] = []
        let known = index(of: name)
        var room = known.map { rooms[$0] } ?? ClientRoom(name: name)
        room.members = [:]
        for nick in names.members { room.add(nick) }
        // A smaller number than before: the server has begun anew, and nothing is missing.
        let missed = room.lastSeq > 0 && names.lastSeq > room.lastSeq ? room.lastSeq : nil
        if missed == nil { room.lastSeq = names.lastSeq }
        if let missed, options.interface != .json {
            room.held = []
            let request = ClientRequest.history(
                room: name.text, after: missed, limit: Limits.maxHistoryPage,
                label: ChatSession.catchUpLabel + name.text)
            actions.append(.send(request.line))
        }
        if let known {
            rooms[known] = room
            return actions
        }
        guard rooms.count < Limits.maxRoomsPerClient else { return [] }
        rooms.append(room)
        hasEnteredRoom = true
        if active == nil || wanted == name {
            active = name
            wanted = nil
        }
        return show(.event(.names(names)), now) + [.prompt] + actions
    }

    private mutating func leftReceived(
        _ room: String, _ nick: String, _ event: ChatEvent, _ now: Now
    ) -> [ClientAction] {
        guard let index = index(of: room) else { return show(.event(event), now) }
        guard isSelf(nick) else {
            rooms[index].members[nick.lowercased()] = nil
            return show(.event(event), now)
        }
        let name = rooms[index].name
        rooms.remove(at: index)
        // Back to the room that was entered last.
        if active == name { active = rooms.last?.name }
        let told: Display =
            options.interface.isScript ? .event(event) : .status("you left \(name.text)")
        return show(told, now) + [.prompt]
    }

    private mutating func renamed(
        _ old: String, _ new: String, _ event: ChatEvent, _ now: Now
    ) -> [ClientAction] {
        for index in rooms.indices {
            if rooms[index].members.removeValue(forKey: old.lowercased()) != nil {
                rooms[index].add(new)
            }
        }
        guard isSelf(old) else { return show(.event(event), now) }
        nick = new
        return show(.event(event), now) + [.prompt]
    }
}

// MARK: - Messages

extension ChatSession {
    private mutating func messageReceived(_ message: ChatMessage, _ now: Now) -> [ClientAction] {
        guard let room = message.room, let index = index(of: room) else {
            return show(message, now)
        }
        if rooms[index].held != nil {
            if (rooms[index].held?.count ?? 0) < ClientRoom.maxHeld {
                rooms[index].held?.append(message)
                return []
            }
            return releaseHeld(index, now) + show(message, now)
        }
        rooms[index].lastSeq = max(rooms[index].lastSeq, message.seq)
        return show(message, now)
    }

    private mutating func show(_ message: ChatMessage, _ now: Now) -> [ClientAction] {
        let mark: Display.Mark =
            isSelf(message.from) && !options.interface.isScript ? .unconfirmed : .none
        return show(.message(message, mark), now)
    }

    private mutating func historyReceived(
        _ room: String, _ messages: [ChatMessage], _ now: Now
    ) -> [ClientAction] {
        guard let index = index(of: room), rooms[index].held != nil else {
            // Asked for by the user.
            if messages.isEmpty { return show(.lines(["\(room): nothing so far"]), now) }
            return messages.flatMap { show(.message($0, .none), now) }
        }
        var actions: [ClientAction] = []
        let last = rooms[index].lastSeq
        if let first = messages.first, first.seq > last + 1 {
            let gap = first.seq - last - 1
            actions += show(.status("\(gap) messages in \(room) were missed"), now)
        }
        for message in messages where message.seq > rooms[index].lastSeq {
            rooms[index].lastSeq = message.seq
            actions += show(.message(message, isSelf(message.from) ? .confirmed : .none), now)
        }
        return actions + releaseHeld(index, now)
    }

    /// Shows what had to wait for older messages.
    private mutating func releaseHeld(_ index: Int, _ now: Now) -> [ClientAction] {
        let held = rooms[index].held ?? []
        rooms[index].held = nil
        var actions: [ClientAction] = []
        for message in held where message.seq > rooms[index].lastSeq {
            rooms[index].lastSeq = message.seq
            actions += show(message, now)
        }
        return actions
    }
}

// MARK: - Refusals and the end

extension ChatSession {
    private mutating func errorReceived(
        _ code: String, _ message: String, _ re: String?, _ now: Now, _ entropy: UInt64
    ) -> [ClientAction] {
        if phase == .greeting { return greetingRefused(code, message, now, entropy) }
        if let re, re.hasPrefix(ChatSession.catchUpLabel),
            let index = index(of: String(re.dropFirst(ChatSession.catchUpLabel.count)))
        {
            return releaseHeld(index, now)
        }
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
        refusal = max(refusal, isBadData ? 65 : 77)
    }

    private mutating func greetingRefused(
        _ code: String, _ message: String, _ now: Now, _ entropy: UInt64
    ) -> [ClientAction] {
        if code == "nick_taken" {
            if options.interface == .interactive, let next = nextNick() {
                nick = next
                return [.send(hello().line)]
            }
            if !options.isNickGiven, nick != nil {
                // Nobody asked for this nick: the server may choose one.
                nick = nil
                return [.send(hello().line)]
            }
            // After a lost connection it is probably one's own ghost, which will go.
            if wasOnline { return lost(message, now: now, entropy: entropy) }
        }
        phase = .ended
        let isBadData = code.hasPrefix("bad_")
        return [
            .disconnect,
            .end(
                JoinOutcome(
                    code: isBadData ? 65 : 77, reason: message,
                    complaint: "not allowed in: \(options.server): \(message)",
                    hint: code.hasSuffix("nick_taken") || code == "bad_nick"
                        ? "choose another name with --nick" : nil)),
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
        if retry, wasOnline, options.reconnects { return lost(why, now: now, entropy: entropy) }
        let shown = flushDisplay()
        phase = .ended
        let exit: Int32 =
            switch code {
            case "quit": refusal
            case "line_too_long", "bad_data": 65
            case "too_many_attempts": 77
            default: retry && !wasOnline ? 75 : 69
            }
        let complaint = exit == 0 ? nil : "connection closed: \(options.server): \(why)"
        return shown + [
            .disconnect, .end(JoinOutcome(code: exit, reason: why, complaint: complaint)),
        ]
    }
}
