// The lines of a message's head as they come in (RFC 9112 §2.1): a start line, then field lines up to an
// empty one, each ended by CRLF and by nothing less.
// Invariant: each byte is looked at once however the input is cut, and no line or section grows over
// its limit.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What requests and answers call the faults of their lines.
protocol HTTPLineFault: Error {
    static var bareLineFeed: Self { get }
    static var startLineTooLong: Self { get }
    static var fieldsTooLarge: Self { get }
}

extension HTTPError: HTTPLineFault {
    static var startLineTooLong: HTTPError { .targetTooLong }
}

extension HTTPReplyError: HTTPLineFault {
    static var startLineTooLong: HTTPReplyError { .badStatusLine }
}

/// Cuts the head of one message into lines.
struct HTTPHeadLines<Fault: HTTPLineFault>: Sendable {
    /// Longest start line, CRLF not counted.
    let maxStartLine: Int
    /// Where the line that is not complete yet begins.
    private(set) var lineStart = 0
    /// How far it was searched for its end.
    private var searched = 0
    /// Where the header fields begin; nil before the start line is complete.
    private var fieldsStart: Int?

    init(maxStartLine: Int) { self.maxStartLine = maxStartLine }

    /// Whether anything of a message was read.
    var hasBegun: Bool { fieldsStart != nil || searched > lineStart }

    /// Whether the lines that follow are fields.
    var isInFields: Bool { fieldsStart != nil }

    /// The last line was the start line.
    mutating func startLineEnded() { fieldsStart = lineStart }

    /// The next line without its CRLF, in `bytes` that begin with what was shown before; nil when it is
    /// not whole.
    @inline(__always)
    mutating func next(
        in bytes: UnsafeRawBufferPointer
    ) throws(Fault) -> Range<Int>? {
        guard let end = ByteScan.firstIndex(of: 0x0A, in: bytes, from: searched) else {
            searched = bytes.count
            // One byte more than there may be can be the CR of a line that fits.
            try checkLength(bytes.count &- lineStart, upTo: bytes.count &- 1)
            return nil
        }
        let start = lineStart
        try checkLength(end &- start, upTo: end &+ 1)
        guard end > start, bytes[end &- 1] == 0x0D else { throw Fault.bareLineFeed }
        lineStart = end &+ 1
        searched = lineStart
        return start..<end &- 1
    }

    /// Holds the line that begins at `lineStart` against the limits.
    /// - Parameters:
    ///   - length: what there is of it, CR counted, LF not.
    ///   - end: where the header section ends with it.
    @inline(__always)
    private func checkLength(_ length: Int, upTo end: Int) throws(Fault) {
        guard let fieldsStart else {
            guard length <= maxStartLine &+ 1 else { throw Fault.startLineTooLong }
            return
        }
        // The CR of the empty line does not count.
        guard length > 1 else { return }
        guard length <= Limits.maxHTTPFieldBytes &+ 1,
            end &- fieldsStart <= Limits.maxHTTPHeaderBytes
        else { throw Fault.fieldsTooLarge }
    }
}
