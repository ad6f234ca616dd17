// Room events as lines of text: what netcat and system C's client show. Nothing but text, tabs and
// newlines leaves here: control characters could drive the terminal of whoever reads it raw.
// SPDX-License-Identifier: GPL-3.0-or-later

package enum PlainWire {
    /// Writes the event's line or lines; with `rooms`, the room stands in front in brackets.
    package static func encode(_ event: RoomEvent, rooms: Bool, into out: inout ByteBuffer) {
        switch event {
        case .message(let message, _): encode(message, rooms: rooms, into: &out)
        case .joined(let room, let person, _):
            line(room, rooms, "\(person.nick) joined", into: &out)
        case .left(let room, let person, let reason, _, _):
            let word = reason.text.isEmpty ? "" : " (\(reason.text))"
            line(room, rooms, "\(person.nick) left\(word)", into: &out)
        case .topic(let room, let topic, let person, _):
            line(room, rooms, "\(person.nick) changed the topic to: \(topic)", into: &out)
        case .renamed(let old, let new, _):
            line(nil, rooms, "\(old.nick) is now called \(new.nick)", into: &out)
        case .away(let person, let text?, _):
            line(nil, rooms, "\(person.nick) is away: \(text)", into: &out)
        case .away(let person, nil, _):
            line(nil, rooms, "\(person.nick) is back", into: &out)
        }
    }

    /// Writes a message, one line for each of its lines; `dated`, with its time before each.
    package static func encode(
        _ message: Message, rooms: Bool, dated: Bool = false, into out: inout ByteBuffer
    ) {
        guard message.kind.isKept else { return }
        var text = message.isErased ? "(erased)" : message.text
        text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            var start = 0
            while true {
                let end = ByteScan.firstIndex(of: 0x0A, in: bytes, from: start) ?? bytes.count
                begin(message, rooms: rooms, dated: dated, into: &out)
                out.write(visible: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                out.write(0x0A)
                guard end < bytes.count else { break }
                start = end + 1
            }
        }
    }

    /// Writes what was found: its time and room, and the part that matches, on one line.
    static func encode(_ hit: SearchHit, into out: inout ByteBuffer) {
        begin(hit.message, rooms: true, dated: true, into: &out)
        out.write(visible: hit.snippet)
        out.write(0x0A)
    }

    private static func begin(
        _ message: Message, rooms: Bool, dated: Bool, into out: inout ByteBuffer
    ) {
        if dated {
            out.write(rfc3339: message.at)
            out.write(UInt8(ascii: " "))
        }
        if rooms, let room = message.room {
            out.write(UInt8(ascii: "["))
            out.write(room.text)
            out.write(literal: "] ")
        } else if message.room == nil {
            out.write(literal: "[private] ")
        }
        switch message.kind {
        case .action:
            out.write(literal: "* ")
            out.write(message.from.nick.text)
            out.write(UInt8(ascii: " "))
        case .notice:
            out.write(UInt8(ascii: "-"))
            out.write(message.from.nick.text)
            out.write(literal: "- ")
        case .text, .tags, .ctcp, .ctcpReply:
            out.write(message.from.nick.text)
            out.write(literal: ": ")
        }
    }

    /// Writes one line with nothing but text in it.
    static func line(
        _ room: RoomName?, _ rooms: Bool, _ text: String, into out: inout ByteBuffer
    ) {
        if rooms, let room { out.write("[\(room.text)] ") }
        out.write(visible: text)
        out.write(0x0A)
    }
}

extension ByteBuffer {
    /// Writes text whose control characters are made visible (`^[` for escape) or, for line ends,
    /// blanks.
    package mutating func write(visible text: String) {
        var text = text
        text.withUTF8 { write(visible: UnsafeRawBufferPointer($0)) }
    }

    /// The same for bytes that are UTF-8.
    package mutating func write(visible bytes: UnsafeRawBufferPointer) {
        if ByteScan.isPlainASCII(bytes) { return write(bytes) }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0A || byte == 0x0D {
                write(UInt8(ascii: " "))
            } else if byte < 0x20 && byte != 0x09 || byte == 0x7F {
                write(UInt8(ascii: "^"))
                write(byte ^ 0x40)
            } else if byte == 0xC2, index + 1 < bytes.count, bytes[index + 1] < 0xA0 {
                // U+0080–U+009F: the one-character forms of escape sequences.
                write(UInt8(ascii: "?"))
                index += 1
            } else {
                write(byte)
            }
            index += 1
        }
    }
}
