// A visitor's session: waiting, being served, and being asked how it was.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

extension Conversation {
    /// In the queue, and told so.
    mutating func queue(
        _ position: Int = 2, of: Int = 3, eta: Int? = 120, waited: Int = 0, expires: Int = 300
    ) -> [ClientAction] {
        let eta = eta.map { "\($0)" } ?? "null"
        return receive(
            ##"{"type":"queue","position":\##(position),"of":\##(of),"eta_s":\##(eta),"##
                + ##""waited_s":\##(waited),"expires_in_s":\##(expires),"ticket":"t-1"}"##)
    }

    mutating func welcome() -> [ClientAction] {
        receive(##"{"type":"welcome","nick":"alice","server":"s","resume":"r"}"##)
    }

    mutating func admit() -> [ClientAction] {
        receive(
            ##"{"type":"admitted","server":"Server A","operator":"olga","room":"#visit-7","##
                + ##""waited":true,"ticket":"t-1"}"##)
    }

    /// At a desk, in conversation with olga.
    mutating func arriveAtDesk() {
        _ = connect()
        _ = welcome()
        _ = enter("#visit-7")
        _ = queue()
        _ = admit()
    }

    mutating func end(canRate: Bool = true) -> [ClientAction] {
        receive(
            ##"{"type":"ended","visit":7,"room":"#visit-7","reason":"closed","##
                + ##""operator":"olga","nick":"alice","rate":\##(canRate)}"##)
    }
}

@Suite("A visitor's session")
struct VisitorSessionTests {
    @Test("The place is told once in words, and then kept current in the prompt")
    func waiting() {
        var talk = Conversation()
        _ = talk.connect()
        _ = talk.welcome()
        #expect(shown(talk.enter("#visit-7")) == [])
        let told = shown(talk.queue())
        #expect(
            told == ["- You are number 2 of 3 waiting: about 2 minutes, at most 5 minutes more."])
        #expect(talk.prompt == "2 of 3, about 2 minutes, waited 0:00> ")
        talk.seconds += 70
        #expect(talk.prompt == "2 of 3, about 50 seconds, waited 1:10> ")
        #expect(shown(talk.queue(1, of: 2, eta: nil, waited: 75, expires: 50)) == [])
        #expect(talk.prompt == "1 of 2, waited 1:15, 0:50 left> ")
    }

    @Test("A log has a line whenever the place changes, and none when it does not")
    func waitingLog() {
        var talk = Conversation(.plain)
        _ = talk.connect()
        _ = talk.welcome()
        #expect(shown(talk.queue(3, of: 3)).count == 1)
        #expect(shown(talk.queue(3, of: 3, waited: 15)).count == 0)
        #expect(shown(talk.queue(2, of: 3)).count == 1)
        #expect(shown(talk.queue(2, of: 4)).count == 1)
    }

    @Test("In the queue before the welcome, it waits as long as it takes")
    func waitsForWelcome() {
        var talk = Conversation()
        _ = talk.connect()
        _ = talk.queue()
        talk.seconds += 15
        #expect(talk.session.deadlineReached(now: talk.now, entropy: 0) == [])
        #expect(talk.session.isArrived && talk.session.phase == .greeting)
    }

    @Test("Admitted, one is told who serves, and what is said goes to the conversation")
    func admitted() {
        var talk = Conversation()
        _ = talk.connect()
        _ = talk.welcome()
        _ = talk.enter("#visit-7")
        _ = talk.queue()
        #expect(shown(talk.admit()) == ["- You are talking with olga of Server A."])
        #expect(talk.prompt == "alice to olga> ")
        #expect(sent(talk.type("hi")).first?["room"]?.string == "#visit-7")
    }

    @Test("When the operator is gone one waits again, and is told")
    func returned() {
        var talk = Conversation()
        talk.arriveAtDesk()
        let told = shown(talk.receive(##"{"type":"returned","operator":"olga"}"##))
        #expect(told.first?.hasPrefix("- olga is gone; you are at the head of the queue") == true)
        #expect(shown(talk.queue(1, of: 1)).count == 1)
        #expect(talk.prompt.hasPrefix("1 of 1"))
    }

    @Test("Presence in a conversation is not told: its beginning and end are")
    func quietPresence() {
        var talk = Conversation()
        talk.arriveAtDesk()
        let joined = talk.receive(##"{"type":"joined","room":"#visit-7","nick":"olga"}"##)
        #expect(shown(joined) == [])
        let left = talk.receive(
            ##"{"type":"left","room":"#visit-7","nick":"olga","reason":"left"}"##)
        #expect(shown(left) == [])
    }

    @Test(
        "At the end it asks for stars, takes them in many forms and leaves when they have arrived",
        arguments: [
            ("5", 5, ""), ("***", 3, ""), ("4/5 quick", 4, "quick"), ("5 great", 5, "great"),
        ]
    )
    func rating(_ line: String, _ stars: Int, _ comment: String) {
        var talk = Conversation()
        talk.arriveAtDesk()
        #expect(shown(talk.end()).first == "- The conversation with olga is over.")
        #expect(talk.prompt == "how was it? 1 to 5 stars, Enter for none> ")
        #expect(talk.session.active == nil)
        let rate = sent(talk.type(line)).first
        #expect(rate?["type"]?.string == "rate")
        #expect(rate?["stars"]?.integer == Int64(stars))
        #expect(rate?["comment"]?.string == (comment.isEmpty ? nil : comment))
        #expect(rate?["ticket"]?.string == "t-1")
        let thanks = talk.receive(
            ##"{"type":"rated","stars":\##(stars),"operator":"olga"}"##)
        #expect(shown(thanks).first?.hasSuffix("for olga: thank you") == true)
        #expect(sent(thanks).first?["type"]?.string == "bye")
        #expect(outcome(talk.session.connectionLost("", now: talk.now, entropy: 0))?.code == 0)
    }

    @Test("No stars are a way to leave too", arguments: ["", "  ", "no", "quit", "/quit"])
    func refusal(_ line: String) {
        var talk = Conversation()
        talk.arriveAtDesk()
        _ = talk.end()
        #expect(sent(talk.type(line)).first?["type"]?.string == "bye")
    }

    @Test("What is no rating is told so, and asked for again")
    func badRating() {
        var talk = Conversation()
        talk.arriveAtDesk()
        _ = talk.end()
        let told = talk.type("six stars")
        #expect(sent(told).isEmpty)
        #expect(shown(told).first?.contains("a rating is 1 to 5 stars") == true)
        #expect(talk.prompt.hasPrefix("how was it?"))
    }

    @Test("What was begun for the operator is not taken for a rating")
    func misdirected() {
        var talk = Conversation()
        talk.arriveAtDesk()
        let begun = talk.session.aim
        _ = talk.end()
        let actions = talk.session.typed("5 minutes more?", begunFor: begun, now: talk.now)
        #expect(sent(actions).isEmpty && actions.contains(.edit("5 minutes more?")))
        let again = talk.session.typed("5", begunFor: talk.session.aim, now: talk.now)
        #expect(sent(again).first?["type"]?.string == "rate")
    }

    @Test("/rate gives stars while the conversation lasts, and stays")
    func earlyRating() {
        var talk = Conversation()
        talk.arriveAtDesk()
        #expect(sent(talk.type("/rate 4 ok")).first?["stars"]?.integer == 4)
        #expect(sent(talk.receive(##"{"type":"rated","stars":4,"operator":"olga"}"##)).isEmpty)
        #expect(talk.prompt == "alice to olga> ")
    }

    @Test("A connection that is lost while waiting comes back with its ticket")
    func ticket() {
        var talk = Conversation()
        _ = talk.connect()
        _ = talk.welcome()
        _ = talk.enter("#visit-7")
        _ = talk.queue()
        let lost = talk.session.connectionLost("gone", now: talk.now, entropy: 0)
        #expect(lost.contains { if case .retry = $0 { true } else { false } })
        let hello = sent(talk.connect()).first
        #expect(hello?["ticket"]?.string == "t-1")
        #expect(hello?["rooms"] == nil && hello?["seen"] == nil)
    }

    @Test("A visit that begins anew takes the place of the one before")
    func newVisit() {
        var talk = Conversation()
        talk.arriveAtDesk()
        _ = talk.session.connectionLost("gone", now: talk.now, entropy: 0)
        _ = talk.connect()
        let hello = talk.receive(##"{"type":"error","code":"bad_ticket","message":"m"}"##)
        #expect(sent(hello).first?["type"]?.string == "hello")
        #expect(sent(hello).first?["ticket"] == nil)
        _ = talk.welcome()
        _ = talk.enter("#visit-9")
        #expect(talk.session.rooms.map(\.name.text) == ["#visit-9"])
        #expect(sent(talk.type("hi")).first?["room"]?.string == "#visit-9")
    }

    @Test(
        "Sent away for now, it ends with 75 and does not come back by itself",
        arguments: ["wait_expired", "queue_full", "no_server"])
    func sentAway(_ code: String) {
        for interface in [Interface.interactive, .plain, .json] {
            var talk = Conversation(interface)
            _ = talk.connect()
            _ = talk.welcome()
            _ = talk.queue()
            let bye = talk.receive(
                ##"{"type":"bye","code":"\##(code)","reason":"why","retry":true}"##)
            #expect(outcome(bye)?.code == 75)
            #expect(talk.session.phase == .ended)
        }
    }

    @Test("The end of a conversation is a good end, with and without a farewell")
    func goodEnd() {
        var talk = Conversation()
        talk.arriveAtDesk()
        _ = talk.end(canRate: false)
        let bye = talk.receive(##"{"type":"bye","code":"ended","reason":"over","retry":false}"##)
        #expect(outcome(bye)?.code == 0 && outcome(bye)?.complaint == nil)
        var cut = Conversation()
        cut.arriveAtDesk()
        _ = cut.end()
        #expect(outcome(cut.session.connectionLost("cut", now: cut.now, entropy: 0))?.code == 0)
    }

    @Test("A script's messages wait for their turn, and then are sent once")
    func scriptWaits() {
        var talk = Conversation(.plain)
        _ = talk.session.post("hi")
        _ = talk.session.inputEnded(now: talk.now)
        _ = talk.connect()
        _ = talk.queue()
        #expect(sent(talk.welcome()).isEmpty)
        let admitted = talk.admit()
        #expect(sent(admitted).map { $0["text"]?.string } == ["hi"])
        let nonce = sent(admitted).first?["nonce"]?.string ?? ""
        let acked = talk.receive(##"{"type":"ack","nonce":"\##(nonce)","id":"i"}"##)
        #expect(sent(acked).map { $0["type"]?.string } == ["bye"])
    }

    @Test("A message that is refused because one waits is kept and sent again")
    func keptUntilTurn() {
        var talk = Conversation(.plain)
        _ = talk.session.post("hi")
        _ = talk.session.inputEnded(now: talk.now)
        _ = talk.connect()
        let nonce = sent(talk.welcome()).first?["nonce"]?.string ?? ""
        _ = talk.queue()
        let refused = talk.receive(
            ##"{"type":"error","code":"waiting","message":"m","re":"\##(nonce)"}"##)
        #expect(refused == [])
        let admitted = talk.receive(
            ##"{"type":"admitted","server":"s","waited":true,"ticket":"t-1"}"##)
        #expect(sent(admitted).map { $0["nonce"]?.string } == [nonce])
        #expect(talk.session.refusal == 0)
    }

    @Test("Accepted while waiting, a script's message still waits for somebody to read it")
    func ackedWhileWaiting() {
        var talk = Conversation(.plain)
        _ = talk.session.post("hi")
        _ = talk.session.inputEnded(now: talk.now)
        _ = talk.connect()
        let nonce = sent(talk.welcome()).first?["nonce"]?.string ?? ""
        _ = talk.queue()
        #expect(talk.receive(##"{"type":"ack","nonce":"\##(nonce)","id":"i"}"##) == [])
        #expect(sent(talk.admit()).first?["type"]?.string == "bye")
    }

    @Test("JSON passes everything on as it came and decides nothing")
    func json() {
        var talk = Conversation(.json)
        _ = talk.connect()
        _ = talk.welcome()
        #expect(talk.queue().first == .echo)
        #expect(talk.admit().first == .echo)
        #expect(talk.end().first == .echo)
        let rated = talk.receive(##"{"type":"rated","stars":4,"operator":"olga"}"##)
        #expect(rated.first == .echo && sent(rated).isEmpty)
    }

    @Test("An operator's commands are refused to visitors")
    func commands() {
        var talk = Conversation()
        talk.arriveAtDesk()
        #expect(shown(talk.type("/next")) == ["! /next is for the operators of a desk"])
        #expect(!shown(talk.type("/help")).contains { $0.hasPrefix("/next") })
    }
}
