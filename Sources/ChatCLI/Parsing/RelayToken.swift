// The token by which a relay recognises its servers and accepts orders: the first line of a file
// that only its owner may read.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// What servers and orders show to a relay.
package enum RelayToken {
    /// Reads the first line of a file.
    package static func read(
        _ path: String, _ surroundings: Surroundings
    ) throws(BadValue) -> BearerToken {
        let secret = try surroundings.secret(in: path)
        let token = secret.withBytes { bytes in
            let line = bytes.prefix { $0 != 0x0A }
            return BearerToken(line.last == 0x0D ? line.dropLast() : line)
        }
        guard let token else {
            throw BadValue(
                "its first line is no token",
                hint: "a token is 1 to \(Limits.maxTokenBytes) visible ASCII characters: "
                    + "openssl rand -hex 16",
                exitCode: .badData)
        }
        return token
    }
}
