// Who may ask what: those who wait, and visitors of a desk, less than the people of a room.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    /// What a request may do.
    private enum Right {
        case always
        /// With a slot; at a desk, within its conversation.
        case served
        /// Never for a visitor of a desk.
        case room
    }

    /// Why the request is refused; nil: it is not.
    func refusal(of command: HubCommand, from id: ClientID) -> HubError? {
        guard isLimited, reception.operators[id] == nil else { return nil }
        switch right(to: command, id) {
        case .always: return nil
        case .room where policy.isDesk: return .notAtDesk
        case .served where policy.isDesk: return nil
        case .served, .room:
            guard let visit = clients[id]?.visit else { return .notAttended }
            return reception.admission.host(of: visit) == nil ? .waiting : nil
        }
    }

    private func right(to command: HubCommand, _ id: ClientID) -> Right {
        switch command {
        case .register, .relay, .link, .left, .api, .quit, .rename, .profile, .rate, .statistics,
            .desk,
            .waiting, .away, .present, .transcript:
            .always
        case .join(let room): isMember(id, room) ? .always : .room
        case .names(let room): isMember(id, room) ? .always : .room
        case .who(let query):
            (try? RoomName(query)).map { isMember(id, $0) } ?? false || isNear(query, id)
                ? .always : .room
        case .whois(let nick): isNear(nick, id) ? .always : .room
        case .post(let post):
            if case .nick(let nick) = post.target {
                isNear(nick, id) ? .served : .room
            } else {
                .served
            }
        case .leave, .history, .search, .activity: .served
        case .topic(_, let text): text == nil ? .served : .room
        case .rooms: .room
        }
    }

    private func isMember(_ id: ClientID, _ room: RoomName) -> Bool {
        roomIDs[room].map { clients[id]?.rooms.contains($0) ?? false } ?? false
    }

    /// Oneself, or somebody in the same room.
    func isNear(_ nick: String, _ id: ClientID) -> Bool {
        guard let other = clientsByNick[FoldedName(nick)] else { return false }
        if other == id { return true }
        return clients[id]?.rooms.contains { rooms[$0]?.members.contains(other) ?? false } ?? false
    }

    /// A visitor of a desk always talks in its conversation, and while it waits no more than is kept.
    mutating func deskPost(
        _ post: Post, _ id: ClientID, _ now: Now, _ tag: RequestTag, _ output: inout HubOutput
    ) {
        guard let visit = clients[id]?.visit else {
            return output.tell(id, .error(.notAttended), tag)
        }
        var post = post
        if case .room = post.target { post.target = .room(RoomName(conversation: visit)) }
        if reception.admission.host(of: visit) == nil {
            let count = reception.seats[visit]?.messagesWaiting ?? 0
            guard count < Limits.maxMessagesWaiting else {
                return output.tell(id, .error(.tooManyWhileWaiting), tag)
            }
            reception.seats[visit]?.messagesWaiting = count + 1
        }
        self.post(post, id, now, tag, &output)
    }

    /// A visitor of a desk leaves its conversation: the visit is over.
    mutating func deskLeave(_ id: ClientID, _ now: Now, _ output: inout HubOutput) {
        guard let visit = clients[id]?.visit else {
            return dismiss(id, .ended, now, &output)
        }
        var actions: [AdmissionAction] = []
        reception.admission.left(visit, now: now, actions: &actions)
        carryOut(actions, now, &output)
    }
}
