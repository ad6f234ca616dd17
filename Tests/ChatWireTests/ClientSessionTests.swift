// A connection from its first byte, in virtual time: prompts, deadlines, idleness, and handshakes that
// mean the same however they are cut up.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Client session")
struct ClientSessionTests {
    static let handshakes: [String] = [
        "alice\nhello\n", "alice\r\nhello\r\n", "\r\n\r\nalice\n", "bad nick\nalice\nhi\n",
        "{\"type\":\"hello\",\"nick\":\"ann\"}\n{\"type\":\"message\",\"text\":\"hi\",\"nonce\":\"1\"}\n",
        "{\"type\":\"hello\"}\r\n\r\n{\"type\":\"ping\"}\n{\"type\":\"bye\"}\n",
        "{nonsense\n{}\n[]\n",
        "NICK ann\r\nUSER a 0 * :Ann A\r\nPRIVMSG #lobby :hi\r\nPING 1\r\nQUIT :x\r\n",
        "CAP LS 302\r\nNICK ann\r\nUSER a 0 * :A\r\nCAP REQ :echo-message\r\nCAP END\r\nPING x\r\n",
        "PING 1\nNICK n\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /a HTTP/1.1\r\n\r\nbody",
        "\u{16}\u{03}\u{01}\u{02}\0\u{01}", "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\nalice\n",
        "\r\n\r\n\0\r\nQUIT\n!\u{11}", "CAPTAIN\nhi\n", "PROXYMAN\nhi\n", "GETTER\nhi\n",
        "李雷\n你好\n",
    ]

    /// What a client that sends these pieces asks for and is told.
    private static func record(_ pieces: [ArraySlice<UInt8>]) -> String {
        var server = VirtualServer()
        let client = server.connect()
        for piece in pieces { server.receive(piece, from: client) }
        let state = server.clients[client]
        let found = state.session.wireProtocol?.rawValue ?? "undecided"
        let actions = state.actions.joined(separator: "\n")
        return "\(found)\n\(actions)\n\(state.left as Any)\n\(server.text(client))"
    }

    @Test("a handshake means the same whole, byte by byte and cut at random", arguments: handshakes)
    func cuts(text: String) throws {
        try DecoderVerifier.verify(Array(text.utf8), cuts: 60, decode: Self.record)
    }

    @Test("a handshake means the same cut at any one or two places", arguments: handshakes)
    func twoCuts(text: String) {
        let bytes = Array(text.utf8)
        let whole = Self.record([bytes[...]])
        for first in 0...bytes.count {
            #expect(Self.record([bytes[..<first], bytes[first...]]) == whole)
            guard bytes.count < 48 else { continue }
            for second in first...bytes.count {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                #expect(Self.record(pieces) == whole, "cut at \(first) and \(second)")
            }
        }
    }

    // MARK: - The prompt

    @Test("who says nothing is sent the four bytes NICK after 250 ms, once")
    func prompt() {
        var server = VirtualServer()
        let client = server.connect()
        server.pass(.milliseconds(249))
        #expect(server.take(client) == [])
        server.pass(.milliseconds(1))
        #expect(server.take(client) == Array("NICK".utf8))
        server.pass(.seconds(9))
        #expect(server.take(client) == [])
    }

    @Test("one byte is enough not to be prompted")
    func noPrompt() {
        var server = VirtualServer()
        let client = server.connect()
        server.pass(.milliseconds(200))
        server.receive("N".utf8, from: client)
        server.pass(.seconds(5))
        #expect(server.take(client) == [])
        server.receive("ICK ann\r\n".utf8, from: client)
        #expect(server.clients[client].session.wireProtocol == .irc)
    }

    @Test("an answer to the prompt without a newline is taken after 200 ms of silence")
    func promptAnswered() {
        var server = VirtualServer()
        let client = server.connect()
        server.pass(.milliseconds(250))
        server.receive("ali".utf8, from: client)
        server.pass(.milliseconds(150))
        server.receive("ce".utf8, from: client)
        server.pass(.milliseconds(199))
        #expect(server.text(client) == "NICK")
        server.pass(.milliseconds(1))
        #expect(server.text(client).hasPrefix("Welcome to chatkit, alice."))
    }

    @Test("an answer to the prompt that might begin another protocol is a nick after the silence")
    func ambiguousAnswer() {
        var server = VirtualServer()
        let client = server.connect()
        server.pass(.milliseconds(250))
        server.receive("Ping".utf8, from: client)
        server.pass(.milliseconds(200))
        #expect(server.clients[client].session.wireProtocol == .plain)
        #expect(server.text(client).contains("Welcome to chatkit, Ping."))
    }

