// Routes as a table: methods, a path pattern, and what handles them. `/api/rooms/{room}` has a segment
// that may be anything but empty. HEAD is allowed where GET is (RFC 9110 §9.1). The first route that
// fits is taken, so `/rooms/all` stands before `/rooms/{room}`.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A row of the table.
package struct HTTPRoute<Handler: Sendable>: Sendable {
    package let methods: HTTPMethodSet
    /// Beginning with `/`; a segment in braces is a parameter.
    package let pattern: String
    package let handler: Handler

    package init(_ methods: HTTPMethodSet, _ pattern: String, _ handler: Handler) {
        self.methods = methods.contains(.get) ? methods.union(.head) : methods
        self.pattern = pattern
        self.handler = handler
    }
}

/// What a table says of a request.
package enum HTTPRouteMatch<Handler: Sendable>: Sendable {
    case matched(Handler, HTTPPathParameters)
    /// No route has the path: 404.
    case notFound
    /// The path is there, with other methods: 405, and these go into `Allow`.
    case methodNotAllowed(allow: HTTPMethodSet)
}

/// The values of a pattern's parameters.
package struct HTTPPathParameters: Hashable, Sendable {
    private var values: [Value] = []

    private struct Value: Hashable, Sendable {
        let name: String
        let text: String
    }

    init() {}

    mutating func append(_ name: String, _ text: String) {
        values.append(Value(name: name, text: text))
    }

    /// The decoded segment in place of `{name}`.
    package subscript(name: String) -> String? { values.first { $0.name == name }?.text }
}

/// The routes of a server.
package struct HTTPRouteTable<Handler: Sendable>: Sendable {
    package let routes: [HTTPRoute<Handler>]
    private let patterns: [HTTPPathPattern]

    /// A pattern that is none, and one that an earlier route hides, are mistakes in the program.
    package init(_ routes: [HTTPRoute<Handler>]) {
        self.routes = routes
        patterns = routes.map { route in
            guard let pattern = HTTPPathPattern(route.pattern, route.methods) else {
                preconditionFailure("not a pattern: \(route.pattern)")
            }
            return pattern
        }
        for (index, pattern) in patterns.enumerated() {
            precondition(
                !patterns[..<index].contains { $0.hides(pattern) },
                "an earlier route hides \(pattern.methods.text) \(routes[index].pattern)")
        }
    }

    /// Finds the route for a request.
    package func match(_ request: HTTPRequest) -> HTTPRouteMatch<Handler> {
        switch HTTPPathPattern.find(request, in: patterns) {
        case .matched(let index, let parameters): .matched(routes[index].handler, parameters)
        case .notFound: .notFound
        case .methodNotAllowed(let allow): .methodNotAllowed(allow: allow)
        }
    }
}

/// A pattern taken apart, with the methods of its route.
struct HTTPPathPattern: Sendable {
    enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)

        func matches(_ text: String) -> Bool {
            switch self {
            case .literal(let literal): literal == text
            case .parameter: !text.isEmpty
            }
        }

        /// Whether everything that `other` matches is matched here.
        func covers(_ other: Segment) -> Bool {
            switch (self, other) {
            case (.parameter, _): true
            case (.literal, .literal): self == other
            case (.literal, .parameter): false
            }
        }
    }

    enum Match {
        case matched(Int, HTTPPathParameters)
        case notFound
        case methodNotAllowed(HTTPMethodSet)
    }

    let methods: HTTPMethodSet
    let segments: [Segment]

    /// nil when `text` is no pattern, or has a parameter twice.
    init?(_ text: String, _ methods: HTTPMethodSet) {
        guard text.hasPrefix("/"), !methods.isEmpty else { return nil }
        self.methods = methods
        var segments: [Segment] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                let segment = Segment.parameter(String(part.dropFirst().dropLast()))
                guard part.count > 2, !segments.contains(segment) else { return nil }
                segments.append(segment)
            } else {
                guard !part.contains("{"), !part.contains("}") else { return nil }
                segments.append(.literal(String(part)))
            }
        }
        self.segments = text == "/" ? [] : segments
    }

    /// Whether there is a method with which no request can reach `other` behind this one.
    func hides(_ other: HTTPPathPattern) -> Bool {
        !methods.isDisjoint(with: other.methods) && segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { $0.covers($1) }
    }

    /// The first pattern that fits. Not generic, so that it is compiled once and for its types.
    static func find(_ request: HTTPRequest, in patterns: [HTTPPathPattern]) -> Match {
        guard !request.isForServer else { return .notFound }
        let path = request.pathSegments
        let method = HTTPMethodSet(request.method)
        var allow: HTTPMethodSet = []
        for (index, pattern) in patterns.enumerated() where pattern.matches(path) {
            guard !pattern.methods.isDisjoint(with: method) else {
                allow.formUnion(pattern.methods)
                continue
            }
            return .matched(index, pattern.parameters(of: path))
        }
        return allow.isEmpty ? .notFound : .methodNotAllowed(allow)
    }

    private func matches(_ path: [String]) -> Bool {
        guard path.count == segments.count else { return false }
        for index in path.indices where !segments[index].matches(path[index]) { return false }
        return true
    }

    private func parameters(of path: [String]) -> HTTPPathParameters {
        var parameters = HTTPPathParameters()
        for (segment, text) in zip(segments, path) {
            if case .parameter(let name) = segment { parameters.append(name, text) }
        }
        return parameters
    }
}
