// The request line and the header fields, a line at a time, as they come in (RFC 9112 §3, §5). Each
// byte is looked at a fixed number of times however the input is cut: complete lines are taken
// apart once.
// Strict where senders and proxies have been tricked into disagreeing: CRLF only, no folding, no
// white space before the colon, one Host, one length.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One field line: where its name and its value stand in the head.
struct HTTPField: Hashable, Sendable {
    let name: HeadRange
    /// Without the white space around it.
    let value: HeadRange

    /// Takes the line `range` apart, which has no CRLF; nil when it is malformed.
    @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        let token = HTTPByteSet.token
        var index = range.lowerBound
        while index < range.upperBound, token.contains(bytes[index]) { index &+= 1 }
        // A line that begins with white space would be a fold; before the colon there is none.
        guard index > range.lowerBound, index < range.upperBound,
            bytes[index] == UInt8(ascii: ":")
        else { return nil }
        name = HeadRange(range.lowerBound..<index)
        let content = HTTPScan.trimmed(bytes, index &+ 1..<range.upperBound)
        guard HTTPScan.isFieldContent(bytes, content) else { return nil }
        value = HeadRange(content)
    }

    @inline(__always)
    func isNamed(_ name: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        let range = self.name.range
        guard range.count == name.utf8CodeUnitCount else { return false }
        return HTTPScan.isEqual(UnsafeRawBufferPointer(rebasing: bytes[range]), name)
    }
}

/// What the header fields say about the message itself.
struct HTTPFraming: Hashable, Sendable {
    var contentLength: Int?
    var isChunked = false
    var hosts = 0
    var saysClose = false
    var saysKeepAlive = false
    var expectsContinue = false
}

/// Reads the head of one request.
struct HTTPHeadParser: Sendable {
    private(set) var method = HTTPMethod.other
    private(set) var methodRange = HeadRange.empty
    private(set) var version = HTTPVersion.http11
    private(set) var target = HTTPTarget()
    private(set) var fields: [HTTPField] = []
    private(set) var framing = HTTPFraming()
    private var lines = HTTPHeadLines<HTTPError>(maxStartLine: Self.maxLineBytes)

    /// Longest request line, CRLF not counted: `HTTP/1.1` and two spaces are in it.
    static let maxLineBytes = Limits.maxHTTPMethodBytes + Limits.maxHTTPTargetBytes + 10

    /// Whether anything of a request was read.
    var hasBegun: Bool { lines.hasBegun }

    /// Goes on reading `bytes`, which begin with what it was given before.
    /// - Returns: the length of the head with the empty line at its end, or nil when it is not whole.
    mutating func next(in bytes: UnsafeRawBufferPointer) throws(HTTPError) -> Int? {
        while let line = try lines.next(in: bytes) {
            if lines.isInFields {
                if line.isEmpty {
                    try checkWhole()
                    return lines.lineStart
                }
                try readField(bytes, line)
            } else if !line.isEmpty {
                try readRequestLine(bytes, line)
                lines.startLineEnded()
                fields.reserveCapacity(16)
            } else if line.lowerBound > 0 {
                // One empty line before a request is passed over (RFC 9112 §2.2), more are not.
                throw .badRequestLine
            }
        }
        return nil
    }

    // MARK: - The request line

    private mutating func readRequestLine(
        _ bytes: UnsafeRawBufferPointer, _ line: Range<Int>
    ) throws(HTTPError) {
        let space = UInt8(ascii: " ")
        let token = HTTPByteSet.token
        var index = line.lowerBound
        while index < line.upperBound, token.contains(bytes[index]) { index &+= 1 }
        let methodEnd = index
        guard methodEnd > line.lowerBound, methodEnd < line.upperBound, bytes[methodEnd] == space
        else { throw .badRequestLine }
        let name = UnsafeRawBufferPointer(rebasing: bytes[line.lowerBound..<methodEnd])
        let rest = UnsafeRawBufferPointer(rebasing: bytes[methodEnd &+ 1..<line.upperBound])
        guard let length = ByteScan.firstIndex(of: space, in: rest) else {
            // HTTP/0.9 had GET and no version.
            throw !rest.isEmpty && HTTPMethod(name) == .get
                ? .versionNotSupported : .badRequestLine
        }
        let targetRange = methodEnd &+ 1..<methodEnd &+ 1 &+ length
        version = try Self.version(
            UnsafeRawBufferPointer(rebasing: rest[(length &+ 1)...]))
        guard name.count <= Limits.maxHTTPMethodBytes else { throw .methodNotImplemented }
        guard length <= Limits.maxHTTPTargetBytes else { throw .targetTooLong }
        // Its target is in a form of its own, so this goes first.
        guard !HTTPScan.isEqual(name, "connect") else { throw .methodNotImplemented }
        method = HTTPMethod(name)
        methodRange = HeadRange(line.lowerBound..<methodEnd)
        target = try HTTPTarget.read(bytes, targetRange, method: method)
    }

