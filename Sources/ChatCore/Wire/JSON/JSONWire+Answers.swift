// Direct answers as JSON lines (chatkit(5)). A request's `id` comes back as `re` on each of them.
// Invariant: each line is one object, `type` first; all but `missed` are one line or none.
// SPDX-License-Identifier: GPL-3.0-or-later

extension JSONWire {
    /// Writes `event` as one line, what a returning client missed as one for each message. What
    /// only IRC asks for writes nothing, and so does `done` when there is no label to answer to.
    /// `rooms` is what the client asked to begin in.
    package static func encode(
        _ event: ClientEvent, tag: RequestTag, rooms: [RoomName], into buffer: inout ByteBuffer
    ) {
        switch event {
        case .raw(let bytes), .lastWords(let bytes): return buffer.write(bytes)
        case .missed(let room, let gap, let messages):
            return write(missed: messages, of: room, gap: gap, into: &buffer)
        default: break
        }
        guard write(event, tag, rooms, into: &buffer) else { return }
        write(re: tag, into: &buffer)
        buffer.endLine()
    }

    /// Writes the label of the request that is answered.
    static func write(re tag: RequestTag, into buffer: inout ByteBuffer) {
        if tag.label.isEmpty { return }
        buffer.key("re")
        if tag.mark & JSONMark.numericLabel != 0 {
            buffer.write(tag.label)
        } else {
            buffer.write(json: tag.label)
        }
    }

    /// Writes why a request was refused, without the closing bracket.
    static func write(_ refusal: JSONRefusal, into buffer: inout ByteBuffer) {
        buffer.begin(type: "error")
        buffer.member("code", refusal.code)
        buffer.member("message", refusal.message)
        if let field = refusal.field { buffer.member("field", field) }
    }

    /// Writes a `pong` without its closing bracket.
    static func write(pong nonce: String?, into buffer: inout ByteBuffer) {
        buffer.begin(type: "pong")
        if let nonce { buffer.member("nonce", nonce) }
    }

    /// Writes an object without its closing bracket; false when there is nothing to say.
    static func write(
        _ event: ClientEvent, _ tag: RequestTag, _ rooms: [RoomName],
        into buffer: inout ByteBuffer
    ) -> Bool {
        switch event {
        case .welcome(let welcome): write(welcome, rooms, into: &buffer)
        case .entered(let snapshot):
            write(snapshot, into: &buffer)
            buffer.member("entered", true)
        case .names(let snapshot): write(snapshot, into: &buffer)
        case .rooms(let rooms): write(rooms, into: &buffer)
        case .whois(let info): write(info, into: &buffer)
        case .history(let room, let messages, let complete):
            write(history: messages, of: room, complete: complete, into: &buffer)
        case .replay(let room, let messages):
            write(history: messages, of: room, complete: false, into: &buffer)
            buffer.member("replay", true)
        case .found(let request, let hits, let next, let isCurrent):
            write(hits, of: request, next: next, into: &buffer)
            if !isCurrent { buffer.member("partial", true) }
        case .topic(let room, let topic):
            buffer.begin(type: "topic")
            buffer.member("room", room.text)
            write(topic, into: &buffer)
        case .privateMessage(let message):
            if !message.kind.isKept { return false }
            write(message, into: &buffer)
        case .ack(let nonce, let id, let room, let seq):
            buffer.begin(type: "ack")
            buffer.member("nonce", nonce)
            buffer.member("id", id.text)
            if let room {
                buffer.member("room", room.text)
                buffer.member("seq", seq)
            }
        case .profile(let profile):
            buffer.begin(type: "profile")
            write(profile, into: &buffer)
        case .away(let text):
            buffer.begin(type: "away")
            write(away: text, into: &buffer)
        case .isAway(let person, let text):
            buffer.begin(type: "away")
            buffer.member("nick", person.nick.text)
            write(away: text, into: &buffer)
        case .queued(let status, let ticket): write(status, ticket: ticket, into: &buffer)
        case .admitted(let admitted): write(admitted, into: &buffer)
        case .returned(let host, let isServer):
            buffer.begin(type: "returned")
            buffer.member(isServer ? "server" : "operator", host)
        case .conversationEnded(let end): write(end, into: &buffer)
        case .redirect(let host, let port, let ticket):
            buffer.begin(type: "redirect")
            buffer.member("host", host)
            buffer.member("port", port)
            buffer.member("ticket", ticket)
        case .rated(let rating, let host): write(rating, of: host, into: &buffer)
        case .desk(let status): write(status, into: &buffer)
        case .visitor(let visitor): write(visitor, into: &buffer)
        case .waiting(let visitors, let count): write(visitors, of: count, into: &buffer)
        case .transcript(let told): write(told, into: &buffer)
        case .error(let error):
            buffer.begin(type: "error")
            buffer.member("code", error.code)
            buffer.member("message", error.message)
        case .notice(let text):
            buffer.begin(type: "notice")
            buffer.member("text", text)
        case .bye(let bye): write(bye, into: &buffer)
        case .done, .reentered, .renamed, .exited:
            if tag.label.isEmpty { return false }
            buffer.begin(type: "ok")
        case .who, .present, .statistics, .raw, .lastWords, .missed, .activity, .report,
            .figures, .listening, .link:
            return false
        }
        return true
    }
}

