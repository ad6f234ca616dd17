// The hub's answers as IRC lines. Which numeric an answer or a refusal becomes depends on what was
// asked: the request's mark says so.
// SPDX-License-Identifier: GPL-3.0-or-later

extension IRCSession {
    mutating func write(
        _ event: ClientEvent, mark: IRCMark, now: Timestamp, into reply: inout ByteBuffer
    ) {
        switch event {
        case .welcome(let welcome): writeWelcome(welcome, into: &reply)
        case .entered(let room): writeEntered(room, into: &reply)
        case .reentered(let room): writeReentered(room, into: &reply)
        case .names(let room): writeRoom(room, mark, into: &reply)
        case .rooms(let rooms): writeList(rooms, into: &reply)
        case .whois(let person): writeWhois(person, into: &reply)
        case .who(let query, let rows): writeWho(query, rows, mark, into: &reply)
        case .topic(let room, let topic):
            if mark != .topicChange { writeTopic(topic, of: room, into: &reply) }
        case .privateMessage(let message):
            IRCWire.encode(message, format: format, into: &reply)
        case .away(let text): numeric(text == nil ? .unaway : .nowAway, into: &reply)
        case .isAway(let person, let text):
            // An automatic answer, which a notice must not have.
            if mark != .notice { numeric(.away, person.nick.text, text: text, into: &reply) }
        case .present(let asked, let members): writePresent(asked, members, mark, into: &reply)
        case .statistics(let counts, _):
            if mark == .time {
                writeTime(now, into: &reply)
            } else {
                writeUserCounts(counts, into: &reply)
            }
        case .history(let room, let messages, _):
            if mark == .history { _ = takeOpenHistory() }
            writeHistory(of: room, messages, into: &reply)
        case .activity(let rooms):
            if mark == .history { _ = takeOpenHistory() }
            writeTargets(rooms, into: &reply)
        case .error(let error): write(error, mark, into: &reply)
        case .notice(let text):
            for part in text.split(separator: "\n") {
                line("NOTICE", nickOrStar, text: String(part), into: &reply)
            }
        case .queued, .admitted, .returned, .conversationEnded, .rated, .visitor, .waiting:
            writeAdmission(event, into: &reply)
        case .transcript(let told): writeTranscript(told, into: &reply)
        case .desk: isOperator = true
        case .bye(let bye): writeGoodbye(bye, into: &reply)
        case .raw(let bytes), .lastWords(let bytes): reply.write(bytes)
        // The client has seen these as everyone in its rooms did.
        case .renamed(let person): self.person = person
        case .exited(let room): rooms.removeAll { $0 == room }
        // What was asked for is done; nothing in what can be negotiated says so without a label.
        case .ack, .profile, .done, .replay, .missed, .found: break
        case .report, .figures, .listening, .link, .redirect: break  // for others
        }
    }

    private mutating func takeOpenWhox() -> IRCWhoxQuery? {
        openWhox.isEmpty ? nil : openWhox.removeFirst()
    }

    // MARK: - Rooms

    private mutating func writeEntered(_ room: RoomSnapshot, into reply: inout ByteBuffer) {
        if !rooms.contains(room.room), rooms.count < Limits.maxRoomsPerClient {
            rooms.append(room.room)
        }
        if room.topic != nil { writeTopic(room.topic, of: room.room, into: &reply) }
        writeNames(room, into: &reply)
    }

    /// A repeated JOIN is answered like the first, to the asker alone: libraries wait for the answer to
    /// their own JOIN, and the one that came with the welcome was before they asked.
    private mutating func writeReentered(_ room: RoomSnapshot, into reply: inout ByteBuffer) {
        guard let person else { return }
        let start = reply.writerIndex
        reply.write(ircSource: person)
        reply.write(literal: "JOIN ")
        reply.write(room.room.text)
        reply.endIRCLine(from: start)
        writeEntered(room, into: &reply)
    }

    private func writeNames(_ room: RoomSnapshot, into reply: inout ByteBuffer) {
        numericList(
            .names, ["=", room.room.text], words: room.members.lazy.map(\.person.nick.text),
            into: &reply)
        numeric(.endOfNames, room.room.text, into: &reply)
    }

    private func writeTopic(
        _ topic: Topic?, of room: RoomName, into reply: inout ByteBuffer
    ) {
        guard let topic, !topic.text.isEmpty else {
            return numeric(.noTopic, room.text, into: &reply)
        }
        numeric(.topic, room.text, text: topic.text, into: &reply)
        numeric(
            .topicBy, room.text, topic.by, String(topic.at.milliseconds / 1000), into: &reply)
    }

    /// Several commands ask for a room's people: NAMES, LIST #room, MODE.
    private func writeRoom(
        _ room: RoomSnapshot, _ mark: IRCMark, into reply: inout ByteBuffer
    ) {
        let name = room.room.text
        switch mark {
        case .mode:
            numeric(.channelMode, name, "+n", into: &reply)
            numeric(.createdAt, name, String(room.createdAt.milliseconds / 1000), into: &reply)
        case .modeChange: numeric(.notOperator, name, into: &reply)
        case .bans: numeric(.endOfBans, name, into: &reply)
        case .list, .listLast:
            writeListRow(
                RoomInfo(
                    room: room.room, members: room.members.count, topic: room.topic?.text ?? "",
                    lastSeq: room.lastSeq), into: &reply)
            if mark == .listLast { numeric(.listEnd, into: &reply) }
        default: writeNames(room, into: &reply)
        }
    }

