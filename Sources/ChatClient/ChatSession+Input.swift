// What the user types or a script sends, and what follows from it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ChatSession {
    /// A line of plain input, from a person or a script. `begun` is what its first character was
    /// typed for, where that is known.
    package mutating func typed(
        _ line: String, begunFor begun: Aim? = nil, now: Now
    ) -> [ClientAction] {
        if let begun, let actions = misdirected(line, begun) { return actions }
        if isAskedToRate, !SlashCommand.isCommand(line) { return answeredRating(line) }
        switch InputParser.parse(line, for: audience) {
        case .nothing: return []
        case .say(let texts):
            guard !options.interface.isScript || texts.count == 1 else {
                return refuse("message_too_long", HubError.messageTooLong.message)
            }
            return say(texts, isAction: false)
        case .refused(let error):
            noteRefusal("bad_command")
            return [.show(.trouble(error.message, hint: error.hint))]
        case .command(let request): return carryOut(request, now)
        }
    }

    /// Posts `text` to the active room as it is, without looking for commands (`--send`).
    package mutating func post(_ text: String) -> [ClientAction] {
        guard !text.isEmpty else {
            return refuse("empty_message", HubError.emptyMessage.message)
        }
        guard text.utf8.count <= Limits.maxMessageBytes else {
            return refuse("message_too_long", HubError.messageTooLong.message)
        }
        return say([text], isAction: false)
    }

    /// A JSON line from a script: passed on as it is, with a nonce when a message lacks one.
    package mutating func request(_ object: JSONObject, line: [UInt8]) -> [ClientAction] {
        switch object["type"]?.string {
        case "bye": return leave(object["text"]?.string)
        case "message":
            let nonce = object["nonce"]?.string ?? makeNonce()
            let label = object["id"]?.string ?? object["id"]?.integer.map { "\($0)" } ?? nonce
            var labelled = object
            // What is there already is left as it is.
            let isNew = labelled.append("nonce", .string(nonce))
            guard labelled.append("id", .string(nonce)) || isNew else {
                return enqueue(line, .message(nonce: nonce, label: label))
            }
            var out = ByteBuffer(reservingCapacity: line.count + 64)
            out.write(json: .object(labelled))
            out.write(UInt8(ascii: "\n"))
            return enqueue(out.storage, .message(nonce: nonce, label: label))
        case "join":
            wanted = object["room"]?.string.flatMap { try? RoomName($0) }
            return enqueue(line, .command)
        default: return enqueue(line, .command)
        }
    }

    /// No more input will come: leave when all is settled.
    package mutating func inputEnded(now: Now) -> [ClientAction] {
        inputHasEnded = true
        return finishIfDone(now)
    }

    /// After the end of input, with nothing outstanding: listen on for a while, then leave.
    mutating func finishIfDone(_ now: Now) -> [ClientAction] {
        guard inputHasEnded, phase == .online, pending.isEmpty, isPastShown, lingerUntil == nil,
            !visit.isWaiting
        else { return [] }
        guard linger > .zero else { return leave(lastWord) }
        lingerUntil = now.instant + linger
        return []
    }

    /// Something that this client knows the server would refuse.
    private mutating func refuse(_ code: String, _ message: String) -> [ClientAction] {
        noteRefusal(code)
        return [.show(.trouble(message, hint: nil))]
    }
}

// MARK: - Sending

extension ChatSession {
    private mutating func say(_ texts: [String], isAction: Bool) -> [ClientAction] {
        let room = isPlaceOpen ? nil : place
        guard room != nil || isPlaceOpen else { return [nowhere] }
        return texts.flatMap { text in
            enqueue(text) { text, nonce in
                .message(room: room?.text, text: text, isAction: isAction, nonce: nonce)
            }
        }
    }

    /// Why what is said goes nowhere, and what helps.
    private var nowhere: ClientAction {
        if isOperator { return nobody }
        return .show(.trouble("you are in no room", hint: "/join ROOM enters one"))
    }

