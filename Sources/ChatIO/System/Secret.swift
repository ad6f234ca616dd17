// Bytes that nobody is to find later, in a core dump or in swap: they are overwritten when they are
// no longer needed. Only as good as its users, who make no strings of them.
// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// A password as it was typed or read.
package final class Secret: Sendable {
    private let bytes: Locked<[UInt8]>

    /// Takes the bytes over; the caller keeps no copy.
    package init(_ bytes: consuming [UInt8]) {
        self.bytes = Locked(bytes)
    }

    deinit { wipe() }

    /// Overwrites the bytes; afterwards there are none.
    package func wipe() {
        bytes.withLock { bytes in
            Secret.wipe(&bytes)
        }
    }

    /// Looks at the bytes, which are not to be kept.
    package func withBytes<R>(_ body: ([UInt8]) -> R) -> R {
        bytes.withLock { body($0) }
    }

    /// Whether two are the same; how long that takes tells no more than their lengths.
    package static func == (a: Secret, b: Secret) -> Bool {
        a === b || a.withBytes { a in b.withBytes { b in Secret.areEqual(a, b) } }
    }

    /// The same of bytes.
    package static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }

    /// Overwrites an array in place and empties it.
    static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        bytes = []
    }
}
