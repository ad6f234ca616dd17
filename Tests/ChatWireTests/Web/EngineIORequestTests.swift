// Socket.IO's requests as HTTP: what is passed on to a session, how its answer leaves, and what is
// refused before any session is asked.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Engine.IO over HTTP")
struct EngineIORequestTests {
    private static let path = "/socket.io/?EIO=4&transport="
    private static let sid = "00aaaaaaaaaaaaaaaaaaaaaaaa"

    private func send(
        _ method: String, _ target: String, to scene: inout WebScene, body: String = ""
    ) -> Int {
        let client = scene.server.connect()
        let request = WebScene.request(method, target, body: body)
        scene.server.receive(request.utf8, from: client)
        return client
    }

    @Test("a poll is its session's, and answered as that says")
    func poll() throws {
        var scene = WebScene()
        let client = send("GET", "\(Self.path)polling&sid=\(Self.sid)", to: &scene)
        #expect(scene.server.clients[client].actions.count == 1)
        #expect(scene.server.clients[client].actions[0].contains("poll("))
        #expect(scene.server.take(client).isEmpty)
        scene.server.answer(.ok, to: client)
        let answer = try #require(try scene.answers(of: client).first)
        #expect(answer.status == 200)
        #expect(answer.body == "ok")
        #expect(answer["Content-Type"] == "text/plain; charset=UTF-8")
        #expect(answer["Cache-Control"] == "no-store")
    }

    @Test("what comes behind a request waits until that is answered")
    func pipelined() throws {
        var scene = WebScene()
        let client = send(
            "POST", "\(Self.path)polling&sid=\(Self.sid)", to: &scene, body: "40")
        scene.server.receive(WebScene.request("GET", "/healthz").utf8, from: client)
        #expect(scene.server.take(client).isEmpty)
        scene.server.answer(.tooLarge, to: client)
        let answers = try scene.answers(of: client)
        #expect(answers.map(\.status) == [413, 200])
        #expect(answers.last?.body == "ok\n")
        // Nobody waits for this one.
        scene.server.answer(.ok, to: client)
        #expect(scene.server.take(client).isEmpty)
    }

    @Test(
        "what is none of the protocol's is refused in its words",
        arguments: [
            ("GET", "/socket.io?EIO=4", "", 0), ("GET", path + "smoke", "", 0),
            ("GET", path + "polling&sid=nonsense", "", 1), ("POST", path + "polling", "40", 2),
            ("GET", path + "websocket", "", 3), ("PUT", path + "polling&sid=" + sid, "40", 3),
            ("GET", "/socket.io/?EIO=3&transport=polling", "", 5),
        ])
    func refused(method: String, target: String, body: String, code: Int64) throws {
        var scene = WebScene()
        let answer = try scene.ask(method, target, body: body)
        #expect(answer.status == 400)
        #expect(answer.json?["code"] == .int(code))
        #expect(answer["Content-Type"] == "application/json")
    }

    @Test("pages from elsewhere are refused unless they are allowed, and may then read the answer")
    func origins() throws {
        var scene = WebScene(origins: ["https://team.test"])
        let refused = try scene.get(
            Self.path + "polling", fields: "Origin: https://evil.test\r\n")
        #expect(refused.status == 403)
        #expect(refused.json?["code"] == .int(4))
        #expect(refused["Access-Control-Allow-Origin"] == nil)
        let asked = try scene.ask(
            "OPTIONS", Self.path + "polling", fields: "Origin: https://team.test\r\n")
        #expect(asked.status == 204)
        #expect(asked["Access-Control-Allow-Origin"] == "https://team.test")
        #expect(asked["Access-Control-Allow-Credentials"] == "true")
        let client = scene.server.connect()
        let request = WebScene.request(
            "GET", Self.path + "polling", fields: "Origin: https://team.test\r\n")
        scene.server.receive(request.utf8, from: client)
        scene.server.answer(.ok, to: client)
        let answer = try #require(try scene.answers(of: client).first)
        #expect(answer["Access-Control-Allow-Origin"] == "https://team.test")
        #expect(answer["Access-Control-Allow-Credentials"] == "true")
        #expect(answer["Vary"] == "Origin")
    }

    @Test(
        "cookies may come along from pages that are allowed by name, and from no others",
        arguments: [
            (["*"], "https://team.test", nil),
            (["*", "https://team.test"], "https://team.test", "true"),
            (["null"], "null", nil),
            (["https://TEAM.test:443"], "https://team.test", "true"),
        ])
    func credentials(allowed: [String], origin: String, said: String?) throws {
        var scene = WebScene(origins: allowed)
        for target in ["/api/rooms", Self.path + "polling"] {
            let asked = try scene.ask("OPTIONS", target, fields: "Origin: \(origin)\r\n")
            #expect(asked["Access-Control-Allow-Origin"] == origin)
            #expect(asked["Access-Control-Allow-Credentials"] == said)
        }
    }

    @Test("a poll that is never answered ends with its connection")
    func forgotten() throws {
        var scene = WebScene()
        let client = send("GET", "\(Self.path)polling&sid=\(Self.sid)", to: &scene)
        scene.server.pass(Limits.enginePoll - .seconds(1))
        #expect(scene.server.take(client).isEmpty)
        scene.server.pass(.seconds(2))
        #expect(try scene.answers(of: client).first?.status == 504)
        #expect(scene.server.clients[client].isClosed)
    }

    @Test("a WebSocket brings texts and says which bytes were none")
    func webSocket() throws {
        var scene = WebScene()
        let client = try scene.open(Self.path + "websocket")
        scene.send(.text("40"), .binary([1, 2]), .text("2"), from: client)
        let actions = scene.server.clients[client].actions
        #expect(actions.count == 4)
        #expect(actions[0].contains("open("))
        #expect(actions[1] == "carry text([52, 48])")
        #expect(actions[2] == "carry binary")
        #expect(actions[3] == "carry text([50])")
    }
}
