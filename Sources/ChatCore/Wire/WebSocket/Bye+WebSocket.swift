// How the end of a connection is said in a Close frame.
// SPDX-License-Identifier: GPL-3.0-or-later

extension Bye {
    /// The same in WebSocket's terms (RFC 6455 §7.4).
    var webSocketClose: WebSocketClose {
        let code: WebSocketCloseCode =
            switch self.code {
            case .quit, .ended: .normal
            case .shutdown, .idleTimeout, .replaced: .goingAway
            case .slowConsumer, .full, .waitExpired, .queueFull, .noServer: .tryAgainLater
            case .handshakeTimeout, .tooManyAttempts: .policyViolation
            case .lineTooLong: .messageTooBig
            case .badData: .invalidPayload
            case .unsupported: .unsupportedData
            }
        return WebSocketClose(code, reason)
    }
}
