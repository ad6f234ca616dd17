// A hub on stage: clients by name, and everything the hub says as one line of text each, so that a
// test reads like what happened.
//
//     *: joined #lobby bob          a room event, for a loop's members; `*1` when it is loop 1
//     bob: welcome bob              a direct answer; `bob@l` when it carries the label l
//     ann,bob: renamed bob rob      an event for several clients
//     bob enters r1                 the loop's own bookkeeping: enters, exits, closes
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

struct HubScene {
    var hub: Hub
    var now = Timestamp(milliseconds: 1000)
    /// Profiles that were to be printed, as `nick/name/id/github`.
    private(set) var profiles: [String] = []
    private var names: [ClientID: String] = [:]
    private var ids: [String: ClientID] = [:]
    private let loops: Int

    init(loops: Int = 1) {
        self.loops = loops
        hub = Hub(
            serverName: "test", origin: 35, loops: loops, startedAt: Timestamp(milliseconds: 0))
    }

    /// The client of that name on stage; made on its first mention, on the loops in turn.
    mutating func id(_ name: String) -> ClientID {
        if let known = ids[name] { return known }
        let id = ClientID(loop: ids.count % loops, serial: UInt64(ids.count + 1))
        ids[name] = id
        names[id] = name
        return id
    }

    /// Has a client ask, and returns what the hub says.
    @discardableResult
    mutating func ask(
        _ name: String, _ command: HubCommand, label: String = ""
    ) -> [String] {
        var output = HubOutput(loops: loops)
        let request = HubRequest(command, tag: RequestTag(label: label))
        hub.apply(request, from: id(name), now: now, output: &output)
        profiles += output.profiles.map { nick, profile in
            "\(nick)/\(profile.name)/\(profile.studentID)/\(profile.github)"
        }
        return output.perLoop.enumerated().flatMap { loop, items in
            items.map { shown($0, loop) }
        }
    }

    /// Has a client of that nick arrive in `rooms`; nil is the lobby.
    @discardableResult
    mutating func arrive(
        _ name: String, nick: String? = nil, rooms: [String]? = nil, memberLimit: Int = .max
    ) throws -> [String] {
        try ask(
            name,
            .register(
                Registration(
                    nick: Nickname(nick ?? name), user: "u", host: "h",
                    rooms: rooms.map { try $0.map { try RoomName($0) } }, session: "s",
                    memberLimit: memberLimit)))
    }

    @discardableResult
    mutating func say(
        _ name: String, _ text: String, in room: String = "#lobby", nonce: String? = nil,
        kind: MessageKind = .text, echo: Bool = true
    ) throws -> [String] {
        try ask(
            name,
            .post(
                Post(to: .room(RoomName(room)), kind: kind, text: text, nonce: nonce, echo: echo)))
    }

    /// The nicks of a room, as `client` is told them.
    mutating func people(_ room: String, askedBy client: String) throws -> String {
        try ask(client, .names(RoomName(room))).joined()
    }

    // MARK: - What is said, as text

    private func shown(_ item: LoopItem, _ loop: Int) -> String {
        let room = loop == 0 ? "*" : "*\(loop)"
        return switch item {
        case .room(_, let event): "\(room): \(HubScene.shown(event, name))"
        case .direct(let id, let event, let tag):
            "\(name(id))\(tag.label.isEmpty ? "" : "@\(tag.label)"): \(HubScene.shown(event))"
        case .several(let ids, let event):
            "\(ids.map(name).sorted().joined(separator: ",")): \(HubScene.shown(event, name))"
        case .entered(let id, let room): "\(name(id)) enters r\(room.raw)"
        case .exited(let id, let room): "\(name(id)) exits r\(room.raw)"
        case .resumed(let id): "\(name(id)) resumes"
        case .alarm(let due): "alarm \(due.nanoseconds)"
        case .close(let id): "\(name(id)) closes"
        }
    }

    private func name(_ id: ClientID) -> String { names[id] ?? "?" }

    private static func shown(_ event: RoomEvent, _ name: (ClientID) -> String) -> String {
        switch event {
        case .message(let message, let excluded):
            shown(message) + (excluded.map { " without \(name($0))" } ?? "")
        case .joined(let room, let person, _): "joined \(room) \(person.nick)"
        case .left(let room, let person, let reason, _, let also):
            "left \(([room] + also).map(\.text).joined(separator: ",")) \(person.nick) "
                + "\(reason.code) \(reason.text)"
        case .topic(let room, let text, let person, _): "topic \(room) '\(text)' \(person.nick)"
        case .renamed(let old, let new, _): "renamed \(old.nick) \(new.nick)"
        case .away(let person, let text, _): "away \(person.nick) \(text ?? "-")"
        }
    }

