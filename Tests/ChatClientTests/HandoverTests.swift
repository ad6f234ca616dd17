// A session that is handed from one server to another: by being sent on, or on the same connection.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

extension Conversation {
    mutating func redirect(
        _ host: String = "127.0.0.1", _ port: Int = 12001, ticket: String = "t-9"
    ) -> [ClientAction] {
        receive(
            ##"{"type":"redirect","host":"\##(host)","port":\##(port),"ticket":"\##(ticket)"}"##)
    }

    mutating func welcome(from server: String, resume: String = "r-2", rooms: String = "\"#lobby\"")
        -> [ClientAction]
    {
        receive(
            ##"{"type":"welcome","nick":"alice","server":"\##(server)","resume":"\##(resume)","##
                + ##""rooms":[\##(rooms)]}"##)
    }
}

private func place(_ actions: [ClientAction]) -> Endpoint? {
    for case .redirect(let place) in actions { return place }
    return nil
}

@Suite("Being handed on")
struct HandoverTests {
    @Test("Sent on, it goes there with the ticket, and says so")
    func redirected() {
        var talk = Conversation()
        _ = talk.connect()
        _ = talk.queue()
        let actions = talk.redirect()
        #expect(place(actions) == Endpoint(host: "127.0.0.1", port: 12001))
        #expect(shown(actions) == ["[redirected to 127.0.0.1:12001]"])
        // The old connection's end is no loss.
        #expect(talk.session.connectionLost("closed", now: talk.now, entropy: 0) == [])
        let hello = sent(talk.connect()).first
        #expect(hello?["ticket"]?.string == "t-9")
        #expect(hello?["nick"]?.string == "alice")
        _ = talk.welcome(from: "Server A")
        _ = talk.enter("#lobby")
        #expect(talk.prompt == "#lobby alice> ")
    }

    @Test("It is sent on five times in a row and no more")
    func redirectedInCircles() {
        var talk = Conversation()
        for _ in 0..<5 {
            _ = talk.connect()
            #expect(place(talk.redirect()) != nil)
        }
        _ = talk.connect()
        let actions = talk.redirect()
        #expect(place(actions) == nil)
        #expect(outcome(actions)?.code == 69)
        #expect(
            outcome(actions)?.complaint
                == "cannot connect: 127.0.0.1:12001: redirected 5 times in a row")
    }

    @Test("A welcome between makes them other times")
    func redirectedLater() {
        var talk = Conversation()
        for _ in 0..<12 {
            _ = talk.connect()
            #expect(place(talk.redirect()) != nil)
            _ = talk.connect()
            _ = talk.welcome(from: "s")
        }
    }

    @Test(
        "It goes to addresses alone",
        arguments: [
            ("", 1), ("a", 0), ("a", 70_000), ("a b", 1), ("http://a", 1), ("u@a", 1), ("[::1]", 1),
            ("a\\n", 1), ("\u{E4}", 1),
        ])
    func badPlaces(host: String, port: Int) {
        var talk = Conversation()
        _ = talk.connect()
        let actions = talk.redirect(host, port)
        #expect(place(actions) == nil)
        #expect(outcome(actions)?.code == 65)
    }

    @Test("An operator's password goes nowhere else")
    func operators() {
        var talk = Conversation(access: OperatorAccess { "secret" })
        _ = talk.connect()
        let actions = talk.redirect()
        #expect(place(actions) == nil)
        #expect(outcome(actions)?.code == 77)
    }

    @Test("When the place cannot be reached it asks again where it was sent on")
    func unreachable() {
        var talk = Conversation()
        _ = talk.connect()
        _ = talk.redirect()
        let failed = talk.session.connectFailed(
            "connection refused", hint: nil, now: talk.now, entropy: 0)
        #expect(outcome(failed) == nil)
        #expect(failed.contains { if case .retry = $0 { true } else { false } })
        #expect(place(failed) == nil)
    }

    @Test("What proves a session to one server is not shown to another")
    func resume() {
        var talk = Conversation()
        talk.arrive()
        let hello = { (actions: [ClientAction]) in sent(actions).first }
        _ = talk.session.connectionLost("gone", now: talk.now, entropy: 0)
        #expect(hello(talk.connect())?["resume"]?.string == "r")
        _ = talk.redirect()
        #expect(hello(talk.connect())?["resume"] == nil)
        _ = talk.welcome(from: "Server A", resume: "r-2")
        _ = talk.session.connectionLost("gone", now: talk.now, entropy: 0)
        #expect(hello(talk.connect())?["resume"] == nil)
        _ = talk.redirect()
        #expect(hello(talk.connect())?["resume"]?.string == "r-2")
    }

    @Test("Welcomed out of the queue, one has a slot")
    func queuedBefore() {
        var talk = Conversation()
        _ = talk.connect()
        _ = talk.queue()
        _ = talk.welcome(from: "Server A")
        _ = talk.enter("#lobby")
        #expect(talk.prompt == "#lobby alice> ")
    }

    @Test("Another server on the same connection: rooms anew, numbers anew, nothing lost")
    func handedOver() {
        var talk = Conversation()
        talk.arrive()
        _ = talk.type("/join #ops")
        _ = talk.enter("#ops", lastSeq: 40)
        #expect(talk.session.active?.text == "#ops")
        let first = sent(talk.type("one")).first
        #expect(first?["room"]?.string == "#ops")
        _ = talk.queue(1, of: 1)
        let actions = talk.welcome(from: "Server B")
        #expect(shown(actions).contains("\u{2014} now with Server B \u{2014}"))
        let requests = sent(actions)
        #expect(requests.map { $0["type"]?.string } == ["join", "message"])
        #expect(requests.first?["room"]?.string == "#ops")
        #expect(requests.last?["nonce"] == first?["nonce"])
        #expect(shown(talk.enter("#lobby", lastSeq: 7)).count == 1)
        _ = talk.enter("#ops", lastSeq: 3)
        #expect(talk.session.active?.text == "#ops")
        // Neither a gap nor a message that is passed over as known.
        #expect(shown(talk.hear("hi", seq: 8, id: "y-1")) == ["bob: hi"])
        #expect(talk.session.phase == .online && talk.prompt == "#ops alice> ")
    }

    @Test("What was said in a conversation goes on in the next server's")
    func conversation() {
        var talk = Conversation()
        talk.arriveAtDesk()
        let first = sent(talk.type("help")).first
        #expect(first?["room"]?.string == "#visit-7")
        _ = talk.receive(##"{"type":"returned","operator":"olga"}"##)
        let again = sent(talk.welcome(from: "Server B", rooms: "\"#visit-2\""))
        #expect(again.count == 1 && again.first?["nonce"] == first?["nonce"])
        #expect(again.first?["room"] == nil && again.first?["text"]?.string == "help")
        _ = talk.enter("#visit-2")
        #expect(talk.session.rooms.map(\.name.text) == ["#visit-2"])
        #expect(sent(talk.type("anybody?")).first?["room"]?.string == "#visit-2")
    }

    @Test("A log is told on standard error, and its messages go on")
    func handedOverInPipes() {
        var talk = Conversation(.plain)
        talk.arrive()
        _ = talk.hear("before", seq: 1)
        let asked = talk.session.post("two")
        #expect(sent(asked).count == 1)
        _ = talk.queue(1, of: 1)
        let actions = talk.welcome(from: "Server B")
        #expect(actions.contains(.show(.status("now with Server B"))))
        #expect(sent(actions).isEmpty)
        #expect(sent(talk.enter("#lobby", lastSeq: 0)).map { $0["text"]?.string } == ["two"])
        #expect(shown(talk.hear("after", seq: 1, id: "y-1")).count == 1)
    }

    @Test("JSON events are passed on as they come")
    func json() {
        var talk = Conversation(.json)
        _ = talk.connect()
        #expect(talk.queue().contains(.echo))
        #expect(talk.redirect().contains(.echo))
        _ = talk.connect()
        #expect(talk.welcome(from: "A").contains(.echo))
        #expect(talk.welcome(from: "B").contains(.echo))
    }

    @Test("After a lost connection another server may be there: its numbers are its own")
    func elsewhereAfterLoss() {
        var talk = Conversation()
        talk.arrive()
        _ = talk.hear("before", seq: 41)
        _ = talk.session.connectionLost("gone", now: talk.now, entropy: 0)
        _ = talk.connect()
        let refused = talk.receive(##"{"type":"error","code":"bad_token","message":"?"}"##)
        #expect(sent(refused).first?["resume"] == nil)
        let actions = talk.welcome(from: "Server B")
        #expect(shown(actions).contains("\u{2014} now with Server B \u{2014}"))
        #expect(shown(talk.enter("#lobby", lastSeq: 2)) == [])
        #expect(shown(talk.hear("after", seq: 3, id: "y-1")) == ["bob: after"])
    }

    @Test("A server that takes over and does not know the session is greeted again")
    func unknownSession() {
        var talk = Conversation()
        talk.arrive()
        let again = talk.receive(##"{"type":"error","code":"bad_token","message":"?"}"##)
        #expect(sent(again).first?["type"]?.string == "hello")
        #expect(sent(again).first?["resume"] == nil)
        #expect(outcome(talk.welcome(from: "Server B")) == nil)
        #expect(talk.session.phase == .online)
    }

    @Test("Half a line ends nothing, whenever it comes")
    func halfLine() {
        var talk = Conversation()
        _ = talk.connect()
        let half = Array(##"{"type":"welc"##.utf8)
        #expect(talk.session.garbled(half, now: talk.now) == [])
        _ = talk.welcome(from: "s")
        #expect(talk.session.garbled(half, now: talk.now) == [])
        var other = Conversation()
        _ = other.connect()
        let said = other.session.garbled(Array("220 smtp".utf8), now: other.now)
        #expect(outcome(said)?.code == 69)
    }
}
