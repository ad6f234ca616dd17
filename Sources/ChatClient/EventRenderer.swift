// What happens in the chat → lines for a person at a terminal. Pure but for the day it remembers:
// a line tells when the day changes.
// Invariant: everything received passes through `StyledText`, which makes it harmless.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Something to be shown.
package enum Display: Hashable, Sendable {
    /// What is known of a message's way to the server.
    package enum Mark: Hashable, Sendable {
        /// Somebody else's.
        case none
        /// One's own, and the server has confirmed it.
        case confirmed
        /// One's own, not confirmed so far.
        case unconfirmed
    }

    case message(ChatMessage, Mark)
    /// A message from before.
    case recalled(ChatMessage)
    /// Messages of a room that are not shown.
    case gap(room: String, ClosedRange<Int64>)
    /// The server has lost so many of a room's messages, those after a number.
    case rewound(room: String, to: Int64, lost: Int64)
    /// Any other event that people want to know of.
    case event(ChatEvent)
    /// A word of the client's own, shown in brackets.
    case status(String)
    /// Something went wrong; then what to do about it.
    case trouble(String, hint: String?)
    /// Lines of an answer, as they are.
    case lines([String])
}

/// What a rendering depends on besides the event.
package struct RenderContext: Hashable, Sendable {
    package var nick: String
    /// The room that needs no prefix.
    package var activeRoom: String?
    package var now: Timestamp
    /// An operator's conversations: the visitor's nick for each room. Empty for everybody else.
    package var visitors: [String: String]
    package var isOperator: Bool

    package init(
        nick: String, activeRoom: String?, now: Timestamp, visitors: [String: String] = [:],
        isOperator: Bool = false
    ) {
        self.nick = nick
        self.activeRoom = activeRoom
        self.now = now
        self.visitors = visitors
        self.isOperator = isOperator
    }
}

/// Makes lines for a terminal.
package struct EventRenderer: Sendable {
    /// Most names that one line lists.
    package static let maxNamesShown = 60
    /// In front of the second and further lines of a message.
    private static let indent = StyledText("      ")

    private let offset: @Sendable (Timestamp) -> Int
    private var shownDay: CivilDate?

    /// `offset` is the local zone's, in seconds east of Greenwich at a time.
    package init(offset: @escaping @Sendable (Timestamp) -> Int) { self.offset = offset }

    /// The lines for `display`, the first of them a day-change line when one is due.
    package mutating func render(_ display: Display, _ context: RenderContext) -> [StyledText] {
        switch display {
        case .message(let message, let mark):
            let (before, head) = stamp(message.at, context)
            return before + self.message(message, mark, head, context)
        case .recalled(let message):
            let (before, head) = stamp(message.at, context)
            return before + recalled(message, head, context)
        case .gap(let room, let range):
            return [StyledText("[\(room): \(MissingWords.phrase(range))]", .faint)]
        case .rewound(let room, let seq, let lost):
            return [StyledText("[\(room): \(MissingWords.lost(lost, after: seq))]", .warning)]
        case .event(let event): return render(event, context)
        case .status(let text): return [StyledText("[\(text)]", .faint)]
        case .trouble(let text, let hint):
            var line = StyledText("! \(text)", .warning)
            if let hint { line.append("; \(hint)", .faint) }
            return [line]
        case .lines(let lines): return lines.map { StyledText($0) }
        }
    }

    /// The time, to stand in front of a line; before it the day when it is another one.
    private mutating func stamp(
        _ time: Timestamp?, _ context: RenderContext
    ) -> (before: [StyledText], head: StyledText) {
        let time = time ?? context.now
        let local = LocalTime(time, offset: offset(time))
        // The first day is told only when it is not today: nobody needs that.
        let known = shownDay ?? LocalTime(context.now, offset: offset(context.now)).date
        shownDay = local.date
        let before = local.date == known ? [] : [StyledText("--- \(local.day) ---", .faint)]
        return (before, StyledText(local.clock + " ", .faint))
    }

    private func message(
        _ message: ChatMessage, _ mark: Display.Mark, _ head: StyledText, _ context: RenderContext
    ) -> [StyledText] {
        var head = head
        if let room = message.room {
            if room != context.activeRoom {
                head.append((context.visitors[room].map { "[\($0)]" } ?? room) + " ", .bold)
            }
        } else {
            head.append("private ", .bold)
        }
        let color = NickColor.style(for: message.from)
        head.append(message.isAction ? "* \(message.from)" : message.from, color)
        if message.room == nil, let to = message.to, to != context.nick {
            head.append(" to ", .faint)
            head.append(to, NickColor.style(for: to))
        }
        head.append(message.isAction ? " " : ": ")
        var lines = StyledText.lines(head, "", continuation: EventRenderer.indent)
        let pieces = message.shownText.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
        for (index, piece) in pieces.enumerated() {
            if index > 0 { lines.append(EventRenderer.indent) }
            append(String(piece), to: &lines[index], mentioning: mark == .none ? context.nick : "")
        }
        switch mark {
        case .none: break
        case .confirmed: lines[lines.count - 1].append(" ✓", .confirmed)
        case .unconfirmed: lines[lines.count - 1].append(" …", .faint)
        }
        return lines
    }

    /// The same, but all in the background.
    private func recalled(
        _ message: ChatMessage, _ head: StyledText, _ context: RenderContext
    ) -> [StyledText] {
        self.message(message, .none, head, context).map { StyledText($0.plain, .faint) }
    }

    private func append(_ text: String, to line: inout StyledText, mentioning nick: String) {
        var rest = Substring(text)
        while let range = Mention.firstRange(of: nick, in: rest) {
            line.append(rest[..<range.lowerBound])
            line.append(rest[range], .mention)
            rest = rest[range.upperBound...]
        }
        line.append(rest)
    }
}

