// Which pages may open a WebSocket: those of this very host, and those the operator names. A browser
// always says where a page is from and does not stop it from connecting anywhere; other programs
// need not say, and could say anything. RFC 6455 §10.2, RFC 6454 §7.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The origins that are let in.
package struct WebSocketOriginPolicy: Sendable {
    private let allowed: Set<String>
    private let admitsAll: Bool

    /// - Parameter allowed: further origins, such as `https://chat.example`; `null` is that of files
    ///   and sandboxed frames; `*` is every origin. Case and default ports do not matter.
    package init(allowed: [String] = []) {
        admitsAll = allowed.contains("*")
        self.allowed = Set(allowed.map { Origin($0)?.text ?? $0.lowercased() })
    }

    /// Whether a text is something that can be allowed.
    package static func isOrigin(_ text: String) -> Bool {
        text == "*" || text == "null" || Origin(text) != nil
    }

    /// Whether a request with these `Origin` fields, for `host`, is let in.
    package func admits(_ values: [String], host: String) -> Bool {
        if admitsAll { return true }
        guard let value = values.first else { return true }
        guard values.count == 1, let text = WebSocketFieldList.trimmed(value[...]) else {
            return false
        }
        guard let origin = Origin(text) else {
            return allowed.contains(text.lowercased())
        }
        return allowed.contains(origin.text) || origin.isOf(host)
    }

    /// Whether that origin is let in by its name, and not by `*` alone. `null`, which any sandboxed frame
    /// can be, is no name.
    package func names(_ origin: String) -> Bool {
        Origin(origin).map { allowed.contains($0.text) } ?? false
    }

    /// `http` or `https`, a host and a port.
    private struct Origin {
        let scheme: String
        let host: String
        let port: UInt16

        init?(_ text: some StringProtocol) {
            let text = text.lowercased()
            guard let scheme = ["http", "https"].first(where: { text.hasPrefix($0 + "://") }) else {
                return nil
            }
            let standard = Origin.standardPort(scheme)
            let authority = text.dropFirst(scheme.utf8.count + 3)
            guard let (host, port) = Origin.split(authority, standard: standard) else { return nil }
            self.scheme = scheme
            self.host = host
            self.port = port
        }

        /// The one way of writing it.
        var text: String { "\(scheme)://\(host):\(port)" }

        /// Whether `Host: value` names the same place. Behind a proxy that ends TLS nobody here
        /// knows the scheme, so a port that is not named is the origin's scheme's.
        func isOf(_ value: String) -> Bool {
            let standard = Origin.standardPort(scheme)
            guard let (host, port) = Origin.split(value.lowercased()[...], standard: standard)
            else { return false }
            return host == self.host && port == self.port
        }

        private static func standardPort(_ scheme: String) -> UInt16 {
            scheme == "https" ? 443 : 80
        }

        /// Takes `host[:port]` apart; nil when it is anything else.
        private static func split(
            _ authority: Substring, standard: UInt16
        ) -> (host: String, port: UInt16)? {
            var host = authority
            var port = standard
            let colon = authority.utf8.lastIndex(of: UInt8(ascii: ":"))
            let bracket = authority.utf8.lastIndex(of: UInt8(ascii: "]"))
            if let colon, bracket.map({ $0 < colon }) ?? true {
                let digits = authority[authority.utf8.index(after: colon)...]
                guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                    let number = digits.isEmpty ? standard : UInt16(digits)
                else { return nil }
                host = authority[..<colon]
                port = number
            }
            guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else { return nil }
            let isAddress = host.hasPrefix("[") && host.hasSuffix("]")
            let inner = isAddress ? host.dropFirst().dropLast() : host
            guard !inner.utf8.contains(where: { $0 == 0x5B || $0 == 0x5D }),
                isAddress || !inner.utf8.contains(UInt8(ascii: ":"))
            else { return nil }
            return (String(host), port)
        }

        /// What may stand in a host: nothing that ends it, no white space, no control.
        private static func isHostByte(_ byte: UInt8) -> Bool {
            byte > 0x20 && byte != 0x7F && !"/\\?#@\"<>,".utf8.contains(byte)
        }
    }
}
