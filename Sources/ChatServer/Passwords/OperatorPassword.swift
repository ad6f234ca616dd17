// The password with which operators come to a desk. The server knows its scrypt hash alone: it is
// given that, or the password itself, which it hashes at the start and forgets.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// Why a password cannot be used.
package enum PasswordError: Error, Hashable, Sendable {
    case empty
    case tooLong
    case notText
    /// It begins like a hash, and is none.
    case badHash(ScryptHashError)
    /// A hash where the password itself is wanted.
    case isHash
    /// The system has no randomness, or no memory for scrypt.
    case noResources

    /// For people; never with any of the password.
    package var reason: String {
        switch self {
        case .empty: "the password is empty"
        case .tooLong: "the password is longer than \(Limits.maxPasswordBytes) bytes"
        case .notText: "the password is not text in UTF-8"
        case .badHash(let error): error.reason
        case .isHash: "it is a hash already"
        case .noResources: "there is no memory or no randomness to hash it"
        }
    }
}

/// What was read from a file or variable: the operators' password, or its hash.
package enum OperatorPasswordSource: Sendable {
    case plain(Secret)
    case hash(ScryptHash)

    /// Reads the first line and wipes all that was read; a hash is known by how it begins.
    package init(firstLineOf secret: Secret) throws(PasswordError) {
        let line = secret.withBytes { bytes in
            var line = Array(bytes.prefix { $0 != 0x0A })
            if line.last == 0x0D, line.count < bytes.count { line.removeLast() }
            return line
        }
        secret.wipe()
        guard line.starts(with: ScryptHash.prefix.utf8) else {
            try OperatorPassword.check(line)
            self = .plain(Secret(line))
            return
        }
        do throws(ScryptHashError) {
            self = .hash(try ScryptHash(String(decoding: line, as: UTF8.self)))
        } catch {
            throw .badHash(error)
        }
    }
}

/// The operators' password, as the server keeps it.
package struct OperatorPassword: Sendable {
    /// What is kept.
    package let hash: ScryptHash

    package init(_ hash: ScryptHash) { self.hash = hash }

    /// Hashes the password, if it is not hashed yet, and wipes it.
    package init(_ source: OperatorPasswordSource) throws(PasswordError) {
        switch source {
        case .hash(let hash): self.init(hash)
        case .plain(let secret): try self.init(hashing: secret)
        }
    }

    /// Hashes a password with a new salt, and wipes it.
    package init(
        hashing secret: Secret, cost: ScryptHash.Cost = .standard
    ) throws(PasswordError) {
        defer { secret.wipe() }
        let result = secret.withBytes { password in OperatorPassword.hash(password, cost) }
        self.init(try result.get())
    }

    private static func hash(
        _ password: [UInt8], _ cost: ScryptHash.Cost
    ) -> Result<ScryptHash, PasswordError> {
        do throws(PasswordError) {
            try check(password)
        } catch {
            return .failure(error)
        }
        guard !password.starts(with: ScryptHash.prefix.utf8) else { return .failure(.isHash) }
        guard let salt = Scrypt.randomBytes(16),
            let key = Scrypt.key(of: password, salt: salt, cost: cost, count: 32),
            let hash = try? ScryptHash(cost: cost, salt: salt, key: key)
        else { return .failure(.noResources) }
        return .success(hash)
    }

    /// Whether this is the password: takes the full cost of the hash. Wrong when there is no
    /// memory.
    package func matches(_ password: [UInt8]) -> Bool {
        guard
            let key = Scrypt.key(
                of: password, salt: hash.salt, cost: hash.cost, count: hash.key.count)
        else { return false }
        return Secret.areEqual(key, hash.key)
    }

    /// Refuses what nobody could use as a password.
    static func check(_ password: [UInt8]) throws(PasswordError) {
        guard !password.isEmpty else { throw .empty }
        guard password.count <= Limits.maxPasswordBytes else { throw .tooLong }
        guard String(validating: password, as: UTF8.self) != nil else { throw .notText }
    }
}
