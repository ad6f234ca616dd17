// What a relay and a server say on their control link, one JSON object a line (chatkit(5), "CONTROL
// LINK"). Both ends share this vocabulary and its writer.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Who is at the other end of a link.
package enum LinkPartner: Hashable, Sendable {
    case relay(RelayID)
    case server(name: String)
}

/// A server's first words to a relay.
package struct Announcement: Hashable, Sendable {
    package let name: String
    /// `HOST:PORT` where the relay reaches it.
    package let address: String
    package let token: String

    package init(name: String, address: String, token: String) {
        self.name = name
        self.address = address
        self.token = token
    }
}

/// Why a link was refused or ended, in a word for programs. There may be others in later versions.
package struct ControlErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    /// The announcement's token is not the relay's.
    package static let badToken = ControlErrorCode(rawValue: "bad_token")
    /// A server of that name is linked already.
    package static let nameTaken = ControlErrorCode(rawValue: "name_taken")
    package static let badAnnounce = ControlErrorCode(rawValue: "bad_announce")
    /// Links are not accepted from that address.
    package static let notTrusted = ControlErrorCode(rawValue: "not_trusted")
    /// Too many lines a second.
    package static let flood = ControlErrorCode(rawValue: "flood")
    /// A line that is none, or that has no place here.
    package static let badLine = ControlErrorCode(rawValue: "bad_line")
}

/// One line of a control link.
package enum ControlMessage: Hashable, Sendable {
    /// A server's first line to a relay that it has dialled.
    case announce(Announcement)
    /// A relay's first line to a server that it has dialled.
    case link(RelayID)
    /// The answer to both, with the name of who gives it.
    case linked(LinkPartner)
    /// Server to relay, at once and on every change.
    case availability(Availability)
    /// The operator has spoken to that visit of the relay's; where there is no desk, it is served.
    case attended(visit: UInt64)
    /// The visit's slot is free again; `reason` is an `EndReason`'s or a `LossReason`'s word.
    case freed(visit: UInt64, reason: String)
    /// Relay to server: somebody waited in vain and left a message for the operators.
    case left(LeftMessage)
    /// A sign of life.
    case beat
    /// The last line before the link is closed.
    case error(ControlErrorCode, message: String)

    /// The version of the lines.
    package static let version = 1

    /// Writes the line.
    package func write(into output: inout ByteBuffer) {
        output.beginObject()
        output.member("type", type)
        switch self {
        case .announce(let announcement):
            output.member("v", ControlMessage.version)
            output.member("name", announcement.name)
            output.member("address", announcement.address)
            output.member("token", announcement.token)
        case .link(let relay):
            output.member("v", ControlMessage.version)
            output.member("relay", relay.text)
        case .linked(let partner):
            output.member("v", ControlMessage.version)
            switch partner {
            case .relay(let relay): output.member("relay", relay.text)
            case .server(let name): output.member("name", name)
            }
        case .availability(let availability):
            output.member(
                "capacity", availability.capacity.map { .int(Int64($0)) } ?? JSONValue.null)
            output.member("others", availability.others)
            output.member("in_use", availability.inUse)
            output.member("state", availability.state.rawValue)
        case .attended(let visit):
            output.member("visit", visit)
        case .freed(let visit, let reason):
            output.member("visit", visit)
            output.member("reason", reason)
        case .left(let left):
            output.member("nick", left.nick)
            output.member("text", left.text)
        case .beat: break
        case .error(let code, let message):
            output.member("code", code.rawValue)
            output.member("message", message)
        }
        output.endObject()
        output.write(UInt8(ascii: "\n"))
    }

    /// The value of `type`.
    package var type: String {
        switch self {
        case .announce: "announce"
        case .link: "link"
        case .linked: "linked"
        case .availability: "availability"
        case .attended: "attended"
        case .freed: "freed"
        case .left: "left"
        case .beat: "beat"
        case .error: "error"
        }
    }
}
