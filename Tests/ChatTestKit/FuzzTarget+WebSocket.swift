// What must hold of any bytes in a WebSocket, and of any fields in its handshake. The first byte of
// the former says what was agreed and what this side does, the rest is what the client sends.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension FuzzTarget {
    /// A head and a control frame, neither whole.
    private static let maxWaitingFrameBytes = 6 + Limits.maxControlPayloadBytes

    /// Everything that came of the pieces of a client's stream, but for pongs: those for many pings in
    /// one piece are fewer.
    func playFrames(_ pieces: [ArraySlice<UInt8>]) throws(Failure) -> String {
        var scene: Scene?
        var input = ByteBuffer()
        for piece in pieces where !piece.isEmpty {
            var piece = piece
            if scene == nil { scene = piece.popFirst().map { Scene(options: $0) } }
            input.write(piece)
            try scene?.take(&input)
            guard input.readableBytes <= FuzzTarget.maxWaitingFrameBytes else {
                throw Failure("\(input.readableBytes) bytes wait")
            }
            input.discardReadBytes()
        }
        return try scene?.record() ?? ""
    }

    /// One connection.
    private struct Scene {
        private let maxMessageBytes: Int
        private var state: WebSocketConnectionState
        private var reply = ByteBuffer()
        private var actions: [String] = []
        private var isOver = false
        /// Bytes that came in: pongs may have no more.
        private var taken = 0

        init(options: UInt8) {
            let isSmall = options & 1 != 0
            maxMessageBytes = isSmall ? 100 : Limits.maxWebSocketMessageBytes
            let decoder = WebSocketFrameDecoder(
                maxMessageBytes: maxMessageBytes,
                maxFragments: isSmall ? 3 : Limits.maxWebSocketFragments,
                inflater: options & 2 != 0 ? RunLengthInflater() : nil)
            state = WebSocketConnectionState(decoder: decoder)
            if options & 4 != 0 { _ = state.ping(into: &reply) }
            if options & 8 != 0 {
                _ = state.close(WebSocketClose(.goingAway, "stopping"), into: &reply)
            }
        }

        mutating func take(_ input: inout ByteBuffer) throws(Failure) {
            taken += input.readableBytes
            while true {
                let action = state.next(in: &input, reply: &reply)
                guard !isOver || action == .needsMore else {
                    throw Failure("\(action) after the end")
                }
                switch action {
                case .needsMore: return
                case .deliver(let message):
                    let isText = String(validating: message.bytes, as: UTF8.self) != nil
                    guard message.bytes.count <= maxMessageBytes, message.kind == .binary || isText
                    else { throw Failure("\(message) must not come out") }
                    actions.append("\(message)")
                case .close(let ending):
                    isOver = true
                    actions.append("\(ending)")
                }
            }
        }

        mutating func record() throws(Failure) -> String {
            actions.append("\(state.phase) \(state.awaitsPong)")
            let frames: [ServerFrame]
            do throws(ServerFrame.Violation) {
                frames = try ServerFrame.all(in: reply.storage)
            } catch {
                throw Failure("the client is sent \(error)")
            }
            let close = frames.firstIndex { $0.opcode == .close }
            guard close == nil || close == frames.count - 1 else {
                throw Failure("something follows a Close: \(frames)")
            }
            let pongs = frames.filter { $0.opcode == .pong }
            guard pongs.reduce(0, { $0 + 6 + $1.payload.count }) <= taken else {
                throw Failure("more pongs than pings")
            }
            let others = frames.filter { $0.opcode != .pong }.map { "\($0)" }
            return (actions + others).joined(separator: "\n")
        }
    }

    /// What came of `Name: value` lines as a handshake's fields.
    func playHandshake(_ bytes: [UInt8]) throws(Failure) -> String {
        var fields = WebSocketHandshakeFields()
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1]) : ""
            switch parts.first?.lowercased() {
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
        let origins = WebSocketOriginPolicy(allowed: ["https://chat.example", "null"])
        let decision = WebSocketHandshake.decide(
            fields, policy: WebSocketPolicy(origins: origins, deflate: .on)
        ) { Array($0.prefix(20)) }
        let answer =
            switch decision {
            case .accepted(let acceptance): acceptance.fields
            case .refused(let refusal): refusal.fields
            }
        for field in answer {
            guard field.value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw Failure("\(field) could end the line")
            }
        }
        return "\(decision)"
    }
}
