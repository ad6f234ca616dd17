// One HTTP connection, sans I/O: requests in; answers, requests for the hub, or another protocol out.
// Answers leave in the order of the requests: while the hub is asked, nothing more is read.
// RFC 9112 §9.3 (persistence, pipelining).
//
// reading:   the next request is awaited or coming in.
// waiting:   the hub was asked; becomes reading, streaming or ending with its answer.
// streaming: the answer goes on until the connection ends; what the client still sends is dropped.
// ending:    the last answer is written; the connection is to be closed.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What an HTTP session wants done.
enum HTTPStep {
    case act(SessionAction)
    /// From here on the connection speaks another protocol.
    case upgrade(any SessionCodec)
}

/// The HTTP side of a connection.
struct HTTPSession: Sendable {
    enum Phase: Sendable {
        case reading
        case waiting(HTTPExchange, HTTPQuestion)
        case streaming
        case ending
    }

    var phase = Phase.reading
    private var decoder = HTTPRequestDecoder()
    /// When the client's or the hub's patience ends, or the next sign of life is due.
    private var due: Instant
    /// Something of the next request is there.
    private var hasBegun = false
    /// The page that the request is from, when it is not the server's own and may read the answer.
    var foreignOrigin: String?
    /// Whether the operator allows that page by its name: then it may send its cookies along.
    var isNamedOrigin = false

    /// - Parameter due: when the first request must be whole.
    init(due: Instant) { self.due = due }

    /// Whether the hub's answer is awaited.
    var isWaiting: Bool { if case .waiting = phase { true } else { false } }

    /// How room events look to this client.
    var format: WireFormat {
        if case .streaming = phase { .json.framed(.serverSent) } else { .plain }
    }

    /// Decodes one request.
    mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer, info: ServerInfo, now: Now
    ) -> HTTPStep {
        switch phase {
        case .waiting: return .act(.needsMore)
        case .streaming:
            input.skip(input.readableBytes)
            return .act(.needsMore)
        case .ending: return .act(.close(Bye(.quit)))
        case .reading: break
        }
        do throws(HTTPError) {
            guard let request = try decoder.next(in: &input) else {
                guard !decoder.takeContinue() else {
                    reply.write(literal: HTTPRequestDecoder.continueResponse)
                    return .act(.handled)
                }
                if !hasBegun, decoder.isWithinRequest || !input.isEmpty {
                    hasBegun = true
                    due = min(due, now.instant + Limits.handshake)
                }
                return .act(.needsMore)
            }
            hasBegun = false
            due = now.instant + Limits.httpIdle
            return take(request, &reply, info, now)
        } catch {
            error.response.encode(error.exchange, now: now.wall, into: &reply)
            return .act(.close(Bye(.badData)))
        }
    }

    /// Answers a request by itself.
    mutating func answer(
        _ response: HTTPResponse, _ exchange: HTTPExchange, now: Timestamp,
        into reply: inout ByteBuffer
    ) -> HTTPStep {
        finished(response).encode(exchange, now: now, into: &reply)
        phase = exchange.isKeepAlive ? .reading : .ending
        return .act(.handled)
    }

    /// Asks the hub, which answers by `encode`.
    mutating func ask(
        _ request: APIRequest, _ question: HTTPQuestion, _ exchange: HTTPExchange, now: Instant
    ) -> HTTPStep {
        phase = .waiting(exchange, question)
        due = now + Limits.httpAnswer
        return .act(.request(HubRequest(.api(request))))
    }

    /// Passes a request on to its Engine.IO session, which answers by `answer`.
    mutating func carry(
        _ request: EngineIORequest, body: [UInt8], _ exchange: HTTPExchange, now: Instant
    ) -> HTTPStep {
        phase = .waiting(exchange, .engine)
        due = now + Limits.enginePoll
        return .act(.carry(.request(request, body: body)))
    }

    /// The Engine.IO session has answered.
    mutating func answer(_ answer: EngineIOAnswer, now: Now, into reply: inout ByteBuffer) {
        guard case .waiting(let exchange, .engine) = phase else { return }
        finished(answer.response).encode(exchange, now: now.wall, into: &reply)
        answered(exchange, now: now.instant)
    }

    /// The answer with what every answer to a page from elsewhere has: that it may be read there.
    /// https://fetch.spec.whatwg.org/#http-responses
    func finished(_ response: HTTPResponse) -> HTTPResponse {
        guard let foreignOrigin else { return response }
        var response = response
        response.add("Access-Control-Allow-Origin", foreignOrigin)
        // Where everybody is let in, nobody's cookies are wanted.
        if isNamedOrigin { response.add("Access-Control-Allow-Credentials", "true") }
        response.add("Vary", "Origin")
        return response
    }

    /// The hub has answered.
    mutating func answered(_ exchange: HTTPExchange, now: Instant) {
        phase = exchange.isKeepAlive ? .reading : .ending
        due = now + Limits.httpIdle
    }

    /// The answer goes on from here.
    mutating func beginStream(now: Instant) {
        phase = .streaming
        due = now + Limits.streamBeat
    }

    // MARK: - Time

    /// When `deadlineReached` wants to be called.
    var nextDeadline: Instant {
        if case .ending = phase { .distantFuture } else { due }
    }

    /// Does what is due.
    mutating func deadlineReached(reply: inout ByteBuffer, now: Now) -> SessionAction {
        guard due <= now.instant else { return .needsMore }
        switch phase {
        case .ending: return .needsMore
        case .streaming:
            ServerSentEvent.encodeComment(into: &reply)
            due = now.instant + Limits.streamBeat
            return .handled
        case .waiting(let exchange, _):
            // Behind this answer another one could come at any time: nothing may follow it.
            HTTPResponse.failure(
                .gatewayTimeout, code: "no_answer",
                message: "this takes too long; what was asked for may still happen"
            ).encode(exchange, now: now.wall, into: &reply)
            return .close(Bye(.idleTimeout))
        case .reading:
            guard hasBegun else { return .close(Bye(.idleTimeout)) }
            HTTPResponse.failure(
                .requestTimeout, code: "request_timeout", message: "the request took too long"
            ).encode(
                HTTPExchange(isHead: false, version: .http11, isKeepAlive: false), now: now.wall,
                into: &reply)
            return .close(Bye(.handshakeTimeout))
        }
    }
}
