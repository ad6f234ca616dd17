// What Socket.IO clients may not do: refused where that is enough, else the end; however it is cut.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct SocketIORefusalTests {
    @Test("Other namespaces are refused in the protocol's words, and cost nothing")
    func namespaces() throws {
        let talk = SocketIOConversation()
        try talk.run(
            #"""
            > 40/random
            < 44/random,{"message":"Invalid namespace"}
            > 40/admin,{"token":"123"}
            < 44/admin,{"message":"Invalid namespace"}
            > 41/admin,
            """# + "\n" + SocketIOConversation.connect + #"""
                > 40/é?a=b,
                < 44/é,{"message":"Invalid namespace"}
                > 42["message","x"]
                < 42["message",*
                """#)
    }

    @Test("A packet may be longer than a line, and a transcript in it may not")
    func longTranscript() throws {
        let talk = SocketIOConversation()
        let text = String(repeating: "x", count: Limits.maxMessageBytes)
        let said = #"{"from":"Olga","text":"\#(text)"}"#
        try talk.run(
            SocketIOConversation.connect + #"""
                > 427["transcript",{"messages":[\#(said),\#(said)]}]
                < 437[{"error":{"code":"bad_field","message":"messages must be at most 8192 bytes of text","field":"messages"}}]
                > 428["transcript",{"messages":[\#(said)]}]
                < 438[{"error":{"code":"no_conversation","message":"you have no conversation"}}]
                """#)
    }

    @Test("Bytes are refused, with those that belong to them, and the conversation goes on")
    func binary() throws {
        let talk = SocketIOConversation()
        try talk.run(
            SocketIOConversation.connect + #"""
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
        let talk = SocketIOConversation()
        try talk.run(
            SocketIOConversation.connect + #"""
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
        let talk = SocketIOConversation()
        talk.server.text(packet, over: talk.socket)
        #expect(talk.server.take(talk.socket) == [])
        #expect(!talk.server.isOpen(talk.socket))
        #expect(!talk.requests.contains { $0.contains("register") })
    }

    @Test("Attachments that do not come are an end as well")
    func missingAttachment() throws {
        let talk = SocketIOConversation()
        try talk.run(
            SocketIOConversation.connect + #"""
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
        try SocketIOConversation().run(
            SocketIOConversation.connect + #"""
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
