// A client's socket in a test: blocking calls, each with a generous deadline that is only ever reached
// when something is wrong.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc
import Testing

/// A TCP connection to 127.0.0.1.
final class TestSocket {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Nothing here takes anything near it.
    static let patience = 30_000

    private(set) var descriptor: Int32
    private var received: [UInt8] = []
    private(set) var hasEnded = false

    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "socket: \(errno)") }
        if var size = receiveBuffer {
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Failure(description: "connect: \(code)")
        }
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.send(
                    descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: \(errno)") }
            sent += count
        }
    }

    /// No more will be sent; reading goes on.
    func finish() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Closes with a reset instead of an end.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Reads what there is, waiting for it at most `milliseconds`; false at the end, or when
    /// nothing came.
    @discardableResult
    func readMore(waiting milliseconds: Int = TestSocket.patience) -> Bool {
        guard !hasEnded else { return false }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, Int32(milliseconds)) > 0 else { return false }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else {
            hasEnded = true
            return false
        }
        received += chunk.prefix(count)
        return true
    }

    /// Everything received and not taken yet.
    func take() -> [UInt8] {
        defer { received = [] }
        return received
    }

    /// The next line, without its end.
    func line() throws -> String {
        var searched = 0
        while true {
            if let end = received[searched...].firstIndex(of: 0x0A) {
                var line = received[..<end]
                if line.last == 0x0D { line.removeLast() }
                let text = String(decoding: line, as: UTF8.self)
                received.removeFirst(end + 1)
                return text
            }
            searched = received.count
            guard readMore() else {
                throw Failure(description: hasEnded ? "the connection ended" : "no line came")
            }
        }
    }

    /// Takes lines up to the first that has `part` in it, and returns them.
    @discardableResult
    func lines(through part: String) throws -> [String] {
        var lines: [String] = []
        while true {
            let next = try line()
            lines.append(next)
            if next.contains(part) { return lines }
        }
    }

    /// Reads to the end of the connection.
    func readToEnd() throws -> String {
        while readMore() {}
        guard hasEnded else { throw Failure(description: "the connection did not end") }
        return String(decoding: take(), as: UTF8.self)
    }

    // MARK: - Clients

    /// Says hello in JSON and reads up to having entered the lobby.
    static func json(_ nick: String, port: UInt16) throws -> TestSocket {
        let socket = try TestSocket(port: port)
        try socket.send("{\"type\":\"hello\",\"nick\":\"\(nick)\"}\n")
        try socket.lines(through: "\"entered\":true")
        return socket
    }

    static func plain(_ nick: String, port: UInt16) throws -> TestSocket {
        let socket = try TestSocket(port: port)
        try socket.send("\(nick)\n")
        try socket.lines(through: "in #lobby: ")
        return socket
    }

    static func irc(_ nick: String, port: UInt16) throws -> TestSocket {
        let socket = try TestSocket(port: port)
        try socket.send("NICK \(nick)\r\nUSER u 0 * :U\r\n")
        try socket.lines(through: " 366 ")
        return socket
    }
}
