// What the server says, decoded from one line of JSON. Pure. PRODUCT "JSON lines".
// Invariant: decoding never fails on unknown fields or types, and nothing in an event is trusted:
// text is made harmless where it is shown (`VisibleText`), names are checked where they are kept.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// One message, from a room or in private.
package struct ChatMessage: Hashable, Sendable {
    package var id: String
    /// nil for a private message.
    package var room: String?
    package var seq: Int64
    package var from: String
    /// The addressee of a private message.
    package var to: String?
    package var text: String
    package var isAction: Bool
    package var at: Timestamp?
    /// Whether its text was erased; then it is empty.
    package var isErased: Bool
    /// The part of the text that a search was about.
    package var snippet: String?
    /// The message as it came, for those who pass it on.
    package var source: JSONObject?

    package init(
        id: String, room: String?, seq: Int64, from: String, to: String?, text: String,
        isAction: Bool, at: Timestamp?, isErased: Bool = false, snippet: String? = nil,
        source: JSONObject? = nil
    ) {
        self.id = id
        self.room = room
        self.seq = seq
        self.from = from
        self.to = to
        self.text = text
        self.isAction = isAction
        self.at = at
        self.isErased = isErased
        self.snippet = snippet
        self.source = source
    }

    /// The text as people are shown it.
    package var shownText: String { isErased ? "(erased)" : text }
}

/// A room as `names` describes it.
package struct RoomDescription: Hashable, Sendable {
    package var room: String
    package var topic: String
    package var members: [String]
    /// How many there are; a large room lists only some of them.
    package var count: Int64
    package var lastSeq: Int64
    /// Whether one has just come in, rather than asked.
    package var isEntered: Bool

    package init(
        room: String, topic: String, members: [String], count: Int64, lastSeq: Int64,
        isEntered: Bool
    ) {
        self.room = room
        self.topic = topic
        self.members = members
        self.count = count
        self.lastSeq = lastSeq
        self.isEntered = isEntered
    }
}

/// A line of the list of rooms.
package struct RoomLine: Hashable, Sendable {
    package var room: String
    package var members: Int64
    package var topic: String

    package init(room: String, members: Int64, topic: String) {
        self.room = room
        self.members = members
        self.topic = topic
    }
}

/// A page of a room's history, oldest first.
package struct MessagePage: Hashable, Sendable {
    package var room: String
    package var messages: [ChatMessage]
    /// Whether there is nothing more in that direction.
    package var isComplete: Bool
    /// Whether nobody asked: one has just come in.
    package var isReplay: Bool
    /// The label of the request.
    package var re: String?

    package init(
        room: String, messages: [ChatMessage], isComplete: Bool, isReplay: Bool = false,
        re: String? = nil
    ) {
        self.room = room
        self.messages = messages
        self.isComplete = isComplete
        self.isReplay = isReplay
        self.re = re
    }
}

/// One event of the JSON vocabulary.
package enum ChatEvent: Hashable, Sendable {
    /// `rooms` are entered next.
    case welcome(nick: String, server: String, resume: String?, rooms: [RoomName])
    case message(ChatMessage)
    case joined(room: String, nick: String, at: Timestamp?)
    case left(room: String, nick: String, reason: String, text: String, at: Timestamp?)
    case renamed(old: String, new: String, at: Timestamp?)
    case topic(room: String, text: String, by: String, at: Timestamp?)
    case names(RoomDescription)
    case rooms([RoomLine])
    /// What is known of a person, as name and value for each fact.
    case whois(nick: String, facts: [String])
    case history(MessagePage)
    /// Not sent although it was missed.
    case gap(room: String, ClosedRange<Int64>)
    /// Newest first; `next` asks for the next page.
    case found(
        text: String, messages: [ChatMessage], next: Int64?, isPartial: Bool = false, re: String?)
    case away(nick: String, text: String?)
    case ack(nonce: String, id: String)
    case notice(String)
    case error(code: String, message: String, re: String?)
    case bye(code: String, reason: String, retry: Bool)
    case ping
    case pong
    /// One waits, here; the ticket keeps the place.
    case queue(QueueStatus, ticket: String)
    /// To be served elsewhere, with this ticket; nil when there is no such place.
    case redirect(to: Endpoint?, ticket: String)
    /// It is one's turn.
    case admitted(Admitted)
    /// One's operator or server is gone; one waits again.
    case returned(from: String)
    case ended(ConversationEnd)
    case rated(Rating, host: String)
    case desk(DeskReport)
    case visitor(DeskVisitor)
    case waiting([WaitingLine], of: Int)
    /// What one's visitor says was said before.
    case transcript(DeskTranscript)
    /// What was asked is done, and there is nothing to say about it.
    case done(re: String?)
    /// Of a later version; to be ignored.
    case unknown(type: String)
}

