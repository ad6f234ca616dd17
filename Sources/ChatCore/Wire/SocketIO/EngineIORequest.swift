// What an HTTP request under /socket.io/ asks for, from its method and query (Engine.IO protocol
// revision 4, "Transports"). Whether the session exists is not known here.
// SPDX-License-Identifier: GPL-3.0-or-later

/// An HTTP request of an Engine.IO client.
package enum EngineIORequest: Hashable, Sendable {
    /// A new session; over WebSocket the request is the WebSocket's own handshake.
    case open(EngineIOTransport)
    /// Wait for packets.
    case poll(EngineIOSessionID)
    /// Packets in the body.
    case post(EngineIOSessionID)
    /// A WebSocket for a session that polls.
    case upgrade(EngineIOSessionID)

    /// Reads a request.
    /// - Parameters:
    ///   - isUpgrade: whether it is a WebSocket's handshake (RFC 6455 §4.2.1).
    ///   - parameter: the value of a parameter of the query, decoded; nil when there is none.
    package init(
        method: String, isUpgrade: Bool, parameter: (String) -> String?
    ) throws(EngineIORefusal) {
        guard let name = parameter("transport"), let transport = EngineIOTransport(rawValue: name)
        else { throw .unknownTransport }
        guard parameter("EIO") == "4" else { throw .unsupportedVersion }
        let sid = parameter("sid")
        if sid == nil, method != "GET" { throw .badHandshakeMethod }
        guard isUpgrade == (transport == .webSocket) else { throw .badRequest }
        guard let sid else {
            self = .open(transport)
            return
        }
        guard let session = EngineIOSessionID(sid) else { throw .unknownSession }
        switch (transport, method) {
        case (.webSocket, "GET"): self = .upgrade(session)
        case (.polling, "GET"): self = .poll(session)
        case (.polling, "POST"): self = .post(session)
        default: throw .badRequest
        }
    }
}
