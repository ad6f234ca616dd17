// What a request asks for: a file, a WebSocket, or a row of the API's table.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What the hub was asked, as far as its answer depends on it.
enum HTTPQuestion: Sendable {
    case readiness
    case threads
    case metrics
    case statistics
    case rooms
    case messages
    case post
    case events
    case servers
    /// The page itself, if there is nowhere else to go.
    case door(HTTPResponse)
    /// The Engine.IO session is asked, not the hub.
    case engine
}

extension HTTPSession {
    /// Why a request is refused that was understood.
    fileprivate struct Refusal: Error {
        let status: HTTPStatus
        let code: String
        let message: String
    }

    mutating func take(
        _ request: HTTPRequest, _ reply: inout ByteBuffer, _ info: ServerInfo, _ now: Now
    ) -> HTTPStep {
        let exchange = request.exchange
        var response: HTTPResponse
        let origin = request.text(of: "origin")
        let isAdmitted = info.web?.admits(request) ?? false
        foreignOrigin = isAdmitted ? origin : nil
        isNamedOrigin = origin.map { info.web?.sockets.origins.names($0) ?? false } ?? false
        if request.method == .options, foreignOrigin != nil {
            response = HTTPResponse(.noContent)
            response.add("Access-Control-Allow-Methods", "GET, HEAD, POST")
            response.add(
                "Access-Control-Allow-Headers",
                "Content-Type, Idempotency-Key, X-Nick, Last-Event-ID")
            return answer(response, exchange, now: now.wall, into: &reply)
        }
        if EngineIOAnswer.isPath(request.rawPath), let web = info.web {
            return engine(request, isAdmitted: isAdmitted, &reply, info, web, now)
        }
        if request.lists("websocket", in: "upgrade"), let web = info.web {
            return upgrade(request, &reply, info, web, now)
        }
        if let asset = info.web?.site[request.rawPath], request.isGetOrHead {
            if info.redirects, request.rawPath == "/" {
                return ask(
                    .door, .door(asset.response(to: request)), exchange, now: now.instant)
            }
            return answer(asset.response(to: request), exchange, now: now.wall, into: &reply)
        }
        switch HTTPAPI.table(isRelay: info.isRelay).match(request) {
        case .matched(let handler, let parameters):
            do throws(Refusal) {
                return try call(handler, parameters, request, &reply, info, now)
            } catch {
                response = .failure(error.status, code: error.code, message: error.message)
            }
        case .notFound:
            response = .failure(
                .notFound, code: "not_found", message: "there is nothing at this address")
        case .methodNotAllowed(let allow):
            response = .failure(
                .methodNotAllowed, code: "method_not_allowed",
                message: "this address takes \(allow.text)")
            response.add("Allow", allow.text)
        }
        return answer(response, exchange, now: now.wall, into: &reply)
    }

    private mutating func call(
        _ handler: HTTPAPI.Handler, _ parameters: HTTPPathParameters, _ request: HTTPRequest,
        _ reply: inout ByteBuffer, _ info: ServerInfo, _ now: Now
    ) throws(Refusal) -> HTTPStep {
        let exchange = request.exchange
        switch handler {
        case .health:
            return answer(.text(.ok, "ok\n"), exchange, now: now.wall, into: &reply)
        case .readiness: return ask(.readiness, .readiness, exchange, now: now.instant)
        case .threads: return ask(.report, .threads, exchange, now: now.instant)
        case .metrics: return ask(.report, .metrics, exchange, now: now.instant)
        case .statistics:
            let query = request.query
            do throws(StatisticsWish.BadParameter) {
                let wish = try StatisticsWish { query[$0] }
                return ask(.statistics(wish), .statistics, exchange, now: now.instant)
            } catch {
                throw .badParameter(error.name, error.need)
            }
        case .left:
            return ask(
                .left(token: HTTPSession.bearer(request)), .messages, exchange, now: now.instant)
        case .servers: return ask(.servers, .servers, exchange, now: now.instant)
        case .order:
            let order = try HTTPSession.order(request, parameters["server"] ?? "")
            return ask(order, .servers, exchange, now: now.instant)
        case .rooms: return ask(.rooms, .rooms, exchange, now: now.instant)
        case .messages:
            let query = request.query
            let after = try HTTPSession.number(query["after"], "after")
            let before = try HTTPSession.number(query["before"], "before")
            let limit = try HTTPSession.number(query["limit"], "limit") ?? UInt64(HTTPAPI.page)
            guard (1...UInt64(Limits.maxHistoryPage)).contains(limit) else {
                throw .badParameter("limit", "1 to \(Limits.maxHistoryPage)")
            }
            let bound: HistoryRequest.Bound =
                switch (after, before) {
                case (nil, nil): .latest
                case (let after?, nil): .after(.seq(after))
                case (nil, let before?): .before(.seq(before))
                case (let after?, let before?): .between(.seq(after), .seq(before))
                }
            let room = try HTTPSession.room(parameters["room"] ?? "")
            let page = HistoryRequest(room: room, bound: bound, limit: Int(limit))
            return ask(.messages(page), .messages, exchange, now: now.instant)
        case .post:
            let room = try HTTPSession.room(parameters["room"] ?? "")
            if let web = info.web, !web.admits(request) {
                throw Refusal(
                    status: .forbidden, code: "foreign_origin",
                    message: "pages of this origin may not post here")
            }
            let post = try HTTPSession.post(request, to: room)
            return ask(.post(post), .post, exchange, now: now.instant)
        case .events:
            let query = request.query
            let room = try HTTPSession.room(query["room"] ?? RoomName.lobby.text)
            let last = request.text(of: "last-event-id").flatMap { $0.isEmpty ? nil : $0 }
            // A browser whose id is refused never comes back: an id that is none of ours is a place
            // that is not known.
            var after = try HTTPSession.number(query["after"], "after")
            if let last { after = UInt64(last) ?? .max }
            return ask(.listen(room, after: after), .events, exchange, now: now.instant)
        }
    }

