// One client of the relay, from its first byte to its last: its handshake, its wait, and whoever serves
// it at the moment. Confined to the relay's thread.
//
// arriving: the client's handshake is read, and requests by HTTP are answered.
// waiting:  it has no server; it is told where it stands, and what it says is kept.
// served:   a tunnel to a server is being made, or carries bytes both ways.
// parting:  a tunnel is left, but what its server still says is heard first; becomes waiting.
// leaving:  last words are on their way.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// A client and its connection.
final class RelayClient: ByteStreamOwner {
    enum State { case arriving, waiting, served, parting, leaving, closed }

    let id: ClientID
    let loop: RelayLoop
    let stream: any ByteStream
    /// It comes by Socket.IO, over connections that are clients by themselves.
    let isSession: Bool
    var state = State.arriving
    var session: ClientSession
    private(set) var dialect = RelayDialect.plain
    var nick = Nickname(known: "guest")
    /// When it is told that it may leave a message.
    var offerDue = Instant.distantFuture
    private var wasOffered = false
    /// What was read and not decoded; only while arriving.
    var input = ByteBuffer()
    /// What the client has sent so far; once it has arrived, what of it its server is sent again.
    var handshake: [UInt8] = []
    var reader: WaitingReader?
    var tunnel: RelayTunnel?
    /// Where it is to go when it has parted.
    var nextAssignment: RelayAssignment?
    /// Where it stands, to be told when it has parted.
    var nextStatus: ClientEvent?
    /// The server has ended its visit: that the connection ends as well is no surprise.
    var isFreed = false
    /// So many packets answered the handshake of one that comes by Socket.IO.
    var answers = 0
    /// The Engine.IO session that it carries: as a WebSocket, or by a request that is not answered.
    var carried: EngineIOPipe?
    /// The server's end of the tunnel is over.
    var hasServerEnded = false
    /// Why that is must be known by then.
    var orphanDue = Instant.distantFuture
    var closeDue = Instant.distantFuture
    private var scheduledAt = Instant.distantFuture

    /// How long a server's word may take that explains the end of a tunnel.
    static let orphanPatience = Duration.seconds(1)
    /// So long before its wait ends somebody is asked for a message.
    static let offerTime = Duration.seconds(30)
    /// How long last words may take.
    static let closeGrace = Duration.seconds(2)

    /// A connection.
    init(_ id: ClientID, _ stream: RelayStream, on loop: RelayLoop) {
        self.id = id
        self.stream = stream
        self.loop = loop
        isSession = false
        session = ClientSession(openedAt: loop.now.instant, idleTimeout: nil)
    }

    /// An Engine.IO session.
    init(_ id: ClientID, _ pipe: EngineIOPipe, on loop: RelayLoop) {
        self.id = id
        stream = pipe
        self.loop = loop
        isSession = true
        session = ClientSession(socketIO: Entropy.token(), openedAt: loop.now.instant)
    }

    func begin() {
        stream.owner = self
        stream.startReading()
        settle()
    }

    /// Whether it understands that it is to go elsewhere.
    var canRedirect: Bool { dialect == .json || dialect == .webSocket(.json) }

    // MARK: - The connection

    func stream(_ stream: any ByteStream, received bytes: UnsafeRawBufferPointer) {
        if !isSession { loop.counts.bytesIn += UInt64(bytes.count) }
        switch state {
        case .served: tunnel?.fromClient(bytes)
        case .arriving: arrive(bytes)
        case .waiting, .parting: wait(bytes)
        case .leaving, .closed: break
        }
    }

    func streamEnded(_ stream: any ByteStream) {
        switch state {
        case .served where orphanDue == .distantFuture: tunnel?.clientEnded()
        case .arriving:
            // What it sent counts, as long as nothing is to be said to it.
            endOfInput()
        case .waiting, .parting, .served: depart(isAbrupt: true)
        case .leaving: close()
        case .closed: break
        }
    }

    func streamFailed(_ stream: any ByteStream) {
        guard state != .closed else { return }
        depart(isAbrupt: true)
    }

    func streamDrained(_ stream: any ByteStream) {
        tunnel?.clientDrained()
        carried?.carrierDrained(self)
        if state == .leaving, stream.isShut, stream.hasEnded { close() }
    }

    /// It goes: the front door is told, and both connections end.
    func depart(isAbrupt: Bool) {
        tellGone(isAbrupt: isAbrupt)
        close()
    }

