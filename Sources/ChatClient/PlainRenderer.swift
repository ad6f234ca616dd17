// What happens in the chat → lines for a pipe or a log: one line an event, the fields in the same
// places, so that grep, cut and awk find them. Pure.
//
//     2026-11-21T10:00:00Z #lobby alice: hi            something said in a room
//     2026-11-21T10:00:05Z #lobby * alice waves        something done
//     2026-11-21T10:00:09Z @bob alice: psst            in private, to bob
//     2026-11-21T10:01:00Z #lobby - carol joined       anything else
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Makes lines for scripts. Time is UTC; a message of several lines is as many lines, each with
/// all fields.
package enum PlainRenderer {
    /// The lines for `display`; troubles are the caller's, for standard error.
    package static func render(
        _ display: Display, nick: String, now: Timestamp
    ) -> [StyledText] {
        switch display {
        case .message(let message, _), .recalled(let message): return render(message, now)
        case .gap(let room, let range):
            return [note(now, room, MissingWords.phrase(range))]
        case .rewound(let room, let seq, let lost):
            return [note(now, room, MissingWords.lost(lost, after: seq))]
        case .event(let event): return render(event, nick, now)
        case .lines(let lines): return lines.map { StyledText($0) }
        case .status, .trouble: return []
        }
    }

    private static func render(_ message: ChatMessage, _ now: Timestamp) -> [StyledText] {
        var head = start(message.at ?? now, message.room ?? "@\(message.to ?? "")")
        head.append(message.isAction ? "* \(message.from)" : message.from)
        head.append(message.isAction ? " " : ": ")
        return StyledText.lines(head, message.shownText, continuation: head)
    }

    private static func render(
        _ event: ChatEvent, _ own: String, _ now: Timestamp
    ) -> [StyledText] {
        switch event {
        case .joined(let room, let nick, let at): return [note(at ?? now, room, "\(nick) joined")]
        case .left(let room, let nick, let reason, let text, let at):
            let why = LeaveWords.phrase(reason: reason, text: text)
            return [note(at ?? now, room, "\(nick) left" + (why.isEmpty ? "" : " (\(why))"))]
        case .renamed(let old, let new, let at):
            return [note(at ?? now, "*", "\(old) is now called \(new)")]
        case .topic(let room, let text, _, let at):
            return [note(at ?? now, room, text.isEmpty ? "no topic" : "topic: \(text)")]
        case .names(let names):
            if names.isEntered { return [] }
            return [note(now, names.room, "here: \(names.members.joined(separator: " "))")]
        case .rooms(let rooms):
            return rooms.map { room in
                note(now, room.room, "members: \(room.members)")
            }
        case .whois(let nick, let facts):
            return facts.map { note(now, "@\(nick.isEmpty ? own : nick)", $0) }
        case .away(let nick, let text):
            return [
                note(now, "@\(nick.isEmpty ? own : nick)", text.map { "away: \($0)" } ?? "back")
            ]
        case .notice(let text):
            return StyledText.lines(note(now, "*", ""), text, continuation: note(now, "*", ""))
        case .queue, .admitted, .returned, .rated:
            return AdmissionWords.lines(event, false).map { note(now, "*", $0) }
        case .ended(let end):
            let lines = AdmissionWords.lines(event, end.operatorNick == own)
            return lines.map { note(now, end.room.text, $0) }
        case .visitor(let visitor):
            let facts = visitor.facts.map { "; \($0)" }.joined()
            let waited = ElapsedTime.text(visitor.waited)
            return [
                note(now, visitor.room.text, "\(visitor.nick) is here; waited \(waited)\(facts)")
            ]
        case .transcript(let told):
            let place = told.room.text
            return [note(now, place, told.heading)]
                + told.entries.map { note($0.at ?? now, place, "\($0.from): \($0.text)") }
        case .desk(let report): return [note(now, "*", "desk: " + AdmissionWords.summary(report))]
        case .message, .history, .gap, .found, .welcome, .ack, .error, .bye, .ping, .pong,
            .redirect,
            .waiting, .done, .unknown:
            return []
        }
    }

    private static func start(_ time: Timestamp, _ place: String) -> StyledText {
        var stamp = ByteBuffer()
        stamp.write(rfc3339: time)
        // Milliseconds are dropped: `2026-11-21T10:00:00.000Z` keeps its first 19 characters.
        return StyledText("\(stamp.text.prefix(19))Z \(place) ")
    }

    private static func note(_ time: Timestamp, _ place: String, _ text: String) -> StyledText {
        var line = start(time, place)
        line.append("- ")
        line.append(text.split(whereSeparator: \.isNewline).joined(separator: " "))
        return line
    }
}
