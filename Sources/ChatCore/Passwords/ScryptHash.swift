// A password's hash as a PHC string: `$scrypt$ln=15,r=8,p=1$SALT$HASH`, both in base64 without
// padding (the Password Hashing Competition's string format; scrypt is RFC 7914). There is one way
// to write a hash: what is read is what would be written. The cost is held against bounds before
// anybody pays it.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a text is not a usable hash.
package enum ScryptHashError: Error, Hashable, Sendable {
    /// Not of the form at all.
    case malformed
    /// More memory or time than `ScryptHash.Cost` allows, or none.
    case badCost
    case badSalt
    case badHash

    /// For people.
    package var reason: String {
        switch self {
        case .malformed: "a hash is $scrypt$ln=15,r=8,p=1$SALT$HASH"
        case .badCost:
            "its cost is out of bounds: ln is 1 to \(ScryptHash.Cost.maxLogN), and the memory at "
                + "most \(ScryptHash.Cost.maxMemoryBytes >> 20) MiB"
        case .badSalt:
            "its salt is no base64 of \(ScryptHash.saltBytes.lowerBound) to "
                + "\(ScryptHash.saltBytes.upperBound) bytes"
        case .badHash:
            "its hash is no base64 of \(ScryptHash.keyBytes.lowerBound) to "
                + "\(ScryptHash.keyBytes.upperBound) bytes"
        }
    }
}

/// What is stored of a password.
package struct ScryptHash: Hashable, Sendable {
    /// What one computation takes (RFC 7914 §2).
    package struct Cost: Hashable, Sendable {
        package static let maxLogN = 20
        package static let maxMemoryBytes = 256 << 20
        /// Sixteen times the standard's time.
        package static let maxBlocks = 1 << 22

        /// 2 to this power is N, the number of rounds.
        package let logN: Int
        /// The block's size, in 128 bytes.
        package let r: Int
        /// How many times in a row.
        package let p: Int

        /// 32 MiB, about a tenth of a second.
        package static let standard = Cost(knownLogN: 15, r: 8, p: 1)

        package init(logN: Int, r: Int, p: Int) throws(ScryptHashError) {
            guard (1...Cost.maxLogN).contains(logN), (1...32).contains(r), (1...16).contains(p),
                128 * r << logN <= Cost.maxMemoryBytes, r * p << logN <= Cost.maxBlocks
            else { throw .badCost }
            self.init(knownLogN: logN, r: r, p: p)
        }

        private init(knownLogN logN: Int, r: Int, p: Int) {
            self.logN = logN
            self.r = r
            self.p = p
        }
    }

    package static let saltBytes = 8...64
    package static let keyBytes = 16...64
    /// How every hash begins.
    package static let prefix = "$scrypt$"

    package let cost: Cost
    package let salt: [UInt8]
    /// What the password comes to.
    package let key: [UInt8]

    package init(cost: Cost, salt: [UInt8], key: [UInt8]) throws(ScryptHashError) {
        guard ScryptHash.saltBytes.contains(salt.count) else { throw .badSalt }
        guard ScryptHash.keyBytes.contains(key.count) else { throw .badHash }
        self.cost = cost
        self.salt = salt
        self.key = key
    }

    /// Reads a PHC string.
    package init(_ text: String) throws(ScryptHashError) {
        guard text.utf8.count <= 256 else { throw .malformed }
        let parts = text.utf8.split(
            separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1].elementsEqual("scrypt".utf8) else {
            throw .malformed
        }
        let costs = parts[2].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard costs.count == 3, let logN = ScryptHash.number(costs[0], after: "ln="),
            let r = ScryptHash.number(costs[1], after: "r="),
            let p = ScryptHash.number(costs[2], after: "p=")
        else { throw .malformed }
        let cost = try Cost(logN: logN, r: r, p: p)
        guard let salt = UnpaddedBase64.decode(parts[3]) else { throw .badSalt }
        guard let key = UnpaddedBase64.decode(parts[4]) else { throw .badHash }
        try self.init(cost: cost, salt: salt, key: key)
    }

    /// The PHC string.
    package var text: String {
        "\(ScryptHash.prefix)ln=\(cost.logN),r=\(cost.r),p=\(cost.p)$"
            + UnpaddedBase64.encode(salt) + "$" + UnpaddedBase64.encode(key)
    }

    /// One to four digits, without a zero in front.
    private static func number(_ text: Substring.UTF8View, after name: String) -> Int? {
        guard text.starts(with: name.utf8) else { return nil }
        let digits = text.dropFirst(name.utf8.count)
        guard (1...4).contains(digits.count),
            digits.first != 0x30 || digits.count == 1,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

/// Base64 (RFC 4648 §4) without `=`; bits that belong to no byte are zero.
enum UnpaddedBase64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil for anything that `encode` would not have written.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for letter in text {
            guard let value = alphabet.firstIndex(of: letter) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard count < 6, bits & (1 << UInt32(count) - 1) == 0 else { return nil }
        return bytes
    }
}