// MARK: - Larger answers

extension JSONWire {
    private static func write(_ bye: Bye, into buffer: inout ByteBuffer) {
        buffer.begin(type: "bye")
        buffer.member("code", bye.code.rawValue)
        buffer.member("reason", bye.reason)
        buffer.member("retry", bye.retry)
    }

    private static func write(
        _ welcome: Welcome, _ rooms: [RoomName], into buffer: inout ByteBuffer
    ) {
        buffer.begin(type: "welcome")
        buffer.member("v", version)
        buffer.member("server", welcome.server)
        buffer.member("nick", welcome.person.nick.text)
        buffer.member("session", welcome.session)
        write(welcome.hasRooms ? rooms : [], into: &buffer)
        buffer.member("resume", welcome.session)
        buffer.beginObject("limits")
        for (name, value) in limits { buffer.member(name, value) }
        buffer.endObject()
    }

    /// What `welcome` says of the limits that a client can run into.
    private static let limits: [(name: StaticString, value: Int)] = [
        ("message_bytes", Limits.maxMessageBytes),
        ("line_bytes", Limits.maxLineBytes),
        ("nick_characters", Limits.maxNickCharacters),
        ("room_name_bytes", Limits.maxRoomNameBytes),
        ("rooms", Limits.maxRoomsPerClient),
        ("backlog_bytes", Limits.maxBacklogBytes),
        ("nonce_bytes", Limits.maxNonceBytes),
        ("profile_field_bytes", Limits.maxProfileFieldBytes),
        ("topic_bytes", Limits.maxTopicBytes),
        ("away_bytes", Limits.maxAwayBytes),
        ("history_messages", Limits.maxHistoryPage),
        ("missed_messages", Limits.maxMissedMessages),
        ("search_messages", Limits.maxSearchPage),
        ("search_bytes", Limits.maxSearchBytes),
        ("comment_bytes", Limits.maxCommentBytes),
        ("json_depth", Limits.maxJSONDepth),
        ("json_members", Limits.maxJSONMembers),
    ]

    private static func write(_ rooms: [RoomName], into buffer: inout ByteBuffer) {
        buffer.beginArray("rooms")
        for room in rooms { buffer.element(room.text) }
        buffer.endArray()
    }

    private static func write(_ snapshot: RoomSnapshot, into buffer: inout ByteBuffer) {
        buffer.begin(type: "names")
        buffer.member("room", snapshot.room.text)
        buffer.member("topic", snapshot.topic?.text ?? "")
        buffer.beginArray("members")
        for member in snapshot.members {
            buffer.beginElement()
            buffer.member("nick", member.person.nick.text)
            if member.away { buffer.member("away", true) }
            buffer.endObject()
        }
        buffer.endArray()
        buffer.member("count", snapshot.memberCount)
        buffer.member("last_seq", snapshot.lastSeq)
    }

    private static func write(_ rooms: [RoomInfo], into buffer: inout ByteBuffer) {
        buffer.begin(type: "rooms")
        buffer.beginArray("rooms")
        for room in rooms {
            buffer.beginElement()
            buffer.member("room", room.room.text)
            buffer.member("members", room.members)
            buffer.member("topic", room.topic)
            buffer.member("last_seq", room.lastSeq)
            buffer.endObject()
        }
        buffer.endArray()
    }

    private static func write(_ info: PersonInfo, into buffer: inout ByteBuffer) {
        buffer.begin(type: "whois")
        buffer.member("nick", info.person.nick.text)
        buffer.member("user", info.person.user)
        buffer.member("host", info.person.host)
        buffer.member("name", info.person.realName)
        if let profile = info.profile {
            buffer.beginObject("profile")
            write(profile, into: &buffer)
            buffer.endObject()
        }
        write(info.rooms, into: &buffer)
        write(away: info.away, into: &buffer)
        buffer.member("since", info.since)
        buffer.member("idle_s", info.idle.wholeMilliseconds / 1000)
    }

    static func write(_ profile: Profile, into buffer: inout ByteBuffer) {
        buffer.member("name", profile.name)
        buffer.member("student_id", profile.studentID)
        buffer.member("github", profile.github)
    }

    private static func write(_ topic: Topic?, into buffer: inout ByteBuffer) {
        buffer.member("text", topic?.text ?? "")
        guard let topic else { return }
        buffer.member("by", topic.by)
        buffer.member("at", topic.at)
    }
}
