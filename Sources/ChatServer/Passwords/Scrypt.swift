// scrypt (RFC 7914) by OpenSSL, and randomness for salts.
// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ChatCore

/// The computation itself.
package enum Scrypt {
    /// Derives a key of `count` bytes; nil when there is no memory for it.
    package static func key(
        of password: [UInt8], salt: [UInt8], cost: ScryptHash.Cost, count: Int
    ) -> [UInt8]? {
        var key = [UInt8](repeating: 0, count: count)
        let memory = 128 * cost.r * (1 << cost.logN + cost.p + 2) + (1 << 16)
        let status = password.withUnsafeBytes { password in
            EVP_PBE_scrypt(
                password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt,
                salt.count, 1 << UInt64(cost.logN), UInt64(cost.r), UInt64(cost.p),
                UInt64(memory), &key, key.count)
        }
        return status == 1 ? key : nil
    }

    /// Unpredictable random bytes; nil when the system has none.
    static func randomBytes(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return RAND_bytes(&bytes, Int32(clamping: count)) == 1 ? bytes : nil
    }
}
