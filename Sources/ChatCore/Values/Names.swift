// The scalars of the domain, each validated once, in its initialiser.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One connection, for as long as it lasts. Carries the number of the event loop that owns it.
package struct ClientID: Hashable, Sendable {
    package let raw: UInt64

    package init(raw: UInt64) { self.raw = raw }

    package init(loop: Int, serial: UInt64) {
        raw = serial << 8 | UInt64(truncatingIfNeeded: loop & 0xFF)
    }

    /// Which event loop owns the connection.
    package var loop: Int { Int(raw & 0xFF) }
}

/// A room's number, stable while the server runs; cheaper to pass around than its name.
package struct RoomID: Hashable, Sendable {
    package let raw: UInt32
    package init(raw: UInt32) { self.raw = raw }
}

/// A message's opaque identifier: the server it came from and its number there.
package struct MessageID: Hashable, Sendable {
    package let origin: UInt64
    package let number: UInt64

    package init(origin: UInt64, number: UInt64) {
        self.origin = origin
        self.number = number
    }

    /// The wire form: origin and number in base 36, joined by `-`.
    package var text: String {
        String(origin, radix: 36) + "-" + String(number, radix: 36)
    }

    /// Reads the wire form; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let origin = UInt64(parts[0], radix: 36),
            let number = UInt64(parts[1], radix: 36)
        else { return nil }
        self.init(origin: origin, number: number)
    }
}

/// Why a name was refused. Each case is one sentence for a person and one code for a program.
package enum NameError: Error, Hashable, Sendable {
    case empty
    case tooLong
    case badCharacter
    case badStart
    case reserved

    package var reason: String {
        switch self {
        case .empty: "it is empty"
        case .tooLong: "it is too long"
        case .badCharacter: "it has a space, control character or one of , ! @ * ? : / \\ \" < >"
        case .badStart: "it begins with a character that has another meaning"
        case .reserved: "it is reserved"
        }
    }
}

/// What a person is called: 1–32 characters of any language, unique without regard to case. Two nicks
/// are equal when they are the same person's; `text` says how each is written.
package struct Nickname: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    /// The form in which two nicks are compared.
    package let folded: FoldedName

    package init(_ text: some StringProtocol) throws(NameError) {
        try Nickname.check(text)
        self.text = String(text)
        folded = FoldedName(self.text)
        if Nickname.reserved.contains(folded) { throw .reserved }
    }

    /// A name that this program itself gives.
    package init(known text: String) {
        self.text = text
        folded = FoldedName(text)
    }

    /// The nick nearest to a name of another kind, such as a login name: without what a nick cannot
    /// have; `operator` when nothing remains.
    package init(like name: String) {
        let allowed = name.unicodeScalars.filter { NameRules.areAllowed(CollectionOfOne($0)) }
        var rest = String(String.UnicodeScalarView(allowed))[...]
        while let first = rest.first {
            let candidate = String(rest.prefix(Limits.maxNickCharacters))
                .prefix(utf8Bytes: Limits.maxNickBytes)
            if let nick = try? Nickname(candidate) {
                self = nick
                return
            }
            // It begins with what a nick cannot begin with, or is a word that is taken.
            rest = first.isLetter ? "" : rest.dropFirst()
        }
        self.init(known: "operator")
    }

    package var description: String { text }

    package static func == (a: Nickname, b: Nickname) -> Bool { a.folded == b.folded }
    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }

    private static let reserved = Set(
        ["nick", "server", "chatkit", "system", "all"].map { FoldedName($0) })

    private static func check(_ text: some StringProtocol) throws(NameError) {
        guard let first = text.unicodeScalars.first else { throw .empty }
        guard text.utf8.count <= Limits.maxNickBytes, text.count <= Limits.maxNickCharacters
        else { throw .tooLong }
        switch first {
        case "#", "&", "$", "+", "~", "%", "=", "-", "{", "(", ")", ".", "'", ";": throw .badStart
        default: break
        }
        guard NameRules.areAllowed(text.unicodeScalars) else { throw .badCharacter }
    }
}

/// A room: `#` and up to 63 more bytes, compared without regard to case.
package struct RoomName: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    /// The form in which two room names are compared.
    package let folded: FoldedName

    /// Everyone's first room.
    package static let lobby = RoomName(trusted: "#lobby")

    /// Reads a name as people type it: a missing `#` is added.
    package init(_ text: some StringProtocol) throws(NameError) {
        // Bytes, not characters: a mark that combines with the # does not take it away.
        let name = text.utf8.first == UInt8(ascii: "#") ? String(text) : "#" + text
        guard name.utf8.count > 1 else { throw .empty }
        guard name.utf8.count <= Limits.maxRoomNameBytes else { throw .tooLong }
        guard NameRules.areAllowed(name.unicodeScalars) else { throw .badCharacter }
        self.init(trusted: name)
    }

    /// A name that this program itself gives.
    package init(known text: String) { self.init(trusted: text) }

    private init(trusted: String) {
        text = trusted
        folded = FoldedName(trusted)
    }

    package var description: String { text }

    package static func == (a: RoomName, b: RoomName) -> Bool { a.folded == b.folded }
    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

/// Which characters a name may be made of.
package enum NameRules {
    /// No spaces, no controls, nothing invisible or direction-changing, nothing that is syntax in
    /// IRC, JSON, HTTP or a shell glob. Two names that differ must not look the same for that
    /// reason alone: what joins and selects emoji is allowed in emoji only.
    package static func areAllowed(_ scalars: some Sequence<Unicode.Scalar>) -> Bool {
        var before: Unicode.Scalar = " "
        for scalar in scalars {
            switch scalar {
            case "\u{FE0F}":
                guard isEmoji(before) else { return false }
            case "\u{200D}":
                guard isEmoji(before) || before == "\u{FE0F}" else { return false }
            default:
                guard isAllowed(scalar), before != "\u{200D}" || isEmoji(scalar) else {
                    return false
                }
            }
            before = scalar
        }
        return before != "\u{200D}"
    }

    private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.isASCII && scalar.properties.isEmoji
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            switch scalar {
            case "\0"..." ", "\u{7F}", ",", "!", "@", "*", "?", ":", "/", "\\", "\"", "<", ">":
                return false
            default: return true
            }
        }
        if scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}" { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate,
            .privateUse, .unassigned:
            return false
        default: return true
        }
    }
}
