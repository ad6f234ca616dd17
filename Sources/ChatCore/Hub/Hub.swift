// Who is here, in which rooms, and what is said: plain state behind one lock. A request goes in with
// the time, what to tell whom comes out as values, in one total order per event loop; nothing here
// encodes, writes or waits. Invariants: a nick belongs to one client; a room's members and a client's
// rooms mirror each other; a room's messages are numbered 1, 2, 3 …
// SPDX-License-Identifier: GPL-3.0-or-later

/// The state of one server.
package struct Hub: Sendable {
    struct Client: Sendable {
        var person: Person
        var rooms: [RoomID] = []
        let since: Timestamp
        var lastSpoke: Timestamp
        let memberLimit: Int
        /// How many messages of a room it is shown on entering.
        var replay: Int
        /// nil for operators, and for those whose visit is over.
        var visit: VisitID?
    }

    /// A session, as long as its client is here.
    struct Session: Sendable {
        var client: ClientID
        var nonces = NonceMemory()
    }

    /// What most clients never have: kept apart, so that an idle client stays small.
    struct Details: Sendable {
        var profile: Profile?
        var away: String?
        /// The token of its session, when it can be resumed or has used a nonce.
        var session: String?
        /// Its newest message that is acknowledged when committed.
        var lastNumber: UInt64 = 0
        /// It has rated its visit, where visits have no seats.
        var hasRated = false
    }

    struct Room: Sendable {
        let name: RoomName
        let createdAt: Timestamp
        var members: Set<ClientID> = []
        /// How many of the members each event loop carries.
        var membersByLoop: [Int]
        var topic: Topic?
        var lastSeq: UInt64 = 0
        var recent = RecentRing()
        /// The newest messages are in the journal only, from before the server was started.
        var isRecentInJournal = false

        /// Nobody is in it or listens to it.
        var isDeserted: Bool { members.isEmpty && membersByLoop.allSatisfy { $0 == 0 } }
    }

    var clients: [ClientID: Client] = [:]
    var details: [ClientID: Details] = [:]
    var clientsByNick: [FoldedName: ClientID] = [:]
    var rooms: [RoomID: Room] = [:]
    var roomIDs: [RoomName: RoomID] = [:]
    var sessions: [String: Session] = [:]
    /// Why nothing is committed at the moment.
    var failure: String?
    /// Who was told so.
    var warned: Set<ClientID> = []
    /// What was fetched for a client's request that is about to be applied.
    var fetched: [ClientID: [HubLoad: HubLoaded]] = [:]
    /// Rooms in the order in which they became empty; some may have people again, or stand here
    /// twice. At most twice `Limits.maxEmptyRooms`.
    var emptyRooms: [RoomID] = []
    /// Those outside who hear a room.
    var listeners: [ClientID: RoomID] = [:]
    /// What was posted from outside with a nonce.
    var outsideNonces = OutsideNonces()
    var postLimits: PostLimits
    var statistics = HubStatistics()
    var reception: Reception
    var links = Links()
    private var nextRoom: UInt32 = 0
    var lastMessage: UInt64 = 0
    /// The newest message that is to be committed.
    var lastKept: UInt64 = 0
    private var nextGuest: UInt64 = 0

    let serverName: String
    let startedAt: Timestamp
    let origin: UInt64
    let loopCount: Int
    let policy: HubPolicy

    /// - Parameters:
    ///   - origin: this server's number in message ids; random, chosen once per database.
    ///   - loops: how many event loops carry clients.
    package init(
        serverName: String, origin: UInt64, loops: Int, startedAt: Timestamp,
        policy: HubPolicy = HubPolicy()
    ) {
        self.policy = policy
        postLimits = PostLimits(policy.posting)
        self.serverName = serverName
        self.origin = origin
        self.startedAt = startedAt
        loopCount = max(1, loops)
        reception = Reception(Admission(policy.admission))
        let start = Now(instant: Instant(nanoseconds: 0), wall: startedAt)
        if !policy.isDesk { openHouse(start) }
    }

    /// Carries out one request of `client`.
    package mutating func apply(
        _ request: HubRequest, from client: ClientID, now: Now, output: inout HubOutput
    ) {
        switch request.command {
        case .relay(let bytes):
            output.tell(client, .raw(bytes), .none)
        case .link(let relay): openLink(client, relay)
        case .left(let left): tellOperators(left, from: client, &output)
        case .api(let asked): api(asked, client, now, request.tag, &output)
        case .register(let registration):
            defer { fetched[client] = nil }
            register(registration, client, now, request.tag, &output)
        case .quit(let reason, let lastWords):
            if !lastWords.isEmpty { output.tell(client, .lastWords(lastWords), .none) }
            quit(client, reason, now, &output)
        case .rate(let rating, let ticket?) where clients[client] == nil:
            rate(rating, ticket, client, now, request.tag, &output)
            fetched[client] = nil
        default:
            guard clients[client] != nil else {
                return output.tell(client, .error(.notRegistered), request.tag)
            }
            if reception.afterwards[client] != nil, case .post(let post) = request.command {
                return answerRating(post.text, client, now, request.tag, &output)
            }
            if let refusal = refusal(of: request.command, from: client) {
                if !fetched.isEmpty { fetched[client] = nil }
                return output.tell(client, .error(refusal), request.tag)
            }
            applyRegistered(request, client, now, &output)
            if !fetched.isEmpty { fetched[client] = nil }
        }
    }

    private mutating func applyRegistered(
        _ request: HubRequest, _ client: ClientID, _ now: Now, _ output: inout HubOutput
    ) {
        let tag = request.tag
        let wall = now.wall
        switch request.command {
        case .post(let post):
            if policy.isDesk, reception.operators[client] == nil {
                deskPost(post, client, now, tag, &output)
            } else {
                self.post(post, client, now, tag, &output)
            }
        case .join(let name): join(name, by: client, wall, tag, &output)
        case .leave(let name, let word):
            if name.isConversation, policy.isDesk, reception.operators[client] == nil {
                deskLeave(client, now, &output)
            } else {
                leave(name, word, client, wall, tag, &output)
            }
        case .rename(let nick): rename(nick, client, now, tag, &output)
        case .names(let name): names(name, client, tag, &output)
        case .rooms: output.tell(client, .rooms(roomList()), tag)
        case .whois(let nick): whois(nick, client, wall, tag, &output)
        case .who(let query): who(query, client, tag, &output)
        case .history(let request): history(request, client, tag, &output)
        case .search(let request): search(request, client, tag, &output)
        case .activity(let from, let to, let limit):
            activity(from, to, limit, client, tag, &output)
        case .profile(let profile): setProfile(profile, client, tag, &output)
        case .topic(let name, let text): topic(name, text, client, wall, tag, &output)
        case .away(let text): setAway(text, client, wall, tag, &output)
        case .present(let nicks): present(nicks, client, tag, &output)
        case .statistics:
            output.tell(client, .statistics(currentStatistics, startedAt: startedAt), tag)
        case .rate(let rating, let ticket): rate(rating, ticket, client, now, tag, &output)
        case .transcript(let transcript): bring(transcript, client, tag, &output)
        case .desk(let request, let room): desk(request, room, client, now, tag, &output)
        case .waiting: waiting(client, now, tag, &output)
        case .register, .relay, .link, .left, .quit, .api: break  // handled by `apply`
        }
    }

    /// The counts as they are now.
    package var currentStatistics: HubStatistics {
        var counts = statistics
        counts.people = clients.count
        counts.rooms = rooms.count
        return counts
    }

    /// A new number for a message of this server.
    mutating func makeMessageID() -> MessageID {
        lastMessage += 1
        return MessageID(origin: origin, number: lastMessage)
    }

    /// A name for somebody who gave none.
    mutating func makeGuestNick() throws(NameError) -> Nickname {
        while true {
            nextGuest += 1
            let nick = try Nickname("client#\(nextGuest)")
            if clientsByNick[nick.folded] == nil { return nick }
        }
    }

    mutating func makeRoomID() -> RoomID {
        repeat { nextRoom &+= 1 } while rooms[RoomID(raw: nextRoom)] != nil
        return RoomID(raw: nextRoom)
    }
}

