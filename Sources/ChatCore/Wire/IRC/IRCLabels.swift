// Labelled commands whose answers the hub still owes: each answer is held until it is whole, since
// only then is it known whether it is one line, several (a batch) or none (ACK).
// Invariant: at most `IRCLimits.maxOpenLabels` are open; each has something outstanding.
// https://ircv3.net/specs/extensions/labeled-response
// SPDX-License-Identifier: GPL-3.0-or-later

/// The answer to one labelled command, as far as it is known.
package struct IRCLabelledAnswer: Sendable {
    /// As the client sent it, unescaped.
    package let label: String
    /// Requests to the hub that were not answered finally.
    package var outstanding = 0
    /// The answer's lines, without label.
    package var lines = ByteBuffer()
    /// Whether the lines are a batch of their own kind already: its beginning bears the label.
    package var isBatch = false
    /// What to echo when the hub has taken the post, for each outstanding request in order.
    package var echoes: [Post?] = []

    package init(label: String) { self.label = label }

    /// Writes the lines as the labelled answer they are.
    package func finish(batch: UInt64, server: String, into reply: inout ByteBuffer) {
        let label = IRCText.escapedTagValue(label)
        let parts = lines.readable.split(separator: UInt8(ascii: "\n"))
        switch parts.count {
        case 0:
            reply.write("@label=\(label) :\(server) ACK\r\n")
        case _ where parts.count == 1 || isBatch:
            reply.write(ircLine: lines.readable, tag: "label=\(label)")
        default:
            let reference = "b" + String(batch, radix: 36)
            reply.write("@label=\(label) :\(server) BATCH +\(reference) labeled-response\r\n")
            for part in parts {
                reply.write(ircLine: part, tag: "batch=\(reference)")
                reply.write(UInt8(ascii: "\n"))
            }
            reply.write(":\(server) BATCH -\(reference)\r\n")
        }
    }
}

extension IRCSession {
    /// Runs one labelled command: what it writes and what it asks of the hub is one answer.
    mutating func answerLabelled(
        _ message: IRCMessage, _ reply: inout ByteBuffer
    ) -> SessionAction {
        current = IRCLabelledAnswer(label: message.label)
        var lines = ByteBuffer()
        let action = dispatch(message, &lines)
        guard var answer = current else { return action }
        current = nil
        answer.lines = lines
        if answer.outstanding == 0 {
            finish(answer, &reply)
        } else {
            openLabels.append(answer)
        }
        return action
    }

    /// Writes an event that answers a labelled command.
    mutating func encodeLabelled(
        _ event: ClientEvent, at index: Int, mark: IRCMark, now: Timestamp,
        into reply: inout ByteBuffer
    ) {
        var answer = openLabels.remove(at: index)
        write(event, mark: mark, now: now, into: &answer.lines)
        switch event {
        case .history, .activity: answer.isBatch = capabilities.contains(.batch)
        default: break
        }
        guard Self.isFinal(event) else { return openLabels.insert(answer, at: index) }
        if let echo = answer.echoes.isEmpty ? nil : answer.echoes.removeFirst() {
            writeEcho(of: echo, event, now: now, into: &answer.lines)
        }
        answer.outstanding -= 1
        if answer.outstanding <= 0 {
            finish(answer, &reply)
        } else {
            openLabels.insert(answer, at: index)
        }
    }

    private mutating func finish(_ answer: IRCLabelledAnswer, _ reply: inout ByteBuffer) {
        batches &+= 1
        answer.finish(batch: batches, server: serverName, into: &reply)
    }

    /// Whether nothing more comes after `event` for the same request. A post may be answered by
    /// "is away" before it is acked.
    private static func isFinal(_ event: ClientEvent) -> Bool {
        switch event {
        case .privateMessage, .isAway, .notice: false
        default: true
        }
    }

    /// The sender's own copy of a labelled message.
    private func writeEcho(
        of post: Post, _ event: ClientEvent, now: Timestamp, into lines: inout ByteBuffer
    ) {
        var id = MessageID(origin: 0, number: 0)
        var seq: UInt64 = 0
        switch event {
        case .ack(_, let accepted, _, let number):
            id = accepted
            seq = number
        case .done: break
        default: return
        }
        guard let person else { return }
        var room: RoomName?
        var nick: Nickname?
        switch post.target {
        case .room(let name): room = name
        case .nick(let name): nick = try? Nickname(name)
        }
        let message = Message(
            id: id, room: room, seq: seq, from: person, to: nick, kind: post.kind,
            text: post.text, at: now, clientTags: post.clientTags)
        IRCWire.encode(message, format: format, into: &lines)
    }
}
