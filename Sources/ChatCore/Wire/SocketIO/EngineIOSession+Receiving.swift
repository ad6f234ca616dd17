// What comes from the client: requests that poll or bring packets, WebSockets, and their ends.
// SPDX-License-Identifier: GPL-3.0-or-later

extension EngineIOSession {
    /// A connection brings something that is for this session; its messages go to `messages`.
    package mutating func received(
        _ input: EngineIOInput, over carrier: CarrierID, messages: inout ByteBuffer, now: Instant
    ) -> [EngineIOAction] {
        switch input {
        // The one that opened it.
        case .request(.open, _): []
        case .request(.poll, _): pollReceived(carrier)
        case .request(.post, let body):
            postReceived(body[...], carrier, messages: &messages, now: now)
        case .request(.upgrade, _): webSocketOpened(carrier, now: now)
        case .text(let text):
            textReceived(text[...], over: carrier, messages: &messages, now: now)
        case .binary: binaryReceived(over: carrier, messages: &messages, now: now)
        }
    }

    // MARK: - Polling

    /// A GET arrived; it is answered when there is something to say.
    package mutating func pollReceived(_ carrier: CarrierID) -> [EngineIOAction] {
        switch channel {
        case .closed: return [.answer(carrier, .refusal(.unknownSession))]
        case .webSocket: return [.answer(carrier, .refusal(.badRequest))]
        case .polling, .probing, .closing: break
        }
        guard poll == nil else {
            var actions = [EngineIOAction.answer(carrier, .refusal(.badRequest))]
            end(.overlap, &actions)
            return actions
        }
        poll = carrier
        return flush()
    }

    /// A POST arrived, whole. Its messages, each ended by a separator, are appended to `messages`;
    /// the client is told `ok`, and may send more, when `messagesTaken` is called.
    package mutating func postReceived(
        _ body: ArraySlice<UInt8>, _ carrier: CarrierID, messages: inout ByteBuffer, now: Instant
    ) -> [EngineIOAction] {
        switch channel {
        case .closed: return [.answer(carrier, .refusal(.unknownSession))]
        case .webSocket: return [.answer(carrier, .refusal(.badRequest))]
        // It has not heard yet that this is the end; what it says comes too late.
        case .closing: return [.answer(carrier, .ok)]
        case .polling, .probing: break
        }
        guard body.count <= settings.maxPayload else { return [.answer(carrier, .tooLarge)] }
        var actions: [EngineIOAction] = []
        guard post == nil else {
            actions.append(.answer(carrier, .refusal(.badRequest)))
            end(.overlap, &actions)
            return actions
        }
        let before = messages.writerIndex
        post = carrier
        for part in EngineIOPacket.parts(ofBody: body) {
            let packet: EngineIOPacket
            do throws(EngineIOPacketError) {
                packet = try EngineIOPacket(part, over: .polling)
            } catch {
                end(.badPacket, &actions)
                return actions
            }
            take(packet, messages: &messages, now: now, &actions)
            if isClosed { return actions }
        }
        isHeld = messages.writerIndex > before
        if !isHeld { answerPost(.ok, &actions) }
        return actions
    }

    /// The messages are not taken any more for a while; the shell reads no WebSocket until they are.
    package mutating func messagesHeld() { isHeld = true }

    /// Every message was taken: the client may send more.
    package mutating func messagesTaken(now: Instant) -> [EngineIOAction] {
        guard isHeld else { return [] }
        isHeld = false
        if case .asked = heartbeat { heartbeat = .asked(until: now + settings.pingTimeout) }
        var actions: [EngineIOAction] = []
        answerPost(.ok, &actions)
        return actions
    }

    // MARK: - WebSocket

    /// A WebSocket was opened for this session.
    package mutating func webSocketOpened(
        _ carrier: CarrierID, now: Instant
    ) -> [EngineIOAction] {
        guard case .polling = channel else { return [.close(carrier)] }
        channel = .probing(carrier, isProbed: false, due: now + Limits.engineUpgrade)
        return []
    }

