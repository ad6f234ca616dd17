// What a line is typed for. At a desk that changes under one's hands: a visitor leaves, and the next
// one is there before Return is pressed. What was meant for the one must not be sent to the other.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What becomes of a line that is typed now.
package enum Aim: Hashable, Sendable {
    /// It is said in this room; nil: nowhere, or where the server chooses.
    case room(RoomName?)
    case rating
}

extension ChatSession {
    package var aim: Aim { isAskedToRate ? .rating : .room(wanted ?? active) }

    /// Gives back a line that was begun for something else; nil when it can be taken. Rooms other
    /// than conversations change when one says so.
    func misdirected(_ line: String, _ begun: Aim) -> [ClientAction]? {
        guard begun != aim, !SlashCommand.isCommand(line), isOfConversation(begun) else {
            return nil
        }
        guard line.contains(where: { !$0.isWhitespace }) else { return nil }
        let hint: String
        switch aim {
        case .rating: hint = "Return takes it for the rating"
        case .room(let room?): hint = "Return sends it to \(name(of: room))"
        case .room(nil): hint = "it is kept here"
        }
        return [
            .show(.trouble("not sent: it was begun for another conversation", hint: hint)),
            .edit(line),
        ]
    }

    private func isOfConversation(_ aim: Aim) -> Bool {
        if case .room(let room?) = aim { room.isConversation } else { false }
    }

    private func name(of room: RoomName) -> String {
        desk?.conversation(in: room)?.nick ?? visit.host ?? room.text
    }
}
