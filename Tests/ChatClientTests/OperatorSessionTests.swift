// An operator's session: visitors come and go, commands are sent for the right one.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

extension Conversation {
    /// At the desk, nobody there yet.
    static func atDesk(_ interface: Interface = .interactive, canned: String = "") -> Conversation {
        let replies = (try? CannedReplies(Array(canned.utf8))) ?? CannedReplies()
        var talk = Conversation(
            interface, nick: "olga",
            access: OperatorAccess(canned: replies) { "secret" })
        _ = talk.connect()
        _ = talk.receive(##"{"type":"welcome","nick":"olga","server":"Server A","resume":"r"}"##)
        return talk
    }

    mutating func visitor(_ nick: String, _ visit: Int) -> [ClientAction] {
        let came = receive(
            ##"{"type":"visitor","visit":\##(visit),"room":"#visit-\##(visit)","##
                + ##""nick":"\##(nick)","waited_s":80,"##
                + ##""profile":{"name":"Ann Lee","student_id":"42","github":""}}"##)
        return came + enter("#visit-\(visit)")
    }

    mutating func leave(_ nick: String, _ visit: Int, reason: String = "left") -> [ClientAction] {
        receive(
            ##"{"type":"ended","visit":\##(visit),"room":"#visit-\##(visit)","##
                + ##""reason":"\##(reason)","operator":"olga","nick":"\##(nick)","rate":false}"##)
    }

    mutating func report(
        waiting: Int = 0, isPaused: Bool = false, visitors: [String] = [], attended: Int = 1
    ) -> [ClientAction] {
        let names = visitors.map { "\"\($0)\"" }.joined(separator: ",")
        return receive(
            ##"{"type":"desk","server":"Server A","attended_today":\##(attended),"##
                + ##""attended_month":20,"rating_average":4.5,"rating_count":12,"##
                + ##""approached":30,"lost":3,"current":[\##(names)],"waiting":\##(waiting),"##
                + ##""oldest_wait_s":60,"paused":\##(isPaused),"operators":[{"nick":"olga","##
                + ##""serving":1,"capacity":2,"paused":false,"visitors":[\##(names)]},"##
                + ##"{"nick":"ben","serving":1,"capacity":2,"paused":true,"visitors":["cem"]}]}"##)
    }

    /// What the operator sees of it, without the times of messages.
    func seen(_ actions: [ClientAction]) -> [String] {
        var renderer = EventRenderer { _ in 0 }
        return actions.flatMap { action -> [String] in
            guard case .show(let display) = action else { return [] }
            return renderer.render(display, session.renderContext(morning)).map { line in
                line.plain.hasPrefix("10:00 ") ? String(line.plain.dropFirst(6)) : line.plain
            }
        }
    }

    /// The same of what comes of `event`.
    mutating func see(_ event: (inout Conversation) -> [ClientAction]) -> [String] {
        let actions = event(&self)
        return seen(actions)
    }

    mutating func says(_ text: String, in visit: Int, from: String, seq: Int = 1) -> [ClientAction]
    {
        receive(
            ##"{"type":"message","id":"m-\##(seq)","room":"#visit-\##(visit)","seq":\##(seq),"##
                + ##""from":"\##(from)","text":"\##(text)"}"##)
    }
}

@Suite("An operator's session")
struct OperatorSessionTests {
    @Test("It introduces itself with the password")
    func hello() {
        var talk = Conversation(
            nick: "olga", access: OperatorAccess { "secret" })
        let hello = sent(talk.connect()).first
        #expect(hello?["operator"]?.bool == true && hello?["token"]?.string == "secret")
    }

    @Test(
        "A password that is refused ends the program",
        arguments: [("wrong_password", Int32(77)), ("no_desk", 77), ("try_later", 75)])
    func refused(_ code: String, _ exit: Int32) {
        var talk = Conversation(access: OperatorAccess { "x" })
        _ = talk.connect()
        let refused = talk.receive(##"{"type":"error","code":"\##(code)","message":"m"}"##)
        #expect(outcome(refused)?.code == exit)
    }

    @Test("A visitor is announced with its card, the prompt says with whom and how long")
    func visitorComes() {
        var talk = Conversation.atDesk()
        #expect(talk.prompt == "olga> ")
        let came = talk.visitor("ann", 17)
        #expect(
            talk.seen(came) == ["- ann is here; waited 1:20; name: Ann Lee; student id: 42"])
        #expect(came.contains(.bell))
        talk.seconds += 130
        #expect(talk.prompt == "ann (2:10)> ")
        #expect(sent(talk.type("hello")).first?["room"]?.string == "#visit-17")
    }

    @Test("What the visitor wrote while it waited is shown")
    func replay() {
        var talk = Conversation.atDesk()
        _ = talk.receive(
            ##"{"type":"visitor","visit":17,"room":"#visit-17","nick":"ann","waited_s":80}"##)
        _ = talk.enter("#visit-17", lastSeq: 1)
        let replay = talk.receive(
            ##"{"type":"history","room":"#visit-17","complete":false,"replay":true,"messages":["##
                + ##"{"id":"m-1","room":"#visit-17","seq":1,"from":"ann","text":"my printer"}]}"##)
        #expect(talk.seen(replay).last?.hasSuffix("ann: my printer") == true)
    }

    @Test("With nobody there, words go nowhere")
    func nobody() {
        var talk = Conversation.atDesk()
        #expect(sent(talk.type("hello?")).isEmpty)
        #expect(
            talk.see { $0.type("hello?") } == [
                "! nobody is with you; /next takes the first in the queue"
            ])
        #expect(talk.see { $0.type("/close") }.first?.hasPrefix("! nobody is with you") == true)
    }

    @Test("Commands are sent for the conversation in front")
    func commands() {
        var talk = Conversation.atDesk()
        _ = talk.visitor("ann", 17)
        let table: [(String, [String: String])] = [
            ("/next", ["do": "next", "room": "#visit-17"]),
            ("/close bye ann", ["do": "close", "text": "bye ann", "room": "#visit-17"]),
            ("/pause", ["do": "pause"]), ("/resume", ["do": "resume"]),
            ("/transfer ben", ["do": "transfer", "to": "ben", "room": "#visit-17"]),
        ]
        for (line, fields) in table {
            let request = sent(talk.type(line)).first
            #expect(request?["type"]?.string == "desk")
            for (name, value) in fields { #expect(request?[name]?.string == value, "\(line)") }
        }
        #expect(sent(talk.type("/who")).first?["type"]?.string == "waiting")
        #expect(sent(talk.type("/history 5")).first?["room"]?.string == "#visit-17")
    }

    @Test("A conversation that is over is told with its reason, and is gone")
    func ends() {
        var talk = Conversation.atDesk()
        _ = talk.visitor("ann", 17)
        let ended = talk.leave("ann", 17)
        #expect(talk.seen(ended) == ["- the conversation with ann is over: the visitor has left"])
        #expect(talk.prompt == "olga> ")
        #expect(talk.session.rooms.isEmpty && talk.session.desk?.conversations.isEmpty == true)
        _ = talk.visitor("bob", 18)
        #expect(
            talk.see { $0.leave("bob", 18, reason: "closed") } == [
                "- the conversation with bob is over"
            ])
    }

    @Test("Of several conversations one is in front; others count what is unread")
    func several() {
        var talk = Conversation.atDesk()
        _ = talk.visitor("ann", 17)
        _ = talk.visitor("bob", 18)
        #expect(talk.prompt == "ann (0:00)> ")
        let heard = talk.says("hi", in: 18, from: "bob")
        #expect(talk.seen(heard) == ["[bob] bob: hi"])
        #expect(heard.contains(.bell))
        #expect(talk.session.desk?.conversations.map(\.unread) == [0, 1])
        #expect(!talk.says("hi", in: 17, from: "ann").contains(.bell))
        #expect(talk.see { $0.type("/switch bo") } == ["[now with bob]"])
        #expect(talk.session.desk?.conversations.map(\.unread) == [0, 0])
        #expect(sent(talk.type("hello bob")).first?["room"]?.string == "#visit-18")
        _ = talk.type("/switch")
        #expect(talk.prompt.hasPrefix("ann "))
        #expect(
            talk.see { $0.type("/switch cem") }.first?.contains("choose from: ann, bob") == true)
        #expect(talk.see { $0.leave("ann", 17) }.last == "[now with bob]")
    }

    @Test("A line that was begun for one visitor is not sent to the next")
    func misdirected() {
        var talk = Conversation.atDesk()
        _ = talk.visitor("ann", 17)
        let begun = talk.session.aim
        _ = talk.leave("ann", 17)
        _ = talk.visitor("bob", 18)
        let actions = talk.session.typed("your balance is", begunFor: begun, now: talk.now)
        #expect(sent(actions).isEmpty)
        #expect(actions.contains(.edit("your balance is")))
        #expect(talk.seen(actions).first?.hasSuffix("Return sends it to bob") == true)
        let again = talk.session.typed("hello", begunFor: talk.session.aim, now: talk.now)
        #expect(sent(again).first?["room"]?.string == "#visit-18")
    }

    @Test("Prepared answers are listed, and put where one types")
    func canned() {
        var talk = Conversation.atDesk(canned: "hi = Hello!\\nHow can I help?\nbye = Good-bye")
        #expect(
            talk.see { $0.type("/canned") } == [
                "hi   Hello! / How can I help?", "bye  Good-bye",
            ])
        #expect(talk.type("/canned HI") == [.edit("Hello!\nHow can I help?")])
        #expect(talk.type("/canned bye Ann") == [.edit("Good-bye Ann")])
        #expect(talk.see { $0.type("/canned x") }.first?.contains("choose from: hi bye") == true)
        #expect(talk.session.vocabulary.desk?.canned == ["hi", "bye"])
    }

    @Test("/who tells who waits since when, and with whom the operators talk")
    func who() {
        var talk = Conversation.atDesk()
        _ = talk.report(visitors: ["ann"])
        let told = talk.receive(
            ##"{"type":"waiting","visitors":[{"position":1,"nick":"dan","waited_s":252}],"of":2}"##)
        #expect(
            talk.seen(told) == [
                "2 wait:", "  1. dan  4:12", "  and 1 more", "olga (you) talks with ann",
                "ben talks with cem, paused",
            ])
    }

    @Test("A pause is told when it begins and ends")
    func pause() {
        var talk = Conversation.atDesk()
        #expect(talk.see { $0.report() } == [])
        #expect(talk.see { $0.report(isPaused: true) } == ["[paused: you receive no visitors]"])
        #expect(talk.prompt == "paused> ")
        #expect(talk.see { $0.report() } == ["[open for visitors]"])
    }

    @Test("A log has a line when a figure changes, and none when time passes")
    func log() {
        var talk = Conversation.atDesk(.plain)
        let first = talk.report(waiting: 1, visitors: ["ann"])
        let line = first.compactMap { action -> String? in
            guard case .show(let display) = action else { return nil }
            return PlainRenderer.render(display, nick: "olga", now: morning).first?.plain
        }
        #expect(
            line == [
                "2026-11-21T10:00:00Z * - desk: Server A, attended today 1, this month 20, "
                    + "rating 4.5 of 12, approached 30, lost 3, with ann, waiting 1"
            ])
        #expect(!talk.report(waiting: 1, visitors: ["ann"]).contains { isShown($0) })
        #expect(talk.report(waiting: 2, visitors: ["ann"]).contains { isShown($0) })
    }

    private func isShown(_ action: ClientAction) -> Bool {
        if case .show = action { true } else { false }
    }

    @Test("After a lost connection, conversations that did not go on are dropped")
    func reconnect() {
        var talk = Conversation.atDesk()
        _ = talk.visitor("ann", 17)
        _ = talk.visitor("bob", 18)
        _ = talk.session.connectionLost("gone", now: talk.now, entropy: 0)
        let hello = sent(talk.connect()).first
        #expect(hello?["operator"]?.bool == true && hello?["rooms"] == nil)
        _ = talk.receive(##"{"type":"welcome","nick":"olga","server":"s"}"##)
        _ = talk.report(visitors: ["bob"])
        #expect(talk.session.desk?.conversations.map(\.nick) == ["bob"])
        #expect(talk.prompt.hasPrefix("bob "))
    }

    @Test("Help and completion have the operators' commands, and only theirs")
    func help() {
        var talk = Conversation.atDesk()
        #expect(talk.see { $0.type("/help") }.contains { $0.hasPrefix("/transfer") })
        let words = Completion.candidates(for: "/", after: "", in: talk.session.vocabulary)
        #expect(words.contains("/canned") && words.contains("/close"))
        _ = talk.visitor("ann", 17)
        _ = talk.report(visitors: ["ann"])
        let vocabulary = talk.session.vocabulary
        #expect(Completion.candidates(for: "a", after: "/switch ", in: vocabulary) == ["ann"])
        #expect(Completion.candidates(for: "", after: "/transfer ", in: vocabulary) == ["ben"])
        let visitor = Completion.Vocabulary()
        #expect(!Completion.candidates(for: "/", after: "", in: visitor).contains("/next"))
    }
}

@Suite("What a desk says")
struct DeskEventTests {
    @Test("A report is decoded, and one without figures too")
    func report() {
        guard
            case .desk(let report)? = event(
                ##"{"type":"desk","server":"A","rating_average":4.49,"rating_count":7,"##
                    + ##""waiting":-5,"approached":9e300,"oldest_wait_s":null,"current":["x",3]}"##)
        else {
            Issue.record("no report")
            return
        }
        #expect(report.ratingHundredths == 449 && report.ratings == 7)
        #expect(report.waiting == 0 && report.oldestWait == nil && report.current == ["x"])
        #expect(event(##"{"type":"desk"}"##) == .desk(DeskReport(server: "")))
    }

    @Test("What names no room is of no use")
    func noRoom() {
        #expect(event(##"{"type":"visitor","nick":"x"}"##) == .unknown(type: "visitor"))
        #expect(event(##"{"type":"ended","room":" "}"##) == .unknown(type: "ended"))
        #expect(event(##"{"type":"rated","stars":9}"##) == .unknown(type: "rated"))
    }
}
