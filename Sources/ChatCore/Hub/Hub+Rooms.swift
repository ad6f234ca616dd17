// Rooms: entering, leaving, lists and topics.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    /// A client asks to enter a room; conversations are entered by being part of them alone.
    mutating func join(
        _ name: RoomName, by id: ClientID, _ now: Timestamp, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        let isMember = roomIDs[name].map { clients[id]?.rooms.contains($0) ?? false } ?? false
        guard !name.isConversation || isMember else {
            return output.tell(id, .error(.notInRoom(name.text)), tag)
        }
        join(name, id, now, tag, &output)
    }

    mutating func join(
        _ name: RoomName, _ id: ClientID, _ now: Timestamp, _ tag: RequestTag,
        _ output: inout HubOutput, seen: UInt64? = nil
    ) {
        guard let client = clients[id] else { return }
        if let roomID = roomIDs[name], client.rooms.contains(roomID) {
            return reenter(roomID, id, tag, &output)
        }
        guard client.rooms.count < Limits.maxRoomsPerClient else {
            return output.tell(id, .error(.tooManyRooms), tag)
        }
        guard let roomID = findOrMake(name, now) else {
            return output.tell(id, .error(.noRoomForRooms), tag)
        }
        clients[id]?.rooms.append(roomID)
        rooms[roomID]?.members.insert(id)
        rooms[roomID]?.membersByLoop[id.loop] += 1
        guard let room = rooms[roomID] else { return }
        output.append(.entered(id, roomID), loop: id.loop)
        output.tell(roomID, room.membersByLoop, .joined(room.name, client.person, now))
        output.tell(id, .entered(snapshot(room, limit: client.memberLimit)), tag)
        if let seen {
            tellMissed(room, after: seen, id, &output)
        } else if client.replay > 0 {
            let request = HistoryRequest(room: room.name, limit: client.replay)
            let messages = room.recent.page(request)?.messages ?? []
            if !messages.isEmpty { output.tell(id, .replay(room.name, messages), .none) }
        }
    }

    /// Asked to enter a room again: nothing changes, and only the asker is told.
    private func reenter(
        _ roomID: RoomID, _ id: ClientID, _ tag: RequestTag, _ output: inout HubOutput
    ) {
        guard let room = rooms[roomID] else { return output.tell(id, .done, tag) }
        let limit = clients[id]?.memberLimit ?? .max
        output.tell(id, .reentered(snapshot(room, limit: limit)), tag)
    }

    mutating func leave(
        _ name: RoomName, _ word: String, _ id: ClientID, _ now: Timestamp, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let roomID = roomIDs[name], let room = rooms[roomID] else {
            return output.tell(id, .error(.noSuchRoom(name.text)), tag)
        }
        guard room.members.contains(id), let person = clients[id]?.person else {
            return output.tell(id, .error(.notInRoom(name.text)), tag)
        }
        // Everyone is told, the leaver too, before it stops hearing the room.
        output.tell(roomID, room.membersByLoop, .left(room.name, person, .left(word), now))
        output.append(.exited(id, roomID), loop: id.loop)
        clients[id]?.rooms.removeAll { $0 == roomID }
        removeMember(id, from: roomID)
        forgetIfEmpty(roomID)
        output.tell(id, .exited(room.name), tag)
    }

    mutating func removeMember(_ id: ClientID, from roomID: RoomID) {
        guard rooms[roomID]?.members.remove(id) != nil else { return }
        rooms[roomID]?.membersByLoop[id.loop] -= 1
    }

    /// A room that nobody is in and nothing was said in is forgotten; the lobby stays. Of the empty
    /// rooms with something to remember, the one that was left first goes when there are too many.
    mutating func forgetIfEmpty(_ roomID: RoomID) {
        guard let room = rooms[roomID], room.members.isEmpty, room.name != .lobby else { return }
        // Its visitor has dropped and may come back, or its operator has not come yet.
        if let visit = room.name.conversationVisit, reception.seats[visit] != nil { return }
        // Somebody outside listens to it.
        guard room.isDeserted else { return }
        if room.lastSeq == 0, room.topic == nil { return forget(roomID) }
        if policy.isDurable {
            // Its number stays; what was said is in the journal when it is wanted again.
            rooms[roomID]?.recent = RecentRing()
            rooms[roomID]?.isRecentInJournal = true
            return
        }
        emptyRooms.append(roomID)
        guard emptyRooms.count > 2 * Limits.maxEmptyRooms else { return }
        // Each once, at the place where it became empty last, and only those still empty: a room
        // that people enter and leave all the time must not push the others out.
        var seen: Set<RoomID> = []
        let empty = emptyRooms.reversed().filter {
            rooms[$0]?.isDeserted == true && seen.insert($0).inserted
        }
        for candidate in empty.dropFirst(Limits.maxEmptyRooms) { forget(candidate) }
        emptyRooms = empty.prefix(Limits.maxEmptyRooms).reversed()
    }

    private mutating func forget(_ roomID: RoomID) {
        guard let room = rooms.removeValue(forKey: roomID) else { return }
        roomIDs[room.name] = nil
    }

    mutating func findOrMake(_ name: RoomName, _ now: Timestamp) -> RoomID? {
        if let existing = roomIDs[name] { return existing }
        guard rooms.count < Limits.maxRooms else { return nil }
        let roomID = makeRoomID()
        rooms[roomID] = Room(
            name: name, createdAt: now, membersByLoop: Array(repeating: 0, count: loopCount))
        roomIDs[name] = roomID
        return roomID
    }

    func names(_ name: RoomName, _ id: ClientID, _ tag: RequestTag, _ output: inout HubOutput) {
        guard let roomID = roomIDs[name], let room = rooms[roomID],
            !name.isConversation || room.members.contains(id)
        else {
            return output.tell(id, .error(.noSuchRoom(name.text)), tag)
        }
        output.tell(id, .names(snapshot(room, limit: .max)), tag)
    }

    func roomList() -> [RoomInfo] {
        rooms.values.filter { !$0.name.isConversation }.map { room in
            RoomInfo(
                room: room.name, members: room.members.count, topic: room.topic?.text ?? "",
                lastSeq: room.lastSeq)
        }.sorted { ($1.members, $0.room.folded) < ($0.members, $1.room.folded) }
    }

    mutating func topic(
        _ name: RoomName, _ text: String?, _ id: ClientID, _ now: Timestamp, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let roomID = roomIDs[name], let room = rooms[roomID] else {
            return output.tell(id, .error(.noSuchRoom(name.text)), tag)
        }
        guard room.members.contains(id), let person = clients[id]?.person else {
            return output.tell(id, .error(.notInRoom(name.text)), tag)
        }
        guard let text else { return output.tell(id, .topic(room.name, room.topic), tag) }
        guard text.utf8.count <= Limits.maxTopicBytes else {
            return output.tell(id, .error(.topicTooLong), tag)
        }
        let topic = text.isEmpty ? nil : Topic(text: text, by: person.nick.text, at: now)
        rooms[roomID]?.topic = topic
        if policy.isDurable { output.topics.append((room.name, topic, now)) }
        output.tell(roomID, room.membersByLoop, .topic(room.name, text, by: person, now))
        output.tell(id, .done, tag)
    }

    func snapshot(_ room: Room, limit: Int) -> RoomSnapshot {
        RoomSnapshot(
            room: room.name, topic: room.topic, members: members(of: room, limit: limit),
            memberCount: room.members.count, lastSeq: room.lastSeq, createdAt: room.createdAt)
    }

    /// Members in the order of their nicks; with a limit, any so many of them.
    func members(of room: Room, limit: Int) -> [Member] {
        room.members.prefix(limit).compactMap(member).sorted {
            $0.person.nick.folded < $1.person.nick.folded
        }
    }
}
