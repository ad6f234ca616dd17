// Plain text: lines and silences, what is refused and kept, slash commands, the own name in front.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Plain session")
struct PlainSessionTests {
    /// alice, in the lobby, who has read what she was told so far; bob beside her, in JSON.
    private struct Talk {
        var server = VirtualServer()
        let alice: Int
        let bob: Int

        init(hello: String = "alice\n") {
            alice = server.connect()
            bob = server.connect()
            server.receive("{\"type\":\"hello\",\"nick\":\"bob\"}\n".utf8, from: bob)
            server.receive(hello.utf8, from: alice)
            server.pass(.milliseconds(200))
            _ = server.take(alice)
            _ = server.take(bob)
        }

        /// alice sends, and this is what she is told.
        mutating func says(_ text: String) -> String {
            server.receive(text.utf8, from: alice)
            return server.text(alice)
        }

        /// The texts of the messages that bob has got.
        mutating func heard() throws -> [String] {
            try server.text(bob).split(separator: "\n").compactMap { line in
                let value = try ByteBuffer(String(line)).withReadable { bytes in
                    Result { () throws(JSONError) in try JSONReader.value(in: bytes) }
                }.get()
                guard value.object?["type"]?.string == "message" else { return nil }
                return value.object?["text"]?.string
            }
        }
    }

    @Test("a line is a message, shown to everyone with the nick in front")
    func message() throws {
        var talk = Talk()
        #expect(talk.says("hello world\n") == "alice: hello world\n")
        #expect(talk.says("two\r\nlines\r\n") == "alice: two\nalice: lines\n")
        #expect(try talk.heard() == ["hello world", "two", "lines"])
    }

    @Test("empty lines say nothing", arguments: ["\n", "\r\n", "   \n", "\t\r\n", "\u{A0}\n"])
    func emptyLines(line: String) throws {
        var talk = Talk()
        #expect(talk.says(line) == "")
        #expect(try talk.heard() == [])
    }

    @Test("the blanks of what is said are kept")
    func blanks() throws {
        var talk = Talk()
        _ = talk.says("  indented  \n")
        #expect(try talk.heard() == ["  indented  "])
    }

    // MARK: - Silence

    @Test("a peer that has used newlines is never cut by silence")
    func newlinesEndLines() {
        var talk = Talk()
        #expect(talk.says("half a ") == "")
        talk.server.pass(.seconds(30))
        #expect(talk.says("line\n") == "alice: half a line\n")
    }

    @Test("a peer that sends no newlines ends its messages by 200 ms of silence")
    func silenceEndsLines() {
        var talk = Talk(hello: "alice")
        #expect(talk.says("hel") == "")
        talk.server.pass(.milliseconds(199))
        #expect(talk.says("lo") == "")
        talk.server.pass(.milliseconds(199))
        #expect(talk.server.text(talk.alice) == "")
        talk.server.pass(.milliseconds(1))
        #expect(talk.server.text(talk.alice) == "alice: hello\n")
    }

    @Test("the first newline makes a peer one that uses newlines")
    func firstNewline() {
        var talk = Talk(hello: "alice")
        #expect(talk.says("one\ntwo") == "alice: one\n")
        talk.server.pass(.seconds(1))
        #expect(talk.server.text(talk.alice) == "")
        #expect(talk.says("\n") == "alice: two\n")
    }

    // MARK: - Refused lines

    private let tooLong = "error: a line may have at most 8192 bytes\n"

    @Test("the longest line is too long for a message, and is told so as a message")
    func longestLine() {
        var talk = Talk()
        let longest = String(repeating: "x", count: Limits.maxLineBytes)
        for end in ["\n", "\r\n"] {
            #expect(talk.says(longest + end) == "error: a message may have at most 4096 bytes\n")
        }
        #expect(talk.says("still here\n") == "alice: still here\n")
    }

    @Test("an over-long line is refused once, however it arrives, and the connection goes on")
    func overlongLine() throws {
        let line = String(repeating: "x", count: Limits.maxLineBytes + 1) + "\nnext\n"
        var whole = Talk()
        #expect(whole.says(line) == tooLong + "alice: next\n")
        var pieces = Talk()
        var told = ""
        for start in stride(from: 0, to: line.utf8.count, by: 1000) {
            told += pieces.says(String(line.dropFirst(start).prefix(1000)))
        }
        #expect(told == tooLong + "alice: next\n")
        #expect(try whole.heard() == ["next"])
    }

