// CHATHISTORY as a conversation: batches, labels, refusals, and nothing that was not asked for.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC history")
struct IRCHistoryTests {
    private static let caps = "batch draft/chathistory message-tags server-time"
    private let server = IRCTestServer()
    private let person: Person
    private let now = Timestamp(milliseconds: 1_700_000_000_123)
    private let time = "time=2023-11-14T22:13:20.123Z"
    private let bob = ":bob!~bob@irc.chatkit"

    init() throws {
        person = Person(
            nick: try Nickname("bob"), user: "~bob", host: "irc.chatkit", realName: "")
    }

    /// Someone has spoken in the lobby.
    private func speak() {
        let bob = server.client("bob")
        server.send(bob, "PRIVMSG #lobby :one")
        server.send(bob, "NOTICE #lobby :two")
        server.send(bob, "PRIVMSG #lobby :\u{1}ACTION three\u{1}")
    }

    private func message(_ number: UInt64, _ text: String, kind: MessageKind = .text) -> Message {
        Message(
            id: MessageID(origin: 7, number: number), room: .lobby, seq: number,
            from: person, kind: kind, text: text, at: now, clientTags: kind == .tags ? "+a" : "")
    }

    /// What the session asks of the hub for one line, and what it answers itself.
    private func ask(
        _ session: inout IRCSession, _ line: String
    ) -> (request: HubRequest?, reply: String) {
        var input = ByteBuffer(line + "\r\n")
        var reply = ByteBuffer()
        if case .request(let request) = session.next(in: &input, reply: &reply) {
            return (request, reply.text)
        }
        return (nil, reply.text)
    }

    private func answer(
        _ session: inout IRCSession, _ event: ClientEvent, _ tag: RequestTag?
    ) -> [String] {
        var reply = ByteBuffer()
        session.encode(event, tag: tag ?? .none, now: now, into: &reply)
        return reply.text.split(whereSeparator: \.isNewline).map(String.init)
    }

    // MARK: - Batches

