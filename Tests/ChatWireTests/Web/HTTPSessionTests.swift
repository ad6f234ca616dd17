// One HTTP connection: answers and their order, what keeps it open and what ends it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("HTTP session")
struct HTTPSessionTests {
    @Test("a file is served with its type, its tag and what protects it")
    func file() throws {
        var scene = WebScene()
        let answer = try scene.get("/")
        #expect(answer.status == 200)
        #expect(answer.body == "<!DOCTYPE html>")
        #expect(answer["Content-Type"] == "text/html; charset=utf-8")
        #expect(answer["ETag"] == "\"abc\"")
        #expect(answer["Cache-Control"] == "no-cache")
        #expect(answer["X-Content-Type-Options"] == "nosniff")
        #expect(answer["Content-Security-Policy"]?.contains("default-src 'none'") == true)
    }

    @Test("who has a file already is told so, and sent nothing")
    func notModified() throws {
        var scene = WebScene()
        let answer = try scene.get("/", fields: "If-None-Match: \"abc\"\r\n")
        #expect(answer.status == 304)
        #expect(answer.body.isEmpty)
        #expect(answer["ETag"] == "\"abc\"")
        #expect(try scene.get("/", fields: "If-None-Match: \"abd\"\r\n").status == 200)
    }

    @Test("HEAD is answered like GET, without the content")
    func head() throws {
        var scene = WebScene()
        for target in ["/", "/healthz", "/api/rooms", "/nothing"] {
            let get = try scene.get(target)
            let head = try scene.ask("HEAD", target)
            #expect(head.status == get.status)
            #expect(head["Content-Length"] == get["Content-Length"])
            #expect(head.body.isEmpty)
        }
    }

    @Test("what is not there is 404, and what is there otherwise 405 with what it takes")
    func wrongAddress() throws {
        var scene = WebScene()
        #expect(try scene.get("/nothing").errorCode == "not_found")
        let answer = try scene.ask("DELETE", "/api/rooms/lobby/messages")
        #expect(answer.status == 405)
        #expect(answer["Allow"] == "GET, HEAD, POST")
        // A file takes no other method either.
        #expect(try scene.ask("POST", "/").status == 404)
    }

    @Test("answers come in the order of the requests, whoever gives them")
    func pipelining() throws {
        var scene = WebScene()
        let client = scene.server.connect()
        let targets = ["/healthz", "/api/rooms", "/healthz", "/readyz", "/nothing", "/threads"]
        let text = targets.map { WebScene.request("GET", $0) }.joined()
        scene.server.receive(text.utf8, from: client)
        let bodies = try scene.answers(of: client).map(\.body)
        #expect(bodies[0] == "ok\n")
        #expect(bodies[1].hasPrefix("{\"type\":\"rooms\""))
        #expect(bodies[2] == "ok\n")
        #expect(bodies[3] == "ready\n")
        #expect(bodies[4].contains("not_found"))
        #expect(bodies[5] == "{\"count\":0,\"threads\":[]}\n")
        #expect(!scene.server.clients[client].isClosed)
    }

    @Test("requests mean the same however they are cut")
    func cuts() throws {
        let text =
            WebScene.request("GET", "/healthz")
            + WebScene.request("POST", "/api/rooms/lobby/messages?nick=ann", body: "one")
            + WebScene.request("GET", "/api/rooms/lobby/messages") + "GET nonsense\r\n\r\n"
        try DecoderVerifier.verify(Array(text.utf8), cuts: 40) { pieces in
            var scene = WebScene()
            let client = scene.server.connect()
            for piece in pieces { scene.server.receive(piece, from: client) }
            let state = scene.server.clients[client]
            return "\(state.actions) \(state.left as Any) \(scene.server.text(client))"
        }
    }

    @Test(
        "who wants the connection closed gets that, and nothing after it is answered",
        arguments: ["/healthz", "/api/rooms"])
    func close(target: String) throws {
        var scene = WebScene()
        let client = scene.server.connect()
        let request = WebScene.request("GET", target, fields: "Connection: close\r\n")
        scene.server.receive((request + request).utf8, from: client)
        let answers = try scene.answers(of: client)
        #expect(answers.map(\.status) == [200])
        #expect(answers[0]["Connection"] == "close")
        #expect(scene.server.clients[client].left == .closed(.quit))
    }

