// Room events as IRC lines, the same bytes for everyone who negotiated the same.
// Invariant: a line is at most 512 bytes without its tags and holds no NUL, CR or LF; longer text
// becomes several lines, cut after a space where there is one and never inside a character's code.
// RFC 1459 §2.3, https://ircv3.net/specs/extensions/{message-tags,server-time,message-ids}
// SPDX-License-Identifier: GPL-3.0-or-later

/// The encoder of what a room is told.
package enum IRCWire {
    /// Writes `event` as a client with `format` sees it; nothing when it has no such line.
    package static func encode(
        _ event: RoomEvent, format: WireFormat, into buffer: inout ByteBuffer
    ) {
        switch event {
        case .message(let message, _):
            encode(message, format: format, into: &buffer)
        case .joined(let room, let person, let at):
            line(from: person, at: at, format, into: &buffer) {
                $0.write(literal: "JOIN ")
                $0.write(room.text)
            }
        case .left(let room, let person, let reason, let at, _):
            line(from: person, at: at, format, into: &buffer) { write(reason, room, into: &$0) }
        case .topic(let room, let text, let person, let at):
            line(from: person, at: at, format, into: &buffer) {
                $0.write(literal: "TOPIC ")
                $0.write(room.text)
                $0.write(literal: " :")
                $0.write(ircText: text)
            }
        case .renamed(let old, let new, let at):
            line(from: old, at: at, format, into: &buffer) {
                $0.write(literal: "NICK ")
                $0.write(new.nick.text)
            }
        case .away: break
        }
    }

    private static func line(
        from person: Person, at time: Timestamp, _ format: WireFormat,
        into buffer: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void
    ) {
        if format.hasServerTime {
            buffer.write(literal: "@time=")
            buffer.write(rfc3339: time)
            buffer.write(UInt8(ascii: " "))
        }
        let start = buffer.writerIndex
        buffer.write(ircSource: person)
        body(&buffer)
        buffer.endIRCLine(from: start)
    }

    private static func write(
        _ reason: LeaveReason, _ room: RoomName, into buffer: inout ByteBuffer
    ) {
        if case .left(let word) = reason {
            buffer.write(literal: "PART ")
            buffer.write(room.text)
            guard !word.isEmpty else { return }
            buffer.write(literal: " :")
            buffer.write(ircText: word)
        } else {
            buffer.write(literal: "QUIT :")
            buffer.write(ircText: reason.text)
        }
    }
}

// MARK: - Messages

