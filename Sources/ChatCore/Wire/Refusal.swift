// What a peer is told whose protocol is recognised and not served, in that protocol's own words.
// SPDX-License-Identifier: GPL-3.0-or-later

package enum Refusal {
    /// The bytes to send before closing.
    package static func bytes(for wireProtocol: WireProtocol) -> [UInt8] {
        switch wireProtocol {
        case .tls:
            // RFC 8446 §6: alert record, fatal (2), handshake_failure (40).
            return [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28]
        case .proxy:
            return Array("a PROXY header is not accepted from this address\n".utf8)
        case .plain, .json, .irc, .http:
            return []
        }
    }
}
