// Addresses as the system's calls take them.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import Glibc

/// An address to connect to.
package struct SocketAddress: Sendable {
    private var storage: sockaddr_storage
    package let endpoint: IPEndpoint

    /// Copies an IPv4 or IPv6 address; nil when it is neither.
    package init?(_ name: UnsafePointer<sockaddr>) {
        var storage = sockaddr_storage()
        let raw = UnsafeRawPointer(name)
        // The family says which structure stands behind the pointer.
        switch Int32(name.pointee.sa_family) {
        case AF_INET:
            let address = raw.loadUnaligned(as: sockaddr_in.self)
            let bytes = withUnsafeBytes(of: address.sin_addr) { Array($0) }
            guard let ip = IPAddress(bytes: bytes) else { return nil }
            endpoint = IPEndpoint(ip, port: UInt16(bigEndian: address.sin_port))
            withUnsafeMutableBytes(of: &storage) {
                $0.storeBytes(of: address, as: sockaddr_in.self)
            }
        case AF_INET6:
            let address = raw.loadUnaligned(as: sockaddr_in6.self)
            let bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
            guard let ip = IPAddress(bytes: bytes) else { return nil }
            endpoint = IPEndpoint(ip, port: UInt16(bigEndian: address.sin6_port))
            withUnsafeMutableBytes(of: &storage) {
                $0.storeBytes(of: address, as: sockaddr_in6.self)
            }
        default: return nil
        }
        self.storage = storage
    }

    package func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>) -> R) -> R {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }

    /// The first address of a host; nil when there is none. Asks the system, which may take its time.
    package static func resolve(_ endpoint: Endpoint) -> SocketAddress? {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list) == 0 else {
            return nil
        }
        defer { freeaddrinfo(list) }
        return list?.pointee.ai_addr.flatMap { SocketAddress($0) }
    }
}
