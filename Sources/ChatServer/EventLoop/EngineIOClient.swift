// One Socket.IO client: a session that outlives the connections that carry it, and is known to the hub
// like any other client. While it polls, what it is told waits in the session until a request comes;
// once a WebSocket carries it, it is written there directly, and the WebSocket stands in the rooms'
// lists in its place. Confined to its loop's thread.
//
// here:  decoded and told things.
// gone:  the hub was told that it goes; last words may still wait for a poll (`EngineIOSession`).
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO

/// The driver of an `EngineIOSession` and a `SocketIOSession`.
final class EngineIOClient {
    let id: ClientID
    unowned let loop: EventLoop
    /// Where its first connection came from.
    let address: String
    /// The relay that brought it.
    let relayed: RelayedClient?
    var engine: EngineIOSession
    private var codec: SocketIOSession
    /// Rooms that it hears itself; those that its WebSocket hears are there.
    private(set) var rooms: [LoopRoom] = []
    /// The WebSocket that everything goes over.
    private(set) var socket: Connection?

    // Reading.
    private var messages = ByteBuffer()
    private var bucket: TokenBucket
    /// The hub has not answered a request that changes how the next ones are read.
    var isAwaiting = false
    /// That answer waits for the journal.
    var isDeferred = false
    private var resumeAt: Instant?
    /// Whoever has not connected by then is not waited for.
    private let connectDue: Instant
    private var requestTurn: UInt64 = 0
    /// It ended by what the client did; what it has said before still counts.
    private var ending: LeaveReason?
    private(set) var isGone = false
    /// Its `bye` follows its acks, because the server stops.
    private var isDismissed = false

    // Writing.
    /// Answers of this turn that wait for a poll.
    private var own = ByteBuffer()
    private var isDirty = false
    var scheduledAt = Instant.distantFuture

    init(
        id: ClientID, loop: EventLoop, address: String, relayed: RelayedClient?,
        engine: EngineIOSession, now: Instant
    ) {
        self.id = id
        self.loop = loop
        self.address = address
        self.relayed = relayed
        self.engine = engine
        codec = SocketIOSession(id: Entropy.token())
        bucket = TokenBucket(loop.settings.flood)
        connectDue = now + Limits.handshake
    }

    // MARK: - What connections bring

    /// A connection brings something.
    func received(_ input: EngineIOInput, from connection: Connection, now: Instant) {
        perform(
            engine.received(
                input, over: connection.carrierID, messages: &messages, now: now))
        decode(now: now)
    }

    /// A connection that carried it is closed, or gave up its request.
    func carrierClosed(_ connection: Connection, _ reason: LeaveReason) {
        if socket === connection { socket = nil }
        if case .closed = reason { leave(reason) }
        perform(engine.carrierClosed(connection.carrierID))
        decode(now: loop.now.instant)
    }

    /// Carries out what its session wants.
    func perform(_ actions: [EngineIOAction]) {
        for action in actions {
            switch action {
            case .answer(let carrier, let answer):
                guard let connection = loop.connection(carrier) else { continue }
                connection.client = nil
                connection.answer(answer)
            case .send(let carrier, let packets): loop.connection(carrier)?.tell(packets: packets)
            case .moved(let carrier):
                if let connection = loop.connection(carrier) { move(to: connection) }
            case .close(let carrier):
                guard let connection = loop.connection(carrier) else { continue }
                connection.client = nil
                if socket === connection { socket = nil }
                connection.closeSocket()
            case .end(let reason): ending = reason.leaveReason
            }
        }
        loop.settle(self)
    }

    /// From here on everything goes over the WebSocket, which hears the rooms itself.
    private func move(to connection: Connection) {
        if !own.isEmpty { flush() }
        socket = connection
        let heard = rooms
        rooms = []
        for room in heard {
            room.remove(self)
            room.add(connection)
        }
    }

    /// The session was opened by the WebSocket itself.
    func begin(over connection: Connection) { socket = connection }

    // MARK: - What the client says

    /// Goes on with what is left.
    func decode(now: Instant) {
        var reply = ByteBuffer()
        while !isGone, !isAwaiting, resumeAt == nil {
            let action = codec.next(in: &messages, reply: &reply)
            switch action {
            case .needsMore:
                answer(&reply)
                messages.discardReadBytes()
                if let ending { return leave(ending) }
                if messages.isEmpty {
                    perform(engine.messagesTaken(now: now))
                    socket?.release()
                }
                return
            case .handled:
                answer(&reply)
                charge(now: now)
            case .request(let request):
                if case .quit(let reason, _) = request.command {
                    return leave(reason, lastWords: reply)
                }
                answer(&reply)
                if request.command.isBarrier {
                    isAwaiting = true
                    loop.awaitingClients.append(self)
                }
                submit(completed(request))
                charge(now: now)
            case .close(let bye): return leave(.closed(bye.code), lastWords: reply)
            case .carry: break
            }
        }
        if isGone {
            messages.release()
        } else if !messages.isEmpty {
            engine.messagesHeld()
            socket?.hold()
        }
    }

    /// The request with what only the shell can know.
    private func completed(_ request: HubRequest) -> HubRequest {
        guard case .register(let registration) = request.command else { return request }
        return HubRequest(
            .register(registration.completed(address: address, relayed: relayed)), tag: request.tag)
    }

    private func submit(_ request: HubRequest) {
        requestTurn = loop.turn
        loop.submit(request, from: id)
    }

