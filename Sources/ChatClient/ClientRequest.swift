// What the client asks of the server, each request one line of JSON. Pure.
// PRODUCT "JSON lines".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A request of the client → server vocabulary.
package enum ClientRequest: Hashable, Sendable {
    case hello(ClientHello)
    /// Without a room it goes to the first one that one is in.
    case message(room: String?, text: String, isAction: Bool, nonce: String)
    case privateMessage(to: String, text: String, nonce: String)
    case join(String)
    case leave(String)
    case nick(String)
    case names(room: String)
    case rooms
    case whois(String)
    case topic(room: String, set: String?)
    case profile(Profile)
    case away(String?)
    /// `label` comes back on the answer.
    case history(room: String, from: PageStart, limit: Int, label: String?)
    case search(ClientSearch)
    /// The visit with that ticket, or one's own.
    case rate(Rating, ticket: String?)
    /// For the conversation in that room, where it is for one.
    case desk(DeskRequest, room: String?)
    case waiting
    /// What was said in one's conversation, for whoever goes on with it; `label` comes back.
    case transcript([Transcript.Entry], label: String)
    case ping
    case pong
    case bye(text: String?)

    /// The request as a line, its newline included.
    package var line: [UInt8] {
        var out = ByteBuffer(reservingCapacity: 128)
        out.beginObject()
        write(into: &out)
        out.endObject()
        out.write(UInt8(ascii: "\n"))
        return out.storage
    }

    private func write(into out: inout ByteBuffer) {
        switch self {
        case .hello(let hello): hello.write(into: &out)
        case .message(let room, let text, let isAction, let nonce):
            out.member("type", "message")
            if let room { out.member("room", room) }
            out.member("text", text)
            if isAction { out.member("kind", "action") }
            out.member("nonce", nonce)
            // The label makes a refusal say which message it is for.
            out.member("id", nonce)
        case .privateMessage(let nick, let text, let nonce):
            out.member("type", "message")
            out.member("to", nick)
            out.member("text", text)
            out.member("nonce", nonce)
            out.member("id", nonce)
        case .join(let room): out.members("join", "room", room)
        case .leave(let room): out.members("leave", "room", room)
        case .nick(let nick): out.members("nick", "nick", nick)
        case .names(let room): out.members("names", "room", room)
        case .rooms: out.member("type", "rooms")
        case .whois(let nick): out.members("whois", "nick", nick)
        case .topic(let room, let text): out.members("topic", "room", room, "text", text)
        case .profile(let profile):
            out.member("type", "profile")
            ClientRequest.write(profile, into: &out)
        case .away(let text):
            out.member("type", "away")
            if let text { out.member("text", text) }
        case .history(let room, let start, let limit, let label):
            out.members("history", "room", room)
            switch start {
            case .latest: break
            case .after(let seq): out.member("after", seq)
            case .afterTime(let time): out.member("after", time)
            }
            out.member("limit", limit)
            if let label { out.member("id", label) }
        case .search(let search): search.write(into: &out)
        case .rate(let rating, let ticket):
            out.member("type", "rate")
            out.member("stars", rating.stars)
            if !rating.comment.isEmpty { out.member("comment", rating.comment) }
            if let ticket { out.member("ticket", ticket) }
        case .desk(let request, let room): ClientRequest.write(request, room, into: &out)
        case .waiting: out.member("type", "waiting")
        case .transcript(let entries, let label):
            out.member("type", "transcript")
            JSONWire.write(entries, into: &out)
            out.member("id", label)
        case .ping: out.member("type", "ping")
        case .pong: out.member("type", "pong")
        case .bye(let text):
            out.member("type", "bye")
            if let text { out.member("text", text) }
        }
    }

    private static func write(
        _ request: DeskRequest, _ room: String?, into out: inout ByteBuffer
    ) {
        out.member("type", "desk")
        switch request {
        case .next: out.member("do", "next")
        case .close(let text):
            out.member("do", "close")
            if !text.isEmpty { out.member("text", text) }
        case .pause: out.member("do", "pause")
        case .resume: out.member("do", "resume")
        case .transfer(let nick):
            out.member("do", "transfer")
            if let nick { out.member("to", nick) }
        }
        if let room { out.member("room", room) }
    }

    fileprivate static func write(_ profile: Profile, into out: inout ByteBuffer) {
        out.member("name", profile.name)
        out.member("student_id", profile.studentID)
        out.member("github", profile.github)
    }
}

