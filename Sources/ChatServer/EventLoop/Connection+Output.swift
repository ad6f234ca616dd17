// Writing: one write a turn straight from shared memory; what the socket does not take waits in the
// bounded outbox and goes out as libuv says the socket is writable.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO

extension Connection {
    /// Whether it is delivered to at all. A client that is about to leave hears its rooms until the hub
    /// has let it go, unless the server stops.
    var isListening: Bool {
        guard farewell == .none, !isBroken else { return false }
        return state == .open || state == .leaving && !closesWhenSent && !isGivenUp
    }

    /// Most pieces in one write.
    static let maxPieces = 16

    /// Writes direct bytes, to be sent at the end of the turn.
    func tell(_ body: (inout ByteBuffer) -> Void) {
        guard state == .open || state == .leaving, !isGivenUp, !isDismissed else { return }
        guard !isBroken else { return waste(body) }
        if !last.isEmpty {
            own.write(last.readable)
            last.release()
        }
        body(&own)
        if !isDirty, !own.isEmpty {
            isDirty = true
            loop.dirty.append(self)
        }
    }

    /// Writes direct bytes to be sent behind the turn's batches.
    func tellLast(_ body: (inout ByteBuffer) -> Void) {
        guard state == .open || state == .leaving, !isGivenUp, !isDismissed else { return }
        guard !isBroken else { return waste(body) }
        body(&last)
        if !isDirty, !last.isEmpty {
            isDirty = true
            loop.dirty.append(self)
        }
    }

    /// What is told to a peer that is gone changes its session all the same.
    private func waste(_ body: (inout ByteBuffer) -> Void) {
        var nobody = ByteBuffer()
        body(&nobody)
    }

    /// The peer takes nothing more.
    func broke() {
        closeDue = min(closeDue, loop.now.instant + EventLoop.brokenGrace)
        outbox.drop(keeping: slicesInFlight)
        gathered = []
        own.release()
        last.release()
        settle(now: loop.now.instant)
    }

    /// A room's batch for a client that hears this room alone and has nothing else to be sent:
    /// written at once, from the shared memory, with one system call.
    @inline(__always)
    func deliver(_ batch: SharedBatch) {
        if memberships.count == 1, !isDirty, outbox.isEmpty {
            let sent = tryWrite(batch.bytes)
            if sent < batch.count { keep(BatchSlice(batch, sent..<batch.count)) }
        } else {
            gather(BatchSlice(batch))
        }
    }

    /// A piece that leaves with the others at the end of the turn.
    func gather(_ slice: BatchSlice) {
        gathered.append(slice)
        if !isDirty {
            isDirty = true
            loop.dirty.append(self)
        }
    }

    /// The turn's end: own bytes, then the rooms' batches, in one write.
    func flush() {
        isDirty = false
        guard state != .closed else { return dropTurn() }
        var pieces: [BatchSlice] = []
        if !own.isEmpty {
            pieces.append(BatchSlice(SharedBatch(own)))
            own.release()
        }
        pieces += gathered
        gathered = []
        if !last.isEmpty {
            pieces.append(BatchSlice(SharedBatch(last)))
            last.release()
        }
        write(pieces)
        if closesWhenSent, outbox.isEmpty { finish() }
    }

    private func dropTurn() {
        own.release()
        last.release()
        gathered = []
    }

    private func write(_ pieces: [BatchSlice]) {
        var index = 0
        while index < pieces.count, outbox.isEmpty {
            let end = min(pieces.count, index + Connection.maxPieces)
            let group = pieces[index..<end]
            var sent = tryWrite(group)
            for slice in group {
                let part = min(sent, slice.count)
                sent -= part
                if part < slice.count {
                    let start = slice.range.lowerBound + part
                    keep(BatchSlice(slice.batch, start..<slice.range.upperBound))
                }
            }
            index = end
        }
        for slice in pieces[index...] { keep(slice) }
    }

    private func tryWrite(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let sent = SocketWrite.send(bytes, to: descriptor) else {
            loop.lost(self)
            return 0
        }
        loop.counts.bytesOut += UInt64(sent)
        return sent
    }

    private func tryWrite(_ slices: ArraySlice<BatchSlice>) -> Int {
        if slices.count == 1, let slice = slices.first { return tryWrite(slice.bytes) }
        let buffers = slices.map { uv_buf_t($0.bytes) }
        return accepted(uv_try_write(stream, buffers, UInt32(buffers.count)))
    }

