// Socket.IO's requests: polls and WebSockets under /socket.io/ (Engine.IO protocol revision 4).
// SPDX-License-Identifier: GPL-3.0-or-later

extension HTTPSession {
    /// Answers a request under /socket.io/: by its session, by a refusal in the protocol's own words,
    /// or by becoming a WebSocket.
    mutating func engine(
        _ request: HTTPRequest, isAdmitted: Bool, _ reply: inout ByteBuffer, _ info: ServerInfo,
        _ web: WebSettings, _ now: Now
    ) -> HTTPStep {
        let query = request.query
        let isUpgrade = request.lists("websocket", in: "upgrade")
        do throws(EngineIORefusal) {
            guard isAdmitted else { throw .forbidden }
            let asked = try EngineIORequest(
                method: request.methodName, isUpgrade: isUpgrade, parameter: { query[$0] })
            guard isUpgrade else {
                return carry(asked, body: request.body, request.exchange, now: now.instant)
            }
            return upgrade(request, &reply, info, web, now) {
                EngineIOSocket($0, for: asked, info)
            }
        } catch {
            let refusal = EngineIOAnswer.refusal(error)
            return answer(refusal.response, request.exchange, now: now.wall, into: &reply)
        }
    }
}

extension EngineIOAnswer {
    /// Whether a path is Engine.IO's.
    static func isPath(_ path: String) -> Bool { path == "/socket.io/" || path == "/socket.io" }

    /// The same as an answer of HTTP.
    var response: HTTPResponse {
        var response = HTTPResponse(HTTPStatus(rawValue: UInt16(status)) ?? .badRequest, body: body)
        response.add("Content-Type", contentType)
        response.add("Cache-Control", "no-store")
        if let cookie { response.add("Set-Cookie", cookie) }
        return response
    }
}
