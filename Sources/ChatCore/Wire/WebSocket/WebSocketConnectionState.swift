// A WebSocket from its handshake to its end: what was read goes in, messages come out, and what the
// protocol itself answers (pongs, Closes) is written. Each side sends one Close, and nothing after it:
// no data, no pong (RFC 6455 §5.5.1). Pongs are never more than the pings, and for many pings in one read
// few (§5.5.3).
// SPDX-License-Identifier: GPL-3.0-or-later

/// The protocol's state for one connection.
package struct WebSocketConnectionState: Sendable {
    package enum Phase: Sendable {
        /// Both sides may send. Becomes `closing` when this side wants to end, `closed` when the
        /// peer does or breaks a rule.
        case open
        /// A Close was sent and the peer's is awaited, no longer than `Limits.webSocketClose`. What
        /// the peer sent before it knew is dropped. Becomes `closed`.
        case closing
        /// Nothing more is read or written.
        case closed
    }

    /// What the connection is to do.
    package enum Action: Hashable, Sendable {
        /// Write the reply, and go on when there is more input.
        case needsMore
        /// Pass a message on; there may be more.
        case deliver(WebSocketMessage)
        /// Write the reply, then close the transport.
        case close(Ending)
    }

    /// How a connection ended.
    package enum Ending: Hashable, Sendable {
        /// The peer wanted it; nil: it gave no code.
        case peerClosed(WebSocketClose?)
        /// The peer has answered this side's Close.
        case answered
        /// The peer has not, in time.
        case unanswered
        case failed(WebSocketError)
    }

    package private(set) var phase = Phase.open
    private var decoder: WebSocketFrameDecoder
    /// Pongs written since the last `needsMore`. At most `Limits.maxPongsPerRead`.
    private var pongs = 0
    /// The last ping beyond those; answered when the read is done.
    private var latestPing: [UInt8]?
    /// The number of this side's last ping.
    private var heartbeat: UInt64 = 0
    /// Whether that ping has had no pong yet.
    package private(set) var awaitsPong = false

    /// A connection whose handshake is complete.
    package init(decoder: WebSocketFrameDecoder = WebSocketFrameDecoder()) {
        self.decoder = decoder
    }

    /// Takes what was read up to the next message or to the end of the input.
    package mutating func next(in input: inout ByteBuffer, reply: inout ByteBuffer) -> Action {
        while phase != .closed {
            do throws(WebSocketError) {
                guard let event = try decoder.next(in: &input) else {
                    finishRead(&reply)
                    return .needsMore
                }
                if let action = received(event, &reply) { return action }
            } catch {
                if phase == .open {
                    finishRead(&reply)
                    WebSocketFrame.write(
                        close: WebSocketClose(error.code, error.reason), into: &reply)
                }
                phase = .closed
                return .close(.failed(error))
            }
        }
        input.skip(input.readableBytes)
        return .needsMore
    }

    private mutating func received(
        _ event: WebSocketEvent, _ reply: inout ByteBuffer
    ) -> Action? {
        switch (event, phase) {
        case (.message(let message), .open): return .deliver(message)
        case (.ping(let payload), .open): answer(payload, &reply)
        case (.pong(let payload), _):
            if payload == heartbeatPayload { awaitsPong = false }
        case (.close(let close), .open):
            finishRead(&reply)
            WebSocketFrame.write(close: close.map { WebSocketClose($0.code) }, into: &reply)
            phase = .closed
            return .close(.peerClosed(close))
        case (.close, _):
            phase = .closed
            return .close(.answered)
        case (.message, _), (.ping, _): break
        }
        return nil
    }

    private mutating func answer(_ ping: [UInt8], _ reply: inout ByteBuffer) {
        guard pongs < Limits.maxPongsPerRead else {
            latestPing = ping
            return
        }
        pongs += 1
        WebSocketFrame.write(.pong, ping, into: &reply)
    }

    private mutating func finishRead(_ reply: inout ByteBuffer) {
        if phase == .open, let latestPing {
            WebSocketFrame.write(.pong, latestPing, into: &reply)
        }
        latestPing = nil
        pongs = 0
    }

    // MARK: - This side's wishes

    /// Whether messages may still be sent.
    package var maySend: Bool { phase == .open }

    /// Asks the peer for a sign of life; false when the connection is ending.
    package mutating func ping(into reply: inout ByteBuffer) -> Bool {
        guard phase == .open else { return false }
        heartbeat &+= 1
        awaitsPong = true
        WebSocketFrame.write(.ping, heartbeatPayload, into: &reply)
        return true
    }

    private var heartbeatPayload: [UInt8] { Array(String(heartbeat).utf8) }

    /// Ends the connection from this side: a deadline of `Limits.webSocketClose` begins. False when
    /// it is ending already.
    package mutating func close(_ close: WebSocketClose, into reply: inout ByteBuffer) -> Bool {
        guard phase == .open else { return false }
        finishRead(&reply)
        WebSocketFrame.write(close: close, into: &reply)
        phase = .closing
        return true
    }

    /// The peer had its time to answer the Close.
    package mutating func deadlineReached() -> Action {
        guard phase == .closing else { return .needsMore }
        phase = .closed
        return .close(.unanswered)
    }
}
