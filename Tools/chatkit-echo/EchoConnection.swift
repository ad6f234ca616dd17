// One client of the echo: its handshake, then its messages sent back until either side closes.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import Glibc

/// A connected socket; its owner closes it.
struct EchoConnection {
    let descriptor: Int32
    private var input = ByteBuffer()
    private var reply = ByteBuffer()

    /// The suite sends messages of 16 MiB, and messages in as many fragments as they have words.
    private static let maxMessageBytes = 16 << 20
    private static let maxFragments = 1 << 20
    private static let maxHeadBytes = 8192

    init(descriptor: Int32) { self.descriptor = descriptor }

    mutating func run(_ policy: WebSocketPolicy) {
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        guard let fields = readHead() else { return }
        switch WebSocketHandshake.decide(fields, policy: policy) {
        case .refused(let refusal):
            reply.write("HTTP/1.1 \(refusal.status) Refused\r\nConnection: close\r\n")
            write(refusal.fields.filter { $0.name != "Connection" })
            reply.write(refusal.reason + "\n")
            _ = sendReply()
        case .accepted(let acceptance):
            reply.write("HTTP/1.1 101 Switching Protocols\r\n")
            write(acceptance.fields)
            echo(acceptance.deflate)
        }
        drain()
    }

    private mutating func write(_ fields: [WebSocketHandshake.Field]) {
        for field in fields { reply.write("\(field.name): \(field.value)\r\n") }
        reply.write("\r\n")
    }

    private mutating func echo(_ agreed: WebSocketDeflate?) {
        let deflate = agreed.flatMap { Deflate(windowBits: $0.serverWindowBits) }
        var state = WebSocketConnectionState(
            decoder: WebSocketFrameDecoder(
                maxMessageBytes: Self.maxMessageBytes, maxFragments: Self.maxFragments,
                inflater: agreed == nil ? nil : Inflate()))
        repeat {
            var action = state.next(in: &input, reply: &reply)
            while case .deliver(let message) = action {
                send(message, deflate)
                action = state.next(in: &input, reply: &reply)
            }
            guard sendReply() else { return }
            if case .close = action { return }
        } while receive()
    }

    private mutating func send(_ message: WebSocketMessage, _ deflate: Deflate?) {
        let opcode: WebSocketOpcode = message.kind == .text ? .text : .binary
        guard let deflate else {
            return WebSocketFrame.write(opcode, message.bytes, into: &reply)
        }
        message.bytes.withUnsafeBytes { deflate.write(opcode, $0, into: &reply) }
    }

    // MARK: - The socket

    /// Reads what there is; false at the end.
    private mutating func receive() -> Bool {
        input.discardReadBytes()
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        input.write(chunk[..<count])
        return true
    }

    private mutating func sendReply() -> Bool {
        while !reply.isEmpty {
            let count = reply.withReadable {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            reply.skip(count)
        }
        reply.clear()
        return true
    }

    /// Lets the peer read what was sent: input that is left unread at the close would cut it off.
    private mutating func drain() {
        shutdown(descriptor, Int32(SHUT_WR))
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        while receive() { input.clear() }
    }

    /// Reads a request's head in the simplest way that serves; nil when there is none.
    private mutating func readHead() -> WebSocketHandshakeFields? {
        let end = Array("\r\n\r\n".utf8)
        while input.readableBytes <= Self.maxHeadBytes, receive() {
            let bytes = Array(input.readable)
            if let length = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) {
                input.skip(length + end.count)
                return Self.fields(of: String(decoding: bytes[..<length], as: UTF8.self))
            }
        }
        return nil
    }

    private static func fields(of head: String) -> WebSocketHandshakeFields? {
        let lines = head.split(separator: "\r\n")
        guard let words = lines.first?.split(separator: " "), words.count == 3 else { return nil }
        var fields = WebSocketHandshakeFields(
            method: String(words[0]), minorVersion: words[2] == "HTTP/1.1" ? 1 : 0)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = String(line[line.index(after: colon)...])
            switch line[..<colon].lowercased() {
            case "host": fields.host.append(value)
            case "upgrade": fields.upgrade.append(value)
            case "connection": fields.connection.append(value)
            case "sec-websocket-key": fields.key.append(value)
            case "sec-websocket-version": fields.version.append(value)
            case "sec-websocket-protocol": fields.protocols.append(value)
            case "sec-websocket-extensions": fields.extensions.append(value)
            case "origin": fields.origin.append(value)
            default: break
            }
        }
        return fields
    }
}
