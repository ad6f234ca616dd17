// What a server does for HTTP clients beyond its rooms. Values and pure functions: what the core has no
// code for is given to it.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How HTTP is served.
package struct WebSettings: Sendable {
    package var site: HTTPSite
    /// Which WebSockets are let in; its origins may also post.
    package var sockets: WebSocketPolicy
    /// The 20 bytes of a SHA-1 (RFC 6455 §4.2.2).
    package var sha1: @Sendable ([UInt8]) -> [UInt8]
    /// Needed where `sockets` agrees to compression.
    package var inflater: (any WebSocketInflater)?

    package init(
        site: HTTPSite = HTTPSite(), sockets: WebSocketPolicy = WebSocketPolicy(),
        inflater: (any WebSocketInflater)? = nil,
        sha1: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) {
        self.site = site
        self.sockets = sockets
        self.inflater = inflater
        self.sha1 = sha1
    }

    /// Whether a request is from the server's own page, an allowed one, or none: a page of somebody
    /// else's must not act in the name of whoever looks at it.
    func admits(_ request: HTTPRequest) -> Bool {
        sockets.origins.admits(request.texts(of: "origin"), host: request.authority ?? "")
    }
}
