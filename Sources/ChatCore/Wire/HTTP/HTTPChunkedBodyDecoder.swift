// Content in chunks: sizes in hexadecimal, data, and a trailer section at the end (RFC 9112 §7.1).
// What is complete is consumed at once, so at most one short line is looked at again. Extensions and
// trailer fields are checked and passed over. Stricter than the grammar in one thing: no white
// space around extensions, which nobody sends and readers differ about.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads the chunks of one request.
struct HTTPChunkedBodyDecoder: Sendable {
    private enum State: Sendable {
        /// At a line with a size.
        case size
        /// Within a chunk's data.
        case data(remaining: Int)
        /// At the CRLF after the data.
        case dataEnd
        /// At a line of the trailer section, of which so many bytes were consumed.
        case trailer(bytes: Int)
    }

    private var state = State.size
    /// How much of an incomplete line was searched for its end.
    private var searched = 0
    private let maxBodyBytes: Int

    init(maxBodyBytes: Int) { self.maxBodyBytes = maxBodyBytes }

    /// Moves content from `input` to `body`; true when the last chunk and its trailer were read.
    mutating func next(
        in input: inout ByteBuffer, into body: inout [UInt8]
    ) throws(HTTPError) -> Bool {
        while true {
            switch state {
            case .size:
                guard let length = line(in: input) else {
                    try checkLine(input.readableBytes)
                    return false
                }
                try checkLine(length)
                let room = maxBodyBytes - body.count
                let size = try input.withReadable {
                    Self.size(UnsafeRawBufferPointer(rebasing: $0[..<length]))
                }.get()
                guard size <= room else { throw .bodyTooLarge }
                input.skip(length + 1)
                state = size == 0 ? .trailer(bytes: 0) : .data(remaining: size)
            case .data(let remaining):
                let count = min(remaining, input.readableBytes)
                guard count > 0 else { return false }
                input.withReadable {
                    body.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<count]))
                }
                input.skip(count)
                state = count == remaining ? .dataEnd : .data(remaining: remaining - count)
            case .dataEnd:
                guard let first = input.peek() else { return false }
                guard first == 0x0D else { throw .badChunk }
                guard let second = input.peek(1) else { return false }
                guard second == 0x0A else { throw .badChunk }
                input.skip(2)
                state = .size
            case .trailer(let bytes):
                guard let length = line(in: input) else {
                    // The last byte may be the CR of the empty line, or of a line that fits.
                    guard bytes + input.readableBytes <= Limits.maxHTTPTrailerBytes + 1 else {
                        throw .fieldsTooLarge
                    }
                    return false
                }
                if length == 1, input.peek() == 0x0D {
                    input.skip(2)
                    return true
                }
                let total = bytes + length + 1
                guard total <= Limits.maxHTTPTrailerBytes else { throw .fieldsTooLarge }
                try input.withReadable {
                    Self.checkTrailer(UnsafeRawBufferPointer(rebasing: $0[..<length]))
                }.get()
                input.skip(length + 1)
                state = .trailer(bytes: total)
            }
        }
    }

    /// How far away the next line feed is.
    private mutating func line(in input: ByteBuffer) -> Int? {
        let length = input.distance(to: 0x0A, startingAt: searched)
        searched = length == nil ? input.readableBytes : 0
        return length
    }

    /// Holds a line with a size, CR counted, against its limit.
    private func checkLine(_ length: Int) throws(HTTPError) {
        guard length <= Limits.maxHTTPChunkLineBytes + 1 else { throw .badChunk }
    }

    /// Reads `1*HEXDIG *(";" extension) CR`. Sizes that no `Int` holds are `Int.max`.
    private static func size(_ line: UnsafeRawBufferPointer) -> Result<Int, HTTPError> {
        guard line.last == 0x0D else { return .failure(.bareLineFeed) }
        let end = line.count - 1
        var size = 0
        var index = 0
        while index < end, let digit = HTTPScan.hexadecimal(line[index]) {
            size = size > Int.max >> 4 ? .max : size << 4 | Int(digit)
            index += 1
        }
        guard index > 0 else { return .failure(.badChunk) }
        if index == end { return .success(size) }
        guard line[index] == UInt8(ascii: ";"), index + 1 < end,
            HTTPByteSet.token.contains(line[index + 1]),
            HTTPScan.isFieldContent(line, index + 1..<end)
        else { return .failure(.badChunk) }
        return .success(size)
    }

    /// Holds a trailer field to the syntax, and against those that may not come last because they
    /// say where a request ends or whom it is for (RFC 9110 §6.5.1).
    private static func checkTrailer(_ line: UnsafeRawBufferPointer) -> Result<Void, HTTPError> {
        guard line.last == 0x0D else { return .failure(.bareLineFeed) }
        guard let field = HTTPField(line, 0..<line.count - 1) else { return .failure(.badTrailer) }
        for name: StaticString in ["content-length", "transfer-encoding", "host"]
        where field.isNamed(name, in: line) { return .failure(.badTrailer) }
        return .success(())
    }
}
