// One whole request. The head is kept as it came, in one array, with a table of where its fields
// stand: text is made of it only when it is asked for.
// Invariant: every range lies within the head; the target was checked (HTTPTarget), and the content
// is no longer than the decoder allowed.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A request as `HTTPRequestDecoder` delivers it.
package struct HTTPRequest: Hashable, Sendable {
    package let method: HTTPMethod
    package let version: HTTPVersion
    /// Whether the client wants to go on after the answer (RFC 9112 §9.3).
    package let isKeepAlive: Bool
    private let methodRange: HeadRange
    private let target: HTTPTarget
    /// The request line, the fields and the empty line after them.
    let head: [UInt8]
    let fields: [HTTPField]
    /// The content, chunks joined; empty when there is none.
    package internal(set) var body: [UInt8] = []

    init(_ parser: HTTPHeadParser, head: [UInt8]) {
        method = parser.method
        version = parser.version
        isKeepAlive = parser.isKeepAlive
        methodRange = parser.methodRange
        target = parser.target
        fields = parser.fields
        self.head = head
    }

    /// The method as it was sent.
    package var methodName: String { text(methodRange) }

    /// What its answer depends on.
    package var exchange: HTTPExchange {
        HTTPExchange(isHead: method == .head, version: version, isKeepAlive: isKeepAlive)
    }

    func slice(_ range: HeadRange) -> ArraySlice<UInt8> { head[range.range] }

    /// Repairs what is no UTF-8: a field may have any bytes.
    func text(_ range: HeadRange) -> String { String(decoding: slice(range), as: UTF8.self) }
}

// MARK: - The target

extension HTTPRequest {
    /// The path as it was sent: `/…`, or `*` for a question about the whole server.
    package var rawPath: String { target.path.isEmpty ? "/" : text(target.path) }

    /// The query as it was sent, without `?`.
    package var rawQuery: String { text(target.query) }

    /// The path's segments with their escapes resolved: none for `/`, an empty last one for `/a/`.
    package var pathSegments: [String] {
        head.withUnsafeBytes {
            // Checked when it was decoded, so never nil.
            HTTPTarget.segments($0, target.path.range, hasEscapes: target.hasEscapes) ?? []
        }
    }

    /// Whether the target is `*` (OPTIONS only): the server as a whole, no resource.
    package var isForServer: Bool {
        !target.path.isEmpty && head[Int(target.path.start)] == UInt8(ascii: "*")
    }

    /// The parameters after `?`.
    package var query: HTTPForm {
        if target.query.isEmpty { return HTTPForm() }
        // Checked when it was decoded, so never nil.
        return head.withUnsafeBytes { HTTPForm(bytes: $0, range: target.query.range) }
            ?? HTTPForm()
    }

    /// The host and port the client means: the target's where it has them (RFC 9112 §3.2.2), or
    /// else those of Host. nil in HTTP/1.0 without either.
    package var authority: String? {
        target.authority.isEmpty ? text(of: "host") : text(target.authority)
    }
}
