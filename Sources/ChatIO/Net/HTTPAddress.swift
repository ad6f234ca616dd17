// Where a server answers HTTP: `http://HOST:PORT`, perhaps with the path that a proxy in front of it
// gave it. There is no TLS in chatkit's tools.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// The address of a server's API.
package struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    package let endpoint: Endpoint
    /// Segments that stand before every path.
    package let segments: [String]

    package init(_ endpoint: Endpoint, segments: [String] = []) {
        self.endpoint = endpoint
        self.segments = segments
    }

    package var description: String {
        "http://\(endpoint)" + (segments.isEmpty ? "" : HTTPCallTarget(segments).text)
    }

    /// The path of something at this address.
    package func target(_ path: String...) -> HTTPCallTarget { HTTPCallTarget(segments + path) }
}
