// How often passwords may be tried from one address. Some wrong ones are free; after each further
// one the address waits twice as long as before, and what it tries meanwhile is neither looked at
// nor held against it. Time is a parameter; memory is bounded.
//
// An address that must wait is never forgotten before its time, so that nobody clears its record by
// coming from many others: when the table is full of such, all new addresses are one.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The record of wrong passwords.
package struct PasswordThrottle: Sendable {
    /// The first wait; each next one is twice as long.
    package static let firstWait = Duration.seconds(1)
    package static let longestWait = Duration.seconds(300)
    /// How long without a wrong password until an address starts afresh.
    package static let memory = Duration.seconds(1800)
    /// Maximum number of addresses remembered.
    package static let maxAddresses = 4096

    private struct Record {
        /// Wrong passwords.
        var failures = 0
        /// Passwords that are being verified.
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
        // One entry stands for all addresses that have none.
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
        guard let address = IPAddress(plain) else {
            text = "=" + address.prefix(utf8Bytes: 64)
            return
        }
        text = address.bytes.prefix(address.isIPv4 ? 4 : 8).reduce(address.isIPv4 ? "4" : "6") {
            $0 + " " + String($1)
        }
    }
}
