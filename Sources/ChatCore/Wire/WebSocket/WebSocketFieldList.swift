// Lists in the fields of a handshake: elements between commas, spaces around them, empty ones left out.
// RFC 9110 §5.6.1; tokens are those of §5.6.2.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads lists.
enum WebSocketFieldList {
    /// The elements of a list of tokens, empty ones left out; nil when one is not a token.
    static func tokens(in values: [String]) -> [String]? {
        var tokens: [String] = []
        for element in elements(of: values) {
            guard element.utf8.allSatisfy(isTokenByte) else { return nil }
            tokens.append(String(element))
        }
        return tokens
    }

    /// Whether `token`, given in lower case, is among the elements, in any case.
    static func contains(_ token: String, in values: [String]) -> Bool {
        elements(of: values).contains { $0.lowercased() == token }
    }

    /// `text` without the spaces and tabs around it; nil when nothing is left.
    static func trimmed(_ text: Substring) -> Substring? {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var bytes = text.utf8
        while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return bytes.isEmpty ? nil : Substring(bytes)
    }

    /// Whether a token may have `byte`.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func elements(of values: [String]) -> some Sequence<Substring> {
        values.lazy.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
            .compactMap { trimmed(Substring($0)) }
    }
}