    /// Keeps and sends a message. Text that needs so many escapes that its line would be too long
    /// is cut further.
    private mutating func enqueue(
        _ text: String, _ request: (_ text: String, _ nonce: String) -> ClientRequest
    ) -> [ClientAction] {
        let nonce = makeNonce()
        let line = request(text, nonce).line
        guard line.count > Limits.maxLineBytes else {
            let actions = enqueue(line, .message(nonce: nonce, label: nonce))
            return actions.isEmpty ? keptNotice(text) : actions
        }
        return InputParser.split(text, limit: Limits.maxMessageBytes / 4).flatMap { piece in
            let nonce = makeNonce()
            return enqueue(request(piece, nonce).line, .message(nonce: nonce, label: nonce))
        }
    }

    mutating func enqueue(_ line: [UInt8], _ kind: PendingMessages.Kind) -> [ClientAction] {
        guard pending.append(line, kind) else {
            noteRefusal("full")
            return [
                .show(
                    .trouble(
                        "not sent: \(pending.count) messages are waiting already",
                        hint: "try again when the connection is back"))
            ]
        }
        return sendPending()
    }

    /// Tells a person that what left the line has not left the house.
    private func keptNotice(_ text: String) -> [ClientAction] {
        guard phase == .offline, options.interface == .interactive else { return [] }
        return [.show(.status("kept until connected: \(text)"))]
    }
}

// MARK: - Commands

extension ChatSession {
    private mutating func carryOut(_ request: SlashRequest, _ now: Now) -> [ClientAction] {
        switch request {
        case .help(let name): return [.show(.lines(SlashCommand.help(name, for: audience)))]
        case .nick(let nick):
            if phase == .offline { self.nick = nick.text }
            return phase == .offline ? [.prompt] : enqueue(.nick(nick.text))
        case .action(let text): return say(InputParser.split(text), isAction: true)
        case .privateMessage(let to, let text):
            return InputParser.split(text).flatMap { piece in
                enqueue(piece) { text, nonce in
                    .privateMessage(to: to, text: text, nonce: nonce)
                }
            }
        case .join(let room):
            if let index = index(of: room) {
                active = rooms[index].name
                wanted = nil
                return [.prompt]
            }
            wanted = room
            return enqueue(.join(room.text))
        case .leave(let room):
            let left = room ?? place
            if wanted == left { wanted = nil }
            // What is typed next is for the room that one goes back to.
            if active == left { active = rooms.last { $0.name != left }?.name }
            guard let left else { return inRoom(nil) { .leave($0.text) } }
            return enqueue(.leave(left.text)) + [.prompt]
        case .rooms: return enqueue(.rooms)
        case .who(nil) where isOperator: return enqueue(.waiting)
        case .who(let room): return inRoom(room) { .names(room: $0.text) }
        case .whois(let nick): return enqueue(.whois(nick))
        case .topic(let text): return inRoom(nil) { .topic(room: $0.text, set: text) }
        case .profile(let profile?): return enqueue(.profile(profile))
        case .profile(nil): return enqueue(.whois(nick ?? ""))
        case .away(let text): return enqueue(.away(text))
        case .history(let count):
            return inRoom(nil) { room in
                .history(
                    room: room.text, from: .latest, limit: count ?? PastWish.latestCount,
                    label: nil)
            }
        case .search(let text): return enqueue(.search(ClientSearch(text)))
        case .ping:
            pingAskedAt = now.instant
            return enqueue(.ping)
        case .quit(let word): return quit(word)
        case .rate(let rating): return rate(rating)
        case .desk(let request): return ask(request)
        case .converse(let nick): return converse(with: nick, now)
        case .canned(let name, let more): return takeCanned(name, more)
        }
    }

    private mutating func enqueue(_ request: ClientRequest) -> [ClientAction] {
        enqueue(request.line, .command)
    }

    /// A request about `room`, or about the active one.
    private mutating func inRoom(
        _ room: RoomName?, _ request: (RoomName) -> ClientRequest
    ) -> [ClientAction] {
        guard let place = room ?? place else { return [nowhere] }
        return enqueue(request(place))
    }

    /// `/quit` in a script waits for outstanding acks like the end of input; a person leaves now.
    private mutating func quit(_ word: String?) -> [ClientAction] {
        guard options.interface.isScript else { return leave(word) }
        linger = .zero
        lastWord = word
        inputHasEnded = true
        return phase == .online && pending.isEmpty ? leave(word) : []
    }
}
