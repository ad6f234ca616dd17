// The members that name places in what was said: numbers, times, message ids, and how far a
// returning client has read. chatkit(5), `hello`, `history` and `search`.
// SPDX-License-Identifier: GPL-3.0-or-later

extension JSONFields {
    /// A place in a room's history: a message's number, its id, or a time.
    func point(_ name: String) throws(JSONRefusal) -> HistoryRequest.Point? {
        guard let value = self[name] else { return nil }
        if let seq = JSONFields.natural(value) { return .seq(seq) }
        if let text = value.string {
            if let time = Timestamp(rfc3339: text) { return .time(time) }
            if let id = MessageID(text) { return .message(id) }
        }
        throw .badField(name, "a number from 0 on, a time or the id of a message")
    }

    /// A point in time.
    func time(_ name: String) throws(JSONRefusal) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw .badField(name, "a time, such as 2026-11-21T09:30:00Z")
        }
        return time
    }

    /// How many, as far as a number of this machine goes; the request it is for clamps it.
    func count(_ name: String) throws(JSONRefusal) -> Int? {
        try number(name).map { Int(clamping: $0) }
    }

    /// How many of a page, one at least.
    func limit() throws(JSONRefusal) -> Int? {
        guard let limit = try count("limit") else { return nil }
        guard limit > 0 else { throw .badField("limit", "a whole number from 1 on") }
        return limit
    }

    /// Which messages of a room are wanted: `before`, `after` or `around` a place, or those that
    /// were written `since` one place, `until` another, or between the two.
    func bound() throws(JSONRefusal) -> HistoryRequest.Bound {
        var bound: (name: String, value: HistoryRequest.Bound)?
        func take(
            _ name: String, _ make: (HistoryRequest.Point) -> HistoryRequest.Bound
        ) throws(JSONRefusal) {
            guard let point = try point(name) else { return }
            if let earlier = bound {
                throw .badField(name, "absent where \(earlier.name) is given")
            }
            bound = (name, make(point))
        }
        try take("before") { .before($0) }
        try take("after") { .after($0) }
        try take("around") { .around($0) }
        if let since = try point("since"), let until = try point("until") {
            if let earlier = bound {
                throw .badField("since", "absent where \(earlier.name) is given")
            }
            return .between(since, until)
        }
        try take("since") { .after($0) }
        try take("until") { .before($0) }
        return bound?.value ?? .latest
    }

    /// The session that goes on, with what its client has seen of it.
    func resume() throws(JSONRefusal) -> Resume? {
        let seen = try seen()
        guard let token = try text("resume") else { return nil }
        guard Resume.isToken(token) else {
            throw .badField("resume", "what a welcome of this server gave as resume")
        }
        return Resume(token: token, seen: Dictionary(seen) { max($0, $1) })
    }

    /// The newest number seen in each room, in the order written; empty when nothing is said.
    func seen() throws(JSONRefusal) -> [(RoomName, UInt64)] {
        guard let value = self["seen"] else { return [] }
        guard let object = value.object else { throw .badField("seen", "an object") }
        guard object.members.count <= Limits.maxRoomsPerClient else { throw .hub(.tooManyRooms) }
        var seen: [(RoomName, UInt64)] = []
        for member in object.members {
            let room = try JSONFields.room(member.name)
            guard let seq = JSONFields.natural(member.value) else {
                throw .badField("seen", "an object of rooms and whole numbers from 0 on")
            }
            guard !seen.contains(where: { $0.0 == room }) else {
                throw .badField("seen", "an object with each room once")
            }
            seen.append((room, seq))
        }
        return seen
    }
}
