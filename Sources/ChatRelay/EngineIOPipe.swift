// One Socket.IO client of a relay: an Engine.IO session that outlives the connections that carry it.
// Towards its owner it is a stream of bytes as any other: the session's messages, each ended by a
// separator. While it polls, what it is told waits in the session until a request comes; once a WebSocket
// carries it, it is written there directly. Confined to the relay's thread.
//
// open:   the client's messages are heard, and it is told things.
// shut:   the session is ended from here; last words may still wait for a poll.
// closed: the owner hears nothing more; the pipe goes when the session is over.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// The driver of an `EngineIOSession`.
final class EngineIOPipe: ByteStream {
    private unowned let loop: RelayLoop
    /// They hold each other until the pipe is closed.
    var owner: (any ByteStreamOwner)?
    private var engine: EngineIOSession
    /// The WebSocket that everything goes over.
    private var socket: RelayClient?
    let cookie: CookieTickets
    let peer: IPEndpoint?
    let local: IPEndpoint?

    /// What the client has said and nobody has taken.
    private var messages = ByteBuffer()
    private var isReading = false
    private var isDelivering = false
    /// The session has ended by what the client did; the owner does not know yet.
    private var isEnding = false
    private(set) var hasEnded = false
    private(set) var isShut = false
    private(set) var isClosed = false
    private var isFlushDue = false
    /// Its owner waits for what was written to be taken.
    private var isFilling = false
    private var scheduledAt = Instant.distantFuture

    /// Opens a session by a client's first request; nil when there are too many.
    init?(_ transport: EngineIOTransport, by carrier: RelayClient, _ cookie: CookieTickets) {
        loop = carrier.loop
        self.cookie = cookie
        peer = carrier.stream.peer
        local = carrier.stream.local
        guard let name = EngineIOSessionID(loop: 0, token: Entropy.token()) else { return nil }
        var actions: [EngineIOAction] = []
        engine = EngineIOSession(
            name, over: transport, by: carrier.carrierID, now: loop.now.instant, actions: &actions)
        guard loop.pipes.insert(self, as: name) else { return nil }
        carrier.carried = self
        if transport == .webSocket { socket = carrier }
        perform(
            actions.map { action in
                guard case .answer(let carrier, var answer) = action else { return action }
                answer.cookie = PlaceCookie.field((cookie.kept ?? cookie.given).text)
                return .answer(carrier, answer)
            })
    }

    // MARK: - What connections bring

    /// A connection brings something.
    func received(_ input: EngineIOInput, from connection: RelayClient) {
        perform(
            engine.received(
                input, over: connection.carrierID, messages: &messages, now: loop.now.instant))
        deliver()
    }

    /// A connection that carried it is closed, or gave up its request.
    func carrierClosed(_ connection: RelayClient) {
        if socket === connection { socket = nil }
        perform(engine.carrierClosed(connection.carrierID))
        deliver()
    }

    /// A WebSocket that carries it has sent everything.
    func carrierDrained(_ connection: RelayClient) {
        if socket === connection, queuedBytes == 0 { owner?.streamDrained(self) }
    }

    private func perform(_ actions: [EngineIOAction]) {
        for action in actions {
            switch action {
            case .answer(let carrier, let answer):
                loop.carrier(carrier)?.answer(answer)
            case .send(let carrier, let packets): loop.carrier(carrier)?.tell(packets: packets)
            case .moved(let carrier): socket = loop.carrier(carrier)
            case .close(let carrier):
                let connection = loop.carrier(carrier)
                if socket === connection { socket = nil }
                connection?.closeSocket()
            case .end(let reason):
                isEnding = true
                if reason == .clientClosed {
                    // Its owner is to know that it means to go.
                    messages.write(EngineIOPacket.Kind.close.rawValue)
                    messages.write(EngineIOPacket.separator)
                }
            }
        }
        if isFilling, engine.queuedBytes == 0 {
            isFilling = false
            loop.later { [self] in owner?.streamDrained(self) }
        }
        settle()
    }

    // MARK: - The client's messages

    func startReading() {
        guard !isReading, !isClosed else { return }
        isReading = true
        socket?.stream.startReading()
        loop.later { [self] in deliver() }
    }

    func stopReading() { isReading = false }

    /// Gives the owner what there is, if it reads.
    private func deliver() {
        guard !isDelivering, !isClosed else { return }
        guard isReading || messages.isEmpty else {
            engine.messagesHeld()
            socket?.stream.stopReading()
            return
        }
        isDelivering = true
        if !messages.isEmpty {
            let taken = messages
            messages.release()
            taken.withReadable { owner?.stream(self, received: $0) }
        }
        isDelivering = false
        perform(engine.messagesTaken(now: loop.now.instant))
        guard isEnding, !hasEnded, !isClosed else { return }
        hasEnded = true
        owner?.streamEnded(self)
    }

    // MARK: - What the client is told

    var queuedBytes: Int { engine.queuedBytes + (socket?.stream.queuedBytes ?? 0) }

    func write(_ bytes: UnsafeRawBufferPointer) {
        guard !isShut, !isClosed, bytes.count > 0 else { return }
        if let socket, engine.queuedBytes == 0 { return socket.tell(packets: Array(bytes)) }
        let packets = BatchSlice(SharedBatch(ByteBuffer(bytes)))
        if case .overflow = engine.enqueue(packets) {
            loop.later { [self] in giveUp() }
            return
        }
        isFilling = true
        guard !isFlushDue else { return }
        // What is told in one turn goes together.
        isFlushDue = true
        loop.later { [self] in
            isFlushDue = false
            perform(engine.flush())
        }
    }

    /// It does not poll: it is told why when it does, and dropped.
    private func giveUp() {
        guard !isClosed else { return }
        let bye = ClientEvent.bye(Bye(.slowConsumer))
        var packets = ByteBuffer()
        SocketIOWire.encode(bye, tag: .none, rooms: [], into: &packets)
        isShut = true
        perform(engine.close(lastWords: packets, backlog: .drop, now: loop.now.instant))
        let owner = owner
        close()
        owner?.streamFailed(self)
    }

    // MARK: - Ends

    func shutDown() {
        guard !isShut, !isClosed else { return }
        isShut = true
        perform(engine.close(lastWords: ByteBuffer(), now: loop.now.instant))
    }

    func close() {
        guard !isClosed else { return }
        shutDown()
        isClosed = true
        owner = nil
        messages.release()
        settle()
    }

    // MARK: - Time

    /// After anything that may have changed it: its next deadline, and whether it is over.
    private func settle() {
        if engine.isClosed {
            loop.pipes.remove(engine.id)
            if isShut, !isClosed, !isEnding {
                // Everything is said: there is nobody to wait for.
                isEnding = true
                loop.later { [self] in deliver() }
            }
            return
        }
        let due = engine.nextDeadline
        guard due < scheduledAt else { return }
        scheduledAt = due
        loop.after(due - loop.now.instant) { [weak self] _ in self?.deadlineReached(due) }
    }

    private func deadlineReached(_ due: Instant) {
        guard due == scheduledAt else { return }
        scheduledAt = .distantFuture
        perform(engine.deadlineReached(now: loop.now.instant))
        deliver()
    }
}
