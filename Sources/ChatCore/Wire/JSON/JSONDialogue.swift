// What a conversation in JSON objects is about, whatever carries the objects: whether the client is
// known, and which rooms it is in. Lines (`JSONSession`) and Socket.IO events (`SocketIOSession`) share
// it, so that they share every request.
// Invariant: nothing but `hello`, `bye` and `rate` passes before a `hello` that was not refused.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One client's requests, and what their meaning depends on.
struct JSONDialogue: Sendable {
    /// What a request comes to, here and now.
    enum Outcome {
        /// Pass it to the hub.
        case request(HubRequest)
        /// Answer with a `pong` that repeats the nonce.
        case pong(nonce: String?)
        /// The client leaves, with this word. Who is a stranger to the hub is simply let go.
        case bye(String)
        /// Taken notice of; there is no answer.
        case nothing
    }

    /// Who says hello this way, as others see it.
    let user: String
    let host: String
    /// Becomes true with the hub's welcome and stays so.
    private(set) var isRegistered = false
    /// A `hello` was passed to the hub, which has not decided on it yet.
    private var isDeciding = false
    /// The rooms that the last `hello` asked for.
    private var askedRooms: [RoomName]?
    /// The rooms the client is in, in the order in which it entered them.
    private var rooms: [RoomName] = []

    init(user: String, host: String) {
        self.user = user
        self.host = host
    }

    /// Reads a request from its members, `type` among them.
    mutating func take(
        _ fields: JSONFields, _ tag: RequestTag
    ) throws(JSONRefusal) -> Outcome {
        let type = try fields.requiredText("type")
        guard let request = JSONRequest.named(type) else {
            throw mayAsk ? .unknownType(type.prefix(utf8Bytes: 64)) : .notRegistered
        }
        guard mayAsk || request.isForStrangers else { throw .notRegistered }
        switch try request.read(fields, self) {
        case .command(.register(let registration)):
            if !isRegistered {
                isDeciding = true
                askedRooms = registration.rooms
            }
            let tag = RequestTag(label: tag.label, mark: tag.mark | JSONMark.hello)
            return .request(HubRequest(.register(registration), tag: tag))
        case .command(let command): return .request(HubRequest(command, tag: tag))
        case .pong(let nonce): return .pong(nonce: nonce)
        case .bye(let word): return .bye(word)
        case .nothing: return .nothing
        }
    }

    /// The hub has told the client something.
    mutating func noticed(_ event: ClientEvent, _ tag: RequestTag) {
        switch event {
        case .welcome:
            isRegistered = true
        case .error where tag.mark & JSONMark.hello != 0:
            isDeciding = false
        case .entered(let snapshot):
            if !rooms.contains(snapshot.room) { rooms.append(snapshot.room) }
        case .exited(let room):
            rooms.removeAll { $0 == room }
        default: break
        }
    }

    /// Whether a `hello` was passed to the hub and not refused.
    var mayAsk: Bool { isRegistered || isDeciding }

    /// What `welcome` says of the rooms that the client begins in.
    var firstRooms: [RoomName] { askedRooms ?? [.lobby] }

    /// Where a message goes that names neither room nor addressee.
    var currentRoom: RoomName { rooms.first ?? .lobby }

    /// The room of that name: one the client is in costs no check.
    func knownRoom(_ text: String) -> RoomName? { rooms.first { $0.text == text } }
}
