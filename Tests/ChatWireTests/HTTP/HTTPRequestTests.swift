// What handlers ask a request: its target, its fields, its conditions and preferences.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("HTTP request")
struct HTTPRequestTests {
    // MARK: - Targets

    @Test(
        "a path is taken apart before its escapes are resolved",
        arguments: [
            ("/", []), ("/a", ["a"]), ("/a/", ["a", ""]), ("//a", ["", "a"]), ("//", ["", ""]),
            ("/a/b/c", ["a", "b", "c"]), ("/%61/%62", ["a", "b"]),
            ("/api/rooms/%23lobby/messages", ["api", "rooms", "#lobby", "messages"]),
            ("/K%C3%BCche", ["Küche"]), ("/%F0%9F%98%80", ["😀"]), ("/a+b", ["a+b"]),
            ("/a%20b%3F%26%3D", ["a b?&="]), ("/%252e%252e", ["%2e%2e"]), ("/...", ["..."]),
            ("/.a/..b/c.", [".a", "..b", "c."]), ("/%2e%2ex", ["..x"]), ("/a?b/c", ["a"]),
            ("/:@!$&'()*+,;=-_~", [":@!$&'()*+,;=-_~"]), ("/a|b^[]{}`", ["a|b^[]{}`"]),
            ("http://h/a%20b?c", ["a b"]), ("http://h?c", []),
        ] as [(String, [String])])
    func paths(target: String, segments: [String]) throws {
        #expect(try HTTPScene.get(target).pathSegments == segments)
    }

    /// Pairs are written `name → value`.
    @Test(
        "a query is a form",
        arguments: [
            ("", []), ("?", []), ("?a", ["a → "]), ("?a=", ["a → "]), ("?=b", [" → b"]),
            ("?a=b", ["a → b"]), ("?a=b=c", ["a → b=c"]),
            ("?a=1&b=2&a=3", ["a → 1", "b → 2", "a → 3"]), ("?&&a&&", ["a → "]),
            ("?a+b=c+d", ["a b → c d"]), ("?a=%2B%26%3D", ["a → +&="]),
            ("?%61%3D=b", ["a= → b"]), ("?room=%23lobby", ["room → #lobby"]),
            ("?n=%C3%A9", ["n → é"]), ("?n=%FF", ["n → \u{FFFD}"]), ("?a=%00", ["a → \0"]),
            ("?a/b?c={}|\\^[]`", ["a/b?c → {}|\\^[]`"]),
        ] as [(String, [String])])
    func queries(query: String, pairs: [String]) throws {
        let found = try HTTPScene.get("/x" + query).query.pairs
        #expect(found.map { "\($0.name) → \($0.value)" } == pairs)
    }

    @Test func theFirstParameterOfANameCounts() throws {
        let request = try HTTPScene.get("/?after=12&limit=5&after=13")
        #expect(request.query["after"] == "12")
        #expect(request.query["limit"] == "5")
        #expect(request.query["before"] == nil)
        #expect(request.rawQuery == "after=12&limit=5&after=13")
    }

    @Test func aPostedFormIsReadLikeAQueryAndRefusedWithBadEscapes() {
        #expect(HTTPForm(decoding: "text=a%20b&to=c".utf8)?["text"] == "a b")
        #expect(HTTPForm(decoding: "100% done".utf8) == nil)
        #expect(HTTPForm(decoding: "%4".utf8) == nil)
        #expect(HTTPForm(decoding: "".utf8)?.pairs.isEmpty == true)
    }

    @Test func theTargetsAuthorityGoesBeforeHost() throws {
        #expect(try HTTPScene.get("/").authority == "a")
        #expect(try HTTPScene.get("http://b:8080/x").authority == "b:8080")
        #expect(try HTTPScene.request("GET / HTTP/1.0\r\n\r\n").authority == nil)
    }

    @Test func onlyAStarIsForTheServer() throws {
        let star = try HTTPScene.request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(star.isForServer)
        #expect(try !HTTPScene.get("/*").isForServer)
        #expect(try !HTTPScene.get("http://a").isForServer)
    }

    @Test func methodsAreKnownByTheirExactNames() throws {
        for method in HTTPMethod.allCases where method != .other {
            let request = try HTTPScene.request("\(method.name) / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(request.method == method)
            #expect(request.methodName == "\(method.name)")
        }
        for name in ["get", "GETS", "GEX", "PROPFIND", "PATCX"] {
            let request = try HTTPScene.request("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(request.method == .other)
            #expect(request.methodName == name)
        }
    }

    // MARK: - Fields

    @Test func fieldsAreFoundInAnyCase() throws {
        let request = try HTTPScene.get("/", "X-Long-Name:  two words \r\nx-long-name: b\r\nY:\r\n")
        #expect(request.text(of: "x-long-name") == "two words")
        #expect(request.text(of: "y") == "")
        #expect(request.text(of: "x-long") == nil)
        #expect(request.list(of: "x-long-name") == ["two words", "b"])
        #expect(request.value(of: "host").map(Array.init) == Array("a".utf8))
    }

    @Test func caseIsFoldedForLettersOnly() throws {
        // `^` and `~` are one bit apart, as `A` and `a` are.
        let request = try HTTPScene.get("/", "a^: 1\r\n")
        #expect(request.text(of: "a^") == "1")
        #expect(request.text(of: "a~") == nil)
    }

    @Test func valuesThatAreNoUTF8AreRepaired() throws {
        var bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8)
        bytes += [0xFF, 0x41] + Array("\r\n\r\n".utf8)
        let request = try #require(try HTTPScene.decode(bytes).requests.first)
        #expect(request.text(of: "x") == "\u{FFFD}A")
        #expect(request.value(of: "x").map(Array.init) == [0xFF, 0x41])
    }

    @Test func listsAreSplitAtCommasOutsideQuotes() throws {
        let request = try HTTPScene.get(
            "/", "X: a, \"b, c\" ,,\td\r\nX:\r\nX: \"e\\\", f\", g\r\nX: \"open, h\r\n")
        #expect(
            request.list(of: "x") == ["a", "\"b, c\"", "d", "\"e\\\", f\"", "g", "\"open, h"])
        #expect(request.list(of: "y") == [])
    }

