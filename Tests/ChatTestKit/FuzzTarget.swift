// What must hold of any bytes a client sends. Each target runs them through a whole server in process
// (HTTP through its codec), cut in several ways: the same comes of it every time, nothing is kept without bound, and what
// everybody is sent is well-formed in their protocol. The fuzzer and the tests share these.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// One thing to throw bytes at.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// A connection's first bytes.
    case sniffer
    /// What follows a registration in that protocol.
    case plain, json, irc
    /// What a WebSocket client sends after its handshake, and the handshake's fields.
    case webSocket = "websocket"
    case handshake
    /// Requests, without a server behind them.
    case http
    /// What a server answers to a request of ours.
    case reply
    /// What follows a CONNECT, and everything that can happen to an Engine.IO session.
    case socketio, engineio
    /// A PROXY header and what follows it, and the lines of a control link; without a server.
    case proxy, control
    /// What somebody says who waits at a relay, the first byte saying how it speaks.
    case waiting
    /// What a server answers to a relay that has called it by Engine.IO.
    case call

    /// Where something did not hold.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// Longer inputs are cut off: the limits are all below it.
    package static let maxInputBytes = 24 << 10
    /// No session needs to keep more of its input than this.
    package static let maxKeptBytes = 20 << 10

    /// Holds the promises against `input`.
    package func run(_ input: some Collection<UInt8>) throws(Failure) {
        let bytes = Array(input.prefix(FuzzTarget.maxInputBytes))
        if self == .engineio { return try playEvents(bytes) }
        let whole = try play([bytes[...]])
        for pieces in cuts(of: bytes) {
            let cut = try play(pieces)
            guard cut == whole else {
                let sizes = pieces.map { String($0.count) }.joined(separator: " ")
                throw Failure(
                    "cut into \(sizes) bytes:\n\(cut)\n--- but whole:\n\(whole)")
            }
        }
    }

    /// Byte by byte at the beginning, and at a few places that the bytes themselves choose.
    private func cuts(of bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
        let start = min(bytes.count, 64)
        var ways = [bytes[..<start].indices.map { bytes[$0...$0] } + [bytes[start...]]]
        let seed = bytes.reduce(0 as UInt64) { ($0 &* 31) &+ UInt64($1) }
        for (_, pieces) in DecoderVerifier.cuts(of: bytes, count: 2, seed: seed).dropFirst(2) {
            ways.append(pieces)
        }
        return ways
    }

    /// What the client is before the bytes come.
    private var greeting: String {
        switch self {
        case .sniffer, .http, .reply, .webSocket, .handshake, .engineio, .proxy, .control, .waiting,
            .call:
            ""
        case .plain: "fuzz\n"
        case .json: "{\"type\":\"hello\",\"nick\":\"fuzz\"}\n"
        case .irc:
            "CAP REQ :batch echo-message labeled-response message-tags server-time\r\n"
                + "NICK fuzz\r\nUSER f 0 * :F\r\nCAP END\r\n"
        case .socketio: "40{\"nick\":\"fuzz\"}\u{1E}"
        }
    }

    /// Everything that came of the pieces, as text.
    private func play(_ pieces: [ArraySlice<UInt8>]) throws(Failure) -> String {
        switch self {
        case .webSocket: try playFrames(pieces)
        case .handshake: try playHandshake(pieces.flatMap { $0 })
        case .http: try HTTPFuzz.play(pieces)
        case .reply: try HTTPReplyFuzz.play(pieces)
        case .socketio: try playPackets(greeting, pieces)
        case .proxy: try playHeader(pieces)
        case .control: try playControl(pieces)
        case .waiting: try playWaiting(pieces)
        case .call: try playCall(pieces)
        case .sniffer, .plain, .json, .irc, .engineio: try playServer(pieces)
        }
    }

    private func playServer(_ pieces: [ArraySlice<UInt8>]) throws(Failure) -> String {
        var server = VirtualServer(turn: .request)
        let watchers = FuzzTarget.watchers.map { hello in
            let client = server.connect()
            server.receive(hello.utf8, from: client)
            return client
        }
        let client = server.connect()
        server.receive(greeting.utf8, from: client)
        for piece in pieces {
            server.receive(piece, from: client)
            let kept = server.clients[client].input.readableBytes
            guard kept <= FuzzTarget.maxKeptBytes else {
                throw Failure("\(kept) bytes are kept")
            }
        }
        // Prompts, silences, handshake and idleness run out.
        server.pass(.seconds(12))
        server.pass(.seconds(700))
        let actions = server.clients[client].actions.joined(separator: "\n")
        var record = "\(server.clients[client].left.map { "\($0)" } ?? "open")\n\(actions)\n"
        for reader in watchers + [client] {
            let spoken = server.clients[reader].session.wireProtocol
            let output = server.take(reader)
            do throws(WireCheck.Violation) {
                try WireCheck.check(output, spoken)
            } catch {
                throw Failure("\(spoken?.rawValue ?? "nobody") is sent \(error)")
            }
            record += String(decoding: output, as: UTF8.self)
        }
        return record
    }

    /// Who else is there, so that room events are encoded in every format.
    private static let watchers = [
        "{\"type\":\"hello\",\"nick\":\"json\"}\n",
        "NICK irc\r\nUSER i 0 * :I\r\n",
        "CAP REQ :message-tags server-time\r\nNICK tags\r\nUSER i 0 * :I\r\nCAP END\r\n",
        "plain\n/join other\n",
    ]
}
