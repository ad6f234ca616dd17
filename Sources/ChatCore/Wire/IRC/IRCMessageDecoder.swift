// Bytes to `IRCMessage`s, one line at a time. A line ends at LF, with or without CR before it.
// NUL and any other CR are taken out of the line: neither can be part of a message, and some
// clients send them by mistake. Lines without a command are passed over. A line that is too long
// is reported once, as soon as that is certain, and skipped without being kept.
// RFC 1459 §2.3; https://ircv3.net/specs/extensions/message-tags
// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds the next line and takes it apart.
package struct IRCMessageDecoder: Sendable {
    /// Longest line that can be valid: tags with `@` and space, a message, CR.
    package static let maxBufferedBytes = IRCLimits.maxTagBytes + 2 + Limits.maxLineBytes + 1

    /// How much of the input was searched for a newline already.
    private var searched = 0
    /// Whether the rest of an over-long line is being thrown away.
    private var isSkipping = false

    package init() {}

    /// The next message; nil when the input holds no whole line. The input is left untouched then,
    /// unless it is the rest of a line that was refused as too long.
    package mutating func next(in input: inout ByteBuffer) throws(IRCDecodeError) -> IRCMessage? {
        while true {
            if isSkipping {
                guard let newline = input.distance(to: UInt8(ascii: "\n")) else {
                    input.skip(input.readableBytes)
                    return nil
                }
                input.skip(newline + 1)
                isSkipping = false
            }
            guard let newline = input.distance(to: UInt8(ascii: "\n"), startingAt: searched) else {
                searched = input.readableBytes
                guard searched > Self.maxBufferedBytes else { return nil }
                input.skip(searched)
                isSkipping = true
                searched = 0
                throw .inputTooLong(.messageLine)
            }
            searched = 0
            let outcome = input.withReadable {
                IRCLineParser.parse(UnsafeRawBufferPointer(rebasing: $0[..<newline]))
            }
            input.skip(newline + 1)
            switch outcome {
            case .success(let message?): return message
            case .success(nil): continue
            case .failure(let error): throw error
            }
        }
    }
}

/// Takes one line apart. The pointer is valid for the life of the parser.
private struct IRCLineParser {
    private let line: UnsafeRawBufferPointer
    private var index = 0
    private var label = ""
    private var clientTags = ""

    private init(_ line: UnsafeRawBufferPointer) { self.line = line }

    /// nil for a line without a command.
    static func parse(_ raw: UnsafeRawBufferPointer) -> Result<IRCMessage?, IRCDecodeError> {
        guard raw.count <= IRCMessageDecoder.maxBufferedBytes else {
            return .failure(.inputTooLong(.messageLine))
        }
        var line = raw
        if line.last == UInt8(ascii: "\r") {
            line = UnsafeRawBufferPointer(rebasing: line.dropLast())
        }
        let isClean =
            ByteScan.firstIndex(of: 0, in: line) == nil
            && ByteScan.firstIndex(of: UInt8(ascii: "\r"), in: line) == nil
        var parser: IRCLineParser
        if isClean {
            parser = IRCLineParser(line)
            return parser.message()
        }
        return line.filter { $0 != 0 && $0 != UInt8(ascii: "\r") }.withUnsafeBytes {
            var parser = IRCLineParser($0)
            return parser.message()
        }
    }

