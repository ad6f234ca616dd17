// Requests of those who are not here. They may read the open rooms, listen to them and post into them.
// Where people are admitted one by one, at a desk or with a capacity, nothing of that is allowed from
// outside: conversations are private, and nobody passes the queue by.
// Invariant: a listener is counted among those its loop carries for the room, and is no member.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    mutating func api(
        _ request: APIRequest, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        defer { fetched[id] = nil }
        switch request {
        case .readiness:
            if let failure {
                output.tell(id, .error(.cannotSave(failure)), tag)
            } else {
                output.tell(id, .done, tag)
            }
        case .report:
            var shell = ServerReport()
            if case .report(let report)? = fetched[id]?[.report] { shell = report }
            output.tell(id, .report(shell, report(now)), tag)
        case .statistics(let wish):
            switch fetched[id]?[.statistics(wish)] {
            case .statistics(let text)?: output.tell(id, .figures(text), tag)
            case .refused(let error)?: output.tell(id, .error(error), tag)
            case .failed(let why)?: output.tell(id, .error(.unavailable(why)), tag)
            default: output.tell(id, .error(.unavailable("this server keeps no journal")), tag)
            }
        case .servers, .door, .left, .order:
            output.tell(id, .error(.unavailable("this is not a relay")), tag)
        case .rooms, .messages, .post, .listen:
            guard !isLimited else { return output.tell(id, .error(.notOutside), tag) }
            outside(request, id, now, tag, &output)
        }
    }

    private mutating func outside(
        _ request: APIRequest, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        // Everyone's first room is there before anyone is.
        _ = findOrMake(.lobby, now.wall)
        switch request {
        case .rooms: output.tell(id, .rooms(roomList()), tag)
        case .messages(let page): history(page, id, tag, &output)
        case .post(let post): self.post(post, id, now, tag, &output)
        case .listen(let room, let after): listen(room, after, id, tag, &output)
        case .readiness, .report, .statistics, .servers, .door, .left, .order: break
        }
    }

    /// What an API request needs from elsewhere.
    func needs(_ request: APIRequest, _ id: ClientID) -> HubLoad? {
        switch request {
        case .report: return unless(fetched: .report, id)
        case .statistics(let wish): return unless(fetched: .statistics(wish), id)
        default: break
        }
        guard policy.isDurable, !isLimited else { return nil }
        switch request {
        case .messages(let page): return needs(page, id)
        case .post(let post):
            guard let nonce = post.scopedNonce else { return nil }
            if let message = outsideNonces[nonce] {
                return unless(fetched: .settled(number: message.id.number), id)
            }
            return unless(fetched: .nonce(session: Hub.outside, nonce: nonce), id)
        case .listen(let name, let after?):
            guard let roomID = roomIDs[name], let room = rooms[roomID], after <= room.lastSeq,
                !room.recent.holdsAll(after: after, last: room.lastSeq)
            else { return nil }
            return unless(fetched: .history(.missed(room.name, after: after)), id)
        case .listen, .readiness, .report, .statistics, .rooms, .servers, .door, .left, .order:
            return nil
        }
    }

    /// The room, when those may read it who are not here.
    func readableFromOutside(_ name: RoomName) throws(HubError) -> Room {
        guard !isLimited, !name.isConversation, let roomID = roomIDs[name],
            let room = rooms[roomID]
        else { throw .noSuchRoom(name.text) }
        return room
    }

    // MARK: - Posting

    /// The session that the nonces of those belong to who have none.
    static let outside = "outside"
    /// What those are called who give no name.
    static let guest = Nickname(known: "guest")

    private mutating func post(
        _ post: APIPost, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        do throws(HubError) {
            _ = try readableFromOutside(post.room)
            guard !post.text.isEmpty else { throw .emptyMessage }
            guard post.text.utf8.count <= Limits.maxMessageBytes else { throw .messageTooLong }
            if let nonce = post.nonce {
                let isNonce = !nonce.isEmpty && nonce.utf8.count <= Limits.maxNonceBytes
                guard isNonce else { throw .badNonce }
            }
            if let wait = postLimits.admit(post.address, now: now.instant) {
                throw .tooFast(wait)
            }
            if let earlier = earlier(post, id) {
                let ack = ClientEvent.ack(
                    nonce: post.nonce ?? "", earlier.id, room: earlier.room, seq: earlier.seq)
                return output.tell(id, ack, tag)
            }
            if let failure { throw .cannotSave(failure) }
            accept(post, try author(post), id, now.wall, tag, &output)
        } catch {
            output.tell(id, .error(error), tag)
        }
    }

    /// Who says it. Nobody can borrow the nick of somebody who is here.
    private mutating func author(_ post: APIPost) throws(HubError) -> Person {
        var nick = post.nick ?? Hub.guest
        if clientsByNick[nick.folded] != nil {
            guard post.nick == nil else { throw .nickTaken(nick.text) }
            do {
                nick = try makeGuestNick()
            } catch {
                throw .nickTaken(nick.text)
            }
        }
        return Person(nick: nick, user: "~http", host: "http.chatkit", realName: "")
    }

    private func earlier(_ post: APIPost, _ id: ClientID) -> Accepted? {
        guard let nonce = post.scopedNonce else { return nil }
        if let message = outsideNonces[nonce] { return message }
        let load = HubLoad.nonce(session: Hub.outside, nonce: nonce)
        guard case .nonce(let message)? = fetched[id]?[load] else { return nil }
        return message
    }

    private mutating func accept(
        _ post: APIPost, _ author: Person, _ id: ClientID, _ now: Timestamp, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let roomID = roomIDs[post.room], let members = rooms[roomID]?.membersByLoop else {
            return
        }
        let said = Post(to: .room(post.room), text: post.text)
        guard let message = accept(said, author, roomID, now) else { return }
        output.tell(roomID, members, .message(message, excluding: nil))
        if let nonce = post.scopedNonce {
            outsideNonces.remember(
                nonce, as: Accepted(id: message.id, room: message.room, seq: message.seq))
        }
        guard policy.isDurable else {
            let ack = ClientEvent.ack(
                nonce: post.nonce ?? "", message.id, room: message.room, seq: message.seq)
            return output.tell(id, ack, tag)
        }
        lastKept = message.id.number
        output.accepted.append(
            Acceptance(
                message: message, session: post.nonce == nil ? nil : Hub.outside,
                nonce: post.scopedNonce ?? "", client: id, tag: tag))
    }

    // MARK: - Listening

    private mutating func listen(
        _ name: RoomName, _ after: UInt64?, _ id: ClientID, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        guard let room = try? readableFromOutside(name), let roomID = roomIDs[name] else {
            return output.tell(id, .error(.noSuchRoom(name.text)), tag)
        }
        listeners[id] = roomID
        rooms[roomID]?.membersByLoop[id.loop] += 1
        output.tell(id, .listening(room.name), tag)
        output.append(.entered(id, roomID), loop: id.loop)
        guard let after else { return }
        guard after > room.lastSeq else { return tellMissed(room, after: after, id, &output) }
        // A place that is not known here, or was never one: what the reader missed may be any of it.
        let all = room.lastSeq > 0 ? 1...room.lastSeq : nil
        output.tell(id, .missed(room.name, gap: all, []), .none)
    }

    /// A connection is gone that may have listened.
    mutating func stopListening(_ id: ClientID, _ output: inout HubOutput) {
        guard let roomID = listeners.removeValue(forKey: id) else { return }
        output.append(.exited(id, roomID), loop: id.loop)
        rooms[roomID]?.membersByLoop[id.loop] -= 1
        forgetIfEmpty(roomID)
    }

    // MARK: - Reports

    private func report(_ now: Now) -> HubReport {
        HubReport(
            server: serverName, startedAt: startedAt, at: now.wall,
            statistics: currentStatistics, listeners: listeners.count,
            admission: reception.admission.counts,
            oldestWait: reception.admission.oldestWait(now: now.instant),
            figures: reception.figures)
    }
}

extension APIPost {
    /// The nonce among everyone's who has no session: of two nicks with the same one, each is meant.
    var scopedNonce: String? { nonce.map { (nick?.folded.text ?? "") + "\n" + $0 } }
}
