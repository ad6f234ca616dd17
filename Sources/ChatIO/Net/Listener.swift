// A listening socket on the control loop: accepts in batches and hands each descriptor to an event
// loop in turn. At the descriptor limit it stops accepting for a moment instead of spinning; those
// who connect meanwhile wait in the kernel's queue.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import CSystem
import ChatCore
import Glibc

/// One listening address.
package final class Listener {
    /// Most connections accepted before others get a turn.
    private static let batch = 64
    /// Pause at the descriptor limit.
    private static let backOffMilliseconds: UInt64 = 200

    let endpoint: Endpoint
    private let descriptor: Int32
    private let poll: UnsafeMutablePointer<uv_poll_t>
    private let timer: UnsafeMutablePointer<uv_timer_t>
    private let logger: Logger
    private let accepted: (Int32) -> Void

    /// Watches `socket`, which it owns from here on.
    package init(
        _ socket: ListeningSocket, on loop: UnsafeMutablePointer<uv_loop_t>, logger: Logger,
        accepted: @escaping (Int32) -> Void
    ) {
        descriptor = socket.descriptor
        endpoint = socket.endpoint
        poll = .allocate(capacity: 1)
        timer = .allocate(capacity: 1)
        self.logger = logger
        self.accepted = accepted
        uv_poll_init(loop, poll, descriptor)
        uv_timer_init(loop, timer)
        // The server keeps the listener until `close`, after which no callback runs.
        let this = Unmanaged.passUnretained(self).toOpaque()
        poll.pointee.data = this
        timer.pointee.data = this
        start()
    }

    private func start() {
        uv_poll_start(poll, Int32(UV_READABLE.rawValue)) { handle, _, _ in
            guard let data = handle?.pointee.data else { return }
            Unmanaged<Listener>.fromOpaque(data).takeUnretainedValue().acceptAll()
        }
    }

    private func acceptAll() {
        for _ in 0..<Listener.batch {
            let client = csystem_accept(descriptor)
            if client >= 0 {
                accepted(client)
                continue
            }
            switch errno {
            case EAGAIN: return
            case EINTR, ECONNABORTED, EPROTO: continue
            default: return backOff(errno)
            }
        }
    }

    private func backOff(_ code: Int32) {
        logger.warning(
            "cannot accept", ["why": .text(Resources.describe(code)), "pause_ms": 200])
        uv_poll_stop(poll)
        uv_timer_start(
            timer,
            { handle in
                guard let data = handle?.pointee.data else { return }
                Unmanaged<Listener>.fromOpaque(data).takeUnretainedValue().start()
            }, Listener.backOffMilliseconds, 0)
    }

    /// Ends listening. The handles' memory is freed by libuv's callbacks.
    package func close() {
        uv_poll_stop(poll)
        for handle in [UnsafeMutableRawPointer(poll), UnsafeMutableRawPointer(timer)] {
            uv_close(handle.assumingMemoryBound(to: uv_handle_t.self)) { $0?.deallocate() }
        }
        Glibc.close(descriptor)
    }
}

/// A bound socket that listens.
package struct ListeningSocket {
    package let descriptor: Int32
    /// With the port that the system chose, when it was asked to.
    package let endpoint: Endpoint

    /// Binds every address of `endpoint`'s host; one of them when the port is to be chosen.
    package static func open(
        _ endpoint: Endpoint, _ patience: PeerPatience
    ) throws(ServerError) -> [ListeningSocket] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list)
        guard status == 0 else {
            let why = String(cString: gai_strerror(status)).lowercased()
            throw ServerError(
                .noHost, "cannot listen: \(endpoint): \(why)",
                hint: "give an address of this machine, such as 127.0.0.1, 0.0.0.0 or [::]")
        }
        defer { freeaddrinfo(list) }
        var sockets: [ListeningSocket] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            do {
                sockets.append(try open(entry.pointee, endpoint, patience))
            } catch {
                for socket in sockets { Glibc.close(socket.descriptor) }
                throw error
            }
            if endpoint.port == 0 { break }
        }
        return sockets
    }

    /// All but the first are handed on to what is accepted (tcp(7)): messages are short and wait for
    /// nothing.
    private static let options: [PeerPatience.Option] = [
        (SOL_SOCKET, SO_REUSEADDR, 1), (Int32(IPPROTO_TCP), TCP_NODELAY, 1),
    ]
    private static let v6Only: PeerPatience.Option = (Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1)

    private static func open(
        _ info: addrinfo, _ endpoint: Endpoint, _ patience: PeerPatience
    ) throws(ServerError) -> ListeningSocket {
        let type = info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(info.ai_family, type, info.ai_protocol)
        guard descriptor >= 0 else { throw .cannotListen(endpoint, errno) }
        let own = info.ai_family == AF_INET6 ? [v6Only] : []
        for option in options + own + patience.options {
            var value = option.value
            let size = socklen_t(MemoryLayout<Int32>.size)
            setsockopt(descriptor, option.level, option.name, &value, size)
        }
        guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0, listen(descriptor, 4096) == 0
        else {
            let code = errno
            Glibc.close(descriptor)
            throw .cannotListen(endpoint, code)
        }
        return ListeningSocket(
            descriptor: descriptor,
            endpoint: Endpoint(host: endpoint.host, port: port(of: descriptor) ?? endpoint.port))
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &size) == 0 else { return nil }
                var text = [CChar](repeating: 0, count: Int(NI_MAXSERV))
                guard
                    getnameinfo(
                        address, size, nil, 0, &text, socklen_t(text.count),
                        NI_NUMERICSERV) == 0
                else { return nil }
                return text.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.flatMap { UInt16(String(cString: $0)) }
                }
            }
        }
    }
}
