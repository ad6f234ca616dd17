// From HTTP to WebSocket. RFC 6455 §4.2.2.
// SPDX-License-Identifier: GPL-3.0-or-later

extension HTTPSession {
    /// Answers a request for a WebSocket, at any path; what follows it is the WebSocket's.
    mutating func upgrade(
        _ request: HTTPRequest, _ reply: inout ByteBuffer, _ info: ServerInfo,
        _ web: WebSettings, _ now: Now
    ) -> HTTPStep {
        upgrade(request, &reply, info, web, now) { WebSocketSession($0, request, info) }
    }

    /// The same; `make` makes what is spoken from then on.
    mutating func upgrade(
        _ request: HTTPRequest, _ reply: inout ByteBuffer, _ info: ServerInfo,
        _ web: WebSettings, _ now: Now,
        _ make: (WebSocketHandshake.Acceptance) -> any SessionCodec
    ) -> HTTPStep {
        let fields = WebSocketHandshakeFields(request)
        switch WebSocketHandshake.decide(fields, policy: web.sockets, sha1: web.sha1) {
        case .accepted(let acceptance):
            var response = HTTPResponse(.switchingProtocols)
            response.add("Upgrade", "websocket")
            response.add("Sec-WebSocket-Accept", acceptance.accept)
            if let subprotocol = acceptance.subprotocol {
                response.add("Sec-WebSocket-Protocol", subprotocol.rawValue)
            }
            if let deflate = acceptance.deflate {
                response.add("Sec-WebSocket-Extensions", deflate.answer)
            }
            response.encode(request.exchange, now: now.wall, into: &reply)
            return .upgrade(make(acceptance))
        case .refused(let refusal):
            var response = HTTPResponse.failure(
                refusal.httpStatus, code: "bad_handshake", message: refusal.reason)
            if refusal == .otherVersion {
                response.add("Sec-WebSocket-Version", "13")
                response.add("Upgrade", "websocket")
                response.add("Connection", "Upgrade")
            }
            return answer(response, request.exchange, now: now.wall, into: &reply)
        }
    }
}

extension WebSocketHandshakeFields {
    /// What of a request matters to the handshake.
    init(_ request: HTTPRequest) {
        self.init(
            method: request.methodName, majorVersion: 1,
            minorVersion: request.version == .http11 ? 1 : 0)
        // The decoder has seen to it that there is no second one.
        host = request.authority.map { [$0] } ?? []
        upgrade = request.texts(of: "upgrade")
        connection = request.texts(of: "connection")
        key = request.texts(of: "sec-websocket-key")
        version = request.texts(of: "sec-websocket-version")
        protocols = request.texts(of: "sec-websocket-protocol")
        extensions = request.texts(of: "sec-websocket-extensions")
        origin = request.texts(of: "origin")
    }
}

extension WebSocketHandshake.Refusal {
    fileprivate var httpStatus: HTTPStatus {
        HTTPStatus(rawValue: UInt16(status)) ?? .badRequest
    }
}
