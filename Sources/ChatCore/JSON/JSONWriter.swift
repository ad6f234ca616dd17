// Writes JSON straight into a buffer, without a tree. Whether a comma is due is seen from the byte
// before: only just after an opening bracket is there none to write.
// Invariant: what is written is one valid line; controls, U+2028 and U+2029 are always escaped.
// SPDX-License-Identifier: GPL-3.0-or-later

extension ByteBuffer {
    /// Writes `text` as a JSON string, quotes included.
    package mutating func write(json text: String) {
        write(UInt8(ascii: "\""))
        write(jsonContent: text)
        write(UInt8(ascii: "\""))
    }

    /// Writes what stands between the quotes of a JSON string.
    package mutating func write(jsonContent text: String) {
        var text = text
        text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            let end = JSONScan.endOfVerbatim(in: bytes, from: 0)
            if end == bytes.count { return write(bytes) }
            writeEscaping(bytes, from: end)
        }
    }

    /// Writes `bytes`, the first of which to need a look is at `from`.
    private mutating func writeEscaping(_ bytes: UnsafeRawBufferPointer, from: Int) {
        var copied = 0
        var index = from
        while index < bytes.count {
            let width = separatorWidth(bytes, at: index)
            if width > 0 {
                write(UnsafeRawBufferPointer(rebasing: bytes[copied..<index]))
                write(escape: bytes[index], last: bytes[index + width - 1])
                copied = index + width
            }
            index = JSONScan.endOfVerbatim(in: bytes, from: index + max(1, width))
        }
        write(UnsafeRawBufferPointer(rebasing: bytes[copied...]))
    }

    /// How many bytes at `index` are to be escaped together: 3 for U+2028 and U+2029, 0 for
    /// another character that begins with 0xE2, else 1.
    private func separatorWidth(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
        guard bytes[index] == 0xE2 else { return 1 }
        guard index + 2 < bytes.count, bytes[index + 1] == 0x80 else { return 0 }
        return bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9 ? 3 : 0
    }

    private mutating func write(escape byte: UInt8, last: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): write(literal: "\\\"")
        case UInt8(ascii: "\\"): write(literal: "\\\\")
        case 0x0A: write(literal: "\\n")
        case 0x09: write(literal: "\\t")
        case 0x0D: write(literal: "\\r")
        case 0x08: write(literal: "\\b")
        case 0x0C: write(literal: "\\f")
        case 0xE2:
            write(literal: "\\u202")
            write(last == 0xA8 ? UInt8(ascii: "8") : UInt8(ascii: "9"))
        default:
            write(literal: byte < 0x10 ? "\\u000" : "\\u001")
            let digit = byte & 0x0F
            write(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}

// MARK: - Numbers

extension ByteBuffer {
    /// Writes `number` in base `radix` (2 to 36, small letters), its digits appended in one go.
    package mutating func write(_ number: UInt64, radix: UInt64) {
        // As many as 2 as a radix can need.
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { digits in
            var rest = number
            var start = digits.count
            repeat {
                let digit = UInt8(truncatingIfNeeded: rest % radix)
                rest /= radix
                start -= 1
                digits[start] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "W") + digit
            } while rest > 0 && start > 0
            write(UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }
}

// MARK: - Objects and arrays

extension ByteBuffer {
    /// Begins an object on its own. What was written before it does not matter.
    package mutating func beginObject() { write(UInt8(ascii: "{")) }

    /// Begins an object that is an element of an array.
    package mutating func beginElement() {
        comma()
        write(UInt8(ascii: "{"))
    }

    /// Begins an object that is a member of another.
    package mutating func beginObject(_ name: StaticString) {
        key(name)
        write(UInt8(ascii: "{"))
    }

    package mutating func endObject() { write(UInt8(ascii: "}")) }

    /// Begins an array that is a member of an object.
    package mutating func beginArray(_ name: StaticString) {
        key(name)
        write(UInt8(ascii: "["))
    }

    package mutating func endArray() { write(UInt8(ascii: "]")) }

    /// Writes a member's name, which must need no escapes.
    package mutating func key(_ name: StaticString) {
        comma()
        write(UInt8(ascii: "\""))
        write(literal: name)
        write(literal: "\":")
    }

    package mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        write(json: text)
    }

    package mutating func member(_ name: StaticString, _ number: some BinaryInteger) {
        key(name)
        write(decimal: number)
    }

    package mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        write(literal: value ? "true" : "false")
    }

    package mutating func member(_ name: StaticString, _ time: Timestamp) {
        key(name)
        write(UInt8(ascii: "\""))
        write(rfc3339: time)
        write(UInt8(ascii: "\""))
    }

    package mutating func member(_ name: StaticString, _ value: JSONValue) {
        key(name)
        write(json: value)
    }

    /// Writes an element of an array.
    package mutating func element(_ text: String) {
        comma()
        write(json: text)
    }

    /// Writes a comma unless an opening bracket was the last thing written.
    private mutating func comma() {
        switch storage.last {
        case UInt8(ascii: "{"), UInt8(ascii: "["): break
        default: write(UInt8(ascii: ","))
        }
    }

    /// Writes any value. For what is not known beforehand; events have their own encoders.
    package mutating func write(json value: JSONValue) {
        switch value {
        case .null: write(literal: "null")
        case .bool(let value): write(literal: value ? "true" : "false")
        case .int(let number): write(decimal: number)
        // RFC 8259 §6 has no word for these; a reader makes none, so this is our own bug's answer.
        case .double(let number) where !number.isFinite: write(literal: "null")
        case .double(let number): write("\(number)")
        case .string(let text): write(json: text)
        case .array(let elements):
            write(UInt8(ascii: "["))
            for element in elements {
                comma()
                write(json: element)
            }
            write(UInt8(ascii: "]"))
        case .object(let object):
            write(UInt8(ascii: "{"))
            for member in object.members {
                comma()
                write(json: member.name)
                write(UInt8(ascii: ":"))
                write(json: member.value)
            }
            write(UInt8(ascii: "}"))
        }
    }
}
