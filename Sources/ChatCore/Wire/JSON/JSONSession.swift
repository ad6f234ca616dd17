// One client's conversation in JSON lines (chatkit(5)): lines in, requests for the hub out, its
// answers back as lines. Bad lines are answered and cost nobody the connection.
// What they mean is the `JSONDialogue`'s.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The JSON lines protocol, sans I/O.
package struct JSONSession: SessionCodec {
    package static var protocolName: StaticString { "json" }

    /// Becomes true with the first figures of a desk.
    package private(set) var isOperator = false
    package var format: WireFormat { .json }
    package var isRegistered: Bool { dialogue.isRegistered }

    private var decoder = JSONLineDecoder()
    private var dialogue = JSONDialogue(user: "~json", host: "json.chatkit")

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
            JSONWire.write(error, into: &reply)
            JSONWire.write(re: tag, into: &reply)
            reply.endLine()
            return .handled
        }
    }

    package mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer
    ) {
        if case .desk = event { isOperator = true }
        dialogue.noticed(event, tag)
        JSONWire.encode(event, tag: tag, rooms: dialogue.firstRooms, into: &reply)
    }

    package mutating func encodePing(into reply: inout ByteBuffer) -> Bool {
        reply.begin(type: "ping")
        reply.endLine()
        return true
    }

    private mutating func take(
        _ fields: JSONFields, _ tag: RequestTag, _ reply: inout ByteBuffer
    ) throws(JSONRefusal) -> SessionAction {
        switch try dialogue.take(fields, tag) {
        case .request(let request): return .request(request)
        case .pong(let nonce):
            JSONWire.write(pong: nonce, into: &reply)
            JSONWire.write(re: tag, into: &reply)
            reply.endLine()
            return .handled
        case .bye(let word):
            JSONWire.encode(.bye(Bye(.quit)), tag: tag, rooms: [], into: &reply)
            return dialogue.mayAsk
                ? .request(HubRequest(.quit(.quit(word)), tag: tag)) : .close(Bye(.quit))
        case .nothing:
            return .handled
        }
    }
}
