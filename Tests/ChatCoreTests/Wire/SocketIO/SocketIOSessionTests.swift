// Conversations in Socket.IO over a WebSocket, with a hub in process: packets as text, one a line.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

/// One client whose WebSocket is a transcript's two sides.
private final class Conversation {
    var server = VirtualSocketIO()
    let socket: Int
    let client: Int

    init() {
        (client, socket) = server.open(.webSocket)
        _ = server.take(socket)
    }

    func run(_ transcript: String) throws {
        try GoldenTranscript(transcript).run { bytes in
            for line in bytes.split(separator: 0x0A) { self.server.text(line, over: self.socket) }
            return self.server.take(self.socket).flatMap { Array($0.utf8) + [0x0A] }
        }
        #expect(server.faults == [])
    }

    var requests: [String] { server.clients[client].actions }
}

@Suite struct SocketIOSessionTests {
    static let connect = #"""
        > 40{"nick":"ann"}
        < 40{"sid":"s0"}
        < 42["welcome",{"type":"welcome","v":1,"server":"test","nick":"ann","session":"secret","rooms":["#lobby"],"resume":"secret","limits":{*}}]
        < 42["joined",{"type":"joined","room":"#lobby","nick":"ann","at":"2026-11-21T09:30:00.000Z"}]
        < 42["names",{"type":"names","room":"#lobby","topic":"","members":[{"nick":"ann"}],"count":1,"last_seq":0,"entered":true}]

