// PRIVMSG, NOTICE, TAGMSG: targets, refusals, CTCP, echoes.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC messages")
struct IRCSayTests {
    private let server = IRCTestServer()

    @Test func aRoomHearsWhatIsSaidAndTheSpeakerDoesNot() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(server.ask(alice, "PRIVMSG #Lobby :hi there").isEmpty)
        #expect(server.lines(bob) == [":alice!~alice@irc.chatkit PRIVMSG #lobby :hi there"])
        #expect(server.ask(alice, "NOTICE #lobby :psst").isEmpty)
        #expect(server.lines(bob) == [":alice!~alice@irc.chatkit NOTICE #lobby :psst"])
    }

    @Test func aPersonHearsWhatIsSaidToIt() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(server.ask(alice, "PRIVMSG BOB :hi").isEmpty)
        #expect(server.lines(bob) == [":alice!~alice@irc.chatkit PRIVMSG bob :hi"])
        #expect(
            server.ask(alice, "PRIVMSG alice :me") == [
                ":alice!~alice@irc.chatkit PRIVMSG alice :me"
            ])
    }

    @Test func refusalsHaveTheirNumerics() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        server.send(bob, "JOIN #b")
        _ = server.lines(alice)
        let cases = [
            ("PRIVMSG", "411 alice :No recipient given"),
            ("PRIVMSG #lobby", "412 alice :No text to send"),
            ("PRIVMSG #lobby :", "412 alice :No text to send"),
            ("PRIVMSG :", "411 alice :No recipient given"),
            ("PRIVMSG nobody :x", "401 alice nobody :No such nick"),
            ("PRIVMSG #nowhere :x", "403 alice #nowhere :No such room"),
            ("PRIVMSG #a:b :x", "403 alice #a:b :No such room"),
            ("PRIVMSG #b :x", "404 alice #b :You cannot send to a room that you are not in"),
            ("PRIVMSG a,b,c,d,e :x", "407 alice a,b,c,d,e :Too many recipients"),
        ]
        for (line, reply) in cases { #expect(server.ask(alice, line) == [":chatkit " + reply]) }
    }

    @Test func noticesAreNeverAnswered() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        server.send(bob, "JOIN #b")
        _ = server.lines(alice)
        for line in [
            "NOTICE", "NOTICE #lobby", "NOTICE #lobby :", "NOTICE nobody :x", "NOTICE #nowhere :x",
            "NOTICE #b :x", "NOTICE a,b,c,d,e :x", "NOTICE #a:b :x",
        ] { #expect(server.ask(alice, line).isEmpty) }
    }

    @Test func severalTargetsGetOneEach() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(
            server.ask(alice, "PRIVMSG bob,nobody,#lobby :x") == [
                ":chatkit 401 alice nobody :No such nick"
            ])
        #expect(server.lines(bob).count == 2)
    }

    @Test func textMayBeLongerThanALine() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        let text = String(repeating: "x", count: Limits.maxMessageBytes)
        #expect(server.ask(alice, "PRIVMSG #lobby :\(text)").isEmpty)
        let start = ":alice!~alice@irc.chatkit PRIVMSG #lobby :"
        let lines = server.lines(bob)
        #expect(lines.map { $0.dropFirst(start.count) }.joined() == text)
        #expect(
            server.ask(alice, "PRIVMSG #lobby :\(text)y") == [
                ":chatkit 417 alice :A message may have at most 4096 bytes"
            ])
        #expect(server.lines(bob).isEmpty)
    }

    @Test(
        "a CTCP ACTION is an action, every other CTCP a question between IRC clients",
        arguments: [
            ("\u{1}ACTION waves\u{1}", MessageKind.action, "waves"),
            ("\u{1}ACTION waves", .action, "waves"),
            ("\u{1}ACTION \u{1}", .ctcp, "ACTION "),
            ("\u{1}ACTION a\u{1}b\u{1}", .ctcp, "ACTION a\u{1}b"),
            ("\u{1}VERSION\u{1}", .ctcp, "VERSION"),
            ("\u{1}ACTIONS", .ctcp, "ACTIONS"),
        ])
    func ctcp(text: String, kind: MessageKind, expected: String) {
        let alice = server.client("alice")
        var input = ByteBuffer("PRIVMSG #lobby :\(text)\r\n")
        var reply = ByteBuffer()
        guard case .request(let request) = alice.session.next(in: &input, reply: &reply),
            case .post(let post) = request.command
        else {
            Issue.record("no post")
            return
        }
        #expect(post.kind == kind)
        #expect(post.text == expected)
    }

    @Test func aCTCPReachesIRCClientsAndIsNotKept() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        let from = ":alice!~alice@irc.chatkit"
        for (line, shown) in [
            ("PRIVMSG #lobby :\u{1}PING 17\u{1}", "PRIVMSG #lobby :\u{1}PING 17\u{1}"),
            ("PRIVMSG bob :\u{1}VERSION\u{1}", "PRIVMSG bob :\u{1}VERSION\u{1}"),
            ("NOTICE bob :\u{1}VERSION ii", "NOTICE bob :\u{1}VERSION ii\u{1}"),
        ] {
            #expect(server.ask(alice, line).isEmpty)
            #expect(server.lines(bob) == ["\(from) \(shown)"])
        }
        #expect(server.ask(alice, "PRIVMSG bob :\u{1}").isEmpty)
        #expect(server.lines(bob).isEmpty)
        #expect(server.ask(alice, "CHATHISTORY LATEST #lobby * 5").isEmpty)
    }

    @Test(arguments: [MessageKind.ctcp, .ctcpReply])
    func nobodyElseSeesACTCP(kind: MessageKind) throws {
        let person = Person(
            nick: try Nickname("ann"), user: "~a", host: "irc.chatkit", realName: "")
        let message = Message(
            id: MessageID(origin: 1, number: 1), room: .lobby, seq: 0, from: person, kind: kind,
            text: "VERSION", at: Timestamp(milliseconds: 0))
        let event = RoomEvent.message(message, excluding: nil)
        var out = ByteBuffer()
        JSONWire.encode(event, into: &out)
        PlainWire.encode(event, rooms: true, into: &out)
        SocketIOWire.encode(event, into: &out)
        JSONWire.encode(.privateMessage(message), tag: .none, rooms: [], into: &out)
        #expect(out.isEmpty)
    }

    @Test func anUnlabelledPostAsksForNoAnswer() {
        let alice = server.client("alice")
        var input = ByteBuffer("PRIVMSG #lobby :x\r\n")
        var reply = ByteBuffer()
        guard case .request(let request) = alice.session.next(in: &input, reply: &reply) else {
            Issue.record("no request")
            return
        }
        #expect(request.tag == .none)
    }

    @Test func echoesComeToThoseWhoWantThem() {
        let (alice, bob) = (server.client("alice", caps: "echo-message"), server.client("bob"))
        _ = server.lines(alice)
        let line = ":alice!~alice@irc.chatkit PRIVMSG #lobby :hi"
        #expect(server.ask(alice, "PRIVMSG #lobby :hi") == [line])
        #expect(server.lines(bob) == [line])
        #expect(
            server.ask(alice, "PRIVMSG bob :psst") == [
                ":alice!~alice@irc.chatkit PRIVMSG bob :psst"
            ])
    }

    @Test func clientTagsReachThoseWhoKnowTags() {
        let alice = server.client("alice", caps: "message-tags")
        let bob = server.client("bob", caps: "message-tags")
        let carol = server.client("carol", caps: "server-time")
        _ = server.lines(alice)
        server.send(alice, "@+a=b;c=d;+e PRIVMSG #lobby :hi")
        #expect(
            server.lines(bob) == [
                "@msgid=7-1;+a=b;+e :alice!~alice@irc.chatkit PRIVMSG #lobby :hi"
            ])
        #expect(
            server.lines(carol).first?.hasPrefix("@time=2023-11-14T22:13:20.123Z :alice!") == true)
        server.send(alice, "@+typing=active TAGMSG #lobby")
        #expect(
            server.lines(bob) == [
                "@msgid=7-2;+typing=active :alice!~alice@irc.chatkit TAGMSG #lobby"
            ])
        #expect(server.lines(carol).isEmpty)
        server.send(alice, "@+typing=active TAGMSG carol,bob")
        #expect(server.lines(bob).commands == ["TAGMSG"])
        #expect(server.lines(carol).isEmpty)
        #expect(server.ask(alice, "@+x TAGMSG nobody").commands == ["401"])
        #expect(server.ask(alice, "TAGMSG #lobby").isEmpty)
        #expect(server.ask(alice, "TAGMSG").commands == ["411"])
    }

    @Test func tagsOfWhoDidNotNegotiateThemStayBehind() {
        let (alice, bob) = (server.client("alice"), server.client("bob", caps: "message-tags"))
        _ = server.lines(alice)
        server.send(alice, "@+a=b PRIVMSG #lobby :hi")
        #expect(server.lines(bob).first?.hasPrefix("@msgid=7-1 :alice!") == true)
        #expect(server.ask(alice, "@+a=b TAGMSG #lobby").isEmpty)
        #expect(server.lines(bob).isEmpty)
    }
}
