// Bytes to one whole answer: RFC 9112 §6.3. Interim answers (1xx) are passed over. The head waits in
// the input until it is whole, which its limits bound; content is moved out of the input as it comes,
// and never allocated for ahead of it.
//
// head:       at an answer, or within its head.
// fixed:      so many bytes of content are to come; then done.
// chunked:    chunks are to come; then done.
// untilClose: content is to come up to the connection's end; then done.
// done:       the answer was given out: what follows is not read.
// failed:     what came is no answer.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads the answer to one request.
package struct HTTPReplyDecoder: Sendable {
    private enum State: Sendable {
        case head
        case fixed(remaining: Int)
        case chunked(HTTPChunkedBodyDecoder)
        case untilClose
        case done
        case failed(HTTPReplyError)
    }

    /// Longest content of the answer.
    private let maxBodyBytes: Int
    private var state = State.head
    private var parser = HTTPReplyHeadParser()
    private var interim = 0
    /// The answer whose content is incomplete.
    private var pending: HTTPReply?
    /// What there is of that content.
    private var body: [UInt8] = []

    package init(maxBodyBytes: Int = Limits.maxHTTPReplyBytes) {
        self.maxBodyBytes = maxBodyBytes
    }

    /// The answer; nil when more input is needed, and once it was given out. After an error it is
    /// thrown again and nothing is consumed.
    package mutating func next(in input: inout ByteBuffer) throws(HTTPReplyError) -> HTTPReply? {
        do throws(HTTPReplyError) {
            return try read(&input)
        } catch {
            fail(error)
            throw error
        }
    }

    /// The answer when the connection has ended, with what was left of its input.
    package mutating func end(in input: inout ByteBuffer) throws(HTTPReplyError) -> HTTPReply {
        if let reply = try next(in: &input) { return reply }
        guard case .untilClose = state, let reply = takeReply() else {
            fail(.truncated)
            throw .truncated
        }
        return reply
    }

    private mutating func read(_ input: inout ByteBuffer) throws(HTTPReplyError) -> HTTPReply? {
        while true {
            switch state {
            case .head:
                guard try readHead(in: &input) else { return nil }
            case .fixed(let remaining):
                guard remaining > 0 else { return takeReply() }
                let count = move(upTo: remaining, from: &input)
                guard count > 0 else { return nil }
                state = .fixed(remaining: remaining - count)
            case .chunked(var decoder):
                let isWhole: Bool
                do throws(HTTPError) {
                    isWhole = try decoder.next(in: &input, into: &body)
                } catch {
                    throw HTTPReplyError(error)
                }
                guard isWhole else {
                    state = .chunked(decoder)
                    return nil
                }
                return takeReply()
            case .untilClose:
                guard input.readableBytes <= maxBodyBytes - body.count else {
                    throw .bodyTooLarge
                }
                _ = move(upTo: input.readableBytes, from: &input)
                return nil
            case .done: return nil
            case .failed(let error): throw error
            }
        }
    }

    /// Moves content out of the input; how much of it.
    private mutating func move(upTo most: Int, from input: inout ByteBuffer) -> Int {
        let count = min(most, input.readableBytes)
        input.withReadable {
            body.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
        input.skip(count)
        return count
    }

    /// Consumes a whole head and finds out what follows it; false when it is not whole.
    private mutating func readHead(in input: inout ByteBuffer) throws(HTTPReplyError) -> Bool {
        let outcome = input.withReadable { bytes -> Result<HTTPReply?, HTTPReplyError> in
            do throws(HTTPReplyError) {
                guard let length = try parser.next(in: bytes) else { return .success(nil) }
                let head = Array(bytes[..<length])
                return .success(
                    HTTPReply(status: parser.status, head: head, fields: parser.fields))
            } catch {
                return .failure(error)
            }
        }
        guard let reply = try outcome.get() else { return false }
        input.skip(reply.head.count)
        let head = parser
        parser = HTTPReplyHeadParser()
        switch reply.status {
        case 101: throw .switched
        case ..<200:
            interim += 1
            guard interim <= Limits.maxHTTPInterimReplies else { throw .tooManyInterim }
            return true
        case 204, 304: state = .fixed(remaining: 0)
        default:
            if head.isChunked {
                state = .chunked(HTTPChunkedBodyDecoder(maxBodyBytes: maxBodyBytes))
            } else if let length = head.contentLength {
                guard length <= maxBodyBytes else { throw .bodyTooLarge }
                state = .fixed(remaining: length)
            } else {
                state = .untilClose
            }
        }
        pending = reply
        return true
    }

    private mutating func takeReply() -> HTTPReply? {
        var reply = pending
        reply?.body = body
        pending = nil
        body = []
        state = .done
        return reply
    }

    private mutating func fail(_ error: HTTPReplyError) {
        state = .failed(error)
        parser = HTTPReplyHeadParser()
        pending = nil
        body = []
    }
}
