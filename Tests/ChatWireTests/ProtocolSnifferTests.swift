// PRODUCT.md's table of first bytes, cut in every way.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Protocol sniffer")
struct ProtocolSnifferTests {
    static let table: [(String, WireProtocol)] = [
        ("\u{16}\u{03}\u{01}", .tls), ("\u{16}", .tls),
        ("{", .json), ("{\"type\":\"hello\"}\n", .json), ("{}\n", .json),
        ("CAP LS 302\r\n", .irc), ("NICK ann\r\n", .irc), ("USER a 0 * :A\r\n", .irc),
        ("PASS x\r\n", .irc), ("PING x\r\n", .irc), ("PONG x\r\n", .irc), ("QUIT :x\r\n", .irc),
        ("AUTHENTICATE PLAIN\r\n", .irc), ("WEBIRC a b c d\r\n", .irc), ("nick ann\r\n", .irc),
        ("Cap ls\n", .irc),
        ("GET / HTTP/1.1\r\n", .http), ("HEAD /x HTTP/1.1\r\n", .http),
        ("POST /api HTTP/1.1\r\n", .http), ("OPTIONS /a HTTP/1.1\r\n", .http),
        ("DELETE /a HTTP/1.1\r\n", .http), ("PUT /a HTTP/1.1\r\n", .http),
        ("PATCH /a HTTP/1.1\r\n", .http), ("TRACE /a HTTP/1.1\r\n", .http),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n", .proxy), ("\r\n\r\n\0\r\nQUIT\n!", .proxy),
        ("alice\n", .plain), ("b", .plain), ("GET it\n", .plain), ("GETTER\n", .plain),
        ("get / HTTP/1.1\n", .plain), ("NICK\n", .plain), ("NICKY\n", .plain),
        ("CAPTAIN\n", .plain),
        ("PINGU\n", .plain), ("PROXYMAN\n", .plain), ("proxy a\n", .plain), (" {}\n", .plain),
        ("\n", .plain), ("\r\n\r\nalice\n", .plain), ("\r\nalice\n", .plain), ("\0", .plain),
        ("\u{7F}", .plain), ("李雷\n", .plain), ("HEAD of dept\n", .plain), ("QUITE\n", .plain),
    ]

    @Test("the first bytes decide", arguments: table)
    func firstBytes(text: String, expected: WireProtocol) {
        #expect(ProtocolSniffer.verdict(ByteBuffer(text)) == .certain(expected))
    }

    @Test("a verdict once certain is never changed by more bytes", arguments: table)
    func prefixes(text: String, expected: WireProtocol) {
        let bytes = Array(text.utf8)
        var verdicts: [ProtocolSniffer.Verdict] = []
        for count in 0...bytes.count {
            verdicts.append(ProtocolSniffer.verdict(ByteBuffer(bytes.prefix(count))))
        }
        #expect(verdicts.first == .undecided)
        let decided = verdicts.drop { $0 == .undecided }
        #expect(decided.allSatisfy { $0 == .certain(expected) })
        #expect(decided.count >= 1)
    }

    @Test("what was read before does not count")
    func readerIndex() {
        var buffer = ByteBuffer("GET /{")
        buffer.skip(5)
        #expect(ProtocolSniffer.verdict(buffer) == .certain(.json))
    }

    @Test("every verdict falls within the bytes that may be looked at")
    func bound() {
        for (text, expected) in Self.table where text.utf8.count >= ProtocolSniffer.maxBytes {
            let start = ByteBuffer(text.utf8.prefix(ProtocolSniffer.maxBytes))
            #expect(ProtocolSniffer.verdict(start) == .certain(expected))
        }
    }
}
