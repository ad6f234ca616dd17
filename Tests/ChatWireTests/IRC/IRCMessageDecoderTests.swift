// Lines to messages: RFC 1459 §2.3.1 and IRCv3 message tags, whole and cut anywhere.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite("IRC message decoder")
struct IRCMessageDecoderTests {
    /// Decodes `input`, checked in every way of cutting it.
    private func decode(_ input: [UInt8]) throws -> [DecodedFrame<IRCMessage>] {
        try DecoderVerifier.verify(
            input, decoder: { IRCMessageDecoder() }, next: { try $0.next(in: &$1) })
    }

    private func decode(_ text: String) throws -> [DecodedFrame<IRCMessage>] {
        try decode(Array(text.utf8))
    }

    @Test(
        "a line is taken apart as the grammar says",
        arguments: [
            ("NICK alice", IRCMessage("NICK", ["alice"])),
            ("nick alice", IRCMessage("NICK", ["alice"])),
            ("QUIT", IRCMessage("QUIT")),
            ("QUIT :", IRCMessage("QUIT", [""])),
            (":ignored!a@b PRIVMSG #a :hi", IRCMessage("PRIVMSG", ["#a", "hi"])),
            ("PRIVMSG #a :hi  there ", IRCMessage("PRIVMSG", ["#a", "hi  there "])),
            ("PRIVMSG #a ::-)", IRCMessage("PRIVMSG", ["#a", ":-)"])),
            ("PRIVMSG #a hi", IRCMessage("PRIVMSG", ["#a", "hi"])),
            ("PRIVMSG   #a   hi   ", IRCMessage("PRIVMSG", ["#a", "hi"])),
            ("  PING  x", IRCMessage("PING", ["x"])),
            ("USER a 0 * :Ann Ärger 😀", IRCMessage("USER", ["a", "0", "*", "Ann Ärger 😀"])),
            ("MODE #a a:b", IRCMessage("MODE", ["#a", "a:b"])),
            ("@label=1 PING x", IRCMessage("PING", ["x"], label: "1")),
            ("@label PING x", IRCMessage("PING", ["x"])),
            ("@a=b;label=x\\sy\\:z\\\\;c PING x", IRCMessage("PING", ["x"], label: "x y;z\\")),
            ("@label=1;label=2 PING x", IRCMessage("PING", ["x"], label: "2")),
            ("@label=a\\ PING x", IRCMessage("PING", ["x"], label: "a")),
            ("@label=a\\b PING x", IRCMessage("PING", ["x"], label: "ab")),
            ("@ PING x", IRCMessage("PING", ["x"])),
            (
                "@+typing=active;time=1;+a/b.c-d;+;+x!=1 :s TAGMSG #a",
                IRCMessage("TAGMSG", ["#a"], clientTags: "+typing=active;+a/b.c-d")
            ),
            (
                "@+x=a\\:b\\s;+y= PRIVMSG #a b",
                IRCMessage("PRIVMSG", ["#a", "b"], clientTags: "+x=a\\:b\\s;+y=")
            ),
        ])
    func validLines(line: String, expected: IRCMessage) throws {
        for end in ["\r\n", "\n"] {
            #expect(try decode(line + end).map(\.frame) == [expected])
        }
    }

    @Test(
        "lines that hold no command are passed over",
        arguments: [
            "\r\n\n", "   \r\n", "@a=b\r\n", "@a=b \r\n", ":source\r\n", ":source \n", "\0\r\n",
        ])
    func emptyLines(text: String) throws {
        #expect(try decode(text + "PING x\n").map(\.frame) == [IRCMessage("PING", ["x"])])
    }

    @Test func anUnfinishedLineIsLeftInTheInput() throws {
        var decoder = IRCMessageDecoder()
        var input = ByteBuffer("PING x\r")
        #expect(try decoder.next(in: &input) == nil)
        #expect(input.text == "PING x\r")
        input.write("\n")
        #expect(try decoder.next(in: &input) == IRCMessage("PING", ["x"]))
        #expect(input.isEmpty)
    }

    @Test func theFifteenthParameterTakesTheRest() throws {
        let words = (1...17).map { "p\($0)" }
        let frames = try decode("CMD " + words.joined(separator: " ") + "\r\n")
        #expect(frames.first?.frame?.params == Array(words[..<14]) + ["p15 p16 p17"])
        let colon = try decode("CMD " + words[..<14].joined(separator: " ") + " :p15 p16\r\n")
        #expect(colon.first?.frame?.params.last == "p15 p16")
    }

    @Test func nulAndStrayCarriageReturnsAreTakenOut() throws {
        let frames = try decode("PRIV\0MSG #a :a\rb\0c\r\r\n")
        #expect(frames.map(\.frame) == [IRCMessage("PRIVMSG", ["#a", "abc"])])
    }

