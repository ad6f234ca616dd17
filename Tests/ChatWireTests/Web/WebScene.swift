// What the tests of the web side share: a server in virtual time, requests, answers taken apart, and
// WebSockets that are open.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

/// One answer.
struct WebAnswer {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: String

    subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    var json: JSONObject? { (try? JSONReader.value(in: body))?.object }
    var errorCode: String? { json?["error"]?.object?["code"]?.string }
}

/// A server and its clients.
struct WebScene {
    var server: VirtualServer

    init(
        policy: HubPolicy = HubPolicy(), origins: [String] = [],
        deflate: WebSocketPolicy.Deflate = .off, turn: VirtualServer.Turn = .read
    ) {
        var site = HTTPSite()
        site["/"] = HTTPAsset(
            contentType: "text/html; charset=utf-8", bytes: Array("<!DOCTYPE html>".utf8),
            tag: "abc")
        let web = WebSettings(
            site: site,
            sockets: WebSocketPolicy(
                origins: WebSocketOriginPolicy(allowed: origins), deflate: deflate),
            inflater: RunLengthInflater(), sha1: { _ in Array(repeating: 7, count: 20) })
        server = VirtualServer(turn: turn, policy: policy, web: web)
    }

    // MARK: - HTTP

    static func request(
        _ method: String, _ target: String, fields: String = "", body: String = "",
        version: String = "1.1"
    ) -> String {
        let length =
            body.isEmpty && method != "POST" ? "" : "Content-Length: \(body.utf8.count)\r\n"
        return
            "\(method) \(target) HTTP/\(version)\r\nHost: chat.test\r\n\(fields)\(length)\r\n\(body)"
    }

    /// Sends a request over a connection of its own; nil when there is no whole answer.
    mutating func ask(
        _ method: String, _ target: String, fields: String = "", body: String = ""
    ) throws -> WebAnswer {
        let client = server.connect()
        return try ask(client, method, target, fields: fields, body: body)
    }

    mutating func ask(
        _ client: Int, _ method: String, _ target: String, fields: String = "", body: String = ""
    ) throws -> WebAnswer {
        let text = WebScene.request(method, target, fields: fields, body: body)
        server.receive(text.utf8, from: client)
        let answers = try answers(of: client, isHead: method == "HEAD")
        #expect(answers.count == 1)
        return try #require(answers.first)
    }

    mutating func get(_ target: String, fields: String = "") throws -> WebAnswer {
        try ask("GET", target, fields: fields)
    }

    mutating func post(
        _ text: String, to room: String = "lobby", fields: String = "", query: String = ""
    ) throws -> WebAnswer {
        try ask("POST", "/api/rooms/\(room)/messages\(query)", fields: fields, body: text)
    }

    /// Everything that a client was sent, as answers.
    mutating func answers(of client: Int, isHead: Bool = false) throws -> [WebAnswer] {
        var rest = server.take(client)[...]
        var answers: [WebAnswer] = []
        while !rest.isEmpty {
            let (answer, length) = try WebScene.answer(rest, isHead: isHead)
            answers.append(answer)
            rest = rest.dropFirst(length)
        }
        return answers
    }

    /// The answer that `bytes` begin with, and its length; content without a length is all there is.
    private static func answer(
        _ bytes: ArraySlice<UInt8>, isHead: Bool
    ) throws -> (WebAnswer, Int) {
        let text = Array(bytes)
        let end = try #require(
            text.indices.first { text[$0...].starts(with: "\r\n\r\n".utf8) })
        let head = String(decoding: text[..<end], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let status = try #require(Int(lines[0].split(separator: " ")[1]))
        let fields = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (
                name: String(line[..<colon]), value: String(line[colon...].dropFirst(2))
            )
        }
        let hasContent = !isHead && status != 304 && status != 204 && status != 101
        let said = fields.first { $0.name == "Content-Length" }.flatMap { Int($0.value) }
        let length = hasContent ? said ?? text.count - end - 4 : 0
        let body = text[(end + 4)...].prefix(length)
        return (
            WebAnswer(
                status: status, fields: fields, body: String(decoding: body, as: UTF8.self)),
            end + 4 + length
        )
    }

    // MARK: - Others

    /// Somebody who speaks JSON lines and is in the lobby; nothing is left unread.
    mutating func person(_ nick: String) -> Int {
        let client = server.connect()
        server.receive("{\"type\":\"hello\",\"nick\":\"\(nick)\"}\n".utf8, from: client)
        _ = server.take(client)
        return client
    }

    mutating func say(_ text: String, from client: Int) {
        server.receive("{\"type\":\"message\",\"text\":\"\(text)\"}\n".utf8, from: client)
        _ = server.take(client)
    }

    // MARK: - WebSockets

    static let handshake =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    /// Opens a WebSocket; its first frames are left to be read.
    mutating func open(
        _ target: String = "/", subprotocol: String? = nil, fields: String = ""
    ) throws -> Int {
        let client = server.connect()
        let named = subprotocol.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? ""
        let request = WebScene.request(
            "GET", target, fields: WebScene.handshake + named + fields)
        server.receive(request.utf8, from: client)
        let sent = server.take(client)
        let end = try #require(
            sent.indices.first { sent[$0...].starts(with: "\r\n\r\n".utf8) })
        #expect(String(decoding: sent[..<end], as: UTF8.self).hasPrefix("HTTP/1.1 101 "))
        unread[client] = Array(sent[(end + 4)...])
        return client
    }

    /// What came behind the handshake's answer.
    private var unread: [Int: [UInt8]] = [:]

    mutating func send(_ frames: ClientFrame..., from client: Int) {
        server.receive(frames.bytes, from: client)
    }

    /// The frames that a client was sent.
    mutating func frames(_ client: Int) throws -> [ServerFrame] {
        let bytes = (unread.removeValue(forKey: client) ?? []) + server.take(client)
        return try ServerFrame.all(in: bytes)
    }

    /// The same as text; a Close is its code and reason.
    mutating func texts(_ client: Int) throws -> [String] {
        try frames(client).map { frame in
            guard frame.opcode == .close else { return frame.text }
            let code = frame.payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
            return "close \(code) \(String(decoding: frame.payload.dropFirst(2), as: UTF8.self))"
        }
    }

    /// A WebSocket that speaks JSON and is in the lobby; nothing is left unread.
    mutating func jsonSocket(_ nick: String) throws -> Int {
        let client = try open(subprotocol: "chatkit.v1.json")
        send(.text("{\"type\":\"hello\",\"nick\":\"\(nick)\"}"), from: client)
        _ = try frames(client)
        return client
    }
}
