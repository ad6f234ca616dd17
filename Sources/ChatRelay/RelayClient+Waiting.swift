// Being without a server, getting one, and losing it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension RelayClient {
    /// How long a slot is kept for somebody who was sent to it.
    static let redirectTime = Duration.seconds(5)

    /// What it says while it waits.
    func wait(_ bytes: UnsafeRawBufferPointer) {
        guard var reader else { return }
        self.reader = nil
        var reply = ByteBuffer()
        let outcome = reader.take(bytes, reply: &reply)
        self.reader = reader
        write(&reply)
        _ = react(outcome)
    }

    /// Whether it goes on.
    func react(_ outcome: WaitingReader.Outcome) -> Bool {
        switch outcome {
        case .goesOn: return true
        case .leaves:
            tell(.bye(Bye(.quit)))
            quit()
        case .tooMuch:
            tell(.notice("you have said more than can be kept while you wait"))
            tell(.bye(Bye(.slowConsumer, reason: "too much was sent while waiting")))
            quit()
        case .broken:
            tell(.bye(Bye(.badData)))
            quit()
        }
        return false
    }

    private func quit() {
        let id = id
        loop.tellDoor { $0.left(id, isAbrupt: false, now: $1, actions: &$2) }
        leave()
    }

    // MARK: - A server

    /// It has a slot there.
    func connect(_ assignment: RelayAssignment, to address: SocketAddress) {
        switch state {
        case .parting: nextAssignment = assignment
        case .waiting:
            state = .served
            isFreed = false
            hasServerEnded = false
            tunnel = RelayTunnel(self, assignment, to: address)
            settle()
        case .arriving, .served, .leaving, .closed: break
        }
    }

    /// It has a slot, and is to go there itself. The slot is kept until it should be there: by then
    /// the server says that somebody else has it.
    func redirect(_ assignment: RelayAssignment, to endpoint: Endpoint) {
        guard state == .waiting else { return }
        tell(.redirect(host: endpoint.host, port: endpoint.port, ticket: assignment.ticket))
        leave()
        let (id, loop) = (id, loop)
        loop.after(RelayClient.redirectTime) { loop in
            loop.tellDoor { door, now, actions in
                door.attended(assignment.visit, at: assignment.server, now: now, actions: &actions)
                door.left(id, isAbrupt: false, now: now, actions: &actions)
            }
        }
    }

    /// The server that it was sent to would not have it: it waits on.
    func refusedByServer() {
        if isFreed { return finishTunnel() }
        takeBack()
        let id = id
        loop.tellDoor { $0.refused(id, now: $1, actions: &$2) }
    }

    /// The server's end of the tunnel is over: either its visit was, or the server is in trouble.
    func serverEnded() {
        guard state == .served else { return finishParting() }
        hasServerEnded = true
        if isFreed || stream.hasEnded { return finishTunnel() }
        orphanDue = loop.now.instant + RelayClient.orphanPatience
        settle()
    }

    /// The server has ended its visit.
    func freed() {
        isFreed = true
        if hasServerEnded || state == .waiting { finishTunnel() }
    }

    /// Everything is said: lets the client read it.
    private func finishTunnel() {
        orphanDue = .distantFuture
        tellGone(isAbrupt: false)
        leave()
    }

    /// Nobody has said why the tunnel ended.
    func lost() {
        let id = id
        loop.tellDoor { $0.abandoned(id, now: $1, actions: &$2) }
    }

    /// It has lost its server, and waits again; or, where its protocol has no way back, goes.
    func detach(from name: String, _ reason: DetachReason, canMove: Bool) {
        orphanDue = .distantFuture
        guard state == .served else { return }
        if reason == .busy { return takeBack() }
        guard canMove else {
            tell(.notice("\(name) is gone; come back and you will be next"))
            tell(.bye(Bye(.shutdown, reason: "\(name) is gone; your place is kept")))
            return leave()
        }
        guard reason == .draining, let tunnel, tunnel.isOpen else {
            takeBack()
            return tell(.returned(host: name, isServer: true))
        }
        state = .parting
        // It begins where the server stopped hearing, which may be within a unit.
        var reader = WaitingReader(dialect, name: loop.info.name)
        reader.keep(tunnel.takeUnsent())
        self.reader = reader
        tunnel.part()
        settle()
    }

    /// The old server has said its last: the client is told, and goes on.
    func finishParting() {
        guard state == .parting else { return }
        let name = tunnel?.assignment.serverName ?? ""
        let kept = reader?.takeKept() ?? []
        takeBack()
        reader?.keep(kept)
        tell(.returned(host: name, isServer: true))
        if let status = nextStatus.take() { tell(status) }
        guard let assignment = nextAssignment.take() else { return }
        guard let address = loop.addresses[assignment.server] else { return refusedByServer() }
        connect(assignment, to: address)
    }

    /// Without a server again: what the last one has not been sent is for the next.
    private func takeBack() {
        var reader = WaitingReader(dialect, name: loop.info.name)
        if let tunnel {
            reader.keep(tunnel.takeUnsent())
            tunnel.close()
        }
        tunnel = nil
        self.reader = reader
        state = .waiting
        stream.startReading()
        // Half a connection may still be served; half a session is none.
        if isSession, stream.hasEnded {
            loop.later { [self] in if state == .waiting { depart(isAbrupt: true) } }
        }
    }
}
