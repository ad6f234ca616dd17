// What a client may negotiate, and the negotiation: CAP LS, LIST, REQ, END.
// A request is granted whole or not at all; the refusal repeats it word for word.
// https://ircv3.net/specs/extensions/capability-negotiation
// SPDX-License-Identifier: GPL-3.0-or-later

/// A set of IRCv3 capabilities.
package struct IRCCapabilities: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let serverTime = IRCCapabilities(rawValue: 1)
    package static let messageTags = IRCCapabilities(rawValue: 2)
    package static let echoMessage = IRCCapabilities(rawValue: 4)
    package static let batch = IRCCapabilities(rawValue: 8)
    package static let labeledResponse = IRCCapabilities(rawValue: 16)
    package static let capNotify = IRCCapabilities(rawValue: 32)
    package static let chatHistory = IRCCapabilities(rawValue: 64)

    /// All of them with their names, in the order of `CAP LS`.
    package static let table: [(name: String, capability: IRCCapabilities)] = [
        ("batch", .batch),
        ("cap-notify", .capNotify),
        ("draft/chathistory", .chatHistory),
        ("echo-message", .echoMessage),
        ("labeled-response", .labeledResponse),
        ("message-tags", .messageTags),
        ("server-time", .serverTime),
    ]

    /// The names of the members, separated by spaces.
    package var names: String {
        Self.table.filter { contains($0.capability) }.map(\.name).joined(separator: " ")
    }

    package static let all = IRCCapabilities(table.map(\.capability))

    /// This set after `request` (`a -b c`), or nil when it names something unknown or takes away
    /// what must stay.
    package func applying(_ request: String, keeping: IRCCapabilities) -> IRCCapabilities? {
        var result = self
        for word in request.split(separator: " ") {
            let removes = word.first == "-"
            let name = removes ? word.dropFirst() : word
            guard let entry = Self.table.first(where: { $0.name == name }) else { return nil }
            if removes {
                guard !keeping.contains(entry.capability) else { return nil }
                result.remove(entry.capability)
            } else {
                result.insert(entry.capability)
            }
        }
        return result
    }
}

extension IRCSession {
    /// Whether labels are answered: the several lines of an answer need a batch.
    var answersLabels: Bool { capabilities.isSuperset(of: [.labeledResponse, .batch]) }

    mutating func negotiate(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        let subcommand = message[0] ?? ""
        switch subcommand.uppercased() {
        case "LS":
            isNegotiating = phase == .introducing
            // Version 302 promises to keep the client informed, and never stops doing so.
            if let version = message[1].flatMap({ Int($0) }), version >= 302 {
                keptCapabilities.insert(.capNotify)
                capabilities.insert(.capNotify)
            }
            line("CAP", nickOrStar, "LS", text: IRCCapabilities.all.names, into: &reply)
        case "LIST":
            line("CAP", nickOrStar, "LIST", text: capabilities.names, into: &reply)
        case "REQ":
            isNegotiating = phase == .introducing
            let request = message[1] ?? ""
            if let granted = capabilities.applying(request, keeping: keptCapabilities) {
                capabilities = granted
                line("CAP", nickOrStar, "ACK", text: request, into: &reply)
            } else {
                line("CAP", nickOrStar, "NAK", text: request, into: &reply)
            }
        case "END":
            isNegotiating = false
            return registerIfReady()
        default:
            numeric(.invalidCapCommand, subcommand, into: &reply)
        }
        return .handled
    }
}
