// Clients and their visits: approaching, waiting, being served, dropping, coming back. What the
// admission machine decides is carried out here, in its order.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    /// The host that stands for the server where there is no desk.
    static let house = HostID(raw: 0)

    /// Whether somebody may have to wait.
    var isLimited: Bool { policy.capacity != nil || policy.isDesk }

    /// Puts back those who waited when the server ended, and what was counted before.
    package mutating func restore(
        lastVisit: UInt64, waiting: [(VisitID, isAttended: Bool)], figures: DeskFigures?, now: Now
    ) {
        reception = Reception(Admission(policy.admission, last: lastVisit))
        reception.figures = figures
        if !policy.isDesk { openHouse(now) }
        for (visit, isAttended) in waiting {
            reception.admission.restore(visit, isAttended: isAttended, now: now)
            reception.seats[visit] = Reception.Seat(client: nil, ticket: "")
        }
    }

    mutating func openHouse(_ now: Now) {
        var none: [AdmissionAction] = []
        reception.admission.setHost(
            Hub.house, name: serverName, capacity: policy.capacity ?? .max, isOpen: true, now: now,
            actions: &none)
    }

    /// A client has completed its handshake and asks to be served. `carried`: the visit that it goes
    /// on with from a connection that was given up for this one.
    mutating func approach(
        _ id: ClientID, _ registration: Registration, carried: VisitID?, _ now: Now,
        _ output: inout HubOutput
    ) {
        guard let nick = clients[id]?.person.nick else { return }
        var actions: [AdmissionAction] = []
        let seen = registration.resume?.seen ?? [:]
        let rooms = registration.rooms ?? [.lobby]
        guard isLimited else {
            let visit = reception.admission.passed(
                nick: nick.text, host: serverName, now: now, actions: &actions)
            clients[id]?.visit = visit
            if let relayed = registration.relayed { links.add(visit, relayed) }
            carryOut(actions, now, &output)
            return enter(rooms, seen, id, now, &output)
        }
        let ticket = registration.newTicket
        if let carried, reception.seats[carried] != nil {
            takeSeat(carried, id, from: registration.address)
            reception.seats[carried]?.rooms = rooms
            reception.seats[carried]?.seen = seen
            setRelayed(carried, registration.relayed, &output)
            goOn(carried, id, now, &output)
            reception.admission.lookAgain(carried, now: now, actions: &actions)
        } else if let kept = keptPlace(of: id, registration),
            reception.admission.cameBack(kept, now: now, actions: &actions)
        {
            let seat = reception.seats[kept]
            if seat?.ticket.isEmpty ?? true {
                let ticket = registration.ticket ?? ticket
                reception.seats[kept] = Reception.Seat(client: id, ticket: ticket)
                reception.visitsByTicket[ticket] = kept
            }
            takeSeat(kept, id, from: registration.address)
            setRelayed(kept, registration.relayed, &output)
            reception.seats[kept]?.rooms = rooms
            reception.seats[kept]?.seen = seen
            if policy.isDesk { enter(RoomName(conversation: kept), id, now, &output) }
        } else {
            let visit = reception.admission.approached(
                nick: nick.text, ticket: ticket, now: now, actions: &actions)
            clients[id]?.visit = visit
            reception.seats[visit] = Reception.Seat(
                client: id, ticket: ticket, nick: nick.text, address: registration.address,
                rooms: rooms, seen: seen)
            reception.visitsByTicket[ticket] = visit
            if let relayed = registration.relayed { links.add(visit, relayed) }
            if policy.isDesk, reception.admission.isKnown(visit) {
                enter(RoomName(conversation: visit), id, now, &output)
            }
        }
        carryOut(actions, now, &output)
    }

    private mutating func takeSeat(_ visit: VisitID, _ id: ClientID, from address: String) {
        clients[id]?.visit = visit
        if let place = reception.seats[visit]?.place { reception.places[place] = nil }
        reception.seats[visit]?.place = nil
        reception.seats[visit]?.client = id
        reception.seats[visit]?.address = address
        reception.seats[visit]?.nick = clients[id]?.person.nick.text ?? ""
    }

    /// A visit that is being served goes on from another connection.
    private mutating func goOn(
        _ visit: VisitID, _ id: ClientID, _ now: Now, _ output: inout HubOutput
    ) {
        if policy.isDesk {
            enter(RoomName(conversation: visit), id, now, &output)
        } else if reception.admission.host(of: visit) != nil, let seat = reception.seats[visit] {
            enter(seat.rooms, seat.seen, id, now, &output)
        }
    }

    /// The visit whose place this client may have back: by its ticket, or by nick and address.
    private func keptPlace(of id: ClientID, _ registration: Registration) -> VisitID? {
        guard isLimited, let nick = clients[id]?.person.nick else { return nil }
        if let ticket = registration.ticket {
            if let visit = reception.visitsByTicket[ticket] { return visit }
            guard case .visit(let stored?)? = fetched[id]?[.visit(ticket: ticket)] else {
                return nil
            }
            return reception.seats[stored.visit]?.ticket.isEmpty == true ? stored.visit : nil
        }
        return reception.places[Hub.place(nick, registration.address)]
    }

    private static func place(_ nick: Nickname, _ address: String) -> String {
        nick.folded.text + "\n" + address
    }

    private mutating func enter(
        _ names: [RoomName], _ seen: [RoomName: UInt64], _ id: ClientID, _ now: Now,
        _ output: inout HubOutput
    ) {
        for name in names {
            guard !name.isConversation else {
                output.tell(id, .error(.notInRoom(name.text)), .none)
                continue
            }
            join(name, id, now.wall, .none, &output, seen: seen[name])
        }
    }

    mutating func enter(
        _ conversation: RoomName, _ id: ClientID, _ now: Now, _ output: inout HubOutput
    ) {
        join(conversation, id, now.wall, .none, &output)
    }

    /// A client is gone: what becomes of its visit.
    mutating func endVisit(
        of client: Client, _ id: ClientID, _ reason: LeaveReason, _ now: Now,
        _ output: inout HubOutput
    ) {
        reception.afterwards[id] = nil
        if reception.operators[id] != nil { return operatorGone(id, reason, now, &output) }
        guard let visit = client.visit else { return }
        var actions: [AdmissionAction] = []
        guard isLimited else {
            let handled = max(0, now.wall.milliseconds - client.since.milliseconds)
            reception.admission.passed(
                visit, reason == .closed(.shutdown) ? .serverGone : .left,
                handled: .milliseconds(handled), now: now, actions: &actions)
            return carryOut(actions, now, &output)
        }
        switch reason {
        case .closed(.replaced):
            // Whoever replaces it takes the seat before this request is over.
            reception.seats[visit]?.client = nil
            return
        case .closed(.shutdown): reception.admission.cutOff(visit, now: now, actions: &actions)
        case .left, .quit: reception.admission.left(visit, now: now, actions: &actions)
        case .disconnected, .closed:
            let address = reception.seats[visit]?.address ?? ""
            let place = Hub.place(client.person.nick, address)
            reception.seats[visit]?.client = nil
            if reception.seats[visit] != nil {
                reception.seats[visit]?.place = place
                reception.places[place] = visit
            }
            reception.admission.dropped(visit, now: now, actions: &actions)
        }
        carryOut(actions, now, &output)
    }

    // MARK: - What the machine decides

    mutating func carryOut(
        _ actions: [AdmissionAction], _ now: Now, _ output: inout HubOutput
    ) {
        var waited = Duration.zero
        var givenBack: [VisitID] = []
        for action in actions {
            switch action {
            case .record(let record):
                if case .served(_, let time) = record.event { waited = time }
                if !links.visits.isEmpty { tellRelay(record, &output) }
                output.visits.append(record)
                reception.figures?.add(record)
            case .queued(let visit, let status):
                // It waits for the rest of this request alone.
                guard links.visits[visit] == nil else { continue }
                guard let seat = reception.seats[visit] else { continue }
                reception.seats[visit]?.hasWaited = true
                if let client = seat.client {
                    output.tell(client, .queued(status, ticket: seat.ticket), .none)
                }
            case .admitted(let visit, let host): admitted(visit, host, waited, now, &output)
            case .returned(let visit, let host):
                if links.visits[visit] != nil { givenBack.append(visit) }
                returned(visit, from: host, now, &output)
            case .lost(let visit, let reason): lost(visit, reason, now, &output)
            case .ended(let visit, let reason): ended(visit, reason, now, &output)
            }
        }
        if !givenBack.isEmpty { giveBack(givenBack, now, &output) }
        if !actions.isEmpty { deskChanged(now) }
    }

    private mutating func admitted(
        _ visit: VisitID, _ host: HostID, _ waited: Duration, _ now: Now,
        _ output: inout HubOutput
    ) {
        guard let seat = reception.seats[visit], let client = seat.client else { return }
        if policy.isDesk { return converse(visit, seat, client, host, waited, now, &output) }
        reception.seats[visit]?.host = serverName
        if seat.hasWaited {
            let admitted = Admitted(
                server: serverName, operatorNick: nil, room: nil, ticket: seat.ticket,
                hasWaited: true)
            output.tell(client, .admitted(admitted), .none)
        }
        enter(seat.rooms, seat.seen, client, now, &output)
    }

    private mutating func lost(
        _ visit: VisitID, _ reason: LossReason, _ now: Now, _ output: inout HubOutput
    ) {
        guard let seat = freeSeat(visit) else { return }
        leaveConversation(visit, seat, reason.rawValue, now, &output)
        guard let client = seat.client, clients[client]?.visit == visit else { return }
        switch reason {
        case .expired: dismiss(client, .waitExpired, now, &output)
        case .queueFull: dismiss(client, .queueFull, now, &output)
        case .noServer: dismiss(client, .noServer, now, &output)
        case .left, .unanswered, .serverGone:
            let end = conversationEnd(visit, seat, reason.rawValue, canRate: false)
            if policy.isDesk { output.tell(client, .conversationEnded(end), .none) }
            dismiss(client, .ended, now, &output)
        }
    }

    private mutating func ended(
        _ visit: VisitID, _ reason: EndReason, _ now: Now, _ output: inout HubOutput
    ) {
        guard let seat = freeSeat(visit) else { return }
        leaveConversation(visit, seat, reason.rawValue, now, &output)
        reception.remember(
            seat.ticket,
            Reception.Ratable(
                visit: visit, host: seat.host, endedAt: now.wall, isRated: seat.isRated))
        guard let client = seat.client, clients[client]?.visit == visit else { return }
        guard reason != .expired else { return dismiss(client, .waitExpired, now, &output) }
        guard policy.isDesk else { return dismiss(client, .ended, now, &output) }
        clients[client]?.visit = nil
        let end = conversationEnd(visit, seat, reason.rawValue, canRate: !seat.isRated)
        output.tell(client, .conversationEnded(end), .none)
        guard !seat.isRated else { return dismiss(client, .ended, now, &output) }
        let until = now.instant + Limits.ratingPause
        reception.afterwards[client] = Reception.Afterwards(ticket: seat.ticket, until: until)
        reception.afterwardsDue.insert(client.raw, due: until)
    }

    private mutating func freeSeat(_ visit: VisitID) -> Reception.Seat? {
        guard let seat = reception.seats.removeValue(forKey: visit) else { return nil }
        reception.visitsByTicket[seat.ticket] = nil
        if let place = seat.place { reception.places[place] = nil }
        return seat
    }

    /// The last word to a client, and its end.
    mutating func dismiss(
        _ id: ClientID, _ code: ByeCode, _ now: Now, _ output: inout HubOutput
    ) {
        output.tell(id, .bye(Bye(code)), .none)
        clients[id]?.visit = nil
        quit(id, .closed(code), now, &output)
    }

    // MARK: - Time

    /// When `deadlineReached` wants to be called.
    package var nextDeadline: Instant {
        var due = reception.admission.nextDeadline
        due = min(due, reception.afterwardsDue.next ?? .distantFuture)
        if !reception.operators.isEmpty { due = min(due, reception.deskDue) }
        return due
    }

    /// Does what is due.
    package mutating func deadlineReached(now: Now, output: inout HubOutput) {
        var actions: [AdmissionAction] = []
        reception.admission.deadlineReached(now: now, actions: &actions)
        carryOut(actions, now, &output)
        while let entry = reception.afterwardsDue.popDue(now: now.instant) {
            let client = ClientID(raw: entry.key)
            guard let after = reception.afterwards[client], after.until <= now.instant else {
                continue
            }
            dismiss(client, .ended, now, &output)
        }
        if reception.deskDue <= now.instant { tellOperators(now, &output) }
    }

    /// The local day and month may be others by now.
    package mutating func turn(day: Range<Timestamp>, month: Range<Timestamp>) {
        reception.figures?.turn(day: day, month: month)
    }

    /// The day that is being counted; nil when nothing is.
    package var countedDay: Range<Timestamp>? { reception.figures?.day }
}