    /// What the session wrote itself, behind the answers that are still on their way.
    private func answer(_ reply: inout ByteBuffer) {
        guard reply.readableBytes > 0 else { return }
        if requestTurn == loop.turn {
            submit(HubRequest(.relay(Array(reply.readable))))
        } else {
            tell(reply)
        }
        reply.clear()
    }

    private func charge(now: Instant) {
        if let until = bucket.take(now: now) { pause(until: until) }
    }

    /// Takes nothing more of what it says until then.
    func pause(until later: Instant) {
        guard !isGone, resumeAt.map({ $0 < later }) ?? true else { return }
        resumeAt = later
        loop.settle(self)
    }

    // MARK: - What it is told

    /// An answer of the hub.
    func answer(_ event: ClientEvent, _ tag: RequestTag) {
        if let socket { loop.catchUp(socket) }
        var packets = ByteBuffer()
        switch event {
        case .raw(let bytes), .lastWords(let bytes): packets.write(bytes)
        default: codec.encode(event, tag: tag, now: loop.now.wall, into: &packets)
        }
        tell(packets)
    }

    /// Events of rooms as packets, which others are told as well.
    func hear(_ packets: SharedBatch) {
        if let socket {
            loop.catchUp(socket)
            return socket.tell(packets: Array(packets.bytes))
        }
        queueOwn()
        queue(packets)
        noteDirty()
    }

    private func tell(_ packets: ByteBuffer) {
        guard !packets.isEmpty else { return }
        if let socket { return socket.tell(packets: Array(packets.readable)) }
        own.write(packets.readable)
        noteDirty()
    }

    private func noteDirty() {
        guard !isDirty else { return }
        isDirty = true
        loop.dirtyClients.append(self)
    }

    /// The turn's end: what it was told goes to whatever carries it now.
    func flush() {
        isDirty = false
        queueOwn()
        perform(engine.flush())
    }

    private func queueOwn() {
        guard !own.isEmpty else { return }
        let packets = own
        own.release()
        queue(SharedBatch(packets))
    }

    private func queue(_ packets: SharedBatch) {
        if case .overflow = engine.enqueue(BatchSlice(packets)) { giveUp() }
    }

    /// The last words to somebody whose WebSocket takes no more.
    func lastWords(_ bye: Bye) -> [UInt8] {
        var packets = ByteBuffer()
        codec.encode(.bye(bye), tag: .none, now: loop.now.wall, into: &packets)
        return Array(packets.readable)
    }

    /// It does not poll: it is told why when it does, and dropped.
    private func giveUp() {
        loop.counts.slowConsumers += 1
        loop.logger.warning("slow consumer", ["client": .number(Int(id.raw))])
        let bye = ByteBuffer(lastWords(Bye(.slowConsumer)))
        perform(engine.close(lastWords: bye, backlog: .drop, now: loop.now.instant))
        leave(.closed(.slowConsumer))
    }

    // MARK: - Rooms

    /// It hears the room from here on.
    func enter(_ room: LoopRoom) {
        if let socket { return room.add(socket) }
        rooms.append(room)
        room.add(self)
    }

    /// It no longer does.
    func exit(_ room: LoopRoom) {
        rooms.removeAll { $0 === room }
        room.remove(self)
        guard let socket else { return }
        if !isGone || !room.isQuiet { loop.catchUp(socket, with: room) }
        room.remove(socket)
    }

    // MARK: - Ends

    /// Tells the hub that it goes; the hub's answer ends the session, behind these words.
    func leave(_ reason: LeaveReason, lastWords: ByteBuffer = ByteBuffer()) {
        guard !isGone else { return }
        isGone = true
        messages.release()
        submit(HubRequest(.quit(reason, lastWords: Array(lastWords.readable))))
    }

    /// The hub has forgotten it.
    func close() {
        isGone = true
        if isDismissed { answer(.bye(Bye(.shutdown)), .none) }
        for room in rooms {
            room.remove(self)
            if room.memberCount == 0 { loop.drop(room) }
        }
        rooms = []
        let lastWords = own
        own.release()
        perform(engine.close(lastWords: lastWords, now: loop.now.instant))
        socket = nil
    }

    /// The server stops: the client leaves when what it said is committed and acked. One that a relay has
    /// brought hears nothing of that: it has another server.
    func dismiss() {
        guard !isGone else { return }
        isDismissed = relayed == nil
        leave(.closed(.shutdown))
    }

    // MARK: - Time

    /// When `deadlineReached` wants to be called.
    var nextDeadline: Instant {
        var due = min(engine.nextDeadline, resumeAt ?? .distantFuture)
        if !isGone, !codec.isConnected { due = min(due, connectDue) }
        return due
    }

    func deadlineReached(now: Instant) {
        scheduledAt = .distantFuture
        if let due = resumeAt, due <= now {
            resumeAt = nil
            decode(now: now)
        }
        if !isGone, !codec.isConnected, connectDue <= now {
            leave(.closed(.handshakeTimeout))
        }
        perform(engine.deadlineReached(now: now))
        decode(now: now)
    }
}

extension Registration {
    /// With what only the shell can know: unguessable names, and where the client comes from.
    func completed(address: String, relayed: RelayedClient?) -> Registration {
        var registration = self
        registration.session = Entropy.token()
        registration.newTicket = Entropy.token()
        registration.address = address
        registration.relayed = relayed
        return registration
    }
}
