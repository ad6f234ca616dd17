// One client's socket: bytes to its session, its session's requests to the loop, answers and batches
// to the socket. Confined to its loop's thread, so deliberately not Sendable.
//
// open:     read and written.
// paused:   read no more until the flood limit's debt is paid (`resumeAt`); written as usual.
// leaving:  the hub was told that it goes; nothing more is decoded or delivered.
// lingering: all is written and the sending side is shut; what the peer still sends is thrown away
//           so that closing does not reset the connection under our last words.
// closed:   the handle is closing or gone.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO

/// The driver of a `ClientSession` and an `Outbox`.
final class Connection {
    enum State { case open, leaving, lingering, closed }

    /// How a connection ends that the server's stop ends.
    enum Farewell {
        case none
        /// Its `bye` follows its acks; until then the client hears no room any more.
        case bye
        /// A relay has another server for its client, which hears nothing of the end here.
        case silent
    }

    let id: ClientID
    unowned let loop: EventLoop
    let handle: UnsafeMutablePointer<uv_tcp_t>
    /// The socket; -1 once it is closed, as its number may be another's by then.
    var descriptor: Int32 = -1
    var session: ClientSession
    var state = State.open
    /// The list the connection stands in, in each of its rooms.
    var format: WireFormat
    var memberships: [Membership] = []
    /// In how many rooms it is special right now; zero on the fast path.
    var specials = 0

    // Reading.
    /// What was read and is no whole unit yet. Empty, and without memory, when idle.
    var leftover = ByteBuffer()
    var bucket: TokenBucket
    /// The hub has not answered a request that changes how the next ones are read; they wait.
    var isAwaiting = false
    /// That answer waits for the journal, beyond this turn.
    var isDeferred = false
    /// The Socket.IO client that it carries something of.
    var client: EngineIOClient?
    /// What it brought for one, which is found when everything before it was answered.
    var carried: EngineIOInput?
    /// Somebody outside waits for an answer; nothing of theirs is decoded before it.
    var isOwedAnswer = false
    /// So much was sent ahead of an answer that nothing more is read.
    private var isHeld = false
    private var wasSniffed: Bool
    /// The link that the server has dialled, if this is one.
    var call: LinkCall?
    /// The peer has shut its sending side, or the connection broke.
    var hasEnded = false
    /// Nothing can be written any more.
    var isBroken = false
    var resumeAt: Instant?
    var isFlooding = false
    /// The loop turn in which it last made a request.
    var requestTurn: UInt64 = 0
    /// The earliest entry in the loop's deadline queue.
    var scheduledAt = Instant.distantFuture
    /// What the client hears of a stop of the server.
    var farewell = Farewell.none
    /// When a leaving or lingering connection is closed whatever happens.
    var closeDue = Instant.distantFuture

    // Writing.
    /// Direct answers of this turn.
    var own = ByteBuffer()
    /// Acknowledgements of this turn.
    var last = ByteBuffer()
    /// Batches of this turn, for connections that get more than one piece.
    var gathered: [BatchSlice] = []
    var isDirty = false
    var outbox = Outbox(limit: Limits.maxBacklogBytes)
    /// Bytes and slices of the write that libuv is carrying out.
    var bytesInFlight = 0
    var slicesInFlight = 0
    var closesWhenSent = false
    /// It did not read: nothing more is queued behind its `bye`.
    var isGivenUp = false
    /// It was told that the server stops: nothing more is said to it.
    var isDismissed = false

    init(
        id: ClientID, loop: EventLoop, handle: UnsafeMutablePointer<uv_tcp_t>,
        session: ClientSession
    ) {
        self.id = id
        self.loop = loop
        self.handle = handle
        self.session = session
        // One that comes from another loop was counted there.
        format = session.format
        wasSniffed = session.wireProtocol != nil
        bucket = TokenBucket(loop.settings.flood)
    }

    var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    func move(in room: LoopRoom, to slot: Int) {
        for index in memberships.indices where memberships[index].room === room {
            memberships[index].slot = slot
        }
    }

    // MARK: - Reading

    /// Most bytes that are read ahead of an answer.
    private static let maxAhead = 256 << 10

