// CHATHISTORY: what was said earlier, as a batch of the lines it was said in, without those that
// were erased since. Clients that negotiated less are served as well, with what they understand.
// https://ircv3.net/specs/extensions/chathistory, https://ircv3.net/specs/extensions/batch
// SPDX-License-Identifier: GPL-3.0-or-later

extension IRCSession {
    mutating func chatHistory(_ message: IRCMessage, _ reply: inout ByteBuffer) -> SessionAction {
        do throws(IRCHistoryRefusal) {
            let query = try IRCHistoryQuery(message.params)
            guard openHistory.count < IRCLimits.maxOpenHistory else {
                throw IRCHistoryRefusal(
                    .messageError, query.subcommand.rawValue, text: "Too many requests at once")
            }
            openHistory.append(query)
            return .request(request(query.command, .history))
        } catch {
            write(error, into: &reply)
            return .handled
        }
    }

    /// The oldest request that was not answered yet.
    mutating func takeOpenHistory() -> IRCHistoryQuery? {
        openHistory.isEmpty ? nil : openHistory.removeFirst()
    }

    // MARK: - Answers

    func write(_ refusal: IRCHistoryRefusal, into reply: inout ByteBuffer) {
        line(
            "FAIL", ["CHATHISTORY", refusal.code.rawValue] + refusal.context, text: refusal.text,
            into: &reply)
    }

    mutating func writeHistory(
        of room: RoomName, _ messages: [Message], into reply: inout ByteBuffer
    ) {
        // An erased message has no text, hence no lines.
        writeBatch("chathistory \(room.text)", into: &reply) { [format] lines in
            for message in messages where message.kind.isKept {
                IRCWire.encode(message, format: format, into: &lines)
            }
        }
    }

    /// The rooms in which something was said, each with the time of its newest message.
    mutating func writeTargets(
        _ rooms: [(RoomName, Timestamp)], into reply: inout ByteBuffer
    ) {
        writeBatch("draft/chathistory-targets", into: &reply) { [serverName] lines in
            for (room, newest) in rooms {
                lines.write(":\(serverName) CHATHISTORY TARGETS \(room.text) ")
                lines.write(rfc3339: newest)
                lines.write(literal: "\r\n")
            }
        }
    }

    /// Writes what `body` writes as a batch, or just so for a client that knows of none.
    private mutating func writeBatch(
        _ typeAndParams: String, into reply: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void
    ) {
        guard capabilities.contains(.batch) else { return body(&reply) }
        batches &+= 1
        let reference = "b" + String(batches, radix: 36)
        var lines = ByteBuffer()
        body(&lines)
        reply.write(":\(serverName) BATCH +\(reference) \(typeAndParams)\r\n")
        for line in lines.readable.split(separator: UInt8(ascii: "\n")) {
            reply.write(ircLine: line, tag: "batch=\(reference)")
            reply.write(UInt8(ascii: "\n"))
        }
        reply.write(":\(serverName) BATCH -\(reference)\r\n")
    }
}