    /// Tells the front door.
    func tellGone(isAbrupt: Bool) {
        let id = id
        loop.tellDoor { $0.left(id, isAbrupt: isAbrupt, now: $1, actions: &$2) }
    }

    func close() {
        guard state != .closed else { return }
        state = .closed
        dropCarried()
        tunnel?.close()
        tunnel = nil
        stream.close()
        loop.forget(self)
    }

    // MARK: - Words

    /// Tells it something in its own protocol.
    func tell(_ event: ClientEvent) {
        guard state != .closed, state != .leaving else { return }
        if state == .parting, case .queued = event { return nextStatus = event }
        var reply = ByteBuffer()
        session.encode(event, tag: .none, now: loop.now, into: &reply)
        write(&reply)
        if case .queued(let status, _) = event, !wasOffered {
            let ahead = max(status.expiresIn - RelayClient.offerTime, status.expiresIn / 2)
            offerDue = loop.now.instant + ahead
            settle()
        }
        // Who does not even read where it stands is not there.
        if state == .waiting, stream.queuedBytes > Limits.maxAheadBytes {
            loop.later { [self] in depart(isAbrupt: true) }
        }
    }

    func write(_ reply: inout ByteBuffer) {
        guard !reply.isEmpty else { return }
        count(sent: reply.readableBytes)
        stream.write(reply.readable)
        reply.clear()
    }

    /// Counts what it was sent; what is carried by others is counted there.
    func count(sent bytes: Int) {
        if !isSession { loop.counts.bytesOut += UInt64(bytes) }
    }

    /// Its wait is over without a server. What it has said is kept for the operators.
    func end(_ code: ByeCode) {
        if let texts = reader?.texts, !texts.isEmpty {
            loop.keep(texts, of: nick)
            tell(.notice("what you said is kept: an operator will read it"))
        }
        tell(.bye(Bye(code)))
        leave()
    }

    /// The relay stops.
    func dismiss() {
        // Sessions end what carries them, or still need it for their last words.
        if carried != nil
            || session.wireProtocol == .http && state == .arriving && loop.pipes.count > 0
        {
            return
        }
        // What a server says ends with a whole unit: a last word may follow.
        let canHear = state != .served || tunnel?.isOpen == true
        if canHear { tell(.bye(Bye(.shutdown))) }
        tunnel?.close()
        leave()
    }

    /// Lets it read the last words, then closes.
    func leave() {
        guard state != .leaving, state != .closed else { return }
        state = .leaving
        dropCarried()
        tunnel?.close()
        tunnel = nil
        reader = nil
        stream.shutDown()
        closeDue = loop.now.instant + RelayClient.closeGrace
        stream.startReading()
        if stream.hasEnded, stream.queuedBytes == 0 {
            loop.later { [self] in close() }
        }
        settle()
    }

    // MARK: - Arriving

    /// Its handshake is done, and what of it the server is to read is known.
    func hasArrived(_ dialect: RelayDialect) {
        handshake.removeLast(min(input.readableBytes, handshake.count))
        HandoverHandshake.prepare(&handshake, dialect)
        self.dialect = dialect
        state = .waiting
        // Its server is found in this turn, if there is one: what it says after that need not be kept.
        stream.stopReading()
        loop.later { [self] in if state != .closed { stream.startReading() } }
    }

    // MARK: - Deadlines

    func deadlineReached(_ due: Instant) {
        guard due == scheduledAt else { return }
        scheduledAt = .distantFuture
        let now = loop.now.instant
        if closeDue <= now { return close() }
        if offerDue <= now { offer() }
        if orphanDue <= now {
            orphanDue = .distantFuture
            return lost()
        }
        if state == .arriving { arrivalDue() }
        tunnel?.deadlineReached(now)
        settle()
    }

    /// Its wait may end soon: what it says until then is not lost.
    private func offer() {
        offerDue = .distantFuture
        guard state == .waiting, !wasOffered else { return }
        wasOffered = true
        tell(
            .notice(
                "if nobody has time for you soon, what you write until then is kept, and an "
                    + "operator will read it"))
    }

    /// After anything that may have changed what it waits for.
    func settle() {
        var due = min(closeDue, orphanDue, offerDue, tunnel?.due ?? .distantFuture)
        if state == .arriving {
            due = min(due, session.nextDeadline(hasInput: !input.isEmpty))
        }
        guard due < scheduledAt else { return }
        scheduledAt = due
        loop.schedule(id.raw, due: due)
    }
}