// MARK: - Other events

extension EventRenderer {
    private mutating func render(_ event: ChatEvent, _ context: RenderContext) -> [StyledText] {
        switch event {
        case .joined(let room, let nick, let at):
            return presence(at, context, nick, "joined \(room)")
        case .left(let room, let nick, let reason, let text, let at):
            let why = LeaveWords.phrase(reason: reason, text: text)
            return presence(at, context, nick, "left \(room)" + (why.isEmpty ? "" : " (\(why))"))
        case .renamed(let old, let new, let at):
            let who = new == context.nick ? "you are" : "\(old) is"
            var (lines, line) = stamp(at, context)
            line.append("- \(who) now called ", .faint)
            line.append(new, NickColor.style(for: new))
            lines.append(line)
            return lines
        case .topic(let room, let text, let by, let at):
            return topic(room, text, by: by, at, context)
        case .names(let names): return here(names)
        case .rooms(let rooms):
            if rooms.isEmpty { return [StyledText("[there are no rooms]", .faint)] }
            return rooms.map { room in
                var line = StyledText(room.room, .bold)
                line.append("  \(room.members) here", .faint)
                if !room.topic.isEmpty { line.append("  \(room.topic)") }
                return line
            }
        case .whois(let nick, let facts):
            let nick = nick.isEmpty ? context.nick : nick
            return [StyledText(nick, NickColor.style(for: nick))]
                + facts.map { StyledText("  \($0)") }
        case .away(let nick, let text):
            guard !nick.isEmpty, nick != context.nick else {
                return [
                    StyledText(text == nil ? "[you are back]" : "[you are away]", .faint)
                ]
            }
            return presence(nil, context, nick, text.map { "is away: \($0)" } ?? "is back")
        case .notice(let text):
            return StyledText.lines(
                StyledText("- ", .faint), text, continuation: StyledText("  "))
        case .queue, .admitted, .returned, .rated:
            return AdmissionWords.lines(event, context.isOperator).map { StyledText("- \($0)") }
        case .ended:
            return AdmissionWords.lines(event, context.isOperator).map {
                StyledText("- \($0)", .bold)
            }
        case .visitor(let visitor): return came(visitor)
        case .transcript(let told): return self.told(told)
        case .message, .history, .gap, .found, .welcome, .ack, .error, .bye, .ping, .pong,
            .redirect,
            .desk, .waiting, .done, .unknown:
            return []
        }
    }

    /// All in the background: it was not said here.
    private func told(_ told: DeskTranscript) -> [StyledText] {
        [StyledText(told.heading, .faint)]
            + told.entries.flatMap { entry in
                let time = entry.at.map { LocalTime($0, offset: offset($0)).clock + " " } ?? ""
                return StyledText.lines(
                    StyledText("  \(time)\(entry.from): ", .faint), entry.text, .faint,
                    continuation: StyledText("    ", .faint))
            }
    }

