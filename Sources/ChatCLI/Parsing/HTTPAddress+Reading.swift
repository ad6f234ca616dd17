// An address of a server's API as it is typed.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension HTTPAddress {
    /// The port of http (RFC 9110 §4.2.1).
    private static let standardPort: UInt16 = 80

    /// Reads `http://HOST[:PORT]`, perhaps with a path.
    package static func read(_ text: String) throws(BadValue) -> HTTPAddress {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard scheme != "https" else {
            throw BadValue(
                "chatkit asks by http only",
                hint: "ask from the server's own machine, or through "
                    + "a tunnel: ssh -L 12000:127.0.0.1:12000 HOST")
        }
        guard scheme == "http", text.dropFirst(4).hasPrefix("://") else {
            throw BadValue(
                "it is no http address",
                hint: "write http://HOST:PORT, such as "
                    + "http://127.0.0.1:\(defaultPort)")
        }
        let rest = text.dropFirst(7)
        guard !rest.contains("?"), !rest.contains("#") else {
            throw BadValue("it has more than an address", hint: "write http://HOST:PORT")
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        let place = try HostAndPort(String(parts.first ?? ""), for: .connect)
        let segments = parts.dropFirst().filter { !$0.isEmpty }.map(String.init)
        guard segments.allSatisfy({ $0 != "." && $0 != ".." && !$0.contains("%") }) else {
            throw BadValue("its path is not a plain one", hint: "write http://HOST:PORT")
        }
        return HTTPAddress(
            Endpoint(host: place.host, port: place.port ?? standardPort), segments: segments)
    }
}
