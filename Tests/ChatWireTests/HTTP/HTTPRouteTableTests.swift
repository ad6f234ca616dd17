// Paths to handlers, and the answers where there is none.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("HTTP route table")
struct HTTPRouteTableTests {
    private static let table = HTTPRouteTable<String>([
        HTTPRoute(.get, "/", "home"),
        HTTPRoute(.get, "/healthz", "health"),
        HTTPRoute(.get, "/api/rooms", "rooms"),
        HTTPRoute(.get, "/api/rooms/all", "all"),
        HTTPRoute([.get, .delete], "/api/rooms/{room}", "room"),
        HTTPRoute(.get, "/api/rooms/{room}/messages", "messages"),
        HTTPRoute(.post, "/api/rooms/{room}/messages", "post"),
        HTTPRoute(.put, "/api/rooms/{room}/messages/{id}", "edit"),
    ])

    /// What the table says, as text.
    private func match(_ method: String, _ target: String) throws -> String {
        let request = try HTTPScene.request("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
        switch Self.table.match(request) {
        case .matched(let handler, let parameters):
            let values = ["room", "id"].compactMap { parameters[$0] }
            return ([handler] + values).joined(separator: " ")
        case .notFound: return "404"
        case .methodNotAllowed(let allow): return "405 " + allow.text
        }
    }

    @Test(
        "the first route that fits is taken",
        arguments: [
            ("GET", "/", "home"), ("GET", "http://a", "home"), ("GET", "/?x=/healthz", "home"),
            ("GET", "/healthz", "health"), ("HEAD", "/healthz", "health"),
            ("GET", "/%68ealthz", "health"), ("GET", "/api/rooms", "rooms"),
            ("GET", "/api/rooms/all", "all"), ("GET", "/api/rooms/lobby", "room lobby"),
            ("DELETE", "/api/rooms/lobby", "room lobby"), ("DELETE", "/api/rooms/all", "room all"),
            ("GET", "/api/rooms/%23lobby/messages?limit=5", "messages #lobby"),
            ("HEAD", "/api/rooms/a%20b/messages", "messages a b"),
            ("POST", "/api/rooms/lobby/messages", "post lobby"),
            ("PUT", "/api/rooms/x/messages/12", "edit x 12"),
        ])
    func matches(method: String, target: String, found: String) throws {
        #expect(try match(method, target) == found)
    }

    @Test(
        "what is not there is not found",
        arguments: [
            "/x", "/healthz/", "/Healthz", "//", "//healthz", "/api", "/api/rooms/",
            "/api/rooms//messages", "/api/rooms/a/b", "/api/rooms/a/messages/", "/{room}",
            "/api/rooms/a/messages/1/2",
        ])
    func missing(target: String) throws {
        for method in ["GET", "POST", "OPTIONS", "BREW"] {
            #expect(try match(method, target) == "404")
        }
    }

    @Test(
        "other methods are told which there are, those of all routes of the path together",
        arguments: [
            ("POST", "/", "405 GET, HEAD"), ("OPTIONS", "/healthz", "405 GET, HEAD"),
            ("BREW", "/healthz", "405 GET, HEAD"), ("get", "/healthz", "405 GET, HEAD"),
            ("DELETE", "/api/rooms/lobby/messages", "405 GET, HEAD, POST"),
            ("POST", "/api/rooms/all", "405 GET, HEAD, DELETE"),
            ("GET", "/api/rooms/x/messages/1", "405 PUT"),
        ])
    func otherMethods(method: String, target: String, answer: String) throws {
        #expect(try match(method, target) == answer)
    }

    @Test func theServerAsAWholeIsNoPath() throws {
        #expect(try match("OPTIONS", "*") == "404")
    }

    @Test func aParameterThatIsNotInThePatternIsNil() throws {
        let request = try HTTPScene.get("/api/rooms/lobby")
        guard case .matched(_, let parameters) = Self.table.match(request) else {
            Issue.record("no route")
            return
        }
        #expect(parameters["room"] == "lobby")
        #expect(parameters["id"] == nil)
    }

    @Test func patternsAreUniqueForEachMethod() {
        var seen: Set<String> = []
        for route in Self.table.routes {
            for method in HTTPMethod.allCases where route.methods.contains(HTTPMethodSet(method)) {
                let isNew = seen.insert("\(method) \(route.pattern)").inserted
                #expect(isNew)
            }
        }
    }

    @Test(
        "a table with a bad or a hidden pattern does not come to be",
        arguments: [
            "/a", "/{x}", "b", "", "/{}", "/a/{b", "/a}/b", "/x{y}z", "/{a}/{a}",
        ])
    func badTables(pattern: String) async {
        await #expect(processExitsWith: .failure) { [pattern] in
            _ = HTTPRouteTable<Int>([HTTPRoute(.get, "/{any}", 1), HTTPRoute(.get, pattern, 2)])
        }
    }

    @Test func routesThatLookAlikeMayStandSideBySide() {
        let table = HTTPRouteTable<Int>([
            HTTPRoute(.get, "/a", 1), HTTPRoute(.get, "/{any}", 2), HTTPRoute(.post, "/{any}", 3),
            HTTPRoute(.get, "/{any}/{other}", 4), HTTPRoute(.get, "/", 5),
        ])
        #expect(table.routes.count == 5)
        #expect(table.routes[0].methods == [.get, .head])
    }
}
