// PROXY headers of both versions: every way of cutting them, every way of their being wrong.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct ProxyHeaderTests {
    private let signature = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
    private let addresses: [UInt8] = [192, 0, 2, 7, 127, 0, 0, 1, 0x9C, 0x41, 0x2E, 0xE0]

    /// What the bytes, and a rest behind them, come to however they are cut.
    private func decode(_ bytes: [UInt8]) throws -> [DecodedFrame<ProxyHeader>] {
        struct Reader { var isDone = false }
        return try DecoderVerifier.verify(
            bytes, waiting: .leavesInput, decoder: { Reader() }
        ) { reader, input -> ProxyHeader? in
            guard !reader.isDone else { return nil }
            let header = try ProxyHeaderDecoder.next(in: &input)
            reader.isDone = header != nil
            return header
        }
    }

    private func header(_ bytes: [UInt8]) throws -> ProxyHeader? {
        let frames = try decode(bytes)
        #expect(frames.count == 1, "\(frames)")
        return frames.first?.frame
    }

    private func v2(command: UInt8 = 0x21, family: UInt8 = 0x11, _ body: [UInt8]) -> [UInt8] {
        signature + [command, family, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    private func addition(_ type: UInt8, _ value: String) -> [UInt8] {
        [type, 0, UInt8(value.utf8.count)] + Array(value.utf8)
    }

    private func endpoint(_ address: String, _ port: UInt16) -> IPEndpoint? {
        IPAddress(address).map { IPEndpoint($0, port: port) }
    }

    private func relayed(_ visit: UInt64, _ reference: String? = nil) -> RelayedClient? {
        RelayID("r-1").flatMap { RelayedClient(relay: $0, visit: visit, reference: reference) }
    }

    @Test("Version 2 says where a client came from, and leaves what follows")
    func version2() throws {
        let expected = ProxyHeader(
            source: endpoint("192.0.2.7", 40001), destination: endpoint("127.0.0.1", 12000))
        #expect(try header(v2(addresses) + Array("guest\n".utf8)) == expected)
        var input = ByteBuffer(v2(addresses) + Array("guest\n".utf8))
        #expect(try ProxyHeaderDecoder.next(in: &input) == expected)
        #expect(input.text == "guest\n")
    }

    @Test("Version 2 carries IPv6 addresses")
    func version2IPv6() throws {
        let body =
            [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]
            + [UInt8](repeating: 0, count: 15) + [1] + [0x9C, 0x41, 0x2E, 0xE0]
        #expect(
            try header(v2(family: 0x21, body))
                == ProxyHeader(
                    source: endpoint("2001:db8::1", 40001), destination: endpoint("::1", 12000)))
    }

    @Test("LOCAL, UNSPEC and UNKNOWN are the sender's own address")
    func ownAddress() throws {
        #expect(try header(v2(command: 0x20, [1, 2, 3])) == ProxyHeader())
        #expect(try header(v2(command: 0x20, family: 0x77, [])) == ProxyHeader())
        #expect(try header(v2(family: 0, [])) == ProxyHeader())
        #expect(try header(Array("PROXY UNKNOWN\r\n".utf8)) == ProxyHeader())
        #expect(try header(Array("PROXY UNKNOWN whatever there is\r\n".utf8)) == ProxyHeader())
    }

    @Test("Additions are passed over, but for the one that says whom a relay brings")
    func additions() throws {
        let before = addition(0x04, "padding") + addition(0x02, "host.example")
        let source = endpoint("192.0.2.7", 40001)
        let plain = try header(v2(addresses + before))
        #expect(plain?.source == source && plain?.relayed == nil)
        let brought = try header(
            v2(addresses + before + addition(0xE0, "r-1 7") + addition(0x30, "ns")))
        #expect(brought?.source == source && brought?.relayed == relayed(7))
        let reference = try header(v2(addresses + addition(0xE0, "r-1 12 Server B #visit-12")))
        #expect(reference?.relayed == relayed(12, "Server B #visit-12"))
        #expect(try header(v2(family: 0, addition(0xE0, "r-1 0")))?.relayed == relayed(0))
    }

    @Test("Version 1 says where a client came from")
    func version1() throws {
        #expect(
            try header(Array("PROXY TCP4 192.0.2.7 127.0.0.1 40001 12000\r\nNICK a\r\n".utf8))
                == ProxyHeader(
                    source: endpoint("192.0.2.7", 40001),
                    destination: endpoint("127.0.0.1", 12000)))
        #expect(
            try header(Array("PROXY TCP6 2001:db8::1 ::1 40001 12000\r\n".utf8))
                == ProxyHeader(
                    source: endpoint("2001:db8::1", 40001), destination: endpoint("::1", 12000)))
    }

    @Test(
        "A line that is no header is refused",
        arguments: [
            "PROXY \r\n", "PROXY TCP4\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n",
            "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
            "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
            "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
            "PROXY TCP4 a b 1 2\r\n", "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n",
        ])
    func badLines(line: String) throws {
        #expect(try decode(Array(line.utf8)).map(\.error) == ["badLine"])
    }

    @Test("A line ends within 107 bytes")
    func lineLimit() throws {
        let longest = "PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n"
        #expect(longest.utf8.count == 107)
        #expect(try header(Array(longest.utf8)) == ProxyHeader())
        #expect(try decode(Array(("PROXY UNKNOWN x" + longest).utf8)).map(\.error) == ["badLine"])
        #expect(try decode(Array(longest.utf8.dropLast(2)) + [0x78]).isEmpty)
    }

    @Test("What begins like a header and is none is refused")
    func notAHeader() throws {
        #expect(try decode(Array("PROXX TCP4".utf8)).map(\.error) == ["notAHeader"])
        #expect(try decode(Array("\r\n\r\n\0\r\nQUIX\n".utf8)).map(\.error) == ["notAHeader"])
        #expect(try decode([]).isEmpty)
        #expect(try decode(Array("PROX".utf8)).isEmpty)
        #expect(try decode(Array(v2(addresses).dropLast())).isEmpty)
    }

    @Test("A wrong version, command, family or length is refused")
    func wrongHeads() throws {
        let wrong: [([UInt8], String)] = [
            (v2(command: 0x11, addresses), "badVersion"),
            (v2(command: 0x31, addresses), "badVersion"),
            (v2(command: 0x22, addresses), "badCommand"),
            (v2(family: 0x12, addresses), "badFamily"),
            (v2(family: 0x31, addresses), "badFamily"),
            (v2(Array(addresses.dropLast())), "tooShort"),
            (v2(family: 0x21, addresses), "tooShort"),
            (signature + [0x21, 0x11, 0xFF, 0xFF], "tooLong"),
            (v2(addresses + [0x04]), "badAddition"),
            (v2(addresses + [0x04, 0]), "badAddition"),
            (v2(addresses + [0x04, 0, 2, 1]), "badAddition"),
            (v2(addresses + [0xE0, 0, 9, 1]), "badAddition"),
            (v2(addresses + [0xE0, 0, 1, 0xFF]), "badRelayed"),
            (v2(addresses + addition(0xE0, "r-1 7") + addition(0xE0, "r-1 7")), "badRelayed"),
        ]
        for (bytes, error) in wrong {
            #expect(try decode(bytes).map(\.error) == [error], "\(bytes)")
        }
    }

    @Test("A header may have 2048 bytes, and not one more")
    func lengthLimit() throws {
        let room = Limits.maxProxyHeaderBytes - 16 - addresses.count - 3
        let filling = [UInt8](repeating: 0, count: room)
        let most = addresses + [0x04, UInt8(room >> 8), UInt8(room & 0xFF)] + filling
        #expect(try header(v2(most))?.source == endpoint("192.0.2.7", 40001))
        #expect(try decode(v2(most + [0])).map(\.error) == ["tooLong"])
    }

    @Test(
        "Whom a relay brings is a relay, a number and perhaps a reference",
        arguments: [
            "", "r", "r ", " 7", "R 7", "r_ 7", "r -7", "r +7", "r x", "r 7 ", "r 7 a\u{7}b",
            "r 99999999999999999999", String(repeating: "r", count: 33) + " 7",
            "r 7 " + String(repeating: "x", count: 129),
        ])
    func badRelayed(text: String) {
        #expect(RelayedClient(text) == nil)
    }

    @Test("What is written is read again")
    func written() throws {
        let headers = [
            ProxyHeader(), ProxyHeader(relayed: relayed(.max)),
            ProxyHeader(
                source: endpoint("192.0.2.7", 1), destination: endpoint("198.51.100.1", 2),
                relayed: relayed(7, String(repeating: "é", count: 64))),
            ProxyHeader(source: endpoint("2001:db8::7", 1), destination: endpoint("::", 0)),
        ]
        for header in headers {
            var output = ByteBuffer()
            header.write(into: &output)
            #expect(try self.header(output.storage) == header)
        }
        var mixed = ByteBuffer()
        ProxyHeader(source: endpoint("192.0.2.7", 1), destination: endpoint("::1", 2))
            .write(into: &mixed)
        #expect(
            try header(mixed.storage)
                == ProxyHeader(
                    source: endpoint("192.0.2.7", 1), destination: endpoint("0.0.0.0", 0)))
    }
}
