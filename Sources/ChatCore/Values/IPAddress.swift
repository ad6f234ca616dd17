// IP addresses as values, read from text and written the one canonical way (RFC 5952), and blocks of
// them (RFC 4632): what PROXY headers carry and what decides whom a header is believed.
// Invariant: an IPv4 address mapped into IPv6 (RFC 4291 §2.5.5.2) is that IPv4 address.
// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPv4 or IPv6 address.
package struct IPAddress: Hashable, Sendable {
    /// 4 or 16, in network order.
    package let bytes: [UInt8]

    package var isIPv4: Bool { bytes.count == 4 }

    /// nil unless there are 4 or 16 bytes.
    package init?(bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        switch bytes.count {
        case 4: self.bytes = bytes
        case 16:
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10...11] == [0xFF, 0xFF]
            self.bytes = isMapped ? Array(bytes[12...]) : bytes
        default: return nil
        }
    }

    /// Reads an address as people write it, without brackets and zone; nil when it is none.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard text.utf8.count <= IPAddress.maxTextBytes else { return nil }
        let parsed =
            text.utf8.contains(UInt8(ascii: ":"))
            ? IPAddress.groups(text) : IPAddress.octets(text)
        guard let parsed, let address = IPAddress(bytes: parsed) else { return nil }
        self = address
    }

    /// The longest text of an address, with an IPv4 address at the end of eight groups.
    private static let maxTextBytes = 45

    private static func octets(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            // A leading zero means octal to some, and decimal to others.
            guard part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"),
                part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let octet = UInt8(part)
            else { return nil }
            octets.append(octet)
        }
        return octets
    }

    private static func groups(_ text: String) -> [UInt8]? {
        var head: [UInt8] = []
        var tail: [UInt8]?
        var rest = text[...]
        if rest.hasPrefix("::") {
            tail = []
            rest = rest.dropFirst(2)
            if rest.isEmpty { return Array(repeating: 0, count: 16) }
        }
        while true {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            let isLast = end == rest.endIndex
            guard let group = bytes(of: rest[..<end], isLast: isLast) else { return nil }
            if tail == nil { head += group } else { tail? += group }
            if isLast { break }
            rest = rest[rest.index(after: end)...]
            guard rest.first == ":" else { continue }
            guard tail == nil else { return nil }
            tail = []
            rest = rest.dropFirst()
            if rest.isEmpty { break }
        }
        guard let tail else { return head.count == 16 ? head : nil }
        let missing = 16 - head.count - tail.count
        return missing >= 2 ? head + Array(repeating: 0, count: missing) + tail : nil
    }

    /// A group's two bytes; the last one may be an IPv4 address.
    private static func bytes(of group: Substring, isLast: Bool) -> [UInt8]? {
        if isLast, group.utf8.contains(UInt8(ascii: ".")) { return octets(group) }
        let isHex = group.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
        }
        guard isHex, (1...4).contains(group.utf8.count), let value = UInt16(group, radix: 16)
        else { return nil }
        return [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        if isIPv4 { return bytes.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: 15, by: 2).map {
            UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
        }
        let hex = groups.map { String($0, radix: 16) }
        guard let gap = IPAddress.longestGap(in: groups) else {
            return hex.joined(separator: ":")
        }
        return hex[..<gap.lowerBound].joined(separator: ":") + "::"
            + hex[gap.upperBound...].joined(separator: ":")
    }

    /// The first of the longest runs of at least two zeroes.
    private static func longestGap(in groups: [UInt16]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > longest?.count ?? 0 { longest = start..<end }
            start = max(end, start + 1)
        }
        return longest
    }
}

/// An address and a port.
package struct IPEndpoint: Hashable, Sendable, CustomStringConvertible {
    package let address: IPAddress
    package let port: UInt16

    package init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    package var description: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}

/// All addresses that begin with the same bits.
package struct IPBlock: Hashable, Sendable {
    package let address: IPAddress
    /// How many bits they share.
    package let bits: Int

    /// One address.
    package init(_ address: IPAddress) {
        self.init(address, address.bytes.count * 8)
    }

    /// Reads `ADDRESS` or `ADDRESS/BITS`; nil when it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        guard parts.count > 1 else {
            self.init(address)
            return
        }
        let isNumber = parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let bits = Int(parts[1]), bits <= address.bytes.count * 8 else {
            return nil
        }
        self.init(address, bits)
    }

    private init(_ address: IPAddress, _ bits: Int) {
        self.address = address
        self.bits = bits
    }

    package func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        var left = bits
        for (mine, theirs) in zip(address.bytes, other.bytes) {
            guard left > 0 else { return true }
            let mask = left >= 8 ? 0xFF : ~(UInt8(0xFF) >> UInt8(left))
            guard mine & mask == theirs & mask else { return false }
            left -= 8
        }
        return true
    }
}

extension IPBlock: CustomStringConvertible {
    package var description: String {
        bits == address.bytes.count * 8 ? "\(address)" : "\(address)/\(bits)"
    }
}
