// What must hold of any bytes that a server answers with: one answer or one error comes of them, within
// the limits, and nothing is kept without bound.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What an `HTTPReplyDecoder` made of some input and the end of the connection.
package enum HTTPReplyFuzz {
    /// Small, so that inputs reach it.
    package static let maxBodyBytes = 2048

    /// A status line, the header section and two empty lines.
    private static let maxKeptBytes = Limits.maxHTTPFieldBytes + Limits.maxHTTPHeaderBytes + 16

    /// The answer of the pieces, each given to the decoder as it would come.
    package static func reply(
        _ pieces: [ArraySlice<UInt8>], maxBodyBytes: Int = maxBodyBytes
    ) throws(FuzzTarget.Failure) -> Result<HTTPReply, HTTPReplyError> {
        var decoder = HTTPReplyDecoder(maxBodyBytes: maxBodyBytes)
        var buffer = ByteBuffer()
        do {
            for piece in pieces {
                buffer.write(piece)
                if let reply = try decoder.next(in: &buffer) { return .success(reply) }
                guard buffer.readableBytes <= maxKeptBytes else {
                    throw FuzzTarget.Failure("\(buffer.readableBytes) bytes are kept")
                }
                buffer.discardReadBytes()
            }
            return .success(try decoder.end(in: &buffer))
        } catch let error as HTTPReplyError {
            let again = Result { try decoder.next(in: &buffer) }
            guard case .failure = again else {
                throw FuzzTarget.Failure("after \(error) there is an answer")
            }
            return .failure(error)
        } catch {
            throw error as? FuzzTarget.Failure ?? FuzzTarget.Failure("\(error)")
        }
    }

    /// Everything that came of the pieces, as text.
    static func play(_ pieces: [ArraySlice<UInt8>]) throws(FuzzTarget.Failure) -> String {
        switch try reply(pieces) {
        case .failure(let error): return error.message
        case .success(let reply):
            guard reply.body.count <= maxBodyBytes, (200...599).contains(reply.status) else {
                throw FuzzTarget.Failure("status \(reply.status), \(reply.body.count) bytes")
            }
            let type = reply.text(of: "content-type") ?? "untyped"
            let failure = reply.failure.map { "\($0.code): \($0.message)" } ?? "no failure"
            return "\(reply.status) \(type) \(failure) "
                + String(decoding: reply.body, as: UTF8.self)
        }
    }
}
