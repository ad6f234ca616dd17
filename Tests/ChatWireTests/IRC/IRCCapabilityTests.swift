// Capability negotiation: LS, LIST, REQ, END, at any time.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC capabilities")
struct IRCCapabilityTests {
    private let server = IRCTestServer()
    private let all =
        "batch cap-notify draft/chathistory echo-message labeled-response message-tags server-time"

    @Test func namesAndBitsAreUnique() {
        let table = IRCCapabilities.table
        #expect(Set(table.map(\.name)).count == table.count)
        #expect(Set(table.map(\.capability.rawValue)).count == table.count)
        #expect(table.map(\.name) == table.map(\.name).sorted())
        #expect(table.allSatisfy { $0.capability.rawValue.nonzeroBitCount == 1 })
    }

    @Test func listingSuspendsRegistration() {
        let client = server.connect()
        #expect(server.ask(client, "CAP LS 302") == [":chatkit CAP * LS :\(all)"])
        #expect(server.ask(client, "NICK alice").isEmpty)
        #expect(server.ask(client, "USER a 0 * :b").isEmpty)
        #expect(server.ask(client, "CAP END").commands.first == "001")
    }

    @Test func requestingSuspendsRegistrationToo() {
        let client = server.connect()
        #expect(server.ask(client, "CAP REQ server-time") == [":chatkit CAP * ACK :server-time"])
        server.send(client, "NICK alice")
        #expect(server.ask(client, "USER a 0 * :b").isEmpty)
        #expect(server.ask(client, "CAP END").commands.first == "001")
    }

    @Test func aRequestIsGrantedWholeOrNotAtAll() {
        let client = server.connect()
        let request = "foo server-time bar foo"
        #expect(server.ask(client, "CAP REQ :\(request)") == [":chatkit CAP * NAK :\(request)"])
        #expect(server.ask(client, "CAP LIST") == [":chatkit CAP * LIST :"])
        #expect(server.ask(client, "CAP REQ :server-time batch").commands == ["CAP"])
        #expect(server.ask(client, "CAP LIST") == [":chatkit CAP * LIST :batch server-time"])
        #expect(
            server.ask(client, "CAP REQ :-batch foo") == [":chatkit CAP * NAK :-batch foo"])
        #expect(server.ask(client, "CAP LIST") == [":chatkit CAP * LIST :batch server-time"])
        #expect(server.ask(client, "CAP REQ :-batch") == [":chatkit CAP * ACK :-batch"])
        #expect(server.ask(client, "CAP LIST") == [":chatkit CAP * LIST :server-time"])
        #expect(server.ask(client, "CAP REQ :") == [":chatkit CAP * ACK :"])
    }

    @Test func version302ImpliesNotificationsForGood() {
        let client = server.connect()
        _ = server.ask(client, "CAP LS 302")
        #expect(server.ask(client, "CAP LIST") == [":chatkit CAP * LIST :cap-notify"])
        #expect(server.ask(client, "CAP REQ -cap-notify").first?.contains(" NAK ") == true)
        let old = server.connect()
        _ = server.ask(old, "CAP LS")
        #expect(server.ask(old, "CAP LIST") == [":chatkit CAP * LIST :"])
        _ = server.ask(old, "CAP REQ cap-notify")
        #expect(server.ask(old, "CAP REQ -cap-notify").first?.contains(" ACK ") == true)
    }

    @Test func negotiationGoesOnAfterRegistration() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(server.ask(alice, "CAP LS") == [":chatkit CAP alice LS :\(all)"])
        #expect(
            server.ask(alice, "CAP REQ :message-tags").first
                == ":chatkit CAP alice ACK :message-tags")
        #expect(server.ask(alice, "CAP END").isEmpty)
        #expect(alice.session.format == .irc(serverTime: false, messageTags: true))
        server.send(bob, "PRIVMSG alice :hi")
        #expect(server.lines(alice).first?.hasPrefix("@msgid=7-1 :bob!") == true)
        _ = server.ask(alice, "CAP REQ :-message-tags server-time")
        server.send(bob, "PRIVMSG alice :hi")
        #expect(
            server.lines(alice) == [
                "@time=2023-11-14T22:13:20.123Z :bob!~bob@irc.chatkit PRIVMSG alice :hi"
            ])
    }

    @Test func unknownSubcommandsAreRefused() {
        let client = server.connect()
        #expect(server.ask(client, "CAP foo") == [":chatkit 410 * foo :Invalid CAP subcommand"])
        #expect(server.ask(client, "CAP") == [":chatkit 461 * CAP :Not enough parameters"])
        #expect(server.ask(client, "cap ls 999999999999999999999").commands == ["CAP"])
    }
}