    func received(_ bytes: UnsafeRawBufferPointer, now: Now) {
        guard state == .open else { return }
        session.heard(now: now.instant)
        loop.scratch.clear()
        if !leftover.isEmpty {
            leftover.withReadable { loop.scratch.write($0) }
            leftover.release()
        }
        loop.scratch.write(bytes)
        decode(now: now)
        if isAwaiting || isOwedAnswer, leftover.readableBytes > Connection.maxAhead, !isHeld {
            isHeld = true
            uv_read_stop(stream)
        }
    }

    /// Goes on with what is left after a pause.
    func resumeDecoding(now: Now) {
        guard state == .open else { return }
        if isHeld, !isOwedAnswer {
            isHeld = false
            if !hasEnded, resumeAt == nil { loop.startReading(self) }
        }
        if let input = carried {
            carried = nil
            loop.carry(input, from: self, now: now.instant)
            guard state == .open else { return }
        }
        loop.scratch.clear()
        leftover.withReadable { loop.scratch.write($0) }
        leftover.release()
        decode(now: now)
    }

    /// The peer sends no more: what it sent counts, then it has left.
    func inputEnded(now: Now) {
        hasEnded = true
        uv_read_stop(stream)
        if state == .lingering { return close() }
        resumeDecoding(now: now)
    }

    /// The peer is gone: what it sent counts. A session that the connection carried something of is told at
    /// once, because another connection may take its place.
    func wasReset(now: Now) {
        guard state == .open else { return }
        guard client != nil else { return inputEnded(now: now) }
        hasEnded = true
        leave(.disconnected)
    }

    private func decode(now: Now) {
        var reply = ByteBuffer()
        decoding: while !isAwaiting, resumeAt == nil, state == .open {
            var action = session.next(
                in: &loop.scratch, reply: &reply, info: loop.settings.info, now: now)
            if case .needsMore = action, hasEnded {
                // Of a line that a reset cut off nothing is said.
                if !isBroken {
                    action = session.silence(
                        in: &loop.scratch, reply: &reply, now: now.instant)
                }
                if case .needsMore = action {
                    leave(.disconnected)
                    break decoding
                }
            }
            if case .needsMore = action { break decoding }
            perform(action, &reply, now: now.instant)
        }
        answer(&reply)
        if state == .open, !loop.scratch.isEmpty {
            loop.scratch.withReadable { leftover.write($0) }
        }
        settle(now: now.instant)
    }

    /// Carries out what the session asked for.
    private func perform(_ action: SessionAction, _ reply: inout ByteBuffer, now: Instant) {
        switch action {
        case .request(let request):
            if case .quit(let reason, _) = request.command {
                return leave(reason, lastWords: &reply)
            }
            answer(&reply)
            if case .api = request.command {
                isAwaiting = true
                isOwedAnswer = true
            } else if request.command.isBarrier {
                isAwaiting = true
                loop.awaiting.append(self)
            }
            loop.submit(completed(request), from: self)
            charge(now: now)
        case .close(let bye): leave(.closed(bye.code), lastWords: &reply)
        case .handled:
            answer(&reply)
            if session.isMetered { charge(now: now) }
        case .carry(let input):
            answer(&reply)
            guard case .request = input else { return loop.carry(input, from: self, now: now) }
            carried = input
            isAwaiting = true
            isOwedAnswer = session.awaitsAnswer
            loop.awaiting.append(self)
        case .needsMore: answer(&reply)
        }
    }

    /// The request with what only the shell can know: the session's unguessable name.
    private func completed(_ request: HubRequest) -> HubRequest {
        switch request.command {
        case .register(let registration):
            return HubRequest(
                .register(
                    registration.completed(
                        address: peerAddress, relayed: session.origin?.relayed)), tag: request.tag)
        case .api(.post(var post)):
            post.address = peerAddress
            return HubRequest(.api(.post(post)), tag: request.tag)
        default: return request
        }
    }

    /// Where the client connects from, without its port; empty when that is not known.
    var peerAddress: String { session.origin?.address?.description ?? socketAddress }