    @Test(
        "WebSocket is asked for by token, in both fields",
        arguments: [
            ("Connection: Upgrade\r\nUpgrade: websocket\r\n", true),
            ("Connection: keep-alive, UPGRADE\r\nUpgrade: WebSocket\r\n", true),
            ("Connection: keep-alive\r\nConnection: upgrade\r\nUpgrade: h2c, websocket\r\n", true),
            ("Upgrade: websocket\r\n", false), ("Connection: Upgrade\r\n", false),
            ("Connection: Upgrade\r\nUpgrade: websockets\r\n", false),
            ("Connection: Upgraded\r\nUpgrade: websocket\r\n", false),
            ("Connection: Upgrade\r\nUpgrade: h2c\r\n", false),
        ])
    func upgrades(fields: String, isUpgrade: Bool) throws {
        #expect(try HTTPScene.get("/", fields).isWebSocketUpgrade == isUpgrade)
        let post = try HTTPScene.request("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(!post.isWebSocketUpgrade)
        let old = try HTTPScene.request("GET / HTTP/1.0\r\nHost: a\r\n\(fields)\r\n")
        #expect(!old.isWebSocketUpgrade)
    }

    @Test(
        "a media type comes without parameters, in small letters",
        arguments: [
            ("application/json", "application/json"), ("Text/HTML; charset=UTF-8", "text/html"),
            ("text/plain ;x", "text/plain"), ("", ""), (";", ""),
        ])
    func contentTypes(value: String, type: String) throws {
        #expect(try HTTPScene.get("/", "Content-Type: \(value)\r\n").contentType == type)
        #expect(try HTTPScene.get("/").contentType == nil)
    }

    // MARK: - Conditions and preferences

    @Test(
        "If-None-Match is compared weakly, and as a list",
        arguments: [
            ("\"a\"", true), ("W/\"a\"", true), ("*", true), ("\"b\", \"a\"", true),
            ("\"b\" ,W/\"a\"", true), ("\"b,\\\", \"a\"", true), (", ,\"a\"", true),
            ("\"b\"\r\nIf-None-Match: \"a\"", true), ("", false), ("\"A\"", false),
            ("\"b\"", false), ("a", false), ("\"a", false), ("w/\"a\"", false), ("**", false),
            ("\"b, \"a\"", false), ("\"b\" \"a\"", false), ("\"aa\"", false), ("\"\"", false),
        ])
    func conditions(value: String, isHeld: Bool) throws {
        let fields = "If-None-Match: \(value)\r\n"
        #expect(try HTTPScene.get("/", fields).holds("\"a\"") == isHeld)
        #expect(try HTTPScene.get("/", fields).holds("W/\"a\"") == isHeld)
        let post = try HTTPScene.request("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(!post.holds("\"a\""))
    }

    @Test func withoutTheFieldNothingIsHeld() throws {
        #expect(try !HTTPScene.get("/").holds("\"a\""))
    }

    @Test(
        "the most precise range of Accept decides",
        arguments: [
            ("text/html", 1000), ("TEXT/HTML;level=1", 1000), ("text/*", 1000), ("*/*", 1000),
            ("text/html;q=0.5", 500), ("text/html; Q=0.125", 125), ("text/html;q=0", 0),
            ("text/html;q=0.000", 0), ("text/html;q=1.000", 1000), ("text/*;q=0.3, */*;q=0.9", 300),
            ("*/*;q=0.9, text/html;q=0.2", 200), ("application/json", 0), ("", 0), ("text", 0),
            ("text/htm", 0), ("text/html;q=2", 0), ("text/html;q=0.1234", 0), ("tex/*", 0),
            ("text/html;q=x", 0), ("text/html;q=0.x", 0), ("image/*, application/*", 0),
        ])
    func accepts(value: String, weight: Int) throws {
        #expect(
            try HTTPScene.get("/", "Accept: \(value)\r\n").preference(for: "text/html") == weight)
    }

    @Test func withoutAcceptEverythingIsWelcome() throws {
        #expect(try HTTPScene.get("/").preference(for: "text/html") == 1000)
        let two = try HTTPScene.get("/", "Accept: */*;q=0.1\r\nAccept: text/html;q=0.7\r\n")
        #expect(two.preference(for: "text/html") == 700)
        #expect(two.preference(for: "image/png") == 100)
    }

    @Test(
        "a coding must be named to be used",
        arguments: [
            ("gzip", true), ("br, GZIP;q=0.1", true), ("*", true), ("gzip;q=0", false),
            ("*, gzip;q=0", false), ("", false), ("identity", false), ("xgzip", false),
        ])
    func codings(value: String, isAccepted: Bool) throws {
        let request = try HTTPScene.get("/", "Accept-Encoding: \(value)\r\n")
        #expect(request.accepts(coding: "gzip") == isAccepted)
        #expect(try !HTTPScene.get("/").accepts(coding: "gzip"))
    }
}
