// One client's conversation in JSON lines (chatkit(5)): lines in, requests for the hub out, its
// answers back as lines. Bad lines are answered and cost nobody the connection.
// Invariant: nothing but `hello` and `bye` passes before a `hello`; once one has, the session's own
// answers go through the hub too, so that they never overtake the answers to earlier requests.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The JSON lines protocol, sans I/O.
package struct JSONSession: SessionCodec {
    package static var protocolName: StaticString { "json" }

    /// Becomes true with the hub's welcome and stays so.
    package private(set) var isRegistered = false
    package var format: WireFormat { .json }

    private var decoder = JSONLineDecoder()
    /// The rooms asked for in each `hello` that the hub has not decided on yet, oldest first.
    private var undecided: [[RoomName]?] = []
    /// The rooms the client is in, in the order in which it entered them.
    private(set) var rooms: [RoomName] = []
    /// The client said `bye` and was answered; the hub is still to be told, with this word.
    private var partingWord: String?

    package init() {}

    /// Every type of request that is understood.
    package static var requestTypes: [String] { JSONRequest.all.map(\.type) }

    package mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
        if let word = partingWord {
            partingWord = nil
            return .request(HubRequest(.quit(.quit(word))))
        }
        let waiting = input.readableBytes
        var tag = RequestTag.none
        do throws(JSONRefusal) {
            let object: JSONObject
            do throws(JSONLineError) {
                guard let next = try decoder.next(in: &input) else {
                    // Empty lines may have been consumed, and then this was not nothing.
                    return input.readableBytes == waiting ? .needsMore : .handled
                }
                object = next
            } catch {
                throw JSONRefusal.line(error)
            }
            let fields = JSONFields(object: object)
            tag = try fields.tag()
            return try take(fields, tag, &reply)
        } catch {
            return answer(&reply) { buffer in
                buffer.begin(type: "error")
                buffer.member("code", error.code)
                buffer.member("message", error.message)
                if let field = error.field { buffer.member("field", field) }
                JSONWire.write(re: tag, into: &buffer)
            }
        }
    }

    package mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer
    ) {
        var asked: [RoomName] = []
        switch event {
        case .welcome:
            isRegistered = true
            asked = (undecided.first ?? nil) ?? [.lobby]
            undecided = []
        case .error where tag.mark & JSONMark.hello != 0:
            if !undecided.isEmpty { undecided.removeFirst() }
        case .entered(let snapshot):
            if !rooms.contains(snapshot.room) { rooms.append(snapshot.room) }
        default: break
        }
        JSONWire.encode(event, tag: tag, rooms: asked, into: &reply)
    }

    package mutating func encodePing(into reply: inout ByteBuffer) -> Bool {
        reply.begin(type: "ping")
        reply.endLine()
        return true
    }

    private mutating func take(
        _ fields: JSONFields, _ tag: RequestTag, _ reply: inout ByteBuffer
    ) throws(JSONRefusal) -> SessionAction {
        let type = try fields.requiredText("type")
        guard let request = JSONRequest.named(type) else {
            throw mayAsk ? .unknownType(type.prefix(utf8Bytes: 64)) : .notRegistered
        }
        guard mayAsk || request.isForStrangers else { throw .notRegistered }
        switch try request.read(fields, self) {
        case .command(.register(let registration)):
            if !isRegistered { undecided.append(registration.rooms) }
            let tag = RequestTag(label: tag.label, mark: tag.mark | JSONMark.hello)
            return .request(HubRequest(.register(registration), tag: tag))
        case .command(let command):
            if case .leave(let room, _) = command { rooms.removeAll { $0 == room } }
            return .request(HubRequest(command, tag: tag))
        case .pong(let nonce):
            return answer(&reply) { buffer in
                buffer.begin(type: "pong")
                if let nonce { buffer.member("nonce", nonce) }
                JSONWire.write(re: tag, into: &buffer)
            }
        case .bye(let word):
            let wasKnown = mayAsk
            if wasKnown { partingWord = word }
            let action = answer(&reply) { buffer in
                JSONWire.write(Bye(.quit), into: &buffer)
                JSONWire.write(re: tag, into: &buffer)
            }
            return wasKnown ? action : .close(Bye(.quit))
        case .nothing:
            return .handled
        }
    }

    /// Whether a `hello` was passed to the hub and not refused.
    private var mayAsk: Bool { isRegistered || !undecided.isEmpty }

    /// Answers with the line that `body` begins: at once to a stranger, else by way of the hub.
    private func answer(
        _ reply: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void
    ) -> SessionAction {
        guard mayAsk else {
            body(&reply)
            reply.endLine()
            return .handled
        }
        var line = ByteBuffer()
        body(&line)
        line.endLine()
        return .request(HubRequest(.relay(line.storage)))
    }

    /// Where a message goes that names neither room nor addressee.
    var currentRoom: RoomName { rooms.first ?? .lobby }

    /// The room of that name: one the client is in costs no check.
    func knownRoom(_ text: String) -> RoomName? { rooms.first { $0.text == text } }
}
