// People and the server by IRC: WHO, WHOIS, ISON, USERHOST, AWAY, and what the server says of itself.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC people")
struct IRCPeopleTests {
    private let server = IRCTestServer()

    @Test func whoListsARoomOrAPerson() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        server.send(bob, "AWAY :lunch")
        _ = server.lines(alice)
        #expect(
            server.ask(alice, "WHO #lobby") == [
                ":chatkit 352 alice #lobby ~alice irc.chatkit chatkit alice H :0 alice's name",
                ":chatkit 352 alice #lobby ~bob irc.chatkit chatkit bob G :0 bob's name",
                ":chatkit 315 alice #lobby :End of WHO list",
            ])
        #expect(server.ask(alice, "WHO BOB").commands == ["352", "315"])
        for nothing in ["WHO", "WHO *", "WHO nobody", "WHO #nowhere", "WHO :a b"] {
            #expect(server.ask(alice, nothing).commands == ["315"])
        }
    }

    @Test func whoxSendsTheFieldsThatAreWanted() {
        let alice = server.client("alice")
        #expect(
            server.ask(alice, "WHO alice %tcuihsnfdlaor,42") == [
                ":chatkit 354 alice 42 #lobby ~alice 255.255.255.255 irc.chatkit chatkit alice H 0 "
                    + "0 0 n/a :alice's name",
                ":chatkit 315 alice alice :End of WHO list",
            ])
        #expect(server.ask(alice, "WHO alice %nu").first == ":chatkit 354 alice ~alice alice")
        #expect(server.ask(alice, "WHO alice o%tn").first == ":chatkit 354 alice 0 alice")
        #expect(server.ask(alice, "WHO alice %tn,1234").first == ":chatkit 354 alice 0 alice")
        #expect(server.ask(alice, "WHO alice o").commands == ["352", "315"])
        // A query that found nothing leaves nothing behind for the next one.
        _ = server.ask(alice, "WHO nobody %n")
        #expect(server.ask(alice, "WHO alice %t,7").first == ":chatkit 354 alice 7")
    }

    @Test func whoisTellsAllThereIs() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        server.send(bob, "JOIN #a")
        server.send(bob, "AWAY :lunch")
        server.now = Timestamp(milliseconds: server.now.milliseconds + 5_000)
        _ = server.lines(alice)
        let expected = [
            ":chatkit 311 alice bob ~bob irc.chatkit * :bob's name",
            ":chatkit 319 alice bob :#lobby #a", ":chatkit 312 alice bob chatkit :chatkit",
            ":chatkit 301 alice bob :lunch",
            ":chatkit 317 alice bob 5 1700000000 :seconds idle, signon time",
            ":chatkit 318 alice bob :End of WHOIS list",
        ]
        #expect(server.ask(alice, "WHOIS bob") == expected)
        #expect(server.ask(alice, "WHOIS chatkit bob") == expected)
        #expect(server.ask(alice, "WHOIS Bob,alice").count == 6)
        #expect(
            server.ask(alice, "WHOIS nobody") == [
                ":chatkit 401 alice nobody :No such nick",
                ":chatkit 318 alice nobody :End of WHOIS list",
            ])
        for none in ["WHOIS", "WHOIS :", "WHOIS ,"] {
            #expect(server.ask(alice, none).commands == ["431"])
        }
        #expect(server.ask(alice, "WHOWAS bob").commands == ["406", "369"])
        #expect(server.ask(alice, "WHOWAS").commands == ["431"])
    }

    @Test func presenceOfNicksCanBeAsked() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(server.ask(alice, "ISON bob nobody ALICE") == [":chatkit 303 alice :bob alice"])
        #expect(server.ask(alice, "ISON :bob nobody") == [":chatkit 303 alice :bob"])
        #expect(server.ask(alice, "ISON nobody") == [":chatkit 303 alice :"])
        #expect(server.ask(alice, "ISON").commands == ["461"])
        server.send(bob, "AWAY :x")
        #expect(
            server.ask(alice, "USERHOST bob nobody alice") == [
                ":chatkit 302 alice :bob=-~bob@irc.chatkit alice=+~alice@irc.chatkit"
            ])
        #expect(server.ask(alice, "USERHOST a b c d e alice") == [":chatkit 302 alice :"])
    }

    @Test func awayIsToldToWhoWrites() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(server.ask(bob, "AWAY :lunch").commands == ["306"])
        #expect(server.ask(alice, "PRIVMSG bob :hi") == [":chatkit 301 alice bob :lunch"])
        #expect(server.ask(alice, "NOTICE bob :hi").isEmpty)
        #expect(server.ask(bob, "AWAY").commands == ["PRIVMSG", "NOTICE", "305"])
        #expect(server.ask(bob, "AWAY :").commands == ["305"])
        #expect(server.ask(alice, "PRIVMSG bob :hi").isEmpty)
    }

    @Test func theServerSpeaksOfItself() {
        let alice = server.client("alice")
        #expect(
            server.ask(alice, "MOTD") == [
                ":chatkit 375 alice :- chatkit message of the day -",
                ":chatkit 372 alice :- Be kind", ":chatkit 376 alice :End of MOTD",
            ])
        #expect(
            server.ask(alice, "LUSERS") == [
                ":chatkit 251 alice :There are 1 users and 0 invisible on 1 servers",
                ":chatkit 252 alice 0 :operator(s) online",
                ":chatkit 253 alice 0 :unknown connection(s)",
                ":chatkit 254 alice 1 :rooms formed",
                ":chatkit 255 alice :I have 1 clients and 1 servers",
                ":chatkit 265 alice 1 1 :Current local users 1, max 1",
                ":chatkit 266 alice 1 1 :Current global users 1, max 1",
            ])
        #expect(
            server.ask(alice, "TIME") == [":chatkit 391 alice chatkit :2023-11-14T22:13:20.123Z"])
        let version = server.ask(alice, "VERSION")
        #expect(version.first == ":chatkit 351 alice chatkit-1.2 chatkit :IRCv3, UTF-8 only")
        #expect(version.commands == ["351", "005", "005"])
        #expect(server.ask(alice, "INFO").commands == ["371", "371", "374"])
        #expect(server.ask(alice, "ADMIN").commands == ["423"])
        for command in ["MOTD", "TIME", "VERSION", "INFO", "ADMIN"] {
            #expect(
                server.ask(alice, "\(command) other.example") == [
                    ":chatkit 402 alice other.example :No such server"
                ])
            #expect(server.ask(alice, "\(command) CHATKIT").commands.first != "402")
        }
    }

    @Test func helpKnowsEveryCommand() {
        let alice = server.client("alice")
        let help = server.ask(alice, "HELP")
        #expect(help.count == IRCCommand.table.count + 2)
        for command in IRCCommand.table {
            #expect(help.contains(":chatkit 705 alice * :\(command.help)"))
            #expect(
                server.ask(alice, "HELP \(command.name.lowercased())").commands == ["704", "706"])
        }
        #expect(server.ask(alice, "HELP xyzzy").commands == ["524"])
    }

    @Test func noticesOfTheServerAreNotices() {
        let alice = server.client("alice")
        server.tell(alice, .notice("one\ntwo"))
        #expect(
            server.lines(alice) == [":chatkit NOTICE alice :one", ":chatkit NOTICE alice :two"])
    }
}
