// What connections bring to the Engine.IO session that they carry. The session itself is none of the
// connection's: the loop finds it by its name (`EngineIODirectory`).
// SPDX-License-Identifier: GPL-3.0-or-later

/// Something of an Engine.IO client, over one of its connections.
package enum EngineIOInput: Sendable {
    /// An HTTP request, or a WebSocket that is open; with the content of a POST.
    case request(EngineIORequest, body: [UInt8])
    /// A text message over the WebSocket.
    case text([UInt8])
    /// A binary one.
    case binary
}

/// A WebSocket that carries an Engine.IO session, sans I/O: frames outside, packets inside. Signs of
/// life are the session's.
struct EngineIOSocket: SessionCodec {
    static var protocolName: StaticString { "socketio" }

    private var state: WebSocketConnectionState
    private var opening: EngineIORequest?
    private let isDeflated: Bool

    init(
        _ acceptance: WebSocketHandshake.Acceptance, for request: EngineIORequest,
        _ info: ServerInfo
    ) {
        let inflater = acceptance.deflate == nil ? nil : info.web?.inflater
        state = WebSocketConnectionState(decoder: WebSocketFrameDecoder(inflater: inflater))
        isDeflated = acceptance.deflate?.serverWindowBits == 15
        opening = request
    }

    var format: WireFormat { .socketIO.framed(isDeflated ? .deflatedText : .text) }

    /// The session knows whether the client is; the connection has no handshake of its own.
    var isRegistered: Bool { true }

    mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction {
        if let opening = opening.take() { return .carry(.request(opening, body: [])) }
        let waiting = input.readableBytes
        switch state.next(in: &input, reply: &reply) {
        case .needsMore: return input.readableBytes == waiting ? .needsMore : .handled
        case .deliver(let message):
            return .carry(message.kind == .text ? .text(message.bytes) : .binary)
        case .close(.failed): return .close(Bye(.badData))
        case .close: return .request(HubRequest(.quit(.quit(""))))
        }
    }

    /// What the hub says to the connection itself; its client is told elsewhere.
    mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer
    ) {
        guard case .bye(let bye) = event else { return }
        _ = state.close(bye.webSocketClose, into: &reply)
    }

    mutating func encodePing(into reply: inout ByteBuffer) -> Bool { false }
}
