// The seam between bytes and the hub: one session a connection, sans I/O. The connection feeds it
// what was read and executes the actions it returns; the hub's answers come back to be encoded.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a session wants done with what it has just read. All but the first consume input.
package enum SessionAction: Sendable {
    /// Nothing more can be decoded until more bytes (or the silence) come; or until the hub has
    /// answered, where a session says that it waits for that.
    case needsMore
    /// Pass it to the hub.
    case request(HubRequest)
    /// The session wrote an answer into `reply` itself; go on decoding.
    case handled
    /// Write `reply`, then close with this reason; input after it is not read.
    case close(Bye)
    /// It belongs to an Engine.IO session, which other connections carry as well.
    case carry(EngineIOInput)
}

/// One protocol's conversation with one client.
package protocol SessionCodec: Sendable {
    /// How room events look to this client, now. May change after any action or event.
    var format: WireFormat { get }

    /// Whether the handshake is complete and the hub knows the client.
    var isRegistered: Bool { get }

    /// Whether the client is an operator of a desk, whose silence is noticed sooner.
    var isOperator: Bool { get }

    /// The name shown in logs and metrics.
    static var protocolName: StaticString { get }

    /// Decodes one unit from `input` and says what to do. Never blocks, never traps; `input` is
    /// left untouched when it says `.needsMore`. Direct answers are written to `reply`.
    mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction

    /// Takes a whole message where the transport says where it ends, instead of `next`. For those
    /// that read lines it is nothing.
    mutating func take(
        message: ArraySlice<UInt8>, reply: inout ByteBuffer
    ) -> SessionAction

    /// The peer has been silent: plain text takes what there is as a message.
    /// Called `silence` after the last byte when that is not nil and input is waiting.
    mutating func silenceReached(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction

    /// How long a silence ends a message, or nil when only a terminator does.
    var silence: Duration? { get }

    /// Encodes a direct answer.
    mutating func encode(
        _ event: ClientEvent, tag: RequestTag, now: Timestamp, into reply: inout ByteBuffer)

    /// Whether `NICK` should be asked for (again), a moment from now; asking clears it.
    mutating func takePromptRequest() -> Bool

    /// Asks the peer for a sign of life; false where the protocol has no such question.
    mutating func encodePing(into reply: inout ByteBuffer) -> Bool
}

extension SessionCodec {
    package var isOperator: Bool { false }

    package var silence: Duration? { nil }

    package mutating func takePromptRequest() -> Bool { false }

    package mutating func silenceReached(
        in input: inout ByteBuffer, reply: inout ByteBuffer
    ) -> SessionAction { .needsMore }

    package mutating func take(
        message: ArraySlice<UInt8>, reply: inout ByteBuffer
    ) -> SessionAction { .handled }
}

/// Facts about the server that sessions tell their clients.
package struct ServerInfo: Sendable {
    package var name: String
    package var version: String
    package var motd: [String]
    package var startedAt: Timestamp
    /// Visitors talk with operators.
    package var isDesk: Bool
    /// It has no rooms, and passes its clients on.
    package var isRelay: Bool
    /// A relay tells those who can where to go, instead of carrying them there.
    package var redirects = false
    /// The page and the WebSockets; nil: neither is served.
    package var web: WebSettings?

    package init(
        name: String, version: String, motd: [String] = [], startedAt: Timestamp,
        isDesk: Bool = false, isRelay: Bool = false, web: WebSettings? = nil
    ) {
        self.isDesk = isDesk
        self.isRelay = isRelay
        self.web = web
        self.name = name
        self.version = version
        self.motd = motd
        self.startedAt = startedAt
    }
}
