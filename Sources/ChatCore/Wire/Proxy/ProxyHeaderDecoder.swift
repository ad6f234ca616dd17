// Takes a PROXY header from a connection's first bytes (haproxy.org, proxy-protocol.txt, §2.1, §2.2).
// Invariant: the result does not depend on how the input was cut up; nothing is consumed before the
// header is whole, nothing at all of a bad one, and no more than the limit is waited for.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Decodes one header.
package enum ProxyHeaderDecoder {
    /// Takes the header; nil: more is needed.
    package static func next(
        in input: inout ByteBuffer
    ) throws(ProxyHeaderError) -> ProxyHeader? {
        guard let first = input.peek() else { return nil }
        return first == ProxyHeader.signature[0] ? try binary(&input) : try line(&input)
    }

    // MARK: - Version 1

    private static let word = Array("PROXY ".utf8)
    /// The longest line, CRLF included (§2.1).
    private static let maxLineBytes = 107

    private static func line(
        _ input: inout ByteBuffer
    ) throws(ProxyHeaderError) -> ProxyHeader? {
        for (index, byte) in word.enumerated() {
            guard let found = input.peek(index) else { return nil }
            guard found == byte else { throw .notAHeader }
        }
        guard let length = input.distance(to: 0x0A), length < maxLineBytes else {
            guard input.readableBytes < maxLineBytes else { throw .badLine }
            return nil
        }
        guard input.peek(length - 1) == 0x0D else { throw .badLine }
        let text = String(
            decoding: input.readable.prefix(length - 1).dropFirst(word.count), as: UTF8.self)
        let header = try header(ofLine: text)
        input.skip(length + 1)
        return header
    }

    private static func header(ofLine text: String) throws(ProxyHeaderError) -> ProxyHeader {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        if parts.first == "UNKNOWN" { return ProxyHeader() }
        guard parts.count == 5, parts[0] == "TCP4" || parts[0] == "TCP6",
            let source = endpoint(parts[1], parts[3], parts[0]),
            let destination = endpoint(parts[2], parts[4], parts[0])
        else { throw .badLine }
        return ProxyHeader(source: source, destination: destination)
    }

    private static func endpoint(
        _ host: Substring, _ port: Substring, _ family: Substring
    ) -> IPEndpoint? {
        let isNumber = port.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard host.utf8.contains(UInt8(ascii: ":")) == (family == "TCP6"),
            let address = IPAddress(host), isNumber, let port = UInt16(port)
        else { return nil }
        return IPEndpoint(address, port: port)
    }

    // MARK: - Version 2

    /// The signature, version and command, family, length.
    private static let headBytes = 16

    private static func binary(
        _ input: inout ByteBuffer
    ) throws(ProxyHeaderError) -> ProxyHeader? {
        for (index, byte) in ProxyHeader.signature.enumerated() {
            guard let found = input.peek(index) else { return nil }
            guard found == byte else { throw .notAHeader }
        }
        guard let command = input.peek(12) else { return nil }
        guard command >> 4 == 2 else { throw .badVersion }
        guard command & 0x0F <= 1 else { throw .badCommand }
        guard let high = input.peek(14), let low = input.peek(15) else { return nil }
        let length = Int(high) << 8 | Int(low)
        guard headBytes + length <= Limits.maxProxyHeaderBytes else { throw .tooLong }
        guard input.readableBytes >= headBytes + length else { return nil }
        let body = input.readable.dropFirst(headBytes).prefix(length)
        // What a LOCAL header has besides is passed over, whatever it is.
        let header =
            command & 0x0F == 0 ? ProxyHeader() : try header(family: input.peek(13) ?? 0, body)
        input.skip(headBytes + length)
        return header
    }

    private static func header(
        family: UInt8, _ body: ArraySlice<UInt8>
    ) throws(ProxyHeaderError) -> ProxyHeader {
        guard let addressBytes = ProxyHeader.addressBytes(family: family) else {
            throw .badFamily
        }
        guard body.count >= addressBytes else { throw .tooShort }
        var header = ProxyHeader()
        if addressBytes > 0 {
            let size = (addressBytes - 4) / 2
            let ports = Array(body.dropFirst(2 * size).prefix(4))
            header.source = IPAddress(bytes: body.prefix(size)).map {
                IPEndpoint($0, port: UInt16(ports[0]) << 8 | UInt16(ports[1]))
            }
            header.destination = IPAddress(bytes: body.dropFirst(size).prefix(size)).map {
                IPEndpoint($0, port: UInt16(ports[2]) << 8 | UInt16(ports[3]))
            }
        }
        header.relayed = try relayed(in: body.dropFirst(addressBytes))
        return header
    }

    /// Passes over the additions, but for the one that is ours.
    private static func relayed(
        in additions: ArraySlice<UInt8>
    ) throws(ProxyHeaderError) -> RelayedClient? {
        var rest = additions
        var found: RelayedClient?
        while let type = rest.popFirst() {
            guard let high = rest.popFirst(), let low = rest.popFirst() else {
                throw .badAddition
            }
            let length = Int(high) << 8 | Int(low)
            guard rest.count >= length else { throw .badAddition }
            let value = rest.prefix(length)
            rest = rest.dropFirst(length)
            guard type == ProxyHeader.relayedType else { continue }
            guard found == nil, let text = String(validating: value, as: UTF8.self),
                let relayed = RelayedClient(text)
            else { throw .badRelayed }
            found = relayed
        }
        return found
    }
}
