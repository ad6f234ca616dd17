// Whole requests out of bytes that come in any pieces: RFC 9112.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("HTTP request decoder")
struct HTTPRequestDecoderTests {
    /// A request, and what is to be seen of it: `method path body keepAlive`.
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let seen: [String]

        init(_ text: String, _ seen: String...) {
            self.text = text
            self.seen = seen
        }

        var testDescription: String { text.debugDescription }
    }

    private static let good: [Row] = [
        Row("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / [] keep"),
        Row("GET /healthz HTTP/1.1\r\nhost:127.0.0.1:12000\r\n\r\n", "GET /healthz [] keep"),
        Row("GET / HTTP/1.1\r\nHOST: \t[::1]:80 \t \r\n\r\n", "GET / [] keep"),
        Row("GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "GET / [] keep"),
        Row("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / [] keep"),
        Row("GET / HTTP/1.7\r\nHost: a\r\n\r\n", "GET / [] keep"),
        Row("HEAD /a?b HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /a [] keep"),
        Row("DELETE /a HTTP/1.1\r\nHost: a\r\nX:\r\nY: \r\nZ:z\r\n\r\n", "DELETE /a [] keep"),
        Row("M-SEARCH /a HTTP/1.1\r\nHost: a\r\n\r\n", "M-SEARCH /a [] keep"),
        Row("get /a HTTP/1.1\r\nHost: a\r\n\r\n", "get /a [] keep"),
        Row("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * [] keep"),
        Row("OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS /a [] keep"),
        Row("GET http://b:1/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x [] keep"),
        Row("GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n", "GET / [] keep"),
        Row("GET / HTTP/1.0\r\n\r\n", "GET / [] close"),
        Row("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / [] keep"),
        Row(
            "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
            "GET / [] close"),
        Row("GET / HTTP/1.0\r\nExpect: a miracle\r\n\r\n", "GET / [] close"),
        Row("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", "GET / [] close"),
        Row(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: , y ,close\r\n\r\n",
            "GET / [] close"),
        Row("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", "GET / [] keep"),
        Row("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "POST / [hello] keep"),
        Row("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST / [] keep"),
        Row(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello", "POST / [hello] keep"),
        Row("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "POST / [hi] close"),
        Row("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "GET / [hi] keep"),
        Row("POST / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / [] keep"),
        Row(
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n", "PUT / [abc0123456789] keep"),
        Row(
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n000\r\n\r\n",
            "PUT / [] keep"),
        Row(
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1;a;b=c;d=\" ;\"\r\nx\r\n0;e\r\nX-Sum: 1\r\nY:\r\n\r\n", "PUT / [x] keep"),
        Row(
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n"
                + "0\r\n\r\n", "PUT / [\r\n\r\n] keep"),
        Row(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\nhi",
            "POST / [hi] keep"),
        Row(
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\n"
                + "Content-Length: 2\r\n\r\nhi\r\nGET /c HTTP/1.0\r\n\r\nGET /d HTTP/1.0\r\n\r\n",
            "GET /a [] keep", "POST /b [hi] keep", "GET /c [] close"),
        Row(
            "PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n",
            "PUT /a [] keep", "GET /b [] keep"),
        Row("GET / HTTP/1.1\r\nHost: a\r\n\r"),
        Row("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell"),
        Row("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n"),
        Row("\r\n"),
        Row(""),
    ]

    @Test("good requests come out, however they are cut", arguments: good)
    func goodRequests(row: Row) throws {
        let record = try HTTPScene.decode(row.text)
        #expect(record.error == nil)
        let seen = record.requests.map { request in
            let body = String(decoding: request.body, as: UTF8.self)
            let end = request.isKeepAlive ? "keep" : "close"
            return "\(request.methodName) \(request.rawPath) [\(body)] \(end)"
        }
        #expect(seen == row.seen)
        #expect(record.hasEnded == (record.requests.last?.isKeepAlive == false))
    }

    @Test("an incomplete head is left in the input")
    func waits() throws {
        var decoder = HTTPRequestDecoder()
        var input = ByteBuffer()
        #expect(try decoder.next(in: &input) == nil)
        #expect(!decoder.isWithinRequest)
        input.write("GET / HTTP/1.1\r\nHost: a\r\n")
        #expect(try decoder.next(in: &input) == nil)
        #expect(input.text == "GET / HTTP/1.1\r\nHost: a\r\n")
        #expect(decoder.isWithinRequest)
        input.write("\r\n")
        #expect(try decoder.next(in: &input)?.rawPath == "/")
        #expect(input.isEmpty)
        #expect(!decoder.isWithinRequest)
    }

    @Test("an empty line after a request is not the beginning of another")
    func emptyLineBetween() throws {
        var decoder = HTTPRequestDecoder()
        var input = ByteBuffer("GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n")
        #expect(try decoder.next(in: &input) != nil)
        #expect(try decoder.next(in: &input) == nil)
        #expect(!decoder.isWithinRequest)
        input.write("G")
        #expect(try decoder.next(in: &input) == nil)
        #expect(decoder.isWithinRequest)
    }

    @Test("content leaves the input as it comes")
    func contentIsConsumed() throws {
        for (framing, start) in [
            ("Content-Length: 6", "abc"), ("Transfer-Encoding: chunked", "6\r\nabc"),
        ] {
            var decoder = HTTPRequestDecoder()
            var input = ByteBuffer("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n\(start)")
            #expect(try decoder.next(in: &input) == nil)
            #expect(input.isEmpty)
            #expect(decoder.isWithinRequest)
        }
    }

    @Test("what was searched is not searched again")
    func isLinear() throws {
        let starts = [
            "GET / HTTP/1.1\r\nHost: a\r\nX-Long: ", "GET /",
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;",
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ",
        ]
        for start in starts {
            var decoder = HTTPRequestDecoder()
            var input = ByteBuffer(start)
            #expect(try decoder.next(in: &input) == nil)
            // Line ends in place of what it has seen: who looks again finds them.
            let kept = input.readableBytes
            input = ByteBuffer([UInt8](repeating: 0x0A, count: kept))
            input.write("more")
            #expect(try decoder.next(in: &input) == nil)
            #expect(input.readableBytes == kept + 4)
        }
    }

    @Test("an error is thrown again, and nothing more is consumed")
    func staysFailed() throws {
        var decoder = HTTPRequestDecoder()
        var input = ByteBuffer(
            "GET / HTTP/1.1\r\nHost : a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(throws: HTTPError.badField) { try decoder.next(in: &input) }
        let left = input.readableBytes
        #expect(throws: HTTPError.badField) { try decoder.next(in: &input) }
        #expect(input.readableBytes == left)
        #expect(decoder.hasEnded)
    }

    @Test("nothing is decoded after a request that ends the connection")
    func ends() throws {
        var decoder = HTTPRequestDecoder()
        var input = ByteBuffer("GET / HTTP/1.0\r\n\r\nnonsense\r\n\r\n")
        #expect(try decoder.next(in: &input)?.isKeepAlive == false)
        #expect(decoder.hasEnded)
        #expect(try decoder.next(in: &input) == nil)
    }

    @Test("what follows an upgrade is left for the next protocol")
    func leavesTheRest() throws {
        var decoder = HTTPRequestDecoder()
        var input = ByteBuffer(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        input.write([0x81, 0x85, 0x0A])
        #expect(try decoder.next(in: &input)?.isWebSocketUpgrade == true)
        #expect(Array(input.readable) == [0x81, 0x85, 0x0A])
    }

    @Test("100 Continue is owed once, to who waits for it")
    func continues() throws {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        var decoder = HTTPRequestDecoder()
        var input = ByteBuffer(head + "Content-Length: 2\r\n\r\n")
        #expect(try decoder.next(in: &input) == nil)
        #expect(decoder.takeContinue() == true)
        #expect(decoder.takeContinue() == false)
        input.write("hi")
        #expect(try decoder.next(in: &input)?.body == Array("hi".utf8))
        #expect(decoder.takeContinue() == false)

        input.write(head + "Transfer-Encoding: chunked\r\n\r\n")
        #expect(try decoder.next(in: &input) == nil)
        #expect(decoder.takeContinue() == true)

        for other in [
            // Some of it is there already; there is none; HTTP/1.0 has no such thing.
            head + "Content-Length: 2\r\n\r\nh", head + "\r\n", head + "Content-Length: 0\r\n\r\n",
            "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        ] {
            var decoder = HTTPRequestDecoder()
            var input = ByteBuffer(other)
            _ = try decoder.next(in: &input)
            #expect(decoder.takeContinue() == false, "\(other)")
        }
    }

    @Test("a new limit holds from the next head on")
    func limitChanges() throws {
        var decoder = HTTPRequestDecoder(maxBodyBytes: 1)
        decoder.maxBodyBytes = 3
        let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        var input = ByteBuffer(post + post)
        #expect(try decoder.next(in: &input)?.body.count == 3)
        decoder.maxBodyBytes = 2
        #expect(throws: HTTPError.bodyTooLarge) { try decoder.next(in: &input) }
    }

    @Test("damaged requests give the same results however they are cut")
    func damaged() throws {
        var random = SeededRandom(seed: 5)
        let seed = Array(
            ("POST /a%20b?c=%41 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;x\r\nabc\r\n0\r\nY: z\r\n\r\nPUT / HTTP/1.1\r\nHost: a\r\n"
                + "Content-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\n\r\n").utf8)
        let alphabet = Array("\r\n\t :;,%0a\0\u{7F}".utf8)
        for _ in 0..<300 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = alphabet.randomElement(using: &random) ?? 0
            }
            _ = try HTTPScene.decode(bytes, cuts: 4)
        }
    }
}