    /// A text message arrived over a WebSocket. A Socket.IO message is appended to `messages`, ended
    /// by a separator.
    package mutating func textReceived(
        _ text: ArraySlice<UInt8>, over carrier: CarrierID, messages: inout ByteBuffer,
        now: Instant
    ) -> [EngineIOAction] {
        received(carrier, messages: &messages, now: now) { () throws(EngineIOPacketError) in
            try EngineIOPacket(text, over: .webSocket)
        }
    }

    /// A binary message arrived over a WebSocket.
    package mutating func binaryReceived(
        over carrier: CarrierID, messages: inout ByteBuffer, now: Instant
    ) -> [EngineIOAction] {
        received(carrier, messages: &messages, now: now) { .binary }
    }

    private mutating func received(
        _ carrier: CarrierID, messages: inout ByteBuffer, now: Instant,
        _ read: () throws(EngineIOPacketError) -> EngineIOPacket
    ) -> [EngineIOAction] {
        let packet: EngineIOPacket?
        do throws(EngineIOPacketError) { packet = try read() } catch { packet = nil }
        var actions: [EngineIOAction] = []
        switch channel {
        case .webSocket(carrier):
            if let packet {
                take(packet, messages: &messages, now: now, &actions)
            } else {
                end(.badPacket, &actions)
            }
        case .probing(carrier, let isProbed, let due):
            probe(carrier, packet, isProbed: isProbed, due: due, &actions)
        case .polling, .probing, .webSocket, .closing, .closed: break
        }
        return actions
    }

    /// Nothing but the probe and the upgrade may come before the upgrade.
    private mutating func probe(
        _ carrier: CarrierID, _ packet: EngineIOPacket?, isProbed: Bool, due: Instant,
        _ actions: inout [EngineIOAction]
    ) {
        switch packet {
        case .text(.ping, let content) where !isProbed && content.elementsEqual("probe".utf8):
            channel = .probing(carrier, isProbed: true, due: due)
            var pong = ByteBuffer()
            pong.write(EngineIOPacket.Kind.pong.rawValue)
            pong.write(content)
            pong.write(EngineIOPacket.separator)
            actions.append(.send(carrier, Array(pong.readable)))
            actions += flush()
        case .text(.upgrade, _) where isProbed:
            if let poll { actions.append(.answer(poll, .packet(.noop))) }
            poll = nil
            channel = .webSocket(carrier)
            actions += flush()
            actions.append(.moved(to: carrier))
        default:
            channel = .polling
            actions.append(.close(carrier))
            actions += flush()
        }
    }

    /// A request was given up by the client before it was answered, or a WebSocket was closed.
    package mutating func carrierClosed(_ carrier: CarrierID) -> [EngineIOAction] {
        var actions: [EngineIOAction] = []
        if post == carrier || poll == carrier {
            // No client comes back to a session after that: it begins a new one.
            if post == carrier { post = nil }
            if poll == carrier { poll = nil }
            end(.carrierLost, &actions)
            return actions
        }
        switch channel {
        case .probing(carrier, _, _):
            channel = .polling
            return flush()
        case .webSocket(carrier):
            channel = .polling
            end(.carrierLost, &actions)
            return actions
        case .polling, .probing, .webSocket, .closing, .closed: return []
        }
    }

    // MARK: - Packets

    private mutating func take(
        _ packet: EngineIOPacket, messages: inout ByteBuffer, now: Instant,
        _ actions: inout [EngineIOAction]
    ) {
        switch packet {
        case .text(.message, let content):
            messages.write(EngineIOPacket.Kind.message.rawValue)
            messages.write(content)
            messages.write(EngineIOPacket.separator)
        case .binary:
            // What it is part of is refused by whoever reads messages, who must know of it.
            messages.write(EngineIOPacket.binaryMark)
            messages.write(EngineIOPacket.separator)
        case .text(.pong, _):
            if case .asked = heartbeat {
                heartbeat = .quiet(until: now + settings.pingInterval)
            }
        case .text(.close, _):
            answerPost(.ok, &actions)
            end(.clientClosed, &actions)
        case .text(.noop, _): break
        case .text(.open, _), .text(.ping, _), .text(.upgrade, _): end(.badPacket, &actions)
        }
    }
}