    @Test("who speaks JSON or IRC after all finds its first line whole")
    func promptThenProtocol() {
        var server = VirtualServer()
        let json = server.connect()
        let irc = server.connect()
        server.pass(.milliseconds(250))
        server.receive("{\"type\":\"ping\"}\n".utf8, from: json)
        #expect(server.text(json).hasPrefix("NICK\n{\"type\":"))
        server.receive("PING 1\r\n".utf8, from: irc)
        #expect(server.text(irc).hasPrefix("NICK\r\n:chatkit PONG"))
    }

    @Test("a refused nick gets the reason, and then NICK again by itself")
    func refusedNick() {
        var server = VirtualServer()
        let first = server.connect()
        server.receive("alice\n".utf8, from: first)
        let client = server.connect()
        server.receive("two words\n".utf8, from: client)
        #expect(server.text(client).hasPrefix("two words cannot be a nick: "))
        server.pass(.milliseconds(99))
        #expect(server.take(client) == [])
        server.pass(.milliseconds(1))
        #expect(server.take(client) == Array("NICK".utf8))
        server.receive("ALICE\n".utf8, from: client)
        #expect(server.text(client) == "the nick ALICE is taken\n")
        server.pass(.milliseconds(100))
        #expect(server.take(client) == Array("NICK".utf8))
        server.receive("bob\n".utf8, from: client)
        #expect(server.text(client).hasPrefix("Welcome to chatkit, bob."))
    }

    @Test("a refused nick and a good one in one breath: no NICK comes into the talk")
    func noLatePrompt() {
        var server = VirtualServer()
        let client = server.connect()
        server.receive("two words\nalice\n".utf8, from: client)
        #expect(server.text(client).contains("Welcome to chatkit, alice."))
        server.pass(.seconds(20))
        #expect(server.take(client) == [])
        #expect(!server.clients[client].isClosed)
    }

    @Test("after ten refused nicks the connection ends", arguments: ["a b", "alice"])
    func tooManyAttempts(nick: String) {
        var server = VirtualServer()
        server.receive("alice\n".utf8, from: server.connect())
        let client = server.connect()
        for attempt in 1...Limits.maxNickAttempts {
            #expect(!server.clients[client].isClosed, "before attempt \(attempt)")
            server.receive("\(nick)\n".utf8, from: client)
        }
        #expect(server.clients[client].left == .closed(.tooManyAttempts))
        #expect(server.text(client).hasSuffix("bye: too many refused nicks\n"))
    }

    // MARK: - Deadlines

    @Test(
        "whoever is undecided or unfinished after 10 s is told so and closed",
        arguments: ["GE", "CAP", "{\"type\":\"he", "NICK ann\r\n", "PRO"])
    func handshakeTimeout(start: String) {
        var server = VirtualServer()
        let client = server.connect()
        server.receive(start.utf8, from: client)
        server.pass(.milliseconds(9999))
        #expect(!server.clients[client].isClosed)
        _ = server.take(client)
        server.pass(.milliseconds(1))
        #expect(server.clients[client].left == .closed(.handshakeTimeout))
        #expect(server.text(client).contains("no handshake within 10 seconds"))
    }

    @Test("the handshake has 10 s in all, however often a nick is asked for")
    func handshakeAfterPrompt() {
        var server = VirtualServer()
        let client = server.connect()
        server.pass(.milliseconds(9999))
        #expect(!server.clients[client].isClosed)
        server.pass(.milliseconds(1))
        #expect(server.clients[client].left == .closed(.handshakeTimeout))
        #expect(server.text(client) == "NICKno handshake within 10 seconds\n")
    }

    @Test("blanks that come by and by do not lengthen the handshake")
    func trickledBlanks() {
        var server = VirtualServer()
        let client = server.connect()
        for _ in 0..<5 {
            server.pass(.milliseconds(1999))
            server.receive(" \n".utf8, from: client)
        }
        #expect(!server.clients[client].isClosed)
        server.pass(.milliseconds(5))
        #expect(server.clients[client].left == .closed(.handshakeTimeout))
    }

    @Test("a question for a nick that was put off is asked a moment later")
    func promptPutOff() {
        let start = Instant(nanoseconds: 1)
        var session = ClientSession(openedAt: start, idleTimeout: nil)
        let due = start + Limits.nickPrompt
        #expect(!session.wouldPrompt(now: due + .milliseconds(-1)))
        #expect(session.wouldPrompt(now: due))
        session.putOffPrompt(now: due)
        #expect(!session.wouldPrompt(now: due))
        #expect(session.nextDeadline(hasInput: false) == due + Limits.promptPause)
    }