    /// The same of the socket's other end.
    var socketAddress: String {
        var address = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        // Both buffers outlive the calls that fill and read them.
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard uv_tcp_getpeername(handle, name, &length) == 0 else { return "" }
                var text = [CChar](repeating: 0, count: 64)
                guard uv_ip_name(name, &text, text.count) == 0 else { return "" }
                return String(
                    decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            }
        }
    }

    /// What the session wrote itself, behind the answers that are still on their way.
    private func answer(_ reply: inout ByteBuffer) {
        guard reply.readableBytes > 0 else { return }
        if requestTurn == loop.turn {
            loop.submit(HubRequest(.relay(Array(reply.readable))), from: self)
        } else {
            tell { $0.write(reply.readable) }
        }
        reply.clear()
    }

    /// Reads no more until then.
    func pause(until later: Instant) {
        guard state == .open, !hasEnded, resumeAt.map({ $0 < later }) ?? true else { return }
        resumeAt = later
        uv_read_stop(stream)
        settle(now: loop.now.instant)
    }

    private func charge(now: Instant) {
        guard let until = bucket.take(now: now) else { return }
        resumeAt = until
        uv_read_stop(stream)
        guard !isFlooding else { return }
        isFlooding = true
        loop.logger.warning("client slowed down", ["client": .number(Int(id.raw))])
    }

    /// Tells the hub that the client goes; the hub's answer closes the connection.
    func leave(_ reason: LeaveReason) {
        var none = ByteBuffer()
        leave(reason, lastWords: &none)
    }

    /// The same, with words that come after everything else the client is still to be told.
    private func leave(_ reason: LeaveReason, lastWords: inout ByteBuffer) {
        guard state == .open else { return }
        state = .leaving
        leftover.release()
        uv_read_stop(stream)
        loop.submit(
            HubRequest(.quit(reason, lastWords: Array(lastWords.readable))), from: self)
        lastWords.clear()
        guard let client else { return }
        self.client = nil
        client.carrierClosed(self, reason)
    }

    /// The server stops. A client leaves when what it said is committed and acked; a request from
    /// outside is answered first.
    func dismiss() {
        closeDue = min(closeDue, loop.now.instant + EventLoop.stopGrace)
        if state == .open, client == nil {
            farewell = session.isRelayed ? .silent : .bye
            if isOwedAnswer, session.awaitsAnswer {
                uv_read_stop(stream)
            } else {
                leave(.closed(.shutdown))
            }
        }
        settle(now: loop.now.instant)
    }

    // MARK: - Deadlines

    func deadlineReached(now time: Now) {
        let now = time.instant
        scheduledAt = .distantFuture
        if closeDue <= now {
            guard state == .open, farewell == .none else { return close() }
            // It broke, and was read long enough.
            hasEnded = true
            closeDue = now + EventLoop.closeGrace
            leave(.disconnected)
            return settle(now: now)
        }
        if let due = resumeAt, due <= now {
            resumeAt = nil
            // What it sent was waiting for us: that is no silence of the peer's.
            session.heard(now: now)
            if !hasEnded { loop.startReading(self) }
            resumeDecoding(now: time)
            if resumeAt == nil { isFlooding = false }
        }
        guard state == .open, !isAwaiting || isOwedAnswer, resumeAt == nil else {
            return settle(now: now)
        }
        // A busy server reads what is there before it asks.
        if session.wouldPrompt(now: now), SocketRead.hasInput(descriptor) {
            session.putOffPrompt(now: now)
            return settle(now: now)
        }
        var reply = ByteBuffer()
        let before = leftover.readableBytes
        let action = session.deadlineReached(
            in: &leftover, reply: &reply, info: loop.settings.info, now: time)
        if before > 0, leftover.isEmpty { leftover.release() }
        perform(action, &reply, now: now)
        answer(&reply)
        guard leftover.isEmpty || isAwaiting else { return resumeDecoding(now: time) }
        settle(now: now)
    }

    /// After anything that may have changed the session: its format and its next deadline.
    func settle(now: Instant) {
        if !wasSniffed, let found = session.wireProtocol {
            wasSniffed = true
            loop.counts.count(found)
            if session.origin != nil { loop.counts.count(.proxy) }
        }
        call?.report(session.link)
        if session.format != format { loop.reformat(self) }
        var due = closeDue
        if state == .open {
            if let resumeAt {
                due = resumeAt
            } else if !isAwaiting || isOwedAnswer {
                // Until the hub has answered nothing can be done about a deadline; one that has
                // passed would be found due for ever. What follows the answer settles again.
                due = min(due, session.nextDeadline(hasInput: !leftover.isEmpty))
            }
        }
        guard due < scheduledAt else { return }
        scheduledAt = due
        loop.schedule(id, due: due)
    }
}