    @Test("megabytes without a newline are refused once and not kept")
    func endlessLine() {
        var talk = Talk()
        var told = ""
        for _ in 0..<64 { told += talk.says(String(repeating: "x", count: 32 << 10)) }
        #expect(told == tooLong)
        #expect(talk.server.clients[talk.alice].input.readableBytes <= 1)
        #expect(talk.says("\nnext\n") == "alice: next\n")
    }

    @Test("silence ends the over-long line of a peer that sends no newlines")
    func overlongSilence() {
        var talk = Talk(hello: "alice")
        #expect(talk.says(String(repeating: "x", count: 10_000)) == tooLong)
        #expect(talk.says("more of it") == "")
        talk.server.pass(.milliseconds(200))
        #expect(talk.says("next") == "")
        talk.server.pass(.milliseconds(200))
        #expect(talk.server.text(talk.alice) == "alice: next\n")
    }

    @Test("a line that is not UTF-8, or holds a NUL, is refused and the connection goes on")
    func notText() {
        var talk = Talk()
        for bytes in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0x61, 0x80]] as [[UInt8]] {
            talk.server.receive(bytes + [0x0A], from: talk.alice)
            #expect(talk.server.text(talk.alice) == "error: what was sent is not UTF-8\n")
        }
        #expect(talk.says("a\0b\n") == "error: a line may not contain NUL\n")
        #expect(talk.says("\0\n") == "error: a line may not contain NUL\n")
        #expect(talk.says("well\n") == "alice: well\n")
    }

    @Test("a CR within a line stays in the message and cannot overwrite it on a terminal")
    func bareCR() throws {
        var talk = Talk()
        #expect(talk.says("one\rtwo\r\r\n") == "alice: one two\n")
        #expect(try talk.heard() == ["one\rtwo"])
    }

    @Test("control characters are shown, not obeyed")
    func controls() throws {
        var talk = Talk()
        #expect(
            talk.says("\u{1B}[2J\u{7}a\tb\u{7F}\u{9B}31m\u{85}\n")
                == "alice: ^[[2J^Ga\tb^??31m?\n")
        #expect(try talk.heard() == ["\u{1B}[2J\u{7}a\tb\u{7F}\u{9B}31m\u{85}"])
        // The second bytes of other characters are none of these.
        #expect(talk.says("Ûƛé\u{A0}€\n") == "alice: Ûƛé\u{A0}€\n")
    }

    // MARK: - The own name

    @Test(
        "the own name in front of a message is not doubled",
        arguments: [
            ("alice: hello", "hello"), ("alice:hello", "hello"), ("alice:  hello", " hello"),
            ("bob: hello", "bob: hello"), ("alice hello", "alice hello"),
            ("alicee: x", "alicee: x"), ("Alice: x", "Alice: x"), ("alice: alice: x", "alice: x"),
        ])
    func ownName(line: String, said: String) throws {
        var talk = Talk()
        _ = talk.says(line + "\n")
        #expect(try talk.heard() == [said])
    }

    @Test("the own name alone says nothing")
    func ownNameAlone() throws {
        var talk = Talk()
        #expect(talk.says("alice:\nalice: \n") == "")
        #expect(try talk.heard() == [])
    }

    @Test("after a change of nick the new name is not doubled")
    func ownNewName() throws {
        var talk = Talk()
        #expect(talk.says("/nick anna\n") == "alice is now called anna\n")
        _ = talk.says("anna: x\nalice: y\n")
        #expect(try talk.heard() == ["x", "alice: y"])
    }

    // MARK: - Commands

    @Test("two slashes say one; a slash alone is text")
    func escapedSlash() throws {
        var talk = Talk()
        #expect(talk.says("//shrug\n/\n/ x\n") == "alice: /shrug\nalice: /\nalice: / x\n")
        #expect(try talk.heard() == ["/shrug", "/", "/ x"])
    }

    @Test("an unknown command is refused with a suggestion and says nothing")
    func unknownCommand() throws {
        var talk = Talk()
        #expect(
            talk.says("/jion #a\n") == "error: there is no command /jion\ndid you mean /join?\n")
        #expect(talk.says("/xyzzy\n").hasPrefix("error: there is no command /xyzzy\n"))
        #expect(try talk.heard() == [])
    }

    @Test("help lists every command that is not for operators, and those are refused")
    func help() {
        var talk = Talk()
        let help = talk.says("/help\n")
        for command in SlashCommand.all {
            #expect(help.contains(command.usage) == (command.audience == .everyone))
        }
        #expect(talk.says("/next\n") == "error: /next is for the operators of a desk\n")
        #expect(talk.says("/help me\n").hasPrefix("/me TEXT: "))
    }

    @Test("actions, private messages and topics look different from speech")
    func kinds() throws {
        var talk = Talk()
        #expect(talk.says("/me waves\n") == "* alice waves\n")
        #expect(talk.says("/msg bob psst\n") == "[private] alice: psst\n")
        #expect(talk.says("/msg nobody psst\n") == "error: nobody here is called nobody\n")
        #expect(talk.says("/topic tea\n") == "alice changed the topic to: tea\n")
        #expect(talk.says("/topic\n") == "the topic of #lobby is: tea (alice)\n")
        #expect(talk.says("/ping\n") == "pong\n")
        #expect(try talk.heard() == ["waves", "psst"])
    }

    @Test("with several rooms each line names its room, and the last one entered is talked in")
    func rooms() throws {
        var talk = Talk()
        #expect(talk.says("/join b\n") == "alice joined\nin #b: alice\n")
        #expect(talk.says("hi\n") == "[#b] alice: hi\n")
        #expect(talk.says("/join lobby\n") == "you are in #lobby\n")
        #expect(talk.says("hi\n") == "[#lobby] alice: hi\n")
        #expect(talk.says("/leave b\n") == "[#b] alice left\nyou left #b; you are in #lobby\n")
        #expect(talk.says("hi\n") == "alice: hi\n")
        #expect(talk.says("/leave\n") == "alice left\nyou left #lobby; you are in no room\n")
        let nowhere = "error: you are in no room; /join ROOM enters one\n"
        for line in ["hi", "/who", "/topic x", "/me x", "/leave"] {
            #expect(talk.says(line + "\n") == nowhere)
        }
    }

    @Test("people, rooms, cards and history are answered in sentences")
    func answers() throws {
        var talk = Talk()
        #expect(talk.says("/who\n") == "in #lobby: alice, bob\n")
        #expect(talk.says("/rooms\n") == "#lobby (2 people)\n")
        #expect(talk.says("/history\n") == "nothing was said in #lobby yet\n")
        _ = talk.says("one\ntwo\n")
        let history = talk.says("/history 1\n")
        #expect(history.hasSuffix("Z alice: two\n"))
        #expect(history.split(separator: "\n").count == 1)
        #expect(
            talk.says("/profile Alice A; 12; al\n") == "name: Alice A\nstudent id: 12\ngithub: al\n"
        )
        #expect(talk.says("/whois alice\n").hasPrefix("alice is in #lobby\nname: Alice A\n"))
        #expect(talk.says("/away tea\n") == "you are away\nalice is away: tea\n")
        #expect(talk.says("/away\n") == "you are back\nalice is back\n")
    }

    @Test("quitting takes a last word along")
    func quit() {
        var talk = Talk()
        _ = talk.says("/quit see you\n")
        #expect(talk.server.clients[talk.alice].left == .quit("see you"))
        #expect(talk.server.text(talk.bob).contains("\"reason\":\"quit\",\"text\":\"see you\""))
    }

    @Test("what plain text does not take is kept whole for others: several lines become several")
    func linesOfOthers() {
        var talk = Talk()
        talk.server.receive(
            "{\"type\":\"message\",\"text\":\"one\\ntwo\\r\\n\\nthree\"}\n".utf8, from: talk.bob)
        #expect(talk.server.text(talk.alice) == "bob: one\nbob: two \nbob: \nbob: three\n")
    }

    @Test("whatever is sent, cut anywhere, the same comes of it")
    func anyBytes() throws {
        var random = SeededRandom(seed: 5)
        let alphabet: [String] = [
            "a", "\n", "\r", " ", "/", "/nick b", "/join r", "/leave", "\0", "é", "alice:", "x: ",
            "/msg bob y", "//", "/help", String(repeating: "z", count: 9000),
        ]
        for _ in 0..<60 {
            let count = Int.random(in: 0...30, using: &random)
            let text = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? "" }
                .joined()
            try DecoderVerifier.verify(Array("alice\n\(text)".utf8), cuts: 4) { pieces in
                var server = VirtualServer()
                let client = server.connect()
                for piece in pieces { server.receive(piece, from: client) }
                return server.text(client) + server.clients[client].actions.joined(separator: "\n")
            }
        }
    }
}
