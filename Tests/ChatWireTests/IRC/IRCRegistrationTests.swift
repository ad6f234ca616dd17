// Becoming known: NICK, USER, PASS, PING, QUIT, capability negotiation, the welcome.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite("IRC registration")
struct IRCRegistrationTests {
    private let server = IRCTestServer()

    @Test func nickAndUserAreEnough() {
        let client = server.connect()
        #expect(server.ask(client, "NICK alice").isEmpty)
        #expect(!client.session.isRegistered)
        let welcome = server.ask(client, "USER al 0 * :Alice A.")
        #expect(client.session.isRegistered)
        #expect(
            welcome.commands == [
                "001", "002", "003", "004", "005", "005", "251", "252", "253", "254", "255", "265",
                "266", "375", "372", "376", "JOIN", "353", "366",
            ])
        #expect(welcome.first == ":chatkit 001 alice :Welcome to chatkit, alice!~al@irc.chatkit")
        #expect(welcome.contains(":chatkit 372 alice :- Be kind"))
        #expect(welcome.contains(":alice!~al@irc.chatkit JOIN #lobby"))
        #expect(welcome.contains(":chatkit 353 alice = #lobby :alice"))
        #expect(welcome.last == ":chatkit 366 alice #lobby :End of NAMES list")
    }

    @Test func theOrderOfNickAndUserDoesNotMatter() {
        let client = server.connect()
        #expect(server.ask(client, "PASS secret").isEmpty)
        #expect(server.ask(client, "user al 0 * :Alice").isEmpty)
        #expect(server.ask(client, "nick alice").commands.first == "001")
    }

    @Test func theWelcomeSaysWhatThereIs() {
        let client = server.connect()
        server.send(client, "NICK alice")
        let tokens = server.ask(client, "USER al 0 * :A").filter { $0.contains(" 005 ") }
        for line in tokens { #expect(line.split(separator: " ").count <= 13 + 3 + 5) }
        let all = tokens.joined(separator: " ").split(separator: " ")
        for token in [
            "CASEMAPPING=ascii", "CHANTYPES=#", "NICKLEN=32", "CHANNELLEN=64", "TOPICLEN=390",
            "AWAYLEN=390", "UTF8ONLY", "NETWORK=chatkit", "PREFIX=(ov)@+", "CHANMODES=,,,n",
            "CHANLIMIT=#:64", "SAFELIST", "WHOX", "MODES=1", "CHATHISTORY=200",
            "MSGREFTYPES=msgid,timestamp",
        ] { #expect(all.contains(Substring(token))) }
        #expect(all.contains { $0.hasPrefix("TARGMAX=") && $0.contains("PRIVMSG:4") })
    }

    @Test func aServerWithoutMessageOfTheDaySaysSo() {
        let server = IRCTestServer(
            info: ServerInfo(name: "My Room!", version: "", startedAt: Timestamp(milliseconds: 0)))
        let client = server.connect()
        server.send(client, "NICK alice")
        let welcome = server.ask(client, "USER al 0 * :A")
        #expect(welcome.commands.contains("422"))
        #expect(welcome.allSatisfy { $0.hasPrefix(":My-Room- ") || $0.hasPrefix(":alice!") })
    }

    @Test func aTakenNickIsRefusedAndAnotherMayBeTried() {
        _ = server.client("alice")
        let client = server.connect()
        server.send(client, "NICK ALICE")
        #expect(
            server.ask(client, "USER al 0 * :A") == [":chatkit 433 * ALICE :This nick is in use"])
        #expect(!client.session.isRegistered)
        #expect(server.ask(client, "JOIN #a") == [":chatkit 451 * :Introduce yourself first"])
        #expect(server.ask(client, "NICK alice2").commands.first == "001")
    }

    @Test(
        "a name that cannot be a nick is refused",
        arguments: ["#a", "a!b", "a@b", "server", "a*", String(repeating: "x", count: 33)])
    func badNicks(nick: String) {
        let client = server.connect()
        let reply = server.ask(client, "NICK \(nick)")
        #expect(reply.commands == ["432"])
        #expect(reply.first?.hasPrefix(":chatkit 432 * \(nick) :This cannot be a nick: ") == true)
        #expect(server.ask(client, "NICK :a b").first?.hasPrefix(":chatkit 432 * * :") == true)
    }

    @Test func nickNeedsAName() {
        let client = server.connect()
        #expect(server.ask(client, "NICK") == [":chatkit 431 * :No nick given"])
        #expect(server.ask(client, "NICK :").commands == ["431"])
    }

    @Test(arguments: ["USER", "USER a 0 *", "USER a 0 * :", "USER :"])
    func userNeedsFourParameters(line: String) {
        let client = server.connect()
        #expect(server.ask(client, line) == [":chatkit 461 * USER :Not enough parameters"])
    }

    @Test func userNamesAreMadeSafe() {
        let client = server.connect()
        server.send(client, "NICK alice")
        let name = "a b!c@d" + String(repeating: "x", count: 40)
        let welcome = server.ask(client, "USER :\(name)")
        #expect(welcome.commands == ["461"])
        server.send(client, "USER é!é@é 0 * :A")
        #expect(server.lines(client).first?.hasSuffix("alice!~user@irc.chatkit") == true)
    }

    @Test func whoIsUnknownMayNotDoMuch() {
        let client = server.connect()
        for command in IRCCommand.table where command.availability == .afterRegistration {
            #expect(
                server.ask(client, "\(command.name) a b c d") == [
                    ":chatkit 451 * :Introduce yourself first"
                ])
        }
        #expect(server.ask(client, "XYZZY") == [":chatkit 421 * XYZZY :Unknown command"])
        #expect(server.ask(client, "PING x y") == [":chatkit PONG chatkit :x"])
        #expect(server.ask(client, "PONG x").isEmpty)
    }

    @Test func registeringTwiceIsRefused() {
        let client = server.client("alice")
        let refusal = [":chatkit 462 alice :You have introduced yourself already"]
        #expect(server.ask(client, "USER a 0 * :b") == refusal)
        #expect(server.ask(client, "PASS x") == refusal)
    }

    @Test func quitIsAnsweredAndAnnounced() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(server.ask(bob, "QUIT :see you") == ["ERROR :Closing link: good-bye"])
        #expect(bob.isClosed)
        #expect(server.lines(alice) == [":bob!~bob@irc.chatkit QUIT :see you"])
        let early = server.connect()
        #expect(server.ask(early, "QUIT") == ["ERROR :Closing link: good-bye"])
        #expect(early.isClosed)
    }

    @Test func nothingIsReadAfterQuit() {
        let client = server.client("alice")
        server.send(client, bytes: Array("QUIT\r\nJOIN #a\r\nPING x\r\n".utf8))
        #expect(server.lines(client).commands == ["ERROR"])
    }

    @Test func theServersGoodbyeIsSaidOnce() {
        let client = server.client("alice")
        server.tell(client, .bye(Bye(.shutdown)))
        server.tell(client, .bye(Bye(.shutdown)))
        #expect(server.lines(client) == ["ERROR :Closing link: the server is shutting down"])
    }

    @Test func pingComesBack() {
        let client = server.client("alice")
        #expect(server.ask(client, "PING :a b") == [":chatkit PONG chatkit :a b"])
        #expect(server.ask(client, "PING") == [":chatkit 461 alice PING :Not enough parameters"])
        var reply = ByteBuffer()
        let hasAsked = client.session.encodePing(into: &reply)
        #expect(hasAsked)
        #expect(reply.text == "PING :chatkit\r\n")
    }

    @Test func aNickCanBeChanged() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        #expect(server.ask(alice, "NICK alicia") == [":alice!~alice@irc.chatkit NICK alicia"])
        #expect(server.lines(bob) == [":alice!~alice@irc.chatkit NICK alicia"])
        #expect(server.ask(alice, "XYZZY") == [":chatkit 421 alicia XYZZY :Unknown command"])
        #expect(server.ask(alice, "NICK BOB") == [":chatkit 433 alicia BOB :This nick is in use"])
        #expect(server.ask(alice, "NICK alicia").isEmpty)
        #expect(server.ask(alice, "NICK Alicia").commands == ["NICK"])
        #expect(server.ask(alice, "NICK a!").commands == ["432"])
        server.send(alice, "PART #lobby")
        _ = server.lines(alice)
        #expect(server.ask(alice, "NICK ann") == [":Alicia!~alice@irc.chatkit NICK ann"])
    }

    @Test func linesThatAreNoneGetOneAnswerEach() {
        let client = server.client("alice")
        server.send(client, bytes: Array("PRIVMSG #lobby :".utf8) + [0xFF, 0x0A])
        #expect(server.lines(client) == [":chatkit FAIL * INVALID_UTF8 :Not UTF-8: not accepted"])
        let long = "JOIN #" + String(repeating: "x", count: 600)
        #expect(
            server.ask(client, long) == [":chatkit 417 alice :A line may have at most 510 bytes"])
        let tags = "@+a=" + String(repeating: "x", count: IRCLimits.maxTagBytes)
        #expect(
            server.ask(client, tags + " TAGMSG #lobby") == [
                ":chatkit 417 alice :Tags may have at most 4094 bytes"
            ])
        let said = "PRIVMSG #lobby :" + String(repeating: "x", count: Limits.maxLineBytes)
        #expect(
            server.ask(client, said) == [
                ":chatkit 417 alice :A message's line may have at most 8192 bytes"
            ])
        server.send(client, bytes: [UInt8](repeating: 0x41, count: 20_000))
        #expect(server.lines(client).commands == ["417"])
        #expect(server.ask(client, "AAA").isEmpty)
        #expect(server.ask(client, "PING x").commands == ["PONG"])
    }

    @Test func aWholeConversationMayBeCutAnywhere() throws {
        let text = """
            CAP LS 302\r\nCAP REQ :message-tags server-time\r\nNICK\r\nPASS x\r\n\r\nBAD \u{1}\r
            USER a 0 * :b\r\nPING :x y\r\nCAP REQ :nope\r\nCAP LIST\r\nNICK é\r\nCAP END\r
            JOIN #a,#b,c\r\n@+a=b PRIVMSG #a :hi\r\nQUIT :bye\r\nrest\r\n
            """
        try DecoderVerifier.verify(
            Array(text.utf8), session: { IRCSession(info: IRCTestServer.info) })
        let endless = Array(text.utf8.prefix(40)) + [UInt8](repeating: 0x42, count: 13_000)
        try DecoderVerifier.verify(
            endless + [0x0A], cuts: 3, session: { IRCSession(info: IRCTestServer.info) })
    }
}
