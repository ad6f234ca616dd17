// A room from outside: reading it, posting into it, listening to it, and who may not.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("HTTP API")
struct APITests {
    // MARK: - Reading

    @Test("the rooms and their messages are what the people in them see")
    func reading() throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        scene.say("one", from: ann)
        scene.say("two", from: ann)
        let rooms = try #require(try scene.get("/api/rooms").json)
        #expect(rooms["rooms"]?.array?.first?.object?["room"]?.string == "#lobby")
        for target in ["lobby", "LOBBY", "%23lobby"] {
            let page = try scene.get("/api/rooms/\(target)/messages")
            #expect(page.status == 200)
            #expect(page["Content-Type"] == "application/json")
            let texts = page.json?["messages"]?.array?.compactMap { $0.object?["text"]?.string }
            #expect(texts == ["one", "two"])
        }
    }

    @Test(
        "a page is cut out by numbers",
        arguments: [
            ("?after=2", ["3", "4"]), ("?before=3", ["1", "2"]), ("?limit=1", ["4"]),
            ("?after=1&limit=2", ["2", "3"]), ("", ["1", "2", "3", "4"]),
        ])
    func pages(query: String, texts: [String]) throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        for text in 1...4 { scene.say("\(text)", from: ann) }
        let page = try scene.get("/api/rooms/lobby/messages\(query)")
        #expect(
            page.json?["messages"]?.array?.compactMap { $0.object?["text"]?.string } == texts)
    }

    @Test(
        "what is no number, no room or out of range is refused",
        arguments: [
            ("lobby", "?limit=0", 400), ("lobby", "?limit=201", 400), ("lobby", "?after=x", 400),
            ("lobby", "?before=-1", 400), ("none", "", 404), ("a%20b", "", 400),
            ("lobby", "?after=99", 400),
        ])
    func badPages(room: String, query: String, status: Int) throws {
        var scene = WebScene()
        #expect(try scene.get("/api/rooms/\(room)/messages\(query)").status == status)
    }

    // MARK: - Posting

    @Test("what is posted is heard by everybody, and the answer says its number")
    func posting() throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        let answer = try scene.post("deploy done\n", fields: "X-Nick: ci\r\n")
        #expect(answer.status == 201)
        #expect(answer.json?["seq"] == .int(1))
        #expect(answer.json?["room"] == .string("#lobby"))
        let heard = scene.server.text(ann)
        #expect(heard.contains("\"id\":\"\(answer.json?["id"]?.string ?? "-")\""))
        #expect(heard.contains("\"from\":\"ci\",\"text\":\"deploy done\""))
        #expect(!scene.server.text(ann).contains("joined"))
    }

    @Test(
        "a message is text, a form or an object",
        arguments: [
            ("", "plain words", "plain words", "guest"),
            ("text/plain; charset=utf-8", "é", "é", "guest"),
            ("application/x-www-form-urlencoded", "50% done + more", "50% done + more", "guest"),
            ("application/x-www-form-urlencoded", "text=a+b%21&nick=form", "a b!", "form"),
            ("application/json", "{\"text\":\"two\\nlines\",\"nick\":\"js\"}", "two\\nlines", "js"),
        ])
    func contents(type: String, body: String, text: String, nick: String) throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        let field = type.isEmpty ? "" : "Content-Type: \(type)\r\n"
        #expect(try scene.post(body, fields: field).status == 201)
        #expect(scene.server.text(ann).contains("\"from\":\"\(nick)\",\"text\":\"\(text)\""))
    }

    @Test(
        "what is no message is refused, and nobody hears of it",
        arguments: [
            ("", "", "empty_message", 400), ("", "\n\n", "empty_message", 400),
            ("", String(repeating: "a", count: 4097), "message_too_long", 413),
            ("", "a\0b", "bad_utf8", 400),
            ("Content-Type: image/png\r\n", "x", "unsupported_media_type", 415),
            ("Content-Type: application/json\r\n", "{\"text\":", "bad_json", 400),
            ("Content-Type: application/json\r\n", "[]", "not_an_object", 400),
            ("Content-Type: application/json\r\n", "{\"text\":1}", "bad_field", 400),
            ("X-Nick: two words\r\n", "x", "bad_nick", 400),
            ("X-Nick: ANN\r\n", "x", "nick_taken", 409),
            ("Idempotency-Key: \(String(repeating: "k", count: 65))\r\n", "x", "bad_nonce", 400),
            ("Origin: https://evil.test\r\n", "x", "foreign_origin", 403),
        ])
    func badPosts(fields: String, body: String, code: String, status: Int) throws {
        var scene = WebScene()
        let ann = scene.person("ann")
        let answer = try scene.post(body, fields: fields)
        #expect(answer.errorCode == code)
        #expect(answer.status == status)
        #expect(scene.server.take(ann).isEmpty)
    }

    @Test("text that is not UTF-8 is refused")
    func notUTF8() throws {
        var scene = WebScene()
        let client = scene.server.connect()
        let head = "POST /api/rooms/lobby/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"
        scene.server.receive(Array(head.utf8) + [0xFF], from: client)
        #expect(try scene.answers(of: client)[0].errorCode == "bad_utf8")
    }

    @Test("a room that nobody has made cannot be posted into; the lobby always can")
    func rooms() throws {
        var scene = WebScene()
        #expect(try scene.post("x", to: "none").errorCode == "no_such_room")
        #expect(try scene.post("x").status == 201)
    }

    @Test("the same key from the same nick is the same message; another nick's is another")
    func idempotency() throws {
        var scene = WebScene()
        let key = "Idempotency-Key: 71\r\n"
        let first = try scene.post("build 71", fields: key)
        let again = try scene.post("build 71", fields: key)
        #expect(again.status == 201)
        #expect(again.body == first.body)
        let other = try scene.post("build 71", fields: key + "X-Nick: ci\r\n")
        #expect(other.json?["seq"] == .int(2))
        let json = "{\"text\":\"x\",\"nonce\":\"71\"}"
        let same = try scene.post(json, fields: "Content-Type: application/json\r\n")
        #expect(same.body == first.body)
    }

    @Test("a guest's name gives way to somebody who is called so")
    func guest() throws {
        var scene = WebScene()
        let guest = scene.person("Guest")
        #expect(try scene.post("x").status == 201)
        #expect(scene.server.text(guest).contains("\"from\":\"client#1\""))
    }

    @Test("an address that posts too fast is told when to go on; others are not held up")
    func tooFast() throws {
        let limit = TokenBucket(rate: 1, burst: 2)
        var scene = WebScene(policy: HubPolicy(posting: limit))
        #expect(try scene.post("1").status == 201)
        #expect(try scene.post("2").status == 201)
        let refused = try scene.post("3")
        #expect(refused.status == 429)
        #expect(refused["Retry-After"] == "1")
        let other = scene.server.connect()
        scene.server.addresses[other] = "192.0.2.99"
        let elsewhere = try scene.ask(
            other, "POST", "/api/rooms/lobby/messages", body: "from elsewhere")
        #expect(elsewhere.status == 201)
        scene.server.pass(.seconds(1))
        #expect(try scene.post("3").status == 201)
    }

    @Test("a page of an allowed origin may post, and so may one of the server's own")
    func origins() throws {
        var scene = WebScene(origins: ["https://team.test"])
        #expect(try scene.post("x", fields: "Origin: https://team.test\r\n").status == 201)
        #expect(try scene.post("x", fields: "Origin: http://chat.test\r\n").status == 201)
    }

    // MARK: - Where people are admitted one by one

    @Test(
        "with a capacity or a desk, nothing of the rooms is open to those outside",
        arguments: [
            HubPolicy(capacity: 1),
            HubPolicy(capacity: 1, admission: AdmissionPolicy(isDesk: true)),
        ])
    func limited(policy: HubPolicy) throws {
        var scene = WebScene(policy: policy)
        for target in ["/api/rooms", "/api/rooms/lobby/messages", "/events?room=visit-1"] {
            let answer = try scene.get(target)
            #expect(answer.status == 403)
            #expect(answer.errorCode == "not_outside")
        }
        #expect(try scene.post("x").status == 403)
        #expect(try scene.get("/api/stats").status == 200)
        #expect(try scene.get("/readyz").status == 200)
    }

    // MARK: - Reports

    @Test("the statistics are what the journal says")
    func statistics() throws {
        var scene = WebScene()
        #expect(try scene.get("/api/stats?by=hour&day=2026-11-21").body == "{\"v\":1}\n")
        #expect(try scene.get("/api/stats?server=B").status == 404)
    }

    @Test(
        "a question about statistics has a span and parts",
        arguments: [
            ("", StatisticsWish()), ("by=hour", StatisticsWish(grouping: .hour)),
            (
                "day=2026-02-28",
                StatisticsWish(period: .day(CivilDate(year: 2026, month: 2, day: 28)))
            ),
            (
                "month=2026-11&by=day",
                StatisticsWish(period: .month(year: 2026, month: 11), grouping: .day)
            ),
            (
                "since=1970-01-01T00:00:01Z",
                StatisticsWish(period: .between(.time(Timestamp(milliseconds: 1000)), nil))
            ),
        ])
    func wishes(query: String, wish: StatisticsWish) throws {
        var scene = WebScene()
        let client = scene.server.connect()
        _ = try scene.ask(client, "GET", "/api/stats?\(query)")
        let actions = scene.server.clients[client].actions
        #expect(actions == ["\(HubRequest(.api(.statistics(wish))))"])
    }

    @Test(
        "a wish is read from its own parameters",
        arguments: [
            StatisticsWish(), StatisticsWish(period: .yesterday, grouping: .server),
            StatisticsWish(period: .day(CivilDate(year: 2026, month: 2, day: 28)), server: "B & C"),
            StatisticsWish(period: .thisMonth), StatisticsWish(period: .lastMonth),
            StatisticsWish(period: .month(year: 326, month: 1), grouping: .hour),
            StatisticsWish(period: .between(nil, .time(Timestamp(milliseconds: 1234)))),
            StatisticsWish(
                period: .between(
                    .ago(.seconds(7200)), .day(CivilDate(year: 2026, month: 12, day: 1)))),
        ])
    func parameters(wish: StatisticsWish) throws {
        let parameters = wish.parameters
        #expect(Set(parameters.map(\.name)).count == parameters.count)
        #expect(
            try StatisticsWish { name in parameters.first { $0.name == name }?.value } == wish)
    }

    @Test(
        "a span that is none is refused",
        arguments: [
            "by=week", "day=2026-02-30", "day=26-1-1", "month=2026-13", "month=2026",
            "since=yesterday", "until=1",
        ])
    func badWishes(query: String) throws {
        var scene = WebScene()
        #expect(try scene.get("/api/stats?\(query)").errorCode == "bad_parameter")
    }

    @Test("the threads are counted and named")
    func threads() throws {
        var scene = WebScene()
        scene.server.report.threads = ["chatkit", "loop-0"]
        #expect(
            try scene.get("/threads").body == "{\"count\":2,\"threads\":[\"chatkit\",\"loop-0\"]}\n"
        )
    }

    @Test("every row of the table has something to say, and no two are for the same")
    func table() {
        let routes = HTTPAPI.rows.map { "\($0.methods.text) \($0.pattern)" }
        #expect(Set(routes).count == routes.count)
        #expect(Set(HTTPAPI.rows.map(\.handler)).count == HTTPAPI.Handler.allCases.count)
        for row in HTTPAPI.rows {
            #expect(!row.says.isEmpty)
            #expect(row.parameters.allSatisfy { !$0.name.isEmpty && !$0.says.isEmpty })
        }
    }
}
