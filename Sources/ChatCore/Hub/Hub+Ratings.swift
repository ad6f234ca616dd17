// Ratings: of one's own visit while it lasts, right after a conversation, or for a day by its ticket;
// once for each visit.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    mutating func rate(
        _ rating: Rating, _ ticket: String?, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) {
        do {
            if let ticket {
                try rate(rating, ticket: ticket, id, now, tag, &output)
            } else if let after = reception.afterwards[id] {
                try rate(rating, ticket: after.ticket, id, now, tag, &output)
            } else {
                try rateOwn(rating, id, now, tag, &output)
            }
        } catch {
            return output.tell(id, .error(error), tag)
        }
        if let after = reception.afterwards[id], ticket == nil || ticket == after.ticket {
            dismiss(id, .ended, now, &output)
        }
    }

    /// Its visit is not over.
    private mutating func rateOwn(
        _ rating: Rating, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) throws(HubError) {
        guard let visit = clients[id]?.visit,
            !isLimited || reception.admission.isAttended(visit)
        else {
            throw .notAttended
        }
        let isRated =
            reception.seats[visit]?.isRated ?? (details[id]?.hasRated ?? false)
        guard !isRated else { throw .alreadyRated }
        let host = reception.seats[visit]?.host ?? serverName
        if reception.seats[visit] != nil {
            reception.seats[visit]?.isRated = true
        } else {
            details[id, default: Details()].hasRated = true
        }
        keep(rating, visit, host, id, now, tag, &output)
    }

    private mutating func rate(
        _ rating: Rating, ticket: String, _ id: ClientID, _ now: Now, _ tag: RequestTag,
        _ output: inout HubOutput
    ) throws(HubError) {
        if let visit = reception.visitsByTicket[ticket] {
            guard clients[id]?.visit == visit else { throw .badTicket }
            return try rateOwn(rating, id, now, tag, &output)
        }
        let known: Reception.Ratable
        if let ended = reception.ratable[ticket] {
            known = ended
        } else if case .visit(let stored?)? = fetched[id]?[.visit(ticket: ticket)],
            stored.isAttended, let endedAt = stored.endedAt
        {
            known = Reception.Ratable(
                visit: stored.visit, host: stored.host, endedAt: endedAt, isRated: stored.isRated)
            reception.remember(ticket, known)
        } else {
            throw .badTicket
        }
        let age = now.wall.milliseconds - known.endedAt.milliseconds
        guard age <= Limits.ratable.wholeMilliseconds else { throw .badTicket }
        guard !known.isRated else { throw .alreadyRated }
        reception.markRated(ticket)
        keep(rating, known.visit, known.host, id, now, tag, &output)
    }

    private mutating func keep(
        _ rating: Rating, _ visit: VisitID, _ host: String, _ id: ClientID, _ now: Now,
        _ tag: RequestTag, _ output: inout HubOutput
    ) {
        let record = VisitRecord(visit, at: now.wall, .rated(rating, host: host))
        output.visits.append(record)
        reception.figures?.add(record)
        deskChanged(now)
        output.tell(id, .rated(rating, host: host), tag)
    }

    /// What somebody says whose conversation is over: its rating, or that there will be none.
    mutating func answerRating(
        _ text: String, _ id: ClientID, _ now: Now, _ tag: RequestTag, _ output: inout HubOutput
    ) {
        if Rating.isRefusal(text) { return dismiss(id, .ended, now, &output) }
        guard let rating = Rating(typed: text) else {
            return output.tell(id, .error(.badRating), tag)
        }
        rate(rating, nil, id, now, tag, &output)
    }
}
