// Sessions that go on from a new connection, and what newcomers are shown, in JSON lines.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct JSONResumeTests {
    private static let token = "0123456789abcdef"

    private static func message(
        _ seq: UInt64, _ text: String, kind: MessageKind = .text
    ) throws -> Message {
        Message(
            id: MessageID(origin: 36, number: seq), room: .lobby, seq: seq,
            from: Person(nick: try Nickname("bob"), user: "", host: "", realName: ""), kind: kind,
            text: text, at: JSONConversation.now)
    }

    /// A restarted server whose lobby has ten messages, of which the journal has `kept`.
    private func restarted(_ kept: [Message], replay: Int = 0) -> JSONConversation {
        let talk = JSONConversation(policy: HubPolicy(isDurable: true, replay: replay)) { load in
            switch load {
            case .recent: .messages(kept.suffix(3), complete: false)
            case .history: .messages(kept, complete: true)
            case .session: .session([:])
            default: .nothing
            }
        }
        talk.restore(
            [
                StoredRoom(
                    name: .lobby, createdAt: JSONConversation.now, lastSeq: 10, topic: nil)
            ], lastMessage: 10)
        return talk
    }

    @Test("A returning client gets what it missed, in order, one message a line")
    func missed() throws {
        let kept = try (1...10).map { try Self.message($0, $0 == 9 ? "" : "m\($0)") }
        try restarted(Array(kept[6...])).run(
            #"""
            > {"type":"hello","nick":"ann","resume":"0123456789abcdef","seen":{"#lobby":7},"id":"r"}
            < {"type":"welcome",*"session":"0123456789abcdef","rooms":["#lobby"],"resume":"0123456789abcdef",*"re":"r"}
            < {"type":"joined","room":"#lobby","nick":"ann",*}
            < {"type":"names","room":"#lobby",*"last_seq":10,"entered":true}
            < {"type":"message","id":"10-8","room":"#lobby","seq":8,"from":"bob","text":"m8","at":"*"}
            < {"type":"message","id":"10-9","room":"#lobby","seq":9,"from":"bob","text":"","erased":true,"at":"*"}
            < {"type":"message","id":"10-a","room":"#lobby","seq":10,"from":"bob","text":"m10","at":"*"}
            > {"type":"message","text":"back"}
            < {"type":"message",*"seq":11,*}
            """#)
    }

    @Test("What is no longer to be had is a gap before the rest")
    func gap() throws {
        let kept = try (6...10).map { try Self.message($0, "m\($0)") }
        try restarted(kept).run(
            #"""
            > {"type":"hello","nick":"ann","resume":"0123456789abcdef","seen":{"#lobby":2}}
            < {"type":"welcome",*}
            < {"type":"joined",*}
            < {"type":"names",*}
            < {"type":"gap","room":"#lobby","from_seq":3,"to_seq":5}
            < {"type":"message",*"seq":6,*}
            < {"type":"message",*"seq":7,*}
            < {"type":"message",*"seq":8,*}
            < {"type":"message",*"seq":9,*}
            < {"type":"message",*"seq":10,*}
            """#)
    }

    @Test("Who has seen everything is sent nothing, who has seen the future is told")
    func edges() throws {
        let kept = try (1...10).map { try Self.message($0, "m\($0)") }
        let rest = #"""
            < {"type":"welcome",*}
            < {"type":"joined",*}
            < {"type":"names",*}

            """#
        try restarted(kept, replay: 5).run(
            #"""
            > {"type":"hello","nick":"ann","resume":"0123456789abcdef","seen":{"#lobby":10}}

            """# + rest)
        try restarted(kept).run(
            #"""
            > {"type":"hello","nick":"ann","resume":"0123456789abcdef","seen":{"#lobby":11}}

            """# + rest + #"< {"type":"error","code":"bad_reference",*}"#)
    }

    @Test("A session goes on in the rooms that were seen, unless the hello names others")
    func rooms() throws {
        let hello = ##"{"type":"hello","resume":"\##(Self.token)","seen":{"#b":0,"#a":0}"##
        for (line, rooms) in [
            (hello + "}", ["#b", "#a"]), (hello + #","rooms":["c"]}"#, ["#c"]),
            (hello + #","rooms":[]}"#, []),
            (#"{"type":"hello","resume":"\#(Self.token)"}"#, nil),
            (##"{"type":"hello","seen":{"#b":0}}"##, nil),
        ] {
            let talk = JSONConversation()
            _ = talk.lines(line)
            guard case .register(let asked) = talk.scripted.requests.first?.command else {
                Issue.record("no registration: \(line)")
                return
            }
            #expect(asked.rooms?.map(\.text) == rooms)
            #expect(asked.isResumable)
            #expect(asked.memberLimit == 256)
        }
    }

    @Test("Tokens that were never given out and numbers that are none are refused")
    func refusals() throws {
        let talk = JSONConversation()
        try talk.run(
            #"""
            > {"type":"hello","resume":"short"}
            < {"type":"error","code":"bad_field",*"field":"resume"}
            > {"type":"hello","resume":"0123456789ABCDEF"}
            < {"type":"error","code":"bad_field",*"field":"resume"}
            > {"type":"hello","resume":5}
            < {"type":"error","code":"bad_field",*"field":"resume"}
            > {"type":"hello","resume":"0123456789abcdef","seen":[1]}
            < {"type":"error","code":"bad_field",*"field":"seen"}
            > {"type":"hello","resume":"0123456789abcdef","seen":{"#a":-1}}
            < {"type":"error","code":"bad_field",*"field":"seen"}
            > {"type":"hello","resume":"0123456789abcdef","seen":{"#a":"1"}}
            < {"type":"error","code":"bad_field",*"field":"seen"}
            > {"type":"hello","resume":"0123456789abcdef","seen":{"#a":1,"#A":2}}
            < {"type":"error","code":"bad_field",*"field":"seen"}
            > {"type":"hello","resume":"0123456789abcdef","seen":{"a b":1}}
            < {"type":"error","code":"bad_room",*}
            > {"type":"hello","replay":-1}
            < {"type":"error","code":"bad_field",*"field":"replay"}
            > {"type":"hello","replay":"all"}
            < {"type":"error","code":"bad_field",*"field":"replay"}
            """#)
        #expect(talk.scripted.requests.isEmpty)
    }

    @Test("A session that goes on elsewhere ends here, with replaced")
    func replaced() throws {
        let talk = JSONConversation()
        _ = talk.lines(#"{"type":"hello","nick":"ann","resume":"\#(Self.token)"}"#)
        talk.bob(
            .register(
                Registration(
                    nick: try Nickname("ann"), user: "~json", host: "h",
                    resume: Resume(token: Self.token), isResumable: true)))
        try talk.run(
            #"""
            < {"type":"bye","code":"replaced","reason":"this session continues on another connection","retry":false}
            < {"type":"joined","room":"#lobby","nick":"ann",*}
            """#)
    }

    @Test("A newcomer is shown the newest messages, as many as it asks for and no more than a page")
    func replay() throws {
        let kept = try (8...10).map { try Self.message($0, "m\($0)") }
        let entered = #"""
            < {"type":"welcome",*}
            < {"type":"joined",*}
            < {"type":"names",*}

            """#
        try restarted(kept, replay: 2).run(
            #"> {"type":"hello"}"# + "\n" + entered
                + ##"< {"type":"history","room":"#lobby","messages":[{*"seq":9,*},{*"seq":10,*}],"complete":false,"replay":true}"##
        )
        try restarted(kept, replay: 2).run(
            #"> {"type":"hello","replay":1}"# + "\n" + entered
                + ##"< {"type":"history","room":"#lobby","messages":[{*"seq":10,*}],"complete":false,"replay":true}"##
        )
        try restarted(kept, replay: 2).run(#"> {"type":"hello","replay":0}"# + "\n" + entered)
        let talk = JSONConversation()
        _ = talk.lines(#"{"type":"hello","replay":99999999999}"#)
        guard case .register(let asked) = talk.scripted.requests.first?.command else {
            Issue.record("no registration")
            return
        }
        #expect(asked.replay == Limits.maxHistoryPage)
    }

    @Test("What was missed is written without tags, a gap alone too, activity not at all")
    func wire() throws {
        func lines(_ event: ClientEvent) -> String {
            var buffer = ByteBuffer()
            JSONWire.encode(event, tag: RequestTag(label: "l"), rooms: [], into: &buffer)
            return buffer.text
        }
        #expect(
            lines(.missed(.lobby, gap: 1...UInt64.max, []))
                == ##"{"type":"gap","room":"#lobby","from_seq":1,"to_seq":18446744073709551615}"##
                + "\n")
        let tags = try Self.message(1, "", kind: .tags)
        #expect(lines(.missed(.lobby, gap: nil, [tags])) == "")
        #expect(lines(.activity([(.lobby, JSONConversation.now)])) == "")
    }
}
