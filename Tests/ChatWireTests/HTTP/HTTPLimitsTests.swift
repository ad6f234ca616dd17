// Every limit of HTTP, at it and one over it, in every way of cutting.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("HTTP limits")
struct HTTPLimitsTests {
    private func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    private func error(_ text: String, maxBodyBytes: Int = Limits.maxHTTPBodyBytes) throws
        -> HTTPError?
    {
        let record = try HTTPScene.decode(text, maxBodyBytes: maxBodyBytes, cuts: 4)
        #expect((record.error == nil) == (record.requests.count == 1))
        return record.error
    }

    @Test func aTargetMayHave8KiB() throws {
        let most = Limits.maxHTTPTargetBytes
        #expect(most == 8192)
        for method in ["GET", text(Limits.maxHTTPMethodBytes)] {
            for (start, end) in [("/", ""), ("/?", ""), ("http://a/", ""), ("/", "/%41")] {
                let rest = most - start.utf8.count - end.utf8.count
                let fields = "HTTP/1.1\r\nHost: a\r\n\r\n"
                #expect(try error("\(method) \(start)\(text(rest))\(end) \(fields)") == nil)
                #expect(
                    try error("\(method) \(start)\(text(rest + 1))\(end) \(fields)")
                        == .targetTooLong)
            }
        }
    }

    @Test func anEndlessRequestLineIsRefusedBeforeItEnds() throws {
        #expect(try error("GET /" + text(20_000)) == .targetTooLong)
        #expect(try error(text(20_000)) == .targetTooLong)
    }

    @Test func aMethodMayHave24Bytes() throws {
        let rest = " / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(try error(text(Limits.maxHTTPMethodBytes) + rest) == nil)
        #expect(try error(text(Limits.maxHTTPMethodBytes + 1) + rest) == .methodNotImplemented)
    }

    @Test func aFieldMayHave8KiB() throws {
        let most = Limits.maxHTTPFieldBytes
        #expect(most == 8192)
        for name in ["X: ", text(100) + ":"] {
            let start = "GET / HTTP/1.1\r\nHost: a\r\n" + name
            let rest = most - name.utf8.count
            #expect(try error(start + text(rest) + "\r\n\r\n") == nil)
            #expect(try error(start + text(rest + 1) + "\r\n\r\n") == .fieldsTooLarge)
        }
        #expect(try error("GET / HTTP/1.1\r\nHost: a\r\nX: " + text(9000)) == .fieldsTooLarge)
        #expect(try error("GET / HTTP/1.1\r\nHost: a\r\n" + text(9000)) == .fieldsTooLarge)
    }

    @Test func allFieldsMayHave32KiB() throws {
        let most = Limits.maxHTTPHeaderBytes
        #expect(most == 32 << 10)
        var fields = "Host: a\r\n"
        while most - fields.utf8.count > 8000 { fields += "X: " + text(5000) + "\r\n" }
        let rest = most - fields.utf8.count - "X: \r\n".utf8.count
        let start = "GET / HTTP/1.1\r\n" + fields + "X: "
        #expect(try error(start + text(rest) + "\r\n\r\n") == nil)
        #expect(try error(start + text(rest + 1) + "\r\n\r\n") == .fieldsTooLarge)
        #expect(try error(start + text(rest) + "\r\nY:\r\n\r\n") == .fieldsTooLarge)
        // Together with the longest request line they still fit.
        let line = "GET /" + text(Limits.maxHTTPTargetBytes - 1) + " HTTP/1.1\r\n"
        let request = try HTTPScene.request(line + fields + "Last: " + text(rest - 3) + "\r\n\r\n")
        #expect(request.text(of: "last") == text(rest - 3))
    }

    @Test func aRequestMayHave100Fields() throws {
        let most = Limits.maxHTTPFields
        #expect(most == 100)
        let start = "GET / HTTP/1.1\r\nHost: a\r\n"
        let fields = String(repeating: "X: y\r\n", count: most - 1)
        #expect(try error(start + fields + "\r\n") == nil)
        #expect(try error(start + fields + "X: y\r\n\r\n") == .fieldsTooLarge)
    }

    @Test func contentMayBeAsLongAsTheDecoderIsMadeFor() throws {
        for most in [Limits.maxHTTPBodyBytes, 10, 0] {
            for (count, expected) in [(most, nil), (most + 1, HTTPError.bodyTooLarge)] {
                let start = "POST / HTTP/1.1\r\nHost: a\r\n"
                let fixed = start + "Content-Length: \(count)\r\n\r\n" + text(count)
                #expect(try error(fixed, maxBodyBytes: most) == expected)
                let chunked = start + "Transfer-Encoding: chunked\r\n\r\n"
                let first = count / 2
                var chunks = chunked
                for size in [first, count - first] where size > 0 {
                    chunks += String(size, radix: 16) + "\r\n" + text(size) + "\r\n"
                }
                #expect(try error(chunks + "0\r\n\r\n", maxBodyBytes: most) == expected)
            }
        }
        #expect(Limits.maxHTTPBodyBytes == 64 << 10)
    }

    @Test func aChunkLineMayHave256Bytes() throws {
        let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let most = Limits.maxHTTPChunkLineBytes
        for head in ["1;", "1;x=\"", String(repeating: "0", count: 100) + "1;"] {
            let line = start + head + text(most - head.utf8.count)
            #expect(try error(line + "\r\nx\r\n0\r\n\r\n") == nil)
            #expect(try error(line + "x\r\nx\r\n0\r\n\r\n") == .badChunk)
            #expect(try error(line + text(300)) == .badChunk)
        }
        #expect(try error(start + String(repeating: "0", count: 1000)) == .badChunk)
    }

    @Test func trailersMayHave8KiB() throws {
        let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n"
        let rest = Limits.maxHTTPTrailerBytes - "X: y\r\nY: \r\n".utf8.count
        #expect(try error(start + "Y: " + text(rest) + "\r\n\r\n") == nil)
        #expect(try error(start + "Y: " + text(rest + 1) + "\r\n\r\n") == .fieldsTooLarge)
        #expect(try error(start + "Y: " + text(rest) + "\r\nZ:\r\n\r\n") == .fieldsTooLarge)
        #expect(try error(start + "Y: " + text(9000)) == .fieldsTooLarge)
    }

    @Test func aPathMayHave64Segments() throws {
        let most = String(repeating: "/x", count: Limits.maxHTTPPathSegments)
        #expect(try HTTPScene.get(most).pathSegments.count == Limits.maxHTTPPathSegments)
        #expect(try HTTPScene.error(target: most + "/") == .targetTooLong)
    }

    @Test func aQueryMayHave64Pairs() throws {
        let pairs = (0..<Limits.maxHTTPFormPairs).map { "a=\($0)" }.joined(separator: "&")
        #expect(try HTTPScene.get("/?" + pairs).query.pairs.count == Limits.maxHTTPFormPairs)
        #expect(try HTTPScene.error(target: "/?\(pairs)&&") == nil)
        #expect(try HTTPScene.error(target: "/?\(pairs)&b") == .tooManyParameters)
        #expect(HTTPForm(decoding: pairs.utf8) != nil)
        #expect(HTTPForm(decoding: (pairs + "&b").utf8) == nil)
    }
}
