// One client's conversation in Socket.IO (protocol revision 5): packets in, requests for the hub out,
// its answers back as events and acknowledgements. Input and output are Engine.IO messages, each ended
// by a separator; an `EngineIOSession` carries them.
// Invariant: nothing but a CONNECT is heard first, and what is malformed ends the conversation.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The Socket.IO protocol, sans I/O.
package struct SocketIOSession: SessionCodec {
    package static var protocolName: StaticString { "socketio" }

    package var format: WireFormat { .socketIO }
    package var isRegistered: Bool { dialogue.isRegistered }

    private let id: String
    /// The client has connected. That registered it, with the nick of its auth or as a guest. Who
    /// was refused may try again with `join`; who asks for anything else first becomes a guest.
    package private(set) var isConnected = false
    private var dialogue = JSONDialogue(user: "~socketio", host: "socketio.chatkit")
    private var decoder = SocketIOPacketDecoder()
    /// What the last packet asks for besides what was passed on.
    private var pending: [HubRequest] = []
    /// Attachments of a packet that was refused are still to come.
    private var attachmentsDue = 0
    private var ownNonces: UInt64 = 0

    /// - Parameter id: the name that the client is told, at most 40 characters; no other connection
    ///   ever has the same.
    package init(id: String) { self.id = id }

    package mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
        if !pending.isEmpty { return .request(pending.removeFirst()) }
        let waiting = input.readableBytes
        do throws(SocketIOPacketError) {
            guard let unit = try decoder.next(in: &input) else {
                return input.readableBytes == waiting ? .needsMore : .handled
            }
            return try take(unit, &reply)
        } catch {
            switch error {
            case .malformed: return close(&reply)
            case .tooLong: return refuse(.packetTooLong(Limits.maxPacketBytes), nil, &reply)
            case .unreadable(let error, let id): return refuse(.line(.malformed(error)), id, &reply)
            }
        }
    }

    package mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer
    ) {
        dialogue.noticed(event, tag)
        if case .raw(let bytes) = event { return reply.write(bytes) }
        guard isConnected else { return }
        var tag = tag
        if tag.mark & JSONMark.callback != 0 {
            let isAnswered = SocketIOWire.acknowledge(
                with: event, tag, rooms: dialogue.firstRooms, into: &reply)
            switch event {
            // Who is in now is also told so where everything else is heard.
            case .welcome, .entered: break
            default: if isAnswered { return }
            }
            tag = .none
        }
        SocketIOWire.encode(event, tag: tag, rooms: dialogue.firstRooms, into: &reply)
        // Upon a DISCONNECT clients do not come back by themselves; upon a mere end they do.
        if case .bye(let bye) = event, !bye.retry { writeDisconnect(&reply) }
    }

    /// Engine.IO asks for signs of life.
    package mutating func encodePing(into reply: inout ByteBuffer) -> Bool { false }

    // MARK: - Packets

    private mutating func take(
        _ unit: SocketIOUnit, _ reply: inout ByteBuffer
    ) throws(SocketIOPacketError) -> SessionAction {
        guard case .packet(let packet) = unit else {
            guard attachmentsDue > 0 else { throw .malformed }
            attachmentsDue -= 1
            return .handled
        }
        guard attachmentsDue == 0 else { throw .malformed }
        guard packet.namespace == "/" else { return try takeElsewhere(packet, &reply) }
        if case .connect(let auth) = packet.content {
            guard !isConnected else { throw .malformed }
            return connect(auth, &reply)
        }
        guard isConnected else { throw .malformed }
        switch packet.content {
        case .connect, .ack: return .handled
        case .disconnect:
            return dialogue.mayAsk ? .request(HubRequest(.quit(.quit("")))) : .close(Bye(.quit))
        case .event(let name, let arguments, let id): return event(name, arguments, id, &reply)
        case .binaryEvent(let attachments, let id):
            attachmentsDue = attachments
            return refuse(.binary, id, &reply)
        case .binaryAck(let attachments):
            attachmentsDue = attachments
            return .handled
        }
    }

    /// There is one namespace. Whoever leaves another has nothing to leave.
    private func takeElsewhere(
        _ packet: SocketIOPacket, _ reply: inout ByteBuffer
    ) throws(SocketIOPacketError) -> SessionAction {
        switch packet.content {
        case .connect:
            reply.write(literal: "44")
            reply.write(packet.namespace)
            reply.write(literal: #",{"message":"Invalid namespace"}"#)
            reply.write(EngineIOPacket.separator)
            return .handled
        case .disconnect: return .handled
        case .event, .ack, .binaryEvent, .binaryAck: throw .malformed
        }
    }

    private mutating func connect(
        _ auth: JSONObject, _ reply: inout ByteBuffer
    ) -> SessionAction {
        isConnected = true
        reply.write(literal: "40")
        reply.beginObject()
        reply.member("sid", id)
        reply.endObject()
        reply.write(EngineIOPacket.separator)
        do throws(JSONRefusal) {
            let fields = JSONFields(object: SocketIORequest.hello(auth))
            return try carryOut([(fields, .none)], &reply)
        } catch {
            return refuse(error, nil, &reply)
        }
    }

    private mutating func event(
        _ name: JSONValue, _ arguments: [JSONValue], _ id: UInt64?, _ reply: inout ByteBuffer
    ) -> SessionAction {
        do throws(JSONRefusal) {
            guard let name = name.string else { throw .badField("event", "a string") }
            if name == "typing" {
                // For pages that say so; nobody is told.
                if let id { answer(callback(id), ByteBuffer("{"), &reply) }
                return .handled
            }
            let request = try SocketIORequest(
                name, arguments.first, isKnown: dialogue.mayAsk, room: dialogue.currentRoom)
            var requests: [(JSONFields, RequestTag)] = []
            for object in request.objects {
                let fields = JSONFields(object: object)
                requests.append((fields, requests.isEmpty ? try tag(id, fields) : .none))
            }
            return try carryOut(requests, &reply)
        } catch {
            return refuse(error, id, &reply)
        }
    }

    /// What brings an answer back to where it was asked.
    private func tag(_ id: UInt64?, _ fields: JSONFields) throws(JSONRefusal) -> RequestTag {
        if let id { return callback(id) }
        return try fields.tag()
    }

    private func callback(_ id: UInt64) -> RequestTag {
        RequestTag(label: String(id), mark: JSONMark.callback)
    }

    // MARK: - Requests

    /// Reads requests and passes them on, the first at once; or none of them, when one is refused.
    private mutating func carryOut(
        _ requests: [(JSONFields, RequestTag)], _ reply: inout ByteBuffer
    ) throws(JSONRefusal) -> SessionAction {
        var commands: [HubRequest] = []
        for (fields, tag) in requests {
            if !dialogue.mayAsk, try !isForStrangers(fields) { try registerGuest() }
            switch try dialogue.take(fields, tag) {
            case .request(let request): commands.append(completed(request))
            case .pong(let nonce):
                var pong = ByteBuffer()
                JSONWire.write(pong: nonce, into: &pong)
                answer(tag, pong, &reply)
            case .bye(let word):
                if tag.mark & JSONMark.callback != 0 { answer(tag, ByteBuffer("{"), &reply) }
                encode(.bye(Bye(.quit)), tag: .none, now: Timestamp(milliseconds: 0), into: &reply)
                guard dialogue.mayAsk else { return .close(Bye(.quit)) }
                commands.append(HubRequest(.quit(.quit(word))))
            case .nothing:
                if tag.mark & JSONMark.callback != 0 { answer(tag, ByteBuffer("{"), &reply) }
            }
        }
        pending += commands
        return pending.isEmpty ? .handled : .request(pending.removeFirst())
    }

    private func isForStrangers(_ fields: JSONFields) throws(JSONRefusal) -> Bool {
        guard let request = JSONRequest.named(try fields.requiredText("type")) else { return true }
        return request.isForStrangers
    }

    /// Makes a stranger a guest, so that it may ask; also when what it asks is refused.
    private mutating func registerGuest() throws(JSONRefusal) {
        let hello = JSONFields(object: JSONObject(type: "hello"))
        guard case .request(let request) = try dialogue.take(hello, .none) else { return }
        pending.append(request)
    }

    /// A message whose sender waits for its acknowledgement has a nonce: with one it is answered
    /// when it is committed.
    private mutating func completed(_ request: HubRequest) -> HubRequest {
        guard case .post(var post) = request.command, post.nonce == nil,
            request.tag.mark & JSONMark.callback != 0
        else { return request }
        ownNonces += 1
        post.nonce = "\(id).\(ownNonces)"
        var tag = request.tag
        tag.mark |= JSONMark.ownNonce
        return HubRequest(.post(post), tag: tag)
    }

    // MARK: - Direct answers

    /// Writes an object, its closing bracket left out, as an acknowledgement or an event.
    private func answer(_ tag: RequestTag, _ object: ByteBuffer, _ reply: inout ByteBuffer) {
        if tag.mark & JSONMark.callback != 0 {
            reply.beginAck(tag)
            reply.write(object.readable)
            return reply.endEvent()
        }
        var line = object
        JSONWire.write(re: tag, into: &line)
        line.endLine()
        SocketIOWire.write(events: line, into: &reply)
    }

    private func refuse(
        _ refusal: JSONRefusal, _ id: UInt64?, _ reply: inout ByteBuffer
    ) -> SessionAction {
        guard isConnected else { return .close(Bye(.badData)) }
        if let id {
            SocketIOWire.acknowledge(callback(id), refusal: refusal, into: &reply)
        } else {
            var error = ByteBuffer()
            JSONWire.write(refusal, into: &error)
            answer(.none, error, &reply)
        }
        return .handled
    }

    /// The protocol wants it so: who sends what is none of it is let go.
    private mutating func close(_ reply: inout ByteBuffer) -> SessionAction {
        let bye = Bye(.badData, reason: "what was sent is no Socket.IO packet")
        encode(.bye(bye), tag: .none, now: Timestamp(milliseconds: 0), into: &reply)
        return .close(bye)
    }

    private func writeDisconnect(_ reply: inout ByteBuffer) {
        reply.write(literal: "41")
        reply.write(EngineIOPacket.separator)
    }
}
