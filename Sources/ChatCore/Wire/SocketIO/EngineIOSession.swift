// One Engine.IO session (protocol revision 4), server side, sans I/O: what carries it comes and goes,
// the session stays. Invariants: each HTTP request is answered once; packets are sent in the order in
// which they were enqueued, each once; nothing is asked for after the end.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The times and the limit that the handshake tells the client.
package struct EngineIOSettings: Hashable, Sendable {
    package var pingInterval = Limits.pingInterval
    package var pingTimeout = Limits.pingTimeout
    package var maxPayload = Limits.maxPayloadBytes
    package init() {}
}

/// One client's session.
package struct EngineIOSession: Sendable {
    /// What carries the session.
    enum Channel: Sendable {
        /// GETs wait for packets, POSTs bring some. May become anything.
        case polling
        /// A WebSocket was opened for the session. Polling goes on until the WebSocket was probed;
        /// from then on polls are answered with nothing and packets are kept. Becomes webSocket by
        /// the client's word, or polling again when the WebSocket fails or is not moved to by then.
        case probing(CarrierID, isProbed: Bool, due: Instant)
        /// Everything goes over it; requests that poll are refused. Becomes closed.
        case webSocket(CarrierID)
        /// The server has ended the session; the last words wait for a poll until then.
        case closing(due: Instant)
        /// It is over, keeps nothing and is to be forgotten.
        case closed
    }

    enum Heartbeat: Sendable {
        /// The client is asked for a sign of life then.
        case quiet(until: Instant)
        /// It was asked, and has to answer by then.
        case asked(until: Instant)
    }

    package let id: EngineIOSessionID
    let settings: EngineIOSettings
    var channel: Channel
    var heartbeat: Heartbeat
    /// The GET that waits.
    var poll: CarrierID?
    /// The POST whose messages are not all taken.
    var post: CarrierID?
    /// What the client sends is not taken at the moment.
    var isHeld = false
    /// What the client is to be sent and nothing carries yet.
    private var outbox = Outbox(limit: Limits.maxBacklogBytes)

    /// Opens a session with the request or WebSocket `carrier`, which is answered with the handshake.
    package init(
        _ id: EngineIOSessionID, over transport: EngineIOTransport, by carrier: CarrierID,
        settings: EngineIOSettings = EngineIOSettings(), now: Instant,
        actions: inout [EngineIOAction]
    ) {
        self.id = id
        self.settings = settings
        heartbeat = .quiet(until: now + settings.pingInterval)
        var open = ByteBuffer()
        open.write(EngineIOPacket.Kind.open.rawValue)
        open.beginObject()
        open.member("sid", id.text)
        open.beginArray("upgrades")
        if transport == .polling { open.element(EngineIOTransport.webSocket.rawValue) }
        open.endArray()
        open.member("pingInterval", settings.pingInterval.wholeMilliseconds)
        open.member("pingTimeout", settings.pingTimeout.wholeMilliseconds)
        open.member("maxPayload", settings.maxPayload)
        open.endObject()
        open.write(EngineIOPacket.separator)
        switch transport {
        case .polling:
            channel = .polling
            actions.append(.answer(carrier, .packets(open)))
        case .webSocket:
            channel = .webSocket(carrier)
            actions.append(.send(carrier, Array(open.readable)))
        }
    }

    /// Whether it is over: no request will find it again.
    package var isClosed: Bool {
        if case .closed = channel { true } else { false }
    }

    /// The WebSocket that everything goes over, if there is one. What the client is told may be
    /// written to it directly, when it was told everything that was enqueued.
    package var webSocket: CarrierID? {
        if case .webSocket(let carrier) = channel { carrier } else { nil }
    }

    /// Bytes that nothing carries yet.
    package var queuedBytes: Int { outbox.queuedBytes }

    // MARK: - Sending

    /// Takes packets for the client, each ended by a separator; `flush` sends them. When there are
    /// too many the session stays as it is: the client reads too slowly.
    package mutating func enqueue(_ packets: BatchSlice) -> Outbox.AppendResult {
        switch channel {
        case .polling, .probing, .webSocket: outbox.append(packets)
        case .closing, .closed: .queued
        }
    }

    /// Sends what was enqueued as far as something can carry it. At the end of a turn, so that its
    /// packets go together.
    package mutating func flush() -> [EngineIOAction] {
        switch channel {
        case .polling, .closing:
            guard let poll, !outbox.isEmpty else { return [] }
            self.poll = nil
            let packets = takePackets(Limits.maxPacketsPerPoll)
            if case .closing = channel, outbox.isEmpty { channel = .closed }
            return [.answer(poll, .packets(packets))]
        case .probing(_, isProbed: false, _):
            guard let poll, !outbox.isEmpty else { return [] }
            self.poll = nil
            return [.answer(poll, .packets(takePackets(Limits.maxPacketsPerPoll)))]
        case .probing(_, isProbed: true, _):
            // With what is kept the WebSocket begins: it cannot overtake this answer.
            guard let poll else { return [] }
            self.poll = nil
            return [.answer(poll, .packet(.noop))]
        case .webSocket(let carrier):
            guard !outbox.isEmpty else { return [] }
            return [.send(carrier, Array(takePackets(.max).readable))]
        case .closed: return []
        }
    }

    /// The first packets that wait, at most so many.
    private mutating func takePackets(_ limit: Int) -> ByteBuffer {
        var taken = ByteBuffer()
        var count = 0
        for slice in outbox.next(.max) where count < limit {
            var end = 0
            while count < limit, end < slice.count {
                let separator = ByteScan.firstIndex(
                    of: EngineIOPacket.separator, in: slice.bytes, from: end)
                end = separator.map { $0 + 1 } ?? slice.count
                count += 1
            }
            taken.write(UnsafeRawBufferPointer(rebasing: slice.bytes[..<end]))
        }
        outbox.consume(taken.readableBytes)
        return taken
    }

    /// Puts a packet of the session's own behind what waits, whatever the bound says: of these
    /// there is one of a kind at most.
    mutating func enqueue(_ kind: EngineIOPacket.Kind) {
        var packet = ByteBuffer()
        packet.write(kind)
        outbox.append(last: BatchSlice(SharedBatch(packet)))
    }

    // MARK: - Ending

    /// What is done with what the client was not sent yet when the server ends the session.
    package enum Backlog: Sendable { case keep, drop }

    /// The server ends the session, after these last packets.
    package mutating func close(
        lastWords: ByteBuffer, backlog: Backlog = .keep, now: Instant
    ) -> [EngineIOAction] {
        switch channel {
        case .closing, .closed: return []
        case .polling, .probing, .webSocket: break
        }
        if backlog == .drop { outbox.drop(keeping: 0) }
        outbox.append(last: BatchSlice(SharedBatch(lastWords)))
        if case .webSocket(let carrier) = channel {
            let actions = flush()
            channel = .closed
            return actions + [.close(carrier)]
        }
        var actions: [EngineIOAction] = []
        if case .probing(let carrier, _, _) = channel { actions.append(.close(carrier)) }
        enqueue(.close)
        channel = .closing(due: now + settings.pingTimeout)
        answerPost(.ok, &actions)
        return actions + flush()
    }

    /// The session ends by what the client did.
    mutating func end(_ reason: EngineIOEnd, _ actions: inout [EngineIOAction]) {
        answerPost(.refusal(.badRequest), &actions)
        if let poll {
            actions.append(.answer(poll, .packet(reason == .clientClosed ? .noop : .close)))
        }
        poll = nil
        switch channel {
        case .probing(let carrier, _, _), .webSocket(let carrier): actions.append(.close(carrier))
        case .polling, .closing, .closed: break
        }
        outbox.drop(keeping: 0)
        channel = .closed
        actions.append(.end(reason))
    }

    /// Answers the POST that waits, if one does.
    mutating func answerPost(_ answer: EngineIOAnswer, _ actions: inout [EngineIOAction]) {
        guard let post else { return }
        self.post = nil
        actions.append(.answer(post, answer))
    }

    // MARK: - Time

    /// When `deadlineReached` wants to be called, at the latest.
    package var nextDeadline: Instant {
        switch (channel, heartbeat) {
        case (.closed, _): .distantFuture
        case (.closing(let due), _): due
        case (.probing(_, _, let due), .quiet(let next)),
            (.probing(_, _, let due), .asked(let next)):
            min(due, next)
        case (_, .quiet(let next)), (_, .asked(let next)): next
        }
    }

    /// Does what is due.
    package mutating func deadlineReached(now: Instant) -> [EngineIOAction] {
        switch channel {
        case .closed: return []
        case .closing(let due):
            if due <= now {
                outbox.drop(keeping: 0)
                channel = .closed
            }
            return []
        case .probing(let carrier, _, let due) where due <= now:
            channel = .polling
            return [.close(carrier)] + flush() + beat(now: now)
        case .polling, .probing, .webSocket: return beat(now: now)
        }
    }

    private mutating func beat(now: Instant) -> [EngineIOAction] {
        switch heartbeat {
        case .quiet(let due) where due <= now:
            heartbeat = .asked(until: now + settings.pingTimeout)
            enqueue(.ping)
            return flush()
        case .asked(let due) where due <= now:
            guard !isHeld else {
                // The answer may be among what is not taken.
                heartbeat = .asked(until: now + settings.pingTimeout)
                return []
            }
            var actions: [EngineIOAction] = []
            end(.pingTimeout, &actions)
            return actions
        case .quiet, .asked: return []
        }
    }
}