    @Test("a slow trickle of bytes does not lengthen the handshake")
    func trickle() {
        var server = VirtualServer()
        let client = server.connect()
        for _ in 0..<40 {
            server.receive("{".utf8, from: client)
            server.pass(.milliseconds(250))
        }
        #expect(server.clients[client].left == .closed(.handshakeTimeout))
    }

    @Test(
        "who can be asked is pinged after a fifth of the idle time, and dropped at its end",
        arguments: [
            ("{\"type\":\"hello\",\"nick\":\"ann\"}\n", "{\"type\":\"ping\"}\n", "idle_timeout"),
            ("NICK ann\r\nUSER a 0 * :A\r\n", "PING :chatkit\r\n", "ERROR :"),
        ])
    func idle(hello: String, ping: String, bye: String) {
        var server = VirtualServer(idleTimeout: .seconds(300))
        let client = server.connect()
        server.receive(hello.utf8, from: client)
        _ = server.take(client)
        server.pass(.milliseconds(59_999))
        #expect(server.text(client) == "")
        server.pass(.milliseconds(1))
        #expect(server.text(client) == ping)
        server.pass(.milliseconds(239_999))
        #expect(server.text(client) == "")
        server.pass(.milliseconds(1))
        #expect(server.clients[client].left == .closed(.idleTimeout))
        #expect(server.text(client).contains(bye))
    }

    @Test(
        "a session that has ended keeps its protocol, so that all it is still told is in it",
        arguments: [
            ("{\"type\":\"hello\",\"nick\":\"ann\"}\n", WireFormat.json),
            ("NICK ann\r\nUSER a 0 * :A\r\n", .irc),
        ])
    func protocolOfTheEnded(hello: String, format: WireFormat) {
        var server = VirtualServer(idleTimeout: .seconds(300))
        let client = server.connect()
        server.receive(hello.utf8, from: client)
        #expect(server.clients[client].session.format == format)
        server.pass(.seconds(301))
        #expect(server.clients[client].left == .closed(.idleTimeout))
        #expect(server.clients[client].session.format == format)
    }

    @Test("any sign of life starts the idle time afresh")
    func signOfLife() {
        var server = VirtualServer(idleTimeout: .seconds(300))
        let client = server.connect()
        server.receive("{\"type\":\"hello\"}\n".utf8, from: client)
        for _ in 0..<20 {
            server.pass(.seconds(61))
            #expect(server.text(client).contains("\"ping\""))
            server.receive("{\"type\":\"pong\"}\n".utf8, from: client)
        }
        #expect(!server.clients[client].isClosed)
    }

    @Test("a reader of plain text, who cannot be asked, is not dropped")
    func plainIsNotIdle() {
        var server = VirtualServer(idleTimeout: .seconds(300))
        let client = server.connect()
        server.receive("alice\n".utf8, from: client)
        _ = server.take(client)
        server.pass(.seconds(86_400))
        #expect(!server.clients[client].isClosed)
        #expect(server.take(client) == [])
    }

    @Test("without an idle time nobody is asked for anything")
    func noIdleTimeout() {
        var server = VirtualServer(idleTimeout: nil)
        let client = server.connect()
        server.receive("{\"type\":\"hello\"}\n".utf8, from: client)
        _ = server.take(client)
        #expect(server.clients[client].session.nextDeadline(hasInput: true) == .distantFuture)
        server.pass(.seconds(86_400))
        #expect(server.take(client) == [])
    }

    // MARK: - The end

    @Test(
        "protocols that are not served are told so in their own words",
        arguments: [
            ("PROXY TCP4 a b c d\r\n", "a PROXY header is not accepted from this address\n"),
            ("\u{16}\u{03}\u{01}", "\u{15}\u{03}\u{01}\0\u{02}\u{02}("),
        ])
    func refusals(start: String, answer: String) {
        var server = VirtualServer()
        let client = server.connect()
        server.receive(start.utf8, from: client)
        #expect(server.clients[client].left == .closed(.unsupported))
        #expect(server.text(client).hasPrefix(answer))
        server.receive("more".utf8, from: client)
        #expect(server.take(client) == [])
    }

    @Test("what was sent before the end of input counts, then the client has left")
    func endOfInput() {
        var server = VirtualServer()
        let ann = server.connect()
        server.receive("ann\n".utf8, from: ann)
        let bob = server.connect()
        server.receive("bob\nhello".utf8, from: bob)
        server.finish(bob)
        #expect(
            server.text(ann).hasSuffix("bob joined\nbob: hello\nbob left (connection closed)\n"))
        #expect(server.clients[bob].left == .disconnected)
        for start in ["", "NI", "GE", "{", "\r\n"] {
            let client = server.connect()
            server.receive(start.utf8, from: client)
            server.finish(client)
            #expect(server.clients[client].left == .disconnected)
        }
    }
}