    private func writeList(_ rooms: [RoomInfo], into reply: inout ByteBuffer) {
        numeric(.listStart, "Channel", into: &reply)
        for room in rooms { writeListRow(room, into: &reply) }
        numeric(.listEnd, into: &reply)
    }

    /// A room that nobody is in is none for IRC, whatever is remembered of it.
    private func writeListRow(_ room: RoomInfo, into reply: inout ByteBuffer) {
        guard room.members > 0 else { return }
        let start = begin(.list, into: &reply)
        reply.write(UInt8(ascii: " "))
        reply.write(room.room.text)
        reply.write(UInt8(ascii: " "))
        reply.write(decimal: room.members)
        reply.write(literal: " :")
        reply.write(ircText: room.topic)
        reply.endIRCLine(from: start)
    }

    // MARK: - People

    private mutating func writeWho(
        _ query: String, _ rows: [(room: RoomName?, member: Member)], _ mark: IRCMark,
        into reply: inout ByteBuffer
    ) {
        let fields = mark == .whox ? takeOpenWhox() : nil
        for row in rows {
            if let fields {
                writeWhoxRow(fields, room: row.room, row.member, into: &reply)
            } else {
                writeWhoRow(room: row.room, row.member, into: &reply)
            }
        }
        numeric(.endOfWho, query, into: &reply)
    }

    private func writePresent(
        _ asked: [String], _ members: [Member], _ mark: IRCMark, into reply: inout ByteBuffer
    ) {
        switch mark {
        case .ping: line("PONG", serverName, text: asked.first ?? "", into: &reply)
        case .userHost: writeUserHosts(members, into: &reply)
        default:
            let nicks = members.map(\.person.nick.text).joined(separator: " ")
            line(IRCNumeric.isOn.code, nickOrStar, text: nicks, into: &reply)
        }
    }
}

// MARK: - Refusals

extension IRCSession {
    private mutating func write(
        _ error: HubError, _ mark: IRCMark, into reply: inout ByteBuffer
    ) {
        switch mark {
        case .notice: return
        case .whox: _ = takeOpenWhox()
        case .history:
            if let query = takeOpenHistory(), let refusal = query.refusal(error) {
                return write(refusal, into: &reply)
            }
        case .register:
            phase = .introducing
            wantedNick = nil
        default: break
        }
        switch error {
        case .nickTaken(let nick): numeric(.nickInUse, nick, into: &reply)
        case .badNick(let nick, let why):
            numeric(.badNick, nick, text: why.sentence(about: "a nick"), into: &reply)
        case .badRoom(let room, let why):
            let text = why.sentence(about: "the name of a room")
            numeric(mark == .join ? .badChannel : .noSuchChannel, room, text: text, into: &reply)
        case .noSuchNick(let name), .noSuchRoom(let name):
            let isRoom = if case .noSuchRoom = error { true } else { false }
            writeMissing(name, isRoom ? .noSuchChannel : .noSuchNick, mark, into: &reply)
        case .notInRoom(let room):
            let isPost = mark == .message || mark == .tags
            numeric(isPost ? .cannotSend : .notOnChannel, room, into: &reply)
        case .tooManyRooms: numeric(.tooManyChannels, "*", into: &reply)
        case .noRoomForRooms: numeric(.unavailable, "*", into: &reply)
        case .messageTooLong:
            numeric(.inputTooLong, text: IRCLengthLimit.message.text, into: &reply)
        case .emptyMessage: numeric(.noText, into: &reply)
        case .topicTooLong:
            line("FAIL", "TOPIC", "TOPIC_TOO_LONG", text: error.message, into: &reply)
        case .alreadyRegistered: numeric(.alreadyRegistered, into: &reply)
        case .notRegistered: numeric(.notRegistered, into: &reply)
        case .wrongPassword: numeric(.wrongPassword, into: &reply)
        case .badNonce, .badProfile, .badReference, .badSearch, .badToken, .unavailable,
            .notSaved, .badRating, .alreadyRated, .notAttended, .badTicket, .waiting,
            .tooManyWhileWaiting, .notOperator, .tryLater, .noDesk,
            .noConversation, .operatorBusy, .notAtDesk, .notOutside, .tooFast, .cannotSave,
            .noSuchServer, .wrongToken, .tooManyRows, .noReference, .alreadyTold:
            line("NOTICE", nickOrStar, text: error.message, into: &reply)
        }
    }

    /// Whom or what was asked for is not there: an error for some commands, an empty list for
    /// others.
    private func writeMissing(
        _ name: String, _ error: IRCNumeric, _ mark: IRCMark, into reply: inout ByteBuffer
    ) {
        switch mark {
        case .names: numeric(.endOfNames, name, into: &reply)
        case .who, .whox: numeric(.endOfWho, name, into: &reply)
        case .list: break
        case .listLast: numeric(.listEnd, into: &reply)
        case .whois:
            numeric(error, name, into: &reply)
            numeric(.endOfWhois, name, into: &reply)
        default: numeric(error, name, into: &reply)
        }
    }
}
