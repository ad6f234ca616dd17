// What a visitor tells of a conversation that a relay has moved: who may, how much, and who hears it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("What a moved visitor tells")
struct ToldTranscriptTests {
    private static let reference = "Server B #visit-12"

    private static func desk() -> RelayedScene { RelayedScene(capacity: 1, isDesk: true) }

    /// A request with these messages.
    private static func request(_ messages: [String]) -> String {
        #"{"type":"transcript","id":"t","messages":[\#(messages.joined(separator: ","))]}"#
    }

    private static func said(_ text: String, from: String = "Olga", at: String? = nil) -> String {
        let time = at.map { #","at":"\#($0)""# } ?? ""
        return #"{"from":"\#(from)","text":"\#(text)"\#(time)}"#
    }

    private static func lines(_ text: String, of type: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.hasPrefix(#"{"type":"\#(type)""#) }
    }

    @Test("Reaches the operator as it was told, and is answered")
    func told() {
        var scene = Self.desk()
        let olga = scene.seat("olga")
        let ann = scene.bring("ann", 7, reference: Self.reference)
        _ = (scene.server.text(olga), scene.server.text(ann))
        let messages = [
            Self.said("have you tried turning it off", at: "2026-11-21T17:56:00.000Z"),
            Self.said("twice", from: "ann"),
        ]
        scene.say(Self.request(messages), ann)
        #expect(scene.server.text(ann) == #"{"type":"ok","re":"t"}"# + "\n")
        #expect(
            scene.server.text(olga)
                == ##"{"type":"transcript","room":"#visit-1","from":"ann","##
                + #""reference":"Server B #visit-12","messages":[\#(messages[0]),\#(messages[1])]}"#
                + "\n")
    }

    @Test("Is no part of the room: nothing is numbered, kept or found")
    func leavesNoTrace() {
        var scene = Self.desk()
        let olga = scene.seat("olga")
        let ann = scene.bring("ann", 7, reference: Self.reference)
        scene.say(Self.request([Self.said("a secret")]), ann)
        scene.say(##"{"type":"message","room":"#visit-1","text":"hello"}"##, olga)
        _ = scene.server.text(olga)
        scene.say(##"{"type":"history","room":"#visit-1"}"##, olga)
        let page = scene.server.text(olga)
        #expect(page.contains(#""seq":1"#) && page.contains("hello"))
        #expect(!page.contains("a secret"))
        // Neither is it an operator's word, which would make the visit an attended one.
        #expect(!scene.server.text(ann).contains("a secret"))
    }

    @Test("Is told once in a conversation, also after the operator has spoken")
    func once() {
        var scene = Self.desk()
        let olga = scene.seat("olga")
        let ann = scene.bring("ann", 7, reference: Self.reference)
        scene.say(##"{"type":"message","room":"#visit-1","text":"hello"}"##, olga)
        _ = scene.server.text(olga)
        scene.say(Self.request([Self.said("one")]), ann)
        _ = scene.server.text(ann)
        scene.say(Self.request([Self.said("two")]), ann)
        #expect(scene.server.text(ann).contains(#""code":"already_told""#))
        #expect(Self.lines(scene.server.text(olga), of: "transcript").count == 1)
    }

    @Test("A refused one may be told again, rightly")
    func againAfterRefusal() {
        var scene = Self.desk()
        let olga = scene.seat("olga")
        let ann = scene.bring("ann", 7, reference: Self.reference)
        scene.say(Self.request([]), ann)
        #expect(scene.server.text(ann).contains(#""code":"bad_field""#))
        scene.say(Self.request([Self.said("one")]), ann)
        #expect(Self.lines(scene.server.text(olga), of: "transcript").count == 1)
    }

    @Test("Is wanted of nobody whom no relay has moved")
    func strangers() {
        var scene = Self.desk()
        let olga = scene.seat("olga")
        let ann = scene.bring("ann", 7)
        let bob = scene.come("bob")
        _ = scene.server.text(olga)
        for (client, code) in [(ann, "no_reference"), (bob, "waiting"), (olga, "no_conversation")] {
            _ = scene.server.text(client)
            scene.say(Self.request([Self.said("one")]), client)
            #expect(scene.server.text(client).contains(#""code":"\#(code)""#))
        }
        scene.say(##"{"type":"message","room":"#visit-1","text":"hello"}"##, olga)
        scene.say(#"{"type":"desk","do":"close"}"#, olga)
        _ = scene.server.text(ann)
        scene.say(Self.request([Self.said("one")]), ann)
        #expect(scene.server.text(ann).contains(#""code":"no_conversation""#))
        let stranger = scene.server.connect()
        scene.say(Self.request([Self.said("one")]), stranger)
        #expect(scene.server.text(stranger).contains(#""code":"not_registered""#))
        #expect(Self.lines(scene.server.text(olga), of: "transcript").isEmpty)
    }

    @Test("Nor where there is no desk", arguments: [nil, 1])
    func noDesk(capacity: Int?) {
        var scene = RelayedScene(capacity: capacity)
        let ann = scene.bring("ann", 7, reference: Self.reference)
        scene.say(Self.request([Self.said("one")]), ann)
        #expect(scene.server.text(ann).contains(#""code":"no_conversation""#))
    }

    @Test("Reaches the operator of its own conversation alone")
    func others() {
        var scene = RelayedScene(capacity: 1, isDesk: true)
        let olga = scene.seat("olga")
        let pete = scene.seat("pete")
        let ann = scene.bring("ann", 7, reference: Self.reference)
        let bob = scene.bring("bob", 8)
        for client in [olga, pete, bob] { _ = scene.server.text(client) }
        scene.say(Self.request([Self.said("one")]), ann)
        let heard = [olga, pete, bob].map { scene.server.text($0).contains("one") }
        #expect(heard.filter { $0 }.count == 1 && heard.last == false)
    }

    @Test(
        "Is refused with the name of what is wrong in it",
        arguments: [
            (#"{"type":"transcript"}"#, "messages"),
            (#"{"type":"transcript","messages":{}}"#, "messages"),
            (#"{"type":"transcript","messages":["one"]}"#, "messages"),
            (request(Array(repeating: said("x"), count: 51)), "messages"),
            (request([#"{"text":"x"}"#]), "from"),
            (request([#"{"from":7,"text":"x"}"#]), "from"),
            (request([said("x", from: "")]), "from"),
            (request([said("x", from: #"a\nb"#)]), "from"),
            (request([said("x", from: #"\u001b[2J"#)]), "from"),
            (request([said("x", from: #"\u009b2J"#)]), "from"),
            (request([said("x", from: String(repeating: "x", count: 33))]), "from"),
            (request([said("x", from: "x" + String(repeating: "\u{301}", count: 64))]), "from"),
            (request([#"{"from":"x"}"#]), "text"),
            (request([said("")]), "text"),
            (request([said(#"a\u0000b"#)]), "text"),
            (request([said(String(repeating: "x", count: 4097))]), "text"),
            (request([said("x", at: "yesterday")]), "at"),
            (request([#"{"from":"x","text":"x","at":1}"#]), "at"),
        ])
    func bounds(line: String, field: String) {
        var scene = Self.desk()
        let olga = scene.seat("olga")
        let ann = scene.bring("ann", 7, reference: Self.reference)
        _ = (scene.server.text(olga), scene.server.text(ann))
        scene.say(line, ann)
        let answer = scene.server.text(ann)
        #expect(answer.contains(#""code":"bad_field""#))
        #expect(answer.contains(#""field":"\#(field)""#))
        #expect(scene.server.text(olga) == "")
    }

    @Test("The most that is taken: fifty messages, the longest name and text, a whole line")
    func most() {
        let messages = [
            Self.said(String(repeating: "x", count: Limits.maxMessageBytes)),
            Self.said("x", from: String(repeating: "\u{E4}", count: 32)),
        ]
        let many = Array(repeating: Self.said("x"), count: Limits.maxTranscriptMessages - 2)
        for request in [messages + many, messages] {
            var scene = Self.desk()
            let olga = scene.seat("olga")
            let ann = scene.bring("ann", 7, reference: Self.reference)
            let line = Self.request(request)
            #expect(line.utf8.count <= Limits.maxLineBytes)
            scene.say(line, ann)
            #expect(Self.lines(scene.server.text(olga), of: "transcript").count == 1)
        }
    }

    @Test("Longer than a line it is refused as any other")
    func tooLong() {
        var scene = Self.desk()
        _ = scene.seat("olga")
        let ann = scene.bring("ann", 7, reference: Self.reference)
        let half = Self.said(String(repeating: "x", count: 4090))
        scene.say(Self.request([half, half, half]), ann)
        #expect(scene.server.text(ann).contains(#""code":"line_too_long""#))
    }

    @Test("Over IRC it is notices in the conversation, each a line, a long text on several")
    func irc() throws {
        var scene = Self.desk()
        let olga = scene.server.connect()
        scene.server.receive("PASS :secret\r\nNICK olga\r\nUSER o 0 * :O\r\n".utf8, from: olga)
        let ann = scene.bring("ann", 7, reference: Self.reference)
        _ = scene.server.text(olga)
        let long = String(repeating: "\u{20AC}", count: 700)
        scene.say(
            Self.request([
                Self.said("off\\nand on", at: "2026-11-21T17:56:00+00:00"),
                Self.said(#"\u0001VERSION\u0001\r\nQUIT"#, from: "ann"), Self.said(long),
            ]), ann)
        let lines = scene.server.text(olga).split(separator: "\r\n")
        #expect(lines.allSatisfy { $0.hasPrefix(":Server-A NOTICE #visit-1 :") })
        #expect(lines.allSatisfy { $0.utf8.count <= 510 })
        let texts = lines.map { String($0.dropFirst(":Server-A NOTICE #visit-1 :".count)) }
        try #require(texts.count > 4)
        #expect(texts[0] == "what was said before, as ann tells it (Server B #visit-12):")
        #expect(texts[1] == "  17:56Z Olga: off and on")
        #expect(texts[2].hasPrefix("  ann: ") && !texts[2].utf8.contains(0x0D))
        #expect(texts[3...].joined() == "  Olga: " + long)
    }
}
