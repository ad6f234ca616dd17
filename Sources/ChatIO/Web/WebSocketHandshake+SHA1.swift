// The hash that RFC 6455 §4.2.2 puts a client's key through: not a secret, only a sign that the server
// has understood.
// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ChatCore

extension WebSocketHandshake {
    /// Decides on a request, with OpenSSL's SHA-1.
    package static func decide(
        _ fields: WebSocketHandshakeFields, policy: WebSocketPolicy
    ) -> Decision {
        decide(fields, policy: policy, sha1: sha1)
    }

    /// The 20 bytes of a SHA-1.
    package static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        _ = SHA1(bytes, bytes.count, &digest)
        return digest
    }
}
