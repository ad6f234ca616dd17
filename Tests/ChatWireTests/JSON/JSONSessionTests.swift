// Conversations in JSON lines with a hub in process, and requests as the hub gets them.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct JSONSessionTests {
    static let hello = #"""
        > {"type":"hello","nick":"ann"}
        < {"type":"welcome","v":1,"server":"test","nick":"ann","session":"secret","rooms":["#lobby"],"resume":"secret","limits":{"message_bytes":4096,"line_bytes":8192,*}}
        < {"type":"joined","room":"#lobby","nick":"ann","at":"2026-11-21T09:30:00.000Z"}
        < {"type":"names","room":"#lobby","topic":"","members":[{"nick":"ann"}],"count":1,"last_seq":0,"entered":true}

        """#

    @Test("A person says hello, talks, and says bye")
    func conversation() throws {
        let talk = JSONConversation()
        try talk.run(
            Self.hello + #"""
                > {"type":"message","text":"hi\\n\\"you\\"","nonce":"n1","id":"a"}
                < {"type":"message","id":"10-1","room":"#lobby","seq":1,"from":"ann","text":"hi\\n\\"you\\"","at":"2026-11-21T09:30:00.000Z"}
                < {"type":"ack","nonce":"n1","id":"10-1","room":"#lobby","seq":1,"re":"a"}
                > {"type":"message","text":"waves","kind":"action"}
                < {"type":"message","id":"10-2","room":"#lobby","seq":2,"from":"ann","kind":"action","text":"waves","at":"*"}
                > {"type":"ping","id":7,"nonce":"x"}
                < {"type":"pong","nonce":"x","re":7}
                > {"type":"bye","text":"see you"}
                < {"type":"bye","code":"quit","reason":"good-bye","retry":false}
                """#)
        guard case .quit(.quit("see you"), _) = talk.scripted.requests.last?.command else {
            Issue.record("no quit: \(talk.scripted.requests)")
            return
        }
    }

    @Test("Two people see each other's messages, topics, names and departures")
    func twoPeople() throws {
        let talk = JSONConversation()
        try talk.bobArrives()
        try talk.run(
            #"""
            > {"type":"hello","nick":"ann","v":1}
            < {"type":"welcome",*}
            < {"type":"joined","room":"#lobby","nick":"ann","at":"*"}
            < {"type":"names","room":"#lobby","topic":"","members":[{"nick":"ann"},{"nick":"bob"}],"count":2,"last_seq":0,"entered":true}
            """#)
        talk.bob(.post(Post(to: .room(.lobby), kind: .notice, text: "hello", nonce: "z")))
        talk.bob(.post(Post(to: .room(.lobby), kind: .tags, text: "", clientTags: "+typing")))
        talk.bob(.topic(.lobby, set: "tea"))
        talk.bob(.away("lunch"))
        talk.bob(.rename(try Nickname("rob")))
        try talk.run(
            #"""
            < {"type":"message","id":"*","room":"#lobby","seq":1,"from":"bob","kind":"notice","text":"hello","at":"*"}
            < {"type":"topic","room":"#lobby","text":"tea","by":"bob","at":"*"}
            < {"type":"away","nick":"bob","away":true,"text":"lunch","at":"*"}
            < {"type":"renamed","old":"bob","new":"rob","at":"*"}
            > {"type":"message","to":"rob","text":"psst"}
            < {"type":"message","id":"*","to":"rob","from":"ann","text":"psst","at":"*"}
            < {"type":"away","nick":"rob","away":true,"text":"lunch"}
            > {"type":"whois","nick":"rob"}
            < {"type":"whois","nick":"rob","user":"~b","host":"h","name":"Bob","rooms":["#lobby"],"away":true,"text":"lunch","since":"*","idle_s":0}
            > {"type":"names"}
            < {"type":"names","room":"#lobby","topic":"tea","members":[{"nick":"ann"},{"nick":"rob","away":true}],"count":2,"last_seq":1}
            > {"type":"topic","room":"#lobby"}
            < {"type":"topic","room":"#lobby","text":"tea","by":"bob","at":"*"}
            > {"type":"history","limit":5}
            < {"type":"history","room":"#lobby","messages":[{"type":"message","id":"*","room":"#lobby","seq":1,"from":"bob","kind":"notice","text":"hello","at":"*"}],"complete":true}
            """#)
        talk.bob(.post(Post(to: .nick("ann"), text: "yes?")))
        talk.bob(.away(nil))
        talk.bob(.quit(.disconnected))
        try talk.run(
            #"""
            < {"type":"message","id":"*","to":"ann","from":"rob","text":"yes?","at":"*"}
            < {"type":"away","nick":"rob","away":false,"at":"*"}
            < {"type":"left","room":"#lobby","nick":"rob","reason":"disconnected","text":"connection closed","at":"*"}
            """#)
    }

    @Test("Rooms, nick, profile and away are asked for and answered")
    func requests() throws {
        let talk = JSONConversation()
        try talk.run(
            Self.hello + #"""
                > {"type":"join","room":"tea","id":"j"}
                < {"type":"joined","room":"#tea","nick":"ann","at":"*"}
                < {"type":"names","room":"#tea","topic":"","members":[{"nick":"ann"}],"count":1,"last_seq":0,"entered":true,"re":"j"}
                > {"type":"join","room":"#TEA","id":"k"}
                < {"type":"ok","re":"k"}
                > {"type":"join","room":"#tea"}
                > {"type":"rooms"}
                < {"type":"rooms","rooms":[{"room":"#lobby","members":1,"topic":"","last_seq":0},{"room":"#tea","members":1,"topic":"","last_seq":0}]}
                > {"type":"leave","room":"#lobby","text":"tea time"}
                < {"type":"left","room":"#lobby","nick":"ann","reason":"left","text":"tea time","at":"*"}
                > {"type":"message","text":"in tea"}
                < {"type":"message","id":"*","room":"#tea","seq":1,"from":"ann","text":"in tea","at":"*"}
                > {"type":"topic","text":"Oolong","id":"t"}
                < {"type":"topic","room":"#tea","text":"Oolong","by":"ann","at":"*"}
                < {"type":"ok","re":"t"}
                > {"type":"nick","nick":"Änne","id":"n"}
                < {"type":"renamed","old":"ann","new":"Änne","at":"*"}
                < {"type":"ok","re":"n"}
                > {"type":"profile","name":"Anne","student_id":"42","github":"anne"}
                < {"type":"profile","name":"Anne","student_id":"42","github":"anne"}
                > {"type":"whois","nick":"änne"}
                < {"type":"whois","nick":"Änne","user":"~json","host":"json.chatkit","name":"","profile":{"name":"Anne","student_id":"42","github":"anne"},"rooms":["#tea"],"away":false,"since":"*","idle_s":0}
                > {"type":"away","text":"out"}
                < {"type":"away","away":true,"text":"out"}
                < {"type":"away","nick":"Änne","away":true,"text":"out","at":"*"}
                > {"type":"pong"}
                """#)
    }

    @Test("Refusals name what was wrong and answer to the request")
    func refusals() throws {
        try JSONConversation().run(
            Self.hello + #"""
                > {"type":"dance","id":"d"}
                < {"type":"error","code":"unknown_type","message":"there is no request dance","re":"d"}
                > {"text":"hi"}
                < {"type":"error","code":"bad_field","message":"type must be given, and a string","field":"type"}
                > {"type":3}
                < {"type":"error","code":"bad_field",*"field":"type"}
                > {"type":"message"}
                < {"type":"error","code":"bad_field","message":"text must be given, and a string","field":"text"}
                > {"type":"message","text":["hi"]}
                < {"type":"error","code":"bad_field","message":"text must be a string","field":"text"}
                > {"type":"message","text":"hi","room":"#lobby","to":"bob"}
                < {"type":"error","code":"bad_field",*"field":"to"}
                > {"type":"message","text":"hi","kind":"shout"}
                < {"type":"error","code":"bad_field",*"field":"kind"}
                > {"type":"message","text":"hi","nonce":5}
                < {"type":"error","code":"bad_field",*"field":"nonce"}
                > {"type":"message","text":"hi","id":[]}
                < {"type":"error","code":"bad_field",*"field":"id"}
                > {"type":"message","text":"hi","id":""}
                < {"type":"error","code":"bad_field",*"field":"id"}
                > {"type":"message","text":"","id":"e"}
                < {"type":"error","code":"empty_message",*"re":"e"}
                > {"type":"message","text":"hi","room":"#nowhere"}
                < {"type":"error","code":"no_such_room",*}
                > {"type":"message","text":"hi","room":"a b"}
                < {"type":"error","code":"bad_room",*}
                > {"type":"message","text":"hi","to":"nobody"}
                < {"type":"error","code":"no_such_nick",*}
                > {"type":"join"}
                < {"type":"error","code":"bad_field",*"field":"room"}
                > {"type":"leave","room":null}
                < {"type":"error","code":"bad_field",*"field":"room"}
                > {"type":"nick"}
                < {"type":"error","code":"bad_field",*"field":"nick"}
                > {"type":"nick","nick":"a b"}
                < {"type":"error","code":"bad_nick",*}
                > {"type":"history","before":-1}
                < {"type":"error","code":"bad_field",*"field":"before"}
                > {"type":"history","before":1,"after":1}
                < {"type":"error","code":"bad_field",*"field":"after"}
                > {"type":"history","limit":"many"}
                < {"type":"error","code":"bad_field",*"field":"limit"}
                > {"type":"hello","nick":"other"}
                < {"type":"error","code":"already_registered",*}
                > not json
                < {"type":"error","code":"bad_json","message":"at byte 1: this character cannot stand here"}
                > {"type":"message","text":"\x00"}
                < {"type":"error","code":"bad_json",*}
                > {"type":"message","text":"a\\u0000b","id":"z"}
                < {"type":"error","code":"bad_field","message":"text must be a string without NUL","field":"text","re":"z"}
                > {"type":"message","text":"\xff"}
                < {"type":"error","code":"bad_utf8",*}
                > [1]
                < {"type":"error","code":"not_an_object",*}
                > {"type":"ping","id":"still here"}
                < {"type":"pong","re":"still here"}
                """#)
    }

    @Test("Before a hello only hello, bye and ratings are heard")
    func strangers() throws {
        let talk = JSONConversation()
        try talk.run(
            #"""
            > {"type":"message","text":"hi","id":"m"}
            < {"type":"error","code":"not_registered","message":"say hello first","re":"m"}
            > {"type":"nonsense"}
            < {"type":"error","code":"not_registered",*}
            > {"type":"hello","nick":"a b"}
            < {"type":"error","code":"bad_nick",*}
            > {"type":"hello","nick":"ann","v":2}
            < {"type":"error","code":"bad_field","message":"v must be 1","field":"v"}
            > {"type":"hello","rooms":"#lobby"}
            < {"type":"error","code":"bad_field",*"field":"rooms"}
            > {"type":"hello","rooms":["#ok",1]}
            < {"type":"error","code":"bad_field",*"field":"rooms"}
            > {"type":"hello","profile":"me"}
            < {"type":"error","code":"bad_field",*"field":"profile"}
            > {"type":"hello","token":1}
            < {"type":"error","code":"bad_field",*"field":"token"}
            > {"type":"bye"}
            < {"type":"bye","code":"quit",*}
            """#)
        #expect(talk.scripted.requests.isEmpty)
        #expect(talk.scripted.closed?.code == .quit)
    }

    @Test("A refused hello may be said again, and what was sent behind it is refused")
    func helloAgain() throws {
        let talk = JSONConversation()
        try talk.bobArrives()
        try talk.run(
            #"""
            >- {"type":"hello","nick":"BOB"}\n{"type":"message","text":"hi"}\n{"type":"hello","nick":"ann","rooms":[]}\n
            < {"type":"error","code":"nick_taken",*}
            < {"type":"error","code":"not_registered",*}
            < {"type":"welcome",*"nick":"ann",*"rooms":[],*}
            > {"type":"message","text":"hi"}
            < {"type":"error","code":"not_in_room",*}
            """#)
        #expect(talk.scripted.session.isRegistered)
    }

    @Test("A hello may leave everything out, or give everything")
    func fullHello() throws {
        try JSONConversation().run(
            #"""
            > {"type":"hello","nick":null}
            < {"type":"welcome",*"nick":"client#1",*"rooms":["#lobby"],*}
            < {"type":"joined",*}
            < {"type":"names",*}
            """#)
        try JSONConversation().run(
            #"""
            > {"type":"hello","v":1,"nick":"ann","profile":{"name":"Ann","student_id":"1","github":"a"},"token":"t","resume":"0123456789abcdef","ticket":"k","rooms":["b","#c","#B"],"id":"h","new":[{}]}
            < {"type":"welcome",*"rooms":["#b","#c"],*,"re":"h"}
            < {"type":"joined","room":"#b",*}
            < {"type":"names","room":"#b",*}
            < {"type":"joined","room":"#c",*}
            < {"type":"names","room":"#c",*}
            > {"type":"message","text":"to the first room"}
            < {"type":"message",*"room":"#b",*}
            """#)
    }

    @Test("Controls other than NUL are text, and stay escaped")
    func controls() throws {
        try JSONConversation().run(
            Self.hello + #"""
                > {"type":"message","text":"\\u0001\\u001b[31m\\u007f\\t\\r\\n"}
                < {"type":"message",*"text":"\\u0001\\u001b[31m\x7f\\t\\r\\n",*}
                > {"type":"topic","text":"\\u0000"}
                < {"type":"error","code":"bad_field",*"field":"text"}
                """#)
    }

    @Test("Of a large room a newcomer is told 256 by name and how many there are; names tells all")
    func largeRoom() throws {
        let talk = JSONConversation()
        try talk.crowdArrives(300)
        let entered = talk.lines(#"{"type":"hello","nick":"ann"}"#).last ?? ""
        #expect(try JSONReader.value(in: entered).object?["members"]?.array?.count == 256)
        #expect(entered.hasSuffix(#","count":301,"last_seq":0,"entered":true}"#))
        let names = talk.lines(#"{"type":"names"}"#).last ?? ""
        #expect(try JSONReader.value(in: names).object?["members"]?.array?.count == 301)
    }

    @Test("A bye is answered in the same step in which the hub is told")
    func bye() {
        let talk = JSONConversation()
        _ = talk.lines(#"{"type":"hello"}"#)
        var session = talk.scripted.session
        var input = ByteBuffer("{\"type\":\"bye\",\"text\":\"ciao\",\"id\":\"b\"}\n")
        var reply = ByteBuffer()
        guard case .request(let request) = session.next(in: &input, reply: &reply),
            case .quit(.quit("ciao"), _) = request.command
        else {
            Issue.record("the hub was not told")
            return
        }
        let bye = #"{"type":"bye","code":"quit","reason":"good-bye","retry":false,"re":"b"}"#
        #expect(reply.text == bye + "\n")
    }

    @Test("Every type of request is named once, and none is unknown")
    func table() {
        let types = JSONSession.requestTypes
        #expect(Set(types).count == types.count)
        for type in types {
            let talk = JSONConversation()
            _ = talk.lines(#"{"type":"hello"}"#)
            for answer in talk.lines("{\"type\":\"\(type)\"}") {
                #expect(!answer.contains("unknown_type"))
            }
        }
    }

    @Test("A request for too many rooms is refused as a whole")
    func tooManyRooms() {
        let rooms = (0...Limits.maxRoomsPerClient).map { "\"r\($0)\"" }.joined(separator: ",")
        let answers = JSONConversation().lines("{\"type\":\"hello\",\"rooms\":[\(rooms)]}")
        #expect(answers.count == 1)
        #expect(answers.first?.contains(#""code":"too_many_rooms""#) == true)
    }

    @Test("Labels and echoed names are bounded")
    func bounds() {
        let talk = JSONConversation()
        _ = talk.lines(#"{"type":"hello"}"#)
        let most = String(repeating: "x", count: Limits.maxNonceBytes)
        #expect(talk.lines(#"{"type":"ping","id":"\#(most)"}"#).first?.contains(most) == true)
        let long = talk.lines(#"{"type":"ping","id":"\#(most)x"}"#)
        #expect(long.first?.contains(#""field":"id""#) == true)
        let name = String(repeating: "x", count: 8000)
        for request in [#"{"type":"\#(name)"}"#, #"{"type":"nick","nick":"\#(name)"}"#] {
            let answer = talk.lines(request)
            #expect(answer.count == 1)
            #expect((answer.first?.utf8.count ?? .max) < 400)
        }
    }

    @Test("A ping of the server is a line of its own")
    func ping() {
        var session = JSONSession()
        var reply = ByteBuffer()
        let isAsked = session.encodePing(into: &reply)
        #expect(isAsked)
        #expect(reply.text == "{\"type\":\"ping\"}\n")
        #expect(session.format == .json)
        #expect(session.silence == nil)
    }

    @Test("However the input is cut, the hub is asked the same")
    func cuts() throws {
        let input = #"""
            {"type":"message","text":"too early"}

            {"type":"hello","nick":"ann","profile":{"name":"Ann"},"rooms":["#a"]}
            {"type":"message","text":"Grüße 😀","nonce":"1"}
            {"type":"message","to":"bob","text":"\ud83d\ude00","kind":"action"}
            {"type":"join","room":"b"}
            {"type":"leave","room":"a"}
            {"type":"history","room":"b","before":10,"limit":99999999999}
            {"type":"ping","id":1}
            {"oops
            {"type":"bye"}
            {"type":"message","text":"too late"}
            """#
        let lines = input.replacing("\n", with: "\r\n") + "\r\n"
        let record = try DecoderVerifier.verify(
            Array(lines.utf8), cuts: 50, seed: 12, session: { JSONSession() })
        #expect(record.actions.count == 8)
        #expect(record.reply.text.contains("not_registered"))
        let long = Array(repeating: UInt8(ascii: "["), count: Limits.maxLineBytes + 100)
        try DecoderVerifier.verify(
            long + Array("\n{\"type\":\"bye\"}\n".utf8), cuts: 5, session: { JSONSession() })
    }

    @Test("Any damage to a conversation is answered, never a trap")
    func damaged() throws {
        let seed = Array(
            #"""
            {"type":"hello","nick":"ann","profile":{"name":"Ann"},"rooms":["#a"]}
            {"type":"message","text":"Grüße 😀","nonce":"1","id":9}
            {"type":"history","room":"b","before":10,"limit":9}

            """#.utf8)
        var random = SeededRandom(seed: 5)
        for _ in 0..<300 {
            var bytes = seed
            for _ in 0..<3 {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            try DecoderVerifier.verify(bytes, cuts: 3, session: { JSONSession() })
            let answer = JSONConversation().scripted.exchange(bytes)
            for line in answer.split(separator: 0x0A) {
                #expect(throws: Never.self) { try JSONReader.value(in: Array(line)) }
            }
        }
    }
}
