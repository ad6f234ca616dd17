// What was said earlier, as JSON lines: pages of history, searches, and what a returning client
// missed (chatkit(5)).
// SPDX-License-Identifier: GPL-3.0-or-later

extension JSONWire {
    /// Writes a page without its closing bracket.
    static func write(
        history messages: [Message], of room: RoomName, complete: Bool,
        into buffer: inout ByteBuffer
    ) {
        buffer.begin(type: "history")
        buffer.member("room", room.text)
        buffer.beginArray("messages")
        var isFirst = true
        for message in messages where message.kind.isKept {
            element(message, isFirst: &isFirst, into: &buffer)
            buffer.endObject()
        }
        buffer.endArray()
        buffer.member("complete", complete)
    }

    /// Writes what was found without the closing bracket.
    static func write(
        _ hits: [SearchHit], of request: SearchRequest, next: UInt64?,
        into buffer: inout ByteBuffer
    ) {
        buffer.begin(type: "found")
        buffer.member("text", request.text)
        if let room = request.room { buffer.member("room", room.text) }
        buffer.beginArray("messages")
        var isFirst = true
        for hit in hits {
            element(hit.message, isFirst: &isFirst, into: &buffer)
            buffer.member("snippet", hit.snippet)
            write(highlights: hit.highlights, into: &buffer)
            buffer.endObject()
        }
        buffer.endArray()
        if let next { buffer.member("next", next) }
    }

    /// Writes the gap, if there is one, and the messages, each on a line of its own as everyone
    /// else was sent it.
    static func write(
        missed messages: [Message], of room: RoomName, gap: ClosedRange<UInt64>?,
        into buffer: inout ByteBuffer
    ) {
        if let gap {
            buffer.begin(type: "gap")
            buffer.member("room", room.text)
            buffer.member("from_seq", gap.lowerBound)
            buffer.member("to_seq", gap.upperBound)
            buffer.endLine()
        }
        for message in messages where message.kind.isKept {
            write(message, into: &buffer)
            buffer.endLine()
        }
    }

    /// Writes a message as an element of an array, without its closing bracket.
    private static func element(
        _ message: Message, isFirst: inout Bool, into buffer: inout ByteBuffer
    ) {
        if !isFirst { buffer.write(UInt8(ascii: ",")) }
        isFirst = false
        write(message, into: &buffer)
    }

    private static func write(highlights: [Range<Int>], into buffer: inout ByteBuffer) {
        buffer.beginArray("highlights")
        for (index, range) in highlights.enumerated() {
            buffer.write(literal: index == 0 ? "[" : ",[")
            buffer.write(decimal: range.lowerBound)
            buffer.write(UInt8(ascii: ","))
            buffer.write(decimal: range.upperBound)
            buffer.write(UInt8(ascii: "]"))
        }
        buffer.endArray()
    }
}
