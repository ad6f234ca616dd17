// Waiting, being served and rating, from the visitor's side.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension ChatSession {
    /// Whether one is in, or stands in the queue to come in.
    package var isArrived: Bool { phase == .online || phase == .greeting && visit.isWaiting }

    /// Whether what is typed is taken for a rating.
    var isAskedToRate: Bool { visit.stage == .rating && phase == .online }

    mutating func queueReceived(
        _ status: QueueStatus, _ ticket: String, _ now: Now
    ) -> [ClientAction] {
        guard !visit.isOver else { return [] }
        var known: QueueStatus?
        if case .waiting(let status, _) = visit.stage { known = status }
        if !ticket.isEmpty { visit.ticket = ticket }
        visit.stage = .waiting(status, told: now.instant)
        // A person has it in the prompt, and is told once; a log, whenever the place changes.
        let isNews =
            options.interface.isScript
            ? known?.position != status.position || known?.of != status.of : known == nil
        let told = isNews ? show(.event(.queue(status, ticket: ticket)), now) : []
        return told + [.prompt]
    }

    mutating func admitted(_ admitted: Admitted, _ now: Now) -> [ClientAction] {
        visit.stage = .served
        if !admitted.ticket.isEmpty { visit.ticket = admitted.ticket }
        visit.host = admitted.operatorNick
        if let room = admitted.room {
            if index(of: room) != nil { active = room } else { wanted = room }
        }
        visit.isHeld = false
        return show(.event(.admitted(admitted)), now) + [.prompt] + sendPending()
            + finishIfDone(now)
    }

    mutating func returned(from host: String, _ now: Now) -> [ClientAction] {
        visit.host = nil
        return show(.event(.returned(from: host)), now) + [.prompt]
    }

    mutating func visitEnded(_ end: ConversationEnd, _ now: Now) -> [ClientAction] {
        forget(end.room)
        memory.forget()
        visit.stage = end.canRate ? .rating : .over
        visit.host = nil
        let told = show(.event(.ended(end)), now) + [.prompt]
        // Nobody is there to be asked.
        return inputHasEnded ? told + leave(lastWord) : told
    }

    mutating func rated(_ rating: Rating, _ host: String, _ now: Now) -> [ClientAction] {
        let told = show(.event(.rated(rating, host: host)), now)
        guard visit.isOver, options.interface != .json else { return told }
        visit.stage = .over
        return told + leave(nil)
    }

    /// The answer to the question how it was.
    mutating func answeredRating(_ line: String) -> [ClientAction] {
        let word = line.lowercased().filter { !$0.isWhitespace }
        if Rating.isRefusal(line) || word == "quit" || word == "q" {
            visit.stage = .over
            return [.prompt] + leave(nil)
        }
        guard let rating = Rating(typed: line) else {
            return [
                .show(
                    .trouble(
                        HubError.badRating.message, hint: "an empty line leaves without a rating"))
            ]
        }
        return rate(rating)
    }

    mutating func rate(_ rating: Rating) -> [ClientAction] {
        enqueue(ClientRequest.rate(rating, ticket: visit.ticket).line, .command)
    }

    /// Whether messages wait here until it is one's turn: where nobody is there to hear of a
    /// refusal.
    var keepsUntilTurn: Bool {
        options.interface == .plain || options.interface == .json && inputHasEnded
    }

    /// A refusal that has to do with waiting or rating; nil for any other.
    mutating func visitRefused(_ code: String, _ re: String?, _ now: Now) -> [ClientAction]? {
        switch code {
        case "waiting":
            guard keepsUntilTurn || options.interface == .interactive,
                re.map({ pending.knows($0) }) ?? false
            else { return nil }
            visit.isHeld = true
            pending.connectionLost()
            return options.interface.isScript
                ? [] : show(.status("kept until it is your turn"), now)
        case "already_rated" where visit.stage == .rating && options.interface != .json:
            visit.stage = .over
            return leave(nil)
        default: return nil
        }
    }

    /// How the program ends when the server's last word has to do with the visit; nil for others.
    func exitCode(ofVisit code: String) -> Int32? {
        switch code {
        case "wait_expired", "queue_full", "no_server": 75
        case "ended": refusal
        default: nil
        }
    }

    /// Whether `room` is a conversation, whose people come and go with it: what is told of them is
    /// told of the conversation.
    func isConversation(_ room: String) -> Bool { (try? RoomName(room))?.isConversation ?? false }

    /// One is no longer in `room`, and will not be again.
    mutating func forget(_ room: RoomName) {
        rooms.removeAll { $0.name == room }
        timelines[room] = nil
        if wanted == room { wanted = nil }
        if active == room { active = rooms.last?.name }
    }
}
