// The members of a request, each read as what it must be. JSON's null counts as absent.
// What is missing or of another type is refused with the member's name, never guessed; so is a NUL
// in a text, which ends texts early in too many places that it may reach.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a request was refused before it reached the hub.
package enum JSONRefusal: Error, Hashable, Sendable {
    case line(JSONLineError)
    case notRegistered
    case unknownType(String)
    /// The member's name and what it must be.
    case badField(String, String)
    case hub(HubError)
    /// Longer than so many bytes, where there are no lines.
    case packetTooLong(Int)
    /// Bytes that are no text, where a protocol can carry them.
    case binary

    var code: String {
        switch self {
        case .line(let error): error.code
        case .notRegistered: HubError.notRegistered.code
        case .unknownType: "unknown_type"
        case .badField: "bad_field"
        case .hub(let error): error.code
        case .packetTooLong: JSONLineError.lineTooLong.code
        case .binary: "binary"
        }
    }

    var message: String {
        switch self {
        case .line(let error): error.message
        case .notRegistered: "say hello first"
        case .unknownType(let type): "there is no request \(type)"
        case .badField(let name, let need): "\(name) must be \(need)"
        case .hub(let error): error.message
        case .packetTooLong(let most): "a packet may have at most \(most) bytes"
        case .binary: "binary data is not understood here, only text"
        }
    }

    /// The member that is to blame.
    var field: String? {
        if case .badField(let name, _) = self { name } else { nil }
    }
}

/// Typed access to a request's members.
struct JSONFields {
    let object: JSONObject

    /// The member, or nil when it is absent or null.
    subscript(name: String) -> JSONValue? {
        switch object[name] {
        case nil, .null: nil
        case let value: value
        }
    }

    func text(_ name: String) throws(JSONRefusal) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(var text) = value else { throw .badField(name, "a string") }
        guard !JSONFields.hasNUL(&text) else { throw .badField(name, "a string without NUL") }
        return text
    }

    private static func hasNUL(_ text: inout String) -> Bool {
        text.withUTF8 { ByteScan.firstIndex(of: 0, in: UnsafeRawBufferPointer($0)) != nil }
    }

    func requiredText(_ name: String) throws(JSONRefusal) -> String {
        guard let text = try text(name) else { throw .badField(name, "given, and a string") }
        return text
    }

    /// A natural number.
    func number(_ name: String) throws(JSONRefusal) -> UInt64? {
        guard let value = self[name] else { return nil }
        guard let number = JSONFields.natural(value) else {
            throw .badField(name, "a whole number from 0 on")
        }
        return number
    }

    static func natural(_ value: JSONValue) -> UInt64? {
        value.integer.flatMap { UInt64(exactly: $0) }
    }

    func flag(_ name: String) throws(JSONRefusal) -> Bool? {
        guard let value = self[name] else { return nil }
        guard case .bool(let flag) = value else { throw .badField(name, "true or false") }
        return flag
    }

    func nick(_ name: String) throws(JSONRefusal) -> Nickname? {
        guard let text = try text(name) else { return nil }
        do {
            return try Nickname(text)
        } catch {
            throw .hub(.badNick(text.prefix(utf8Bytes: Limits.maxNickBytes), error))
        }
    }

    func room(_ name: String) throws(JSONRefusal) -> RoomName? {
        guard let text = try text(name) else { return nil }
        return try JSONFields.room(text)
    }

    func requiredRoom(_ name: String) throws(JSONRefusal) -> RoomName {
        try JSONFields.room(try requiredText(name))
    }

    static func room(_ text: String) throws(JSONRefusal) -> RoomName {
        do {
            return try RoomName(text)
        } catch {
            throw .hub(.badRoom(text.prefix(utf8Bytes: Limits.maxRoomNameBytes), error))
        }
    }

    /// A list of rooms, each once; an empty one is a wish for none.
    func rooms(_ name: String) throws(JSONRefusal) -> [RoomName]? {
        guard let value = self[name] else { return nil }
        guard let elements = value.array else { throw .badField(name, "a list of strings") }
        var rooms: [RoomName] = []
        for element in elements {
            guard let text = element.string else { throw .badField(name, "a list of strings") }
            let room = try JSONFields.room(text)
            if rooms.contains(room) { continue }
            guard rooms.count < Limits.maxRoomsPerClient else { throw .hub(.tooManyRooms) }
            rooms.append(room)
        }
        return rooms
    }

    /// The profile that is the value of the member `name`.
    func profile(_ name: String) throws(JSONRefusal) -> Profile? {
        guard let value = self[name] else { return nil }
        guard let object = value.object else { throw .badField(name, "an object") }
        return try JSONFields(object: object).profile()
    }

    /// The profile whose fields are these members.
    func profile() throws(JSONRefusal) -> Profile {
        Profile(
            name: try text("name") ?? "", studentID: try text("student_id") ?? "",
            github: try text("github") ?? "")
    }

    func kind(_ name: String) throws(JSONRefusal) -> MessageKind {
        switch try text(name) {
        case nil, "text": .text
        case "action": .action
        case "notice": .notice
        default: throw .badField(name, "text, action or notice")
        }
    }

    /// The request's `id`, a string or whole number of at most `Limits.maxNonceBytes`, as the tag
    /// that brings it back as `re`.
    func tag() throws(JSONRefusal) -> RequestTag {
        guard let value = self["id"] else { return .none }
        switch value {
        case .string(let text) where (1...Limits.maxNonceBytes).contains(text.utf8.count):
            return RequestTag(label: text)
        case .int(let number):
            return RequestTag(label: String(number), mark: JSONMark.numericLabel)
        default:
            throw .badField("id", "a string of 1 to \(Limits.maxNonceBytes) bytes or a number")
        }
    }
}

/// The bits of `RequestTag.mark` in sessions that speak in JSON objects.
enum JSONMark {
    /// The label was a number and goes back as one.
    static let numericLabel: UInt8 = 1
    /// The answer decides the handshake.
    static let hello: UInt8 = 2
    /// The label is the number of a Socket.IO acknowledgement, which is the answer.
    static let callback: UInt8 = 4
    /// The message's nonce is the session's own.
    static let ownNonce: UInt8 = 8
}
