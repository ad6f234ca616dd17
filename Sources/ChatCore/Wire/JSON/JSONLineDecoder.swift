// Cuts input into lines of one JSON object each (chatkit(5), "JSON lines"). A bad line is one typed
// error and is consumed; the next line starts afresh. A line over the limit is reported as soon as
// that is certain and dropped up to its newline, so no more than the limit is ever held.
// Invariant: the results do not depend on how the input was cut into pieces.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a line is not an object. Each becomes exactly one `error`.
package enum JSONLineError: Error, Hashable, Sendable {
    /// Longer than `Limits.maxLineBytes`, terminator not counted.
    case lineTooLong
    /// A JSON value of another kind.
    case notAnObject
    case malformed(JSONError)

    /// The word for programs.
    package var code: String {
        switch self {
        case .lineTooLong: "line_too_long"
        case .notAnObject: "not_an_object"
        case .malformed(let error): error.kind.code
        }
    }

    /// The sentence for people.
    package var message: String {
        switch self {
        case .lineTooLong: "a line may have at most \(Limits.maxLineBytes) bytes"
        case .notAnObject: "a line must be one JSON object"
        case .malformed(let error): "at byte \(error.offset): \(error.kind.reason)"
        }
    }
}

extension JSONError.Kind {
    fileprivate var code: String {
        switch self {
        case .badUTF8: "bad_utf8"
        case .tooDeep: "too_deep"
        case .tooManyMembers: "too_many_members"
        case .duplicateName: "duplicate_name"
        default: "bad_json"
        }
    }

    fileprivate var reason: String {
        switch self {
        case .truncated: "the line ends inside a value"
        case .unexpectedCharacter: "this character cannot stand here"
        case .trailingGarbage: "something follows the object"
        case .badNumber: "this is not a JSON number"
        case .numberOutOfRange: "the number is too large"
        case .badEscape: "this is not a JSON escape"
        case .loneSurrogate: "half of a surrogate pair"
        case .controlCharacter: "a control character must be escaped"
        case .badUTF8: "the string is not UTF-8"
        case .tooDeep: "nested more than \(Limits.maxJSONDepth) deep"
        case .tooManyMembers: "more than \(Limits.maxJSONMembers) members"
        case .duplicateName: "this name was there before"
        }
    }
}

/// Decodes JSON lines.
package struct JSONLineDecoder: Sendable {
    /// How many waiting bytes are known to hold no newline. At most `maxLineBytes` + 1.
    private var scanned = 0
    /// Within a line that was reported as too long.
    private var isSkipping = false

    package init() {}

    /// Takes the next line. LF and CRLF end one, empty ones are passed over. nil: more is needed;
    /// nothing but empty lines and the rest of an over-long line was consumed.
    package mutating func next(in input: inout ByteBuffer) throws(JSONLineError) -> JSONObject? {
        while let length = input.distance(to: 0x0A, startingAt: scanned) {
            scanned = 0
            if isSkipping {
                input.skip(length + 1)
                isSkipping = false
                continue
            }
            let content = contentLength(of: length, in: input)
            guard content > 0 else {
                input.skip(length + 1)
                continue
            }
            defer { input.skip(length + 1) }
            guard content <= Limits.maxLineBytes else { throw .lineTooLong }
            return try input.withReadable { bytes in
                JSONLineDecoder.read(UnsafeRawBufferPointer(rebasing: bytes[..<content]))
            }.get()
        }
        let waiting = input.readableBytes
        if !isSkipping, contentLength(of: waiting, in: input) <= Limits.maxLineBytes {
            scanned = waiting
            return nil
        }
        input.skip(waiting)
        scanned = 0
        if isSkipping { return nil }
        isSkipping = true
        throw .lineTooLong
    }

    /// The length of a line of `length` bytes without the CR that may end it.
    private func contentLength(of length: Int, in input: ByteBuffer) -> Int {
        input.peek(length - 1) == 0x0D ? length - 1 : length
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer
    ) -> Result<JSONObject, JSONLineError> {
        do throws(JSONError) {
            guard case .object(let object) = try JSONReader.value(in: bytes) else {
                return .failure(.notAnObject)
            }
            return .success(object)
        } catch {
            return .failure(.malformed(error))
        }
    }
}
