// A room's events as server-sent events: live, from a number on, and after a break.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Event streams")
struct EventStreamTests {
    /// Opens a stream; what it was sent behind the head of its answer.
    private func listen(
        _ scene: inout WebScene, _ query: String = "", fields: String = ""
    ) throws -> (client: Int, text: String) {
        let client = scene.server.connect()
        let request = WebScene.request("GET", "/events\(query)", fields: fields)
        scene.server.receive(request.utf8, from: client)
        let answer = try #require(try scene.answers(of: client).first)
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "text/event-stream")
        #expect(answer["Connection"] == "close")
        #expect(answer.body.hasPrefix("retry: 3000\n"))
        return (client, String(answer.body.dropFirst("retry: 3000\n".count)))
    }

    @Test("everything that happens in the room is told, messages with their number as id")
    func live() throws {
        var scene = WebScene()
        let (client, before) = try listen(&scene)
        #expect(before.isEmpty)
        let ann = scene.person("ann")
        #expect(scene.server.text(client).hasPrefix("data: {\"type\":\"joined\""))
        scene.say("hello", from: ann)
        let event = scene.server.text(client)
        #expect(event.hasPrefix("id: 1\ndata: {\"type\":\"message\""))
        #expect(event.hasSuffix("}\n\n"))
        #expect(event.contains("\"text\":\"hello\""))
    }

    @Test("a listener is no member: nobody is told of it, and no list has it")
    func unseen() throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        let (client, _) = try listen(&scene)
        #expect(scene.server.take(ann).isEmpty)
        scene.server.receive("{\"type\":\"names\"}\n".utf8, from: ann)
        #expect(scene.server.text(ann).contains("\"count\":1"))
        scene.server.finish(client)
        #expect(scene.server.take(ann).isEmpty)
        scene.say("to nobody else", from: ann)
        #expect(scene.server.take(client).isEmpty)
    }

    @Test(
        "who comes back is told first what was said since",
        arguments: [
            ("?after=1", ""), ("", "Last-Event-ID: 1\r\n"), ("?after=0", "Last-Event-ID: 1\r\n"),
        ])
    func resumes(query: String, fields: String) throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        for text in ["one", "two", "three"] { scene.say(text, from: ann) }
        let (_, missed) = try listen(&scene, query, fields: fields)
        let ids = missed.split(separator: "\n").filter { $0.hasPrefix("id: ") }
        #expect(ids == ["id: 2", "id: 3"])
        #expect(!missed.contains("\"one\""))
    }

    @Test("what is no longer to be had is named as a gap")
    func gap() throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        let count = Limits.recentMessagesPerRoom + 10
        for text in 1...count { scene.say("\(text)", from: ann) }
        let (_, missed) = try listen(&scene, "?after=0")
        #expect(missed.hasPrefix("data: {\"type\":\"gap\",\"room\":\"#lobby\",\"from_seq\":1,"))
        #expect(missed.hasSuffix("}\n\n"))
        #expect(missed.contains("id: \(count)\n"))
    }

    @Test(
        "a place that is not known is a gap, and keeps nobody from listening",
        arguments: ["99", "zzz", "-1", "99999999999999999999"])
    func unknownPlace(id: String) throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        scene.say("one", from: ann)
        scene.say("two", from: ann)
        let (client, told) = try listen(&scene, fields: "Last-Event-ID: \(id)\r\n")
        #expect(
            told.hasPrefix(
                ##"data: {"type":"gap","room":"#lobby","from_seq":1,"to_seq":2}"## + "\n\n"))
        scene.say("hello", from: ann)
        #expect(scene.server.text(client).contains("\"hello\""))
    }

    @Test("an address that asks for no number is refused")
    func badAddress() throws {
        var scene = WebScene()
        let answer = try scene.get("/events?after=zzz")
        #expect(answer.status == 400)
    }

    @Test("a stream shows every 15 seconds that it is alive, and has no other deadline")
    func beat() throws {
        var scene = WebScene()
        let (client, _) = try listen(&scene)
        scene.server.pass(.milliseconds(14_999))
        #expect(scene.server.take(client).isEmpty)
        scene.server.pass(.milliseconds(1))
        #expect(scene.server.text(client) == ":\n")
        scene.server.pass(.seconds(3600))
        #expect(scene.server.text(client) == String(repeating: ":\n", count: 240))
        #expect(!scene.server.clients[client].isClosed)
    }

    @Test("HEAD and rooms that are not there begin no stream")
    func nothing() throws {
        var scene = WebScene()
        let head = scene.server.connect()
        let answer = try scene.ask(head, "HEAD", "/events")
        #expect(answer.status == 200)
        #expect(scene.server.clients[head].isClosed)
        #expect(try scene.get("/events?room=none").status == 404)
        #expect(try scene.get("/events?after=x").status == 400)
    }

    @Test("a room that only listeners are left in is kept until they are gone")
    func lastListener() throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        scene.server.receive("{\"type\":\"join\",\"room\":\"#ops\"}\n".utf8, from: ann)
        let (client, _) = try listen(&scene, "?room=ops")
        scene.server.receive("{\"type\":\"leave\",\"room\":\"#ops\"}\n".utf8, from: ann)
        #expect(scene.server.text(client).contains("\"type\":\"left\""))
        scene.server.receive("{\"type\":\"join\",\"room\":\"#ops\"}\n".utf8, from: ann)
        #expect(scene.server.text(client).contains("\"type\":\"joined\""))
        scene.server.receive("{\"type\":\"leave\",\"room\":\"#ops\"}\n".utf8, from: ann)
        scene.server.finish(client)
        #expect(try scene.get("/events?room=ops").status == 404)
    }
}