/// What the hub wants told, per event loop, in order.
package struct HubOutput: Sendable {
    package var perLoop: [[LoopItem]]
    /// Profiles that arrived: the server prints each as one block (system B).
    package var profiles: [(Nickname, Profile)] = []
    /// Messages to be committed, in the order of their numbers; empty without a journal.
    package var accepted: [Acceptance] = []
    /// Rooms whose topic changed.
    package var topics: [(RoomName, Topic?, Timestamp)] = []
    /// Steps of visits, in order.
    package var visits: [VisitRecord] = []

    package init(loops: Int) {
        perLoop = Array(repeating: [], count: max(1, loops))
    }

    /// Tells one client.
    mutating func tell(_ client: ClientID, _ event: ClientEvent, _ tag: RequestTag) {
        append(.direct(client, event, tag), loop: client.loop)
    }

    /// Tells everyone in a room.
    mutating func tell(_ room: RoomID, _ members: [Int], _ event: RoomEvent) {
        for loop in perLoop.indices where loop < members.count && members[loop] > 0 {
            perLoop[loop].append(.room(room, event))
        }
    }

    /// Lets a client that waited for its request be read again.
    package mutating func resume(_ client: ClientID) {
        append(.resumed(client), loop: client.loop)
    }

    package mutating func append(_ item: LoopItem, loop: Int) {
        guard perLoop.indices.contains(loop) else { return }
        perLoop[loop].append(item)
    }
}
