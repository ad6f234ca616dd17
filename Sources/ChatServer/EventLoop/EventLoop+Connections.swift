// The loop's connections: from an accepted descriptor, by what libuv reads, to the last that is known of
// one. A connection is kept alive by its handle until that is closed.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import ChatIO
import Glibc

extension EventLoop {
    func accept(_ descriptor: Int32) {
        let session = ClientSession(
            openedAt: now.instant, idleTimeout: settings.idleTimeout)
        guard adopt(descriptor, session: session) != nil else { return }
        counts.accepted += 1
    }

    /// A connection to a relay; the server speaks first.
    func adopt(_ call: LinkCall) {
        let session = ClientSession(
            openedAt: now.instant, idleTimeout: settings.idleTimeout)
        guard let connection = adopt(call.descriptor, session: session) else {
            return call.ended(nil)
        }
        counts.accepted += 1
        connection.becomeLink(call, now: now.instant)
    }

    /// Carries a connection from here on; nil when that cannot be.
    func adopt(_ descriptor: Int32, session: ClientSession) -> Connection? {
        guard !isShuttingDown else {
            Glibc.close(descriptor)
            return nil
        }
        let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
        handle.initialize(to: uv_tcp_t())
        uv_tcp_init(uv, handle)
        let connection = Connection(
            id: makeClientID(), loop: self, handle: handle, session: session)
        // Balanced when the handle is closed.
        handle.pointee.data = Unmanaged.passRetained(connection).toOpaque()
        connections[connection.id] = connection
        guard uv_tcp_open(handle, descriptor) == 0 else {
            Glibc.close(descriptor)
            connection.close()
            return nil
        }
        connection.descriptor = descriptor
        if !settings.trusted.isNobody { connection.learnTrust(settings.trusted) }
        startReading(connection)
        connection.settle(now: now.instant)
        return connection
    }

    func startReading(_ connection: Connection) {
        uv_read_start(
            connection.stream,
            { handle, _, buffer in
                guard let handle, let buffer, let data = handle.pointee.data else { return }
                let loop = Unmanaged<Connection>.fromOpaque(data).takeUnretainedValue().loop
                buffer.pointee = uv_buf_init(
                    loop.readBuffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    UInt32(loop.readBuffer.count))
            },
            { stream, count, _ in
                guard count != 0, let data = stream?.pointee.data else { return }
                let connection = Unmanaged<Connection>.fromOpaque(data).takeUnretainedValue()
                connection.loop.read(count, for: connection)
            })
    }

    private func read(_ count: Int, for connection: Connection) {
        let now = SystemClock.now()
        if turnBegan == nil { turnBegan = now.instant }
        if count > 0 {
            counts.bytesIn += UInt64(count)
            let bytes = UnsafeRawBufferPointer(readBuffer)
            connection.received(UnsafeRawBufferPointer(rebasing: bytes[..<count]), now: now)
        } else if count == Int(UV_EOF.rawValue) {
            connection.inputEnded(now: now)
        } else {
            // All that the peer sent before the reset was read.
            lost(connection)
            connection.wasReset(now: now)
        }
    }

    /// The connection broke: nothing more is written. What the client said before counts, as far as the
    /// server has it: it is read to its end, which the flood limit may delay.
    func lost(_ connection: Connection) {
        connection.isBroken = true
        switch connection.state {
        case .open: connection.broke()
        case .leaving, .lingering: connection.close()
        case .closed: break
        }
    }

    func forget(_ connection: Connection) {
        for membership in connection.memberships {
            membership.room.remove(connection)
            if membership.room.memberCount == 0 { drop(membership.room) }
        }
        connections[connection.id] = nil
    }
}
