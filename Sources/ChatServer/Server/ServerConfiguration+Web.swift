// How a server answers HTTP, from its configuration.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension ServerConfiguration {
    /// The page, the WebSockets, and what the core needs for them.
    var web: WebSettings {
        WebSettings(
            site: .shipped(),
            sockets: WebSocketPolicy(
                origins: WebSocketOriginPolicy(allowed: allowedOrigins),
                deflate: compressesWebSockets ? .on : .off),
            inflater: Inflate(), sha1: { WebSocketHandshake.sha1($0) })
    }
}
