// The status line and the header fields of an answer, a line at a time, as they come in (RFC 9112 §4,
// §5). As strict as the one of requests: CRLF only, no folding, one length.
// Invariant: what is known of the incomplete line is how far it was searched, and no line or section
// grows over its limit.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads the head of one answer.
struct HTTPReplyHeadParser: Sendable {
    private(set) var status = 0
    private(set) var fields: [HTTPField] = []
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private var isHTTP10 = false
    /// Where the line that is not complete yet begins.
    private var lineStart = 0
    /// How far it was searched for its end.
    private var searched = 0
    /// Where the header fields begin; nil before the status line is complete.
    private var fieldsStart: Int?

    /// Goes on reading `bytes`, which begin with what it was given before.
    /// - Returns: the length of the head with the empty line at its end, or nil when it is not whole.
    mutating func next(in bytes: UnsafeRawBufferPointer) throws(HTTPReplyError) -> Int? {
        while let end = ByteScan.firstIndex(of: 0x0A, in: bytes, from: searched) {
            let start = lineStart
            try checkLength(end &- start, upTo: end &+ 1)
            guard end > start, bytes[end &- 1] == 0x0D else { throw .bareLineFeed }
            let line = start..<end &- 1
            lineStart = end &+ 1
            searched = lineStart
            if fieldsStart == nil {
                try readStatusLine(UnsafeRawBufferPointer(rebasing: bytes[line]))
                fieldsStart = lineStart
            } else if line.isEmpty {
                guard !(isChunked && contentLength != nil) else { throw .badLength }
                guard !(isChunked && isHTTP10) else { throw .badTransferCoding }
                return lineStart
            } else {
                try readField(bytes, line)
            }
        }
        searched = bytes.count
        // One byte more than there may be can be the CR of a line that fits.
        try checkLength(bytes.count &- lineStart, upTo: bytes.count &- 1)
        return nil
    }

    /// Holds the line that begins at `lineStart` against the limits.
    /// - Parameters:
    ///   - length: what there is of it, CR counted, LF not.
    ///   - end: where the header section ends with it.
    private func checkLength(_ length: Int, upTo end: Int) throws(HTTPReplyError) {
        guard let fieldsStart else {
            guard length <= Limits.maxHTTPFieldBytes &+ 1 else { throw .badStatusLine }
            return
        }
        // The CR of the empty line does not count.
        guard length > 1 else { return }
        guard length <= Limits.maxHTTPFieldBytes &+ 1,
            end &- fieldsStart <= Limits.maxHTTPHeaderBytes
        else { throw .fieldsTooLarge }
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
