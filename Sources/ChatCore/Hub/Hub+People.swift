// Arriving, leaving, names and profiles.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    mutating func register(
        _ registration: Registration, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard clients[id] == nil || registration.replacesGuest else {
            return output.tell(id, .error(.alreadyRegistered), tag)
        }
        let nick: Nickname
        do {
            nick = try registration.nick ?? makeGuestNick()
            if let profile = registration.profile { try check(profile) }
        } catch let error as HubError {
            return output.tell(id, .error(error), tag)
        } catch {
            return output.tell(id, .error(.badNick("", .empty)), tag)
        }
        if registration.password != nil, let error = passwordRefusal(registration, id) {
            return output.tell(id, .error(error), tag)
        }
        let token = registration.resume?.token
        guard token.map(Resume.isToken) ?? true else {
            return output.tell(id, .error(.badToken), tag)
        }
        if registration.relayed != nil, !hasSlot(for: registration, id) {
            // Without a word: the relay takes it back.
            return quit(id, .disconnected, now, &output)
        }
        // Before anybody is replaced: whoever is refused here has taken nobody's place.
        if let owner = clientsByNick[nick.folded], owner != id,
            !replaced(by: registration).contains(owner)
        {
            return output.tell(id, .error(.nickTaken(nick.text)), tag)
        }
        var guestVisit: VisitID?
        if let guest = clients[id] {
            guestVisit = guest.visit
            // It goes on under the same name of the relay's, or its slot is free in a moment.
            if let visit = guest.visit, registration.relayed != nil { links.remove(visit) }
            withdraw(id, .closed(.replaced), now, &output)
        }
        var earlier: (nonces: NonceMemory, visit: VisitID?)?
        if let token { earlier = takeOver(token, now, &output) }
        var carried = earlier?.visit
        if carried == nil, registration.password == nil {
            carried = takeOver(ticket: registration.ticket, now, &output) ?? guestVisit
        }
        let person = Person(
            nick: nick, user: registration.user, host: registration.host,
            realName: registration.realName)
        clients[id] = Client(
            person: person, since: now.wall, lastSpoke: now.wall,
            memberLimit: registration.memberLimit, replay: registration.replay ?? policy.replay)
        clientsByNick[nick.folded] = id
        statistics.mostPeople = max(statistics.mostPeople, clients.count)
        let session = token ?? registration.session
        if registration.isResumable, !session.isEmpty {
            openSession(session, id, nonces: earlier?.nonces)
        }
        output.tell(
            id,
            .welcome(
                Welcome(
                    server: serverName, person: person, session: session,
                    statistics: currentStatistics, startedAt: startedAt,
                    hasRooms: !policy.isDesk)), tag)
        if let profile = registration.profile, !profile.isEmpty {
            keep(profile, id, nick, &output)
        }
        if let notice = policy.notice { output.tell(id, .notice(notice), .none) }
        if registration.password != nil {
            // Whoever was a visitor before is none any more.
            if let visit = carried ?? guestVisit { giveUp(visit, now, &output) }
            beginOperating(id, registration.rooms ?? [], now, &output)
        } else {
            approach(id, registration, carried: carried, now, &output)
        }
    }

    /// Why somebody is no operator.
    private func passwordRefusal(_ registration: Registration, _ id: ClientID) -> HubError? {
        guard policy.isDesk, let password = registration.password else { return .noDesk }
        guard password.utf8.count <= Limits.maxPasswordBytes else { return .wrongPassword }
        let load = HubLoad.password(password, address: registration.address)
        guard case .verdict(let verdict)? = fetched[id]?[load] else { return .noDesk }
        switch verdict {
        case .right: return nil
        case .wrong: return .wrongPassword
        case .tryLater: return .tryLater
        }
    }

    /// Those whose connections a newcomer goes on from: its session's and, where that has no visit,
    /// its ticket's.
    private func replaced(by registration: Registration) -> [ClientID] {
        let former = registration.resume.flatMap { sessions[$0.token]?.client }
        if let former, clients[former]?.visit != nil || registration.password != nil {
            return [former]
        }
        let visit = registration.ticket.flatMap { reception.visitsByTicket[$0] }
        let holder = visit.flatMap { reception.seats[$0]?.client }
        return [former, registration.password == nil ? holder : nil].compactMap { $0 }
    }

    private mutating func giveUp(_ visit: VisitID, _ now: Now, _ output: inout HubOutput) {
        var actions: [AdmissionAction] = []
        reception.admission.left(visit, now: now, actions: &actions)
        carryOut(actions, now, &output)
    }

    /// Who shows the ticket of a place whose connection still seems to be there takes it over.
    private mutating func takeOver(
        ticket: String?, _ now: Now, _ output: inout HubOutput
    ) -> VisitID? {
        guard let ticket, let visit = reception.visitsByTicket[ticket],
            let client = reception.seats[visit]?.client
        else { return nil }
        output.tell(client, .bye(Bye(.replaced)), .none)
        quit(client, .closed(.replaced), now, &output)
        return visit
    }

    /// Ends a client's presence; also for connections that never registered.
    mutating func quit(
        _ id: ClientID, _ reason: LeaveReason, _ now: Now, _ output: inout HubOutput
    ) {
        if !listeners.isEmpty { stopListening(id, &output) }
        links.close(id)
        withdraw(id, reason, now, &output)
        output.append(.close(id), loop: id.loop)
    }

    /// Ends a client's presence; its connection stays.
    private mutating func withdraw(
        _ id: ClientID, _ reason: LeaveReason, _ now: Now, _ output: inout HubOutput
    ) {
        guard let client = clients.removeValue(forKey: id) else { return }
        clientsByNick[client.person.nick.folded] = nil
        if let token = details[id]?.session { sessions[token] = nil }
        details[id] = nil
        warned.remove(id)
        for roomID in client.rooms { output.append(.exited(id, roomID), loop: id.loop) }
        for roomID in client.rooms { removeMember(id, from: roomID) }
        announceEnd(of: client, reason, now.wall, &output)
        endVisit(of: client, id, reason, now, &output)
        for roomID in client.rooms { forgetIfEmpty(roomID) }
    }

    /// Tells everyone who shared a room with somebody, once, and in which rooms.
    private func announceEnd(
        of client: Client, _ reason: LeaveReason, _ now: Timestamp, _ output: inout HubOutput
    ) {
        guard client.rooms.count > 1 else {
            return announce(client.rooms, &output) { .left($0, client.person, reason, now) }
        }
        var shared: [ClientID: [RoomName]] = [:]
        for room in client.rooms.compactMap({ rooms[$0] }) {
            for member in room.members { shared[member, default: []].append(room.name) }
        }
        var groups: [[RoomName]: [ClientID]] = [:]
        for (member, names) in shared { groups[names, default: []].append(member) }
        for (names, members) in groups.sorted(by: { $0.key[0].folded < $1.key[0].folded }) {
            let event = RoomEvent.left(
                names[0], client.person, reason, now, also: Array(names.dropFirst()))
            for (loop, members) in Dictionary(grouping: members, by: \.loop) {
                output.append(.several(members, event), loop: loop)
            }
        }
    }

    mutating func rename(
        _ nick: Nickname, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let client = clients[id] else { return }
        let old = client.person
        if nick.text == old.nick.text { return output.tell(id, .done, tag) }
        if let owner = clientsByNick[nick.folded], owner != id {
            return output.tell(id, .error(.nickTaken(nick.text)), tag)
        }
        let new = old.renamed(nick)
        clientsByNick[old.nick.folded] = nil
        clientsByNick[nick.folded] = id
        clients[id]?.person = new
        if client.rooms.isEmpty {
            output.append(.several([id], .renamed(old: old, new: new, now.wall)), loop: id.loop)
        } else {
            announce(client.rooms, &output) { _ in .renamed(old: old, new: new, now.wall) }
        }
        deskRenamed(id, nick, now)
        output.tell(id, .renamed(new), tag)
    }

    /// Tells the people of several rooms once each. The common case, one room, is one fan-out.
    func announce(
        _ roomIDs: [RoomID], _ output: inout HubOutput, _ event: (RoomName) -> RoomEvent
    ) {
        guard let first = roomIDs.first, let room = rooms[first] else { return }
        if roomIDs.count == 1 {
            return output.tell(first, room.membersByLoop, event(room.name))
        }
        var told: Set<ClientID> = []
        for roomID in roomIDs {
            guard let room = rooms[roomID] else { continue }
            var byLoop: [[ClientID]] = Array(repeating: [], count: loopCount)
            for member in room.members where told.insert(member).inserted {
                byLoop[member.loop].append(member)
            }
            for loop in byLoop.indices where !byLoop[loop].isEmpty {
                output.append(.several(byLoop[loop], event(room.name)), loop: loop)
            }
        }
    }

    mutating func setProfile(
        _ profile: Profile, _ id: ClientID, _ tag: RequestTag, _ output: inout HubOutput
    ) {
        do {
            try check(profile)
        } catch {
            return output.tell(id, .error(error), tag)
        }
        guard let nick = clients[id]?.person.nick else { return }
        keep(profile, id, nick, &output)
        output.tell(id, .profile(profile), tag)
    }

    private mutating func keep(
        _ profile: Profile, _ id: ClientID, _ nick: Nickname, _ output: inout HubOutput
    ) {
        details[id, default: Details()].profile = profile
        output.profiles.append((nick, profile))
    }

    private func check(_ profile: Profile) throws(HubError) {
        for field in [profile.name, profile.studentID, profile.github] {
            let isClean = field.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control
                    && $0.properties.generalCategory != .lineSeparator
                    && $0.properties.generalCategory != .paragraphSeparator
            }
            guard field.utf8.count <= Limits.maxProfileFieldBytes, isClean else {
                throw .badProfile
            }
        }
    }

    mutating func setAway(
        _ text: String?, _ id: ClientID, _ now: Timestamp, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let client = clients[id] else { return }
        let away = text.flatMap { $0.isEmpty ? nil : $0.prefix(utf8Bytes: Limits.maxAwayBytes) }
        let before = details[id]?.away
        guard away != before else { return output.tell(id, .away(away), tag) }
        details[id, default: Details()].away = away
        output.tell(id, .away(away), tag)
        announce(client.rooms, &output) { _ in .away(client.person, away, now) }
    }

    func present(
        _ nicks: [String], _ id: ClientID, _ tag: RequestTag, _ output: inout HubOutput
    ) {
        // Whoever waits, or is a desk's visitor, learns of nobody else.
        let seesEveryone = refusal(of: .rooms, from: id) == nil
        let found = nicks.prefix(Limits.maxNicksAsked).compactMap { nick -> Member? in
            guard seesEveryone || isNear(nick, id) else { return nil }
            return clientsByNick[FoldedName(nick)].flatMap(member)
        }
        output.tell(id, .present(asked: nicks, found), tag)
    }

    func whois(
        _ nick: String, _ id: ClientID, _ now: Timestamp, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let found = clientsByNick[FoldedName(nick)], let client = clients[found] else {
            return output.tell(id, .error(.noSuchNick(nick)), tag)
        }
        let info = PersonInfo(
            person: client.person, profile: details[found]?.profile,
            rooms: client.rooms.compactMap { rooms[$0]?.name }.filter {
                !$0.isConversation || found == id
            }, away: details[found]?.away,
            since: client.since,
            idle: .milliseconds(max(0, now.milliseconds - client.lastSpoke.milliseconds)))
        output.tell(id, .whois(info), tag)
    }

    /// WHO: the people of a room, or the one person of that nick; an empty answer is no error.
    func who(_ query: String, _ id: ClientID, _ tag: RequestTag, _ output: inout HubOutput) {
        var rows: [(room: RoomName?, member: Member)] = []
        if query.utf8.first == UInt8(ascii: "#") {
            if let name = try? RoomName(query), let roomID = roomIDs[name],
                let room = rooms[roomID], !name.isConversation || room.members.contains(id)
            {
                rows = members(of: room, limit: .max).map { (room.name, $0) }
            }
        } else if let found = clientsByNick[FoldedName(query)], let member = member(found) {
            let room = clients[found]?.rooms.first.flatMap { rooms[$0]?.name }
            rows = [(room, member)]
        }
        output.tell(id, .who(query: query, rows), tag)
    }

    /// A client as lists show it.
    func member(_ id: ClientID) -> Member? {
        clients[id].map { Member(person: $0.person, away: details[id]?.away != nil) }
    }
}