    /// Reads `HTTP/1.1`.
    private static func version(
        _ bytes: UnsafeRawBufferPointer
    ) throws(HTTPError) -> HTTPVersion {
        let name: StaticString = "HTTP/"
        guard bytes.count == 8, bytes[6] == UInt8(ascii: ".") else { throw .badRequestLine }
        for index in 0..<5 where bytes[index] != name.utf8Start[index] { throw .badRequestLine }
        let (major, minor) = (bytes[5] &- 0x30, bytes[7] &- 0x30)
        guard major <= 9, minor <= 9 else { throw .badRequestLine }
        guard major == 1 else { throw .versionNotSupported }
        return minor == 0 ? .http10 : .http11
    }

    // MARK: - Fields

    @inline(__always)
    private mutating func readField(
        _ bytes: UnsafeRawBufferPointer, _ line: Range<Int>
    ) throws(HTTPError) {
        guard fields.count < Limits.maxHTTPFields else { throw .fieldsTooLarge }
        guard let field = HTTPField(bytes, line) else { throw .badField }
        fields.append(field)
        // Most fields are told by the length of their name that nothing depends on them here.
        switch field.name.range.count {
        case 4, 6, 10, 14, 17: try heed(field, bytes)
        default: break
        }
    }

    /// Takes in what a field says about the message.
    private mutating func heed(
        _ field: HTTPField, _ bytes: UnsafeRawBufferPointer
    ) throws(HTTPError) {
        let value = UnsafeRawBufferPointer(rebasing: bytes[field.value.range])
        if field.isNamed("host", in: bytes) {
            framing.hosts += 1
            guard framing.hosts == 1, HTTPTarget.isAuthority(bytes, field.value.range) else {
                throw .badHost
            }
        } else if field.isNamed("connection", in: bytes) {
            var list = HTTPListReader(value)
            while let option = list.next() {
                if HTTPScan.isEqual(option, "close") { framing.saysClose = true }
                if HTTPScan.isEqual(option, "keep-alive") { framing.saysKeepAlive = true }
            }
        } else if field.isNamed("content-length", in: bytes) {
            guard framing.contentLength == nil, let length = HTTPScan.decimal(value) else {
                throw .badContentLength
            }
            framing.contentLength = length
        } else if field.isNamed("transfer-encoding", in: bytes) {
            guard !framing.isChunked else { throw .badTransferCoding }
            try Self.checkCoding(value)
            framing.isChunked = true
        } else if field.isNamed("expect", in: bytes) {
            // HTTP/1.0 had no such field (RFC 9110 §10.1.1).
            guard version == .http11 else { return }
            guard HTTPScan.isEqual(value, "100-continue") else { throw .expectationFailed }
            framing.expectsContinue = true
        }
    }

    /// Lets nothing pass but `chunked` alone (RFC 9112 §6.1, §6.3).
    private static func checkCoding(_ value: UnsafeRawBufferPointer) throws(HTTPError) {
        if HTTPScan.isEqual(value, "chunked") { return }
        var list = HTTPListReader(value)
        var others = 0
        var chunked = 0
        var endsChunked = false
        while let coding = list.next() {
            endsChunked = HTTPScan.isEqual(coding, "chunked")
            if endsChunked { chunked += 1 } else { others += 1 }
        }
        throw endsChunked && chunked == 1 && others > 0
            ? .transferCodingNotImplemented : .badTransferCoding
    }

    /// What can be said only when all fields are there.
    private func checkWhole() throws(HTTPError) {
        if framing.isChunked {
            guard framing.contentLength == nil else { throw .conflictingLengths }
            guard version == .http11 else { throw .badTransferCoding }
        }
        guard framing.hosts == 1 || version == .http10 else { throw .badHost }
    }

    /// Whether another request may follow on the connection (RFC 9112 §9.3).
    var isKeepAlive: Bool {
        !framing.saysClose && (version == .http11 || framing.saysKeepAlive)
    }
}
