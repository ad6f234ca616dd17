// What a visitor's client keeps of its conversation and brings to the next server, and how an operator
// is shown it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

@Suite("What was said before")
struct TranscriptSessionTests {
    /// In a conversation, in which so much was said.
    private static func talk(
        _ interface: Interface = .interactive, says texts: [String]
    ) -> Conversation {
        var talk = Conversation(interface)
        talk.arriveAtDesk()
        for (index, text) in texts.enumerated() {
            _ = talk.says(
                text, in: 7, from: index % 2 == 0 ? "olga" : "alice", seq: index + 1)
        }
        return talk
    }

    /// What the client tells the next server.
    private static func told(_ actions: [ClientAction]) -> [JSONObject] {
        sent(actions).filter { $0["type"]?.string == "transcript" }
    }

    private static func texts(_ request: JSONObject?) -> [String] {
        (request?["messages"]?.array ?? []).compactMap { $0.object?["text"]?.string }
    }

    @Test(
        "The next server is told it, before anything else and once",
        arguments: [Interface.interactive, .plain, .json])
    func told(interface: Interface) {
        var talk = Self.talk(interface, says: ["hello", "it is broken"])
        #expect(Self.told(talk.queue(1, of: 1)).isEmpty)
        let requests = sent(talk.welcome(from: "Server B", rooms: ""))
        #expect(requests.first?["type"]?.string == "transcript")
        let messages = (requests.first?["messages"]?.array ?? []).compactMap(\.object)
        #expect(messages.map { $0["from"]?.string } == ["olga", "alice"])
        #expect(Self.texts(requests.first) == ["hello", "it is broken"])
        _ = talk.enter("#visit-2")
        let admitted = talk.receive(
            ##"{"type":"admitted","server":"Server B","operator":"pete","room":"#visit-2","##
                + ##""waited":true,"ticket":"t"}"##)
        #expect(Self.told(admitted).isEmpty)
    }

    @Test("Whoever goes on after that is told all of it")
    func further() {
        var talk = Self.talk(says: ["one"])
        _ = talk.welcome(from: "Server B", rooms: "")
        _ = talk.enter("#visit-2")
        _ = talk.says("two", in: 2, from: "pete")
        let request = Self.told(talk.welcome(from: "Server C", rooms: "")).first
        #expect(Self.texts(request) == ["one", "two"])
    }

    @Test("What no server has accepted is said again, and not told as well")
    func pending() {
        var talk = Self.talk(says: ["hello", "help", "yes?"])
        _ = talk.type("help")
        _ = talk.type("/me waits")
        _ = talk.says("help", in: 7, from: "alice", seq: 4)
        _ = talk.receive(
            ##"{"type":"message","id":"a","room":"#visit-7","seq":5,"from":"alice","##
                + ##""kind":"action","text":"waits"}"##)
        let requests = sent(talk.welcome(from: "Server B", rooms: ""))
        #expect(Self.texts(requests.first) == ["hello", "help", "yes?"])
        #expect(requests.dropFirst().map { $0["text"]?.string } == ["help", "waits"])
    }

    @Test("Nothing is told of a conversation that is over, of rooms, or by an operator")
    func nothing() {
        var talk = Self.talk(says: ["one"])
        _ = talk.receive(
            ##"{"type":"ended","visit":7,"room":"#visit-7","reason":"closed","operator":"olga","##
                + ##""nick":"alice","rate":true}"##)
        #expect(Self.told(talk.welcome(from: "Server B")).isEmpty)
        var room = Conversation()
        room.arrive()
        _ = room.hear("hi", seq: 1)
        #expect(Self.told(room.welcome(from: "Server B")).isEmpty)
        var desk = Conversation.atDesk()
        _ = desk.visitor("ann", 7)
        _ = desk.says("hi", in: 7, from: "ann")
        #expect(Self.told(desk.welcome(from: "Server B")).isEmpty)
    }

    @Test("It is the newest fifty, each once, without what was erased")
    func bounds() {
        var talk = Self.talk(says: (1...60).map { "number \($0)" })
        _ = talk.says("number 60", in: 7, from: "alice", seq: 60)
        _ = talk.receive(
            ##"{"type":"message","id":"e","room":"#visit-7","seq":61,"from":"olga","text":"","##
                + ##""erased":true}"##)
        let request = Self.told(talk.welcome(from: "Server B")).first
        #expect(Self.texts(request) == (11...60).map { "number \($0)" })
    }

    @Test(
        "It is one line, however the texts are written in it", arguments: ["x", "\u{2028}", "\\\""])
    func oneLine(letter: String) {
        let long = String(repeating: letter, count: 1500 / letter.utf8.count)
        var talk = Self.talk(says: (1...9).map { "\($0)\(long)" })
        let lines = talk.welcome(from: "Server B").compactMap { action -> [UInt8]? in
            guard case .send(let line) = action, line.starts(with: #"{"type":"transcript""#.utf8)
            else { return nil }
            return line
        }
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.count <= Limits.maxLineBytes + 1 })
        let value = lines.first.flatMap { try? JSONReader.value(in: Array($0.dropLast())) }
        #expect(Self.texts(value?.object).last?.first == "9")
    }

    @Test(
        "Who does not want to know says so to nobody",
        arguments: ["unknown_type", "no_reference", "already_told", "no_conversation", "waiting"],
        [Interface.interactive, .plain, .json])
    func refused(code: String, interface: Interface) {
        var talk = Self.talk(interface, says: ["one"])
        _ = talk.welcome(from: "Server B")
        let actions = talk.receive(
            ##"{"type":"error","code":"\##(code)","message":"?","re":"transcript"}"##)
        #expect(actions == [] && talk.session.refusal == 0)
        #expect(talk.receive(##"{"type":"ok","re":"transcript"}"##) == [])
    }

    @Test("Other answers of that kind are still passed on")
    func echoes() {
        var talk = Self.talk(.json, says: ["one"])
        #expect(talk.receive(##"{"type":"ok","re":"mine"}"##) == [.echo])
        #expect(talk.receive(##"{"type":"ok"}"##) == [.echo])
    }

    // MARK: - The operator's side

    private static let event =
        ##"{"type":"transcript","room":"#visit-3","from":"client#1","##
        + ##""reference":"Server B #visit-12","messages":["##
        + ##"{"from":"Olga","text":"have you tried\nturning it off","at":"2026-11-21T17:56:00Z"},"##
        + ##"{"from":"client#1","text":"\u001b[31mtwice\u202e"}]}"##

    @Test("An operator is shown it in the background, harmless, under whose word it is")
    func shown() throws {
        var talk = Conversation.atDesk()
        _ = talk.visitor("client#1", 3)
        let actions = talk.receive(Self.event)
        #expect(
            talk.seen(actions) == [
                "what was said before, as client#1 tells it (Server B #visit-12):",
                "  17:56 Olga: have you tried", "    turning it off",
                "  client#1: ^[[31mtwice<U+202E>",
            ])
        var renderer = EventRenderer { _ in 3600 }
        let displays = actions.compactMap { action -> Display? in
            if case .show(let display) = action { display } else { nil }
        }
        let lines = displays.flatMap { renderer.render($0, talk.session.renderContext(morning)) }
        #expect(lines.allSatisfy { $0.spans.allSatisfy { $0.style == .faint } })
        #expect(lines.dropFirst().first?.plain == "  18:56 Olga: have you tried")
    }

    @Test("A log has a line for each message, under the time of that")
    func log() throws {
        let event = try #require(ChatEvent(try JSONReader.value(in: Array(Self.event.utf8))))
        let lines = PlainRenderer.render(.event(event), nick: "olga", now: morning).map(\.plain)
        #expect(
            lines == [
                "2026-11-21T10:00:00Z #visit-3 - "
                    + "what was said before, as client#1 tells it (Server B #visit-12):",
                "2026-11-21T17:56:00Z #visit-3 - Olga: have you tried turning it off",
                "2026-11-21T10:00:00Z #visit-3 - client#1: ^[[31mtwice<U+202E>",
            ])
    }

    @Test("To others than operators it says nothing")
    func visitors() {
        var talk = Self.talk(says: [])
        #expect(talk.receive(Self.event) == [])
    }
}
