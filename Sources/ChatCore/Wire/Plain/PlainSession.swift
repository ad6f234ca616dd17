// Plain text: a nick, then lines (PRODUCT.md, "Plain text"). A peer that has never sent a newline ends
// its messages by silence; one that has is taken at its newlines alone, so that slow typing is not
// torn apart. Over-long lines are refused, skipped in bounded memory, and the connection goes on.
//
// naming:   the next line is the nick; becomes asking.
// asking:   the hub was asked; becomes talking (welcome) or naming (refused).
// talking:  lines are messages and commands, until the connection ends.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One netcat (or system C) client.
package struct PlainSession: SessionCodec {
    private enum Stage: Sendable { case naming, asking, talking }

    private var stage = Stage.naming
    private var usesNewlines = false
    private var isSkipping = false
    private var wantsPrompt = false
    private var refusals = 0
    var nick = ""
    /// The rooms in the order of entering; the last one joined or named is talked in.
    var rooms: [RoomName] = []
    var currentRoom: RoomName?
    /// It has no slot, and so no room.
    private var isWaiting = false

    package init(info: ServerInfo) {}

    package static let protocolName: StaticString = "plain"

    package var format: WireFormat { rooms.count > 1 ? .plainWithRooms : .plain }

    package var isRegistered: Bool { stage == .talking }

    package var silence: Duration? { usesNewlines ? nil : Limits.plainSilence }

    package mutating func takePromptRequest() -> Bool {
        defer { wantsPrompt = false }
        return wantsPrompt
    }

    package mutating func encodePing(into reply: inout ByteBuffer) -> Bool { false }

    package mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
        if refusals >= Limits.maxNickAttempts { return .close(Bye(.tooManyAttempts)) }
        guard !input.isEmpty else { return .needsMore }
        guard let end = input.distance(to: 0x0A) else {
            if isSkipping { return skipAllButOne(&input) }
            // The newline of the longest line may still come after a CR.
            let most = Limits.maxLineBytes + (input.readable.last == 0x0D ? 1 : 0)
            guard input.readableBytes > most else { return .needsMore }
            isSkipping = true
            _ = skipAllButOne(&input)
            return refuseLine(reply: &reply)
        }
        usesNewlines = true
        let line = input.read(end) ?? []
        input.skip(1)
        if isSkipping {
            isSkipping = false
            return .handled
        }
        return take(line, reply: &reply)
    }

    /// Throws away the rest of an over-long line. One byte stays, so that a silence after it is
    /// noticed, which ends the line of a peer that sends no newlines.
    private func skipAllButOne(_ input: inout ByteBuffer) -> SessionAction {
        guard input.readableBytes > 1 else { return .needsMore }
        input.skip(input.readableBytes - 1)
        return .handled
    }

    package mutating func silenceReached(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
        guard !input.isEmpty, !isSkipping else {
            isSkipping = false
            input.skip(input.readableBytes)
            return .needsMore
        }
        return take(input.read(input.readableBytes) ?? [], reply: &reply)
    }

    private func refuseLine(reply: inout ByteBuffer) -> SessionAction {
        say("error: a line may have at most \(Limits.maxLineBytes) bytes", &reply)
        return .handled
    }

    /// One line without its terminator.
    mutating func take(
        _ line: ArraySlice<UInt8>, reply: inout ByteBuffer
    ) -> SessionAction {
        var line = line
        if line.last == 0x0D { line.removeLast() }
        guard line.count <= Limits.maxLineBytes else { return refuseLine(reply: &reply) }
        while line.last == 0x0D { line.removeLast() }
        guard let text = String(validating: line, as: UTF8.self) else {
            return refuse("what was sent is not UTF-8", reply: &reply)
        }
        guard !line.contains(0) else {
            return refuse("a line may not contain NUL", reply: &reply)
        }
        switch stage {
        case .naming: return name(text, reply: &reply)
        case .asking: return .handled
        case .talking: return talk(text, reply: &reply)
        }
    }

    private mutating func refuse(_ why: String, reply: inout ByteBuffer) -> SessionAction {
        say("error: \(why)", &reply)
        return stage == .naming ? countRefusal(reply: &reply) : .handled
    }

    private mutating func name(_ text: String, reply: inout ByteBuffer) -> SessionAction {
        let name = text.trimmingBlanks()
        do {
            let nick = try Nickname(name)
            stage = .asking
            return .request(
                HubRequest(
                    .register(
                        Registration(
                            nick: nick, user: "~plain", host: "plain.chatkit", memberLimit: 8))))
        } catch {
            let shown = name.isEmpty ? "that" : String(name.prefix(Limits.maxNickCharacters))
            say("\(shown) cannot be a nick: \(error.reason)", &reply)
            return countRefusal(reply: &reply)
        }
    }

    private mutating func countRefusal(reply: inout ByteBuffer) -> SessionAction {
        refusals += 1
        guard refusals < Limits.maxNickAttempts else {
            // `next` closes at once when the last refusal was the hub's.
            say("bye: \(ByeCode.tooManyAttempts.reason)", &reply)
            return .close(Bye(.tooManyAttempts))
        }
        wantsPrompt = true
        return .handled
    }

    private mutating func talk(_ line: String, reply: inout ByteBuffer) -> SessionAction {
        if SlashCommand.isCommand(line) { return command(line, reply: &reply) }
        let text = SlashCommand.spokenText(withoutOwnName(line))
        guard !text.trimmingBlanks().isEmpty else { return .handled }
        return post(.text, text, reply: &reply)
    }

    /// System C's client sends its own name in front of what is typed; it is not said twice.
    private func withoutOwnName(_ line: String) -> Substring {
        let own = nick + ":"
        guard line.hasPrefix(own) else { return line[...] }
        let rest = line.dropFirst(own.count)
        return rest.first == " " ? rest.dropFirst() : rest
    }

    func post(_ kind: MessageKind, _ text: String, reply: inout ByteBuffer) -> SessionAction {
        guard let room = currentRoom ?? (isWaiting ? .lobby : nil) else {
            say("error: you are in no room; /join ROOM enters one", &reply)
            return .handled
        }
        return .request(HubRequest(.post(Post(to: .room(room), kind: kind, text: text))))
    }

    func say(_ line: String, _ reply: inout ByteBuffer) {
        PlainWire.line(nil, false, line, into: &reply)
    }

    // MARK: - Answers

    package mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer
    ) {
        switch event {
        case .welcome(let welcome):
            stage = .talking
            nick = welcome.person.nick.text
            say("Welcome to \(welcome.server), \(nick). /help lists the commands.", &reply)
        case .error(let error) where stage == .asking:
            stage = .naming
            say(error.message, &reply)
            _ = countRefusal(reply: &reply)
        case .entered(let snapshot):
            rooms.append(snapshot.room)
            currentRoom = snapshot.room
            describe(snapshot, &reply)
        case .exited(let room):
            rooms.removeAll { $0 == room }
            if currentRoom == room { currentRoom = rooms.last }
            let place = currentRoom.map { "you are in \($0)" } ?? "you are in no room"
            say("you left \(room); \(place)", &reply)
        case .renamed(let person): nick = person.nick.text
        case .queued, .admitted:
            isWaiting = if case .queued = event { true } else { false }
            describe(event, tag, &reply)
        default: describe(event, tag, &reply)
        }
    }
}
