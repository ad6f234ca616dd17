// Looking back: pages of a room's history, searches, and what a returning client missed. Recent
// messages are here; older ones were fetched before the request was applied (`Hub+Loading`).
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    func history(
        _ request: HistoryRequest, _ id: ClientID, _ tag: RequestTag, _ output: inout HubOutput
    ) {
        let room: Room
        do {
            room = try readable(request.room, id)
            try check(request.bound, room)
        } catch {
            return output.tell(id, .error(error), tag)
        }
        let page: (messages: [Message], complete: Bool)
        switch fetched[id]?[.history(request)] {
        case .messages(let messages, let complete)?: page = (messages, complete)
        case .failed(let why)?: return output.tell(id, .error(.unavailable(why)), tag)
        default: page = room.recent.page(request) ?? ([], true)
        }
        let cut = page.messages.cut(
            toBytes: Limits.maxPageBytes, keepingNewest: request.bound.countsFromTheEnd)
        let complete = page.complete && cut.count == page.messages.count
        output.tell(id, .history(room.name, cut, complete: complete), tag)
    }

    func search(
        _ request: SearchRequest, _ id: ClientID, _ tag: RequestTag, _ output: inout HubOutput
    ) {
        do {
            guard isSearchable(request.text) else { throw HubError.badSearch }
            if let room = request.room { _ = try readable(room, id) }
        } catch let error as HubError {
            return output.tell(id, .error(error), tag)
        } catch {
            return
        }
        switch fetched[id]?[.search(request, rooms: searchedRooms(request, id))] {
        case .found(let hits, let next, let isCurrent)?:
            output.tell(id, .found(request, hits, next: next, isCurrent: isCurrent), tag)
        case .failed(let why)?: output.tell(id, .error(.unavailable(why)), tag)
        default: output.tell(id, .error(.unavailable("this server keeps no journal")), tag)
        }
    }

    /// The asker's rooms with something said in the time between, by the newest message here.
    func activity(
        _ from: Timestamp, _ to: Timestamp, _ limit: Int, _ id: ClientID, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        let (start, end) = from < to ? (from, to) : (to, from)
        let mine = clients[id]?.rooms ?? []
        let active = mine.compactMap { roomID -> (RoomName, Timestamp)? in
            guard let room = rooms[roomID], room.recent.count > 0 else { return nil }
            let newest = room.recent[room.recent.count - 1].at
            return start < newest && newest < end ? (room.name, newest) : nil
        }
        // Counted from the first time given towards the second, told oldest first.
        let counted = active.sorted { from < to ? $0.1 < $1.1 : $1.1 < $0.1 }.prefix(max(1, limit))
        output.tell(id, .activity(counted.sorted { $0.1 < $1.1 }), tag)
    }

    /// Tells a returning client, in order, what was said after message `seq`; what is not to be
    /// had is named as a gap.
    func tellMissed(
        _ room: Room, after seq: UInt64, _ id: ClientID, _ output: inout HubOutput
    ) {
        guard seq <= room.lastSeq else {
            return output.tell(id, .error(.badReference("\(seq)")), .none)
        }
        var missed: [Message] = []
        let load = HubLoad.history(.missed(room.name, after: seq))
        if case .messages(let messages, _)? = fetched[id]?[load] { missed = messages }
        // What was said while those were fetched is in the ring.
        let last = missed.last?.seq ?? seq
        if let recent = room.recent.page(.missed(room.name, after: last)) {
            let isJoined = recent.messages.first.map { $0.seq == last + 1 } ?? true
            missed = isJoined ? missed + recent.messages : recent.messages
        }
        missed = missed.cut(toBytes: Limits.maxPageBytes, keepingNewest: true)
        let first = missed.first?.seq ?? room.lastSeq + 1
        let gap = first > seq + 1 ? seq + 1...first - 1 : nil
        guard gap != nil || !missed.isEmpty else { return }
        output.tell(id, .missed(room.name, gap: gap, missed), .none)
    }

    /// Takes an author's words out of the recent messages; their numbers stay.
    package mutating func forget(_ author: Nickname) {
        for roomID in rooms.keys { rooms[roomID]?.recent.erase(author: author.folded) }
    }

    /// The room, when the client may read it.
    func readable(_ name: RoomName, _ id: ClientID) throws(HubError) -> Room {
        guard clients[id] != nil else { return try readableFromOutside(name) }
        guard let roomID = roomIDs[name], let room = rooms[roomID] else {
            throw .noSuchRoom(name.text)
        }
        guard room.members.contains(id) else { throw .notInRoom(room.name.text) }
        return room
    }

    /// Holds the places a request names against what there is.
    private func check(_ bound: HistoryRequest.Bound, _ room: Room) throws(HubError) {
        switch bound {
        case .latest: break
        case .before(.seq), .latestAfter(.time): break
        case .before(let point), .after(let point), .around(let point), .latestAfter(let point):
            try check(point, room)
        case .between(let from, let to):
            try check(from, room)
            try check(to, room)
        }
    }

    private func check(_ point: HistoryRequest.Point, _ room: Room) throws(HubError) {
        switch point {
        case .seq(let seq):
            guard seq <= room.lastSeq else { throw .badReference("\(seq)") }
        case .message(let message):
            guard message.origin == origin, message.number <= lastMessage else {
                throw .badReference(message.text)
            }
        case .time: break
        }
    }

    func isSearchable(_ text: String) -> Bool {
        text.utf8.count <= Limits.maxSearchBytes && !SearchTerm.all(in: text).isEmpty
    }

    /// The rooms that a search looks into.
    func searchedRooms(_ request: SearchRequest, _ id: ClientID) -> [RoomName] {
        if let room = request.room { return [room] }
        return (clients[id]?.rooms ?? []).compactMap { rooms[$0]?.name }
    }
}

extension HistoryRequest.Bound {
    /// Whether a page that is too large loses its oldest messages and not its newest.
    fileprivate var countsFromTheEnd: Bool {
        switch self {
        case .latest, .before, .latestAfter: true
        case .after, .around, .between: false
        }
    }
}

extension [Message] {
    /// As many messages from one end as have so many bytes of text; at least one.
    fileprivate func cut(toBytes limit: Int, keepingNewest: Bool) -> [Message] {
        var bytes = 0
        var kept = 0
        for index in indices {
            let message = keepingNewest ? self[count - 1 - index] : self[index]
            bytes += message.text.utf8.count + message.clientTags.utf8.count
            if bytes > limit, kept > 0 { break }
            kept += 1
        }
        return Array(keepingNewest ? suffix(kept) : prefix(kept))
    }
}
