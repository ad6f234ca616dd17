// JSON values (RFC 8259) as the wire carries them: integers exact, members in the order written.
// Invariant: no object holds two members of one name. RFC 8259 §4 leaves their meaning open, and
// two readers that choose differently are how requests get smuggled: reading one is an error.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One JSON value.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits.
    case int(Int64)
    /// Any other number; always finite.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package var isNull: Bool { self == .null }

    /// The text of a string, else nil.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a number that is whole and fits, else nil: `5` and `5.0` are one number.
    package var integer: Int64? {
        switch self {
        case .int(let number): number
        case .double(let number): JSONValue.whole(number)
        default: nil
        }
    }

    /// `Int64(exactly:)`, which would need the C library's `trunc`.
    private static func whole(_ number: Double) -> Int64? {
        guard number >= -0x1p63, number < 0x1p63 else { return nil }
        let integer = Int64(number)
        return Double(integer) == number ? integer : nil
    }

    /// The value of any number, else nil.
    package var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }
}

/// The members of an object in the order in which they were written.
package struct JSONObject: Hashable, Sendable {
    /// One name and its value.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var members: [Member] = []

    package init() {}

    /// The value of the member called `name`, or nil. A linear search: objects here are small.
    package subscript(name: String) -> JSONValue? {
        for member in members where member.name == name { return member.value }
        return nil
    }

    /// Adds a member at the end; false, and no change, when the name is there already.
    package mutating func append(_ name: String, _ value: JSONValue) -> Bool {
        for member in members where member.name == name { return false }
        if members.isEmpty { members.reserveCapacity(6) }
        members.append(Member(name, value))
        return true
    }
}
