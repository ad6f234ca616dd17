// Socket.IO clients and a hub without a machine: Engine.IO sessions, what carries them, and the event
// loop's rules, in virtual time. It keeps the protocol's promises in view: what breaks one is written
// down in `faults`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Clients and carriers by number, in the order in which they came.
package struct VirtualSocketIO {
    /// An HTTP request, or a WebSocket.
    package struct Carrier {
        package enum Kind { case get, post, webSocket }
        package let kind: Kind
        let client: Int
        /// What was answered to a request, as `200 body`.
        package internal(set) var answer: String?
        /// What was sent over a WebSocket and not taken yet.
        package internal(set) var sent: [String] = []
        /// Whether it is closed, by either side.
        package internal(set) var isClosed = false
    }

    /// One client.
    package struct Client {
        package internal(set) var engine: EngineIOSession
        var codec: SocketIOSession
        package internal(set) var messages = ByteBuffer()
        /// What it is to be told at the end of the turn.
        var own = ByteBuffer()
        /// Why it is gone; nil as long as it is there.
        package internal(set) var left: LeaveReason?
        /// Everything its session asked for, in order.
        package internal(set) var actions: [String] = []
        /// Every packet that it was sent, in order, whatever carried it.
        package internal(set) var heard: [String] = []
        var ending: LeaveReason?
        package var isHeld = false

        mutating func next(_ reply: inout ByteBuffer) -> SessionAction {
            codec.next(in: &messages, reply: &reply)
        }

        mutating func tell(_ event: ClientEvent, _ tag: RequestTag, _ now: Timestamp) {
            codec.encode(event, tag: tag, now: now, into: &own)
        }

        mutating func event(
            _ input: (inout EngineIOSession, CarrierID, inout ByteBuffer) -> [EngineIOAction],
            _ carrier: Int
        ) -> [EngineIOAction] {
            input(&engine, CarrierID(raw: UInt64(carrier)), &messages)
        }
    }

    package private(set) var clients: [Client] = []
    package private(set) var carriers: [Carrier] = []
    package private(set) var now = Now(
        instant: Instant(nanoseconds: 1_000_000_000),
        wall: Timestamp(milliseconds: 1_795_253_400_000))
    /// Promises that were broken.
    package private(set) var faults: [String] = []
    private var hub: Hub
    private var members: [RoomID: [Int]] = [:]
    private let settings: EngineIOSettings

    package init(settings: EngineIOSettings = EngineIOSettings()) {
        hub = Hub(serverName: "test", origin: 36, loops: 1, startedAt: now.wall)
        self.settings = settings
    }

    // MARK: - What clients do

    /// Opens a session by polling, or with a WebSocket.
    package mutating func open(_ transport: EngineIOTransport) -> (client: Int, carrier: Int) {
        let client = clients.count
        let carrier = begin(transport == .polling ? .get : .webSocket, client)
        let token = String(repeating: "0", count: 15) + String(client, radix: 36)
        guard let id = EngineIOSessionID(loop: 0, token: token) else {
            faults.append("\(token) is no token")
            return (client, carrier)
        }
        var actions: [EngineIOAction] = []
        let engine = EngineIOSession(
            id, over: transport, by: CarrierID(raw: UInt64(carrier)), settings: settings,
            now: now.instant, actions: &actions)
        clients.append(Client(engine: engine, codec: SocketIOSession(id: "s\(client)")))
        carryOut(actions, client)
        return (client, carrier)
    }

    /// A GET of the client arrives.
    package mutating func get(_ client: Int) -> Int {
        turn(client, .get) { engine, carrier, _ in engine.pollReceived(carrier) }
    }

    /// A POST of the client arrives.
    package mutating func post(_ body: some Sequence<UInt8>, _ client: Int) -> Int {
        let body = Array(body)
        let now = now.instant
        return turn(client, .post) { engine, carrier, messages in
            engine.postReceived(body[...], carrier, messages: &messages, now: now)
        }
    }

    /// A POST of text.
    package mutating func post(_ body: String, _ client: Int) -> Int { post(body.utf8, client) }

    /// The client opens a WebSocket for its session.
    package mutating func webSocket(_ client: Int) -> Int {
        let now = now.instant
        return turn(client, .webSocket) { engine, carrier, _ in
            engine.webSocketOpened(carrier, now: now)
        }
    }

    /// A text arrives over a WebSocket.
    package mutating func text(_ text: some Sequence<UInt8>, over carrier: Int) {
        let text = Array(text)
        let now = now.instant
        event(on: carrier) { engine, id, messages in
            engine.textReceived(text[...], over: id, messages: &messages, now: now)
        }
    }

    /// The same from a string.
    package mutating func text(_ text: String, over carrier: Int) {
        self.text(text.utf8, over: carrier)
    }

    /// Bytes arrive over a WebSocket.
    package mutating func binary(over carrier: Int) {
        let now = now.instant
        event(on: carrier) { engine, id, messages in
            engine.binaryReceived(over: id, messages: &messages, now: now)
        }
    }

    /// The client gives a request up, or closes a WebSocket.
    package mutating func drop(_ carrier: Int) {
        guard isOpen(carrier) else { return }
        carriers[carrier].isClosed = true
        let client = carriers[carrier].client
        carryOut(clients[client].engine.carrierClosed(CarrierID(raw: UInt64(carrier))), client)
        endTurn()
    }

    /// Bytes of messages arrive, whatever carries them.
    package mutating func receive(_ bytes: some Sequence<UInt8>, from client: Int) {
        clients[client].messages.write(Array(bytes))
        decode(client)
        endTurn()
    }

    /// The server takes no messages of the client for a while, or takes them again.
    package mutating func hold(_ client: Int, _ isHeld: Bool) {
        clients[client].isHeld = isHeld
        if isHeld { clients[client].engine.messagesHeld() }
        decode(client)
        endTurn()
    }

    /// The server ends the client's session.
    package mutating func dismiss(_ client: Int) {
        guard clients[client].left == nil else { return }
        tell(client, .bye(Bye(.shutdown)), .none)
        leave(client, .closed(.shutdown))
        endTurn()
    }

    /// Somebody who is no client of these asks something of the hub.
    package mutating func bob(_ command: HubCommand) {
        apply(HubRequest(command), from: ClientID(loop: 0, serial: 1 << 20))
        endTurn()
    }

    /// Time passes; what becomes due happens when it does, in order.
    package mutating func pass(_ duration: Duration) {
        let end = now.instant + duration
        while let client = clients.indices.min(by: { due($0) < due($1) }), due(client) <= end {
            advance(to: max(due(client), now.instant))
            let before = due(client)
            carryOut(clients[client].engine.deadlineReached(now: now.instant), client)
            endTurn()
            if due(client) == before {
                faults.append("what was due at \(before) is due for ever")
                break
            }
        }
        advance(to: end)
    }

    private func due(_ client: Int) -> Instant { clients[client].engine.nextDeadline }

    private mutating func advance(to instant: Instant) {
        let passed = instant - now.instant
        now = Now(
            instant: instant,
            wall: Timestamp(milliseconds: now.wall.milliseconds + passed.wholeMilliseconds))
    }

    // MARK: - What they see

    /// What was sent over the WebSocket since this was last asked.
    package mutating func take(_ carrier: Int) -> [String] {
        defer { carriers[carrier].sent = [] }
        return carriers[carrier].sent
    }

    /// Whether the request is unanswered, or the WebSocket open.
    package func isOpen(_ carrier: Int) -> Bool {
        !carriers[carrier].isClosed && carriers[carrier].answer == nil
    }

    // MARK: - Carriers

    private mutating func begin(_ kind: Carrier.Kind, _ client: Int) -> Int {
        carriers.append(Carrier(kind: kind, client: client))
        return carriers.count - 1
    }

    private typealias Input =
        (inout EngineIOSession, CarrierID, inout ByteBuffer) -> [EngineIOAction]

    private mutating func turn(
        _ client: Int, _ kind: Carrier.Kind, _ input: Input
    ) -> Int {
        let carrier = begin(kind, client)
        event(on: carrier, input)
        return carrier
    }

    private mutating func event(on carrier: Int, _ input: Input) {
        guard isOpen(carrier) else { return }
        let client = carriers[carrier].client
        carryOut(clients[client].event(input, carrier), client)
        decode(client)
        endTurn()
    }

    private mutating func carryOut(_ actions: [EngineIOAction], _ client: Int) {
        for action in actions {
            switch action {
            case .answer(let id, let answer):
                let carrier = Int(id.raw)
                if carriers[carrier].answer != nil || carriers[carrier].kind == .webSocket {
                    faults.append("carrier \(carrier) is answered \(answer)")
                }
                let body = String(decoding: answer.body, as: UTF8.self)
                carriers[carrier].answer = "\(answer.status) \(body)"
                if carriers[carrier].kind == .get, answer.status == 200 {
                    hear(answer.body, client)
                }
            case .send(let id, let bytes):
                let carrier = Int(id.raw)
                if carriers[carrier].isClosed { faults.append("\(carrier) is sent to when closed") }
                if bytes.last != EngineIOPacket.separator { faults.append("half a packet is sent") }
                for packet in EngineIOPacket.packets(in: bytes[...]) {
                    let text = String(decoding: packet, as: UTF8.self)
                    carriers[carrier].sent.append(text)
                    clients[client].heard.append(text)
                }
            case .moved(let id):
                if clients[client].engine.webSocket != id { faults.append("moved elsewhere") }
            case .close(let id):
                let carrier = Int(id.raw)
                if carriers[carrier].isClosed { faults.append("\(carrier) is closed twice") }
                carriers[carrier].isClosed = true
            case .end(let reason):
                if clients[client].ending != nil { faults.append("\(client) ends twice") }
                clients[client].actions.append("end \(reason)")
                clients[client].ending = reason.leaveReason
                decode(client)
            }
        }
    }

    private mutating func hear(_ body: [UInt8], _ client: Int) {
        let parts = EngineIOPacket.parts(ofBody: body[...])
        if parts.count > Limits.maxPacketsPerPoll {
            faults.append("\(parts.count) packets at once")
        }
        if parts.contains(where: \.isEmpty) { faults.append("an empty packet") }
        clients[client].heard += parts.map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: - Messages

    private mutating func decode(_ client: Int) {
        while clients[client].left == nil, !clients[client].isHeld {
            var reply = ByteBuffer()
            let action = clients[client].next(&reply)
            clients[client].own.write(reply.readable)
            switch action {
            case .needsMore:
                if let ending = clients[client].ending { leave(client, ending) }
                if clients[client].messages.isEmpty {
                    carryOut(clients[client].engine.messagesTaken(now: now.instant), client)
                }
                return clients[client].messages.discardReadBytes()
            case .handled, .carry: continue
            case .close(let bye):
                clients[client].actions.append("close \(bye.code)")
                leave(client, .closed(bye.code))
            case .request(let request):
                clients[client].actions.append(VirtualServer.shown(request))
                if case .quit(let reason, _) = request.command {
                    leave(client, reason)
                } else {
                    apply(request, from: ClientID(loop: 0, serial: UInt64(client)))
                }
            }
        }
        if clients[client].left != nil { clients[client].messages.clear() }
    }

    private mutating func leave(_ client: Int, _ reason: LeaveReason) {
        guard clients[client].left == nil else { return }
        clients[client].left = reason
        apply(HubRequest(.quit(reason)), from: ClientID(loop: 0, serial: UInt64(client)))
    }

    private mutating func apply(_ request: HubRequest, from id: ClientID) {
        var request = request
        if case .register(var registration) = request.command {
            registration.session = "secret"
            request.command = .register(registration)
        }
        var output = HubOutput(loops: 1)
        hub.apply(request, from: id, now: now.wall, output: &output)
        for item in output.perLoop.joined() { carryOut(item) }
    }

    // MARK: - The event loop's part

    private func number(_ id: ClientID) -> Int? {
        let number = Int(id.raw >> 8)
        return clients.indices.contains(number) ? number : nil
    }

    private mutating func carryOut(_ item: LoopItem) {
        switch item {
        case .room(let room, let event):
            for member in members[room] ?? [] {
                SocketIOWire.encode(event, into: &clients[member].own)
            }
        case .several(let ids, let event):
            for client in ids.compactMap(number) {
                SocketIOWire.encode(event, into: &clients[client].own)
            }
        case .direct(let id, let event, let tag):
            if let client = number(id) { tell(client, event, tag) }
        case .entered(let id, let room):
            if let client = number(id) { members[room, default: []].append(client) }
        case .exited(let id, let room):
            let client = number(id)
            members[room]?.removeAll { $0 == client }
        case .close(let id):
            if let client = number(id) { close(client, .keep) }
        case .resumed, .alarm: break
        }
    }

    private mutating func tell(_ client: Int, _ event: ClientEvent, _ tag: RequestTag) {
        clients[client].tell(event, tag, now.wall)
    }

    private mutating func close(_ client: Int, _ backlog: EngineIOSession.Backlog) {
        let lastWords = clients[client].own
        clients[client].own = ByteBuffer()
        let actions = clients[client].engine.close(
            lastWords: lastWords, backlog: backlog, now: now.instant)
        carryOut(actions, client)
    }

    private mutating func endTurn() {
        for client in clients.indices {
            let own = clients[client].own
            clients[client].own = ByteBuffer()
            if case .overflow = clients[client].engine.enqueue(BatchSlice(SharedBatch(own))) {
                tell(client, .bye(Bye(.slowConsumer)), .none)
                close(client, .drop)
                leave(client, .closed(.slowConsumer))
            }
            carryOut(clients[client].engine.flush(), client)
            if clients[client].engine.queuedBytes > Limits.maxBacklogBytes + 4096 {
                faults.append("\(client) is kept \(clients[client].engine.queuedBytes) bytes")
            }
        }
    }
}
