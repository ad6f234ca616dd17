// Writing one line to a client so that nothing in it can end the line early or make it too long.
// Invariant: what stands between the start of a line and its CRLF has no NUL, CR or LF, and
// without tags at most 510 bytes.
// SPDX-License-Identifier: GPL-3.0-or-later

extension ByteBuffer {
    /// Writes a last parameter's text; what would end the line becomes a space, and what could drive
    /// a terminal is made visible.
    package mutating func write(ircText text: String) {
        var text = text
        text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            if IRCText.isHarmless(bytes) { return write(bytes) }
            let spaced = bytes.map { byte in
                let endsLine =
                    byte == 0 || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
                return endsLine ? UInt8(ascii: " ") : byte
            }
            spaced.withUnsafeBytes { write(IRCText.visible($0)) }
        }
    }

    /// Writes a parameter that is not the last; `*` for what cannot be one.
    package mutating func write(ircMiddle text: String) {
        var text = text
        let isHarmless = text.withUTF8 { IRCText.isHarmless(UnsafeRawBufferPointer($0)) }
        let isMiddle =
            isHarmless && !text.isEmpty && text.utf8.first != UInt8(ascii: ":")
            && !text.utf8.contains(UInt8(ascii: " "))
        write(isMiddle ? text : "*")
    }

    /// Writes `:nick!user@host `.
    package mutating func write(ircSource person: Person) {
        write(UInt8(ascii: ":"))
        write(person.nick.text)
        write(UInt8(ascii: "!"))
        write(person.user)
        write(UInt8(ascii: "@"))
        write(person.host)
        write(UInt8(ascii: " "))
    }

    /// Writes a whole line with `tag` before the tags that it may have.
    package mutating func write(ircLine line: ArraySlice<UInt8>, tag: String) {
        write(UInt8(ascii: "@"))
        write(tag)
        let isTagged = line.first == UInt8(ascii: "@")
        write(UInt8(ascii: isTagged ? ";" : " "))
        write(isTagged ? line.dropFirst() : line)
    }

    /// Ends the line that began at `start` (its tags not counted), cut at a character when it
    /// would be longer than a client must accept.
    package mutating func endIRCLine(from start: Int) {
        var end = start + IRCLimits.maxBodyBytes
        if writerIndex > end {
            while end > start, IRCText.isContinuation(storage[end]) { end -= 1 }
            truncate(to: end)
        }
        write(literal: "\r\n")
    }
}