extension ChatEvent {
    /// Decodes one line's value; nil when it is not an object with a `type`. With `keepsSources`
    /// each message has what it was made of.
    package init?(_ value: JSONValue, keepsSources: Bool = false) {
        guard let object = value.object, let type = object.text("type") else { return nil }
        let at = object.time("at")
        switch type {
        case "welcome":
            self = .welcome(
                nick: object.text("nick") ?? "", server: object.text("server") ?? "",
                resume: object.text("resume"),
                rooms: (object["rooms"]?.array ?? []).compactMap { room in
                    room.string.flatMap { try? RoomName($0) }
                })
        case "message":
            guard let message = ChatMessage(object, keepsSource: keepsSources) else { return nil }
            self = .message(message)
        case "joined":
            self = .joined(
                room: object.text("room") ?? "", nick: object.text("nick") ?? "", at: at)
        case "left":
            self = .left(
                room: object.text("room") ?? "", nick: object.text("nick") ?? "",
                reason: object.text("reason") ?? "", text: object.text("text") ?? "", at: at)
        case "renamed":
            self = .renamed(old: object.text("old") ?? "", new: object.text("new") ?? "", at: at)
        case "topic":
            self = .topic(
                room: object.text("room") ?? "", text: object.topicText,
                by: object.text("by") ?? object["topic"]?.object?.text("by") ?? "", at: at)
        case "ack":
            self = .ack(nonce: object.text("nonce") ?? "", id: object.text("id") ?? "")
        case "notice": self = .notice(object.text("text") ?? "")
        case "error":
            self = .error(
                code: object.text("code") ?? "", message: object.text("message") ?? "",
                re: object.label)
        case "bye":
            self = .bye(
                code: object.text("code") ?? "", reason: object.text("reason") ?? "",
                retry: object["retry"]?.bool ?? false)
        case "ok": self = .done(re: object.label)
        case "ping": self = .ping
        case "pong": self = .pong
        case "away":
            let isAway = object["away"]?.bool ?? (object.text("text") != nil)
            self = .away(
                nick: object.text("nick") ?? "", text: isAway ? object.text("text") ?? "" : nil)
        default:
            let answer =
                ChatEvent.answer(type, object)
                ?? ChatEvent.past(type, object, keepsSources: keepsSources)
                ?? ChatEvent.admission(type, object) ?? ChatEvent.desk(type, object)
            guard let answer else {
                self = .unknown(type: type)
                return
            }
            self = answer
        }
    }

    /// The answers that carry lists.
    private static func answer(_ type: String, _ object: JSONObject) -> ChatEvent? {
        switch type {
        case "names":
            let members = (object["members"]?.array ?? []).compactMap { member in
                member.string ?? member.object?.text("nick")
            }
            return .names(
                RoomDescription(
                    room: object.text("room") ?? "", topic: object.topicText, members: members,
                    count: max(object["count"]?.integer ?? 0, Int64(members.count)),
                    lastSeq: object["last_seq"]?.integer ?? 0,
                    isEntered: object["entered"]?.bool ?? false))
        case "rooms":
            let lines = (object["rooms"]?.array ?? []).compactMap { row -> RoomLine? in
                guard let row = row.object, let room = row.text("room") ?? row.text("name")
                else { return nil }
                return RoomLine(
                    room: room, members: row["members"]?.integer ?? 0, topic: row.topicText)
            }
            return .rooms(lines)
        case "whois", "profile":
            return .whois(nick: object.text("nick") ?? "", facts: object.facts)
        default: return nil
        }
    }

    /// What is about the past.
    private static func past(
        _ type: String, _ object: JSONObject, keepsSources: Bool
    ) -> ChatEvent? {
        var messages: [ChatMessage] {
            (object["messages"]?.array ?? []).compactMap { value in
                value.object.flatMap { ChatMessage($0, keepsSource: keepsSources) }
            }
        }
        switch type {
        case "history":
            return .history(
                MessagePage(
                    room: object.text("room") ?? "", messages: messages,
                    isComplete: object["complete"]?.bool ?? true,
                    isReplay: object["replay"]?.bool ?? false, re: object.label))
        case "found":
            return .found(
                text: object.text("text") ?? "", messages: messages,
                next: object["next"]?.integer,
                isPartial: object["partial"]?.bool ?? false, re: object.label)
        case "gap":
            guard let first = object["from_seq"]?.integer, let last = object["to_seq"]?.integer,
                0 < first, first <= last
            else { return nil }
            return .gap(room: object.text("room") ?? "", first...last)
        default: return nil
        }
    }
}

extension ChatMessage {
    /// nil without a sender or text.
    fileprivate init?(_ object: JSONObject, keepsSource: Bool) {
        guard let from = object.text("from") ?? object["from"]?.object?.text("nick"),
            let text = object.text("text")
        else { return nil }
        self.init(
            id: object.text("id") ?? "", room: object.text("room"),
            seq: object["seq"]?.integer ?? 0, from: from, to: object.text("to"), text: text,
            isAction: object.text("kind") == "action", at: object.time("at"),
            isErased: object["erased"]?.bool ?? false, snippet: object.text("snippet"),
            source: keepsSource ? object : nil)
    }
}

extension JSONObject {
    func text(_ name: String) -> String? { self[name]?.string }

    /// The label of the request that is answered.
    fileprivate var label: String? { text("re") ?? self["re"]?.integer.map { "\($0)" } }

    func time(_ name: String) -> Timestamp? {
        text(name).flatMap { Timestamp(rfc3339: $0) }
    }

    /// A topic is a text, or an object with one.
    fileprivate var topicText: String {
        text("topic") ?? self["topic"]?.object?.text("text") ?? text("text") ?? ""
    }

    /// The members of a `whois` but for its type, nested ones by their own names.
    var facts: [String] {
        var facts: [String] = []
        for member in members where !["type", "v", "nick", "re"].contains(member.name) {
            if let nested = member.value.object {
                facts += nested.facts
            } else if let text = member.value.displayText, !text.isEmpty {
                let name = member.name.split(separator: "_").joined(separator: " ")
                facts.append("\(name): \(text)")
            }
        }
        return facts
    }
}

extension JSONValue {
    /// A value as people read it; nil for those that say nothing.
    fileprivate var displayText: String? {
        switch self {
        case .null, .object: nil
        case .bool(let value): value ? "yes" : "no"
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text
        case .array(let values): values.compactMap(\.displayText).joined(separator: " ")
        }
    }
}
