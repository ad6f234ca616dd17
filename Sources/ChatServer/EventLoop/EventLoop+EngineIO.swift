// Engine.IO sessions on this loop: opening them, finding them for the requests that come, and giving
// away the connections whose session is another loop's. A connection is given away between two requests,
// when nothing is owed on it; a browser's few connections so move once and then stay.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO
import Glibc

/// A connection that goes on on another loop, with the request that it was given away for.
struct MovedConnection: Sendable {
    let descriptor: Int32
    let session: ClientSession
    /// What it may still send at once.
    let bucket: TokenBucket
    /// What was read and not decoded.
    let leftover: ByteBuffer
    let input: EngineIOInput
}

extension EventLoop {
    /// The connection that carries packets under that name.
    func connection(_ carrier: CarrierID) -> Connection? { connections[ClientID(raw: carrier.raw)] }

    /// A connection brings something for an Engine.IO session.
    func carry(_ input: EngineIOInput, from connection: Connection, now: Instant) {
        guard case .request(let request, _) = input else {
            connection.client?.received(input, from: connection, now: now)
            return
        }
        switch request {
        case .open(let transport): open(transport, connection, now)
        case .poll(let id), .post(let id), .upgrade(let id):
            switch sessions.find(id) {
            case .here(let client):
                connection.client = client
                client.received(input, from: connection, now: now)
            case .elsewhere(let loop):
                if !giveAway(connection, input, to: loop) { refuse(connection, .unknownSession) }
            case .unknown: refuse(connection, .unknownSession)
            }
        }
    }

    private func open(
        _ transport: EngineIOTransport, _ connection: Connection, _ now: Instant
    ) {
        guard let name = EngineIOSessionID(loop: index, token: Entropy.token()) else {
            return refuse(connection, .badRequest)
        }
        var actions: [EngineIOAction] = []
        let engine = EngineIOSession(
            name, over: transport, by: connection.carrierID, now: now, actions: &actions)
        let client = EngineIOClient(
            id: makeClientID(), loop: self, address: connection.peerAddress,
            relayed: connection.session.origin?.relayed, engine: engine,
            now: now)
        guard sessions.insert(client, as: name) else { return refuse(connection, .badRequest) }
        counts.sessions += 1
        clients[client.id] = client
        connection.client = client
        if transport == .webSocket { client.begin(over: connection) }
        client.perform(actions)
    }

    /// A WebSocket is open by now: all that can be said there is that it ends.
    private func refuse(_ connection: Connection, _ refusal: EngineIORefusal) {
        if connection.isOwedAnswer {
            connection.answer(.refusal(refusal))
        } else {
            connection.closeSocket()
        }
    }

    /// After anything that may have changed a client: its next deadline, and whether it is over.
    func settle(_ client: EngineIOClient) {
        if client.engine.isClosed, client.isGone {
            sessions.remove(client.engine.id)
            clients[client.id] = nil
            return
        }
        let due = client.nextDeadline
        guard due < client.scheduledAt else { return }
        client.scheduledAt = due
        schedule(client.id, due: due)
    }

    /// Sends a client's WebSocket, by itself, what is pending in its rooms so far.
    func catchUp(_ connection: Connection) {
        for membership in connection.memberships { catchUp(connection, with: membership.room) }
    }

    /// The end of a turn: polls are answered with what there is.
    func flushClients() {
        while !dirtyClients.isEmpty {
            let dirty = dirtyClients
            dirtyClients.removeAll(keepingCapacity: true)
            for client in dirty { client.flush() }
        }
    }

    // MARK: - Other loops

    /// Gives a connection to another loop; false when that cannot be done.
    private func giveAway(
        _ connection: Connection, _ input: EngineIOInput, to loop: Int
    ) -> Bool {
        guard loop != index, driver.mailboxes.indices.contains(loop),
            let descriptor = connection.takeDescriptor()
        else { return false }
        let moved = MovedConnection(
            descriptor: descriptor, session: connection.session, bucket: connection.bucket,
            leftover: connection.leftover, input: input)
        connection.abandon()
        if !driver.mailboxes[loop].put(moved: moved) { Glibc.close(descriptor) }
        return true
    }

    /// Takes a connection over from another loop.
    func adopt(_ moved: MovedConnection) {
        guard let connection = adopt(moved.descriptor, session: moved.session) else { return }
        connection.bucket = moved.bucket
        connection.goOn(with: moved.input, leftover: moved.leftover)
    }
}
