// What an Engine.IO session wants done, and how it answers HTTP: values that the shell carries out in
// their order.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The shell's number of something that carries packets: a connection with an unanswered HTTP
/// request, or a WebSocket.
package struct CarrierID: Hashable, Sendable {
    package let raw: UInt64
    package init(raw: UInt64) { self.raw = raw }
}

/// One thing to do.
package enum EngineIOAction: Hashable, Sendable {
    /// Answer the HTTP request.
    case answer(CarrierID, EngineIOAnswer)
    /// Send packets over the WebSocket, each ended by a separator here and a text message there.
    case send(CarrierID, [UInt8])
    /// The WebSocket carries the session from here on, both ways: what the client is told may be
    /// written to it directly.
    case moved(to: CarrierID)
    /// Close the WebSocket when everything is sent.
    case close(CarrierID)
    /// The client is gone. Messages of it that are not taken yet count, as with a socket whose
    /// other side has been shut.
    case end(EngineIOEnd)
}

/// Why a session ended that the server did not close.
package enum EngineIOEnd: Hashable, Sendable {
    /// The client said so.
    case clientClosed
    /// The connection that carried it broke.
    case carrierLost
    /// No sign of life.
    case pingTimeout
    /// Something that is no packet, or must not come from a client.
    case badPacket
    /// Two requests at the same time that must be one after the other.
    case overlap

    /// What others are told of it.
    package var leaveReason: LeaveReason {
        switch self {
        case .clientClosed: .quit("")
        case .carrierLost: .disconnected
        case .pingTimeout: .closed(.idleTimeout)
        case .badPacket, .overlap: .closed(.badData)
        }
    }
}

/// Why a request is refused: the protocol's numbers and words.
package enum EngineIORefusal: Int, Error, Sendable, CaseIterable {
    case unknownTransport = 0
    case unknownSession
    case badHandshakeMethod
    case badRequest
    case forbidden
    case unsupportedVersion

    /// The words that go with the number.
    package var message: String {
        switch self {
        case .unknownTransport: "Transport unknown"
        case .unknownSession: "Session ID unknown"
        case .badHandshakeMethod: "Bad handshake method"
        case .badRequest: "Bad request"
        case .forbidden: "Forbidden"
        case .unsupportedVersion: "Unsupported protocol version"
        }
    }
}

/// The answer to an HTTP request.
package struct EngineIOAnswer: Hashable, Sendable {
    package let status: Int
    package let contentType: String
    package let body: [UInt8]
    /// What the client is to show with its next requests (RFC 6265); nil: nothing.
    package var cookie: String?

    private init(_ status: Int, _ contentType: String, _ body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A POST was taken.
    package static let ok = EngineIOAnswer(200, text, Array("ok".utf8))
    /// The body of a POST is longer than `maxPayload`.
    package static let tooLarge = EngineIOAnswer(413, text, [])
    private static let text = "text/plain; charset=UTF-8"

    /// Packets, each ended by a separator: between them it stays, after the last it is not sent.
    static func packets(_ packets: ByteBuffer) -> EngineIOAnswer {
        EngineIOAnswer(200, text, Array(packets.readable.dropLast()))
    }

    /// One packet without content.
    static func packet(_ kind: EngineIOPacket.Kind) -> EngineIOAnswer {
        EngineIOAnswer(200, text, [kind.rawValue])
    }

    /// A request is refused.
    package static func refusal(_ refusal: EngineIORefusal) -> EngineIOAnswer {
        var body = ByteBuffer()
        body.beginObject()
        body.member("code", refusal.rawValue)
        body.member("message", refusal.message)
        body.endObject()
        return EngineIOAnswer(
            refusal == .forbidden ? 403 : 400, "application/json", Array(body.readable))
    }
}
