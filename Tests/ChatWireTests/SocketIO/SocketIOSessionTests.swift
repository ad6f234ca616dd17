// Conversations in Socket.IO over a WebSocket, with a hub in process: packets as text, one a line.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct SocketIOSessionTests {
    @Test("A person connects with a nick, talks, asks and leaves")
    func conversation() throws {
        let talk = SocketIOConversation()
        try talk.run(
            SocketIOConversation.connect + #"""
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
        let talk = SocketIOConversation()
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

    @Test("A bye with a callback is acknowledged before the end")
    func byeWithCallback() throws {
        let talk = SocketIOConversation()
        try talk.run(
            #"""
            > 40{"nick":"ann"}
            < 40{"sid":"s0"}
            < 42["welcome",{*"nick":"ann",*}]
            < 42["joined",{*"nick":"ann",*}]
            < 42["names",{*}]
            > 422["bye",{}]
            < 432[{}]
            < 42["bye",{"type":"bye","code":"quit","reason":"good-bye","retry":false}]
            < 41
            """#)
    }

    @Test("Joining with everything at once is carried out in order, or not at all")
    func joinAll() throws {
        let talk = SocketIOConversation()
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
        let talk = SocketIOConversation()
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
        let talk = SocketIOConversation()
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
        let other = SocketIOConversation()
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
        let third = SocketIOConversation()
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
        let talk = SocketIOConversation()
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
        let talk = SocketIOConversation()
        try talk.run(SocketIOConversation.connect)
        for number in 1...3 {
            talk.server.text("42\(number)[\"message\",\"x\"]", over: talk.socket)
        }
        let posts = talk.requests.filter { $0.hasPrefix("post ") }
        #expect(posts.count == 3)
        for number in 1...3 {
            #expect(posts[number - 1].contains(" x s0.\(number) "))
        }
    }

    @Test("A person who comes back with the same session takes it over, and the other is told")
    func replaced() throws {
        let talk = SocketIOConversation()
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
}
