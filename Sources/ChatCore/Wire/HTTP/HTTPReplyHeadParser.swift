// The status line and the header fields of an answer, a line at a time, as they come in (RFC 9112 §4,
// §5). As strict as the one of requests: CRLF only, no folding, one length.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads the head of one answer.
struct HTTPReplyHeadParser: Sendable {
    private(set) var status = 0
    private(set) var fields: [HTTPField] = []
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private var isHTTP10 = false
    private var lines = HTTPHeadLines<HTTPReplyError>(maxStartLine: Limits.maxHTTPFieldBytes)

    /// Goes on reading `bytes`, which begin with what it was given before.
    /// - Returns: the length of the head with the empty line at its end, or nil when it is not whole.
    mutating func next(in bytes: UnsafeRawBufferPointer) throws(HTTPReplyError) -> Int? {
        while let line = try lines.next(in: bytes) {
            if !lines.isInFields {
                try readStatusLine(UnsafeRawBufferPointer(rebasing: bytes[line]))
                lines.startLineEnded()
            } else if line.isEmpty {
                guard !(isChunked && contentLength != nil) else { throw .badLength }
                guard !(isChunked && isHTTP10) else { throw .badTransferCoding }
                return lines.lineStart
            } else {
                try readField(bytes, line)
            }
        }
        return nil
    }

    /// Reads `HTTP/1.1 200 OK`; the phrase, and the space before it, may be missing.
    private mutating func readStatusLine(
        _ line: UnsafeRawBufferPointer
    ) throws(HTTPReplyError) {
        let space = UInt8(ascii: " ")
        guard line.count >= 12, line[8] == space, line.count == 12 || line[12] == space else {
            throw .badStatusLine
        }
        let version = UnsafeRawBufferPointer(rebasing: line[..<8])
        isHTTP10 = HTTPScan.isEqual(version, "http/1.0")
        let code = HTTPScan.decimal(UnsafeRawBufferPointer(rebasing: line[9..<12]))
        guard isHTTP10 || HTTPScan.isEqual(version, "http/1.1"), let code,
            (100...599).contains(code), HTTPScan.isFieldContent(line, 12..<line.count)
        else { throw .badStatusLine }
        status = code
    }

    private mutating func readField(
        _ bytes: UnsafeRawBufferPointer, _ line: Range<Int>
    ) throws(HTTPReplyError) {
        guard fields.count < Limits.maxHTTPFields else { throw .fieldsTooLarge }
        guard let field = HTTPField(bytes, line) else { throw .badField }
        fields.append(field)
        let value = UnsafeRawBufferPointer(rebasing: bytes[field.value.range])
        if field.isNamed("content-length", in: bytes) {
            guard contentLength == nil, let length = HTTPScan.decimal(value) else {
                throw .badLength
            }
            contentLength = length
        } else if field.isNamed("transfer-encoding", in: bytes) {
            guard !isChunked, HTTPScan.isEqual(value, "chunked") else { throw .badTransferCoding }
            isChunked = true
        }
    }
}
