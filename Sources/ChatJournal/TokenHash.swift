// Tokens are secrets: the database keeps the first half of their SHA-256, from which nobody can make
// the token again.
// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

extension TokenHash {
    /// The hash of a token.
    package init(_ token: String) {
        let bytes = Array(token.utf8)
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        _ = SHA256(bytes, bytes.count, &digest)
        func word(_ start: Int) -> UInt64 {
            digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(high: word(0), low: word(8))
    }
}
