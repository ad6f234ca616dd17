// What may be asked over HTTP: one table of routes, read by the session that answers and by the page
// that documents it. Files of the site are not in it (`HTTPSite`).
// SPDX-License-Identifier: GPL-3.0-or-later

/// The API's routes.
package enum HTTPAPI {
    /// What answers a request.
    package enum Handler: Sendable, CaseIterable {
        case health, readiness, threads, metrics, statistics, rooms, messages, post, events
        case servers, order, left

        /// Whether a relay answers it.
        fileprivate var isRelays: Bool {
            switch self {
            case .health, .readiness, .threads, .metrics, .statistics, .servers, .order, .left: true
            case .rooms, .messages, .post, .events: false
            }
        }

        /// Whether a server answers it.
        fileprivate var isServers: Bool { self != .servers && self != .order && self != .left }
    }

    /// A row: a route and what the manual says of it.
    package struct Row: Sendable {
        package let methods: HTTPMethodSet
        package let pattern: String
        package let handler: Handler
        package let says: String
        /// Parameters of the query, and what they mean.
        package let parameters: [(name: String, says: String)]

        fileprivate init(
            _ methods: HTTPMethodSet, _ pattern: String, _ handler: Handler, _ says: String,
            parameters: [(String, String)] = []
        ) {
            self.methods = methods
            self.pattern = pattern
            self.handler = handler
            self.says = says
            self.parameters = parameters
        }
    }

    /// All there are.
    package static let rows = [
        Row(.get, "/healthz", .health, "200 as long as the server runs"),
        Row(
            .get, "/readyz", .readiness,
            "200 when messages can be taken and saved; otherwise 503 and the reason"),
        Row(.get, "/threads", .threads, "how many threads the server runs, and their names"),
        Row(.get, "/metrics", .metrics, "the server's counts, as Prometheus reads them"),
        Row(
            .get, "/api/stats", .statistics,
            "who was served, who was lost, how long they waited: the object that "
                + "`chatkit stats --json` prints, of today when nothing is said",
            parameters: [
                ("by", "rows by `hour`, `day` or `server`"),
                ("day", "of that day, `YYYY-MM-DD`, `today` or `yesterday`"),
                ("month", "of that month, `YYYY-MM`, `this` or `last`"),
                (
                    "since",
                    "from there on: a time such as `2026-11-21T09:30:00Z`, the beginning of a day "
                        + "`YYYY-MM-DD`, or how long ago, such as `2h`"
                ),
                ("until", "up to there, said in the same ways"),
                ("server", "of that server alone"),
            ]),
        Row(.get, "/api/rooms", .rooms, "the rooms"),
        Row(
            .get, "/api/rooms/{room}/messages", .messages,
            "messages of a room, oldest first; its name without the `#`, or with `%23`",
            parameters: [
                ("after", "only those with a greater `seq`"),
                ("before", "only those with a smaller `seq`"),
                (
                    "limit",
                    "how many, 1 to \(Limits.maxHistoryPage); \(page) when nothing is said"
                ),
            ]),
        Row(
            .post, "/api/rooms/{room}/messages", .post,
            "posts a message: the content is its text, or a form or JSON object with `text` and "
                + "perhaps `nick` and `nonce`; answered when it is saved",
            parameters: [("nick", "who says it; the header `X-Nick` can say so as well")]),
        Row(
            .get, "/events", .events,
            "what happens in a room from now on, as server-sent events: each has one JSON object "
                + "in its data",
            parameters: [
                ("room", "the room; `lobby` when nothing is said"),
                (
                    "after",
                    "first what was said after that `seq`; `Last-Event-ID` can say so as well"
                ),
            ]),
        Row(.get, "/servers", .servers, "a relay's table of servers"),
        Row(
            .get, "/left", .left,
            "what people left at a relay who waited in vain; with its token, as for the next"),
        Row(
            .post, "/servers/{server}", .order,
            "has a relay treat a server as the object in the content says: `do` is `drain`, "
                + "`undrain` or `pause`; the relay's token is the `Authorization`, as `Bearer`"),
    ]

    /// Codes of refusals that are neither the hub's nor those of malformed requests.
    package static let refusals: [(code: String, says: String)] = [
        ("not_found", "there is nothing at this address"),
        ("method_not_allowed", "the address takes other methods, which `Allow` names"),
        ("bad_parameter", "a parameter of the query is not what it must be"),
        ("unsupported_media_type", "a message is text/plain, application/json or a form"),
        ("foreign_origin", "pages of this origin may not post here"),
        ("bad_handshake", "the request for a WebSocket is not as it must be"),
        ("request_timeout", "the request took too long"),
        ("no_answer", "the answer took too long; what was asked for may still happen"),
    ]

    /// How many messages a page has when the request does not say.
    package static let page = 50

    private static let servers = table { $0.isServers }
    private static let relays = table { $0.isRelays }

    /// The routes of a server, or of a relay.
    static func table(isRelay: Bool) -> HTTPRouteTable<Handler> { isRelay ? relays : servers }

    private static func table(_ isIn: (Handler) -> Bool) -> HTTPRouteTable<Handler> {
        HTTPRouteTable(
            rows.filter { isIn($0.handler) }.map { HTTPRoute($0.methods, $0.pattern, $0.handler) })
    }
}
