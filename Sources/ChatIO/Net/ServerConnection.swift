// A TCP connection to a server, owned by one thread: connecting to the first address that answers,
// then reads and writes that never block.
// Invariant: the descriptor is open from `connect` until `close`, and nobody else closes it.
// SPDX-License-Identifier: GPL-3.0-or-later
// libuv's header brings in some of the socket's constants, and those belong to it then.
import CLibuv
import ChatCore
import Glibc

/// Why no connection could be made: what to say, and what to do about it.
package struct ConnectError: Error, Sendable {
    package let message: String
    package let hint: String?

    package init(message: String, hint: String?) {
        self.message = message
        self.hint = hint
    }
}

/// An open connection.
package struct ServerConnection {
    package let descriptor: Int32

    /// Time that one address gets to answer.
    static let patienceMilliseconds: Int32 = 10_000

    /// What a read or write came to.
    package enum Transfer {
        case bytes(Int)
        case wouldBlock
        /// The other side sends no more.
        case closed
        /// This error ended the connection.
        case ended(String)
    }

    /// Takes over a connection that stands.
    package init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// Tries every address of `endpoint` in the resolver's order. `cancel` is polled meanwhile:
    /// when it is readable and `isCancelled`, which is to drain it, says so, the attempt ends.
    package static func connect(
        to endpoint: Endpoint, cancel: WakePipe?, isCancelled: () -> Bool
    ) throws(ConnectError) -> ServerConnection {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(endpoint.host, "\(endpoint.port)", &hints, &found)
        guard status == 0 else {
            let why = status == EAI_SYSTEM ? Resources.describe(errno) : resolverText(status)
            throw ConnectError(message: why, hint: "check the host's name and the network")
        }
        defer { freeaddrinfo(found) }
        var failure: Int32 = ECONNREFUSED
        var next = found
        while let address = next?.pointee {
            switch open(address, cancel: cancel, isCancelled: isCancelled) {
            case .success(let connection): return connection
            case .failure(let error): failure = error.code
            }
            if isCancelled() { break }
            next = address.ai_next
        }
        let hint: String? =
            switch failure {
            case ECONNREFUSED: "is a server running there? chatkit serve starts one"
            case ETIMEDOUT, EHOSTUNREACH, ENETUNREACH: "check the address and the network"
            default: nil
            }
        throw ConnectError(message: Resources.describe(failure), hint: hint)
    }

    private static func resolverText(_ status: Int32) -> String {
        String(cString: gai_strerror(status)).lowercased()
    }

    private struct SystemError: Error { let code: Int32 }

    private static func open(
        _ address: addrinfo, cancel: WakePipe?, isCancelled: () -> Bool
    ) -> Result<ServerConnection, SystemError> {
        let kind = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.ai_family, kind, address.ai_protocol)
        guard descriptor >= 0 else { return .failure(SystemError(code: errno)) }
        let connection = ServerConnection(descriptor: descriptor)
        var code: Int32 = 0
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
            code = errno == EINPROGRESS ? connection.await(cancel, isCancelled) : errno
        }
        guard code == 0 else {
            connection.close()
            return .failure(SystemError(code: code))
        }
        connection.set(Int32(IPPROTO_TCP), TCP_NODELAY)
        connection.set(SOL_SOCKET, SO_KEEPALIVE)
        return .success(connection)
    }

    /// Waits until the connection stands; the error when it does not.
    private func await(_ cancel: WakePipe?, _ isCancelled: () -> Bool) -> Int32 {
        let deadline = SystemClock.instant() + .milliseconds(Int(Self.patienceMilliseconds))
        while true {
            let left = (deadline - SystemClock.instant()).wholeMilliseconds
            if left <= 0 { return ETIMEDOUT }
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: cancel?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, Int32(clamping: left)) > 0 else { continue }
            if polled[1].revents != 0, isCancelled() { return ECANCELED }
            guard polled[0].revents != 0 else { continue }
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            return code
        }
    }

    private func set(_ level: Int32, _ option: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Reads into `chunk`.
    package func receive(into chunk: inout [UInt8]) -> Transfer {
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count > 0 { return .bytes(count) }
        if count == 0 { return .closed }
        return ended(errno)
    }

    /// Writes what `bytes` begins with.
    package func send(_ bytes: ArraySlice<UInt8>) -> Transfer {
        let count = bytes.withUnsafeBytes { raw in
            Glibc.send(descriptor, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
        }
        return count >= 0 ? .bytes(count) : ended(errno)
    }

    private func ended(_ code: Int32) -> Transfer {
        code == EAGAIN || code == EWOULDBLOCK || code == EINTR
            ? .wouldBlock : .ended(Resources.describe(code))
    }

    /// Closes the connection. To be called once.
    package func close() { _ = Glibc.close(descriptor) }
}