    @Test func whatWasSaidComesAsABatch() {
        speak()
        let alice = server.client("alice", caps: Self.caps)
        #expect(
            server.ask(alice, "CHATHISTORY LATEST #lobby * 10") == [
                ":chatkit BATCH +b1 chathistory #lobby",
                "@batch=b1;\(time);msgid=7-1 \(bob) PRIVMSG #lobby :one",
                "@batch=b1;\(time);msgid=7-2 \(bob) NOTICE #lobby :two",
                "@batch=b1;\(time);msgid=7-3 \(bob) PRIVMSG #lobby :\u{1}ACTION three\u{1}",
                ":chatkit BATCH -b1",
            ])
        #expect(
            server.ask(alice, "CHATHISTORY LATEST #LOBBY * 1") == [
                ":chatkit BATCH +b2 chathistory #lobby",
                "@batch=b2;\(time);msgid=7-3 \(bob) PRIVMSG #lobby :\u{1}ACTION three\u{1}",
                ":chatkit BATCH -b2",
            ])
    }

    @Test func nothingToShowIsAnEmptyBatch() {
        let alice = server.client("alice", caps: Self.caps)
        #expect(
            server.ask(alice, "CHATHISTORY LATEST #lobby * 10") == [
                ":chatkit BATCH +b1 chathistory #lobby", ":chatkit BATCH -b1",
            ])
        #expect(
            server.ask(
                alice,
                "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z "
                    + "timestamp=2020-01-02T00:00:00.000Z 10") == [
                    ":chatkit BATCH +b2 draft/chathistory-targets", ":chatkit BATCH -b2",
                ])
    }

    @Test(arguments: ["", "draft/chathistory", "server-time", "message-tags"])
    func withoutBatchesTheLinesComeByThemselves(caps: String) {
        speak()
        let alice = server.client("alice", caps: caps)
        let tags =
            switch caps {
            case "server-time": "@\(time) "
            case "message-tags": "@msgid=7-1 "
            default: ""
            }
        let lines = server.ask(alice, "CHATHISTORY LATEST #lobby * 10")
        #expect(lines.first == "\(tags)\(bob) PRIVMSG #lobby :one")
        #expect(lines.commands == ["PRIVMSG", "NOTICE", "PRIVMSG"])
        let range = "timestamp=2020-01-01T00:00:00.000Z timestamp=2030-01-01T00:00:00.000Z"
        #expect(
            server.ask(alice, "CHATHISTORY TARGETS \(range) 10") == [
                ":chatkit CHATHISTORY TARGETS #lobby 2023-11-14T22:13:20.123Z"
            ])
    }

    @Test func aBatchNeedsNoOtherCapability() {
        speak()
        let alice = server.client("alice", caps: "batch")
        let lines = server.ask(alice, "CHATHISTORY LATEST #lobby * 10")
        #expect(lines.dropFirst().first == "@batch=b1 \(bob) PRIVMSG #lobby :one")
    }

    @Test func everyLineOfALongMessageIsInTheBatch() {
        let bob = server.client("bob")
        let text = String(repeating: "x", count: 1000)
        server.send(bob, "PRIVMSG #lobby :\(text)")
        let alice = server.client("alice", caps: Self.caps)
        let lines = server.ask(alice, "CHATHISTORY LATEST #lobby * 10")
        #expect(lines.commands == ["BATCH", "PRIVMSG", "PRIVMSG", "PRIVMSG", "BATCH"])
        for line in lines.dropFirst().dropLast() { #expect(line.hasPrefix("@batch=b1;time=")) }
    }

    @Test func erasedMessagesAndTagsAreLeftOut() {
        var session = server.client("alice", caps: Self.caps).session
        let tag = ask(&session, "CHATHISTORY LATEST #lobby * 10").request?.tag
        let messages = [
            message(1, ""), message(2, "kept"), message(3, "", kind: .tags),
            message(4, "", kind: .action),
        ]
        let lines = answer(&session, .history(.lobby, messages, complete: true), tag)
        #expect(lines.commands == ["BATCH", "PRIVMSG", "BATCH"])
        #expect(lines.dropFirst().first?.contains("msgid=7-2 ") == true)
    }

    @Test func targetsAreRoomsWithTheTimeOfTheirNewestMessage() {
        speak()
        let alice = server.client("alice", caps: Self.caps)
        server.send(alice, "JOIN #quiet")
        _ = server.lines(alice)
        let range = "timestamp=2030-01-01T00:00:00.000Z timestamp=2020-01-01T00:00:00.000Z"
        #expect(
            server.ask(alice, "CHATHISTORY TARGETS \(range) 10") == [
                ":chatkit BATCH +b1 draft/chathistory-targets",
                "@batch=b1 :chatkit CHATHISTORY TARGETS #lobby 2023-11-14T22:13:20.123Z",
                ":chatkit BATCH -b1",
            ])
    }

    /// Issue 11: everything older was out of reach behind a page of nothing but erased messages.
    @Test func whatWasErasedIsPassedOverBeforeThePageIsCounted() throws {
        speak()
        let carol = server.client("carol")
        for number in 1...5 { server.send(carol, "PRIVMSG #lobby :gone \(number)") }
        let alice = server.client("alice", caps: Self.caps)
        server.send(alice, "PRIVMSG #lobby :last")
        server.hub.forget(try Nickname("carol"))
        let lines = server.ask(alice, "CHATHISTORY LATEST #lobby * 3")
        #expect(lines.count == 5)
        #expect(lines.dropFirst().first?.hasSuffix("NOTICE #lobby :two") == true)
        #expect(lines.dropFirst(3).first?.hasSuffix("PRIVMSG #lobby :last") == true)
    }

    // MARK: - Labels

    @Test func theLabelStandsWhereTheBatchBegins() {
        speak()
        let alice = server.client("alice", caps: Self.caps + " labeled-response")
        let lines = server.ask(alice, "@label=x CHATHISTORY LATEST #lobby * 1")
        #expect(
            lines == [
                "@label=x :chatkit BATCH +b1 chathistory #lobby",
                "@batch=b1;\(time);msgid=7-3 \(bob) PRIVMSG #lobby :\u{1}ACTION three\u{1}",
                ":chatkit BATCH -b1",
            ])
        let range = "timestamp=2020-01-01T00:00:00.000Z timestamp=2020-01-01T00:00:00.000Z"
        let targets = server.ask(alice, "@label=y CHATHISTORY TARGETS \(range) 1")
        #expect(targets.count == 2)
        #expect(targets.first?.hasPrefix("@label=y :chatkit BATCH +") == true)
        #expect(targets.last?.hasPrefix(":chatkit BATCH -") == true)
        // The answer is whole: the label is not answered again.
        #expect(server.ask(alice, "PING x") == [":chatkit PONG chatkit :x"])
    }

    @Test func aLabelledRefusalIsOneLine() {
        let alice = server.client("alice", caps: Self.caps + " labeled-response")
        #expect(
            server.ask(alice, "@label=x CHATHISTORY LATEST #nowhere * 1") == [
                "@label=x :chatkit FAIL CHATHISTORY INVALID_TARGET LATEST #nowhere "
                    + ":there is no room #nowhere"
            ])
        #expect(
            server.ask(alice, "@label=x CHATHISTORY LATEST #lobby").first?.hasPrefix(
                "@label=x :chatkit FAIL CHATHISTORY INVALID_PARAMS LATEST :") == true)
    }

    // MARK: - Refusals

    @Test func onlyMembersReadARoomsHistory() {
        let bob = server.client("bob")
        server.send(bob, "JOIN #secret")
        server.send(bob, "PRIVMSG #secret :x")
        let alice = server.client("alice", caps: Self.caps)
        #expect(
            server.ask(alice, "CHATHISTORY LATEST #secret * 1") == [
                ":chatkit FAIL CHATHISTORY INVALID_TARGET LATEST #secret :you are not in #secret"
            ])
    }

    @Test func messagesOfAnotherServerOrOfTheFutureAreNotHere() {
        speak()
        let alice = server.client("alice", caps: Self.caps)
        for id in ["8-1", "7-4", "nonsense"] {
            #expect(
                server.ask(alice, "CHATHISTORY BEFORE #lobby msgid=\(id) 1") == [
                    ":chatkit FAIL CHATHISTORY MESSAGE_ERROR BEFORE #lobby \(id) "
                        + ":there is no message \(id) here"
                ])
        }
    }

    @Test func aJournalThatCannotBeReadIsAnError() {
        var session = server.client("alice", caps: Self.caps).session
        let first = ask(&session, "CHATHISTORY AFTER #lobby msgid=7-1 1").request?.tag
        let second = ask(&session, "CHATHISTORY BETWEEN #lobby msgid=7-1 msgid=7-2 1").request?.tag
        // Answers come in the order of the requests.
        #expect(
            answer(&session, .error(.unavailable("locked")), first).first?.hasPrefix(
                ":chatkit FAIL CHATHISTORY MESSAGE_ERROR AFTER #lobby :") == true)
        #expect(
            answer(&session, .error(.unavailable("locked")), second).first?.hasPrefix(
                ":chatkit FAIL CHATHISTORY MESSAGE_ERROR BETWEEN #lobby :") == true)
    }

    @Test func theCommandNeedsASubcommandAndAName() {
        let alice = server.client("alice")
        #expect(
            server.ask(alice, "CHATHISTORY") == [
                ":chatkit 461 alice CHATHISTORY :Not enough parameters"
            ])
        #expect(
            server.ask(alice, "CHATHISTORY : x") == [
                ":chatkit FAIL CHATHISTORY INVALID_PARAMS * :Unknown subcommand"
            ])
        #expect(
            server.ask(server.connect(), "CHATHISTORY LATEST #lobby * 1").commands == ["451"])
    }

    @Test func requestsThatWaitAreBounded() {
        var session = server.client("alice", caps: Self.caps).session
        var asked = 0
        for _ in 0..<100 {
            if ask(&session, "CHATHISTORY LATEST #lobby * 1").request != nil { asked += 1 }
        }
        #expect(asked == IRCLimits.maxOpenHistory)
        let (request, reply) = ask(&session, "CHATHISTORY LATEST #lobby * 1")
        #expect(request == nil)
        #expect(reply.hasPrefix(":chatkit FAIL CHATHISTORY MESSAGE_ERROR LATEST :"))
    }

    // MARK: - Unasked

    @Test(arguments: ["", caps])
    func theHubIsToldToShowNothing(caps: String) {
        var session = IRCSession(info: IRCTestServer.info)
        if !caps.isEmpty { _ = ask(&session, "CAP REQ :\(caps)") }
        _ = ask(&session, "NICK alice")
        let request =
            ask(&session, "USER alice 0 * :A").request ?? ask(&session, "CAP END").request
        guard case .register(let registration)? = request?.command else {
            Issue.record("no registration")
            return
        }
        #expect(registration.replay == 0)
    }

    @Test(arguments: ["", caps])
    func nothingIsShownAgainUnasked(caps: String) throws {
        let server = IRCTestServer(policy: HubPolicy(replay: 20))
        let bob = server.client("bob")
        server.send(bob, "PRIVMSG #lobby :earlier")
        let alice = server.connect()
        if !caps.isEmpty { server.send(alice, "CAP REQ :\(caps)") }
        server.send(alice, "NICK alice")
        server.send(alice, "USER alice 0 * :A")
        if !caps.isEmpty { server.send(alice, "CAP END") }
        #expect(alice.session.isRegistered)
        #expect(!server.lines(alice).contains { $0.contains("earlier") })
        server.send(bob, "JOIN #other")
        server.send(bob, "PRIVMSG #other :earlier")
        #expect(!server.ask(alice, "JOIN #other").contains { $0.contains("earlier") })
    }

    @Test func otherProtocolsAnswersAreNotWritten() {
        var session = server.client("alice", caps: Self.caps).session
        let old = [message(1, "x")]
        for event in [
            ClientEvent.replay(.lobby, old), .missed(.lobby, gap: 1...2, old),
            .found(SearchRequest(text: "x"), [], next: nil),
        ] {
            #expect(answer(&session, event, nil).isEmpty)
        }
    }
}