extension IRCWire {
    /// Writes a message: one line, or as many as its text needs.
    package static func encode(
        _ message: Message, format: WireFormat, into buffer: inout ByteBuffer
    ) {
        if message.kind == .tags {
            guard format.hasMessageTags else { return }
            writeTags(of: message, format, isFirst: true, into: &buffer)
            writeHead(of: message, "TAGMSG ", into: &buffer)
            return buffer.write(literal: "\r\n")
        }
        var text = message.text
        text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            guard IRCText.isHarmless(bytes) else {
                // Rare: several lines, or controls that must not be passed on.
                let kept = bytes.filter { $0 != 0 && $0 != 13 }
                let visible = kept.withUnsafeBytes { IRCText.visible($0) }
                return visible.withUnsafeBytes { writeLines(message, $0, format, into: &buffer) }
            }
            var isFirst = true
            writeParts(of: message, bytes, format, &isFirst, into: &buffer)
        }
    }

    /// Each line of the text by itself; IRC has no way to send an empty one.
    private static func writeLines(
        _ message: Message, _ bytes: UnsafeRawBufferPointer, _ format: WireFormat,
        into buffer: inout ByteBuffer
    ) {
        var isFirst = true
        var start = 0
        while start < bytes.count {
            let end =
                ByteScan.firstIndex(of: UInt8(ascii: "\n"), in: bytes, from: start) ?? bytes.count
            if end > start {
                let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                writeParts(of: message, line, format, &isFirst, into: &buffer)
            }
            start = end + 1
        }
    }

    /// One line of text, in as many parts as the length of a line asks for.
    private static func writeParts(
        of message: Message, _ bytes: UnsafeRawBufferPointer, _ format: WireFormat,
        _ isFirst: inout Bool, into buffer: inout ByteBuffer
    ) {
        var start = 0
        while start < bytes.count {
            writeTags(of: message, format, isFirst: isFirst, into: &buffer)
            isFirst = false
            let lineStart = buffer.writerIndex
            let (command, opening, closing) = frame(of: message.kind)
            writeHead(of: message, command, into: &buffer)
            buffer.write(literal: opening)
            let space = IRCLimits.maxBodyBytes - closing - (buffer.writerIndex - lineStart)
            let end = cut(bytes, from: start, space: max(minimumPartBytes, space))
            buffer.write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            if closing > 0 { buffer.write(1) }
            buffer.write(literal: "\r\n")
            start = end
        }
    }

    /// What stands before a part's text, and how many bytes of CTCP's closing mark behind it.
    private static func frame(
        of kind: MessageKind
    ) -> (command: StaticString, opening: StaticString, closing: Int) {
        switch kind {
        case .text, .tags: ("PRIVMSG ", " :", 0)
        case .notice: ("NOTICE ", " :", 0)
        case .action: ("PRIVMSG ", " :\u{1}ACTION ", 1)
        case .ctcp: ("PRIVMSG ", " :\u{1}", 1)
        case .ctcpReply: ("NOTICE ", " :\u{1}", 1)
        }
    }

    /// Room for text that there always is: the longest names leave over a hundred bytes.
    private static let minimumPartBytes = 16

    /// Where the part that begins at `start` ends: after a space among its last quarter, or else
    /// between two characters' codes.
    private static func cut(
        _ bytes: UnsafeRawBufferPointer, from start: Int, space: Int
    ) -> Int {
        guard bytes.count - start > space else { return bytes.count }
        let limit = start + space
        var index = limit
        while index > limit - space / 4 {
            if bytes[index - 1] == UInt8(ascii: " ") { return index }
            index -= 1
        }
        index = limit
        while index > start, IRCText.isContinuation(bytes[index]) { index -= 1 }
        return index > start ? index : limit
    }

    private static func writeHead(
        of message: Message, _ command: StaticString, into buffer: inout ByteBuffer
    ) {
        buffer.write(ircSource: message.from)
        buffer.write(literal: command)
        buffer.write(message.room?.text ?? message.to?.text ?? "*")
    }
}

// MARK: - Tags

extension IRCWire {
    /// `@time=…;msgid=…;+client=tags ` as far as negotiated. A message's id and the sender's own
    /// tags stand on its first line only: what follows is not another message.
    private static func writeTags(
        of message: Message, _ format: WireFormat, isFirst: Bool, into buffer: inout ByteBuffer
    ) {
        let hasID = isFirst && format.hasMessageTags && message.id.number > 0
        let hasClientTags = isFirst && format.hasMessageTags && !message.clientTags.isEmpty
        guard format.hasServerTime || hasID || hasClientTags else { return }
        var separator = UInt8(ascii: "@")
        if format.hasServerTime {
            buffer.write(separator)
            buffer.write(literal: "time=")
            buffer.write(rfc3339: message.at)
            separator = UInt8(ascii: ";")
        }
        if hasID {
            buffer.write(separator)
            buffer.write(literal: "msgid=")
            write(message.id, into: &buffer)
            separator = UInt8(ascii: ";")
        }
        if hasClientTags {
            buffer.write(separator)
            buffer.write(message.clientTags)
        }
        buffer.write(UInt8(ascii: " "))
    }

    /// The same as `id.text`, without the strings.
    private static func write(_ id: MessageID, into buffer: inout ByteBuffer) {
        write(base36: id.origin, into: &buffer)
        buffer.write(UInt8(ascii: "-"))
        write(base36: id.number, into: &buffer)
    }

    private static func write(base36 number: UInt64, into buffer: inout ByteBuffer) {
        let width = 13  // 36¹³ > 2⁶⁴
        withUnsafeTemporaryAllocation(byteCount: width, alignment: 1) { digits in
            var value = number
            var start = width
            repeat {
                start -= 1
                let digit = UInt8(truncatingIfNeeded: value % 36)
                digits[start] = digit < 10 ? UInt8(ascii: "0") &+ digit : digit &+ 87
                value /= 36
            } while value > 0
            buffer.write(UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }
}
