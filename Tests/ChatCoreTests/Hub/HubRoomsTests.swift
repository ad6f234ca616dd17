// Entering, leaving, lists, topics, and how long rooms live.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Hub: rooms")
struct HubRoomsTests {
    private let lobby = RoomName.lobby

    @Test("a room is made when somebody enters, and everyone in it is told")
    func join() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(
            scene.ask("ann", .join(try RoomName("#new")), label: "l") == [
                "ann enters r2", "*: joined #new ann", "ann@l: entered #new [ann] last 0",
            ])
        #expect(
            scene.ask("ann", .join(try RoomName("#NEW"))) == ["ann: reentered #new [ann] last 0"])
    }

    @Test("who leaves a room is told with everyone else, and hears it no more")
    func leave() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        try scene.arrive("bob")
        #expect(
            scene.ask("ann", .leave(lobby, word: "tea"), label: "l") == [
                "*: left #lobby ann left tea", "ann exits r1", "ann@l: exited #lobby",
            ])
        #expect(scene.ask("ann", .leave(lobby, word: "")) == ["ann: error not_in_room"])
        let none = try RoomName("#none")
        #expect(scene.ask("ann", .leave(none, word: "")) == ["ann: error no_such_room"])
        #expect(try scene.say("ann", "still here?") == ["ann: error not_in_room"])
    }

    @Test("a room nothing was said in is forgotten when the last one leaves; the lobby stays")
    func forgetting() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#lobby", "#a", "#said", "#topic"])
        try scene.say("ann", "hello", in: "#said")
        scene.ask("ann", .topic(try RoomName("#topic"), set: "x"))
        try scene.arrive("bob", rooms: [])
        scene.ask("ann", .quit(.disconnected))
        #expect(scene.ask("bob", .rooms) == ["bob: rooms #lobby=0/0 #said=0/1 #topic=0/0x"])
    }

    @Test("an empty room that has a history is found again with it")
    func returning() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#a"])
        try scene.say("ann", "one", in: "#a")
        scene.ask("ann", .leave(try RoomName("#a"), word: ""))
        let told = scene.ask("ann", .join(try RoomName("#A")))
        #expect(told.last == "ann: entered #a [ann] last 1")
        #expect(try scene.say("ann", "two", in: "#a").first == "*: message #a 2 ann: two")
    }

    @Test("of too many empty rooms those that were left first are forgotten")
    func tooManyEmptyRooms() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: [])
        let most = Limits.maxEmptyRooms
        for number in 0...2 * most {
            let room = try RoomName("#r\(number)")
            scene.ask("ann", .join(room))
            try scene.say("ann", "x", in: room.text)
            scene.ask("ann", .leave(room, word: ""))
        }
        #expect(scene.hub.currentStatistics.rooms == most)
        func isKnown(_ number: Int) throws -> Bool {
            try !scene.people("#r\(number)", askedBy: "ann").contains("error")
        }
        #expect(try !isKnown(most))
        #expect(try isKnown(most + 1))
        #expect(try isKnown(2 * most))
    }

    @Test("one room entered and left all the time does not make the others forgotten")
    func busyRoom() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#quiet", "#busy"])
        for room in ["#quiet", "#busy"] { try scene.say("ann", "x", in: room) }
        scene.ask("ann", .leave(try RoomName("#quiet"), word: ""))
        for _ in 0..<3 * Limits.maxEmptyRooms {
            scene.ask("ann", .leave(try RoomName("#busy"), word: ""))
            scene.ask("ann", .join(try RoomName("#busy")))
        }
        #expect(try scene.people("#quiet", askedBy: "ann") == "ann: names #quiet [] last 1")
    }

    @Test("a client is in at most 64 rooms")
    func roomLimit() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: (0..<Limits.maxRoomsPerClient).map { "#r\($0)" })
        #expect(scene.ask("ann", .join(try RoomName("#more"))) == ["ann: error too_many_rooms"])
        #expect(
            scene.ask("ann", .join(try RoomName("#r0"))) == ["ann: reentered #r0 [ann] last 0"])
        scene.ask("ann", .leave(try RoomName("#r0"), word: ""))
        #expect(scene.ask("ann", .join(try RoomName("#more"))).count == 3)
        #expect(!scene.ask("ann", .rooms).joined().contains("#r0="))
    }

    @Test("a server keeps at most 100 000 rooms")
    func serverRoomLimit() throws {
        var scene = HubScene()
        let perClient = Limits.maxRoomsPerClient
        var made = 0
        var client = 0
        while made < Limits.maxRooms {
            let count = min(perClient, Limits.maxRooms - made)
            let rooms = try (made..<made + count).map { try RoomName("#r\($0)") }
            let hello = Registration(
                nick: try Nickname("n\(client)"), user: "u", host: "h", rooms: rooms)
            var output = HubOutput(loops: 1)
            scene.hub.apply(
                HubRequest(.register(hello)), from: ClientID(loop: 0, serial: UInt64(9 + client)),
                now: scene.now, output: &output)
            made += count
            client += 1
        }
        #expect(scene.hub.currentStatistics.rooms == Limits.maxRooms)
        try scene.arrive("ann", rooms: ["#r0"])
        #expect(scene.ask("ann", .join(try RoomName("#one-more"))) == ["ann: error too_many_rooms"])
    }

    @Test("lists of people are sorted by nick; a newcomer is told at most as many as it asked for")
    func names() throws {
        var scene = HubScene()
        for nick in ["dan", "Ann", "cat", "Bob"] { try scene.arrive(nick) }
        #expect(
            scene.ask("dan", .names(lobby), label: "l") == [
                "dan@l: names #lobby [Ann Bob cat dan] last 0"
            ])
        let told = try scene.arrive("eve", memberLimit: 2).last ?? ""
        #expect(told.contains("of 5]"))
        #expect(
            told.split(separator: " ").count
                == "eve: entered #lobby [a b of 5] last 0".split(separator: " ").count)
        #expect(try scene.people("#none", askedBy: "ann") == "ann: error not_registered")
        #expect(try scene.people("#none", askedBy: "dan") == "dan: error no_such_room")
    }

    @Test("the list of rooms begins with the fullest")
    func rooms() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#b", "#a", "#full"])
        try scene.arrive("bob", rooms: ["#full"])
        #expect(scene.ask("bob", .rooms) == ["bob: rooms #full=2/0 #a=1/0 #b=1/0"])
    }

    @Test("a topic is told to the room, shown to newcomers and can be taken away")
    func topic() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(scene.ask("ann", .topic(lobby, set: nil)) == ["ann: topic #lobby -"])
        #expect(
            scene.ask("ann", .topic(lobby, set: "tea"), label: "l") == [
                "*: topic #lobby 'tea' ann", "ann@l: done",
            ])
        #expect(scene.ask("ann", .topic(lobby, set: nil)) == ["ann: topic #lobby tea"])
        #expect(try scene.arrive("bob").last == "bob: entered #lobby [ann bob] last 0 'tea'")
        scene.ask("bob", .topic(lobby, set: ""))
        #expect(scene.ask("ann", .topic(lobby, set: nil)) == ["ann: topic #lobby -"])
    }

    @Test("a topic is set from within the room, and is at most 390 bytes long")
    func topicErrors() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#a"])
        try scene.arrive("bob")
        #expect(scene.ask("ann", .topic(lobby, set: "x")) == ["ann: error not_in_room"])
        let none = try RoomName("#none")
        #expect(scene.ask("ann", .topic(none, set: "x")) == ["ann: error no_such_room"])
        let longest = String(repeating: "x", count: Limits.maxTopicBytes)
        #expect(scene.ask("bob", .topic(lobby, set: longest)).last == "bob: done")
        #expect(
            scene.ask("bob", .topic(lobby, set: longest + "x")) == ["bob: error topic_too_long"])
    }

    @Test("an event goes to the loops that carry members, and to no other")
    func loops() throws {
        var scene = HubScene(loops: 3)
        try scene.arrive("ann")
        #expect(try scene.arrive("bob").contains("*1: joined #lobby bob"))
        try scene.arrive("cat", rooms: ["#c"])
        #expect(
            try scene.say("ann", "hi") == [
                "*: message #lobby 1 ann: hi", "*1: message #lobby 1 ann: hi",
            ])
        scene.ask("bob", .leave(lobby, word: ""))
        #expect(try scene.say("ann", "hi") == ["*: message #lobby 2 ann: hi"])
        #expect(try scene.say("cat", "hi", in: "#c") == ["*2: message #c 1 cat: hi"])
        #expect(scene.ask("cat", .quit(.disconnected)) == ["cat exits r2", "cat closes"])
    }
}
