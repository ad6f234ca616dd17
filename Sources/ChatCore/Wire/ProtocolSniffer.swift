// Which protocol a peer speaks, from its first bytes: PRODUCT.md's table, incrementally. The answer
// depends on the bytes alone, never on how they were cut up; nothing is consumed here.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Tells protocols apart.
package enum ProtocolSniffer {
    package enum Verdict: Hashable, Sendable {
        /// No more bytes can change it.
        case certain(WireProtocol)
        /// What there is begins more than one row of the table.
        case undecided
    }

    /// Most bytes that are ever looked at.
    package static let maxBytes = 16

    /// Looks at the beginning of what was received.
    package static func verdict(_ input: ByteBuffer) -> Verdict {
        guard let first = input.peek() else { return .undecided }
        if first == 0x16 { return .certain(.tls) }
        if first == UInt8(ascii: "{") { return .certain(.json) }
        let start = Array(input.readable.prefix(maxBytes))
        var isOpen = false
        for row in table {
            switch row.match(start) {
            case .yes: return .certain(row.wireProtocol)
            case .maybe: isOpen = true
            case .no: break
            }
        }
        return isOpen ? .undecided : .certain(.plain)
    }

    private enum Match { case yes, maybe, no }

    /// A row: bytes that must begin the input.
    private struct Row {
        let prefix: [UInt8]
        let wireProtocol: WireProtocol
        /// IRC verbs may be written in any case (RFC 2812 §2.3); the others are exact.
        let ignoresCase: Bool

        init(_ text: String, _ wireProtocol: WireProtocol, ignoresCase: Bool = false) {
            prefix = Array(text.utf8)
            self.wireProtocol = wireProtocol
            self.ignoresCase = ignoresCase
        }

        func match(_ bytes: [UInt8]) -> Match {
            for (index, expected) in prefix.enumerated() {
                guard index < bytes.count else { return .maybe }
                var byte = bytes[index]
                if ignoresCase, (0x61...0x7A).contains(byte) { byte -= 0x20 }
                if byte != expected { return .no }
            }
            return .yes
        }
    }

    private static let table: [Row] =
        ["CAP", "NICK", "USER", "PASS", "PING", "PONG", "AUTHENTICATE", "QUIT", "WEBIRC"]
        .map { Row($0 + " ", .irc, ignoresCase: true) }
        + ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]
        .map { Row($0 + " /", .http) }
        + [Row("PROXY ", .proxy), Row("\r\n\r\n\0\r\nQUIT\n", .proxy)]
}
