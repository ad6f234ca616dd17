// What JSON clients may ask: one table of requests. Each reads its own fields; the checks that all
// have in common are the dialogue's. The order is the order of the search, the commonest first.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One type of request.
struct JSONRequest: Sendable {
    /// What a request comes to.
    enum Meaning {
        case command(HubCommand)
        /// Answered with a `pong` that repeats the nonce.
        case pong(nonce: String?)
        /// The client leaves, with this word.
        case bye(String)
        /// Taken notice of; there is no answer.
        case nothing
    }

    /// How many messages a page has when the request does not say.
    private static let page = 20
    /// How many people of a room its newcomer is told by name; `names` tells all.
    private static let memberLimit = 256

    typealias Reader = @Sendable (JSONFields, JSONDialogue) throws(JSONRefusal) -> Meaning

    let type: String
    /// Whether it is allowed before a `hello`.
    let isForStrangers: Bool
    let read: Reader

    private init(_ type: String, forStrangers: Bool = false, _ read: @escaping Reader) {
        self.type = type
        isForStrangers = forStrangers
        self.read = read
    }

    /// The request called `type`, or nil.
    static func named(_ type: String) -> JSONRequest? { all.first { $0.type == type } }

    /// All there are.
    static let all = [
        JSONRequest("message", readMessage),
        JSONRequest("hello", forStrangers: true, readHello),
        JSONRequest("ping") { fields, _ throws(JSONRefusal) in
            .pong(nonce: try fields.text("nonce"))
        },
        JSONRequest("pong") { _, _ in .nothing },
        JSONRequest("join") { fields, _ throws(JSONRefusal) in
            .command(.join(try fields.requiredRoom("room")))
        },
        JSONRequest("leave") { fields, _ throws(JSONRefusal) in
            let word = try fields.text("text") ?? ""
            return .command(.leave(try fields.requiredRoom("room"), word: word))
        },
        JSONRequest("nick") { fields, _ throws(JSONRefusal) in
            guard let nick = try fields.nick("nick") else {
                throw .badField("nick", "given, and a string")
            }
            return .command(.rename(nick))
        },
        JSONRequest("names") { fields, dialogue throws(JSONRefusal) in
            .command(.names(try fields.room("room") ?? dialogue.currentRoom))
        },
        JSONRequest("rooms") { _, _ in .command(.rooms) },
        JSONRequest("whois") { fields, _ throws(JSONRefusal) in
            .command(.whois(try fields.requiredText("nick")))
        },
        JSONRequest("history") { fields, dialogue throws(JSONRefusal) in
            let room = try fields.room("room") ?? dialogue.currentRoom
            return .command(
                .history(
                    HistoryRequest(
                        room: room, bound: try fields.bound(),
                        limit: try fields.limit() ?? JSONRequest.page)))
        },
        JSONRequest("search", readSearch),
        JSONRequest("profile") { fields, _ throws(JSONRefusal) in
            .command(.profile(try fields.profile()))
        },
        JSONRequest("topic") { fields, dialogue throws(JSONRefusal) in
            let room = try fields.room("room") ?? dialogue.currentRoom
            return .command(.topic(room, set: try fields.text("text")))
        },
        JSONRequest("away") { fields, _ throws(JSONRefusal) in
            .command(.away(try fields.text("text")))
        },
        // Of a visitor who is gone; the hub wants a ticket of it.
        JSONRequest("rate", forStrangers: true, readRate),
        JSONRequest("transcript") { fields, _ throws(JSONRefusal) in
            .command(.transcript(try fields.transcript()))
        },
        JSONRequest("desk", readDesk),
        JSONRequest("waiting") { _, _ in .command(.waiting) },
        JSONRequest("bye", forStrangers: true) { fields, _ throws(JSONRefusal) in
            .bye(try fields.text("text") ?? "")
        },
    ]
}

// MARK: - The larger ones

extension JSONRequest {
    @Sendable
    private static func readMessage(
        _ fields: JSONFields, _ dialogue: JSONDialogue
    ) throws(JSONRefusal) -> Meaning {
        let text = try fields.requiredText("text")
        let target: MessageTarget
        if let nick = try fields.text("to") {
            guard try fields.text("room") == nil else {
                throw .badField("to", "absent where room is given")
            }
            target = .nick(nick)
        } else if let name = try fields.text("room"), let room = dialogue.knownRoom(name) {
            target = .room(room)
        } else {
            target = .room(try fields.room("room") ?? dialogue.currentRoom)
        }
        let post = Post(
            to: target, kind: try fields.kind("kind"), text: text, nonce: try fields.text("nonce"))
        return .command(.post(post))
    }

    /// `token` is a password where something asks for one: for operators of a desk.
    /// A session that goes on does so in the rooms that were seen, unless it names others.
    @Sendable
    private static func readHello(
        _ fields: JSONFields, _ dialogue: JSONDialogue
    ) throws(JSONRefusal) -> Meaning {
        if let version = try fields.number("v"), version != JSONWire.version {
            throw .badField("v", "\(JSONWire.version)")
        }
        let token = try fields.text("token")
        let isOperator = try fields.flag("operator") ?? false
        if isOperator, token == nil { throw .badField("token", "the operators' password") }
        let profile = try fields.profile("profile")
        let resume = try fields.resume()
        var rooms = try fields.rooms("rooms")
        if rooms == nil, resume?.seen.isEmpty == false { rooms = try fields.seen().map(\.0) }
        return .command(
            .register(
                Registration(
                    nick: try fields.nick("nick"), user: dialogue.user, host: dialogue.host,
                    realName: profile?.name ?? "", profile: profile, rooms: rooms,
                    memberLimit: memberLimit, resume: resume, isResumable: true,
                    replay: try fields.count("replay"), ticket: try fields.text("ticket"),
                    password: isOperator ? token : nil)))
    }

    @Sendable
    private static func readRate(
        _ fields: JSONFields, _ dialogue: JSONDialogue
    ) throws(JSONRefusal) -> Meaning {
        guard let stars = fields["stars"]?.integer.flatMap({ Int(exactly: $0) }),
            let rating = Rating(stars: stars, comment: try fields.text("comment") ?? "")
        else { throw .hub(.badRating) }
        return .command(.rate(rating, ticket: try fields.text("ticket")))
    }

    @Sendable
    private static func readDesk(
        _ fields: JSONFields, _ dialogue: JSONDialogue
    ) throws(JSONRefusal) -> Meaning {
        let request: DeskRequest
        switch try fields.requiredText("do") {
        case "next": request = .next
        case "close": request = .close(try fields.text("text") ?? "")
        case "pause": request = .pause
        case "resume": request = .resume
        case "transfer": request = .transfer(to: try fields.text("to"))
        default: throw .badField("do", "next, close, pause, resume or transfer")
        }
        return .command(.desk(request, room: try fields.room("room")))
    }

    @Sendable
    private static func readSearch(
        _ fields: JSONFields, _ dialogue: JSONDialogue
    ) throws(JSONRefusal) -> Meaning {
        .command(
            .search(
                SearchRequest(
                    text: try fields.requiredText("text"), room: try fields.room("room"),
                    from: try fields.nick("from")?.text, since: try fields.time("since"),
                    until: try fields.time("until"), before: try fields.number("before"),
                    limit: try fields.limit() ?? page)))
    }
}