    private static func shown(_ message: Message) -> String {
        let place = message.room.map { "\($0) \(message.seq)" } ?? "to \(message.to?.text ?? "?")"
        let kind = message.kind == .text ? "" : " \(message.kind)"
        return "message\(kind) \(place) \(message.from.nick): \(message.text)"
    }

    private static func shown(_ room: RoomSnapshot) -> String {
        let members = room.members.map { $0.person.nick.text + ($0.away ? "(away)" : "") }
        let rest = room.memberCount == members.count ? "" : " of \(room.memberCount)"
        let topic = room.topic.map { " '\($0.text)'" } ?? ""
        return
            "\(room.room) [\(members.joined(separator: " "))\(rest)] last \(room.lastSeq)\(topic)"
    }

    private static func shown(_ event: ClientEvent) -> String {
        switch event {
        case .welcome(let welcome): "welcome \(welcome.person.nick) \(welcome.session)"
        case .entered(let room): "entered \(shown(room))"
        case .reentered(let room): "reentered \(shown(room))"
        case .names(let room): "names \(shown(room))"
        case .rooms(let rooms):
            "rooms "
                + rooms.map { "\($0.room)=\($0.members)/\($0.lastSeq)\($0.topic)" }
                .joined(separator: " ")
        case .whois(let info):
            "whois \(info.person.nick) \(info.rooms.map(\.text)) \(info.away ?? "-") "
                + "\(info.profile?.name ?? "-") idle \(info.idle.wholeMilliseconds)"
        case .who(let query, let rows):
            "who \(query)"
                + rows.map { " \($0.room?.text ?? "-")/\($0.member.person.nick)" }.joined()
        case .history(let room, let messages, let complete):
            "history \(room) \(messages.map(\.seq)) \(complete ? "complete" : "partial")"
        case .replay(let room, let messages): "replay \(room) \(messages.map(\.seq))"
        case .missed(let room, let gap, let messages):
            "missed \(room) \(gap.map { "gap \($0) " } ?? "")\(messages.map(\.seq))"
        case .found(let request, let hits, let next, _):
            "found \(request.text) \(hits.map(\.message.seq)) next \(next.map(String.init) ?? "-")"
        case .activity(let rooms): "activity \(rooms.map(\.0.text))"
        case .topic(let room, let topic): "topic \(room) \(topic?.text ?? "-")"
        case .privateMessage(let message): shown(message)
        case .ack(let nonce, let id, let room, let seq):
            "ack \(nonce) \(id.text) \(room?.text ?? "-") \(seq)"
        case .profile(let profile): "profile \(profile.name)"
        case .away(let text): "away \(text ?? "-")"
        case .isAway(let person, let text): "is away \(person.nick) \(text)"
        case .present(let asked, let found):
            "present \(asked.count): \(found.map(\.person.nick.text).joined(separator: " "))"
        case .statistics(let counts, _):
            "statistics \(counts.people) \(counts.mostPeople) \(counts.rooms) \(counts.messages)"
        case .queued(let status, let ticket):
            "queued \(status.position)/\(status.of) \(ticket)"
        case .admitted(let admitted): "admitted \(admitted.operatorNick ?? "-")"
        case .returned(let host, _): "returned \(host)"
        case .conversationEnded(let end): "ended \(end.room) \(end.reason)"
        case .redirect(let host, let port, _): "redirect \(host):\(port)"
        case .rated(let rating, let host): "rated \(rating.stars) \(host)"
        case .desk(let status): "desk \(status.waiting)"
        case .visitor(let visitor): "visitor \(visitor.nick)"
        case .waiting(let visitors, let count): "waiting \(visitors.map(\.nick.text)) \(count)"
        case .transcript(let told):
            "transcript \(told.visitor) \(told.transcript.entries.map(\.text))"
        case .link(let event): "link \(event)"
        case .error(let error): "error \(error.code)"
        case .notice(let text): "notice \(text)"
        case .bye(let bye): "bye \(bye.code)"
        case .raw(let bytes): "raw \(bytes.count)"
        case .lastWords(let bytes): "last words \(bytes.count)"
        case .report: "report"
        case .figures: "figures"
        case .listening(let room): "listening \(room)"
        case .renamed(let person): "renamed \(person.nick)"
        case .exited(let room): "exited \(room)"
        case .done: "done"
        }
    }
}
