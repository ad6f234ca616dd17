// Whether a request may become a WebSocket, and what it is answered: RFC 6455 §4.2. Values in, values out:
// reading the head and writing the answer is HTTP's part, SHA-1 is the caller's.
// Invariant: every rule of §4.2.1 that is broken has one refusal; nothing is guessed.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What of a request's head matters here. A list has one value for each time the field is there.
package struct WebSocketHandshakeFields: Sendable {
    package var method: String
    package var majorVersion: Int
    package var minorVersion: Int
    package var host: [String] = []
    package var upgrade: [String] = []
    package var connection: [String] = []
    /// `Sec-WebSocket-Key`.
    package var key: [String] = []
    /// `Sec-WebSocket-Version`.
    package var version: [String] = []
    /// `Sec-WebSocket-Protocol`.
    package var protocols: [String] = []
    /// `Sec-WebSocket-Extensions`.
    package var extensions: [String] = []
    package var origin: [String] = []

    package init(method: String = "GET", majorVersion: Int = 1, minorVersion: Int = 1) {
        self.method = method
        self.majorVersion = majorVersion
        self.minorVersion = minorVersion
    }

    /// Whether the client asks for a WebSocket at all: other requests are none of this.
    package var asksForWebSocket: Bool {
        WebSocketFieldList.contains("websocket", in: upgrade)
    }
}

/// What is spoken inside a WebSocket.
package enum WebSocketSubprotocol: String, Sendable, CaseIterable {
    /// One JSON object a message (chatkit(5)).
    case json = "chatkit.v1.json"
    /// One IRC line a message, in text frames: https://ircv3.net/specs/extensions/websocket
    case ircText = "text.ircv3.net"
    /// The same in binary frames.
    case ircBinary = "binary.ircv3.net"
}

/// What a server lets in.
package struct WebSocketPolicy: Sendable {
    package var origins: WebSocketOriginPolicy
    /// Whether permessage-deflate is agreed to.
    package var deflate: Deflate

    package enum Deflate: Sendable { case off, on }

    package init(origins: WebSocketOriginPolicy = .init(), deflate: Deflate = .off) {
        self.origins = origins
        self.deflate = deflate
    }
}

/// Decides on handshakes.
package enum WebSocketHandshake {
    /// The answer.
    package enum Decision: Hashable, Sendable {
        case accepted(Acceptance)
        case refused(Refusal)
    }

    /// What was agreed: the answer is `101` with `fields`.
    package struct Acceptance: Hashable, Sendable {
        /// The value of `Sec-WebSocket-Accept`.
        package let accept: String
        /// nil: none was asked for, or none that is spoken here.
        package let subprotocol: WebSocketSubprotocol?
        /// nil: frames are never compressed.
        package let deflate: WebSocketDeflate?

        /// The fields of the answer, in order.
        package var fields: [Field] {
            var fields = [
                Field(name: "Upgrade", value: "websocket"),
                Field(name: "Connection", value: "Upgrade"),
                Field(name: "Sec-WebSocket-Accept", value: accept),
            ]
            if let subprotocol {
                fields.append(
                    Field(name: "Sec-WebSocket-Protocol", value: subprotocol.rawValue))
            }
            if let deflate {
                fields.append(Field(name: "Sec-WebSocket-Extensions", value: deflate.answer))
            }
            return fields
        }
    }

    /// Why not.
    package enum Refusal: Error, Hashable, Sendable, CaseIterable {
        case notGET
        case oldHTTP
        case badHost
        case noUpgrade
        case notUpgrading
        case badVersion
        case otherVersion
        case badKey
        case badProtocols
        case badExtensions
        case foreignOrigin

        /// The status of the answer.
        package var status: Int {
            switch self {
            case .otherVersion: 426
            case .foreignOrigin: 403
            default: 400
            }
        }

        /// The sentence for people.
        package var reason: String {
            switch self {
            case .notGET: "a WebSocket begins with GET"
            case .oldHTTP: "a WebSocket needs HTTP/1.1"
            case .badHost: "there must be one Host"
            case .noUpgrade: "Upgrade does not name websocket"
            case .notUpgrading: "Connection does not name Upgrade"
            case .badVersion: "there must be one Sec-WebSocket-Version"
            case .otherVersion: "the only version here is 13"
            case .badKey: "there must be one Sec-WebSocket-Key, of 16 bytes in Base64"
            case .badProtocols: "Sec-WebSocket-Protocol is not a list of tokens"
            case .badExtensions: "Sec-WebSocket-Extensions is not a list of extensions"
            case .foreignOrigin: "pages of this origin may not connect"
            }
        }

        /// What the answer has beside what every answer has.
        package var fields: [Field] {
            guard self == .otherVersion else { return [] }
            return [
                Field(name: "Sec-WebSocket-Version", value: "13"),
                // RFC 9110 §15.5.22 wants it with 426.
                Field(name: "Upgrade", value: "websocket"),
                Field(name: "Connection", value: "Upgrade"),
            ]
        }
    }

    /// A field of an answer.
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// What the key is hashed with (RFC 6455 §1.3).
    private static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// Decides on a request. `sha1` makes the 20 bytes of a SHA-1.
    package static func decide(
        _ fields: WebSocketHandshakeFields, policy: WebSocketPolicy = WebSocketPolicy(),
        sha1: ([UInt8]) -> [UInt8]
    ) -> Decision {
        do throws(Refusal) {
            return .accepted(try accept(fields, policy, sha1))
        } catch {
            return .refused(error)
        }
    }

    private static func accept(
        _ fields: WebSocketHandshakeFields, _ policy: WebSocketPolicy, _ sha1: ([UInt8]) -> [UInt8]
    ) throws(Refusal) -> Acceptance {
        guard fields.method == "GET" else { throw .notGET }
        guard (fields.majorVersion, fields.minorVersion) >= (1, 1) else { throw .oldHTTP }
        guard let host = only(fields.host), !host.isEmpty else { throw .badHost }
        guard fields.asksForWebSocket else { throw .noUpgrade }
        guard WebSocketFieldList.contains("upgrade", in: fields.connection) else {
            throw .notUpgrading
        }
        guard let version = only(fields.version) else { throw .badVersion }
        guard version == "13" else { throw .otherVersion }
        guard let key = only(fields.key), Base64.decode(key)?.count == 16 else { throw .badKey }
        guard policy.origins.admits(fields.origin, host: host) else { throw .foreignOrigin }
        guard let offered = WebSocketFieldList.tokens(in: fields.protocols) else {
            throw .badProtocols
        }
        guard let extensions = WebSocketExtensionOffer.list(in: fields.extensions) else {
            throw .badExtensions
        }
        return Acceptance(
            accept: Base64.encode(sha1(Array((key + guid).utf8))),
            subprotocol: offered.lazy.compactMap { WebSocketSubprotocol(rawValue: $0) }.first,
            deflate: policy.deflate == .on ? WebSocketDeflate.first(of: extensions) : nil)
    }

    /// The value of a field that must be there exactly once.
    private static func only(_ values: [String]) -> String? {
        guard values.count == 1, let value = values.first else { return nil }
        return WebSocketFieldList.trimmed(value[...]).map(String.init) ?? ""
    }
}
