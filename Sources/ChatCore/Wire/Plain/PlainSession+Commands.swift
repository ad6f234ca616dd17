// Slash commands over plain text, and the answers as sentences.
// SPDX-License-Identifier: GPL-3.0-or-later

extension PlainSession {
    mutating func command(_ line: String, reply: inout ByteBuffer) -> SessionAction {
        switch SlashCommand.parse(line) {
        case .failure(let error):
            say("error: \(error.message)", &reply)
            if let hint = error.hint { say(hint, &reply) }
            return .handled
        case .success(let request): return carryOut(request, reply: &reply)
        }
    }

    private mutating func carryOut(
        _ request: SlashRequest, reply: inout ByteBuffer
    ) -> SessionAction {
        switch request {
        case .help(let name):
            for line in SlashCommand.help(name) { say(line, &reply) }
            return .handled
        case .ping:
            say("pong", &reply)
            return .handled
        case .action(let text): return post(.action, text, reply: &reply)
        case .nick(let nick): return .request(HubRequest(.rename(nick)))
        case .privateMessage(let nick, let text):
            return .request(HubRequest(.post(Post(to: .nick(nick), text: text))))
        case .join(let room):
            if let known = rooms.first(where: { $0 == room }) {
                currentRoom = known
                say("you are in \(known)", &reply)
                return .handled
            }
            return .request(HubRequest(.join(room)))
        case .rooms: return .request(HubRequest(.rooms))
        case .whois(let nick): return .request(HubRequest(.whois(nick)))
        case .away(let text): return .request(HubRequest(.away(text)))
        case .profile(let profile?): return .request(HubRequest(.profile(profile)))
        case .profile(nil): return .request(HubRequest(.whois(nick)))
        case .quit(let word): return .request(HubRequest(.quit(.quit(word ?? ""))))
        case .leave(let room): return inRoom(room, &reply) { .leave($0, word: "") }
        case .who(let room): return inRoom(room, &reply) { .names($0) }
        case .topic(let text): return inRoom(nil, &reply) { .topic($0, set: text) }
        case .history(let count):
            return inRoom(nil, &reply) { .history(HistoryRequest(room: $0, limit: count ?? 20)) }
        case .search(let text): return .request(HubRequest(.search(SearchRequest(text: text))))
        case .rate(let rating): return .request(HubRequest(.rate(rating, ticket: nil)))
        case .desk, .converse, .canned: return .handled  // refused when the line was read
        }
    }

    /// A request about `room`, or about the room that is talked in.
    private func inRoom(
        _ room: RoomName?, _ reply: inout ByteBuffer, _ command: (RoomName) -> HubCommand
    ) -> SessionAction {
        guard let room = room ?? currentRoom else {
            say("error: you are in no room; /join ROOM enters one", &reply)
            return .handled
        }
        return .request(HubRequest(command(room)))
    }

    /// The answers that need no state.
    func describe(_ event: ClientEvent, _ tag: RequestTag, _ reply: inout ByteBuffer) {
        switch event {
        case .names(let snapshot): describe(snapshot, &reply)
        case .rooms(let list):
            for room in list {
                let topic = room.topic.isEmpty ? "" : ": \(room.topic)"
                say("\(room.room) (\(count(room.members, "person", "people")))\(topic)", &reply)
            }
            if list.isEmpty { say("there are no rooms", &reply) }
        case .whois(let info): describe(info, &reply)
        case .history(let room, let messages, _):
            if messages.isEmpty { say("nothing was said in \(room) yet", &reply) }
            show(messages, &reply)
        case .topic(let room, let topic?):
            say("the topic of \(room) is: \(topic.text) (\(topic.by))", &reply)
        case .topic(let room, nil): say("\(room) has no topic", &reply)
        case .privateMessage(let message): PlainWire.encode(message, rooms: false, into: &reply)
        case .profile(let profile): describe(profile, &reply)
        case .away(let text): say(text == nil ? "you are back" : "you are away", &reply)
        case .isAway(let person, let text): say("\(person.nick) is away: \(text)", &reply)
        case .error(let error): say("error: \(error.message)", &reply)
        case .notice(let text): say(text, &reply)
        case .bye(let bye): say("bye: \(bye.reason)", &reply)
        case .raw(let bytes), .lastWords(let bytes): reply.write(bytes)
        case .replay(let room, let messages): replay(messages, of: room, &reply)
        case .found(let request, let hits, let next, let isCurrent):
            describe(request, hits, next, &reply)
            if !isCurrent { say("the newest messages are not indexed yet", &reply) }
        case .queued, .admitted, .returned, .conversationEnded, .rated:
            describeAdmission(event, &reply)
        case .desk, .visitor, .waiting, .transcript: break  // for operators
        case .who, .present, .statistics, .activity, .missed, .ack, .done, .reentered: break
        case .report, .figures, .listening, .link, .redirect: break  // for others
        case .welcome, .entered, .exited, .renamed: break  // `encode` keeps state by these
        }
    }

    /// Messages of earlier, each line with its time.
    private func show(_ messages: [Message], _ reply: inout ByteBuffer) {
        for message in messages {
            PlainWire.encode(message, rooms: rooms.count > 1, dated: true, into: &reply)
        }
    }

    /// What was said last before the client came, set apart from what is said from now on.
    private func replay(
        _ messages: [Message], of room: RoomName, _ reply: inout ByteBuffer
    ) {
        let said = messages.count { $0.kind.isKept }
        guard said > 0 else { return }
        let many = said == 1 ? "message" : "\(said) messages"
        say("\(room), the last \(many):", &reply)
        show(messages, &reply)
        say("\(room), from now on:", &reply)
    }

    private func describe(
        _ request: SearchRequest, _ hits: [SearchHit], _ next: UInt64?,
        _ reply: inout ByteBuffer
    ) {
        if hits.isEmpty { say("nothing was found for \(request.text)", &reply) }
        for hit in hits { PlainWire.encode(hit, into: &reply) }
        if next != nil { say("there is more; another word narrows it down", &reply) }
    }

    func describe(_ snapshot: RoomSnapshot, _ reply: inout ByteBuffer) {
        let nicks = snapshot.members.map(\.person.nick.text).joined(separator: ", ")
        let rest = snapshot.memberCount - snapshot.members.count
        let others = rest > 0 ? " and \(count(rest, "other", "others"))" : ""
        say("in \(snapshot.room): \(nicks)\(others)", &reply)
        if let topic = snapshot.topic { say("topic: \(topic.text)", &reply) }
    }

    private func describe(_ info: PersonInfo, _ reply: inout ByteBuffer) {
        let rooms = info.rooms.map(\.text).joined(separator: ", ")
        say("\(info.person.nick) is \(rooms.isEmpty ? "in no room" : "in \(rooms)")", &reply)
        if let away = info.away { say("away: \(away)", &reply) }
        if let profile = info.profile { describe(profile, &reply) }
    }

    private func describe(_ profile: Profile, _ reply: inout ByteBuffer) {
        if !profile.name.isEmpty { say("name: \(profile.name)", &reply) }
        if !profile.studentID.isEmpty { say("student id: \(profile.studentID)", &reply) }
        if !profile.github.isEmpty { say("github: \(profile.github)", &reply) }
    }

    private func count(_ number: Int, _ one: String, _ many: String) -> String {
        number == 1 ? "1 \(one)" : "\(number) \(many)"
    }
}
