// The second stage for `serve`, continued: its web side.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatServer

extension ServerConfiguration {
    /// Origins and compression.
    mutating func readWeb(_ settings: Settings) throws(UsageError) {
        allowedOrigins = try settings.values(ServeSpec.allowOrigin, WebOrigin.read)
        compressesWebSockets = try settings.flag(
            ServeSpec.compress, default: compressesWebSockets)
    }
}

/// Where a page is from.
enum WebOrigin {
    /// Reads an origin, `null` or `*`.
    static func read(_ text: String) throws(BadValue) -> String {
        guard WebSocketOriginPolicy.isOrigin(text) else {
            throw BadValue(
                "not an origin",
                hint: "an origin is http:// or https://, a host and perhaps a port")
        }
        return text
    }
}
