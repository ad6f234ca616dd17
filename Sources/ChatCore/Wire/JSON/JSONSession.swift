// One client's conversation in JSON lines (chatkit(5)): lines in, requests for the hub out, its
// answers back as lines. Bad lines are answered and cost nobody the connection.
// Invariant: nothing but `hello` and `bye` passes before a `hello` that was not refused.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The JSON lines protocol, sans I/O.
package struct JSONSession: SessionCodec {
    package static var protocolName: StaticString { "json" }

    /// Becomes true with the hub's welcome and stays so.
    package private(set) var isRegistered = false
    /// Becomes true with the first figures of a desk.
    package private(set) var isOperator = false
    package var format: WireFormat { .json }

    private var decoder = JSONLineDecoder()
    /// A `hello` was passed to the hub, which has not decided on it yet.
    private var isDeciding = false
    /// The rooms that the last `hello` asked for.
    private var askedRooms: [RoomName]?
    /// The rooms the client is in, in the order in which it entered them.
    private var rooms: [RoomName] = []

    package init() {}

    /// Every type of request that is understood.
    package static var requestTypes: [String] { JSONRequest.all.map(\.type) }

    package mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
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
            reply.begin(type: "error")
            reply.member("code", error.code)
            reply.member("message", error.message)
            if let field = error.field { reply.member("field", field) }
            JSONWire.write(re: tag, into: &reply)
            reply.endLine()
            return .handled
        }
    }

    package mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer
    ) {
        switch event {
        case .welcome:
            isRegistered = true
        case .desk: isOperator = true
        case .error where tag.mark & JSONMark.hello != 0:
            isDeciding = false
        case .entered(let snapshot):
            if !rooms.contains(snapshot.room) { rooms.append(snapshot.room) }
        case .exited(let room):
            rooms.removeAll { $0 == room }
        default: break
        }
        JSONWire.encode(event, tag: tag, rooms: askedRooms ?? [.lobby], into: &reply)
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
            if !isRegistered {
                isDeciding = true
                askedRooms = registration.rooms
            }
            let tag = RequestTag(label: tag.label, mark: tag.mark | JSONMark.hello)
            return .request(HubRequest(.register(registration), tag: tag))
        case .command(let command):
            return .request(HubRequest(command, tag: tag))
        case .pong(let nonce):
            reply.begin(type: "pong")
            if let nonce { reply.member("nonce", nonce) }
            JSONWire.write(re: tag, into: &reply)
            reply.endLine()
            return .handled
        case .bye(let word):
            JSONWire.encode(.bye(Bye(.quit)), tag: tag, rooms: [], into: &reply)
            return mayAsk ? .request(HubRequest(.quit(.quit(word)), tag: tag)) : .close(Bye(.quit))
        case .nothing:
            return .handled
        }
    }

    /// Whether a `hello` was passed to the hub and not refused.
    private var mayAsk: Bool { isRegistered || isDeciding }

    /// Where a message goes that names neither room nor addressee.
    var currentRoom: RoomName { rooms.first ?? .lobby }

    /// The room of that name: one the client is in costs no check.
    func knownRoom(_ text: String) -> RoomName? { rooms.first { $0.text == text } }
}
