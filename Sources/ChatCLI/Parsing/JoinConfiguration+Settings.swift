// The second stage for `join`: settings as given become the validated configuration.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO
import ChatTerminal

extension JoinConfiguration {
    /// Reads every setting; the first bad one is thrown.
    package init(_ settings: Settings, _ surroundings: Surroundings) throws(UsageError) {
        self.init(version: chatkitVersion)
        server = try JoinConfiguration.endpoint(settings)
        nick = try settings.value(JoinSpec.nick) { text throws(BadValue) in
            try JoinConfiguration.naming("a nick") { () throws(NameError) in
                try Nickname(text).text
            }
        }
        rooms = try JoinConfiguration.rooms(settings)
        profile = Profile(
            name: try settings.value(JoinSpec.name, JoinConfiguration.readField) ?? "",
            studentID: try settings.value(JoinSpec.studentID, JoinConfiguration.readField) ?? "",
            github: try settings.value(JoinSpec.github, JoinConfiguration.readField) ?? "")
        json = try settings.flag(JoinSpec.json, default: json)
        send = try settings.values(JoinSpec.send, JoinConfiguration.readMessage)
        linger =
            try settings.value(JoinSpec.linger) { text throws(BadValue) in
                text == "forever" ? .forever : try Seconds.read(text)
            } ?? linger
        try readHistory(settings)
        let chosen = try settings.value(JoinSpec.color) { text throws(BadValue) in
            try Choice.read(text, ColorChoice.self)
        }
        color = chosen ?? color
        // https://no-color.org: set to anything but the empty text.
        if color == .auto, surroundings.variables["NO_COLOR", default: ""] != "" { color = .never }
        reconnect = try settings.flag(JoinSpec.reconnect, default: reconnect)
        try readOperator(settings, surroundings)
    }

    /// What of the past is wanted. `--until` is an end, and so are `--search` and `--send`.
    private mutating func readHistory(_ settings: Settings) throws(UsageError) {
        since = try settings.value(JoinSpec.since) { text throws(BadValue) in
            try MessagePoint(text)
        }
        until = try settings.value(JoinSpec.until) { text throws(BadValue) in
            try MessagePoint(text)
        }
        search = try settings.value(JoinSpec.search, JoinConfiguration.readSearch)
        let wantsFollow = try settings.flag(JoinSpec.follow, default: until == nil)
        history = try settings.flag(JoinSpec.history, default: history)
        follow = wantsFollow && search == nil
        if until != nil, wantsFollow {
            throw UsageError(
                "conflicting options", value: "--until, --follow",
                why: "one exits where the other keeps listening", hint: "leave out one of them")
        }
        guard !send.isEmpty else { return }
        let past = [JoinSpec.since, JoinSpec.until, JoinSpec.search, JoinSpec.follow]
        if let given = settings.given(anyOf: past.map(\.long)).first {
            throw UsageError(
                "conflicting options", value: "--send, \(given.source.spelling)",
                why: "one posts messages, the other prints existing ones",
                hint: "use two commands, one after the other")
        }
    }

    private static func readSearch(_ text: String) throws(BadValue) -> String {
        guard text.utf8.count <= Limits.maxSearchBytes else {
            throw BadValue("it is longer than \(Limits.maxSearchBytes) bytes")
        }
        guard text.unicodeScalars.contains(where: { $0.properties.isAlphabetic || $0.isDigit })
        else { throw BadValue("it contains no words") }
        guard !text.unicodeScalars.contains("\0") else {
            throw BadValue("it has a NUL character")
        }
        return text
    }

    /// The argument and `--port` say parts of one thing. A port in `HOST:PORT` and one in
    /// `--port` from the same source contradict each other; otherwise the nearer source wins.
    private static func endpoint(_ settings: Settings) throws(UsageError) -> Endpoint {
        let serverKey = JoinSpec.server.key
        let portKey = JoinSpec.port.long
        let together = settings.given(anyOf: [serverKey, portKey])
        var endpoint = Endpoint(host: "127.0.0.1", port: defaultPort)
        var portInServer: UInt16?
        if let given = settings.given(serverKey).last {
            let read = try settings.interpret(given) { text throws(BadValue) in
                try HostAndPort(text, for: .connect)
            }
            endpoint.host = read.host
            portInServer = read.port
        }
        let isNearest = { (key: String) in together.contains { $0.key == key } }
        if let given = settings.given(portKey).last, isNearest(portKey) || portInServer == nil {
            if portInServer != nil, isNearest(serverKey),
                let server = together.last(where: { $0.key == serverKey })
            {
                throw UsageError(
                    "conflicting options",
                    value: "\(Visible.text(server.value)), \(given.source.spelling)",
                    why: "both set the port", hint: "leave out \(given.source.spelling)")
            }
            endpoint.port = try settings.interpret(given, PortUse.connect.read)
        } else {
            endpoint.port = portInServer ?? endpoint.port
        }
        return endpoint
    }

    private static func rooms(_ settings: Settings) throws(UsageError) -> [RoomName] {
        var rooms: [RoomName] = []
        for given in settings.given(JoinSpec.room.long) {
            let room = try settings.interpret(given) { text throws(BadValue) in
                try naming("a room") { () throws(NameError) in try RoomName(text) }
            }
            if rooms.contains(room) { continue }
            guard rooms.count < Limits.maxRoomsPerClient else {
                throw UsageError(
                    "too many rooms", value: given.value,
                    why: "a client is in at most \(Limits.maxRoomsPerClient)",
                    hint: "leave out some --room")
            }
            rooms.append(room)
        }
        return rooms
    }

    private static func naming<T>(
        _ what: String, _ make: () throws(NameError) -> T
    ) throws(BadValue) -> T {
        do throws(NameError) {
            return try make()
        } catch {
            throw BadValue("it cannot be \(what): \(error.reason)")
        }
    }

    private static func readField(_ text: String) throws(BadValue) -> String {
        guard text.utf8.count <= Limits.maxProfileFieldBytes else {
            throw BadValue("it is longer than \(Limits.maxProfileFieldBytes) bytes")
        }
        guard !text.hasControls else { throw BadValue("it has a control character") }
        return text
    }

    private static func readMessage(_ text: String) throws(BadValue) -> String {
        guard !text.isEmpty else { throw BadValue("there is no text to send") }
        guard text.utf8.count <= Limits.maxMessageBytes else {
            throw BadValue(
                "it is longer than \(Limits.maxMessageBytes) bytes",
                hint: "pipe longer texts into standard input, a message a line")
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { properties.numericType != nil }
}
