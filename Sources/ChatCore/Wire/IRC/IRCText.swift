// What text must look like to be a part of an IRC line: escaping of tag values, cutting at
// characters, CTCP ACTION, names made safe.
// https://ircv3.net/specs/extensions/message-tags (escaping), https://modern.ircdocs.horse/ctcp
// SPDX-License-Identifier: GPL-3.0-or-later

/// Conversions between people's text and IRC's.
package enum IRCText {
    /// The beginning of `text`, at most `bytes` bytes of it, cut between two scalars.
    package static func clipped(_ text: String, to bytes: Int) -> String {
        let utf8 = text.utf8
        guard utf8.count > bytes else { return text }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, bytes))
        while end > utf8.startIndex, isContinuation(utf8[end]) { end = utf8.index(before: end) }
        return String(text[..<end])
    }

    /// Whether `byte` continues a scalar of UTF-8 that began before it.
    @inline(__always)
    package static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// The text of `\u{1}ACTION …\u{1}`, or nil when `text` is anything else. The closing mark may
    /// be missing: lines used to be cut.
    package static func action(in text: String) -> String? {
        guard text.utf8.first == 1, text.utf8.starts(with: "\u{1}ACTION ".utf8) else { return nil }
        var body = text.utf8.dropFirst(8)
        if body.last == 1 { body = body.dropLast() }
        guard !body.isEmpty, !body.contains(1) else { return nil }
        return String(Substring(body))
    }

    /// What stands between the marks of any other CTCP, of which the closing one may be missing; nil
    /// for text that is none.
    package static func ctcp(in text: String) -> String? {
        guard text.utf8.first == 1 else { return nil }
        var body = text.utf8.dropFirst()
        if body.last == 1 { body = body.dropLast() }
        return String(Substring(body))
    }

    /// Reverses the escaping of a tag's value.
    package static func unescapedTagValue(_ value: String) -> String {
        guard value.utf8.contains(UInt8(ascii: "\\")) else { return value }
        var result = String.UnicodeScalarView()
        var scalars = value.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            switch scalars.next() {
            case ":"?: result.append(";")
            case "s"?: result.append(" ")
            case "r"?: result.append("\r")
            case "n"?: result.append("\n")
            case let other?: result.append(other)
            case nil: break
            }
        }
        return String(result)
    }

    /// Escapes a tag's value.
    package static func escapedTagValue(_ value: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case ";": result.append(contentsOf: "\\:".unicodeScalars)
            case " ": result.append(contentsOf: "\\s".unicodeScalars)
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\0": break
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// The server's name as the source of its lines: letters, digits, `.`, `-` and `_` only.
    package static func serverName(_ name: String) -> String {
        let bytes = name.utf8.prefix(63).map { isHostByte($0) ? $0 : UInt8(ascii: "-") }
        return bytes.isEmpty ? "chatkit" : String(decoding: bytes, as: UTF8.self)
    }

    /// A user name as others see it: `~` in front since nobody vouches for it.
    package static func userName(_ name: String) -> String {
        let bytes = name.utf8.filter(isHostByte).prefix(IRCLimits.maxUserBytes)
        return bytes.isEmpty ? "~user" : "~" + String(decoding: bytes, as: UTF8.self)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
