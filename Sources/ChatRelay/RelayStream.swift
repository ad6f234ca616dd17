// One TCP connection of the relay's loop: bytes in to its owner, bytes out with a count of what the
// socket has not taken yet, and each direction's end by itself. Confined to the loop's thread.
//
// open:   read when its owner wants, written at any time.
// ended:  a direction is over: `hasEnded` (nothing more comes), `isShut` (nothing more goes).
// closed: the handle is closing or gone; its owner hears nothing more.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO
import Glibc

/// A connection.
final class RelayStream: ByteStream {
    let loop: RelayLoop
    var owner: (any ByteStreamOwner)?
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private(set) var queuedBytes = 0
    /// The socket; -1 once it is closed, as its number may be another's by then.
    private var descriptor: Int32 = -1
    /// Some of what was written waits for the turn's end.
    private var hasGathered = false
    /// What is no longer than this is sent with all that is written in a turn.
    private static let shortWrite = 4096
    private(set) var hasEnded = false
    /// Whether there is something in the socket to be read.
    var hasUnread: Bool { descriptor >= 0 && SocketRead.hasInput(descriptor) }
    private(set) var isShut = false
    private(set) var isClosed = false
    private var isReading = false
    private var mustShut = false

    /// A connection to be adopted or made.
    private init(on loop: RelayLoop) {
        self.loop = loop
        handle = .allocate(capacity: 1)
        handle.initialize(to: uv_tcp_t())
        uv_tcp_init(loop.uv, handle)
        // Balanced when the handle is closed.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Takes an accepted descriptor over; nil when that cannot be.
    static func adopt(_ descriptor: Int32, on loop: RelayLoop) -> RelayStream? {
        let stream = RelayStream(on: loop)
        guard uv_tcp_open(stream.handle, descriptor) == 0 else {
            Glibc.close(descriptor)
            stream.close()
            return nil
        }
        stream.descriptor = descriptor
        return stream
    }

    /// Connects; the owner hears `streamDrained` when it is connected.
    static func connect(
        to address: SocketAddress, on loop: RelayLoop, owner: any ByteStreamOwner
    ) -> RelayStream {
        let stream = RelayStream(on: loop)
        stream.owner = owner
        let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        request.initialize(to: uv_connect_t())
        request.pointee.data = Unmanaged.passRetained(stream).toOpaque()
        let status = address.withSockaddr { name in
            uv_tcp_connect(request, stream.handle, name) { request, status in
                guard let request, let data = request.pointee.data else { return }
                let stream = Unmanaged<RelayStream>.fromOpaque(data).takeRetainedValue()
                request.deallocate()
                stream.connected(status)
            }
        }
        if status != 0 {
            Unmanaged.passUnretained(stream).release()
            request.deallocate()
            // The owner has no reference yet: it hears of it from the loop, not from here.
            loop.later { stream.fail() }
        }
        return stream
    }

    private func connected(_ status: Int32) {
        guard !isClosed else { return }
        guard status == 0 else { return fail() }
        uv_fileno(
            UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self), &descriptor)
        // The control link tells of a server that has vanished.
        uv_tcp_nodelay(handle, 1)
        owner?.streamDrained(self)
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    // MARK: - Reading

    func startReading() {
        guard !isReading, !hasEnded, !isClosed else { return }
        isReading = true
        uv_read_start(
            stream,
            { handle, _, buffer in
                guard let handle, let buffer, let data = handle.pointee.data else { return }
                let loop = Unmanaged<RelayStream>.fromOpaque(data).takeUnretainedValue().loop
                buffer.pointee = uv_buf_init(
                    loop.readBuffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    UInt32(loop.readBuffer.count))
            },
            { handle, count, _ in
                guard count != 0, let data = handle?.pointee.data else { return }
                Unmanaged<RelayStream>.fromOpaque(data).takeUnretainedValue().read(count)
            })
    }

    func stopReading() {
        guard isReading else { return }
        isReading = false
        uv_read_stop(stream)
    }

    private func read(_ count: Int) {
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(loop.readBuffer)
            owner?.stream(self, received: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        } else if count == Int(UV_EOF.rawValue) {
            stopReading()
            hasEnded = true
            owner?.streamEnded(self)
        } else {
            fail()
        }
    }

    // MARK: - Writing

    func write(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed, !isShut, !mustShut, bytes.count > 0 else { return }
        if queuedBytes == 0, bytes.count <= RelayStream.shortWrite {
            hasGathered = true
            return loop.gather(bytes, for: self)
        }
        sendGathered()
        send(bytes)
    }

    /// Sends what was written in this turn.
    private func sendGathered() {
        if hasGathered { loop.sendGathered() }
    }

    /// Sends; what the socket does not take is queued.
    func send(_ bytes: UnsafeRawBufferPointer) {
        hasGathered = false
        guard !isClosed, !isShut else { return }
        var sent = 0
        if queuedBytes == 0 {
            guard let count = SocketWrite.send(bytes, to: descriptor) else {
                return loop.later { [self] in fail() }
            }
            sent = count
        }
        guard sent < bytes.count else { return }
        queue(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
    }

    private func queue(_ bytes: UnsafeRawBufferPointer) {
        let write = UnsafeMutablePointer<QueuedWrite>.allocate(capacity: 1)
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyMemory(from: bytes)
        write.initialize(to: QueuedWrite(bytes: copy, stream: self))
        write.pointee.request.data = UnsafeMutableRawPointer(write)
        queuedBytes += bytes.count
        var buffer = uv_buf_t(UnsafeRawBufferPointer(copy))
        let request = UnsafeMutableRawPointer(write).assumingMemoryBound(to: uv_write_t.self)
        let status = uv_write(request, stream, &buffer, 1) { request, status in
            guard let data = request?.pointee.data else { return }
            let write = data.assumingMemoryBound(to: QueuedWrite.self)
            let (stream, count) = (write.pointee.stream, write.pointee.bytes.count)
            QueuedWrite.free(write)
            stream.wrote(count, status)
        }
        if status != 0 {
            QueuedWrite.free(write)
            loop.later { [self] in fail() }
        }
    }

    private func wrote(_ count: Int, _ status: Int32) {
        queuedBytes -= count
        guard !isClosed else { return }
        guard status == 0 else { return fail() }
        guard queuedBytes == 0 else { return }
        if mustShut { shutNow() }
        owner?.streamDrained(self)
    }

    func shutDown() {
        guard !isClosed, !isShut, !mustShut else { return }
        sendGathered()
        mustShut = true
        if queuedBytes == 0 { shutNow() }
    }

    private func shutNow() {
        isShut = true
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        request.initialize(to: uv_shutdown_t())
        if uv_shutdown(request, stream, { request, _ in request?.deallocate() }) != 0 {
            request.deallocate()
        }
    }

    // MARK: - Ending

    private func fail() {
        guard !isClosed else { return }
        let owner = owner
        close()
        owner?.streamFailed(self)
    }

    func close() {
        guard !isClosed else { return }
        sendGathered()
        isClosed = true
        descriptor = -1
        isReading = false
        owner = nil
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            handle in
            guard let handle else { return }
            if let data = handle.pointee.data {
                Unmanaged<RelayStream>.fromOpaque(data).release()
            }
            UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_tcp_t.self).deallocate()
        }
    }

    var peer: IPEndpoint? { name(uv_tcp_getpeername) }

    var local: IPEndpoint? { name(uv_tcp_getsockname) }

    private func name(
        _ ask: (
            UnsafePointer<uv_tcp_t>, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>
        )
            -> Int32
    ) -> IPEndpoint? {
        guard !isClosed else { return nil }
        var address = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        // The storage outlives the call that fills it, and is large enough for any address.
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                ask(handle, name, &length) == 0 ? SocketAddress(name)?.endpoint : nil
            }
        }
    }
}

/// A write that libuv is carrying out, with its bytes. The request stands first: its address is the
/// whole's.
private struct QueuedWrite {
    var request = uv_write_t()
    let bytes: UnsafeMutableRawBufferPointer
    let stream: RelayStream

    init(bytes: UnsafeMutableRawBufferPointer, stream: RelayStream) {
        self.bytes = bytes
        self.stream = stream
    }

    static func free(_ write: UnsafeMutablePointer<QueuedWrite>) {
        write.pointee.bytes.deallocate()
        write.deinitialize(count: 1)
        write.deallocate()
    }
}
