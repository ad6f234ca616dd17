// Control characters on their way to IRC clients: formatting passes, what drives a terminal is shown.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC control characters")
struct IRCControlsTests {
    private let server = IRCTestServer()

    private static let harmful = "a\u{1B}[31mb\u{7}c\u{9B}2Jd\u{7F}e\u{8}é"
    private static let shown = "a^[[31mb^Gc?2Jd^?e^Hé"

    @Test func everyControlCharacterHasItsVerdict() {
        for value in UInt32(0)..<0xA0 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            // At every place of the eight bytes that are looked at together.
            for before in 0..<9 {
                let text =
                    String(repeating: "x", count: before) + String(Character(scalar)) + "yyyyyyy"
                let passes =
                    (0x20..<0x7F).contains(value)
                    || value < 0x20 && IRCText.formatting.contains(UInt8(value))
                let isHarmless = Array(text.utf8).withUnsafeBytes { IRCText.isHarmless($0) }
                #expect(isHarmless == passes, "U+\(String(value, radix: 16))")
            }
        }
        #expect(Array("grüße, 日本 🎉\u{A0}".utf8).withUnsafeBytes { IRCText.isHarmless($0) })
    }

    @Test(arguments: [MessageKind.text, .action, .notice, .ctcp, .ctcpReply])
    func messagesAreCleaned(kind: MessageKind) throws {
        let person = Person(
            nick: try Nickname("jay"), user: "~json", host: "json.chatkit", realName: "")
        let message = Message(
            id: MessageID(origin: 1, number: 1), room: .lobby, seq: 1, from: person, kind: kind,
            text: Self.harmful, at: Timestamp(milliseconds: 0))
        var out = ByteBuffer()
        IRCWire.encode(message, format: .irc, into: &out)
        #expect(
            out.text.contains(":\(kind == .action ? "\u{1}ACTION " : "")\(Self.shown)")
                || out.text.contains(":\u{1}\(Self.shown)\u{1}"))
    }

    @Test func whateverElsePeopleWriteIsCleaned() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        server.send(alice, "TOPIC #lobby :\(Self.harmful)")
        server.send(alice, "AWAY :\(Self.harmful)")
        server.send(alice, "PART #lobby :\(Self.harmful)")
        server.send(alice, "JOIN #lobby")
        #expect(server.ask(bob, "TOPIC #lobby").contains { $0.hasSuffix(":\(Self.shown)") })
        #expect(server.ask(bob, "WHOIS alice").contains { $0.hasSuffix(":\(Self.shown)") })
        let eve = server.connect()
        server.send(eve, "NICK eve")
        server.send(eve, "USER eve 0 * :\(Self.harmful)")
        #expect(server.ask(bob, "WHOIS eve").contains { $0.hasSuffix("* :\(Self.shown)") })
        server.send(eve, "QUIT :\(Self.harmful)")
        let seen = server.lines(bob)
        #expect(seen.contains { $0.hasSuffix(" QUIT :\(Self.shown)") })
        for line in seen { #expect(Array(line.utf8).withUnsafeBytes { IRCText.isHarmless($0) }) }
    }

    @Test func formattingSurvivesFromIRCToIRC() {
        let (alice, bob) = (server.client("alice"), server.client("bob"))
        _ = server.lines(alice)
        let text = String(decoding: IRCText.formatting, as: UTF8.self) + "04,05x"
        server.send(alice, "PRIVMSG #lobby :\(text)")
        server.send(alice, "PRIVMSG #lobby :\u{1}ACTION \(text)\u{1}")
        let start = ":alice!~alice@irc.chatkit PRIVMSG #lobby :"
        #expect(server.lines(bob) == [start + text, "\(start)\u{1}ACTION \(text)\u{1}"])
    }
}