    private func accepted(_ status: Int32) -> Int {
        if status >= 0 {
            loop.counts.bytesOut += UInt64(status)
            return Int(status)
        }
        if status != UV_EAGAIN.rawValue { loop.lost(self) }
        return 0
    }

    /// Keeps what the socket did not take, or gives the client up when that is too much.
    private func keep(_ slice: BatchSlice) {
        guard state != .closed, !isGivenUp else { return }
        switch outbox.append(slice) {
        case .queued:
            guard !isBroken else { return outbox.drop(keeping: slicesInFlight) }
            loop.counts.longestBacklog = max(loop.counts.longestBacklog, outbox.queuedBytes)
            startWriting()
        case .overflow: giveUp()
        }
    }

    /// The peer does not read: it is told why and dropped, and nobody else notices.
    private func giveUp() {
        guard state == .open else { return close() }
        isGivenUp = true
        outbox.drop(keeping: slicesInFlight)
        gathered = []
        own.release()
        var bye = ByteBuffer()
        if let packets = client?.lastWords(Bye(.slowConsumer)) {
            bye.writeFrames(.text, lineEnd: EngineIOPacket.separator) { $0.write(packets) }
        }
        session.encode(
            .bye(Bye(.slowConsumer)), tag: .none, now: loop.now, into: &bye)
        outbox.append(last: BatchSlice(SharedBatch(bye)))
        startWriting()
        leave(.closed(.slowConsumer))
        loop.counts.slowConsumers += 1
        loop.logger.warning("slow consumer", ["client": .number(Int(id.raw))])
    }

    private func startWriting() {
        guard bytesInFlight == 0, !outbox.isEmpty, state != .closed else { return }
        let slices = outbox.next(Connection.maxPieces)
        let buffers = slices.map { uv_buf_t($0.bytes) }
        bytesInFlight = slices.reduce(0) { $0 + $1.count }
        slicesInFlight = slices.count
        let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
        request.initialize(to: uv_write_t())
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status = uv_write(request, stream, buffers, UInt32(buffers.count)) { request, status in
            guard let request, let data = request.pointee.data else { return }
            let connection = Unmanaged<Connection>.fromOpaque(data).takeRetainedValue()
            request.deallocate()
            connection.wrote(status)
        }
        if status < 0 {
            Unmanaged.passUnretained(self).release()
            request.deallocate()
            bytesInFlight = 0
            slicesInFlight = 0
            loop.lost(self)
        }
    }

    private func wrote(_ status: Int32) {
        outbox.consume(bytesInFlight)
        if status >= 0 { loop.counts.bytesOut += UInt64(bytesInFlight) }
        bytesInFlight = 0
        slicesInFlight = 0
        guard state != .closed else { return }
        guard status >= 0 else { return loop.lost(self) }
        if !outbox.isEmpty {
            startWriting()
        } else if closesWhenSent {
            finish()
        }
    }

    // MARK: - Closing

    /// The hub has forgotten the client: close when what is queued is sent, or after a while.
    func closeWhenSent(now: Instant) {
        guard state != .closed else { return }
        state = .leaving
        if farewell == .bye {
            tell { session.encode(.bye(Bye(.shutdown)), tag: .none, now: loop.now, into: &$0) }
            isDismissed = true
        }
        closesWhenSent = true
        closeDue = min(closeDue, now + EventLoop.closeGrace)
        if !isDirty, outbox.isEmpty { finish() }
        settle(now: now)
    }

    /// Everything is sent. A peer that may still be sending is given a moment to read our last
    /// words: closing with unread input would reset the connection.
    private func finish() {
        guard state == .leaving else { return }
        guard !hasEnded else { return close() }
        state = .lingering
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        request.initialize(to: uv_shutdown_t())
        let status = uv_shutdown(request, stream) { request, _ in request?.deallocate() }
        guard status == 0 else {
            request.deallocate()
            return close()
        }
        loop.startReading(self)
        closeDue = min(closeDue, loop.now.instant + EventLoop.lingerGrace)
        settle(now: loop.now.instant)
    }

    /// Closes the socket now.
    func close() {
        guard state != .closed else { return }
        state = .closed
        descriptor = -1
        own.release()
        gathered = []
        leftover.release()
        loop.forget(self)
        call?.ended(session.link)
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            handle in
            guard let handle else { return }
            if let data = handle.pointee.data {
                Unmanaged<Connection>.fromOpaque(data).release()
            }
            UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_tcp_t.self).deallocate()
        }
    }
}