    // MARK: - Parameters

    private static func number(_ text: String?, _ name: String) throws(Refusal) -> UInt64? {
        guard let text else { return nil }
        guard let number = UInt64(text) else {
            throw .badParameter(name, "a whole number from 0 on")
        }
        return number
    }

    private static func room(_ text: String) throws(Refusal) -> RoomName {
        do throws(NameError) {
            return try RoomName(text)
        } catch {
            throw .hub(.badRoom(text.prefix(utf8Bytes: Limits.maxRoomNameBytes), error))
        }
    }

    private static func nick(_ text: String?) throws(Refusal) -> Nickname? {
        guard let text, !text.isEmpty else { return nil }
        do throws(NameError) {
            return try Nickname(text)
        } catch {
            throw .hub(.badNick(text.prefix(utf8Bytes: Limits.maxNickBytes), error))
        }
    }

    /// What a relay is to do with a server.
    private static func order(
        _ request: HTTPRequest, _ server: String
    ) throws(Refusal) -> APIRequest {
        guard case .object(let object)? = try? JSONReader.value(in: request.body),
            let word = object["do"]?.string, let order = ServerOrder(rawValue: word)
        else { throw .badParameter("do", "drain, undrain or pause, in a JSON object") }
        return .order(order, server: server, token: bearer(request))
    }

    /// The token that a request shows (RFC 6750 §2.1); empty when there is none.
    private static func bearer(_ request: HTTPRequest) -> String {
        let words = (request.text(of: "authorization") ?? "").split(separator: " ")
        return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : ""
    }

    // MARK: - Posting

    private static func post(
        _ request: HTTPRequest, to room: RoomName
    ) throws(Refusal) -> APIPost {
        let header = request.text(of: "x-nick")
        var nick = try nick(request.query["nick"] ?? header)
        var nonce = request.text(of: "idempotency-key").flatMap { $0.isEmpty ? nil : $0 }
        let text: String
        switch request.contentType {
        case "application/json":
            let fields = try JSONFields(object: object(request.body))
            do throws(JSONRefusal) {
                text = try fields.requiredText("text")
                if let given = try fields.nick("nick") { nick = given }
                if let given = try fields.text("nonce") { nonce = given }
            } catch {
                throw Refusal(status: .badRequest, code: error.code, message: error.message)
            }
        case nil, "text/plain": text = try plain(request.body)
        case "application/x-www-form-urlencoded":
            // What `curl -d TEXT` says of any text; a form has pairs, and `text` is one of them.
            if let form = HTTPForm(decoding: request.body), let field = form["text"] {
                text = try plain(Array(field.utf8))
                if let given = try Self.nick(form["nick"]) { nick = given }
                if let given = form["nonce"], !given.isEmpty { nonce = given }
            } else {
                text = try plain(request.body)
            }
        default:
            throw Refusal(
                status: .unsupportedMediaType, code: "unsupported_media_type",
                message: "a message is text/plain, application/json or a form")
        }
        return APIPost(room: room, nick: nick, text: text, nonce: nonce)
    }

    private static func object(_ body: [UInt8]) throws(Refusal) -> JSONObject {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.value(in: body)
        } catch {
            let error = JSONLineError.malformed(error)
            throw Refusal(status: .badRequest, code: error.code, message: error.message)
        }
        guard case .object(let object) = value else {
            throw Refusal(
                status: .badRequest, code: JSONLineError.notAnObject.code,
                message: "the content must be one JSON object")
        }
        return object
    }

    /// The text without the line ends at its end: files have one there that nobody means.
    private static func plain(_ body: [UInt8]) throws(Refusal) -> String {
        var body = body[...]
        while let last = body.last, last == 0x0A || last == 0x0D { body.removeLast() }
        guard !body.contains(0), let text = String(validating: body, as: UTF8.self) else {
            throw Refusal(
                status: .badRequest, code: "bad_utf8", message: "a message is text in UTF-8")
        }
        return text
    }
}

extension HTTPSession.Refusal {
    fileprivate static func badParameter(_ name: String, _ need: String) -> Self {
        Self(status: .badRequest, code: "bad_parameter", message: "\(name) must be \(need)")
    }

    fileprivate static func hub(_ error: HubError) -> Self {
        Self(status: error.status, code: error.code, message: error.message)
    }
}

extension HTTPRequest {
    fileprivate var isGetOrHead: Bool { method == .get || method == .head }
}