    @Test("HTTP/1.0 ends with its answer unless it asks otherwise")
    func oldVersion() throws {
        var scene = WebScene()
        let client = scene.server.connect()
        let request = "GET /healthz HTTP/1.0\r\n"
        scene.server.receive((request + "Connection: keep-alive\r\n\r\n").utf8, from: client)
        #expect(try scene.answers(of: client)[0]["Connection"] == "keep-alive")
        scene.server.receive((request + "\r\n").utf8, from: client)
        #expect(try scene.answers(of: client)[0]["Connection"] == "close")
        #expect(scene.server.clients[client].isClosed)
    }

    @Test(
        "what is no request is answered once, and the connection ends",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 9000))\r\n\r\n",
                431
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
        ])
    func badRequest(text: String, status: Int) throws {
        var scene = WebScene()
        let client = scene.server.connect()
        scene.server.receive(text.utf8, from: client)
        scene.server.receive(WebScene.request("GET", "/healthz").utf8, from: client)
        let answers = try scene.answers(of: client)
        #expect(answers.map(\.status) == [status])
        #expect(answers[0]["Connection"] == "close")
        #expect(scene.server.clients[client].left == .closed(.badData))
    }

    @Test("who waits to be told to go on is told so, once")
    func continues() throws {
        var scene = WebScene()
        let client = scene.server.connect()
        let head =
            "POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
            + "Expect: 100-continue\r\n\r\n"
        scene.server.receive(head.utf8, from: client)
        #expect(scene.server.text(client) == "HTTP/1.1 100 Continue\r\n\r\n")
        scene.server.receive("hi".utf8, from: client)
        #expect(try scene.answers(of: client).map(\.status) == [201])
    }

    // MARK: - Patience

    @Test(
        "a request that does not come to its end is given ten seconds",
        arguments: [
            "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
        ])
    func slowRequest(start: String) throws {
        var scene = WebScene()
        let client = scene.server.connect()
        for byte in start.utf8 { scene.server.receive([byte], from: client) }
        scene.server.pass(.milliseconds(9999))
        #expect(!scene.server.clients[client].isClosed)
        scene.server.pass(.milliseconds(1))
        #expect(try scene.answers(of: client).map(\.status) == [408])
        #expect(scene.server.clients[client].left == .closed(.handshakeTimeout))
    }

    @Test("a trickle of bytes does not buy a later request more time")
    func trickle() throws {
        var scene = WebScene()
        let client = scene.server.connect()
        scene.server.receive(WebScene.request("GET", "/healthz").utf8, from: client)
        scene.server.pass(.seconds(30))
        scene.server.receive("GET ".utf8, from: client)
        for _ in 0..<10 {
            scene.server.pass(.seconds(1))
            scene.server.receive("/".utf8, from: client)
        }
        #expect(try scene.answers(of: client).map(\.status) == [200, 408])
    }

    @Test("a connection that nothing comes in on is closed after a minute, without a word")
    func idle() throws {
        var scene = WebScene()
        let client = scene.server.connect()
        scene.server.receive(WebScene.request("GET", "/healthz").utf8, from: client)
        _ = scene.server.take(client)
        scene.server.pass(.milliseconds(59_999))
        #expect(!scene.server.clients[client].isClosed)
        scene.server.pass(.milliseconds(1))
        #expect(scene.server.clients[client].left == .closed(.idleTimeout))
        #expect(scene.server.take(client).isEmpty)
    }

    @Test("whoever asks again within a minute may stay for ever")
    func busy() throws {
        var scene = WebScene()
        let client = scene.server.connect()
        for _ in 0..<10 {
            scene.server.receive(WebScene.request("GET", "/api/rooms").utf8, from: client)
            scene.server.pass(.seconds(59))
        }
        #expect(try scene.answers(of: client).count == 10)
    }
}
