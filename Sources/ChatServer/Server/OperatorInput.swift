// What whoever runs the server types at it: commands on standard input, a line each, answered in the
// log. Confined to the control loop's thread. A server in the background is not stopped by it: reading
// a terminal that is not ours fails, and then nothing more is read.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import Glibc

/// A command of the server's operator.
package enum OperatorCommand: Hashable, Sendable {
    case help
    /// Erase everything that this nick has written.
    case forget(Nickname)

    /// Reads a line; nil for an empty one.
    package static func parse(_ line: String) throws(OperatorInputError) -> OperatorCommand? {
        let words = line.split { $0 == " " || $0 == "\t" }
        guard let first = words.first else { return nil }
        switch first.lowercased() {
        case "/help": return .help
        case "/forget":
            guard words.count == 2 else { throw .usage("/forget NICK") }
            do throws(NameError) {
                return .forget(try Nickname(words[1]))
            } catch {
                throw .badNick(String(words[1]), error)
            }
        default: throw .unknown(String(first))
        }
    }
}

/// Why a line was not understood.
package enum OperatorInputError: Error, Hashable, Sendable {
    case unknown(String)
    case usage(String)
    case badNick(String, NameError)

    package var message: String {
        switch self {
        case .unknown(let word): "unknown command \(word); /help lists them"
        case .usage(let usage): "usage: \(usage)"
        case .badNick(let nick, let why): "\(nick) is no nick: \(why.reason)"
        }
    }
}

/// Reads lines from a descriptor on a libuv loop.
final class OperatorInput {
    /// Longest line; a longer one is dropped whole.
    private static let maxLineBytes = 1024

    private let descriptor: Int32
    private let poll: UnsafeMutablePointer<uv_poll_t>
    private let line: (String) -> Void
    private var input = ByteBuffer()
    private var isOpen = true

    /// Watches `descriptor`; nil when it is nothing that lines come from.
    init?(
        _ descriptor: Int32, on loop: UnsafeMutablePointer<uv_loop_t>,
        line: @escaping (String) -> Void
    ) {
        var info = stat()
        let kind = fstat(descriptor, &info) == 0 ? info.st_mode & S_IFMT : 0
        guard isatty(descriptor) == 1 || kind == S_IFIFO || kind == S_IFSOCK else { return nil }
        signal(SIGTTIN, SIG_IGN)
        self.descriptor = descriptor
        self.line = line
        poll = .allocate(capacity: 1)
        guard uv_poll_init(loop, poll, descriptor) == 0 else {
            poll.deallocate()
            return nil
        }
        // The server keeps this object until `close`, after which no callback runs.
        poll.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_poll_start(poll, Int32(UV_READABLE.rawValue | UV_DISCONNECT.rawValue)) { handle, _, _ in
            guard let data = handle?.pointee.data else { return }
            Unmanaged<OperatorInput>.fromOpaque(data).takeUnretainedValue().read()
        }
    }

    private func read() {
        var chunk = [UInt8](repeating: 0, count: 1024)
        let count = chunk.withUnsafeMutableBytes {
            Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return close() }
        input.write(chunk[..<count])
        while let end = input.distance(to: 0x0A) {
            let bytes = input.read(end) ?? []
            input.skip(1)
            if bytes.count <= OperatorInput.maxLineBytes {
                line(String(decoding: bytes, as: UTF8.self))
            }
        }
        input.discardReadBytes()
        if input.readableBytes > OperatorInput.maxLineBytes { input.clear() }
    }

    /// Stops watching; the descriptor stays open.
    func close() {
        guard isOpen else { return }
        isOpen = false
        uv_poll_stop(poll)
        uv_close(UnsafeMutableRawPointer(poll).assumingMemoryBound(to: uv_handle_t.self)) {
            $0?.deallocate()
        }
    }
}
