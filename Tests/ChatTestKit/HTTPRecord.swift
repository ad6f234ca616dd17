// What became of a connection's bytes: the requests and the error that ended them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Everything that an `HTTPRequestDecoder` made of some input.
package struct HTTPRecord: Equatable, Sendable {
    package private(set) var requests: [HTTPRequest] = []
    package private(set) var error: HTTPError?
    /// Whether the decoder says that nothing more will come.
    package private(set) var hasEnded = false

    /// No decoder needs more of its input than a head, its empty line and one before it.
    package static let maxKeptBytes =
        Limits.maxHTTPMethodBytes + Limits.maxHTTPTargetBytes + Limits.maxHTTPHeaderBytes + 16

    /// Feeds the pieces to a decoder, one after another, as a connection would.
    package static func play(
        _ pieces: [ArraySlice<UInt8>], maxBodyBytes: Int = Limits.maxHTTPBodyBytes
    ) throws -> HTTPRecord {
        var decoder = HTTPRequestDecoder(maxBodyBytes: maxBodyBytes)
        var buffer = ByteBuffer()
        var record = HTTPRecord()
        for piece in pieces {
            buffer.write(piece)
            do throws(HTTPError) {
                while let request = try decoder.next(in: &buffer) {
                    record.requests.append(request)
                }
            } catch {
                record.error = error
                break
            }
            // What follows the last request is not read, so it does not count.
            guard decoder.hasEnded || buffer.readableBytes <= maxKeptBytes else {
                throw DecoderVerifier.Disagreement(
                    description: "\(buffer.readableBytes) bytes are kept")
            }
            buffer.discardReadBytes()
        }
        record.hasEnded = decoder.hasEnded
        return record
    }

    /// The one result of all ways of cutting `input`.
    /// - Throws: `DecoderVerifier.Disagreement` when there are two.
    package static func verified(
        _ input: [UInt8], maxBodyBytes: Int = Limits.maxHTTPBodyBytes, cuts: Int = 20
    ) throws -> HTTPRecord {
        try DecoderVerifier.verify(input, cuts: cuts) { pieces in
            try play(pieces, maxBodyBytes: maxBodyBytes)
        }
    }
}