/// The first words on a connection.
package struct ClientHello: Hashable, Sendable {
    package var nick: String?
    package var rooms: [String]
    package var profile: Profile
    /// The session that goes on.
    package var resume: String?
    /// The newest number seen of each room.
    package var seen: [SeenRoom] = []
    /// How many of a room's messages to be shown on coming in; nil: as the server likes.
    package var replay: Int?
    /// Gives back a place in the queue.
    package var ticket: String?
    /// The password of a desk's operators, for who is one of them.
    package var operatorToken: String?

    package struct SeenRoom: Hashable, Sendable {
        package let room: RoomName
        package let seq: Int64

        package init(room: RoomName, seq: Int64) {
            self.room = room
            self.seq = seq
        }
    }

    package init(
        nick: String? = nil, rooms: [String] = [], profile: Profile = Profile(),
        resume: String? = nil, seen: [SeenRoom] = [], replay: Int? = nil, ticket: String? = nil,
        operatorToken: String? = nil
    ) {
        self.nick = nick
        self.rooms = rooms
        self.profile = profile
        self.resume = resume
        self.seen = seen
        self.replay = replay
        self.ticket = ticket
        self.operatorToken = operatorToken
    }

    fileprivate func write(into out: inout ByteBuffer) {
        out.member("type", "hello")
        out.member("v", 1)
        if let nick { out.member("nick", nick) }
        if !rooms.isEmpty {
            out.beginArray("rooms")
            for room in rooms { out.element(room) }
            out.endArray()
        }
        if !profile.isEmpty {
            out.beginObject("profile")
            ClientRequest.write(profile, into: &out)
            out.endObject()
        }
        if let resume { out.member("resume", resume) }
        if resume != nil, !seen.isEmpty {
            var rooms = JSONObject()
            for entry in seen { _ = rooms.append(entry.room.text, .int(entry.seq)) }
            out.member("seen", .object(rooms))
        }
        if let replay { out.member("replay", replay) }
        if let ticket { out.member("ticket", ticket) }
        if let operatorToken {
            out.member("operator", true)
            out.member("token", operatorToken)
        }
    }
}

/// A search for words in all rooms one is in.
package struct ClientSearch: Hashable, Sendable {
    package var text: String
    package var since: Timestamp?
    package var until: Timestamp?
    /// `next` of the page before.
    package var before: Int64?
    package var limit: Int
    /// Comes back on the answer.
    package var label: String?

    package init(
        _ text: String, since: Timestamp? = nil, until: Timestamp? = nil, before: Int64? = nil,
        limit: Int = 20, label: String? = nil
    ) {
        self.text = text
        self.since = since
        self.until = until
        self.before = before
        self.limit = limit
        self.label = label
    }

    fileprivate func write(into out: inout ByteBuffer) {
        out.member("type", "search")
        out.member("text", text)
        if let since { out.member("since", since) }
        if let until { out.member("until", until) }
        if let before { out.member("before", before) }
        out.member("limit", limit)
        if let label { out.member("id", label) }
    }
}

extension ByteBuffer {
    /// The members of a request with one or two texts.
    fileprivate mutating func members(
        _ type: String, _ name: StaticString, _ value: String, _ other: StaticString = "",
        _ otherValue: String? = nil
    ) {
        member("type", type)
        member(name, value)
        if let otherValue { member(other, otherValue) }
    }
}
