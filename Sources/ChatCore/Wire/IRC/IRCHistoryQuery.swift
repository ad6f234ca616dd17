// What CHATHISTORY asks for, read from its parameters, and how it is refused. Which parameters a
// sub-command has is fixed: one more or less is an error.
// https://ircv3.net/specs/extensions/chathistory ("Subcommands", "Errors and Warnings")
// SPDX-License-Identifier: GPL-3.0-or-later

/// The first parameter of CHATHISTORY.
package enum IRCHistorySubcommand: String, CaseIterable, Sendable {
    case after = "AFTER"
    case around = "AROUND"
    case before = "BEFORE"
    case between = "BETWEEN"
    case latest = "LATEST"
    case targets = "TARGETS"

    /// How many parameters there are, itself included.
    package var paramCount: Int { self == .between ? 5 : 4 }
}

/// `FAIL CHATHISTORY <code> <context> … :<text>`.
package struct IRCHistoryRefusal: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        case invalidParams = "INVALID_PARAMS"
        case invalidTarget = "INVALID_TARGET"
        case invalidReferenceType = "INVALID_MSGREFTYPE"
        case messageError = "MESSAGE_ERROR"
    }

    package let code: Code
    /// What the client gave, sub-command first.
    package let context: [String]
    package let text: String

    init(_ code: Code, _ context: String..., text: String) {
        self.code = code
        self.context = context
        self.text = text
    }
}

/// One CHATHISTORY, understood.
package struct IRCHistoryQuery: Hashable, Sendable {
    package enum Question: Hashable, Sendable {
        case messages(HistoryRequest)
        /// From the first time towards the second.
        case targets(from: Timestamp, to: Timestamp, limit: Int)
    }

    package let subcommand: IRCHistorySubcommand
    package let question: Question

    /// Reads the command's parameters. More than `Limits.maxHistoryPage` messages are not given,
    /// but may be asked for.
    package init(_ params: [String]) throws(IRCHistoryRefusal) {
        let given = params.first ?? ""
        guard let subcommand = IRCHistorySubcommand(rawValue: given.uppercased()) else {
            throw IRCHistoryRefusal(.invalidParams, given, text: "Unknown subcommand")
        }
        guard params.count == subcommand.paramCount else {
            let isShort = params.count < subcommand.paramCount
            throw IRCHistoryRefusal(
                .invalidParams, subcommand.rawValue,
                text: isShort ? "Not enough parameters" : "Too many parameters")
        }
        self.subcommand = subcommand
        var reader = IRCHistoryParams(subcommand, params.dropFirst())
        if subcommand == .targets {
            question = .targets(
                from: try reader.time(), to: try reader.time(), limit: try reader.limit())
        } else {
            question = .messages(try reader.request())
        }
    }

    /// The same for the hub.
    var command: HubCommand {
        switch question {
        case .messages(let request): .history(request)
        case .targets(let from, let to, let limit): .activity(from: from, to: to, limit: limit)
        }
    }

    /// The hub's refusal in this command's terms; nil when it is about something else.
    func refusal(_ error: HubError) -> IRCHistoryRefusal? {
        let name = subcommand.rawValue
        let target =
            if case .messages(let request) = question { request.room.text } else { "*" }
        switch error {
        case .noSuchRoom, .notInRoom:
            return IRCHistoryRefusal(.invalidTarget, name, target, text: error.message)
        case .badReference(let reference):
            return IRCHistoryRefusal(.messageError, name, target, reference, text: error.message)
        case .unavailable:
            return IRCHistoryRefusal(.messageError, name, target, text: error.message)
        default: return nil
        }
    }
}

/// The parameters after the sub-command, read one after another. There are as many as it has.
private struct IRCHistoryParams {
    private let subcommand: IRCHistorySubcommand
    private var rest: ArraySlice<String>
    private var target = "*"

    init(_ subcommand: IRCHistorySubcommand, _ rest: ArraySlice<String>) {
        self.subcommand = subcommand
        self.rest = rest
    }

    mutating func request() throws(IRCHistoryRefusal) -> HistoryRequest {
        target = rest.popFirst() ?? ""
        let bound: HistoryRequest.Bound
        switch subcommand {
        case .after: bound = .after(try point())
        case .around: bound = .around(try point())
        case .before: bound = .before(try point())
        case .between: bound = .between(try point(), try point())
        case .latest, .targets:
            if rest.first == "*" {
                rest.removeFirst()
                bound = .latest
            } else {
                bound = .latestAfter(try point())
            }
        }
        let limit = try limit()
        guard let room = RoomName(irc: target) else {
            throw IRCHistoryRefusal(
                .invalidTarget, subcommand.rawValue, target,
                text: "There is a history of rooms only")
        }
        // An erased message has no line: a page of such would seem to be the end.
        return HistoryRequest(room: room, bound: bound, limit: limit, skipsErased: true)
    }

    mutating func point() throws(IRCHistoryRefusal) -> HistoryRequest.Point {
        let (type, value, reference) = try reference()
        switch type {
        case "timestamp": return .time(try time(value, reference))
        case "msgid":
            // Ids are opaque to clients: one that was never given out is not a matter of syntax.
            guard let id = MessageID(value) else {
                throw IRCHistoryRefusal(
                    .messageError, subcommand.rawValue, target, String(value),
                    text: HubError.badReference(String(value)).message)
            }
            return .message(id)
        default: throw unsupported(reference, text: "Messages are known by msgid and timestamp")
        }
    }

    mutating func time() throws(IRCHistoryRefusal) -> Timestamp {
        let (type, value, reference) = try reference()
        guard type == "timestamp" else {
            throw unsupported(reference, text: "Only timestamps can be given here")
        }
        return try time(value, reference)
    }

    mutating func limit() throws(IRCHistoryRefusal) -> Int {
        let text = rest.popFirst() ?? ""
        let isNumber =
            !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        // What is too large for a number is more than is given anyway.
        let limit = isNumber ? min(Int(text) ?? .max, Limits.maxHistoryPage) : 0
        guard limit > 0 else {
            throw IRCHistoryRefusal(
                .invalidParams, subcommand.rawValue, text, text: "The limit is a number from 1")
        }
        return limit
    }

    private mutating func reference() throws(IRCHistoryRefusal) -> (
        type: Substring, value: Substring, whole: String
    ) {
        let whole = rest.popFirst() ?? ""
        let parts = whole.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let type = parts.first, let value = parts.last else {
            throw IRCHistoryRefusal(
                .invalidParams, subcommand.rawValue, whole,
                text: "A reference is msgid=… or timestamp=…")
        }
        return (type, value, whole)
    }

    private func time(
        _ value: Substring, _ reference: String
    ) throws(IRCHistoryRefusal) -> Timestamp {
        guard let time = Timestamp(rfc3339: value) else {
            throw IRCHistoryRefusal(
                .invalidParams, subcommand.rawValue, reference, text: "Invalid timestamp")
        }
        return time
    }

    private func unsupported(_ reference: String, text: String) -> IRCHistoryRefusal {
        IRCHistoryRefusal(
            .invalidReferenceType, subcommand.rawValue, target, reference, text: text)
    }
}
