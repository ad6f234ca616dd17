// Messages of those who waited in vain: the relay's journal keeps them in a room of its own, and whoever
// has the relay's token reads them (`GET /left`).
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal

/// The relay's one room.
final class LeftMessages {
    private static let room = RoomName(known: "#left-messages")
    /// Most of one person.
    private static let most = 20

    private let journal: Journal
    private var lastNumber: UInt64
    private var lastSeq: UInt64

    init(_ journal: Journal) {
        self.journal = journal
        lastNumber = journal.opening.lastNumber
        lastSeq = journal.opening.rooms.first { $0.name == LeftMessages.room }?.lastSeq ?? 0
    }

    func keep(_ texts: [String], of nick: Nickname, at: Timestamp) {
        let author = Person(nick: nick, user: "~relay", host: "relay.chatkit", realName: "")
        let records = texts.prefix(LeftMessages.most).map { text in
            lastNumber += 1
            lastSeq += 1
            return JournalRecord(
                .message(
                    Message(
                        id: MessageID(origin: journal.opening.origin, number: lastNumber),
                        room: LeftMessages.room, seq: lastSeq, from: author, kind: .text,
                        text: text, at: at), nonce: nil))
        }
        _ = journal.append(Array(records))
    }

    /// The newest ones; the answer comes on another thread.
    func read(_ completion: @escaping @Sendable (ClientEvent) -> Void) {
        let query = HistoryQuery(room: LeftMessages.room, limit: Limits.maxHistoryPage)
        journal.reader.history(query) { result in
            switch result {
            case .success(let page):
                completion(
                    .history(LeftMessages.room, page.messages, complete: page.complete))
            case .failure(let error): completion(.error(.unavailable(error.reason)))
            }
        }
    }
}
