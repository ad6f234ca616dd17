// What is said: accepted, numbered, remembered, told.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    mutating func post(
        _ post: Post, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let sender = clients[id] else { return }
        if let nonce = post.nonce {
            guard !nonce.isEmpty, nonce.utf8.count <= Limits.maxNonceBytes else {
                return output.tell(id, .error(.badNonce), tag)
            }
            if let known = earlier(nonce, id) {
                let ack = ClientEvent.ack(
                    nonce: nonce, known.id, room: known.room, seq: known.seq)
                return output.tell(id, ack, tag)
            }
        }
        guard post.kind == .tags || !post.text.isEmpty else {
            return output.tell(id, .error(.emptyMessage), tag)
        }
        guard post.text.utf8.count <= Limits.maxMessageBytes else {
            return output.tell(id, .error(.messageTooLong), tag)
        }
        switch post.target {
        case .room(let name):
            say(post, in: name, sender, id, now.wall, tag, &output)
            if name.isConversation, post.kind == .text || post.kind == .action {
                operatorSpoke(id, name, now, &output)
            }
        case .nick(let nick): whisper(post, to: nick, sender, id, now.wall, tag, &output)
        }
    }

    private mutating func say(
        _ post: Post, in name: RoomName, _ sender: Client, _ id: ClientID, _ now: Timestamp,
        _ tag: RequestTag, _ output: inout HubOutput
    ) {
        guard let roomID = roomIDs[name] else {
            return output.tell(id, .error(.noSuchRoom(name.text)), tag)
        }
        guard sender.rooms.contains(roomID) else {
            return output.tell(id, .error(.notInRoom(name.text)), tag)
        }
        let message = accept(post, sender.person, roomID, now)
        guard let message, let members = rooms[roomID]?.membersByLoop else { return }
        output.tell(roomID, members, .message(message, excluding: post.echo ? nil : id))
        acknowledge(message, post, id, now, tag, &output)
    }

    /// Numbers a message and keeps it in its room's ring, unless it is of a kind that is neither
    /// numbered nor kept.
    mutating func accept(
        _ post: Post, _ sender: Person, _ roomID: RoomID, _ now: Timestamp
    ) -> Message? {
        let id = makeMessageID()
        let isKept = post.kind.isKept
        guard let name = rooms[roomID]?.name, let last = rooms[roomID]?.lastSeq else { return nil }
        let message = Message(
            id: id, room: name, seq: isKept ? last + 1 : 0, from: sender, kind: post.kind,
            text: post.text, at: now, clientTags: post.clientTags)
        if isKept {
            rooms[roomID]?.lastSeq = last + 1
            rooms[roomID]?.recent.append(message)
            statistics.messages += 1
        }
        return message
    }

    private mutating func whisper(
        _ post: Post, to nick: String, _ sender: Client, _ id: ClientID, _ now: Timestamp,
        _ tag: RequestTag, _ output: inout HubOutput
    ) {
        guard let addressee = clientsByNick[FoldedName(nick)], let other = clients[addressee]
        else {
            return output.tell(id, .error(.noSuchNick(nick)), tag)
        }
        let message = Message(
            id: makeMessageID(), room: nil, seq: 0, from: sender.person, to: other.person.nick,
            kind: post.kind, text: post.text, at: now, clientTags: post.clientTags)
        output.tell(addressee, .privateMessage(message), .none)
        if addressee != id, post.echo { output.tell(id, .privateMessage(message), .none) }
        if let away = details[addressee]?.away, post.kind == .text || post.kind == .action {
            output.tell(id, .isAway(other.person, away), tag)
        }
        acknowledge(message, post, id, now, tag, &output)
    }

    /// Remembers the nonce, and acknowledges the message or leaves that to whoever commits it.
    private mutating func acknowledge(
        _ message: Message, _ post: Post, _ id: ClientID, _ now: Timestamp, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        clients[id]?.lastSpoke = now
        var session: String?
        if let nonce = post.nonce {
            session = remember(
                nonce, as: Accepted(id: message.id, room: message.room, seq: message.seq), id)
        }
        let isKept = message.kind.isKept
        if policy.isDurable, isKept {
            lastKept = message.id.number
            if post.nonce != nil { details[id]?.lastNumber = message.id.number }
            warn(id, &output)
            output.accepted.append(
                Acceptance(
                    message: message, session: session, nonce: post.nonce, client: id, tag: tag))
        }
        if let nonce = post.nonce {
            guard !policy.isDurable || !isKept else { return }
            let ack = ClientEvent.ack(
                nonce: nonce, message.id, room: message.room, seq: message.seq)
            output.tell(id, ack, tag)
        } else if tag != .none {
            output.tell(id, .done, tag)
        }
    }
}
