// The newest of what was said in one's conversation with an operator, for whoever goes on with it at
// another server (chatkit(5), `transcript`). Pure.
// Invariant: no more is kept, and no more sent, than a server takes.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What a visitor can tell of its conversation.
struct ConversationMemory: Hashable, Sendable {
    /// Begins the request; the answers to it are nobody else's.
    static let label = "transcript"

    /// Oldest first.
    private(set) var entries: [Transcript.Entry] = []
    private var bytes = 0

    /// Keeps a message, and forgets the oldest ones that are too much.
    mutating func keep(_ message: ChatMessage) {
        guard !message.isErased, !message.text.isEmpty, !message.text.utf8.contains(0),
            message.text.utf8.count <= Limits.maxMessageBytes,
            Transcript.Entry.isName(message.from)
        else { return }
        // A transcript knows no actions.
        let text = message.isAction ? "* \(message.text)" : message.text
        let entry = Transcript.Entry(
            from: message.from, text: text.prefix(utf8Bytes: Limits.maxMessageBytes),
            at: message.at)
        entries.append(entry)
        bytes += entry.bytes
        while entries.count > Limits.maxTranscriptMessages || bytes > Limits.maxTranscriptBytes {
            bytes -= entries.removeFirst().bytes
        }
    }

    /// These are said again, by somebody called `nick`: they are no longer what was said before.
    mutating func forget(_ texts: [String], of nick: String) {
        for text in texts.reversed() {
            let index = entries.lastIndex { entry in
                (entry.text == text || entry.text == "* \(text)")
                    && FoldedName(entry.from) == FoldedName(nick)
            }
            guard let index else { continue }
            bytes -= entries.remove(at: index).bytes
        }
    }

    /// The conversation is over.
    mutating func forget() { self = ConversationMemory() }

    /// The newest messages that go into one line; nil when there are none.
    var line: [UInt8]? {
        var rest = entries
        while !rest.isEmpty {
            let line = ClientRequest.transcript(rest, label: ConversationMemory.label).line
            // The newline does not count.
            if line.count <= Limits.maxLineBytes + 1 { return line }
            rest.removeFirst()
        }
        return nil
    }
}
