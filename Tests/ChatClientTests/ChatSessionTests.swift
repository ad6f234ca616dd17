// The conversation as the client leads it, without a socket, a terminal or a clock.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

/// A session with a clock that the test turns.
struct Conversation {
    var session: ChatSession
    var seconds = 0

    init(
        _ interface: Interface = .interactive, nick: String? = "alice", isNickGiven: Bool = true,
        rooms: [RoomName] = [], past: PastWish = PastWish(), reconnects: Bool = true,
        linger: Duration = .zero, access: OperatorAccess? = nil
    ) {
        session = ChatSession(
            ChatSession.Options(
                nick: nick, isNickGiven: isNickGiven, rooms: rooms, profile: Profile(),
                interface: interface, past: past, reconnects: reconnects, maxAttempts: nil,
                server: "localhost:12000", nonceSeed: 1, access: access),
            linger: linger)
    }

    var now: Now {
        Now(
            instant: Instant(nanoseconds: 0) + .seconds(seconds),
            wall: Timestamp(milliseconds: morning.milliseconds + Int64(seconds) * 1000))
    }

    var prompt: String { session.prompt(at: now.instant) }

    mutating func connect() -> [ClientAction] { session.connected(now: now) }

    mutating func receive(_ json: String) -> [ClientAction] {
        guard let event = event(json) else { return [] }
        return session.received(event, now: now, entropy: 0)
    }

    mutating func type(_ line: String) -> [ClientAction] { session.typed(line, now: now) }

