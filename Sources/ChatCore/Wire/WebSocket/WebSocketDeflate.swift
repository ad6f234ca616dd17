// Extensions a client offers, and which form of permessage-deflate is agreed to. Every message stands
// by itself in both directions, so one compressed frame serves everyone who agreed to the same window
// and an idle connection keeps no window at all. RFC 6455 §9.1; RFC 7692 §5, §7.1.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What was agreed on compression: no context is taken over in either direction.
package struct WebSocketDeflate: Hashable, Sendable {
    /// Windows that messages to the client may have been compressed with: 2 to the power of 9…15.
    package let serverWindowBits: Int
    private let namesWindow: Bool

    /// The value of `Sec-WebSocket-Extensions`.
    package var answer: String {
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            + (namesWindow ? "; server_max_window_bits=\(serverWindowBits)" : "")
    }

    /// Agrees to the first offer that can be kept; nil when there is none.
    static func first(of offers: [WebSocketExtensionOffer]) -> WebSocketDeflate? {
        offers.lazy.compactMap { WebSocketDeflate($0) }.first
    }

    /// nil: another extension, or parameters that RFC 7692 §7.1 does not allow.
    private init?(_ offer: WebSocketExtensionOffer) {
        guard offer.name == "permessage-deflate" else { return nil }
        var seen: Set<String> = []
        var window: Int?
        for parameter in offer.parameters {
            guard seen.insert(parameter.name).inserted else { return nil }
            switch (parameter.name, parameter.value) {
            case ("server_no_context_takeover", nil), ("client_no_context_takeover", nil): break
            case ("client_max_window_bits", nil): break
            case ("client_max_window_bits", let value?):
                // Whatever it is, it is not above what is inflated here.
                guard WebSocketDeflate.windowBits(value) != nil else { return nil }
            case ("server_max_window_bits", let value?):
                guard let bits = WebSocketDeflate.windowBits(value) else { return nil }
                window = bits
            default: return nil
            }
        }
        // Raw deflate has no window of 2⁸ bytes in zlib.
        if let window, window < 9 { return nil }
        serverWindowBits = window ?? 15
        namesWindow = window != nil
    }

    /// 8…15 without leading zeroes.
    private static func windowBits(_ text: String) -> Int? {
        (8...15).first { String($0) == text }
    }
}

/// One element of `Sec-WebSocket-Extensions`.
struct WebSocketExtensionOffer: Hashable, Sendable {
    struct Parameter: Hashable, Sendable {
        let name: String
        let value: String?
    }

    let name: String
    var parameters: [Parameter] = []

    /// The offers in order of preference; nil when the fields are not of RFC 6455 §9.1's grammar.
    static func list(in values: [String]) -> [WebSocketExtensionOffer]? {
        var offers: [WebSocketExtensionOffer] = []
        for value in values {
            var scanner = Scanner(rest: value.utf8[...])
            while true {
                scanner.skipBlanks()
                if scanner.take(",") { continue }
                if scanner.rest.isEmpty { break }
                guard let offer = scanner.offer() else { return nil }
                offers.append(offer)
                scanner.skipBlanks()
                guard scanner.rest.isEmpty || scanner.take(",") else { return nil }
            }
        }
        return offers
    }

    /// Reads a field value from front to back.
    private struct Scanner {
        var rest: Substring.UTF8View

        mutating func offer() -> WebSocketExtensionOffer? {
            guard let name = token() else { return nil }
            var offer = WebSocketExtensionOffer(name: name)
            while true {
                skipBlanks()
                guard take(";") else { return offer }
                skipBlanks()
                guard let name = token() else { return nil }
                skipBlanks()
                var value: String?
                if take("=") {
                    skipBlanks()
                    value = rest.first == UInt8(ascii: "\"") ? quoted() : token()
                    if value == nil { return nil }
                }
                offer.parameters.append(Parameter(name: name, value: value))
            }
        }

        mutating func token() -> String? {
            let token = rest.prefix(while: WebSocketFieldList.isTokenByte)
            rest = rest[token.endIndex...]
            return token.isEmpty ? nil : String(Substring(token))
        }

        /// What a quoted string means, which must be a token.
        mutating func quoted() -> String? {
            guard take("\"") else { return nil }
            var bytes: [UInt8] = []
            while var byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") {
                    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
                }
                if byte == UInt8(ascii: "\\") {
                    guard let escaped = rest.popFirst() else { return nil }
                    byte = escaped
                }
                guard WebSocketFieldList.isTokenByte(byte) else { return nil }
                bytes.append(byte)
            }
            return nil
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard let byte = rest.first, UInt32(byte) == character.value else { return false }
            rest.removeFirst()
            return true
        }

        mutating func skipBlanks() {
            while let byte = rest.first, byte == 0x20 || byte == 0x09 { rest.removeFirst() }
        }
    }
}