    private func came(_ visitor: DeskVisitor) -> [StyledText] {
        var line = StyledText("- ", .faint)
        line.append(visitor.nick, NickColor.style(for: visitor.nick))
        line.append(" is here", .bold)
        line.append("; waited \(ElapsedTime.text(visitor.waited))", .faint)
        for fact in visitor.facts { line.append("; \(fact)", .faint) }
        return [line]
    }

    private mutating func presence(
        _ at: Timestamp?, _ context: RenderContext, _ nick: String, _ words: String
    ) -> [StyledText] {
        var (lines, line) = stamp(at, context)
        line.append("- ", .faint)
        line.append(nick, NickColor.style(for: nick))
        line.append(" \(words)", .faint)
        lines.append(line)
        return lines
    }

    private mutating func topic(
        _ room: String, _ text: String, by: String, _ at: Timestamp?, _ context: RenderContext
    ) -> [StyledText] {
        if text.isEmpty { return [StyledText("[\(room) has no topic]", .faint)] }
        var (lines, line) = stamp(at, context)
        line.append("- \(room) is about: ", .faint)
        line.append(text)
        if !by.isEmpty { line.append(" (\(by))", .faint) }
        lines.append(line)
        return lines
    }

    private func here(_ names: RoomDescription) -> [StyledText] {
        var line = StyledText("[\(names.room): \(names.count) here: ", .faint)
        for (index, nick) in names.members.prefix(EventRenderer.maxNamesShown).enumerated() {
            if index > 0 { line.append(" ") }
            line.append(nick, NickColor.style(for: nick))
        }
        let shown = Int64(min(names.members.count, EventRenderer.maxNamesShown))
        if names.count > shown { line.append(" and \(names.count - shown) more", .faint) }
        line.append("]", .faint)
        guard names.isEntered, !names.topic.isEmpty else { return [line] }
        return [line, StyledText("[\(names.room) is about: \(names.topic)]", .faint)]
    }
}

/// Finds one's own nick in a text.
package enum Mention {
    /// Where `nick` first stands as a word of its own, in any case; nil when it does not.
    package static func firstRange(
        of nick: String, in text: Substring
    ) -> Range<Substring.Index>? {
        let wanted = CaselessText.folded(nick)
        guard !wanted.isEmpty else { return nil }
        var before: Character?
        var start = text.startIndex
        while start < text.endIndex {
            if !isWord(before), let end = end(of: wanted, in: text, from: start) {
                return start..<end
            }
            before = text[start]
            start = text.index(after: start)
        }
        return nil
    }

    private static func end(
        of wanted: String, in text: Substring, from start: Substring.Index
    ) -> Substring.Index? {
        var index = start
        var rest = wanted.unicodeScalars[...]
        // One character may fold to several: `ß` is `ss`.
        while !rest.isEmpty {
            guard index < text.endIndex else { return nil }
            let folded = CaselessText.folded(String(text[index])).unicodeScalars
            guard rest.starts(with: folded) else { return nil }
            rest = rest.dropFirst(folded.count)
            index = text.index(after: index)
        }
        return index < text.endIndex && isWord(text[index]) ? nil : index
    }

    private static func isWord(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    }
}

/// That messages are missing, in words.
package enum MissingWords {
    /// `5 messages are missing here: 3 to 7`.
    package static func phrase(_ range: ClosedRange<Int64>) -> String {
        let (first, last) = (range.lowerBound, range.upperBound)
        return first == last
            ? "a message is missing here: \(first)"
            : "\(last - first + 1) messages are missing here: \(first) to \(last)"
    }
}

extension MissingWords {
    /// `the server has lost 2 messages, those after 7`.
    package static func lost(_ count: Int64, after seq: Int64) -> String {
        count == 1
            ? "the server has lost a message: \(seq + 1)"
            : "the server has lost \(count) messages, those after \(seq)"
    }
}

/// Why somebody left, in words.
package enum LeaveWords {
    /// The last word when there was one, else what the reason's code means.
    package static func phrase(reason: String, text: String) -> String {
        if !text.isEmpty { return text }
        return reason == "left" || reason == "quit"
            ? "" : reason.split(separator: "_").joined(separator: " ")
    }
}
