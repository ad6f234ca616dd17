// Events of a Socket.IO client as requests in JSON: the event's name is the `type`, its first argument
// the members. What is easier to write in a page is understood as well, from one table: a text (or
// a number) alone stands for the member that matters most.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What an event asks for.
package struct SocketIORequest {
    /// Requests to be carried out one after the other; the first answers for all.
    package let objects: [JSONObject]

    /// Other names of requests.
    private static let synonyms = ["send": "message"]

    /// The member that an argument stands for that is no object.
    private static let members = [
        "message": "text", "history": "room", "leave": "room", "nick": "nick", "names": "room",
        "whois": "nick", "search": "text", "away": "text", "topic": "text",
        "ping": "nonce", "bye": "text", "hello": "nick",
    ]

    /// Members of `join` that only a `hello` understands.
    private static let helloOnly = ["resume", "token", "ticket"]

    /// Reads an event.
    /// - Parameters:
    ///   - isKnown: whether the client has said hello.
    ///   - room: the one that it means when it names none.
    package init(
        _ name: String, _ argument: JSONValue?, isKnown: Bool, room: RoomName
    ) throws(JSONRefusal) {
        let type = SocketIORequest.synonyms[name] ?? name
        switch (type, argument) {
        case ("join", _):
            objects = try SocketIORequest.join(argument, isKnown: isKnown)
        case ("leave", nil), ("leave", .null):
            objects = [JSONObject(type: type, [("room", .string(room.text))])]
        case ("rate", .string(let text)):
            objects = [JSONObject(type: type, SocketIORequest.rating(text))]
        case ("rate", .int):
            objects = [JSONObject(type: type, [("stars", argument)])]
        case (_, nil), (_, .null):
            objects = [JSONObject(type: type)]
        case (_, .object(let object)):
            objects = [JSONObject(type: type, object)]
        case (_, let value):
            guard let member = SocketIORequest.members[type] else {
                // Without its argument: it is unknown, or told what it lacks.
                objects = [JSONObject(type: type)]
                return
            }
            objects = [JSONObject(type: type, [(member, value)])]
        }
    }

    /// `5 great` is five stars and a word about them.
    private static func rating(_ text: String) -> [(String, JSONValue?)] {
        let words = text.trimmingBlanks()
        let first = words.prefix { $0 != " " }
        let comment = String(words.dropFirst(first.count)).trimmingBlanks()
        // What is no number is passed on as it is, and refused by whoever knows what stars are.
        let stars = first.utf8.count < 3 ? Int64(first).map(JSONValue.int) : nil
        return [
            ("stars", stars ?? .string(String(first))),
            ("comment", comment.isEmpty ? nil : .string(comment)),
        ]
    }

    /// What a client says of itself; a single `room` is the list of that one.
    static func hello(_ object: JSONObject) -> JSONObject {
        var hello = JSONObject(type: "hello", object)
        if let room = object["room"], object["rooms"] == nil {
            _ = hello.append("rooms", .array([room]))
        }
        return hello
    }

    /// `join` says who one is, enters rooms, or both: a text is a room when it begins with `#`, else
    /// a nick. Whoever is no stranger any more changes its nick that way.
    private static func join(
        _ argument: JSONValue?, isKnown: Bool
    ) throws(JSONRefusal) -> [JSONObject] {
        switch argument {
        case .string(let text) where text.utf8.first == UInt8(ascii: "#"):
            return [JSONObject(type: "join", [("room", argument)])]
        case .string:
            return [JSONObject(type: isKnown ? "nick" : "hello", [("nick", argument)])]
        case nil, .null:
            return [JSONObject(type: isKnown ? "join" : "hello")]
        case .object(let object):
            if !isKnown { return [hello(object)] }
            return try join(known: object)
        default: return [JSONObject(type: "join", [("room", argument)])]
        }
    }

    /// The requests of a client that has said hello already.
    private static func join(known object: JSONObject) throws(JSONRefusal) -> [JSONObject] {
        for name in helloOnly where object[name] != nil {
            throw .badField(name, "given when the connection is made, in its auth")
        }
        let fields = JSONFields(object: object)
        var objects: [JSONObject] = []
        if let nick = fields["nick"] { objects.append(JSONObject(type: "nick", [("nick", nick)])) }
        if let profile = fields["profile"] {
            guard let members = profile.object else { throw .badField("profile", "an object") }
            objects.append(JSONObject(type: "profile", members))
        }
        var rooms = try fields.rooms("rooms") ?? []
        if let room = try fields.room("room"), !rooms.contains(room) { rooms.append(room) }
        for room in rooms {
            objects.append(JSONObject(type: "join", [("room", .string(room.text))]))
        }
        guard !objects.isEmpty else { return [JSONObject(type: "join", object)] }
        if let id = object["id"] { _ = objects[0].append("id", id) }
        return objects
    }
}

extension JSONObject {
    /// A request with these members, as far as they are there.
    init(type: String, _ members: [(String, JSONValue?)] = []) {
        self.init()
        _ = append("type", .string(type))
        for (name, value) in members {
            if let value { _ = append(name, value) }
        }
    }

    /// A request with another object's members; a `type` among them means nothing.
    init(type: String, _ object: JSONObject) {
        self.init()
        _ = append("type", .string(type))
        for member in object.members { _ = append(member.name, member.value) }
    }
}
