// What Socket.IO clients are sent (protocol revision 5): every object of the JSON vocabulary as an
// event of its type, `42["message",{"type":"message",…}]`, the same bytes for everyone. What JSON
// clients are told is told here as well, whatever it is.
// Invariant: each packet is one Engine.IO message, ended by a separator, which JSON never contains.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The encoder of what Socket.IO clients are sent.
package enum SocketIOWire {
    /// Writes `event` as one packet, as several where JSON has several lines, or not at all.
    package static func encode(_ event: RoomEvent, into buffer: inout ByteBuffer) {
        if case .message(let message, _) = event {
            if !message.kind.isKept { return }
            buffer.write(literal: #"42["message","#)
            JSONWire.write(message, into: &buffer)
            return buffer.endEvent()
        }
        var lines = ByteBuffer()
        JSONWire.encode(event, into: &lines)
        write(events: lines, into: &buffer)
    }

    /// Writes a direct answer as events; `rooms` is what the client asked to begin in.
    package static func encode(
        _ event: ClientEvent, tag: RequestTag, rooms: [RoomName], into buffer: inout ByteBuffer
    ) {
        if case .raw(let bytes) = event { return buffer.write(bytes) }
        var lines = ByteBuffer()
        JSONWire.encode(event, tag: tag, rooms: rooms, into: &lines)
        write(events: lines, into: &buffer)
    }

    /// Writes each line of JSON as an event of its type.
    static func write(events lines: ByteBuffer, into buffer: inout ByteBuffer) {
        lines.withReadable { bytes in
            var start = 0
            while let end = ByteScan.firstIndex(of: 0x0A, in: bytes, from: start) {
                let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                start = end + 1
                // After `{"type":"`.
                guard let quote = ByteScan.firstIndex(of: UInt8(ascii: "\""), in: line, from: 9)
                else { continue }
                buffer.write(literal: #"42[""#)
                buffer.write(UnsafeRawBufferPointer(rebasing: line[9..<quote]))
                buffer.write(literal: #"","#)
                buffer.write(line)
                buffer.write(UInt8(ascii: "]"))
                buffer.write(EngineIOPacket.separator)
            }
        }
    }

    /// Writes the answer to an event that asked for one, as the argument of its callback; false,
    /// and nothing, when `event` is not that answer.
    static func acknowledge(
        with event: ClientEvent, _ tag: RequestTag, rooms: [RoomName],
        into buffer: inout ByteBuffer
    ) -> Bool {
        switch event {
        case .bye, .raw, .notice, .isAway, .privateMessage, .replay, .missed:
            return false
        case .ack(let nonce, let id, let room, let seq):
            buffer.beginAck(tag)
            buffer.beginObject()
            buffer.member("id", id.text)
            if let room {
                buffer.member("room", room.text)
                buffer.member("seq", seq)
            }
            if tag.mark & JSONMark.ownNonce == 0 { buffer.member("nonce", nonce) }
        case .error(let error):
            acknowledge(tag, refusal: .hub(error), into: &buffer)
            return true
        default:
            buffer.beginAck(tag)
            if !JSONWire.write(event, .none, rooms, into: &buffer) { buffer.beginObject() }
        }
        buffer.endEvent()
        return true
    }

    /// Writes that what was asked is refused.
    static func acknowledge(
        _ tag: RequestTag, refusal: JSONRefusal, into buffer: inout ByteBuffer
    ) {
        buffer.beginAck(tag)
        buffer.beginObject()
        buffer.beginObject("error")
        buffer.member("code", refusal.code)
        buffer.member("message", refusal.message)
        if let field = refusal.field { buffer.member("field", field) }
        buffer.endObject()
        buffer.endEvent()
    }
}

extension ByteBuffer {
    /// Begins the packet that answers the event with that number.
    mutating func beginAck(_ tag: RequestTag) {
        write(literal: "43")
        write(tag.label)
        write(UInt8(ascii: "["))
    }

    /// Ends the object that is the last argument, and the packet.
    mutating func endEvent() {
        write(literal: "}]")
        write(EngineIOPacket.separator)
    }
}
