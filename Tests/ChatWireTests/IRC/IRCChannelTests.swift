// Rooms by IRC: JOIN, PART, NAMES, LIST, TOPIC, MODE.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC rooms")
struct IRCChannelTests {
    private let server = IRCTestServer()

    @Test func joiningShowsTopicAndPeople() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(
            server.ask(alice, "JOIN #a") == [
                ":alice!~alice@irc.chatkit JOIN #a", ":chatkit 353 alice = #a :alice",
                ":chatkit 366 alice #a :End of NAMES list",
            ])
        #expect(
            server.ask(alice, "TOPIC #a :all things") == [
                ":alice!~alice@irc.chatkit TOPIC #a :all things"
            ])
        #expect(
            server.ask(bob, "JOIN #A") == [
                ":bob!~bob@irc.chatkit JOIN #a", ":chatkit 332 bob #a :all things",
                ":chatkit 333 bob #a alice 1700000000", ":chatkit 353 bob = #a :alice bob",
                ":chatkit 366 bob #a :End of NAMES list",
            ])
        #expect(server.lines(alice) == [":bob!~bob@irc.chatkit JOIN #a"])
        let again = server.ask(bob, "JOIN #a")
        #expect(again.commands == ["JOIN", "332", "333", "353", "366"])
        #expect(again.first == ":bob!~bob@irc.chatkit JOIN #a")
        #expect(server.lines(alice).isEmpty)
    }

    @Test func severalRoomsAreEnteredAndLeftAtOnce() {
        let alice = server.client("alice")
        #expect(
            server.ask(alice, "JOIN #a,#b").commands == [
                "JOIN", "353", "366", "JOIN", "353", "366",
            ])
        #expect(
            server.ask(alice, "PART #a,#b :so long") == [
                ":alice!~alice@irc.chatkit PART #a :so long",
                ":alice!~alice@irc.chatkit PART #b :so long",
            ])
        _ = server.ask(alice, "JOIN #a,#b")
        let left = server.ask(alice, "JOIN 0")
        #expect(left.commands == ["PART", "PART", "PART"])
        #expect(Set(left.compactMap { $0.split(separator: " ").last }) == ["#lobby", "#a", "#b"])
        #expect(server.ask(alice, "JOIN 0").isEmpty)
    }

    @Test func namesThatCannotBeRoomsAreRefused() {
        let alice = server.client("alice")
        #expect(server.ask(alice, "JOIN") == [":chatkit 461 alice JOIN :Not enough parameters"])
        #expect(server.ask(alice, "JOIN abc") == [":chatkit 403 alice abc :No such room"])
        #expect(server.ask(alice, "JOIN #").commands == ["476"])
        #expect(server.ask(alice, "JOIN #a:b,#ok").commands == ["476", "JOIN", "353", "366"])
        #expect(server.ask(alice, "JOIN #" + String(repeating: "x", count: 64)).commands == ["476"])
        #expect(server.ask(alice, "JOIN ,,").isEmpty)
    }

    @Test func thereIsAMostOfRooms() {
        let alice = server.client("alice")
        for index in 1..<Limits.maxRoomsPerClient { server.send(alice, "JOIN #r\(index)") }
        _ = server.lines(alice)
        #expect(
            server.ask(alice, "JOIN #more") == [
                ":chatkit 405 alice #more :You are in as many rooms as there may be"
            ])
        #expect(server.ask(alice, "JOIN #r1").commands == ["JOIN", "353", "366"])
        _ = server.ask(alice, "PART #r1")
        #expect(server.ask(alice, "JOIN #more").commands == ["JOIN", "353", "366"])
    }

    @Test func leavingNeedsARoomOneIsIn() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        server.send(bob, "JOIN #b")
        _ = server.lines(alice)
        #expect(server.ask(alice, "PART #nowhere") == [":chatkit 403 alice #nowhere :No such room"])
        #expect(server.ask(alice, "PART x") == [":chatkit 403 alice x :No such room"])
        #expect(server.ask(alice, "PART #b") == [":chatkit 442 alice #b :You are not in that room"])
        #expect(server.ask(alice, "PART").commands == ["461"])
    }

    @Test func namesOfManyPeopleAreSplit() {
        let alice = server.client("alice")
        let nicks = (100..<200).map { "somebody\($0)" }
        for nick in nicks { _ = server.client(nick) }
        let reply = server.ask(alice, "NAMES #lobby")
        #expect(reply.commands.dropLast().allSatisfy { $0 == "353" })
        #expect(reply.commands.last == "366")
        #expect(reply.count > 2)
        for line in reply { #expect(line.utf8.count <= IRCLimits.maxBodyBytes) }
        let listed = reply.dropLast().flatMap { line in
            line.split(separator: ":").last?.split(separator: " ").map(String.init) ?? []
        }
        #expect(listed == ["alice"] + nicks)
    }

    @Test func namesOfNoRoomAreAnEmptyList() {
        let alice = server.client("alice")
        let end = "End of NAMES list"
        #expect(server.ask(alice, "NAMES") == [":chatkit 366 alice * :\(end)"])
        #expect(server.ask(alice, "NAMES #x") == [":chatkit 366 alice #x :\(end)"])
        #expect(server.ask(alice, "NAMES x,#lobby").commands == ["366", "353", "366"])
    }

    @Test func listShowsRoomsAndTopics() {
        let alice = server.client("alice")
        server.send(alice, "JOIN #a")
        server.send(alice, "TOPIC #a :the a")
        _ = server.lines(alice)
        #expect(
            server.ask(alice, "LIST") == [
                ":chatkit 321 alice Channel :Users  Name", ":chatkit 322 alice #a 1 :the a",
                ":chatkit 322 alice #lobby 1 :", ":chatkit 323 alice :End of LIST",
            ])
        #expect(
            server.ask(alice, "LIST #a,#nowhere") == [
                ":chatkit 321 alice Channel :Users  Name", ":chatkit 322 alice #a 1 :the a",
                ":chatkit 323 alice :End of LIST",
            ])
        server.send(alice, "PRIVMSG #a :kept")
        server.send(alice, "PART #a")
        _ = server.lines(alice)
        #expect(server.ask(alice, "LIST").count == 3)
        #expect(server.ask(alice, "LIST #a").commands == ["321", "323"])
        server.send(alice, "JOIN #a")
        _ = server.lines(alice)
        #expect(server.ask(alice, "LIST #nowhere,#a").commands == ["321", "322", "323"])
        #expect(server.ask(alice, "LIST #bad:name").commands == ["321", "323"])
        #expect(server.ask(alice, "LIST >3").commands == ["321", "322", "322", "323"])
    }

    @Test func topicsAreSeenAndSet() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(server.ask(alice, "TOPIC #lobby") == [":chatkit 331 alice #lobby :No topic is set"])
        let set = ":alice!~alice@irc.chatkit TOPIC #lobby :hi"
        #expect(server.ask(alice, "TOPIC #lobby :hi") == [set])
        #expect(server.lines(bob) == [set])
        #expect(
            server.ask(bob, "TOPIC #lobby") == [
                ":chatkit 332 bob #lobby :hi", ":chatkit 333 bob #lobby alice 1700000000",
            ])
        #expect(server.ask(bob, "TOPIC #lobby :") == [":bob!~bob@irc.chatkit TOPIC #lobby :"])
        #expect(server.ask(bob, "TOPIC #lobby").commands == ["331"])
        #expect(server.ask(bob, "TOPIC #x") == [":chatkit 403 bob #x :No such room"])
        #expect(server.ask(bob, "TOPIC").commands == ["461"])
        server.send(alice, "JOIN #a")
        #expect(
            server.ask(bob, "TOPIC #a :x") == [":chatkit 442 bob #a :You are not in that room"])
    }

    @Test func aLongTopicIsCutAtACharacter() {
        let alice = server.client("alice")
        server.send(alice, "TOPIC #lobby :x" + String(repeating: "é", count: 230))
        let topic = server.lines(alice).first?.split(separator: ":").last.map(String.init) ?? ""
        #expect(topic.utf8.count <= Limits.maxTopicBytes)
        #expect(topic == "x" + String(repeating: "é", count: 194))
    }

    @Test func theModesOfARoomCanBeSeenAndNotChanged() {
        let alice = server.client("alice")
        #expect(
            server.ask(alice, "MODE #lobby") == [
                ":chatkit 324 alice #lobby +n", ":chatkit 329 alice #lobby 1700000000",
            ])
        #expect(
            server.ask(alice, "MODE #lobby b") == [
                ":chatkit 368 alice #lobby :End of room's ban list"
            ])
        #expect(server.ask(alice, "MODE #lobby +b").commands == ["368"])
        #expect(server.ask(alice, "MODE #lobby -n").commands == ["482"])
        #expect(server.ask(alice, "MODE #lobby +b x!*@*").commands == ["482"])
        #expect(
            server.ask(alice, "MODE #lobby +k bob") == [
                ":chatkit 472 alice k :is not a mode that this server knows"
            ])
        // What 005 calls a prefix is a mode that is known, and given to nobody.
        #expect(server.ask(alice, "MODE #lobby +o bob").commands == ["482"])
        #expect(server.ask(alice, "MODE #lobby -v bob").commands == ["482"])
        #expect(server.ask(alice, "MODE #x") == [":chatkit 403 alice #x :No such room"])
        #expect(server.ask(alice, "MODE #x b").commands == ["403"])
        #expect(server.ask(alice, "MODE").commands == ["461"])
    }

    @Test func onesOwnModesCanBeSeenAndInvisibleIsTaken() {
        let alice = server.client("alice")
        #expect(server.ask(alice, "MODE alice") == [":chatkit 221 alice +"])
        #expect(
            server.ask(alice, "MODE Alice +i") == [":alice!~alice@irc.chatkit MODE alice :+i"])
        #expect(server.ask(alice, "MODE alice +i").isEmpty)
        #expect(server.ask(alice, "MODE alice") == [":chatkit 221 alice +i"])
        #expect(server.ask(alice, "MODE alice -i+x").commands == ["501", "MODE"])
        #expect(server.ask(alice, "MODE bob").commands == ["502"])
        #expect(server.ask(alice, "MODE bob +i").commands == ["502"])
    }
}
