// The desk: operators, their conversations, and what they ask. An operator is a host with as many slots
// as the server's capacity; a conversation is a room that nobody else can enter, named after the visit.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    /// Operators are told the figures at most, and at least, this often.
    private static let deskPause = Duration.seconds(1)
    private static let deskHeartbeat = Duration.seconds(30)
    /// How much of a conversation an operator is shown on entering it.
    private static let conversationReplay = 50

    private func host(_ id: ClientID) -> HostID { HostID(raw: id.raw) }

    /// Somebody with the password sits down at the desk.
    mutating func beginOperating(
        _ id: ClientID, _ rooms: [RoomName], _ now: Now, _ output: inout HubOutput
    ) {
        guard let nick = clients[id]?.person.nick else { return }
        reception.operators[id] = Reception.Operator()
        for room in rooms { join(room, by: id, now.wall, .none, &output) }
        clients[id]?.replay = Hub.conversationReplay
        var actions: [AdmissionAction] = []
        reception.admission.setHost(
            host(id), name: nick.text, capacity: policy.capacity ?? 1, isOpen: true, now: now,
            actions: &actions)
        // The figures come first: they say that the client is an operator now.
        tellOperators(now, &output)
        carryOut(actions, now, &output)
    }

    /// An operator's connection is gone: its visitors go to the head of the queue. When the server
    /// ends they are cut off, whichever of the two connections is closed first.
    mutating func operatorGone(
        _ id: ClientID, _ reason: LeaveReason, _ now: Now, _ output: inout HubOutput
    ) {
        reception.operators[id] = nil
        var actions: [AdmissionAction] = []
        if case .closed(.shutdown) = reason {
            for visit in reception.admission.visits(of: host(id)) {
                // Its own connection tells it of the end.
                reception.seats[visit]?.client = nil
                reception.admission.cutOff(visit, now: now, actions: &actions)
            }
        }
        reception.admission.removeHost(host(id), now: now, actions: &actions)
        carryOut(actions, now, &output)
        deskChanged(now)
    }

    /// Somebody is called something else.
    mutating func deskRenamed(_ id: ClientID, _ nick: Nickname, _ now: Now) {
        if let visit = clients[id]?.visit { reception.seats[visit]?.nick = nick.text }
        guard reception.operators[id] != nil,
            let state = reception.admission.state(of: host(id))
        else { return }
        var none: [AdmissionAction] = []
        reception.admission.setHost(
            host(id), name: nick.text, capacity: state.capacity, isOpen: state.isOpen, now: now,
            actions: &none)
        for visit in reception.admission.visits(of: host(id)) {
            reception.seats[visit]?.host = nick.text
        }
        deskChanged(now)
    }

    /// A visitor and its operator begin (or go on) to talk.
    mutating func converse(
        _ visit: VisitID, _ seat: Reception.Seat, _ client: ClientID, _ host: HostID,
        _ waited: Duration, _ now: Now, _ output: inout HubOutput
    ) {
        let id = ClientID(raw: host.raw)
        guard let person = clients[id]?.person, let visitor = clients[client]?.person else {
            return
        }
        let room = RoomName(conversation: visit)
        reception.seats[visit]?.host = person.nick.text
        reception.seats[visit]?.messagesWaiting = 0
        output.tell(
            id,
            .visitor(
                Visitor(
                    visit: visit, room: room, nick: visitor.nick, waited: waited,
                    profile: details[client]?.profile)), .none)
        output.tell(
            client,
            .admitted(
                Admitted(
                    server: serverName, operatorNick: person.nick.text, room: room,
                    ticket: seat.ticket, hasWaited: seat.hasWaited)), .none)
        enter(room, id, now, &output)
        if let reference = links.visits[visit]?.reference {
            let was = "\(room.text): \(visitor.nick) was at \(reference) before"
            output.tell(id, .notice(was), .none)
        }
    }

    /// A visitor has lost its operator.
    mutating func returned(
        _ visit: VisitID, from host: HostID, _ now: Now, _ output: inout HubOutput
    ) {
        guard let seat = reception.seats[visit] else { return }
        leaveConversation(visit, seat, "returned", now, &output)
        guard links.visits[visit] == nil, let client = seat.client else { return }
        output.tell(client, .returned(host: seat.host, isServer: false), .none)
    }

    /// Takes the operators out of a conversation, and tells them that it is over.
    mutating func leaveConversation(
        _ visit: VisitID, _ seat: Reception.Seat, _ reason: String, _ now: Now,
        _ output: inout HubOutput
    ) {
        guard policy.isDesk else { return }
        let room = RoomName(conversation: visit)
        guard let roomID = roomIDs[room], let members = rooms[roomID]?.members else { return }
        for id in members where reception.operators[id] != nil {
            let end = conversationEnd(visit, seat, reason, canRate: false)
            output.tell(id, .conversationEnded(end), .none)
            leave(room, "", id, now.wall, .none, &output)
        }
        forgetIfEmpty(roomID)
    }

    func conversationEnd(
        _ visit: VisitID, _ seat: Reception.Seat, _ reason: String, canRate: Bool
    ) -> ConversationEnd {
        ConversationEnd(
            visit: visit, room: RoomName(conversation: visit), reason: reason, canRate: canRate,
            operatorNick: seat.host, visitorNick: seat.nick)
    }

    /// An operator has said something in a room: if that is a conversation, its visitor is attended.
    mutating func operatorSpoke(
        _ id: ClientID, _ room: RoomName, _ now: Now, _ output: inout HubOutput
    ) {
        guard room.isConversation, reception.operators[id] != nil,
            let visit = room.conversationVisit, reception.admission.host(of: visit) == host(id)
        else { return }
        var actions: [AdmissionAction] = []
        reception.admission.attended(visit, now: now, actions: &actions)
        carryOut(actions, now, &output)
    }

    // MARK: - Requests

    mutating func desk(
        _ request: DeskRequest, _ room: RoomName?, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let state = reception.operators[id] else {
            return output.tell(id, .error(.notOperator), tag)
        }
        var actions: [AdmissionAction] = []
        switch request {
        case .pause, .resume:
            reception.operators[id]?.isPaused = request == .pause
            reception.admission.setOpen(
                host(id), request == .resume, now: now, actions: &actions)
        case .next:
            // Whom it talks with, if there is no slot beside.
            let slots = reception.admission.state(of: host(id))
            if let slots, slots.inUse >= slots.capacity, let visit = current(of: id, room) {
                reception.admission.closed(visit, now: now, actions: &actions)
            }
            if state.isPaused {
                reception.admission.takeNext(host(id), now: now, actions: &actions)
            }
        case .close(let word):
            guard let visit = current(of: id, room) else {
                return output.tell(id, .error(.noConversation), tag)
            }
            if !word.isEmpty {
                let post = Post(to: .room(RoomName(conversation: visit)), text: word)
                self.post(post, id, now, .none, &output)
            }
            reception.admission.closed(visit, now: now, actions: &actions)
        case .transfer(let nick):
            guard let visit = current(of: id, room) else {
                return output.tell(id, .error(.noConversation), tag)
            }
            guard transfer(visit, from: id, to: nick, now, &actions, &output) else {
                return output.tell(id, .error(.operatorBusy(nick ?? "anybody else")), tag)
            }
        }
        carryOut(actions, now, &output)
        deskChanged(now)
        output.tell(id, .done, tag)
    }

    /// The conversation in that room; without one, the newest that the operator has.
    private func current(of id: ClientID, _ room: RoomName?) -> VisitID? {
        let visits = reception.admission.visits(of: host(id))
        guard let room else { return visits.last }
        return visits.first { $0 == room.conversationVisit }
    }

    private mutating func transfer(
        _ visit: VisitID, from id: ClientID, to nick: String?, _ now: Now,
        _ actions: inout [AdmissionAction], _ output: inout HubOutput
    ) -> Bool {
        let target: ClientID?
        if let nick {
            target = clientsByNick[FoldedName(nick)].flatMap {
                reception.operators[$0] == nil ? nil : $0
            }
        } else {
            target = reception.operators.keys.filter { other in
                guard other != id, let state = reception.admission.state(of: host(other)) else {
                    return false
                }
                return state.isOpen && state.inUse < state.capacity
            }.min { $0.raw < $1.raw }
        }
        guard let target, target != id, let seat = reception.seats[visit] else { return false }
        let isMoved = reception.admission.moved(
            visit, to: host(target), now: now, actions: &actions)
        if isMoved { leaveConversation(visit, seat, "transferred", now, &output) }
        return isMoved
    }

    func waiting(_ id: ClientID, _ now: Now, _ tag: RequestTag, _ output: inout HubOutput) {
        guard reception.operators[id] != nil else {
            return output.tell(id, .error(.notOperator), tag)
        }
        let admission = reception.admission
        let waiting = admission.waiting(limit: Limits.maxWaitingListed, now: now.instant)
        let visitors = waiting.compactMap { entry -> WaitingVisitor? in
            guard let client = reception.seats[entry.visit]?.client,
                let nick = clients[client]?.person.nick
            else { return nil }
            return WaitingVisitor(position: entry.position, nick: nick, waited: entry.waited)
        }
        output.tell(id, .waiting(visitors, of: admission.waitingCount), tag)
    }

    // MARK: - The operators' screens

    /// The figures have changed: the operators are told, soon.
    mutating func deskChanged(_ now: Now) {
        guard !reception.operators.isEmpty else { return }
        let soonest = reception.deskToldAt.map { $0 + Hub.deskPause } ?? now.instant
        reception.deskDue = min(reception.deskDue, max(now.instant, soonest))
    }

    mutating func tellOperators(_ now: Now, _ output: inout HubOutput) {
        reception.deskToldAt = now.instant
        reception.deskDue = now.instant + Hub.deskHeartbeat
        guard let figures = reception.figures, !reception.operators.isEmpty else { return }
        let admission = reception.admission
        let operators = reception.operators.compactMap { id, state -> OperatorInfo? in
            guard let nick = clients[id]?.person.nick else { return nil }
            let visitors = admission.visits(of: host(id)).compactMap { visit in
                reception.seats[visit]?.client.flatMap { clients[$0]?.person.nick }
            }
            return OperatorInfo(
                nick: nick, visitors: visitors,
                capacity: admission.state(of: host(id))?.capacity ?? 0, isPaused: state.isPaused)
        }.sorted { $0.nick.folded < $1.nick.folded }
        for (id, state) in reception.operators {
            let status = DeskStatus(
                server: serverName, at: now.wall, figures: figures,
                waiting: admission.waitingCount,
                oldestWait: admission.oldestWait(now: now.instant), operators: operators,
                isPaused: state.isPaused)
            output.tell(id, .desk(status), .none)
        }
    }
}
