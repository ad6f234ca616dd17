// How often passwords may be tried from one address. Some wrong ones are free; after each further one
// the address waits twice as long as before, and what it tries meanwhile is neither looked at nor held
// against it. Time is a parameter; memory is bounded.
//
// An address that must wait is never forgotten before its time, so that nobody clears its record by
// coming from many others: when the table is full of such, all new addresses are one.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The record of wrong passwords.
package struct PasswordThrottle: Sendable {
    /// The first wait; each next one is twice as long.
    package static let firstWait = Duration.seconds(1)
    package static let longestWait = Duration.seconds(300)
    /// After so long without a wrong password an address begins anew.
    package static let memory = Duration.seconds(1800)
    /// Most addresses that are remembered.
    package static let maxAddresses = 4096

    private struct Record {
        /// Wrong passwords.
        var failures = 0
        /// Passwords that are being looked at.
        var pending = 0
        /// When the next one may be tried.
        var waitsUntil: Instant
        /// The last one that was tried.
        var last: Instant

        func isForgotten(_ now: Instant) -> Bool {
            pending == 0 && last + PasswordThrottle.memory <= now
        }
    }

    private let maxAddresses: Int
    private var records: [AddressKey: Record] = [:]

    package init(maxAddresses: Int = PasswordThrottle.maxAddresses) {
        self.maxAddresses = max(2, maxAddresses)
    }

    /// How many addresses are remembered, the one that stands for many included.
    package var count: Int { records.count }

    /// Whether a password from there may be looked at now; nil: it may not. Otherwise `ended` is to
    /// follow, with what is given here.
    package mutating func begins(_ address: AddressKey, now: Instant) -> AddressKey? {
        var address = address
        if records[address] == nil, !makeRoom(now) { address = .others }
        var record = records[address] ?? Record(waitsUntil: now, last: now)
        if record.isForgotten(now) { record = Record(waitsUntil: now, last: now) }
        let isFree = record.failures + record.pending < Limits.freePasswordAttempts
        guard isFree || record.pending == 0 && record.waitsUntil <= now else { return nil }
        record.pending += 1
        record.last = now
        records[address] = record
        return address
    }

    /// What became of a password that `begins` let pass. The right one clears the record.
    package mutating func ended(_ address: AddressKey, isRight: Bool, now: Instant) {
        guard var record = records[address], record.pending > 0 else { return }
        record.pending -= 1
        record.last = now
        if isRight {
            record.failures = 0
            record.waitsUntil = now
        } else {
            record.failures += 1
            let beyond = record.failures - Limits.freePasswordAttempts
            if beyond >= 0 { record.waitsUntil = now + PasswordThrottle.wait(beyond) }
        }
        let isClean = record.failures == 0 && record.pending == 0
        records[address] = isClean ? nil : record
    }

    private static func wait(_ doublings: Int) -> Duration {
        min(longestWait, firstWait * (1 << min(doublings, 20)))
    }

    /// Makes room for one more address; false when all that are remembered must be.
    private mutating func makeRoom(_ now: Instant) -> Bool {
        // One place is for all those for whom there is none.
        let most = records[.others] == nil ? maxAddresses - 1 : maxAddresses
        guard records.count >= most else { return true }
        records = records.filter { !$0.value.isForgotten(now) || $0.key == .others }
        guard records.count >= most else { return true }
        // Giving up free tries that were used gains nobody more than one more address would.
        let least = records.filter { $0.key != .others }.min { a, b in
            (a.value.failures + a.value.pending, a.value.last)
                < (b.value.failures + b.value.pending, b.value.last)
        }
        guard let least, least.value.pending == 0,
            least.value.failures < Limits.freePasswordAttempts
        else { return false }
        records[least.key] = nil
        return true
    }
}

/// Whom a record is about: an IPv4 address, or the 64 bits of an IPv6 address that one network has;
/// within it anybody may choose.
package struct AddressKey: Hashable, Sendable {
    private let text: String

    /// All addresses for which there is no room.
    static let others = AddressKey(text: "*")

    private init(text: String) { self.text = text }

    /// Reads an address as the system writes it; anything else stands for itself.
    package init(_ address: String) {
        let plain = address.prefix { $0 != "%" }
        guard plain.utf8.count <= 45, let groups = AddressKey.groups(plain) else {
            text = "=" + address.prefix(utf8Bytes: 64)
            return
        }
        if groups.dropLast(2) == [0, 0, 0, 0, 0, 0xFFFF] {
            text = "4 \(groups[6]) \(groups[7])"
        } else {
            text = "6 \(groups[0]) \(groups[1]) \(groups[2]) \(groups[3])"
        }
    }

    /// The eight groups of an IPv6 address; an IPv4 address is mapped into one (RFC 4291 §2.2, 2.5.5).
    private static func groups(_ text: Substring) -> [UInt16]? {
        guard text.utf8.contains(UInt8(ascii: ":")) else {
            return quads(text).map { [0, 0, 0, 0, 0, 0xFFFF] + $0 }
        }
        var head: [UInt16] = []
        var tail: [UInt16]?
        var rest = text
        if rest.hasPrefix("::") {
            tail = []
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let part = rest.prefix { $0 != ":" }
            rest = rest[part.endIndex...]
            var values: [UInt16]?
            if rest.isEmpty, part.utf8.contains(UInt8(ascii: ".")) {
                values = quads(part)
            } else if (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit) {
                values = UInt16(part, radix: 16).map { [$0] }
            }
            guard let values else { return nil }
            if tail == nil { head += values } else { tail? += values }
            guard !rest.isEmpty else { break }
            rest = rest.dropFirst()
            if rest.first == ":" {
                guard tail == nil else { return nil }
                tail = []
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        let missing = 8 - head.count - (tail?.count ?? 0)
        guard let tail else { return missing == 0 ? head : nil }
        guard missing > 0 else { return nil }
        return head + [UInt16](repeating: 0, count: missing) + tail
    }

    private static func quads(_ text: Substring) -> [UInt16]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            let isDigits = part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            return isDigits && part.utf8.count <= 3 ? UInt8(part) : nil
        }
        guard parts.count == 4, bytes.count == 4 else { return nil }
        return [
            UInt16(bytes[0]) << 8 | UInt16(bytes[1]), UInt16(bytes[2]) << 8 | UInt16(bytes[3]),
        ]
    }
}
