// A server's end of a control link: who may open one, its signs of life, and how it ends. And what a
// PROXY header changes for what comes behind it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct LinkSessionTests {
    private static let line = #"{"type":"link","v":1,"relay":"r1"}"# + "\n"
    private static let header = "PROXY TCP4 192.0.2.7 127.0.0.1 40001 12000\r\n"

    private func linked(_ server: inout VirtualServer) -> Int {
        let link = server.connect(trust: .trusted)
        server.receive(Self.line.utf8, from: link)
        _ = server.take(link)
        return link
    }

    @Test("A link is opened from a trusted address, however its line is cut")
    func opened() throws {
        let bytes = Array(Self.line.utf8)
        let heard = try DecoderVerifier.verify(bytes) { pieces in
            var server = VirtualServer()
            let link = server.connect(trust: .trusted)
            for piece in pieces { server.receive(piece, from: link) }
            return server.text(link)
        }
        #expect(
            heard == """
                {"type":"linked","v":1,"name":"chatkit"}
                {"type":"availability","capacity":null,"others":0,"in_use":0,"state":"up"}

                """)
    }

    @Test("A stranger's link is refused, and so is one behind a header")
    func refused() {
        for (trust, bytes) in [(PeerTrust.stranger, ""), (.trusted, Self.header)] {
            var server = VirtualServer()
            let link = server.connect(trust: trust)
            server.receive((bytes + Self.line).utf8, from: link)
            #expect(server.text(link).contains(#""type":"error","code":"not_trusted""#))
            #expect(server.clients[link].isClosed)
        }
    }

    @Test("A first line of JSON that is no link is a client's")
    func otherLines() {
        var server = VirtualServer()
        let client = server.connect(trust: .trusted)
        server.receive(#"{"type":"hello","nick":"link"}"#.utf8, from: client)
        #expect(server.take(client) == [])
        server.receive("\n".utf8, from: client)
        #expect(server.text(client).contains(#""type":"welcome""#))
        server.receive(Self.line.utf8, from: client)
        #expect(server.text(client).contains("unknown_type"))
    }

    @Test("A first line that never ends is refused as a client's")
    func endlessLine() {
        var server = VirtualServer()
        let client = server.connect(trust: .trusted)
        server.receive("{".utf8, from: client)
        server.pass(.seconds(11))
        #expect(server.text(client).contains(#""code":"handshake_timeout""#))
        #expect(server.clients[client].isClosed)
    }

    @Test("A link gives signs of life, and is dead after nine seconds without one")
    func silence() {
        var server = VirtualServer()
        let link = linked(&server)
        server.pass(.milliseconds(8999))
        #expect(server.text(link) == "{\"type\":\"beat\"}\n{\"type\":\"beat\"}\n")
        server.receive("{\"type\":\"beat\"}\n".utf8, from: link)
        server.pass(.milliseconds(8999))
        #expect(!server.clients[link].isClosed)
        server.pass(.milliseconds(2))
        #expect(server.clients[link].isClosed)
    }

    @Test("A link that sends too much, or what has no place there, is ended")
    func ended() {
        let tooMany = Limits.controlLinesPerSecond + 1
        let cases = [
            (String(repeating: "{\"type\":\"beat\"}\n", count: tooMany), "flood"),
            (String(repeating: "{\"type\":\"news\"}\n", count: tooMany), "flood"),
            ("{\"type\":\"attended\",\"visit\":1}\n", "bad_line"), (Self.line, "bad_line"),
            ("nonsense\n", "bad_line"),
        ]
        for (text, code) in cases {
            var server = VirtualServer()
            let link = linked(&server)
            server.receive(text.utf8, from: link)
            #expect(server.text(link).hasPrefix("{\"type\":\"error\",\"code\":\"\(code)\""))
            #expect(server.clients[link].isClosed)
        }
    }

    @Test("Behind a header everything is found out as if it came first")
    func behindHeader() throws {
        let protocols: [(String, WireProtocol)] = [
            ("ann\n", .plain), ("{\"type\":\"hello\"}\n", .json), ("NICK ann\r\n", .irc),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", .http), (Self.header, .proxy),
        ]
        for (text, expected) in protocols {
            let found = try DecoderVerifier.verify(Array((Self.header + text).utf8)) { pieces in
                var server = VirtualServer()
                let client = server.connect(trust: .trusted)
                for piece in pieces { server.receive(piece, from: client) }
                return server.clients[client].session.wireProtocol
            }
            #expect(found == expected)
        }
    }

    @Test("Who says nothing behind a header is asked for a nick")
    func promptBehindHeader() {
        var server = VirtualServer()
        let client = server.connect(trust: .trusted)
        server.pass(.milliseconds(200))
        server.receive(Self.header.utf8, from: client)
        #expect(server.clients[client].session.origin?.address == IPAddress("192.0.2.7"))
        server.pass(.milliseconds(249))
        #expect(server.take(client) == [])
        server.pass(.milliseconds(1))
        #expect(server.text(client) == "NICK")
    }

    @Test("A header that is none ends the connection with the reason")
    func badHeader() {
        var server = VirtualServer()
        let client = server.connect(trust: .trusted)
        server.receive("PROXY TCP4 nonsense\r\n".utf8, from: client)
        #expect(server.text(client) == "bad PROXY header: the line is no PROXY header\n")
        #expect(server.clients[client].isClosed)
    }
}
