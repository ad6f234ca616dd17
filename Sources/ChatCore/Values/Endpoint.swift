// Where a program listens, or what it connects to.
// SPDX-License-Identifier: GPL-3.0-or-later

/// An address to listen on or connect to. Port 0 lets the system choose.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package var host: String
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
