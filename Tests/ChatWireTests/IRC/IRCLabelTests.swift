// labeled-response: one line, several lines, none; and the labelled echo.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC labels")
struct IRCLabelTests {
    private let server = IRCTestServer()
    private let caps = "labeled-response batch"

    @Test func oneLineCarriesTheLabel() {
        let alice = server.client("alice", caps: caps)
        #expect(server.ask(alice, "@label=1 PING x") == ["@label=1 :chatkit PONG chatkit :x"])
        #expect(
            server.ask(alice, "@label=a\\sb\\:c XYZZY") == [
                "@label=a\\sb\\:c :chatkit 421 alice XYZZY :Unknown command"
            ])
        #expect(server.ask(alice, "@label=2 ISON bob") == ["@label=2 :chatkit 303 alice :"])
        #expect(
            server.ask(alice, "@label=3 CAP LIST").first?.hasPrefix("@label=3 :chatkit CAP") == true
        )
    }

    @Test func noLineIsAnAck() {
        let alice = server.client("alice", caps: caps)
        #expect(server.ask(alice, "@label=1 PONG x") == ["@label=1 :chatkit ACK"])
        #expect(server.ask(alice, "@label=2 PRIVMSG #lobby :x") == ["@label=2 :chatkit ACK"])
        #expect(server.ask(alice, "@label=3 NOTICE nobody :x") == ["@label=3 :chatkit ACK"])
        #expect(
            server.ask(alice, "@label=4 PRIVMSG #lobby :\u{1}\u{1}") == ["@label=4 :chatkit ACK"])
    }

    @Test func aRepeatedJoinIsABatch() {
        let alice = server.client("alice", caps: caps)
        #expect(
            server.ask(alice, "@label=1 JOIN #lobby") == [
                "@label=1 :chatkit BATCH +b1 labeled-response",
                "@batch=b1 :alice!~alice@irc.chatkit JOIN #lobby",
                "@batch=b1 :chatkit 353 alice = #lobby :alice",
                "@batch=b1 :chatkit 366 alice #lobby :End of NAMES list",
                ":chatkit BATCH -b1",
            ])
    }

    @Test func severalLinesAreABatch() {
        let alice = server.client("alice", caps: caps)
        #expect(
            server.ask(alice, "@label=1 MODE #lobby") == [
                "@label=1 :chatkit BATCH +b1 labeled-response",
                "@batch=b1 :chatkit 324 alice #lobby +n",
                "@batch=b1 :chatkit 329 alice #lobby 1700000000", ":chatkit BATCH -b1",
            ])
        let help = server.ask(alice, "@label=2 HELP")
        #expect(help.first == "@label=2 :chatkit BATCH +b2 labeled-response")
        #expect(help.dropFirst().dropLast().allSatisfy { $0.hasPrefix("@batch=b2 ") })
        #expect(help.last == ":chatkit BATCH -b2")
    }

    @Test func oneCommandIsOneAnswerHoweverManyRequestsItMakes() {
        let alice = server.client("alice", caps: caps)
        let reply = server.ask(alice, "@label=1 NAMES #x,#lobby,y")
        #expect(
            reply == [
                "@label=1 :chatkit BATCH +b1 labeled-response",
                "@batch=b1 :chatkit 366 alice y :End of NAMES list",
                "@batch=b1 :chatkit 366 alice #x :End of NAMES list",
                "@batch=b1 :chatkit 353 alice = #lobby :alice",
                "@batch=b1 :chatkit 366 alice #lobby :End of NAMES list", ":chatkit BATCH -b1",
            ])
        #expect(
            server.ask(alice, "@label=2 PRIVMSG x,y :hi").commands == [
                "BATCH", "401", "401", "BATCH",
            ])
        #expect(
            server.ask(alice, "@label=3 PRIVMSG x,#lobby :hi") == [
                "@label=3 :chatkit 401 alice x :No such nick"
            ])
    }

    @Test func anAddresseesAbsenceIsPartOfTheAnswer() {
        let (alice, bob) = (server.client("alice", caps: caps), server.client("bob"))
        server.send(bob, "AWAY :lunch")
        _ = server.lines(alice)
        #expect(
            server.ask(alice, "@label=1 PRIVMSG bob :x") == [
                "@label=1 :chatkit 301 alice bob :lunch"
            ])
    }

    @Test func theLabelledEchoIsTheAnswer() {
        let alice = server.client("alice", caps: caps + " echo-message message-tags server-time")
        let bob = server.client("bob", caps: "message-tags")
        _ = server.lines(alice)
        let body = ":alice!~alice@irc.chatkit PRIVMSG #lobby :hi"
        #expect(
            server.ask(alice, "@label=1;+a=b PRIVMSG #lobby :hi") == [
                "@label=1;time=2023-11-14T22:13:20.123Z;msgid=7-1;+a=b \(body)"
            ])
        #expect(server.lines(bob) == ["@msgid=7-1;+a=b \(body)"])
        #expect(server.ask(alice, "PRIVMSG #lobby :hi").count == 1)
        _ = server.lines(bob)
        #expect(
            server.ask(alice, "@label=2 NOTICE bob :psst") == [
                "@label=2;time=2023-11-14T22:13:20.123Z;msgid=7-3 "
                    + ":alice!~alice@irc.chatkit NOTICE bob :psst"
            ])
        #expect(server.lines(bob) == ["@msgid=7-3 :alice!~alice@irc.chatkit NOTICE bob :psst"])
        let tags = server.ask(alice, "@label=3;+a TAGMSG #lobby")
        #expect(tags.first?.hasPrefix("@label=3;time=") == true)
        #expect(tags.commands == ["TAGMSG"])
    }

    @Test func whatIsSaidToOneselfComesTwiceWithOneLabel() {
        let alice = server.client("alice", caps: caps + " echo-message")
        let line = ":alice!~alice@irc.chatkit PRIVMSG alice :me"
        #expect(server.ask(alice, "@label=1 PRIVMSG alice :me") == [line, "@label=1 " + line])
    }

    @Test func aLongEchoIsABatch() {
        let alice = server.client("alice", caps: caps + " echo-message")
        let text = String(repeating: "x", count: 1000)
        let echo = server.ask(alice, "@label=1 PRIVMSG #lobby :\(text)")
        #expect(echo.commands == ["BATCH", "PRIVMSG", "PRIVMSG", "PRIVMSG", "BATCH"])
        let several = server.ask(alice, "@label=2 PRIVMSG #lobby,alice :y")
        #expect(several.commands == ["PRIVMSG", "BATCH", "PRIVMSG", "PRIVMSG", "BATCH"])
    }

    @Test(arguments: ["", "labeled-response", "batch message-tags"])
    func labelsNeedBothCapabilities(caps: String) {
        let alice = server.client("alice", caps: caps)
        #expect(server.ask(alice, "@label=1 PING x") == [":chatkit PONG chatkit :x"])
    }

    @Test func labelsThatAreTooLongAreIgnored() {
        let alice = server.client("alice", caps: caps)
        let longest = String(repeating: "l", count: IRCLimits.maxLabelBytes)
        #expect(server.ask(alice, "@label=\(longest) PONG").count == 1)
        #expect(server.ask(alice, "@label=\(longest)l PONG").isEmpty)
    }

    @Test func whatIsRememberedOfOpenLabelsIsBounded() {
        var session = server.client("alice", caps: caps + " echo-message").session
        var labelled = 0
        for index in 0..<200 {
            var input = ByteBuffer("@label=\(index) PRIVMSG #lobby :x\r\n")
            var reply = ByteBuffer()
            if case .request(let request) = session.next(in: &input, reply: &reply),
                !request.tag.label.isEmpty
            {
                labelled += 1
            }
        }
        #expect(labelled == IRCLimits.maxOpenLabels)
    }

    @Test func aRefusedPostIsNotEchoed() {
        let alice = server.client("alice", caps: caps + " echo-message")
        #expect(
            server.ask(alice, "@label=1 PRIVMSG #nowhere :x") == [
                "@label=1 :chatkit 403 alice #nowhere :No such room"
            ])
    }
}
