// Bytes → lines, with a bound on how long a line may become. Pure.
// Invariant: what is buffered has no newline before `scanned` and at most `limit` bytes.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Cuts a stream at newlines.
package struct LineSplitter: Sendable {
    /// Longest line that a server may send, in bytes: a page of the longest messages, every byte
    /// of them escaped, and then some.
    package static let maxServerLine = 8 * Limits.maxHistoryPage * Limits.maxMessageBytes

    /// What a call of `next` found.
    package enum Piece: Hashable, Sendable {
        /// A line without its newline and carriage return.
        case line([UInt8])
        /// A line over the limit; it is dropped up to its end.
        case tooLong
    }

    private var buffer = ByteBuffer()
    private var isDropping = false
    private let limit: Int

    package init(limit: Int = LineSplitter.maxServerLine) { self.limit = limit }

    /// Takes what was read.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        buffer.discardReadBytes()
        buffer.write(Array(bytes))
    }

    /// The next piece, or nil when more bytes are needed.
    package mutating func next() -> Piece? {
        if let length = buffer.distance(to: 0x0A) {
            let line = buffer.read(length) ?? []
            buffer.skip(1)
            if isDropping {
                isDropping = false
                return next()
            }
            return length > limit ? .tooLong : .line(LineSplitter.trimmed(line))
        }
        guard isDropping || buffer.readableBytes > limit else { return nil }
        let isNew = !isDropping
        isDropping = true
        buffer.clear()
        return isNew ? .tooLong : nil
    }

    /// What is left when the stream has ended without a newline.
    package mutating func rest() -> Piece? {
        defer { buffer.clear() }
        return isDropping || buffer.isEmpty ? nil : .line(LineSplitter.trimmed(buffer.readable))
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        Array(line.last == 0x0D ? line.dropLast() : line)
    }
}
