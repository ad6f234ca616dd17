// The PROXY protocol's header (haproxy.org, proxy-protocol.txt): where a connection came from before
// somebody passed it on. Read in version 1 and 2, written in version 2.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why bytes are no PROXY header. The connection cannot go on after it.
package enum ProxyHeaderError: Error, Hashable, Sendable {
    /// Neither version's first bytes.
    case notAHeader
    /// A version 1 line that is too long or says something else.
    case badLine
    case badVersion
    case badCommand
    /// Neither TCP over IPv4, nor over IPv6, nor unspecified.
    case badFamily
    /// Longer than `Limits.maxProxyHeaderBytes`.
    case tooLong
    /// Too short for the addresses of its family.
    case tooShort
    /// An addition that reaches over the end.
    case badAddition
    /// The addition that says whom a relay brings is there twice or is none.
    case badRelayed

    /// The reason for people.
    package var reason: String {
        switch self {
        case .notAHeader: "this is no PROXY header"
        case .badLine: "the line is no PROXY header"
        case .badVersion: "its version is not known"
        case .badCommand: "its command is not known"
        case .badFamily: "its kind of address is not served"
        case .tooLong: "it has more than \(Limits.maxProxyHeaderBytes) bytes"
        case .tooShort: "it is too short for its addresses"
        case .badAddition: "an addition reaches over its end"
        case .badRelayed: "it does not say which visit is relayed"
        }
    }
}

/// What a PROXY header says.
package struct ProxyHeader: Hashable, Sendable {
    /// Where the client connected from; nil when the sender does not say (LOCAL, UNSPEC, UNKNOWN):
    /// then it is the sender's own address.
    package var source: IPEndpoint?
    /// What it connected to.
    package var destination: IPEndpoint?
    /// Whom a relay brings.
    package var relayed: RelayedClient?

    package init(
        source: IPEndpoint? = nil, destination: IPEndpoint? = nil, relayed: RelayedClient? = nil
    ) {
        self.source = source
        self.destination = destination
        self.relayed = relayed
    }
}

// MARK: - Version 2

extension ProxyHeader {
    static let signature: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
    /// The type of the addition that says whom a relay brings (0xE0 to 0xEF are for such use, §2.2).
    static let relayedType: UInt8 = 0xE0

    /// Bytes of a family's addresses and ports: TCP over IPv4, over IPv6, unspecified.
    static func addressBytes(family: UInt8) -> Int? {
        switch family {
        case 0x11: 12
        case 0x21: 36
        case 0x00: 0
        default: nil
        }
    }

    /// Writes the header of version 2. A destination of the other kind of address is left out.
    package func write(into output: inout ByteBuffer) {
        var body = ByteBuffer()
        var family: UInt8 = 0x00
        if let source {
            family = source.address.isIPv4 ? 0x11 : 0x21
            let isAlike = destination?.address.isIPv4 == source.address.isIPv4
            body.write(source.address.bytes)
            body.write(
                isAlike ? destination?.address.bytes ?? [] : source.address.bytes.map { _ in 0 })
            body.write(bigEndian: source.port)
            body.write(bigEndian: isAlike ? destination?.port ?? 0 : 0)
        }
        if let relayed {
            let text = Array(relayed.text.utf8)
            body.write(ProxyHeader.relayedType)
            body.write(bigEndian: UInt16(clamping: text.count))
            body.write(text)
        }
        output.write(ProxyHeader.signature)
        // LOCAL only where there is nothing to say: its additions would be passed over.
        output.write(source == nil && relayed == nil ? 0x20 : 0x21)
        output.write(family)
        output.write(bigEndian: UInt16(clamping: body.readableBytes))
        output.write(body.readable)
    }
}

extension ByteBuffer {
    fileprivate mutating func write(bigEndian number: UInt16) {
        write(UInt8(number >> 8))
        write(UInt8(number & 0xFF))
    }
}
