// A desk, seen from its connections: visitors of three protocols, operators, waiting and ratings.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("A desk")
struct DeskTests {
    /// A server with one operator's chair and room for nobody else.
    private static func server(
        capacity: Int? = 1, isDesk: Bool = true, wait: Duration = .seconds(300),
        maxWaiting: Int = .max
    ) -> VirtualServer {
        VirtualServer(
            name: "Server A",
            policy: HubPolicy(
                isDurable: true, capacity: capacity,
                admission: AdmissionPolicy(
                    wait: wait, maxWaiting: maxWaiting, isDesk: isDesk)),
            password: "secret")
    }

    private func seat(_ server: inout VirtualServer, _ nick: String = "olga") -> Int {
        let client = server.connect()
        server.say(
            #"{"type":"hello","nick":"\#(nick)","operator":true,"token":"secret"}"#, client)
        return client
    }

    private func visitor(_ server: inout VirtualServer, _ nick: String) -> Int {
        let client = server.connect()
        server.say(#"{"type":"hello","nick":"\#(nick)"}"#, client)
        return client
    }

    @Test("A visitor waits until an operator comes, and what it wrote is there")
    func waits() {
        var server = Self.server()
        let ann = visitor(&server, "ann")
        var heard = server.text(ann)
        #expect(heard.contains(#""type":"queue","position":1,"of":1,"eta_s":null"#))
        #expect(heard.contains(#""ticket":"\#(VirtualServer.ticket(ann))""#))
        server.say(#"{"type":"message","text":"my printer burns"}"#, ann)
        #expect(server.text(ann).contains("my printer burns"))
        let olga = seat(&server)
        heard = server.text(olga)
        #expect(heard.contains(##""type":"visitor","visit":1,"room":"#visit-1","nick":"ann""##))
        #expect(heard.contains("my printer burns"))
        #expect(
            server.text(ann).contains(#""type":"admitted","server":"Server A","operator":"olga""#))
    }

    @Test("Who has spoken with the operator is attended; asked for stars, it may give them once")
    func attends() {
        var server = Self.server()
        let olga = seat(&server)
        let ann = visitor(&server, "ann")
        server.say(##"{"type":"message","room":"#visit-1","text":"hello ann"}"##, olga)
        #expect(server.text(ann).contains("hello ann"))
        server.say(#"{"type":"desk","do":"close","text":"bye"}"#, olga)
        #expect(server.text(ann).contains(#""type":"ended","visit":1"#))
        server.say(#"{"type":"rate","stars":6}"#, ann)
        #expect(server.text(ann).contains("bad_rating"))
        server.say(#"{"type":"message","text":"5 great"}"#, ann)
        let heard = server.text(ann)
        #expect(heard.contains(#""type":"rated","stars":5,"comment":"great","operator":"olga""#))
        #expect(heard.contains(#""type":"bye","code":"ended""#))
        #expect(server.clients[ann].isClosed)
        #expect(
            server.steps(1) == ["approached", "served", "attended", "ended closed", "rated 5"])
    }

    @Test("A ticket rates a visit that is over, once, and no other")
    func ratesByTicket() {
        var server = Self.server()
        let olga = seat(&server)
        let ann = visitor(&server, "ann")
        let ticket = VirtualServer.ticket(ann)
        server.say(##"{"type":"message","room":"#visit-1","text":"hello"}"##, olga)
        server.finish(ann)
        let again = visitor(&server, "anna")
        _ = server.text(again)
        server.say(#"{"type":"rate","stars":4,"ticket":"wrongwrongwrongwrong"}"#, again)
        #expect(server.text(again).contains("bad_ticket"))
        server.say(#"{"type":"rate","stars":4,"ticket":"\#(ticket)"}"#, again)
        #expect(server.text(again).contains(#""type":"rated","stars":4"#))
        server.say(#"{"type":"rate","stars":1,"ticket":"\#(ticket)"}"#, again)
        #expect(server.text(again).contains("already_rated"))
    }

    @Test("A vanished operator's visitor goes to the head of the queue and is told")
    func operatorVanishes() {
        var server = Self.server()
        let olga = seat(&server)
        let ann = visitor(&server, "ann")
        let bob = visitor(&server, "bob")
        server.say(##"{"type":"message","room":"#visit-1","text":"hello"}"##, olga)
        _ = server.text(ann)
        server.finish(olga)
        let heard = server.text(ann)
        #expect(heard.contains(#""type":"returned","operator":"olga""#))
        #expect(heard.contains(#""type":"queue","position":1,"of":2"#))
        let pete = seat(&server, "pete")
        #expect(server.text(pete).contains(#""nick":"ann""#))
        #expect(server.text(bob).contains(#""position":1,"of":1"#))
    }

    @Test("An operator that stops answering is taken for gone after fifteen seconds")
    func operatorSilent() {
        var server = Self.server()
        let olga = seat(&server)
        let ann = visitor(&server, "ann")
        server.pass(.seconds(6))
        #expect(server.text(olga).contains(#""type":"ping""#))
        server.say(#"{"type":"pong"}"#, olga)
        server.pass(.seconds(14))
        #expect(!server.clients[olga].isClosed)
        server.pass(.seconds(2))
        #expect(server.clients[olga].isClosed)
        #expect(server.text(ann).contains(#""type":"returned""#))
    }

    @Test("The wait expires, is told, and ends the connection", arguments: [true, false])
    func expires(isDesk: Bool) {
        var server = Self.server(isDesk: isDesk, wait: .seconds(40))
        let first = visitor(&server, "first")
        let ann = visitor(&server, "ann")
        server.pass(.seconds(39))
        #expect(!server.clients[ann].isClosed)
        #expect(server.text(ann).components(of: #""type":"queue""#) >= 3)
        server.pass(.seconds(2))
        let heard = server.text(ann)
        #expect(heard.contains(#""type":"bye","code":"wait_expired""#))
        #expect(server.clients[ann].isClosed)
        #expect(server.clients[first].isClosed == isDesk)
        #expect(server.steps(2).last == "lost expired")
    }

    @Test("A full room's queue: in order, told on every change, in plain text too")
    func fullRoom() {
        var server = Self.server(isDesk: false)
        let first = server.connect()
        server.receive(Array("first\n".utf8), from: first)
        #expect(server.text(first).contains("in #lobby: first"))
        let second = server.connect()
        server.receive(Array("second\n".utf8), from: second)
        #expect(server.text(second).contains("You are number 1 of 1 waiting"))
        let third = server.connect()
        server.receive(Array("third\n".utf8), from: third)
        #expect(server.text(third).contains("You are number 2 of 2 waiting"))
        server.receive(Array("hello?\n".utf8), from: third)
        #expect(server.text(third).contains("error: "))
        server.finish(first)
        let heard = server.text(second)
        #expect(heard.contains("It is your turn"))
        #expect(heard.contains("in #lobby: second"))
        #expect(server.text(third).contains("You are number 1 of 1 waiting"))
    }

    @Test("A dropped client has its place back by ticket, or by nick and address, for 30 seconds")
    func keepsPlace() {
        var server = Self.server(isDesk: false)
        _ = visitor(&server, "first")
        let ann = visitor(&server, "ann")
        let bob = server.connect()
        server.receive(Array("bob\n".utf8), from: bob)
        let last = visitor(&server, "last")
        server.finish(ann)
        server.finish(bob)
        server.pass(.seconds(29))
        let stranger = server.connect()
        server.addresses[stranger] = "198.51.100.7"
        server.receive(Array("bob\n".utf8), from: stranger)
        #expect(server.text(stranger).contains("number 4 of 4"))
        server.finish(stranger)
        let bobAgain = server.connect()
        server.receive(Array("bob\n".utf8), from: bobAgain)
        #expect(server.text(bobAgain).contains("number 2 of"))
        let again = server.connect()
        server.say(
            #"{"type":"hello","nick":"anna","ticket":"\#(VirtualServer.ticket(ann))"}"#, again)
        #expect(server.text(again).contains(#""position":1"#))
        server.finish(again)
        server.pass(.seconds(31))
        _ = server.text(last)
        server.pass(.seconds(15))
        #expect(server.text(last).contains(#""position":2,"of":2"#))
        #expect(server.steps(2).last == "lost left")
    }

    @Test("Whoever is refused a nick has taken nobody's place")
    func refusedBeforeReplacing() {
        var server = Self.server(isDesk: false)
        let ann = visitor(&server, "ann")
        let bob = visitor(&server, "bob")
        let other = server.connect()
        server.say(
            #"{"type":"hello","nick":"ann","ticket":"\#(VirtualServer.ticket(bob))"}"#, other)
        #expect(server.text(other).contains("nick_taken"))
        #expect(!server.clients[bob].isClosed)
        server.finish(ann)
        #expect(server.text(bob).contains(#""type":"admitted""#))
    }

    @Test("A PING over IRC is answered while waiting, and at a desk; of others nothing is learned")
    func pinged() {
        for isDesk in [false, true] {
            var server = Self.server(isDesk: isDesk)
            _ = visitor(&server, "ann")
            let ida = server.connect()
            server.receive(Array("NICK ida\r\nUSER i 0 * :Ida\r\n".utf8), from: ida)
            server.receive(Array("PING :ann\r\nISON ann\r\n".utf8), from: ida)
            let heard = server.text(ida)
            #expect(heard.contains(" PONG ") && heard.contains(":ann\r\n"))
            #expect(heard.contains(" 303 ida :\r\n"))
        }
    }

    @Test("A visitor sees nothing of others, and cannot enter their conversations")
    func private_() {
        var server = Self.server()
        let olga = seat(&server)
        let ann = visitor(&server, "ann")
        let bob = visitor(&server, "bob")
        for request in [
            #"{"type":"rooms"}"#, ##"{"type":"join","room":"#lobby"}"##,
            ##"{"type":"join","room":"#visit-1"}"##, #"{"type":"whois","nick":"ann"}"#,
            #"{"type":"message","to":"ann","text":"psst"}"#,
            ##"{"type":"names","room":"#visit-1"}"##,
            ##"{"type":"history","room":"#visit-1"}"##, #"{"type":"waiting"}"#,
            #"{"type":"desk","do":"close"}"#,
        ] {
            _ = server.text(bob)
            server.say(request, bob)
            #expect(server.text(bob).contains(#""type":"error""#), "\(request)")
        }
        #expect(!server.text(ann).contains("bob"))
        _ = server.text(olga)
        server.say(#"{"type":"waiting"}"#, olga)
        #expect(server.text(olga).contains(#""visitors":[{"position":1,"nick":"bob""#))
    }

    @Test("What a visitor may leave while it waits is bounded")
    func boundedWhileWaiting() {
        var server = Self.server()
        let ann = visitor(&server, "ann")
        for index in 0..<Limits.maxMessagesWaiting {
            server.say(#"{"type":"message","text":"\#(index)"}"#, ann)
        }
        #expect(!server.text(ann).contains(#""type":"error""#))
        server.say(#"{"type":"message","text":"one more"}"#, ann)
        #expect(server.text(ann).contains(#""code":"waiting""#))
    }

    @Test("During a pause nobody comes but by /next; afterwards, who waits first")
    func pause() {
        var server = Self.server()
        let olga = seat(&server)
        server.say(#"{"type":"desk","do":"pause"}"#, olga)
        let ann = visitor(&server, "ann")
        let bob = visitor(&server, "bob")
        #expect(server.text(ann).contains(#""type":"queue""#))
        server.say(#"{"type":"desk","do":"next"}"#, olga)
        #expect(server.text(ann).contains(#""type":"admitted""#))
        server.say(#"{"type":"desk","do":"close"}"#, olga)
        #expect(server.text(ann).contains(#""reason":"unanswered""#))
        #expect(!server.text(bob).contains("admitted"))
        server.say(#"{"type":"desk","do":"resume"}"#, olga)
        #expect(server.text(bob).contains("admitted"))
        #expect(server.steps(1).last == "lost unanswered")
    }

    @Test("A visitor is handed over to another operator with a free slot, with what was said")
    func transfer() {
        var server = Self.server()
        let olga = seat(&server)
        let ann = visitor(&server, "ann")
        server.say(##"{"type":"message","room":"#visit-1","text":"hello"}"##, olga)
        server.say(#"{"type":"desk","do":"transfer","to":"pete"}"#, olga)
        #expect(server.text(olga).contains("operator_busy"))
        let pete = seat(&server, "pete")
        server.say(#"{"type":"desk","do":"transfer","to":"pete"}"#, olga)
        #expect(server.text(olga).contains(#""reason":"transferred""#))
        let heard = server.text(pete)
        #expect(heard.contains(#""type":"visitor","visit":1"#))
        #expect(heard.contains("hello"))
        #expect(server.text(ann).contains(#""operator":"pete""#))
        server.say(##"{"type":"message","room":"#visit-1","text":"still there?"}"##, olga)
        #expect(server.text(olga).contains("error"))
    }

    @Test("A wrong password makes no operator, and no desk takes none")
    func passwords() {
        var server = Self.server()
        let mallory = server.connect()
        server.say(#"{"type":"hello","nick":"m","operator":true,"token":"guess"}"#, mallory)
        #expect(server.text(mallory).contains("wrong_password"))
        server.say(#"{"type":"hello","nick":"m","operator":true}"#, mallory)
        #expect(server.text(mallory).contains("bad_field"))
        var room = Self.server(isDesk: false)
        let other = room.connect()
        room.say(#"{"type":"hello","nick":"m","operator":true,"token":"secret"}"#, other)
        #expect(room.text(other).contains("no_desk"))
    }

    @Test("The operators' figures are those of what has happened")
    func figures() {
        var server = Self.server()
        let olga = seat(&server)
        #expect(server.text(olga).contains(#""type":"desk","server":"Server A""#))
        let ann = visitor(&server, "ann")
        _ = visitor(&server, "bob")
        server.say(##"{"type":"message","room":"#visit-1","text":"hello"}"##, olga)
        server.say(#"{"type":"rate","stars":4}"#, ann)
        server.pass(.seconds(2))
        let heard = server.text(olga)
        #expect(
            heard.contains(
                #""attended_today":1,"attended_month":1,"rating_average":4.00,"rating_count":1,"#
                    + #""approached":2,"lost":0,"current":["ann"],"waiting":1,"oldest_wait_s":"#))
    }
}

extension VirtualServer {
    fileprivate mutating func say(_ line: String, _ client: Int) {
        receive(Array((line + "\n").utf8), from: client)
    }

    /// What became of a visit.
    fileprivate func steps(_ visit: UInt64) -> [String] {
        visits.filter { $0.visit.number == visit }.map { record in
            switch record.event {
            case .approached: "approached"
            case .waiting: "waiting"
            case .served: "served"
            case .attended: "attended"
            case .returned: "returned"
            case .ended(let reason, _): "ended \(reason.rawValue)"
            case .lost(let reason, _): "lost \(reason.rawValue)"
            case .rated(let rating, _): "rated \(rating.stars)"
            }
        }
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
