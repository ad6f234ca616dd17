// What was said in a conversation before its server vanished, as its visitor tells it to whoever goes on
// with it (chatkit(5), `transcript`).
// Invariant: it is the visitor's word alone. It is passed on once and then forgotten; the room's history
// stays what was said in the room.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A visitor's account of a conversation.
package struct Transcript: Hashable, Sendable {
    /// Something that was said, by whom and, if that is known, when.
    package struct Entry: Hashable, Sendable {
        package let from: String
        package let text: String
        package let at: Timestamp?

        package init(from: String, text: String, at: Timestamp?) {
            self.from = from
            self.text = text
            self.at = at
        }

        /// What it counts for of `Limits.maxTranscriptBytes`.
        package var bytes: Int { from.utf8.count + text.utf8.count }

        /// Whether that may be the name of whoever said it: a nick, or nearly.
        package static func isName(_ name: String) -> Bool {
            !name.isEmpty && name.utf8.count <= Limits.maxNickBytes
                && name.count <= Limits.maxNickCharacters
                && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        }
    }

    /// Oldest first.
    package let entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }
}

/// A transcript as operators hear it.
package struct ToldTranscript: Hashable, Sendable {
    /// The conversation that goes on.
    package let room: RoomName
    /// Whose word it is.
    package let visitor: Nickname
    /// Where that conversation was before, as the relay says.
    package let reference: String
    package let transcript: Transcript

    package init(
        room: RoomName, visitor: Nickname, reference: String, transcript: Transcript
    ) {
        self.room = room
        self.visitor = visitor
        self.reference = reference
        self.transcript = transcript
    }
}

extension Hub {
    /// A visitor whom a relay has brought from elsewhere tells what was said there.
    mutating func bring(
        _ transcript: Transcript, _ id: ClientID, _ tag: RequestTag, _ output: inout HubOutput
    ) {
        let told: ToldTranscript
        do throws(HubError) {
            told = try takeTranscript(transcript, id)
        } catch {
            return output.tell(id, .error(error), tag)
        }
        let members = roomIDs[told.room].flatMap { rooms[$0]?.members } ?? []
        for member in members where reception.operators[member] != nil {
            output.tell(member, .transcript(told), .none)
        }
        output.tell(id, .done, tag)
    }

    /// Once for each conversation.
    private mutating func takeTranscript(
        _ transcript: Transcript, _ id: ClientID
    ) throws(HubError) -> ToldTranscript {
        guard policy.isDesk, let client = clients[id], let visit = client.visit,
            let seat = reception.seats[visit]
        else { throw .noConversation }
        guard reception.admission.host(of: visit) != nil else { throw .waiting }
        guard let reference = links.visits[visit]?.reference else { throw .noReference }
        guard !seat.hasTranscript else { throw .alreadyTold }
        reception.seats[visit]?.hasTranscript = true
        return ToldTranscript(
            room: RoomName(conversation: visit), visitor: client.person.nick,
            reference: reference, transcript: transcript)
    }
}