    /// In, and in the lobby.
    mutating func arrive(as nick: String = "alice") {
        _ = connect()
        _ = receive(##"{"type":"welcome","nick":"\##(nick)","server":"s","resume":"r"}"##)
        _ = enter("#lobby")
    }

    mutating func enter(_ room: String, lastSeq: Int = 0) -> [ClientAction] {
        receive(
            ##"{"type":"names","room":"\##(room)","members":[{"nick":"bob"}],"entered":true,"##
                + ##""last_seq":\##(lastSeq)}"##)
    }

    mutating func hear(_ text: String, from: String = "bob", seq: Int, id: String = "x-1")
        -> [ClientAction]
    {
        receive(
            ##"{"type":"message","id":"\##(id)","room":"#lobby","seq":\##(seq),"##
                + ##""from":"\##(from)","text":"\##(text)"}"##)
    }
}

/// The objects that are to be sent.
func sent(_ actions: [ClientAction]) -> [JSONObject] {
    actions.compactMap { action in
        guard case .send(let line) = action else { return nil }
        return (try? JSONReader.value(in: Array(line.dropLast())))?.object
    }
}

/// What is to be shown, as a terminal's lines.
func shown(_ actions: [ClientAction]) -> [String] {
    var renderer = EventRenderer { _ in 0 }
    let context = RenderContext(nick: "alice", activeRoom: "#lobby", now: morning)
    return actions.flatMap { action -> [String] in
        guard case .show(let display) = action else { return [] }
        return renderer.render(display, context).map { line in
            // The time varies with the test's clock.
            line.plain.contains(":") && line.plain.first?.isNumber == true
                ? String(line.plain.dropFirst(6)) : line.plain
        }
    }
}

func outcome(_ actions: [ClientAction]) -> JoinOutcome? {
    for case .end(let outcome) in actions { return outcome }
    return nil
}

@Suite("Client session")
struct ChatSessionTests {
    @Test("It introduces itself, and the prompt tells room and nick")
    func greeting() throws {
        var talk = Conversation(rooms: [try RoomName("ops")])
        let hello = sent(talk.connect())
        #expect(hello.first?["type"]?.string == "hello")
        #expect(hello.first?["nick"]?.string == "alice")
        #expect(hello.first?["rooms"]?.array == [.string("#ops")])
        _ = talk.receive(##"{"type":"welcome","nick":"alice","server":"s"}"##)
        _ = talk.enter("#ops")
        #expect(talk.prompt == "#ops alice> ")
    }

    @Test("A message is sent with a nonce, shown with its tick when both it and its ack are there")
    func tick() {
        var talk = Conversation()
        talk.arrive()
        let message = sent(talk.type("hi"))
        #expect(message.first?["room"]?.string == "#lobby")
        let nonce = message.first?["nonce"]?.string ?? ""
        #expect(shown(talk.hear("hi", from: "alice", seq: 1, id: "i-1")) == [])
        #expect(shown(talk.hear("later", seq: 2)) == [])
        let acked = talk.receive(##"{"type":"ack","nonce":"\##(nonce)","id":"i-1","seq":1}"##)
        #expect(shown(acked) == ["alice: hi ✓", "bob: later"])
        #expect(talk.session.pending.isEmpty)
    }

    @Test("An ack before the message, or a long wait for it, keep nothing back")
    func tickTiming() {
        var talk = Conversation()
        talk.arrive()
        _ = talk.receive(##"{"type":"ack","nonce":"n","id":"i-1","seq":1}"##)
        #expect(shown(talk.hear("hi", from: "alice", seq: 1, id: "i-1")) == ["alice: hi ✓"])
        _ = talk.type("slow")
        #expect(shown(talk.hear("slow", from: "alice", seq: 2, id: "i-2")) == [])
        talk.seconds += 1
        let late = talk.session.deadlineReached(now: talk.now, entropy: 0)
        #expect(shown(late) == ["alice: slow …"])
    }

    @Test("After a lost connection it says so, comes back to its rooms and sends what is unsettled")
    func reconnect() {
        var talk = Conversation()
        talk.arrive()
        _ = talk.enter("#ops")
        let first = sent(talk.type("unsettled"))
        let lost = talk.session.connectionLost("broken pipe", now: talk.now, entropy: 0)
        #expect(
            shown(lost) == [
                "[connection lost: broken pipe; trying again in 1 s; 1 to send again]"
            ])
        #expect(lost.contains(.retry(after: .milliseconds(500))))
        #expect(shown(talk.type("typed offline")) == ["[kept until connected: typed offline]"])
        let hello = sent(talk.connect())
        #expect(hello.first?["rooms"]?.array == [.string("#lobby"), .string("#ops")])
        #expect(hello.first?["resume"]?.string == "r")
        let back = talk.receive(##"{"type":"welcome","nick":"alice","server":"s"}"##)
        #expect(shown(back) == ["[connected again]"])
        #expect(sent(back).map { $0["text"]?.string } == ["unsettled", "typed offline"])
        #expect(sent(back).first?["nonce"] == first.first?["nonce"])
    }

    @Test("Without reconnecting, a lost connection is the end, with 69")
    func noReconnect() {
        var talk = Conversation(reconnects: false)
        talk.arrive()
        let lost = talk.session.connectionLost("gone", now: talk.now, entropy: 0)
        #expect(outcome(lost)?.code == 69)
        #expect(talk.session.phase == .ended)
    }

    @Test("A first connection that fails is the end, with 69 and the address")
    func cannotConnect() {
        var talk = Conversation()
        let failed = talk.session.connectFailed("refused", hint: "h", now: talk.now, entropy: 0)
        #expect(outcome(failed)?.code == 69)
        #expect(outcome(failed)?.complaint == "cannot connect: localhost:12000: refused")
        #expect(outcome(failed)?.hint == "h")
    }

    @Test("A server that is something else is told so")
    func notChatkit() {
        var talk = Conversation()
        _ = talk.connect()
        let end = talk.session.garbled(Array("HTTP/1.1 400 Bad Request".utf8), now: talk.now)
        #expect(outcome(end)?.code == 69)
        #expect(outcome(end)?.complaint?.contains("not a chatkit server") == true)
    }

    @Test("A taken nick: a person gets another and is told, a script ends with 77")
    func nickTaken() {
        let taken = ##"{"type":"error","code":"nick_taken","message":"the nick is taken"}"##
        var person = Conversation()
        _ = person.connect()
        #expect(sent(person.receive(taken)).first?["nick"]?.string == "alice_")
        let welcome = person.receive(##"{"type":"welcome","nick":"alice_","server":"s"}"##)
        #expect(shown(welcome).contains("[alice is taken: you are alice_]"))
        var script = Conversation(.plain)
        _ = script.connect()
        #expect(outcome(script.receive(taken))?.code == 77)
        var nameless = Conversation(.plain, isNickGiven: false)
        _ = nameless.connect()
        let again = sent(nameless.receive(taken))
        #expect(again.first?["type"]?.string == "hello" && again.first?["nick"] == nil)
    }

    @Test("What follows /join goes to that room, what follows /leave to the one before")
    func rooms() {
        var talk = Conversation()
        talk.arrive()
        #expect(sent(talk.type("/join ops")).first?["room"]?.string == "#ops")
        #expect(sent(talk.type("hi")).first?["room"]?.string == "#ops")
        _ = talk.enter("#ops")
        #expect(talk.prompt == "#ops alice> ")
        _ = talk.type("/join lobby")
        #expect(talk.prompt == "#lobby alice> ")
        _ = talk.type("/join ops")
        #expect(sent(talk.type("/leave")).first?["room"]?.string == "#ops")
        #expect(sent(talk.type("back")).first?["room"]?.string == "#lobby")
        _ = talk.receive(##"{"type":"left","room":"#ops","nick":"alice","reason":"left"}"##)
        #expect(talk.session.rooms.map(\.name) == [.lobby])
    }

    @Test("A script leaves when its input has ended and everything is settled")
    func scriptEnds() {
        var talk = Conversation(.plain)
        talk.arrive()
        let nonce = sent(talk.type("hi")).first?["nonce"]?.string ?? ""
        #expect(talk.session.inputEnded(now: talk.now) == [])
        let done = talk.receive(##"{"type":"ack","nonce":"\##(nonce)","id":"i"}"##)
        #expect(sent(done).first?["type"]?.string == "bye" && done.contains(.finish))
        #expect(outcome(talk.session.connectionLost("", now: talk.now, entropy: 0))?.code == 0)
    }

    @Test("A script that lingers leaves later")
    func linger() {
        var talk = Conversation(.plain, linger: .seconds(5))
        talk.arrive()
        #expect(talk.session.inputEnded(now: talk.now) == [])
        #expect(talk.session.nextDeadline == talk.now.instant + .seconds(5))
        talk.seconds += 5
        let left = talk.session.deadlineReached(now: talk.now, entropy: 0)
        #expect(sent(left).first?["type"]?.string == "bye")
    }

    @Test(
        "A refusal settles its message and becomes the exit code",
        arguments: [("not_in_room", Int32(77)), ("empty_message", 65), ("message_too_long", 65)])
    func refusal(_ code: String, _ exit: Int32) {
        var talk = Conversation(.plain)
        talk.arrive()
        let nonce = sent(talk.type("hi")).first?["nonce"]?.string ?? ""
        _ = talk.session.inputEnded(now: talk.now)
        let refused = talk.receive(
            ##"{"type":"error","code":"\##(code)","message":"m","re":"\##(nonce)"}"##)
        #expect(sent(refused).first?["type"]?.string == "bye")
        #expect(outcome(talk.session.connectionLost("", now: talk.now, entropy: 0))?.code == exit)
    }

    @Test("A JSON request passes as it is; a message without a nonce gets one")
    func jsonRequests() throws {
        var talk = Conversation(.json)
        talk.arrive()
        func pass(_ json: String) throws -> [JSONObject] {
            let object = try #require(try JSONReader.value(in: json).object)
            return sent(talk.session.request(object, line: Array((json + "\n").utf8)))
        }
        #expect(try pass(##"{"type":"rooms","x":1}"##).first?["x"]?.integer == 1)
        let added = try pass(##"{"type":"message","text":"a"}"##).first
        #expect(added?["nonce"]?.string == added?["id"]?.string && added?["nonce"] != nil)
        let kept = try pass(##"{"type":"message","text":"a","nonce":"n","id":7}"##).first
        #expect(kept?["nonce"]?.string == "n" && kept?["id"]?.integer == 7)
        #expect(talk.session.pending.count == 2)
        _ = talk.receive(##"{"type":"error","code":"c","message":"m","re":7}"##)
        #expect(talk.session.pending.count == 1)
    }

    @Test("A server's farewell that invites to come back is followed, another ends with its reason")
    func bye() {
        var talk = Conversation()
        talk.arrive()
        let closing = talk.receive(
            ##"{"type":"bye","code":"shutdown","reason":"shutting down","retry":true}"##)
        #expect(closing.contains(.disconnect) && outcome(closing) == nil)
        _ = talk.connect()
        _ = talk.receive(##"{"type":"welcome","nick":"alice","server":"s"}"##)
        let final = talk.receive(##"{"type":"bye","code":"bad_data","reason":"no","retry":false}"##)
        #expect(outcome(final)?.code == 65 && outcome(final)?.reason == "no")
    }

    @Test("A silent server is asked for a sign of life, then given up")
    func silence() {
        var talk = Conversation()
        talk.arrive()
        talk.seconds += 90
        let asked = talk.session.deadlineReached(now: talk.now, entropy: 0)
        #expect(sent(asked).first?["type"]?.string == "ping")
        talk.seconds += 30
        let lost = talk.session.deadlineReached(now: talk.now, entropy: 0)
        #expect(lost.contains(.disconnect))
        #expect(talk.session.phase == .offline)
    }

    @Test(
        "Text whose escapes would make its line too long is sent in pieces, none of them too long")
    func escapes() {
        var talk = Conversation()
        talk.arrive()
        let actions = talk.type("x" + String(repeating: "\u{1}", count: 4000) + "x")
        #expect(sent(actions).count > 1)
        for case .send(let line) in actions { #expect(line.count <= Limits.maxLineBytes) }
    }

    @Test("Only nicks that a nick can be are offered for completion, oneself not")
    func vocabulary() {
        var talk = Conversation()
        talk.arrive()
        _ = talk.receive(##"{"type":"joined","room":"#lobby","nick":"\u001b[2J"}"##)
        _ = talk.receive(##"{"type":"joined","room":"#lobby","nick":"alice"}"##)
        _ = talk.receive(##"{"type":"renamed","old":"bob","new":"rob"}"##)
        #expect(talk.session.vocabulary.nicks == ["rob"])
        _ = talk.receive(##"{"type":"left","room":"#lobby","nick":"rob","reason":"quit"}"##)
        #expect(talk.session.vocabulary.nicks == [])
    }

    @Test("A server that never welcomes is given up")
    func noWelcome() {
        var talk = Conversation()
        _ = talk.connect()
        talk.seconds += 10
        let lost = talk.session.deadlineReached(now: talk.now, entropy: 0)
        #expect(outcome(lost)?.code == 69)
    }
}
