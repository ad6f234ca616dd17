// Answers as they go onto the wire.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("HTTP response")
struct HTTPResponseTests {
    private let now = Timestamp(milliseconds: 784_111_777_999)

    private func exchange(
        _ version: HTTPVersion = .http11, isHead: Bool = false, isKeepAlive: Bool = true
    ) -> HTTPExchange {
        HTTPExchange(isHead: isHead, version: version, isKeepAlive: isKeepAlive)
    }

    /// The answer without the lines that every one has.
    private func encode(_ response: HTTPResponse, _ exchange: HTTPExchange) throws -> String {
        var output = ByteBuffer()
        response.encode(exchange, now: now, into: &output)
        try WireCheck.checkHTTP(
            output.storage, hasContent: response.status.hasContent && !exchange.isHead)
        return plain(output.text)
    }

    private func plain(_ text: String) -> String {
        var lines = text.components(separatedBy: "\r\n")
        let names = HTTPSecurity.fields.map { "\($0.name): " }
        lines.removeAll { line in names.contains { line.hasPrefix($0) } }
        return lines.joined(separator: "|")
    }

    @Test func anAnswerHasItsStatusDateTypeAndLength() throws {
        let text = try encode(.text(.ok, "ok\n"), exchange())
        #expect(
            text == "HTTP/1.1 200 OK|Date: Sun, 06 Nov 1994 08:49:37 GMT|"
                + "Content-Type: text/plain; charset=utf-8|Content-Length: 3||ok\n")
    }

    @Test(
        "the connection field says what becomes of the connection",
        arguments: [
            (HTTPVersion.http11, true, ""), (.http11, false, "Connection: close|"),
            (.http10, true, "Connection: keep-alive|"), (.http10, false, "Connection: close|"),
        ])
    func connections(version: HTTPVersion, isKeepAlive: Bool, field: String) throws {
        let text = try encode(
            HTTPResponse(.ok), exchange(version, isKeepAlive: isKeepAlive))
        #expect(
            text == "HTTP/1.1 200 OK|Date: Sun, 06 Nov 1994 08:49:37 GMT|\(field)"
                + "Content-Length: 0||")
    }

    @Test func headGetsTheLengthWithoutTheContent() throws {
        let text = try encode(.text(.ok, "hello"), exchange(isHead: true))
        #expect(text.hasSuffix("|Content-Length: 5||"))
    }

    @Test(arguments: [HTTPStatus.noContent, .notModified, .switchingProtocols])
    func someAnswersHaveNoContentWhateverTheyWereGiven(status: HTTPStatus) throws {
        let text = try encode(HTTPResponse(status, body: [0x41]), exchange())
        #expect(text.hasSuffix("||"))
        #expect(!text.contains("Content-Length"))
    }

    @Test func anUpgradeNamesItselfAndNothingForPages() {
        var response = HTTPResponse(.switchingProtocols)
        response.add("Upgrade", "websocket")
        var output = ByteBuffer()
        response.encode(exchange(), now: now, into: &output)
        #expect(
            output.text == "HTTP/1.1 101 Switching Protocols\r\n"
                + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\n\r\n")
    }

    @Test func valuesCannotEndTheirLine() throws {
        var response = HTTPResponse(.seeOther)
        let evil = "/a\r\nSet-Cookie: b\r\n\r\n<script>\0\u{7F}é"
        response.add("Location", evil)
        let text = try encode(response, exchange())
        #expect(text.contains("|Location: /a  Set-Cookie: b    <script>  é|"))
    }

    @Test func aHeadCanBeWrittenForContentFromElsewhere() {
        var output = ByteBuffer()
        var response = HTTPResponse(.ok, contentType: "text/html")
        response.add("ETag", "\"a\"")
        response.encodeHead(exchange(), bodyBytes: 12_345, now: now, into: &output)
        #expect(plain(output.text).hasSuffix("|ETag: \"a\"|Content-Length: 12345||"))
    }

    @Test func everyPageIsToldWhatItMayNotDo() {
        var output = ByteBuffer()
        HTTPResponse(.notFound).encode(exchange(), now: now, into: &output)
        let lines = output.text.components(separatedBy: "\r\n")
        for line in [
            "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
                + "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
                + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
            "Cross-Origin-Opener-Policy: same-origin",
            "Cross-Origin-Resource-Policy: same-origin",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func thePolicyHasEveryDirectiveOnceAndNothingInline() {
        let names = HTTPSecurity.contentPolicy.map { "\($0.directive)" }
        #expect(Set(names).count == names.count)
        #expect(names.first == "default-src")
        for (directive, sources) in HTTPSecurity.contentPolicy {
            #expect(!"\(sources)".contains("unsafe"), "\(directive)")
            #expect(!"\(sources)".contains("*"), "\(directive)")
        }
        let fields = HTTPSecurity.fields.map { "\($0.name)".lowercased() }
        #expect(Set(fields).count == fields.count)
    }

    @Test func errorsAreJSONForProgramsAndPeople() throws {
        let text = try encode(
            .failure(.notFound, code: "no_room", message: "there is no \"#x\"\n"), exchange())
        #expect(
            text.hasSuffix(
                "|Content-Type: application/json|Content-Length: 61||"
                    + "{\"error\":{\"code\":\"no_room\",\"message\":\"there is no \\\"#x\\\"\\n\"}}"
            ))
    }

    @Test func everyStatusHasAReason() {
        for status in HTTPStatus.allCases {
            #expect(!"\(status.reason)".isEmpty)
            #expect((100...599).contains(status.rawValue))
        }
        let reasons = HTTPStatus.allCases.map { "\($0.reason)" }
        #expect(Set(reasons).count == reasons.count)
    }

    @Test(
        "dates are written as IMF-fixdate",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_795_259_399_000, "Sat, 21 Nov 2026 11:09:59 GMT"),
            (4_107_542_399_999, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (-62_167_219_200_000, "Sat, 01 Jan 0000 00:00:00 GMT"),
            (.min, "Sat, 01 Jan 0000 00:00:00 GMT"), (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)])
    func dates(milliseconds: Int64, text: String) {
        var output = ByteBuffer()
        output.write(imfFixdate: Timestamp(milliseconds: milliseconds))
        #expect(output.text == text)
    }

    @Test func everyDayHasItsWeekdayAndMonth() {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        for day in 0..<800 {
            var output = ByteBuffer()
            // 2024-01-01 was a Monday.
            let milliseconds = (19_723 + Int64(day)) * 86_400_000
            output.write(imfFixdate: Timestamp(milliseconds: milliseconds))
            #expect(output.text.hasPrefix(days[day % 7] + ", "))
        }
    }

    // MARK: - Streams

    @Test func aStreamIsChunkedForNewClientsAndEndsTheConnectionOfOldOnes() throws {
        let response = HTTPResponse(.ok, contentType: ServerSentEvent.contentType)
        for (version, isHead, framing, fields) in [
            (HTTPVersion.http11, false, HTTPStreamFraming.chunked, "Transfer-Encoding: chunked|"),
            (.http11, true, .none, "Transfer-Encoding: chunked|"),
            (.http10, false, .untilClose, ""), (.http10, true, .none, ""),
        ] {
            var output = ByteBuffer()
            let chosen = response.encodeStreamHead(
                exchange(version, isHead: isHead), now: now, into: &output)
            #expect(chosen == framing)
            let connection = version == .http10 ? "Connection: close|" : ""
            #expect(
                plain(output.text) == "HTTP/1.1 200 OK|Date: Sun, 06 Nov 1994 08:49:37 GMT|"
                    + "\(connection)Content-Type: text/event-stream|\(fields)|")
        }
    }

    @Test func chunksAreFramedAndAnEmptyOneDoesNotEndThem() {
        let long = [UInt8](repeating: 0x41, count: 300)
        for (framing, expected) in [
            (
                HTTPStreamFraming.chunked,
                "2\r\nhi\r\n12c\r\n\(String(decoding: long, as: UTF8.self))\r\n0\r\n\r\n"
            ),
            (.untilClose, "hi" + String(decoding: long, as: UTF8.self)), (.none, ""),
        ] {
            var output = ByteBuffer()
            framing.write(Array("hi".utf8)[...], into: &output)
            framing.write([], into: &output)
            framing.write(long[...], into: &output)
            framing.end(into: &output)
            #expect(output.text == expected)
            #expect(framing.endsWithConnection == (framing == .untilClose))
        }
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
