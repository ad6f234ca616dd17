// The token that relays know their servers by: the first line of a file that nobody else may read.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatRuntime

/// A relay's token.
package enum RelayToken {
    /// The longest token, in bytes.
    package static let maxBytes = 1024

    /// The first line of a file's content; text without control characters.
    package static func firstLine(of content: Secret) throws(BadValue) -> Secret {
        let line = content.withBytes { bytes in
            Array(bytes.prefix { $0 != 0x0A && $0 != 0x0D })
        }
        content.wipe()
        guard !line.isEmpty else { throw BadValue("its first line is empty") }
        guard line.count <= maxBytes else {
            throw BadValue("its first line has more than \(maxBytes) bytes")
        }
        guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            String(validating: line, as: UTF8.self) != nil
        else { throw BadValue("its first line is not text") }
        return Secret(line)
    }
}
