// Answers to requests of ours, in every way of cutting them, up to every limit.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("HTTP replies")
struct HTTPReplyDecoderTests {
    private func decode(
        _ text: String, maxBodyBytes: Int = 1000
    ) throws -> Result<HTTPReply, HTTPReplyError> {
        try DecoderVerifier.verify(Array(text.utf8), cuts: 8) { pieces in
            try HTTPReplyFuzz.reply(pieces, maxBodyBytes: maxBodyBytes)
        }
    }

    private func reply(_ text: String) throws -> HTTPReply { try decode(text).get() }

    private func error(_ text: String, maxBodyBytes: Int = 1000) throws -> HTTPReplyError? {
        switch try decode(text, maxBodyBytes: maxBodyBytes) {
        case .success: nil
        case .failure(let error): error
        }
    }

    private func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test("an answer is as long as it says")
    func contentLength() throws {
        let reply = try reply(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-LENGTH: 5\r\n\r\nhellorest")
        #expect(reply.status == 200 && reply.isSuccess)
        #expect(reply.body == Array("hello".utf8))
        #expect(reply.text(of: "content-type") == "text/plain")
        #expect(reply.text(of: "location") == nil)
    }

    @Test("chunks are put together, their trailer is passed over")
    func chunks() throws {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let reply = try reply(head + "5\r\nhello\r\n3;x=y\r\n, w\r\n0\r\nX: y\r\n\r\n")
        #expect(reply.body == Array("hello, w".utf8))
        #expect(try error(head + "5\r\nhello") == .truncated)
        #expect(try error(head + "five\r\n") == .badChunk)
        #expect(try error(head + "5\r\nhelloX") == .badChunk)
        #expect(try error(head + "5\n") == .bareLineFeed)
    }

    @Test("without a length the connection's end is the content's")
    func untilClose() throws {
        #expect(try reply("HTTP/1.0 404\r\n\r\nnothing here").body == Array("nothing here".utf8))
        #expect(try reply("HTTP/1.1 200 \r\n\r\n").body.isEmpty)
    }

    @Test("there are answers without content, whatever they say of it")
    func noContent() throws {
        for status in ["204 No Content", "304 Not Modified"] {
            let reply = try reply("HTTP/1.1 \(status)\r\nContent-Length: 7\r\n\r\n")
            #expect(reply.body.isEmpty)
        }
    }

    @Test("interim answers are passed over, but not for ever")
    func interim() throws {
        let one = "HTTP/1.1 100 Continue\r\n\r\n"
        let last = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        let most = String(repeating: one, count: Limits.maxHTTPInterimReplies)
        #expect(try reply(most + last).status == 200)
        #expect(try error(most + one + last) == .tooManyInterim)
        #expect(try error("HTTP/1.1 101 Switching Protocols\r\n\r\n") == .switched)
    }

    @Test(
        "a status line is a version and a status",
        arguments: [
            "NICK", "HTTP/2 200 OK", "HTTP/1.2 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 20 OK",
            "HTTP/1.1 099 OK", "HTTP/1.1 600 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 200 O\u{0}K", "",
            "HTTP/1.1 +20 OK",
        ])
    func statusLine(line: String) throws {
        #expect(try error(line + "\r\n\r\n") == .badStatusLine)
    }

    @Test("what says two lengths, or an unknown coding, is refused")
    func framing() throws {
        func error(_ fields: String...) throws -> HTTPReplyError? {
            let lines = fields.map { $0 + "\r\n" }.joined()
            return try self.error("HTTP/1.1 200 OK\r\n\(lines)\r\n0\r\n\r\n")
        }
        #expect(try error("Content-Length: 1", "Content-Length: 1") == .badLength)
        #expect(try error("Content-Length: 1, 1") == .badLength)
        #expect(try error("Content-Length: -1") == .badLength)
        #expect(try error("Content-Length: 5", "Transfer-Encoding: chunked") == .badLength)
        #expect(try error("Transfer-Encoding: gzip, chunked") == .badTransferCoding)
        #expect(
            try error("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")
                == .badTransferCoding)
        #expect(try error("Content-Length : 1") == .badField)
        #expect(try error("A: b", " folded") == .badField)
        #expect(
            try self.error("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                == .badTransferCoding)
    }

    @Test("what ends too early is no answer")
    func truncated() throws {
        for text in ["", "HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"] {
            #expect(try error(text) == .truncated)
        }
    }

    @Test("content may be as long as the reader wants it")
    func longest() throws {
        let head = "HTTP/1.1 200 OK\r\n"
        let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
        for (count, expected) in [(1000, nil), (1001, HTTPReplyError.bodyTooLarge)] {
            let body = text(count)
            #expect(try error(head + "Content-Length: \(count)\r\n\r\n" + body) == expected)
            #expect(try error(head + "\r\n" + body) == expected)
            let size = String(count, radix: 16)
            #expect(try error(chunked + "\(size)\r\n\(body)\r\n0\r\n\r\n") == expected)
        }
        let huge = "9223372036854775807"
        #expect(try error(head + "Content-Length: \(huge)0\r\n\r\n") == .bodyTooLarge)
    }

    @Test("lines, fields and sections have their limits")
    func limits() throws {
        let end = "Content-Length: 0\r\n\r\n"
        let phrase = Limits.maxHTTPFieldBytes - 13
        #expect(try error("HTTP/1.1 200 \(text(phrase))\r\n" + end) == nil)
        #expect(try error("HTTP/1.1 200 \(text(phrase + 1))\r\n" + end) == .badStatusLine)
        #expect(try error(text(20_000)) == .badStatusLine)
        let ok = "HTTP/1.1 200 OK\r\n"
        let value = Limits.maxHTTPFieldBytes - 3
        #expect(try error(ok + "X: \(text(value))\r\n" + end) == nil)
        #expect(try error(ok + "X: \(text(value + 1))\r\n" + end) == .fieldsTooLarge)
        let many = String(repeating: "X: y\r\n", count: Limits.maxHTTPFields - 1)
        #expect(try error(ok + many + end) == nil)
        #expect(try error(ok + many + "X: y\r\n" + end) == .fieldsTooLarge)
        let section = String(repeating: "X: \(text(8000))\r\n", count: 5)
        #expect(try error(ok + section + end) == .fieldsTooLarge)
    }

    @Test("an answer of ours is read as it was written")
    func ours() throws {
        let response = HTTPResponse.failure(.unauthorized, code: "no_token", message: "who?")
        var bytes = ByteBuffer()
        let exchange = HTTPExchange(isHead: false, version: .http11, isKeepAlive: false)
        response.encode(exchange, now: Timestamp(milliseconds: 0), into: &bytes)
        let reply = try reply(bytes.text)
        #expect(reply.status == 401 && !reply.isSuccess)
        #expect(reply.failure?.code == "no_token" && reply.failure?.message == "who?")
        #expect(try self.reply("HTTP/1.1 200 OK\r\n\r\n[").json == nil)
    }
}