    @Test(
        "text that is not UTF-8 is refused, and the next line is read",
        arguments: [
            Array("PRIVMSG #a :".utf8) + [0xFF], Array("PRIVMSG #a".utf8) + [0xC3],
            [0xFE, 0x41], Array("@+a=".utf8) + [0x80] + Array(" TAGMSG #a".utf8),
            Array("@label=".utf8) + [0xE2, 0x28] + Array(" PING a".utf8),
            Array("PING :".utf8) + [0xED, 0xA0, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(line: [UInt8]) throws {
        let frames = try decode(line + Array("\r\nPING x\r\n".utf8))
        #expect(frames == [.error("invalidUTF8"), .frame(IRCMessage("PING", ["x"]))])
    }

    @Test func whatIsIgnoredNeedNotBeUTF8() throws {
        let frames = try decode(
            [UInt8(ascii: "@"), 0xFF] + Array("=1 :".utf8) + [0xFE] + Array(" PING x\n".utf8))
        #expect(frames.map(\.frame) == [IRCMessage("PING", ["x"])])
    }

    private func tooLong(_ limit: IRCLengthLimit) -> DecodedFrame<IRCMessage> {
        .error("\(IRCDecodeError.inputTooLong(limit))")
    }

    @Test func aLineMayHaveFiveHundredAndTenBytes() throws {
        let longest = "PING " + String(repeating: "x", count: IRCLimits.maxBodyBytes - 5)
        #expect(try decode(longest + "\r\n").first?.frame?.command == "PING")
        #expect(
            try decode(longest + "x\r\nPING y\r\n") == [
                tooLong(.line), .frame(IRCMessage("PING", ["y"])),
            ])
    }

    @Test(arguments: ["PRIVMSG", "NOTICE", "notice"])
    func whatIsSaidMayBeAsLongAsAnyProtocolsLine(command: String) throws {
        let start = "\(command) #a :"
        let longest = start + String(repeating: "x", count: Limits.maxLineBytes - start.utf8.count)
        #expect(try decode(longest + "\r\n").first?.frame?.params.count == 2)
        #expect(try decode("@a=b " + longest + "\n").first?.frame?.params.count == 2)
        #expect(try decode(longest + "x\r\n") == [tooLong(.messageLine)])
    }

    @Test func tagsMayHave4094Bytes() throws {
        let longest = "@+a=" + String(repeating: "x", count: IRCLimits.maxTagBytes - 3)
        let frames = try decode(longest + " TAGMSG #a\r\n")
        #expect(frames.first?.frame?.clientTags.utf8.count == IRCLimits.maxTagBytes)
        #expect(try decode(longest + "x TAGMSG #a\r\n") == [tooLong(.tags)])
        #expect(try decode(longest + "x PRIVMSG #a :b\r\n") == [tooLong(.tags)])
    }

    @Test func aLineWithoutEndIsRefusedOnceAndNotKept() throws {
        var decoder = IRCMessageDecoder()
        var input = ByteBuffer()
        var errors = 0
        for _ in 0..<100 {
            input.write([UInt8](repeating: 0x41, count: 1000))
            do {
                #expect(try decoder.next(in: &input) == nil)
            } catch {
                errors += 1
                #expect(error == .inputTooLong(.messageLine))
                #expect(try decoder.next(in: &input) == nil)
            }
            #expect(input.readableBytes <= IRCMessageDecoder.maxBufferedBytes)
        }
        #expect(errors == 1)
        input.write("\nPING x\n")
        #expect(try decoder.next(in: &input) == IRCMessage("PING", ["x"]))
    }

    @Test func anEndlessLineIsOneErrorHoweverItIsCut() throws {
        let long = [UInt8](repeating: 0x41, count: 3 * IRCMessageDecoder.maxBufferedBytes)
        let input = Array("PING a\n".utf8) + long + Array("\nPING b\n".utf8)
        let frames = try DecoderVerifier.verify(
            input, cuts: 5, decoder: { IRCMessageDecoder() }, next: { try $0.next(in: &$1) })
        #expect(
            frames == [
                .frame(IRCMessage("PING", ["a"])), tooLong(.messageLine),
                .frame(IRCMessage("PING", ["b"])),
            ])
    }

    @Test func randomBytesNeverTrapAndCutsDoNotMatter() throws {
        var random = SeededRandom(seed: 11)
        let alphabet = Array("@+=;: \\\r\n\0#aP\u{7F}é".utf8) + [0xFF, 0xC3]
        for round in 0..<100 {
            let length = Int.random(in: 0...200, using: &random)
            let input = (0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0x41 }
            try DecoderVerifier.verify(
                input + [0x0A], cuts: 3, seed: UInt64(round), decoder: { IRCMessageDecoder() },
                next: { try $0.next(in: &$1) })
        }
    }
}
