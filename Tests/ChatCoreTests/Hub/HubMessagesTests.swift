// What is said: numbered, acknowledged once, remembered, refused.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Hub: messages")
struct HubMessagesTests {
    @Test("messages of a room are numbered from 1 without a gap; other rooms count for themselves")
    func numbering() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#a", "#b"])
        #expect(try scene.say("ann", "x", in: "#a") == ["*: message #a 1 ann: x"])
        #expect(try scene.say("ann", "x", in: "#b") == ["*: message #b 1 ann: x"])
        #expect(try scene.say("ann", "", in: "#a") == ["ann: error empty_message"])
        #expect(try scene.say("ann", "y", in: "#A") == ["*: message #a 2 ann: y"])
        #expect(scene.hub.currentStatistics.messages == 3)
    }

    @Test("a sender that wants no echo is named, everyone else gets the message")
    func withoutEcho() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(
            try scene.say("ann", "x", echo: false) == ["*: message #lobby 1 ann: x without ann"])
    }

    @Test("tags without text are passed on, not numbered and not kept")
    func tagsOnly() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(try scene.say("ann", "", kind: .tags) == ["*: message tags #lobby 0 ann: "])
        #expect(try scene.say("ann", "x") == ["*: message #lobby 1 ann: x"])
        let request = HistoryRequest(room: .lobby)
        #expect(scene.ask("ann", .history(request)) == ["ann: history #lobby [1] complete"])
    }

    @Test("a nonce is acknowledged, and sent again it is the same message")
    func nonce() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        let first = try scene.say("ann", "x", nonce: "n1")
        #expect(first == ["*: message #lobby 1 ann: x", "ann: ack n1 z-1 #lobby 1"])
        #expect(try scene.say("ann", "x", nonce: "n1") == ["ann: ack n1 z-1 #lobby 1"])
        // Whatever else the second sending says: the nonce is what counts.
        #expect(try scene.say("ann", "", in: "#none", nonce: "n1") == ["ann: ack n1 z-1 #lobby 1"])
        #expect(try scene.say("ann", "x", nonce: "N1").count == 2)
    }

    @Test("nonces belong to the session that used them")
    func noncePerSession() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        try scene.arrive("bob")
        try scene.say("ann", "x", nonce: "n")
        #expect(
            try scene.say("bob", "x", nonce: "n") == [
                "*: message #lobby 2 bob: x", "bob: ack n z-2 #lobby 2",
            ])
    }

    @Test("a refused message does not use up its nonce")
    func nonceOfRefused() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(try scene.say("ann", "", nonce: "n") == ["ann: error empty_message"])
        #expect(try scene.say("ann", "x", nonce: "n").last == "ann: ack n z-1 #lobby 1")
    }

    @Test("a nonce has 1 to 64 bytes")
    func badNonces() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        let longest = String(repeating: "n", count: Limits.maxNonceBytes)
        #expect(try scene.say("ann", "x", nonce: longest).count == 2)
        #expect(try scene.say("ann", "x", nonce: longest + "n") == ["ann: error bad_nonce"])
        #expect(try scene.say("ann", "x", nonce: "") == ["ann: error bad_nonce"])
    }

    @Test("after 256 newer nonces the oldest is a new message again")
    func forgottenNonce() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        for number in 0...Limits.maxNoncesPerSession {
            #expect(try scene.say("ann", "x", nonce: "n\(number)").count == 2)
        }
        #expect(try scene.say("ann", "x", nonce: "n1").count == 1)
        #expect(try scene.say("ann", "x", nonce: "n0").count == 2)
    }

    @Test("a message has at most 4096 bytes")
    func length() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        let longest = String(repeating: "ü", count: Limits.maxMessageBytes / 2)
        #expect(try scene.say("ann", longest).count == 1)
        #expect(try scene.say("ann", longest + "x") == ["ann: error message_too_long"])
    }

    @Test("one speaks in rooms that exist and that one is in")
    func wrongRooms() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#a"])
        try scene.arrive("bob")
        #expect(try scene.say("bob", "x", in: "#none") == ["bob: error no_such_room"])
        #expect(try scene.say("bob", "x", in: "#a") == ["bob: error not_in_room"])
        #expect(try scene.say("ann", "x", in: "#a") == ["*: message #a 1 ann: x"])
    }

    @Test("a private message reaches its addressee and comes back as an echo")
    func privateMessage() throws {
        var scene = HubScene(loops: 2)
        try scene.arrive("ann")
        try scene.arrive("bob")
        #expect(
            scene.ask("ann", .post(Post(to: .nick("BOB"), text: "hi", nonce: "n")), label: "l") == [
                "ann: message to bob ann: hi", "ann@l: ack n z-1 - 0",
                "bob: message to bob ann: hi",
            ])
        #expect(
            scene.ask("ann", .post(Post(to: .nick("bob"), text: "hi", echo: false))) == [
                "bob: message to bob ann: hi"
            ])
        #expect(
            scene.ask("ann", .post(Post(to: .nick("ann"), text: "note"))) == [
                "ann: message to ann ann: note"
            ])
        #expect(
            scene.ask("ann", .post(Post(to: .nick("nobody"), text: "hi")), label: "l") == [
                "ann@l: error no_such_nick"
            ])
    }

    @Test("a labelled message without a nonce is answered with done")
    func labelled() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        let post = HubCommand.post(Post(to: .room(.lobby), text: "x"))
        #expect(
            scene.ask("ann", post, label: "l") == ["*: message #lobby 1 ann: x", "ann@l: done"])
    }

    @Test("history is for those in the room")
    func history() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#a"])
        try scene.arrive("bob")
        for number in 1...3 { try scene.say("ann", "\(number)", in: "#a") }
        let room = try RoomName("#a")
        func ask(_ who: String, _ bound: HistoryRequest.Bound, _ limit: Int) -> [String] {
            scene.ask(who, .history(HistoryRequest(room: room, bound: bound, limit: limit)))
        }
        #expect(ask("ann", .latest, 20) == ["ann: history #a [1, 2, 3] complete"])
        #expect(ask("ann", .latest, 2) == ["ann: history #a [2, 3] partial"])
        #expect(ask("ann", .latest, -7) == ["ann: history #a [3] partial"])
        #expect(ask("ann", .after(.seq(1)), .max) == ["ann: history #a [2, 3] complete"])
        #expect(ask("ann", .before(.seq(3)), 1) == ["ann: history #a [2] partial"])
        #expect(ask("bob", .latest, 20) == ["bob: error not_in_room"])
        let none = HistoryRequest(room: try RoomName("#none"))
        #expect(scene.ask("bob", .history(none)) == ["bob: error no_such_room"])
    }

    @Test("the counts tell people, the most there were, rooms and messages")
    func statistics() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        try scene.arrive("bob", rooms: ["#b"])
        try scene.say("ann", "x")
        scene.ask("bob", .quit(.disconnected))
        #expect(scene.ask("ann", .statistics, label: "l") == ["ann@l: statistics 1 2 1 1"])
    }

    @Test("every error has a code for programs and a sentence for people")
    func errors() {
        let all: [HubError] = [
            .nickTaken("n"), .badNick("n", .empty), .badRoom("r", .empty), .noSuchNick("n"),
            .noSuchRoom("r"), .notInRoom("r"), .tooManyRooms, .messageTooLong, .emptyMessage,
            .badNonce, .badProfile, .topicTooLong, .alreadyRegistered, .notRegistered,
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(Set(all.map(\.message)).count == all.count)
        #expect(all.allSatisfy { $0.code.allSatisfy { $0.isLowercase || $0 == "_" } })
        #expect(HubError.noRoomForRooms.message != HubError.tooManyRooms.message)
    }
}
