// What a WebSocket peer can do wrong after the handshake, and the Close it is sent for it: one code
// and one sentence each. RFC 6455 §7.4.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a connection is failed (RFC 6455 §7.1.7).
package enum WebSocketError: Error, Hashable, Sendable, CaseIterable {
    case reservedBits
    case unknownOpcode
    case unmasked
    case fragmentedControl
    case controlTooLong
    case lengthNotMinimal
    case lengthTooLarge
    case nothingToContinue
    case unfinishedMessage
    case oneByteClose
    case badCloseCode
    case badCloseReason
    case badText
    case badCompression
    case tooManyFragments
    case messageTooBig

    /// The code to close with.
    package var code: WebSocketCloseCode {
        switch self {
        case .badCloseReason, .badText, .badCompression: .invalidPayload
        case .tooManyFragments: .policyViolation
        case .messageTooBig: .messageTooBig
        default: .protocolError
        }
    }

    /// The sentence for people; short enough for a Close.
    package var reason: String {
        switch self {
        case .reservedBits: "a reserved bit is set that nothing negotiated"
        case .unknownOpcode: "there is no such opcode"
        case .unmasked: "a client's frames must be masked"
        case .fragmentedControl: "a control frame must not be fragmented"
        case .controlTooLong: "a control frame has at most \(Limits.maxControlPayloadBytes) bytes"
        case .lengthNotMinimal: "the length is not in its shortest form"
        case .lengthTooLarge: "the length has its highest bit set"
        case .nothingToContinue: "there is no message to continue"
        case .unfinishedMessage: "the message before is not finished"
        case .oneByteClose: "a close code has two bytes"
        case .badCloseCode: "this close code must not be sent"
        case .badCloseReason: "the reason is not UTF-8"
        case .badText: "the text is not UTF-8"
        case .badCompression: "the message cannot be inflated"
        case .tooManyFragments: "the message has too many fragments"
        case .messageTooBig: "the message is too big"
        }
    }
}

/// Why a connection ends (RFC 6455 §7.4).
package struct WebSocketCloseCode: Hashable, Sendable {
    package let raw: UInt16

    private init(known raw: UInt16) { self.raw = raw }

    package static let normal = WebSocketCloseCode(known: 1000)
    package static let goingAway = WebSocketCloseCode(known: 1001)
    package static let protocolError = WebSocketCloseCode(known: 1002)
    package static let unsupportedData = WebSocketCloseCode(known: 1003)
    package static let invalidPayload = WebSocketCloseCode(known: 1007)
    package static let policyViolation = WebSocketCloseCode(known: 1008)
    package static let messageTooBig = WebSocketCloseCode(known: 1009)
    package static let internalError = WebSocketCloseCode(known: 1011)
    package static let serviceRestart = WebSocketCloseCode(known: 1012)
    package static let tryAgainLater = WebSocketCloseCode(known: 1013)

    /// A code that may stand in a frame: registered ones (the IANA's list reaches to 1014), those
    /// of libraries (3000…) and of applications (4000…). nil for all others.
    package init?(_ raw: UInt16) {
        switch raw {
        case 1000...1003, 1007...1014, 3000...4999: self.raw = raw
        default: return nil
        }
    }
}

/// What a Close says.
package struct WebSocketClose: Hashable, Sendable {
    package let code: WebSocketCloseCode
    package let reason: String

    package init(_ code: WebSocketCloseCode, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }
}