        """#

    @Test("A person connects with a nick, talks, asks and leaves")
    func conversation() throws {
        let talk = Conversation()
        try talk.run(
            Self.connect + #"""
                > 42["message","hi \\"you\\""]
                < 42["message",{"type":"message","id":"10-1","room":"#lobby","seq":1,"from":"ann","text":"hi \\"you\\"","at":"2026-11-21T09:30:00.000Z"}]
                > 42["send",{"text":"two","nonce":"n"}]
                < 42["message",{"type":"message","id":"10-2","room":"#lobby","seq":2,"from":"ann","text":"two","at":"*"}]
                < 42["ack",{"type":"ack","nonce":"n","id":"10-2","room":"#lobby","seq":2}]
                > 42["history"]
                < 42["history",{"type":"history","room":"#lobby","messages":[{"type":"message","id":"10-1",*},{"type":"message","id":"10-2",*}],"complete":true}]
                > 42["history",{"limit":1,"id":"h"}]
                < 42["history",{"type":"history","room":"#lobby","messages":[{"type":"message","id":"10-2",*}],"complete":false,"re":"h"}]
                > 42["names"]
                < 42["names",{"type":"names","room":"#lobby",*"count":1,"last_seq":2}]
                > 42["rooms"]
                < 42["rooms",{"type":"rooms","rooms":[{"room":"#lobby",*}]}]
                > 42["ping",{"nonce":"x"}]
                < 42["pong",{"type":"pong","nonce":"x"}]
                > 42["typing",{"room":"#lobby"}]
                > 41
                """#)
        #expect(talk.server.clients[talk.client].left == .quit(""))
        #expect(!talk.server.isOpen(talk.socket))
    }

    @Test("Without a nick one is a guest, who gets a nick by joining with it")
    func guest() throws {
        let talk = Conversation()
        try talk.run(
            #"""
            > 40
            < 40{"sid":"s0"}
            < 42["welcome",{*"nick":"client#1",*}]
            < 42["joined",{*"nick":"client#1",*}]
            < 42["names",{*}]
            > 42["message","hello"]
            < 42["message",{*"from":"client#1","text":"hello",*}]
            > 42["join","ann"]
            < 42["renamed",{"type":"renamed","old":"client#1","new":"ann","at":"*"}]
            > 42["join","#tea"]
            < 42["joined",{*"room":"#tea",*}]
            < 42["names",{*"room":"#tea",*"entered":true}]
            > 42["join",{"room":"cake"}]
            < 42["joined",{*"room":"#cake",*}]
            < 42["names",{*"room":"#cake",*"entered":true}]
            > 42["message",{"room":"tea","text":"in tea"}]
            < 42["message",{*"room":"#tea","seq":1,"from":"ann","text":"in tea",*}]
            > 42["leave","#tea"]
            < 42["left",{"type":"left","room":"#tea","nick":"ann","reason":"left","at":"*"}]
            > 42["leave"]
            < 42["left",{"type":"left","room":"#lobby","nick":"ann","reason":"left","at":"*"}]
            > 42["nick","Änne"]
            < 42["renamed",{"type":"renamed","old":"ann","new":"Änne","at":"*"}]
            > 42["bye","so long"]
            < 42["bye",{"type":"bye","code":"quit","reason":"good-bye","retry":false}]
            < 41
            """#)
        #expect(talk.server.clients[talk.client].left == .quit("so long"))
    }

    @Test("Joining with everything at once is carried out in order, or not at all")
    func joinAll() throws {
        let talk = Conversation()
        try talk.run(
            #"""
            > 40{}
            < 40{"sid":"s0"}
            < 42["welcome",*
            < 42["joined",*
            < 42["names",*
            > 42["join",{"nick":"ann","profile":{"name":"Ann","github":"annn"},"rooms":["#a","b"],"room":"#b","id":7}]
            < 42["renamed",{*"new":"ann",*}]
            < 42["ok",{"type":"ok","re":7}]
            < 42["profile",{"type":"profile","name":"Ann","student_id":"","github":"annn"}]
            < 42["joined",{*"room":"#a",*}]
            < 42["names",{*"room":"#a",*}]
            < 42["joined",{*"room":"#b",*}]
            < 42["names",{*"room":"#b",*}]
            > 42["join",{"nick":"bob","rooms":["c","d e"]}]
            < 42["error",{"type":"error","code":"bad_room",*}]
            > 42["join",{"nick":"bob","resume":"secret0123456789"}]
            < 42["error",{"type":"error","code":"bad_field",*"field":"resume"}]
            > 42["join",{"profile":3}]
            < 42["error",{"type":"error","code":"bad_field",*"field":"profile"}]
            > 42["join"]
            < 42["error",{"type":"error","code":"bad_field",*"field":"room"}]
            > 42["join",5]
            < 42["error",{"type":"error","code":"bad_field",*"field":"room"}]
            """#)
    }

    @Test("Who connects may say which rooms, and go on with a session")
    func auth() throws {
        let talk = Conversation()
        try talk.run(
            #"""
            > 40{"nick":"ann","room":"tea","resume":"secret0123456789","unknown":[1]}
            < 40{"sid":"s0"}
            < 42["welcome",{*"session":"secret0123456789","rooms":["#tea"],*}]
            < 42["joined",{*"room":"#tea",*}]
            < 42["names",{*}]
            """#)
        #expect(talk.requests.first?.contains("isResumable: true") == true)
    }

    @Test("Who is refused may try again; who asks for anything else first is a guest")
    func refusedNick() throws {
        let talk = Conversation()
        try talk.run(
            #"""
            > 40{"nick":"a b"}
            < 40{"sid":"s0"}
            < 42["error",{"type":"error","code":"bad_nick",*}]
            > 42["dance"]
            < 42["error",{"type":"error","code":"not_registered",*}]
            > 42["join","nick"]
            < 42["error",{"type":"error","code":"bad_nick",*}]
            > 42["join",{"nick":"ann","room":"#tea","profile":{"name":"Ann"}}]
            < 42["welcome",{*"nick":"ann",*"rooms":["#tea"],*}]
            < 42["joined",{*"room":"#tea",*}]
            < 42["names",{*}]
            """#)
        let other = Conversation()
        try other.run(
            #"""
            > 40{"nick":5}
            < 40{"sid":"s0"}
            < 42["error",{"type":"error","code":"bad_field",*"field":"nick"}]
            > 427["message",{"text":3}]
            < 437[{"error":{"code":"bad_field","message":"text must be a string","field":"text"}}]
            < 42["welcome",{*"nick":"client#1",*}]
            < 42["joined",*
            < 42["names",*
            > 428["message","now"]
            < 42["message",*
            < 438[{"id":"10-1","room":"#lobby","seq":1}]
            """#)
        let third = Conversation()
        third.server.bob(.register(Registration(nick: try Nickname("Bob"), user: "~b", host: "h")))
        try third.run(
            #"""
            > 40{"nick":"bob"}
            < 40{"sid":"s0"}
            < 42["error",{"type":"error","code":"nick_taken",*}]
            > 42["message","hello"]
            < 42["welcome",{*"nick":"client#1",*}]
            < 42["joined",*
            < 42["names",*
            < 42["message",{*"from":"client#1","text":"hello",*}]
            """#)
    }

    @Test("Callbacks are told what became of it, and nobody else is")
    func callbacks() throws {
        let talk = Conversation()
        talk.server.bob(.register(Registration(nick: try Nickname("bob"), user: "~b", host: "h")))
        try talk.run(
            #"""
            > 40{"nick":"ann"}
            < 40{"sid":"s0"}
            < 42["welcome",*
            < 42["joined",*
            < 42["names",*
            > 420["message","hi"]
            < 42["message",{*"text":"hi",*}]
            < 430[{"id":"10-1","room":"#lobby","seq":1}]
            > 421["send",{"text":"again","nonce":"n"}]
            < 42["message",{*"text":"again",*}]
            < 431[{"id":"10-2","room":"#lobby","seq":2,"nonce":"n"}]
            > 422["send",{"text":"again","nonce":"n"}]
            < 432[{"id":"10-2","room":"#lobby","seq":2,"nonce":"n"}]
            > 423["message",""]
            < 433[{"error":{"code":"empty_message","message":"there is no text to send"}}]
            > 424["message",{"to":"bob","text":"psst"}]
            < 42["message",{"type":"message","id":"10-3","to":"bob",*}]
            < 434[{"id":"10-3"}]
            > 425["history",{"limit":1}]
            < 435[{"type":"history","room":"#lobby","messages":[{"type":"message","id":"10-2",*}],"complete":false}]
            > 426["join","#tea"]
            < 42["joined",{*}]
            < 436[{"type":"names","room":"#tea",*"entered":true}]
            < 42["names",{"type":"names","room":"#tea",*"entered":true}]
            > 427["leave","#tea"]
            < 42["left",*
            < 437[{}]
            > 428["nick","bob"]
            < 438[{"error":{"code":"nick_taken",*}}]
            > 429["dance",1]
            < 439[{"error":{"code":"unknown_type","message":"there is no request dance"}}]
            > 4210["ping"]
            < 4310[{"type":"pong"}]
            > 4211["pong"]
            < 4311[{}]
            > 4212["typing"]
            < 4312[{}]
            > 4213["join",{"nick":"anna","room":"#cake"}]
            < 42["renamed",*
            < 4313[{}]
            < 42["joined",*
            < 42["names",*
            > 4214["rooms"]
            < 4314[{"type":"rooms",*}]
            """#)
        talk.server.bob(.away("lunch"))
        try talk.run(
            #"""
            < 42["away",*
            > 4299["message",{"to":"bob","text":"?"}]
            < 42["message",*
            < 42["away",{"type":"away","nick":"bob","away":true,"text":"lunch"}]
            < 4399[{"id":"*"}]
            """#)
    }

    @Test("Messages that wait for an answer have nonces of their own, never the same twice")
    func nonces() throws {
        let talk = Conversation()
        try talk.run(Self.connect)
        for number in 1...3 {
            talk.server.text("42\(number)[\"message\",\"x\"]", over: talk.socket)
        }
        let posts = talk.requests.filter { $0.contains("post(") }
        #expect(posts.count == 3)
        for number in 1...3 {
            #expect(posts[number - 1].contains(#"nonce: Optional("s0.\#(number)")"#))
        }
    }

    @Test("Other namespaces are refused in the protocol's words, and cost nothing")
    func namespaces() throws {
        let talk = Conversation()
        try talk.run(
            #"""
            > 40/random
            < 44/random,{"message":"Invalid namespace"}
            > 40/admin,{"token":"123"}
            < 44/admin,{"message":"Invalid namespace"}
            > 41/admin,
            """# + "\n" + Self.connect + #"""
                > 40/é?a=b,
                < 44/é,{"message":"Invalid namespace"}
                > 42["message","x"]
                < 42["message",*
                """#)
    }

    @Test("Bytes are refused, with those that belong to them, and the conversation goes on")
    func binary() throws {
        let talk = Conversation()
        try talk.run(
            Self.connect + #"""
                > 452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]
                < 42["error",{"type":"error","code":"binary","message":"binary data is not understood here, only text"}]
                """#)
        talk.server.binary(over: talk.socket)
        talk.server.binary(over: talk.socket)
        try talk.run(
            #"""
            > 451-3["message",{"_placeholder":true,"num":0}]
            < 433[{"error":{"code":"binary","message":"binary data is not understood here, only text"}}]
            """#)
        talk.server.binary(over: talk.socket)
        talk.server.text(#"461-3[{"_placeholder":true,"num":0}]"#, over: talk.socket)
        talk.server.binary(over: talk.socket)
        try talk.run(
            #"""
            > 42["message","x"]
            < 42["message",*
            """#)
        talk.server.binary(over: talk.socket)
        try talk.run(
            #"""
            < 42["bye",{"type":"bye","code":"bad_data","reason":"what was sent is no Socket.IO packet","retry":false}]
            < 41
            """#)
        #expect(!talk.server.isOpen(talk.socket))
    }

    @Test(
        "What the protocol does not allow ends the conversation, and the client is told",
        arguments: [
            "4abc", "42{}", "42[]", "42abc[\"m\"]", "4", "40", "40{}", "44{}", "49", "42[\"a\"",
            "42/x,[\"a\"]", "43", "451-[]",
        ])
    func malformed(packet: String) throws {
        let talk = Conversation()
        try talk.run(
            Self.connect + #"""
                > \#(packet)
                < 42["bye",{"type":"bye","code":"bad_data",*}]
                < 41
                > 42["message","too late"]
                """#)
        #expect(talk.server.clients[talk.client].left == .closed(.badData))
        #expect(!talk.server.isOpen(talk.socket))
    }

    @Test(
        "Before it connects a client is heard saying nothing else, and told nothing",
        arguments: ["4abc", "42[\"message\",\"x\"]", "41", "43[]", "451-[\"a\"]", "40[1]", "44{}"])
    func strangers(packet: String) throws {
        let talk = Conversation()
        talk.server.text(packet, over: talk.socket)
        #expect(talk.server.take(talk.socket) == [])
        #expect(!talk.server.isOpen(talk.socket))
        #expect(!talk.requests.contains { $0.contains("register") })
    }

    @Test("Attachments that do not come are an end as well")
    func missingAttachment() throws {
        let talk = Conversation()
        try talk.run(
            Self.connect + #"""
                > 451-["a",{"_placeholder":true,"num":0}]
                < 42["error",*
                > 42["message","x"]
                < 42["bye",*
                < 41
                """#)
    }

    @Test("What is too much is refused and costs nothing else")
    func limits() throws {
        let long = String(repeating: "x", count: Limits.maxPacketBytes)
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let text = String(repeating: "x", count: Limits.maxMessageBytes + 1)
        try Conversation().run(
            Self.connect + #"""
                > 42["message","\#(long)"]
                < 42["error",{"type":"error","code":"line_too_long","message":"a packet may have at most 16384 bytes"}]
                > 421["message",\#(deep)]
                < 431[{"error":{"code":"too_deep","message":"at byte 27: nested more than 16 deep"}}]
                > 422["message",{"text":"a","text":"b"}]
                < 432[{"error":{"code":"duplicate_name",*}}]
                > 42["message",{"text":"a","text":"b"}]
                < 42["error",{"type":"error","code":"duplicate_name",*}]
                > 423["message","\#(text)"]
                < 433[{"error":{"code":"message_too_long",*}}]
                > 42[5,"x"]
                < 42["error",{"type":"error","code":"bad_field","message":"event must be a string","field":"event"}]
                > 42["message",{"text":"a\\u0000"}]
                < 42["error",{"type":"error","code":"bad_field",*"field":"text"}]
                > 43[1]
                > 42["message","fine"]
                < 42["message",*
                """#)
    }

    @Test("A person who comes back with the same session takes it over, and the other is told")
    func replaced() throws {
        let talk = Conversation()
        try talk.run(
            #"""
            > 40{"nick":"ann","resume":"secret0123456789"}
            < 40{"sid":"s0"}
            < 42["welcome",{*"session":"secret0123456789",*}]
            < 42["joined",*
            < 42["names",*
            """#)
        let (_, other) = talk.server.open(.webSocket)
        talk.server.text(
            ##"40{"nick":"ann","resume":"secret0123456789","seen":{"#lobby":0}}"##, over: other)
        try talk.run(
            #"""
            < 42["bye",{"type":"bye","code":"replaced",*"retry":false}]
            < 41
            """#)
        #expect(!talk.server.isOpen(talk.socket))
        let sent = talk.server.take(other)
        #expect(sent.contains { $0.hasPrefix(#"42["welcome""#) })
    }

    @Test("However the messages are cut, the hub is asked the same")
    func cuts() throws {
        let input =
            [
                "40/x,", "40{\"nick\":\"ann\",\"rooms\":[\"#a\"]}", "42[\"message\",\"Grüße 😀\"]",
                "421[\"send\",{\"text\":\"x\",\"nonce\":\"1\"}]",
                "42[\"join\",{\"nick\":\"b\",\"rooms\":[\"c\"]}]",
                "42[\"history\",{\"limit\":99999999999}]", "422[\"oops\"]", "451-[\"a\",0]", "b",
                "42[\"ping\"]", "42[\"message\",\"" + String(repeating: "z", count: 17_000) + "\"]",
                "41",
            ].joined(separator: "\u{1E}") + "\u{1E}"
        let record = try DecoderVerifier.verify(
            Array(input.utf8), cuts: 40, seed: 12, session: { SocketIOSession(id: "s") })
        #expect(record.actions.count == 7)
        #expect(record.reply.text.contains("Invalid namespace"))
        #expect(record.reply.text.contains("line_too_long"))
    }

    @Test("Any damage to a conversation is answered, never a trap")
    func damaged() throws {
        let seed = Array(
            ("40{\"nick\":\"ann\"}\u{1E}421[\"message\",{\"text\":\"é\",\"id\":9}]\u{1E}"
                + "42[\"join\",{\"rooms\":[\"a\"],\"nick\":\"b\"}]\u{1E}451-[\"a\"]\u{1E}b\u{1E}")
                .utf8)
        var random = SeededRandom(seed: 5)
        for _ in 0..<300 {
            var bytes = seed
            for _ in 0..<3 {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            try DecoderVerifier.verify(bytes, cuts: 3, session: { SocketIOSession(id: "s") })
        }
    }
}
