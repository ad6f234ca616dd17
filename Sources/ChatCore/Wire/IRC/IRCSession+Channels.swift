// Rooms, which IRC calls channels: JOIN, PART, NAMES, LIST, TOPIC, MODE.
// Rooms have one mode here, `n`: who is not in a room cannot speak there. Nobody can change it. `o`
// and `v` are announced, since clients fail without any prefix, and nobody has them.
// RFC 2812 §3.2, https://modern.ircdocs.horse/#channel-operations
// SPDX-License-Identifier: GPL-3.0-or-later

extension IRCSession {
    mutating func join(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let list = message[0] ?? ""
        if list == "0" {
            return send(rooms.map { request(.leave($0, word: ""), .part) })
        }
        var requests: [HubRequest] = []
        for name in list.split(separator: ",") {
            guard let room = checked(name, &reply) else { continue }
            guard rooms.count + requests.count < Limits.maxRoomsPerClient || rooms.contains(room)
            else {
                numeric(.tooManyChannels, String(name), into: &reply)
                continue
            }
            requests.append(request(.join(room), .join))
        }
        return send(requests)
    }

    mutating func part(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        var requests: [HubRequest] = []
        for name in (message[0] ?? "").split(separator: ",") {
            guard let room = existing(name, &reply) else { continue }
            requests.append(request(.leave(room, word: message[1] ?? ""), .part))
        }
        return send(requests)
    }

    mutating func names(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        guard let list = message[0], !list.isEmpty else {
            numeric(.endOfNames, "*", into: &reply)
            return .handled
        }
        var requests: [HubRequest] = []
        for name in list.split(separator: ",") {
            if let room = RoomName(irc: name) {
                requests.append(request(.names(room), .names))
            } else {
                numeric(.endOfNames, String(name), into: &reply)
            }
        }
        return send(requests)
    }

    mutating func list(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        // Conditions (`>3`, masks) are not offered in 005; a list without a room is the whole one.
        let rooms = (message[0] ?? "").split(separator: ",").compactMap { RoomName(irc: $0) }
        guard message[0]?.utf8.first == UInt8(ascii: "#") else {
            return .request(request(.rooms, .list))
        }
        numeric(.listStart, "Channel", into: &reply)
        guard !rooms.isEmpty else {
            numeric(.listEnd, into: &reply)
            return .handled
        }
        let last = rooms.count - 1
        return send(
            rooms.enumerated().map { request(.names($1), $0 == last ? .listLast : .list) })
    }

    mutating func topic(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        guard let name = message[0], let room = existing(name, &reply) else { return .handled }
        guard let text = message[1] else {
            return .request(request(.topic(room, set: nil), .topic))
        }
        let topic = IRCText.clipped(text, to: Limits.maxTopicBytes)
        return .request(request(.topic(room, set: topic), .topicChange))
    }

    // MARK: - Modes

    mutating func mode(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        guard let target = message[0], !target.isEmpty else {
            numeric(.needMoreParams, "MODE", into: &reply)
            return .handled
        }
        if target.utf8.first == UInt8(ascii: "#") { return channelMode(target, message, &reply) }
        guard FoldedName(target) == person?.nick.folded else {
            numeric(.usersDontMatch, into: &reply)
            return .handled
        }
        userMode(message[1] ?? "", &reply)
        return .handled
    }

    private mutating func channelMode(
        _ target: String, _ message: IRCMessage, _ reply: inout ByteBuffer
    ) -> SessionAction {
        guard let room = existing(target, &reply) else { return .handled }
        let changes = (message[1] ?? "").unicodeScalars.filter { $0 != "+" && $0 != "-" }
        if changes.isEmpty { return .request(request(.names(room), .mode)) }
        let isListQuery = changes.allSatisfy { $0 == "b" } && message[2] == nil
        if isListQuery { return .request(request(.names(room), .bans)) }
        if let unknown = changes.first(where: { !"nbov".unicodeScalars.contains($0) }) {
            numeric(.unknownMode, String(Character(unknown)), into: &reply)
            return .handled
        }
        return .request(request(.names(room), .modeChange))
    }

    /// `i` is all there is. It changes nothing, since people are found by name or in rooms only;
    /// clients ask for it on connecting and shall not be told of an error.
    private mutating func userMode(_ changes: String, _ reply: inout ByteBuffer) {
        guard !changes.isEmpty else {
            numeric(.userMode, isInvisible ? "+i" : "+", into: &reply)
            return
        }
        var adds = true
        var hasUnknown = false
        let before = isInvisible
        for scalar in changes.unicodeScalars {
            switch scalar {
            case "+": adds = true
            case "-": adds = false
            case "i": isInvisible = adds
            default: hasUnknown = true
            }
        }
        if hasUnknown { numeric(.unknownUserMode, into: &reply) }
        guard before != isInvisible, let person else { return }
        let start = reply.writerIndex
        reply.write(ircSource: person)
        reply.write(literal: "MODE ")
        reply.write(person.nick.text)
        reply.write(isInvisible ? " :+i" : " :-i")
        reply.endIRCLine(from: start)
    }

    // MARK: - Names

    /// The room to be entered, or nil after an error.
    private func checked(_ name: Substring, _ reply: inout ByteBuffer) -> RoomName? {
        guard name.utf8.first == UInt8(ascii: "#") else {
            numeric(.noSuchChannel, String(name), into: &reply)
            return nil
        }
        do throws(NameError) {
            return try RoomName(name)
        } catch {
            let text = error.sentence(about: "the name of a room")
            numeric(.badChannel, String(name), text: text, into: &reply)
            return nil
        }
    }

    /// The room meant by a command on a room that should be there, or nil after an error.
    private func existing(_ name: some StringProtocol, _ reply: inout ByteBuffer) -> RoomName? {
        if let room = RoomName(irc: name) { return room }
        numeric(.noSuchChannel, String(name), into: &reply)
        return nil
    }
}

extension RoomName {
    /// Reads a name that has its `#`; nil for anything else.
    init?(irc name: some StringProtocol) {
        guard name.utf8.first == UInt8(ascii: "#"), let room = try? RoomName(name) else {
            return nil
        }
        self = room
    }
}
