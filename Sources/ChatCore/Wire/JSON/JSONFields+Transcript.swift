// The members of a `transcript` (chatkit(5)): what a visitor says was said elsewhere.
// Invariant: what is read is within `Limits.maxTranscriptMessages` and `maxTranscriptBytes`, also where
// a carrier takes more than a line at once.
// SPDX-License-Identifier: GPL-3.0-or-later

extension JSONFields {
    /// The transcript whose messages these are.
    func transcript() throws(JSONRefusal) -> Transcript {
        let need = "a list of 1 to \(Limits.maxTranscriptMessages) objects"
        guard let elements = self["messages"]?.array,
            (1...Limits.maxTranscriptMessages).contains(elements.count)
        else { throw .badField("messages", need) }
        var entries: [Transcript.Entry] = []
        var bytes = 0
        for element in elements {
            guard let object = element.object else { throw .badField("messages", need) }
            let entry = try JSONFields(object: object).transcriptEntry()
            bytes += entry.bytes
            guard bytes <= Limits.maxTranscriptBytes else {
                throw .badField("messages", "at most \(Limits.maxTranscriptBytes) bytes of text")
            }
            entries.append(entry)
        }
        return Transcript(entries)
    }

    private func transcriptEntry() throws(JSONRefusal) -> Transcript.Entry {
        let name = try requiredText("from")
        guard Transcript.Entry.isName(name) else {
            throw .badField(
                "from", "1 to \(Limits.maxNickCharacters) characters without controls")
        }
        let text = try requiredText("text")
        guard (1...Limits.maxMessageBytes).contains(text.utf8.count) else {
            throw .badField("text", "1 to \(Limits.maxMessageBytes) bytes")
        }
        return Transcript.Entry(from: name, text: text, at: try time("at"))
    }
}