    private mutating func message() -> Result<IRCMessage?, IRCDecodeError> {
        skipSpaces()
        if peek == UInt8(ascii: "@") {
            let end = wordEnd(from: index)
            guard end - index - 1 <= IRCLimits.maxTagBytes else {
                return .failure(.inputTooLong(.tags))
            }
            guard readTags(index + 1..<end) else { return .failure(.invalidUTF8) }
            index = end
            // One space belongs to the tags; the body is what remains.
            if index < line.count { index += 1 }
        }
        let bodyBytes = line.count - index
        skipSpaces()
        if peek == UInt8(ascii: ":") {
            index = wordEnd(from: index)
            skipSpaces()
        }
        guard index < line.count else { return .success(nil) }
        let commandEnd = wordEnd(from: index)
        let command = upperCased(index..<commandEnd)
        index = commandEnd
        if bodyBytes > IRCLimits.maxBodyBytes {
            let mayBeLong = command == "PRIVMSG" || command == "NOTICE"
            guard mayBeLong, bodyBytes <= Limits.maxLineBytes else {
                return .failure(.inputTooLong(mayBeLong ? .messageLine : .line))
            }
        }
        guard let command, let params = readParams() else { return .failure(.invalidUTF8) }
        return .success(IRCMessage(command, params, label: label, clientTags: clientTags))
    }

    private mutating func readParams() -> [String]? {
        var params: [String] = []
        while true {
            skipSpaces()
            guard index < line.count else { return params }
            let isTrailing = line[index] == UInt8(ascii: ":")
            if isTrailing { index += 1 }
            // The last parameter there may be takes the rest of the line, colon or not.
            let takesRest = isTrailing || params.count == IRCLimits.maxParams - 1
            let end = takesRest ? line.count : wordEnd(from: index)
            guard let param = text(index..<end) else { return nil }
            params.append(param)
            if takesRest { return params }
            index = end
        }
    }

    // MARK: - Tags

    /// Keeps the label and the client-only tags. False when one of them is not UTF-8.
    private mutating func readTags(_ range: Range<Int>) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = firstIndex(of: UInt8(ascii: ";"), in: start..<range.upperBound)
            guard readTag(start..<end) else { return false }
            start = end + 1
        }
        return true
    }

    private mutating func readTag(_ range: Range<Int>) -> Bool {
        let keyEnd = firstIndex(of: UInt8(ascii: "="), in: range)
        let key = line[range.lowerBound..<keyEnd]
        if key.first == UInt8(ascii: "+") {
            guard key.count > 1, key.dropFirst().allSatisfy(Self.isKeyByte) else { return true }
            guard let tag = text(range) else { return false }
            // What could drive a terminal is in no tag's value.
            guard IRCText.isHarmless(UnsafeRawBufferPointer(rebasing: line[range])) else {
                return true
            }
            clientTags += clientTags.isEmpty ? tag : ";" + tag
        } else if key.elementsEqual("label".utf8) {
            guard let value = text(min(keyEnd + 1, range.upperBound)..<range.upperBound) else {
                return false
            }
            label = IRCText.unescapedTagValue(value)
        }
        return true
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }

    // MARK: - Bytes

    private var peek: UInt8? { index < line.count ? line[index] : nil }

    private mutating func skipSpaces() {
        while index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
    }

    private func wordEnd(from start: Int) -> Int {
        firstIndex(of: UInt8(ascii: " "), in: start..<line.count)
    }

    private func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, line[index] != byte { index += 1 }
        return index
    }

    /// The bytes as text, or nil when they are not UTF-8.
    private func text(_ range: Range<Int>) -> String? {
        let bytes = UnsafeRawBufferPointer(rebasing: line[range])
        // Checked twice only when needed: the checking initialiser is slow to begin.
        return Self.isASCII(bytes)
            ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
    }

    private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var seen: UInt64 = 0
        var index = 0
        while index &+ 8 <= bytes.count {
            seen |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        while index < bytes.count {
            seen |= UInt64(bytes[index])
            index &+= 1
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }

    private func upperCased(_ range: Range<Int>) -> String? {
        let bytes = UnsafeRawBufferPointer(rebasing: line[range])
        guard Self.isASCII(bytes) else { return text(range) }
        return String(unsafeUninitializedCapacity: bytes.count) { buffer in
            var offset = 0
            while offset < bytes.count {
                let byte = bytes[offset]
                let isLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
                buffer[offset] = isLower ? byte &- 0x20 : byte
                offset &+= 1
            }
            return offset
        }
    }
}
