// What the hub says, as HTTP answers: the objects of the JSON vocabulary where it has them.
// SPDX-License-Identifier: GPL-3.0-or-later

extension HTTPSession {
    /// Encodes what the hub says: the answer to what it was asked, or a part of a stream.
    mutating func encode(_ event: ClientEvent, now: Now, into reply: inout ByteBuffer) {
        switch phase {
        case .waiting(let exchange, let question):
            guard let response = HTTPSession.response(to: question, event) else {
                return begin(stream: event, exchange, now, &reply)
            }
            finished(response).encode(exchange, now: now.wall, into: &reply)
            answered(exchange, now: now.instant)
        case .streaming: HTTPSession.stream(event, into: &reply)
        case .reading, .ending: break
        }
    }

    /// nil: it begins a stream, or is not the answer.
    private static func response(
        to question: HTTPQuestion, _ event: ClientEvent
    ) -> HTTPResponse? {
        switch (question, event) {
        case (_, .error(let error)): error.response
        case (_, .bye(let bye)):
            .failure(.serviceUnavailable, code: bye.code.rawValue, message: bye.reason)
        case (.readiness, .done): .text(.ok, "ready\n")
        case (.threads, .report(let shell, _)): threads(shell)
        case (.metrics, .report(let shell, let hub)): metrics(shell, hub)
        case (.statistics, .figures(let text)), (.servers, .figures(let text)):
            .json(.ok) { $0.write(text + "\n") }
        case (.door(let page), .done): page
        case (.door, .redirect(let host, let port, _)): .redirect(toHost: host, port: port)
        case (.rooms, .rooms), (.messages, .history): .line(.ok, event)
        case (.post, .ack(_, let id, let room, let seq)):
            .json(.created) { body in
                body.beginObject()
                body.member("id", id.text)
                if let room { body.member("room", room.text) }
                body.member("seq", seq)
                body.endObject()
                body.write(UInt8(ascii: "\n"))
            }
        default: nil
        }
    }

    private static func threads(_ shell: ServerReport) -> HTTPResponse {
        .json(.ok) { body in
            body.beginObject()
            body.member("count", shell.threads.count)
            body.beginArray("threads")
            for name in shell.threads { body.element(name) }
            body.endArray()
            body.endObject()
            body.write(UInt8(ascii: "\n"))
        }
    }

    private static func metrics(_ shell: ServerReport, _ hub: HubReport) -> HTTPResponse {
        var body = ByteBuffer()
        MetricsText.encode(shell, hub, into: &body)
        return HTTPResponse(.ok, contentType: MetricsText.contentType, body: body.storage)
    }

    /// What was missed comes as it would have come at the time.
    private static func stream(_ event: ClientEvent, into reply: inout ByteBuffer) {
        guard case .missed(let room, let gap, let messages) = event else {
            return reply.writeServerSent(id: nil) {
                JSONWire.encode(event, tag: .none, rooms: [], into: &$0)
            }
        }
        if gap != nil {
            reply.writeServerSent(id: nil) {
                JSONWire.write(missed: [], of: room, gap: gap, into: &$0)
            }
        }
        for message in messages {
            let format = WireFormat.json.framed(.serverSent)
            EventWire.encode(.message(message, excluding: nil), format, into: &reply)
        }
    }

    private mutating func begin(
        stream event: ClientEvent, _ exchange: HTTPExchange, _ now: Now,
        _ reply: inout ByteBuffer
    ) {
        guard case .listening = event else { return }
        var response = HTTPResponse(.ok, contentType: ServerSentEvent.contentType)
        response.add("Cache-Control", "no-store")
        // It ends with the connection: chunks would have to be written for each reader.
        let plain = HTTPExchange(
            isHead: exchange.isHead, version: .http10, isKeepAlive: false)
        let framing = finished(response).encodeStreamHead(plain, now: now.wall, into: &reply)
        guard framing != .none else { return phase = .ending }
        ServerSentEvent.encode(retry: Limits.streamRetry, into: &reply)
        beginStream(now: now.instant)
    }
}

extension HTTPResponse {
    /// An event as one JSON line.
    /// To a server's page (RFC 9110 §15.4.8).
    fileprivate static func redirect(toHost host: String, port: UInt16) -> HTTPResponse {
        var response = HTTPResponse(.temporaryRedirect)
        let authority = host.contains(":") ? "[\(host)]" : host
        response.add("Location", "http://\(authority):\(port)/")
        response.add("Cache-Control", "no-store")
        return response
    }

    fileprivate static func line(_ status: HTTPStatus, _ event: ClientEvent) -> HTTPResponse {
        json(status) { JSONWire.encode(event, tag: .none, rooms: [], into: &$0) }
    }
}

extension HubError {
    /// How it is told over HTTP.
    var status: HTTPStatus {
        switch self {
        case .noSuchRoom, .noSuchNick, .noSuchServer: .notFound
        case .nickTaken: .conflict
        case .messageTooLong: .contentTooLarge
        case .tooFast: .tooManyRequests
        case .wrongToken: .unauthorized
        case .notOutside: .forbidden
        case .unavailable, .notSaved, .cannotSave: .serviceUnavailable
        default: .badRequest
        }
    }

    var response: HTTPResponse {
        var response = HTTPResponse.failure(status, code: code, message: message)
        switch self {
        case .tooFast(let wait):
            response.add("Retry-After", String(max(1, (wait.wholeMilliseconds + 999) / 1000)))
        case .cannotSave: response.add("Retry-After", "5")
        case .wrongToken: response.add("WWW-Authenticate", "Bearer")
        default: break
        }
        return response
    }
}
