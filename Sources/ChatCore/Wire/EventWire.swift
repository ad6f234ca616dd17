// One place that knows which encoder belongs to which format, and what its lines are framed in.
// Invariant: framing knows nothing of dialects; an event is put into a dialect once, whatever it is
// framed in.
// SPDX-License-Identifier: GPL-3.0-or-later

package enum EventWire {
    /// Writes a room event as everyone with `format` is to see it. Frames are not compressed here:
    /// they need not be.
    package static func encode(
        _ event: RoomEvent, _ format: WireFormat, into out: inout ByteBuffer
    ) {
        switch format.framing {
        case .none: encode(event, dialect: format, into: &out)
        case .text, .deflatedText:
            out.writeFrames(.text, lineEnd: format.lineEnd) {
                encode(event, dialect: format.dialect, into: &$0)
            }
        case .binary, .deflatedBinary:
            out.writeFrames(.binary, lineEnd: format.lineEnd) {
                encode(event, dialect: format.dialect, into: &$0)
            }
        case .serverSent:
            var seq: UInt64?
            if case .message(let message, _) = event, message.seq > 0 { seq = message.seq }
            out.writeServerSent(id: seq) { encode(event, dialect: format.dialect, into: &$0) }
        }
    }

    private static func encode(
        _ event: RoomEvent, dialect: WireFormat, into out: inout ByteBuffer
    ) {
        if dialect.isIRC {
            IRCWire.encode(event, format: dialect, into: &out)
        } else if dialect == .json {
            JSONWire.encode(event, into: &out)
        } else if dialect == .socketIO {
            SocketIOWire.encode(event, into: &out)
        } else {
            PlainWire.encode(event, rooms: dialect == .plainWithRooms, into: &out)
        }
    }
}

extension ByteBuffer {
    /// Writes the lines that `body` writes as WebSocket frames, one each. The common case, one line,
    /// is written in its place at once.
    package mutating func writeFrames(
        _ opcode: WebSocketOpcode, lineEnd: UInt8 = 0x0A, _ body: (inout ByteBuffer) -> Void
    ) {
        let before = writerIndex
        let frame = WebSocketFrame.begin(in: &self)
        let start = writerIndex
        body(&self)
        let (content, isOneLine) = withWritten(from: start) { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            var content = bytes.count
            if content > 0, bytes[content - 1] == lineEnd { content -= 1 }
            if content > 0, bytes[content - 1] == 0x0D { content -= 1 }
            let newline = ByteScan.firstIndex(of: lineEnd, in: bytes)
            return (content, (newline ?? bytes.count) >= content)
        }
        if isOneLine {
            truncate(to: content > 0 ? start + content : before)
            if content > 0 { WebSocketFrame.end(frame, as: opcode, in: &self) }
            return
        }
        let lines = withWritten(from: start) { Array($0) }
        truncate(to: before)
        lines.withUnsafeBytes {
            WebSocketFrame.write(lines: $0, endedBy: lineEnd, as: opcode, into: &self)
        }
    }

    /// Writes the lines that `body` writes as server-sent events, one each; `id` is what a client
    /// comes back with to go on behind them.
    package mutating func writeServerSent(id: UInt64?, _ body: (inout ByteBuffer) -> Void) {
        var lines = ByteBuffer()
        body(&lines)
        lines.withReadable { bytes in
            var start = 0
            while start < bytes.count {
                let end = ByteScan.firstIndex(of: 0x0A, in: bytes, from: start) ?? bytes.count
                if let id {
                    write(literal: "id: ")
                    write(decimal: id)
                    write(UInt8(ascii: "\n"))
                }
                write(literal: "data: ")
                write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                write(literal: "\n\n")
                start = end + 1
            }
        }
    }
}
