// Answers, encoded for HTTP/1.1 and 1.0 clients: RFC 9110 §6, §8.6, §15; RFC 9112 §4, §6, §9.
// Invariant: no name or value holds CR, LF or another control, so an answer is exactly one answer
// whatever its values were made of (no response splitting).
// SPDX-License-Identifier: GPL-3.0-or-later

/// What an answer's framing depends on besides itself. Outlives the request it was made from.
package struct HTTPExchange: Hashable, Sendable {
    /// The content is not sent, though its length is.
    package var isHead: Bool
    package var version: HTTPVersion
    /// Another request may follow. Set to false by a server that is about to stop.
    package var isKeepAlive: Bool

    package init(isHead: Bool, version: HTTPVersion, isKeepAlive: Bool) {
        self.isHead = isHead
        self.version = version
        self.isKeepAlive = isKeepAlive
    }
}

/// A response: its status, what it says of itself, and its content.
package struct HTTPResponse: Sendable {
    package var status: HTTPStatus
    package var body: [UInt8]
    /// `Name: value CRLF` of each field that was added.
    private var lines = ByteBuffer()

    /// A response with content of a media type; without one it has no Content-Type.
    package init(
        _ status: HTTPStatus, contentType: StaticString? = nil, body: [UInt8] = []
    ) {
        self.status = status
        self.body = body
        if let contentType { add("Content-Type", contentType) }
    }

    /// Plain text in UTF-8.
    package static func text(_ status: HTTPStatus, _ text: String) -> HTTPResponse {
        HTTPResponse(status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// JSON, written by `write`.
    package static func json(
        _ status: HTTPStatus, _ write: (inout ByteBuffer) -> Void
    ) -> HTTPResponse {
        var body = ByteBuffer()
        write(&body)
        return HTTPResponse(status, contentType: "application/json", body: body.storage)
    }

    /// `{"error":{"code":…,"message":…}}`.
    /// - Parameters:
    ///   - code: the word for programs.
    ///   - message: the sentence for people.
    package static func failure(
        _ status: HTTPStatus, code: String, message: String
    ) -> HTTPResponse {
        json(status) { body in
            body.beginObject()
            body.beginObject("error")
            body.member("code", code)
            body.member("message", message)
            body.endObject()
            body.endObject()
        }
    }

    // MARK: - Fields

    /// Adds a field. Date, Content-Length, Transfer-Encoding, Connection and those of `HTTPSecurity`
    /// are written without being added.
    package mutating func add(_ name: StaticString, _ value: StaticString) {
        lines.write(literal: name)
        lines.write(literal: ": ")
        lines.write(literal: value)
        lines.write(literal: "\r\n")
    }

    /// Adds a field with a value of any origin: controls in it become spaces.
    package mutating func add(_ name: StaticString, _ value: String) {
        lines.write(literal: name)
        lines.write(literal: ": ")
        for byte in value.utf8 { lines.write(byte < 0x20 || byte == 0x7F ? 0x20 : byte) }
        lines.write(literal: "\r\n")
    }

    // MARK: - Encoding

    /// Writes the whole answer.
    package func encode(
        _ exchange: HTTPExchange, now: Timestamp, into output: inout ByteBuffer
    ) {
        encodeHead(exchange, bodyBytes: body.count, now: now, into: &output)
        if status.hasContent, !exchange.isHead { output.write(body) }
    }

    /// Writes the head of an answer whose content, `bodyBytes` of it, comes from elsewhere. It is
    /// not to be sent when `exchange.isHead` or the status has none.
    package func encodeHead(
        _ exchange: HTTPExchange, bodyBytes: Int, now: Timestamp, into output: inout ByteBuffer
    ) {
        beginHead(isKeepAlive: exchange.isKeepAlive, exchange.version, now, &output)
        if status.hasContent {
            output.write(literal: "Content-Length: ")
            output.write(decimal: bodyBytes)
            output.write(literal: "\r\n")
        }
        output.write(literal: "\r\n")
    }

    /// Writes the head of an answer whose length is not known yet.
    /// - Returns: how its content is to be framed.
    package func encodeStreamHead(
        _ exchange: HTTPExchange, now: Timestamp, into output: inout ByteBuffer
    ) -> HTTPStreamFraming {
        // HTTP/1.0 has no chunks: there the content ends with the connection.
        let isChunked = exchange.version == .http11
        beginHead(
            isKeepAlive: exchange.isKeepAlive && isChunked, exchange.version, now, &output)
        if isChunked { output.write(literal: "Transfer-Encoding: chunked\r\n") }
        output.write(literal: "\r\n")
        return exchange.isHead ? .none : isChunked ? .chunked : .untilClose
    }

    /// Everything up to the length.
    private func beginHead(
        isKeepAlive: Bool, _ version: HTTPVersion, _ now: Timestamp, _ output: inout ByteBuffer
    ) {
        output.write(literal: "HTTP/1.1 ")
        output.write(decimal: status.rawValue)
        output.write(UInt8(ascii: " "))
        output.write(literal: status.reason)
        output.write(literal: "\r\nDate: ")
        output.write(imfFixdate: now)
        output.write(literal: "\r\n")
        switch (status, isKeepAlive, version) {
        case (.switchingProtocols, _, _): output.write(literal: "Connection: Upgrade\r\n")
        case (_, false, _): output.write(literal: "Connection: close\r\n")
        case (_, true, .http10): output.write(literal: "Connection: keep-alive\r\n")
        case (_, true, .http11): break
        }
        output.write(lines.readable)
        if status != .switchingProtocols { output.write(HTTPSecurity.lines) }
    }
}

/// How content of unknown length is told from what follows it.
package enum HTTPStreamFraming: Hashable, Sendable {
    /// RFC 9112 §7.1.
    case chunked
    /// It ends when the connection is closed.
    case untilClose
    /// There is none: the request was HEAD.
    case none

    /// Writes a piece of the content; an empty one writes nothing.
    package func write(_ bytes: ArraySlice<UInt8>, into output: inout ByteBuffer) {
        guard !bytes.isEmpty else { return }
        switch self {
        case .none: break
        case .untilClose: output.write(bytes)
        case .chunked:
            output.write(UInt64(bytes.count), radix: 16)
            output.write(literal: "\r\n")
            output.write(bytes)
            output.write(literal: "\r\n")
        }
    }

    /// Writes what ends the content.
    package func end(into output: inout ByteBuffer) {
        if self == .chunked { output.write(literal: "0\r\n\r\n") }
    }

    /// Whether the connection has to be closed behind the content.
    package var endsWithConnection: Bool { self == .untilClose }
}
