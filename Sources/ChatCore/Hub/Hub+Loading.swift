// What must be fetched from the journal before a request can be applied, and taking it in. A request
// is asked about until it needs nothing more; only then is it applied.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    /// Puts in what was there when the server was started. Before anything else. Message numbers
    /// go on well above the last one committed: what was delivered and lost in a crash had numbers
    /// too, and an id is never given to a second message.
    package mutating func restore(
        rooms stored: [StoredRoom], lastMessage: UInt64, now: Timestamp
    ) {
        self.lastMessage = lastMessage + Limits.messageNumbersSkipped
        lastKept = lastMessage
        for room in stored where roomIDs[room.name] == nil {
            let roomID = makeRoomID()
            var restored = Room(
                name: room.name, createdAt: room.createdAt,
                membersByLoop: Array(repeating: 0, count: loopCount))
            restored.lastSeq = room.lastSeq
            restored.topic = room.topic
            restored.isRecentInJournal = room.lastSeq > 0
            rooms[roomID] = restored
            roomIDs[room.name] = roomID
        }
    }

    /// The next thing to be fetched for a request of `client`, or nil when it can be applied.
    package func needs(_ request: HubRequest, from client: ClientID) -> HubLoad? {
        if case .api(let request) = request.command { return needs(request, client) }
        guard policy.isDurable else { return nil }
        let load: HubLoad?
        switch request.command {
        case .rate(_, let ticket?): load = needs(ticket: ticket, client)
        case .register(let registration): load = needs(registration, client)
        case .join(let name): load = needsRecent(name)
        case .post(let post): load = needs(post, client)
        case .history(let request): load = needs(request, client)
        case .search(let request):
            guard isSearchable(request.text), clients[client] != nil else { return nil }
            load = unless(fetched: .search(request, rooms: searchedRooms(request, client)), client)
        case .quit(let reason, _): load = needs(reason, client)
        default: load = nil
        }
        return load
    }

    /// Takes in what was fetched.
    package mutating func absorb(_ loaded: HubLoaded, of load: HubLoad, for client: ClientID) {
        switch (load, loaded) {
        case (.recent(let name), .messages(let messages, _)):
            guard let roomID = roomIDs[name] else { return }
            rooms[roomID]?.recent.prepend(messages)
            rooms[roomID]?.isRecentInJournal = false
        case (.recent(let name), _):
            // It cannot be read: the room goes on with what is said from now on.
            if let roomID = roomIDs[name] { rooms[roomID]?.isRecentInJournal = false }
        default: fetched[client, default: [:]][load] = loaded
        }
    }

    /// Which message must be committed before a load is worth fetching: what was accepted before the
    /// request is part of its answer.
    package func number(for load: HubLoad) -> UInt64 {
        switch load {
        case .settled(let number): number
        case .report, .statistics: 0
        default: lastKept
        }
    }

    /// The journal began to fail, for this reason, or works again.
    package mutating func journalChanged(failure: String?, output: inout HubOutput) {
        self.failure = failure
        if failure == nil {
            for client in warned {
                output.tell(client, .notice("messages are being saved again"), .none)
            }
            warned = []
        }
    }

    /// Tells a sender, once, that what it says is delivered and not saved yet.
    mutating func warn(_ client: ClientID, _ output: inout HubOutput) {
        guard let failure, warned.insert(client).inserted else { return }
        output.tell(client, .error(.notSaved(failure)), .none)
    }

    /// Who is gone needs nothing any more.
    package mutating func forgetFetched(for client: ClientID) { fetched[client] = nil }

    func unless(fetched load: HubLoad, _ client: ClientID) -> HubLoad? {
        fetched[client]?[load] == nil ? load : nil
    }

    private func needsRecent(_ name: RoomName) -> HubLoad? {
        guard let roomID = roomIDs[name], rooms[roomID]?.isRecentInJournal == true else {
            return nil
        }
        return .recent(name)
    }

    private func needs(_ registration: Registration, _ client: ClientID) -> HubLoad? {
        guard clients[client] == nil || registration.replacesGuest else { return nil }
        if let password = registration.password {
            guard policy.isDesk, password.utf8.count <= Limits.maxPasswordBytes else { return nil }
            return unless(
                fetched: .password(password, address: registration.address), client)
        }
        if isLimited, let ticket = registration.ticket {
            if let load = needs(ticket: ticket, client) { return load }
            if case .visit(let stored?)? = fetched[client]?[.visit(ticket: ticket)],
                let load = needsRecent(RoomName(conversation: stored.visit))
            {
                return load
            }
        }
        for name in registration.rooms ?? [.lobby] {
            if let load = needsRecent(name) { return load }
        }
        guard let resume = registration.resume, Resume.isToken(resume.token) else { return nil }
        if sessions[resume.token] == nil,
            let load = unless(fetched: .session(resume.token), client)
        {
            return load
        }
        for name in registration.rooms ?? [.lobby] {
            guard let seen = resume.seen[name], let roomID = roomIDs[name],
                let room = rooms[roomID], seen <= room.lastSeq,
                !room.recent.holdsAll(after: seen, last: room.lastSeq)
            else { continue }
            let load = HubLoad.history(.missed(room.name, after: seen))
            if let needed = unless(fetched: load, client) { return needed }
        }
        return nil
    }

    /// What the journal knows of a visit that is not remembered here.
    private func needs(ticket: String, _ client: ClientID) -> HubLoad? {
        guard reception.visitsByTicket[ticket] == nil, reception.ratable[ticket] == nil,
            Resume.isToken(ticket)
        else { return nil }
        return unless(fetched: .visit(ticket: ticket), client)
    }

    private func needs(_ post: Post, _ client: ClientID) -> HubLoad? {
        guard let nonce = post.nonce, let token = details[client]?.session,
            let session = sessions[token]
        else { return nil }
        switch session.nonces.knowledge(of: nonce) {
        case .unknown: return nil
        case .known(let message):
            return unless(fetched: .settled(number: message.id.number), client)
        case .perhaps: return unless(fetched: .nonce(session: token, nonce: nonce), client)
        }
    }

    func needs(_ request: HistoryRequest, _ client: ClientID) -> HubLoad? {
        guard let room = try? readable(request.room, client) else { return nil }
        let ring = room.recent
        switch request.bound {
        case .latest:
            let isEnough =
                ring.count >= request.limit && !(request.skipsErased && ring.holdsErased)
            if !room.isRecentInJournal,
                isEnough || ring.holdsAll(after: 0, last: room.lastSeq)
            {
                return nil
            }
        case .after(.seq(let seq)):
            if ring.holdsAll(after: seq, last: room.lastSeq) { return nil }
        default: break
        }
        return unless(fetched: .history(request), client)
    }

    /// A client that leaves politely, or because the server stops, first receives its acks.
    private func needs(_ reason: LeaveReason, _ client: ClientID) -> HubLoad? {
        guard let number = details[client]?.lastNumber, number > 0 else { return nil }
        switch reason {
        case .quit, .disconnected, .closed(.shutdown):
            return unless(fetched: .settled(number: number), client)
        case .left, .closed: return nil
        }
    }
}
