// Requests that are refused, each with its one status: RFC 9112 §11.2 (smuggling) and everything
// that two readers could take differently.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Refused HTTP requests")
struct HTTPRefusedRequestsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let error: HTTPError

        init(_ text: String, _ error: HTTPError) {
            self.text = text
            self.error = error
        }

        var testDescription: String { "\(text.debugDescription) \(error)" }
    }

    /// Refused before the fields matter.
    private static let requestLines: [Row] = [
        Row("GET /", .versionNotSupported),
        Row("GET / HTTP/0.9", .versionNotSupported),
        Row("GET / HTTP/2.0", .versionNotSupported),
        Row("GET / HTTP/3.0", .versionNotSupported),
        Row("PRI * HTTP/2.0", .versionNotSupported),
        Row("GET", .badRequestLine),
        Row("GET ", .badRequestLine),
        Row("POST /", .badRequestLine),
        Row(" GET / HTTP/1.1", .badRequestLine),
        Row("GET  / HTTP/1.1", .badRequestLine),
        Row("GET /  HTTP/1.1", .badRequestLine),
        Row("GET / HTTP/1.1 ", .badRequestLine),
        Row("GET / HTTP/1.1 x", .badRequestLine),
        Row("GET\t/\tHTTP/1.1", .badRequestLine),
        Row("GET / \tHTTP/1.1", .badRequestLine),
        Row("GET /a b HTTP/1.1", .badRequestLine),
        Row("GET / http/1.1", .badRequestLine),
        Row("GET / HTTP/1", .badRequestLine),
        Row("GET / HTTP/1.", .badRequestLine),
        Row("GET / HTTP/1.10", .badRequestLine),
        Row("GET / HTTP/+1.1", .badRequestLine),
        Row("GET / HTTP/1,1", .badRequestLine),
        Row("GET / HTTP/a.1", .badRequestLine),
        Row("GET / HTTQ/1.1", .badRequestLine),
        Row("GET / ", .badRequestLine),
        Row("GET HTTP/1.1", .versionNotSupported),
        Row("G(T / HTTP/1.1", .badRequestLine),
        Row("G\0T / HTTP/1.1", .badRequestLine),
        Row("GÉT / HTTP/1.1", .badRequestLine),
        Row("\u{16}\u{3}\u{1}", .badRequestLine),
        Row("GET / HTTP/1.1\rHost: a", .badRequestLine),
        Row("\r\n\r\nGET / HTTP/1.1", .badRequestLine),
        Row("CONNECT a:80 HTTP/1.1", .methodNotImplemented),
        Row("CONNECT / HTTP/1.1", .methodNotImplemented),
        Row("GETGETGETGETGETGETGETGETG / HTTP/1.1", .methodNotImplemented),
        Row("GET * HTTP/1.1", .badTarget),
        Row("OPTIONS ** HTTP/1.1", .badTarget),
        Row("OPTIONS *?a HTTP/1.1", .badTarget),
        Row("GET a:80 HTTP/1.1", .badTarget),
        Row("GET a/b HTTP/1.1", .badTarget),
        Row("GET ?a HTTP/1.1", .badTarget),
        Row("GET ftp://a/ HTTP/1.1", .badTarget),
        Row("GET http:/a HTTP/1.1", .badTarget),
        Row("GET http:///a HTTP/1.1", .badTarget),
        Row("GET http://u@a/ HTTP/1.1", .badTarget),
        Row("GET http://a:b/ HTTP/1.1", .badTarget),
        Row("GET http://a\\b/ HTTP/1.1", .badTarget),
        Row("GET /a#b HTTP/1.1", .badTarget),
        Row("GET /\"a\" HTTP/1.1", .badTarget),
        Row("GET /<a> HTTP/1.1", .badTarget),
        Row("GET /a\\b HTTP/1.1", .badTarget),
        Row("GET /é HTTP/1.1", .badTarget),
        Row("GET /?é HTTP/1.1", .badTarget),
        Row("GET /\0 HTTP/1.1", .badTarget),
        Row("GET /\u{7F} HTTP/1.1", .badTarget),
        Row("GET /a\tb HTTP/1.1", .badTarget),
        Row("GET /% HTTP/1.1", .badTarget),
        Row("GET /%4 HTTP/1.1", .badTarget),
        Row("GET /%4/1 HTTP/1.1", .badTarget),
        Row("GET /%4g HTTP/1.1", .badTarget),
        Row("GET /%+1 HTTP/1.1", .badTarget),
        Row("GET /%u0041 HTTP/1.1", .badTarget),
        Row("GET /%00 HTTP/1.1", .badTarget),
        Row("GET /%0d%0aX:%20y HTTP/1.1", .badTarget),
        Row("GET /%7f HTTP/1.1", .badTarget),
        Row("GET /a%2Fb HTTP/1.1", .badTarget),
        Row("GET /a%5cb HTTP/1.1", .badTarget),
        Row("GET /%ff HTTP/1.1", .badTarget),
        Row("GET /%c0%af HTTP/1.1", .badTarget),
        Row("GET /%ed%a0%80 HTTP/1.1", .badTarget),
        Row("GET /. HTTP/1.1", .badTarget),
        Row("GET /.. HTTP/1.1", .badTarget),
        Row("GET /a/../b HTTP/1.1", .badTarget),
        Row("GET /a/./b HTTP/1.1", .badTarget),
        Row("GET /a/.. HTTP/1.1", .badTarget),
        Row("GET /%2e%2E/a HTTP/1.1", .badTarget),
        Row("GET /.%2e HTTP/1.1", .badTarget),
        Row("GET http://a/../b HTTP/1.1", .badTarget),
        Row("GET /?% HTTP/1.1", .badTarget),
        Row("GET /?a=%4 HTTP/1.1", .badTarget),
        Row("GET /?a=%zz HTTP/1.1", .badTarget),
        Row("GET /?a#b HTTP/1.1", .badTarget),
    ]

    @Test("a bad request line is refused", arguments: requestLines)
    func badRequestLines(row: Row) throws {
        let record = try HTTPScene.decode(row.text + "\r\nHost: a\r\n\r\n", cuts: 8)
        #expect(record.error == row.error)
        #expect(record.requests.isEmpty)
    }

    /// Lines behind `POST / HTTP/1.1`, the CRLF of the last one and the empty line left out.
    private static let heads: [Row] = [
        Row("X: y", .badHost),
        Row("Host:", .badHost),
        Row("Host: ", .badHost),
        Row("Host: a\r\nHost: a", .badHost),
        Row("Host: a\r\nhost: b", .badHost),
        Row("Host: a, b", .badHost),
        Row("Host: a b", .badHost),
        Row("Host: a/b", .badHost),
        Row("Host: u@a", .badHost),
        Row("Host: http://a", .badHost),
        Row("Host: a:b", .badHost),
        Row("Host: a:65536", .badHost),
        Row("Host: a:-1", .badHost),
        Row("Host: :80", .badHost),
        Row("Host: ::1", .badHost),
        Row("Host: [::1", .badHost),
        Row("Host: [::1]x", .badHost),
        Row("Host: []", .badHost),
        Row("Host: [fe80::1%25eth0]", .badHost),
        Row("Host: é", .badHost),
        Row("Host: %41", .badHost),
        Row("Host : a", .badField),
        Row("Host\t: a", .badField),
        Row(" Host: a", .badField),
        Row("\tHost: a", .badField),
        Row("Host: a\r\nX: y\r\n z", .badField),
        Row("Host: a\r\nX: y\r\n\tz", .badField),
        Row("Host: a\r\n ", .badField),
        Row("Host: a\r\n: y", .badField),
        Row("Host: a\r\nX", .badField),
        Row("Host: a\r\nX y: z", .badField),
        Row("Host: a\r\nX(y): z", .badField),
        Row("Host: a\r\nÄ: z", .badField),
        Row("Host: a\r\nX\0: z", .badField),
        Row("Host: a\r\nX: \0", .badField),
        Row("Host: a\r\nX: long enough for a word\0", .badField),
        Row("Host: a\r\nX: y\rz", .badField),
        Row("Host: a\r\nX: y\r", .badField),
        Row("Host: a\r\nX: \u{7F}", .badField),
        Row("Host: a\r\nX: long enough \u{7F} for a word", .badField),
        Row("Host: a\r\nX: \u{8}", .badField),
        Row("Host: a\nX: y", .bareLineFeed),
        Row("Host: a\r\nX: y\nContent-Length: 5", .bareLineFeed),
        Row("Host: a\r\n\nX: y", .bareLineFeed),
        Row("Host: a\r\nContent-Length:", .badContentLength),
        Row("Host: a\r\nContent-Length: x", .badContentLength),
        Row("Host: a\r\nContent-Length: +5", .badContentLength),
        Row("Host: a\r\nContent-Length: -5", .badContentLength),
        Row("Host: a\r\nContent-Length: 0x5", .badContentLength),
        Row("Host: a\r\nContent-Length: 5 5", .badContentLength),
        Row("Host: a\r\nContent-Length: 5, 5", .badContentLength),
        Row("Host: a\r\nContent-Length: 5,6", .badContentLength),
        Row("Host: a\r\nContent-Length: 5;", .badContentLength),
        Row("Host: a\r\nContent-Length: 5.0", .badContentLength),
        Row("Host: a\r\nContent-Length: ٥", .badContentLength),
        Row("Host: a\r\nContent-Length: 5\r\nContent-Length: 5", .badContentLength),
        Row("Host: a\r\nContent-Length: 5\r\ncontent-length: 6", .badContentLength),
        Row("Host: a\r\nContent-Length: 65537", .bodyTooLarge),
        Row("Host: a\r\nContent-Length: 9223372036854775808", .bodyTooLarge),
        Row("Host: a\r\nContent-Length: 18446744073709551621", .bodyTooLarge),
        Row("Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", .conflictingLengths),
        Row("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0", .conflictingLengths),
        Row("Host: a\r\nTransfer-Encoding:", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: identity", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: gzip", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: xchunked", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: \"chunked\"", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: chunked;q=1", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: ,chunked", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: chunked,", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: chunked, identity", .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: chunked, chunked", .badTransferCoding),
        Row(
            "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            .badTransferCoding),
        Row("Host: a\r\nTransfer-Encoding: gzip, chunked", .transferCodingNotImplemented),
        Row("Host: a\r\nTransfer-Encoding : chunked", .badField),
        Row("Host: a\r\nTransfer-Encoding: \u{B}chunked", .badField),
        Row("Host: a\r\nExpect: 200-ok", .expectationFailed),
        Row("Host: a\r\nExpect: 100-continue, x", .expectationFailed),
    ]

    @Test("a bad head is refused", arguments: heads)
    func badHeads(row: Row) throws {
        let record = try HTTPScene.decode(
            "POST / HTTP/1.1\r\n\(row.text)\r\n\r\n0\r\n\r\n", cuts: 8)
        #expect(record.error == row.error)
        #expect(record.requests.isEmpty)
    }

    @Test("so is what HTTP/1.0 does not have")
    func versionZero() throws {
        let start = "POST / HTTP/1.0\r\n"
        let coded = try HTTPScene.decode(start + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(coded.error == .badTransferCoding)
        #expect(try HTTPScene.decode(start + "Host: a\r\nHost: a\r\n\r\n").error == .badHost)
    }

    /// What follows the head of a chunked request.
    private static let chunks: [Row] = [
        Row("\r\n", .badChunk),
        Row("g\r\n", .badChunk),
        Row("+5\r\nhello\r\n", .badChunk),
        Row("-5\r\nhello\r\n", .badChunk),
        Row("0x5\r\nhello\r\n", .badChunk),
        Row(" 5\r\nhello\r\n", .badChunk),
        Row("5 \r\nhello\r\n", .badChunk),
        Row("5\t\r\nhello\r\n", .badChunk),
        Row("5 ;x\r\nhello\r\n", .badChunk),
        Row("5; x\r\nhello\r\n", .badChunk),
        Row("5;\r\nhello\r\n", .badChunk),
        Row(";x\r\nhello\r\n", .badChunk),
        Row("5;x\0\r\nhello\r\n", .badChunk),
        Row("5;x\ry\r\nhello\r\n", .badChunk),
        Row("5\rX\r\nhello\r\n", .badChunk),
        Row("5_0\r\nhello\r\n", .badChunk),
        Row("5.0\r\nhello\r\n", .badChunk),
        Row("5,5\r\nhello\r\n", .badChunk),
        Row("5\nhello\r\n", .bareLineFeed),
        Row("5;x\nhello\r\n", .bareLineFeed),
        Row("5\r\nhello0\r\n\r\n", .badChunk),
        Row("5\r\nhelloX\r\n", .badChunk),
        Row("5\r\nhello\n0\r\n\r\n", .badChunk),
        Row("5\r\nhello\rX", .badChunk),
        Row("5\r\nhello \r\n", .badChunk),
        Row("2\r\nhello\r\n", .badChunk),
        Row("10001\r\n", .bodyTooLarge),
        Row("FFFFFFFF\r\n", .bodyTooLarge),
        Row("7fffffffffffffff\r\n", .bodyTooLarge),
        Row("8000000000000000\r\n", .bodyTooLarge),
        Row("10000000000000005\r\nhello\r\n", .bodyTooLarge),
        Row("0\r\nX y: z\r\n\r\n", .badTrailer),
        Row("0\r\nX : z\r\n\r\n", .badTrailer),
        Row("0\r\nX: y\r\n z\r\n\r\n", .badTrailer),
        Row("0\r\nX: \0\r\n\r\n", .badTrailer),
        Row("0\r\nX: y\rz\r\n\r\n", .badTrailer),
        Row("0\r\nGET / HTTP/1.1\r\n\r\n", .badTrailer),
        Row("0\r\nContent-Length: 5\r\n\r\n", .badTrailer),
        Row("0\r\nTransfer-Encoding: chunked\r\n\r\n", .badTrailer),
        Row("0\r\nHost: b\r\n\r\n", .badTrailer),
        Row("0\r\nX: y\n\r\n", .bareLineFeed),
        Row("0\r\n\n", .bareLineFeed),
    ]

    @Test("so are bad chunks and trailers", arguments: chunks)
    func badChunks(row: Row) throws {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let record = try HTTPScene.decode(head + row.text, cuts: 8)
        #expect(record.error == row.error)
        #expect(record.requests.isEmpty)
    }

    @Test("what was good before a bad request is still delivered, and nothing after it")
    func afterGoodOnes() throws {
        let good = "GET /good HTTP/1.1\r\nHost: a\r\n\r\n"
        let record = try HTTPScene.decode(good + "GET /bad HTTP/1.1\r\n\r\n" + good)
        #expect(record.requests.map(\.rawPath) == ["/good"])
        #expect(record.error == .badHost)
        #expect(record.hasEnded)
    }

    @Test("every error has its status, a code of its own, and closes")
    func statuses() {
        let expected: [HTTPError: UInt16] = [
            .methodNotImplemented: 501, .transferCodingNotImplemented: 501,
            .versionNotSupported: 505, .targetTooLong: 414, .fieldsTooLarge: 431,
            .bodyTooLarge: 413, .expectationFailed: 417,
        ]
        for error in HTTPError.allCases {
            #expect(error.status.rawValue == expected[error] ?? 400, "\(error)")
            #expect(!error.exchange.isKeepAlive)
            #expect(!error.message.isEmpty)
        }
        #expect(Set(HTTPError.allCases.map(\.code)).count == HTTPError.allCases.count)
    }

    @Test("every error's answer is one response that closes the connection")
    func answers() throws {
        for error in HTTPError.allCases {
            var output = ByteBuffer()
            error.response.encode(
                error.exchange, now: Timestamp(milliseconds: 0), into: &output)
            try WireCheck.checkHTTP(output.storage, hasContent: true)
            #expect(output.text.hasPrefix("HTTP/1.1 \(error.status.rawValue) "))
            #expect(output.text.contains("\r\nConnection: close\r\n"))
            #expect(output.text.hasSuffix("\"message\":\"\(error.message)\"}}"))
        }
    }

    @Test("characters are allowed exactly where the grammar has them")
    func everyByte() throws {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        let digits = "0123456789"
        let tokens = Set((letters + digits + "!#$%&'*+-.^_`|~").utf8)
        let hosts = Set((letters + digits + "-._~").utf8)
        for byte in UInt8.min...UInt8.max where byte != 0x0D && byte != 0x0A {
            let visible = byte > 0x20 && byte < 0x7F
            let inName = try HTTPScene.error(field: Array("X".utf8) + [byte] + Array(": y".utf8))
            // A colon ends the name.
            #expect((inName == nil) == (tokens.contains(byte) || byte == 0x3A), "name \(byte)")
            let value = try HTTPScene.error(field: Array("X: y".utf8) + [byte] + Array("z".utf8))
            #expect((value == nil) == (byte >= 0x20 && byte != 0x7F || byte == 0x09), "\(byte)")
            for (start, forbidden) in [("/a", "%\"#<>\\"), ("/?", "%\"#<>")] {
                let line = Array("GET \(start)".utf8) + [byte] + Array("z HTTP/1.1".utf8)
                let record = try HTTPScene.decode(
                    line + Array("\r\nHost: a\r\n\r\n".utf8), cuts: 1)
                let isAllowed = visible && !forbidden.utf8.contains(byte)
                #expect((record.error == nil) == isAllowed, "\(start) \(byte)")
            }
            let host = try HTTPScene.decode(
                Array("GET / HTTP/1.1\r\nHost: a".utf8) + [byte] + Array("a\r\n\r\n".utf8), cuts: 1)
            #expect((host.error == nil) == hosts.contains(byte), "host \(byte)")
        }
    }
}
