// Room events as JSON lines: encoded once for everyone who speaks JSON (chatkit(5)).
// Invariant: each object stands on one line, `type` first; an event is one of them or nothing at all,
// and only somebody's end can be several.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The encoder of what JSON clients are sent.
package enum JSONWire {
    /// The version that `welcome` announces.
    package static let version = 1

    /// Writes an object without its closing bracket.
    private static func write(
        left room: RoomName, _ person: Person, _ reason: LeaveReason, _ at: Timestamp,
        into buffer: inout ByteBuffer
    ) {
        buffer.begin(type: "left")
        buffer.member("room", room.text)
        buffer.member("nick", person.nick.text)
        buffer.member("reason", reason.code)
        if !reason.text.isEmpty { buffer.member("text", reason.text) }
        buffer.member("at", at)
    }

    /// Writes `event` as one line; somebody's end as one for each room that was shared. What is for IRC clients alone: no bytes.
    package static func encode(_ event: RoomEvent, into buffer: inout ByteBuffer) {
        switch event {
        case .message(let message, _):
            if !message.kind.isKept { return }
            write(message, into: &buffer)
        case .joined(let room, let person, let at):
            buffer.begin(type: "joined")
            buffer.member("room", room.text)
            buffer.member("nick", person.nick.text)
            buffer.member("at", at)
        case .left(let room, let person, let reason, let at, let also):
            write(left: room, person, reason, at, into: &buffer)
            for other in also {
                buffer.endLine()
                write(left: other, person, reason, at, into: &buffer)
            }
        case .topic(let room, let text, let by, let at):
            buffer.begin(type: "topic")
            buffer.member("room", room.text)
            buffer.member("text", text)
            buffer.member("by", by.nick.text)
            buffer.member("at", at)
        case .renamed(let old, let new, let at):
            buffer.begin(type: "renamed")
            buffer.member("old", old.nick.text)
            buffer.member("new", new.nick.text)
            buffer.member("at", at)
        case .away(let person, let text, let at):
            buffer.begin(type: "away")
            buffer.member("nick", person.nick.text)
            write(away: text, into: &buffer)
            buffer.member("at", at)
        }
        buffer.endLine()
    }

    /// Writes a message without its closing bracket. The server's hottest encoder, hence few and
    /// long literals.
    static func write(_ message: Message, into buffer: inout ByteBuffer) {
        buffer.write(literal: #"{"type":"message","id":""#)
        buffer.write(message.id.origin, radix: 36)
        buffer.write(UInt8(ascii: "-"))
        buffer.write(message.id.number, radix: 36)
        if let room = message.room {
            buffer.write(literal: #"","room":"#)
            buffer.write(json: room.text)
            buffer.write(literal: #","seq":"#)
            buffer.write(message.seq, radix: 10)
        } else {
            buffer.write(literal: #"","to":"#)
            buffer.write(json: message.to?.text ?? "")
        }
        buffer.write(literal: #","from":"#)
        buffer.write(json: message.from.nick.text)
        switch message.kind {
        case .text, .tags, .ctcp, .ctcpReply: break
        case .action: buffer.write(literal: #","kind":"action""#)
        case .notice: buffer.write(literal: #","kind":"notice""#)
        }
        buffer.write(literal: #","text":"#)
        buffer.write(json: message.text)
        if message.isErased { buffer.write(literal: #","erased":true"#) }
        buffer.write(literal: #","at":""#)
        buffer.write(rfc3339: message.at)
        buffer.write(UInt8(ascii: "\""))
    }

    static func write(away text: String?, into buffer: inout ByteBuffer) {
        buffer.member("away", text != nil)
        if let text { buffer.member("text", text) }
    }
}

extension ByteBuffer {
    /// Begins a line's object. The name must need no escapes.
    mutating func begin(type: StaticString) {
        write(literal: #"{"type":""#)
        write(literal: type)
        write(UInt8(ascii: "\""))
    }

    /// Ends a line's object and the line.
    mutating func endLine() { write(literal: "}\n") }
}
