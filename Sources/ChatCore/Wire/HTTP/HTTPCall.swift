// A request of ours, encoded: RFC 9112 §3, RFC 6750 §2.1. One for each connection.
// Invariant: what is written is exactly one request, whatever its parts were made of: names in its target
// are escaped, and a token that has anything but visible ASCII in it cannot be made.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What is asked of a server.
package struct HTTPCall: Sendable {
    /// A path without its slash at the end, and what is asked of it.
    package let target: HTTPCallTarget
    /// JSON that is posted; nil: the request is a GET.
    package let content: [UInt8]?
    package let token: BearerToken?

    package init(
        _ target: HTTPCallTarget, posting content: [UInt8]? = nil, token: BearerToken? = nil
    ) {
        self.target = target
        self.content = content
        self.token = token
    }

    /// Writes the whole request.
    /// - Parameter host: the server's host and port.
    package func encode(host: String, into output: inout ByteBuffer) {
        output.write(literal: content == nil ? "GET " : "POST ")
        output.write(target.text)
        output.write(literal: " HTTP/1.1\r\nHost: ")
        for byte in host.utf8 where byte > 0x20 && byte < 0x7F { output.write(byte) }
        output.write(literal: "\r\nAccept: application/json\r\nConnection: close\r\n")
        if let token {
            output.write(literal: "Authorization: Bearer ")
            output.write(token.bytes)
            output.write(literal: "\r\n")
        }
        if let content {
            output.write(literal: "Content-Type: application/json\r\nContent-Length: ")
            output.write(decimal: content.count)
            output.write(literal: "\r\n")
        }
        output.write(literal: "\r\n")
        if let content { output.write(content) }
    }
}

/// Path and query, both escaped.
package struct HTTPCallTarget: Hashable, Sendable {
    package private(set) var text: String
    private var hasQuery = false

    /// - Parameter segments: names, each of them one segment of the path.
    package init(_ segments: [String]) {
        text = segments.map { "/" + HTTPCallTarget.escaped($0) }.joined()
        if text.isEmpty { text = "/" }
    }

    /// Adds a parameter of the query.
    package mutating func add(_ name: String, _ value: String) {
        text += hasQuery ? "&" : "?"
        hasQuery = true
        text += HTTPCallTarget.escaped(name) + "=" + HTTPCallTarget.escaped(value)
    }

    /// `text` with everything but letters, digits and `-._~` as `%XX` (RFC 3986 §2.3).
    package static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a request shows to be let in.
package struct BearerToken: Sendable {
    package let bytes: [UInt8]

    /// nil for what is empty, longer than `Limits.maxTokenBytes`, or not visible ASCII.
    package init?(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard (1...Limits.maxTokenBytes).contains(self.bytes.count),
            self.bytes.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
    }
}
