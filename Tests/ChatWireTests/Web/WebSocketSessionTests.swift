// WebSocket clients from their handshake to their Close: JSON, IRC and plain text inside.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("WebSocket session")
struct WebSocketSessionTests {
    // MARK: - Handshakes

    @Test(
        "the sub-protocol that is spoken here is agreed to, the first of several",
        arguments: [
            ("chatkit.v1.json", "chatkit.v1.json"), ("text.ircv3.net", "text.ircv3.net"),
            ("soap, binary.ircv3.net, chatkit.v1.json", "binary.ircv3.net"), ("soap", nil),
        ])
    func subprotocols(offered: String, agreed: String?) throws {
        var scene = WebScene()
        let client = scene.server.connect()
        let fields = WebScene.handshake + "Sec-WebSocket-Protocol: \(offered)\r\n"
        scene.server.receive(
            WebScene.request("GET", "/any/path", fields: fields).utf8, from: client)
        let head = scene.server.text(client)
        #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(head.contains("Upgrade: websocket\r\n"))
        #expect(head.contains("Connection: Upgrade\r\n"))
        #expect(head.contains("Sec-WebSocket-Accept: BwcHBwcHBwcHBwcHBwcHBwcHBwc=\r\n"))
        #expect(
            head.contains("Sec-WebSocket-Protocol: ") == (agreed != nil)
                && head.contains(agreed.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? ""))
    }

    @Test(
        "a handshake that is none is refused, and the connection goes on",
        arguments: [
            ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426),
            ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400),
            ("Connection: Upgrade\r\n", "", 400),
            ("Upgrade: websocket\r\n", "Upgrade: websocket\r\nOrigin: https://evil.test\r\n", 403),
        ])
    func refusals(line: String, replacement: String, status: Int) throws {
        var scene = WebScene()
        let client = scene.server.connect()
        let parts = WebScene.handshake.split(separator: line, maxSplits: 1)
        var fields = parts.joined(separator: replacement)
        if WebScene.handshake.hasPrefix(line) { fields = replacement + (parts.last ?? "") }
        let answer = try scene.ask(client, "GET", "/", fields: fields)
        #expect(answer.status == status)
        if status == 426 { #expect(answer["Sec-WebSocket-Version"] == "13") }
        #expect(try scene.ask(client, "GET", "/healthz").status == 200)
    }

    @Test("what follows the handshake in the same breath is read")
    func earlyFrames() throws {
        var scene = WebScene()
        let client = scene.server.connect()
        let request = WebScene.request(
            "GET", "/", fields: WebScene.handshake + "Sec-WebSocket-Protocol: chatkit.v1.json\r\n")
        let hello = ClientFrame.text("{\"type\":\"hello\",\"nick\":\"ann\"}")
        scene.server.receive(Array(request.utf8) + hello.bytes, from: client)
        #expect(scene.server.text(client).contains("\"type\":\"welcome\""))
    }

    @Test("who says nothing after its handshake is told so after ten seconds, and closed")
    func silence() throws {
        var scene = WebScene()
        let client = try scene.open(subprotocol: "chatkit.v1.json")
        scene.server.pass(.seconds(10))
        let told = try scene.texts(client)
        #expect(told.first?.hasPrefix("{\"type\":\"bye\",\"code\":\"handshake_timeout\"") == true)
        #expect(told.last == "close 1008 no handshake within 10 seconds")
        #expect(scene.server.clients[client].left == .closed(.handshakeTimeout))
    }

    // MARK: - JSON

    @Test("each object is a message, and an object may stand on many lines")
    func json() throws {
        var scene = WebScene()
        let ann = try scene.jsonSocket("ann")
        let bob = scene.person("bob")
        _ = try scene.frames(ann)
        scene.send(
            .text("{\n\"type\": \"message\",\n\"text\": \"hi\",\n\"nonce\": \"1\"}\n"), from: ann)
        let told = try scene.frames(ann)
        #expect(told.allSatisfy { $0.opcode == .text && !$0.text.contains("\n") })
        #expect(told.contains { $0.text.hasPrefix("{\"type\":\"ack\",\"nonce\":\"1\"") })
        #expect(told.contains { $0.text.hasPrefix("{\"type\":\"message\"") })
        #expect(scene.server.text(bob).contains("\"text\":\"hi\""))
    }

    @Test(
        "a bad message is answered and costs nobody the connection",
        arguments: ["", "{", "[]", "hi"])
    func badJSON(text: String) throws {
        var scene = WebScene()
        let ann = try scene.jsonSocket("ann")
        scene.send(.text(text), .text("{\"type\":\"ping\"}"), from: ann)
        #expect(try scene.texts(ann).last == "{\"type\":\"pong\"}")
    }

    @Test("a message longer than a line may be is refused, and the next one is read")
    func longMessage() throws {
        var scene = WebScene()
        let ann = try scene.jsonSocket("ann")
        let long = String(repeating: "x", count: Limits.maxLineBytes + 1)
        scene.send(.text(long), .text("{\"type\":\"ping\"}"), from: ann)
        let told = try scene.texts(ann)
        #expect(told.first?.contains("\"line_too_long\"") == true)
        #expect(told.last == "{\"type\":\"pong\"}")
    }

    @Test("binary messages are no JSON")
    func binary() throws {
        var scene = WebScene()
        let ann = try scene.jsonSocket("ann")
        scene.send(.binary([1, 2]), from: ann)
        #expect(try scene.texts(ann) == ["close 1003 only text is understood here"])
        #expect(scene.server.clients[ann].left == .closed(.badData))
    }

    @Test("a good-bye is answered with one, and a Close behind it")
    func bye() throws {
        var scene = WebScene()
        let ann = try scene.jsonSocket("ann")
        scene.send(.text("{\"type\":\"bye\",\"text\":\"so long\"}"), from: ann)
        let told = try scene.texts(ann)
        #expect(told.count == 2)
        #expect(told.first?.hasPrefix("{\"type\":\"bye\",\"code\":\"quit\"") == true)
        #expect(told.last == "close 1000 ")
        #expect(scene.server.clients[ann].left == .quit("so long"))
    }

    @Test(
        "a Close is answered with its code; a normal one is a good-bye, another may be a page's reload",
        arguments: [(1000, "quit"), (1001, "disconnected"), (4000, "disconnected")])
    func peerCloses(code: UInt16, reason: String) throws {
        var scene = WebScene()
        let bob = scene.person("bob")
        let ann = try scene.jsonSocket("ann")
        _ = scene.server.take(bob)
        scene.send(.close(code, "going"), from: ann)
        #expect(try scene.texts(ann) == ["close \(code) "])
        #expect(scene.server.text(bob).contains("\"reason\":\"\(reason)\""))
    }

    @Test("what breaks the protocol ends the connection with the fitting code")
    func broken() throws {
        var scene = WebScene()
        let ann = try scene.jsonSocket("ann")
        scene.send(ClientFrame.text("x").with(\.key, nil), from: ann)
        #expect(try scene.texts(ann).first?.hasPrefix("close 1002 ") == true)
        #expect(scene.server.clients[ann].left == .closed(.badData))
    }

    @Test("silence is asked about by a ping; a pong is an answer, and none is the end")
    func heartbeat() throws {
        var scene = WebScene()
        let ann = try scene.jsonSocket("ann")
        scene.server.pass(.seconds(60))
        let ping = try #require(try scene.frames(ann).first)
        #expect(ping.opcode == .ping)
        scene.send(.pong(ping.text), from: ann)
        scene.server.pass(.seconds(60))
        #expect(try scene.frames(ann).map(\.opcode) == [.ping])
        scene.server.pass(.seconds(240))
        let told = try scene.texts(ann)
        #expect(told.first?.hasPrefix("{\"type\":\"bye\",\"code\":\"idle_timeout\"") == true)
        #expect(told.last?.hasPrefix("close 1001 ") == true)
    }

    @Test("a client's ping is answered at once")
    func ping() throws {
        var scene = WebScene()
        let ann = try scene.jsonSocket("ann")
        scene.send(.ping("x"), from: ann)
        let pong = try scene.frames(ann)
        #expect(pong.map(\.opcode) == [.pong])
        #expect(pong[0].text == "x")
    }

    // MARK: - IRC

    @Test(
        "IRC has one line a message, in text or in binary frames",
        arguments: [("text.ircv3.net", WebSocketOpcode.text), ("binary.ircv3.net", .binary)])
    func irc(subprotocol: String, opcode: WebSocketOpcode) throws {
        var scene = WebScene()
        let bob = scene.person("bob")
        let ann = try scene.open(subprotocol: subprotocol)
        let frame: (String) -> ClientFrame = {
            opcode == .text ? .text($0) : .binary(Array($0.utf8))
        }
        scene.send(frame("NICK ann"), frame("USER a 0 * :Ann"), from: ann)
        let told = try scene.frames(ann)
        #expect(told.first?.text.hasPrefix(":chatkit 001 ann ") == true)
        #expect(told.allSatisfy { $0.opcode == opcode })
        #expect(told.allSatisfy { !$0.text.contains("\n") && !$0.text.contains("\r") })
        scene.send(frame("PRIVMSG #lobby :from IRC"), from: ann)
        #expect(scene.server.text(bob).contains("\"text\":\"from IRC\""))
        scene.say("hello ann", from: bob)
        #expect(try scene.texts(ann) == [":bob!~json@json.chatkit PRIVMSG #lobby :hello ann"])
        scene.send(frame("QUIT :bye"), from: ann)
        #expect(try scene.texts(ann).last == "close 1000 ")
    }

    // MARK: - Plain text

    @Test("without a sub-protocol the client is in at once, and everybody sees what it says")
    func plain() throws {
        var scene = WebScene()
        let ann = try scene.open("/?nick=ann")
        #expect(try scene.texts(ann).first?.hasPrefix("Welcome to chatkit, ann.") == true)
        let guest = try scene.open()
        #expect(try scene.texts(guest).first?.hasPrefix("Welcome to chatkit, client#1.") == true)
        _ = try scene.frames(ann)
        scene.send(.text("hello"), from: guest)
        #expect(try scene.texts(ann) == ["client#1: hello"])
        #expect(try scene.texts(guest) == ["client#1: hello"])
        scene.send(.text("/me waves"), from: ann)
        #expect(try scene.texts(guest) == ["* ann waves"])
    }

    @Test("a room can be named; one that cannot be one is said so, and the lobby taken")
    func plainRoom() throws {
        var scene = WebScene()
        let ann = try scene.open("/?nick=ann&room=ops")
        #expect(try scene.texts(ann).contains("in #ops: ann"))
        let bob = try scene.open("/?nick=bob&room=a%20b")
        let told = try scene.texts(bob)
        #expect(told.first?.hasPrefix("a b cannot be a room: ") == true)
        #expect(told.contains("in #lobby: bob"))
    }

    @Test("who cannot have its name has another", arguments: ["ann", "two%20words", "%23ops"])
    func plainNick(nick: String) throws {
        var scene = WebScene()
        _ = scene.person("ann")
        let client = try scene.open("/?nick=\(nick)&room=ops")
        let told = try scene.texts(client)
        #expect(told.contains { $0.hasPrefix("Welcome to chatkit, client#1.") })
        #expect(told.contains("in #ops: client#1"))
        #expect(told.first?.contains("Welcome") == false)
        scene.server.pass(.seconds(1))
        #expect(try scene.frames(client).isEmpty)
    }

    @Test("a message of several lines is one message, and so is one that ends in a line's end")
    func plainLines() throws {
        var scene = WebScene()
        let bob = scene.person("bob")
        let ann = try scene.open("/?nick=ann")
        _ = scene.server.take(bob)
        scene.send(.text("one\ntwo\n"), from: ann)
        #expect(scene.server.text(bob).contains("\"text\":\"one\\ntwo\""))
        #expect(try scene.texts(ann).suffix(2) == ["ann: one", "ann: two"])
        scene.send(.text(""), .text("\n"), from: ann)
        #expect(scene.server.take(bob).isEmpty)
    }

    @Test("a first message that is a JSON hello makes it JSON, under the name that it says")
    func plainToJSON() throws {
        var scene = WebScene()
        let bob = scene.person("bob")
        let ann = try scene.open()
        _ = try scene.frames(ann)
        _ = scene.server.take(bob)
        scene.send(.text(" {\"type\":\"hello\",\"nick\":\"ann\"}"), from: ann)
        let told = try scene.texts(ann)
        #expect(told.first?.hasPrefix("{\"type\":\"welcome\"") == true)
        #expect(told.allSatisfy { $0.hasPrefix("{") })
        let heard = scene.server.text(bob)
        #expect(heard.contains("\"type\":\"left\",\"room\":\"#lobby\",\"nick\":\"client#1\""))
        #expect(heard.contains("\"type\":\"joined\",\"room\":\"#lobby\",\"nick\":\"ann\""))
        scene.server.receive("{\"type\":\"names\"}\n".utf8, from: bob)
        #expect(scene.server.text(bob).contains("\"count\":2"))
    }

    @Test("a guest whose hello is refused stays what it was, and may say hello again")
    func refusedHello() throws {
        var scene = WebScene()
        _ = scene.person("bob")
        let ann = try scene.open()
        _ = try scene.frames(ann)
        scene.send(.text("{\"type\":\"hello\",\"nick\":\"bob\"}"), from: ann)
        #expect(try scene.texts(ann).last?.contains("\"nick_taken\"") == true)
        scene.send(.text("{\"type\":\"hello\",\"nick\":\"ann\"}"), from: ann)
        #expect(try scene.texts(ann).first?.hasPrefix("{\"type\":\"welcome\"") == true)
    }

    @Test("a hello that is not the first message is a message")
    func lateHello() throws {
        var scene = WebScene()
        let ann = try scene.open("/?nick=ann")
        _ = try scene.frames(ann)
        scene.send(.text("hi"), .text("{\"type\":\"hello\",\"nick\":\"x\"}"), from: ann)
        #expect(try scene.texts(ann).last == "ann: {\"type\":\"hello\",\"nick\":\"x\"}")
    }

    @Test("with a capacity of one, a guest that becomes JSON keeps its slot")
    func limitedGuest() throws {
        var scene = WebScene(policy: HubPolicy(capacity: 1))
        let ann = try scene.open()
        _ = try scene.frames(ann)
        scene.send(.text("{\"type\":\"hello\",\"nick\":\"ann\"}"), from: ann)
        let told = try scene.texts(ann)
        #expect(told.contains { $0.hasPrefix("{\"type\":\"names\"") })
        #expect(!told.contains { $0.hasPrefix("{\"type\":\"queue\"") })
        #expect(
            scene.server.visits.count { if case .approached = $0.event { true } else { false } }
                == 1)
    }

    // MARK: - Compression

    @Test("compression is agreed to where it is switched on, and messages are inflated")
    func compression() throws {
        var scene = WebScene(deflate: .on)
        let client = scene.server.connect()
        let offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
        scene.server.receive(
            WebScene.request("GET", "/?nick=ann", fields: WebScene.handshake + offer).utf8,
            from: client)
        #expect(
            scene.server.text(client).contains(
                "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"))
        #expect(scene.server.clients[client].session.format.framing == .deflatedText)
        let packed = ClientFrame(1, [3, UInt8(ascii: "a")]).with(\.reserved, 4)
        scene.send(packed, from: client)
        #expect(try scene.texts(client).last == "ann: aaa")
    }

    @Test("frames mean the same however they are cut")
    func cuts() throws {
        let request = WebScene.request("GET", "/?nick=ann", fields: WebScene.handshake)
        let frames = [
            ClientFrame.text("one"), .ping("p"), .text("/nick eve"), .text("two"), .close(1000),
        ]
        try DecoderVerifier.verify(Array(request.utf8) + frames.bytes, cuts: 40) { pieces in
            var scene = WebScene(turn: .request)
            let client = scene.server.connect()
            for piece in pieces { scene.server.receive(piece, from: client) }
            let state = scene.server.clients[client]
            return "\(state.actions) \(state.left as Any) \(scene.server.take(client))"
        }
    }
}
