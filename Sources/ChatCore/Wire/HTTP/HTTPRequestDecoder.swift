// Bytes to whole requests: RFC 9112, with RFC 9110 for what the fields mean. Pipelined requests come
// out one by one. The head waits in the input until it is whole, which its limits bound; content is
// moved out of the input as it comes, and never allocated for ahead of it.
//
// head:     at a request, or within its head.
// fixed:    so many bytes of content are to come; then head again, or ended.
// chunked:  chunks are to come; then head again, or ended.
// ended:    the client wants the connection closed after the last request: the rest is not decoded.
// failed:   a request was refused; there is no telling where the next one begins.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds the next request. One for each connection.
package struct HTTPRequestDecoder: Sendable {
    private enum State: Sendable {
        case head
        case fixed(remaining: Int)
        case chunked(HTTPChunkedBodyDecoder)
        case ended
        case failed(HTTPError)
    }

    /// The interim answer to `Expect: 100-continue`.
    package static let continueResponse: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Longest content of a request. A change holds from the next head on.
    package var maxBodyBytes: Int

    private var state = State.head
    private var parser = HTTPHeadParser()
    /// The request whose content is incomplete.
    private var pending: HTTPRequest?
    /// What there is of that content.
    private var body: [UInt8] = []
    private var owesContinue = false

    package init(maxBodyBytes: Int = Limits.maxHTTPBodyBytes) { self.maxBodyBytes = maxBodyBytes }

    /// Whether a request has begun and is not whole: a deadline may be running.
    package var isWithinRequest: Bool { pending != nil || parser.hasBegun }

    /// Whether no more requests will come of this connection.
    package var hasEnded: Bool {
        switch state {
        case .ended, .failed: true
        case .head, .fixed, .chunked: false
        }
    }

    /// The next whole request; nil when more input is needed, or after a request that was not
    /// `isKeepAlive`. The input then holds at most an incomplete head or line. After an error it is
    /// thrown again and nothing is consumed. What follows a request is untouched, so after an
    /// upgrade it can be read as something else.
    package mutating func next(in input: inout ByteBuffer) throws(HTTPError) -> HTTPRequest? {
        do throws(HTTPError) {
            while true {
                switch state {
                case .head:
                    // Nothing is read of the next request until there is something of it.
                    if input.isEmpty { return nil }
                    guard try readHead(in: &input) else { return nil }
                case .fixed(let remaining):
                    guard remaining > 0 else { return takeRequest() }
                    let count = min(remaining, input.readableBytes)
                    guard count > 0 else { return nil }
                    input.withReadable {
                        body.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<count]))
                    }
                    input.skip(count)
                    state = .fixed(remaining: remaining - count)
                case .chunked(var decoder):
                    guard try decoder.next(in: &input, into: &body) else {
                        state = .chunked(decoder)
                        return nil
                    }
                    return takeRequest()
                case .ended: return nil
                case .failed(let error): throw error
                }
            }
        } catch {
            state = .failed(error)
            pending = nil
            body = []
            parser = HTTPHeadParser()
            owesContinue = false
            throw error
        }
    }

    /// Whether the client waits for `continueResponse` before it sends the content. To be asked when
    /// `next` has said nil, and answered behind the answers of earlier requests; asking clears it.
    package mutating func takeContinue() -> Bool {
        defer { owesContinue = false }
        return owesContinue
    }

    /// Consumes a whole head and finds out what follows it; false when it is not whole.
    private mutating func readHead(in input: inout ByteBuffer) throws(HTTPError) -> Bool {
        let outcome = input.withReadable { bytes -> Result<HTTPRequest?, HTTPError> in
            do throws(HTTPError) {
                guard let length = try parser.next(in: bytes) else { return .success(nil) }
                let head = Array(bytes[..<length])
                return .success(HTTPRequest(parser, head: head))
            } catch {
                return .failure(error)
            }
        }
        guard let request = try outcome.get() else { return false }
        input.skip(request.head.count)
        let framing = parser.framing
        parser = HTTPHeadParser()
        pending = request
        if framing.isChunked {
            state = .chunked(HTTPChunkedBodyDecoder(maxBodyBytes: maxBodyBytes))
        } else {
            let length = framing.contentLength ?? 0
            guard length <= maxBodyBytes else { throw .bodyTooLarge }
            state = .fixed(remaining: length)
        }
        // Who has sent some of the content already does not wait (RFC 9110 §10.1.1).
        let hasContent = framing.isChunked || framing.contentLength ?? 0 > 0
        owesContinue = framing.expectsContinue && hasContent && input.isEmpty
        return true
    }

    private mutating func takeRequest() -> HTTPRequest? {
        var request = pending
        pending = nil
        request?.body = body
        body = []
        owesContinue = false
        state = request?.isKeepAlive == true ? .head : .ended
        return request
    }
}
