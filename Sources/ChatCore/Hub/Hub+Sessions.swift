// Sessions that outlive connections: a token, and the nonces used under it.
// Invariant: a session belongs to at most one client; its client's details name it.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Hub {
    /// Makes room for a session that goes on from a new connection: the old one, whose end may not
    /// have been noticed yet, is told so and closed. What it has used its nonces for is newer than
    /// what the journal knows, and returned.
    mutating func takeOver(
        _ token: String, _ now: Now, _ output: inout HubOutput
    ) -> (nonces: NonceMemory, visit: VisitID?)? {
        guard let session = sessions[token] else { return nil }
        let visit = clients[session.client]?.visit
        output.tell(session.client, .bye(Bye(.replaced)), .none)
        quit(session.client, .closed(.replaced), now, &output)
        return (session.nonces, visit)
    }

    /// Begins or continues a session, with the nonces of the connection it was taken over from, or
    /// else with what was fetched of it from the journal.
    mutating func openSession(_ token: String, _ id: ClientID, nonces: NonceMemory?) {
        var session = Session(client: id)
        if let nonces {
            session.nonces = nonces
        } else if case .session(let nonces)? = fetched[id]?[.session(token)] {
            for (nonce, message) in nonces { session.nonces.remember(nonce, as: message) }
        }
        sessions[token] = session
        details[id, default: Details()].session = token
    }

    /// The message that a nonce of this client's became earlier.
    func earlier(_ nonce: String, _ id: ClientID) -> Accepted? {
        guard let token = details[id]?.session, let session = sessions[token] else { return nil }
        switch session.nonces.knowledge(of: nonce) {
        case .unknown: return nil
        case .known(let message): return message
        case .perhaps:
            guard case .nonce(let message)? = fetched[id]?[.nonce(session: token, nonce: nonce)]
            else { return nil }
            return message
        }
    }

    /// Keeps what a nonce became; the session's token when it outlives the connection.
    mutating func remember(_ nonce: String, as message: Accepted, _ id: ClientID) -> String? {
        if let token = details[id]?.session {
            sessions[token]?.nonces.remember(nonce, as: message)
            return token.hasPrefix("-") ? nil : token
        }
        // It cannot be resumed: a name of its own that no client can give.
        let token = "-\(id.raw)"
        var session = Session(client: id)
        session.nonces.remember(nonce, as: message)
        sessions[token] = session
        details[id, default: Details()].session = token
        return nil
    }
}
