// A server's frames: never masked, never fragmented, the length always in its shortest form. Fan-out
// frames lines that another encoder has written already, so an event is put into JSON or IRC once for
// sockets and WebSockets together; what is made for one frame is written behind a gap for its head.
// RFC 6455 §5.2.
// SPDX-License-Identifier: GPL-3.0-or-later

/// The encoder of frames.
package enum WebSocketFrame {
    /// Whether a data frame's payload went through permessage-deflate (RSV1, RFC 7692 §6).
    package enum Form: Sendable { case plain, deflated }

    /// Writes the head of a frame whose payload of `length` bytes is written next.
    package static func write(
        head opcode: WebSocketOpcode, length: Int, form: Form = .plain, into out: inout ByteBuffer
    ) {
        out.write(first(opcode, form))
        if length < 126 {
            out.write(UInt8(truncatingIfNeeded: length))
        } else if length <= Int(UInt16.max) {
            out.write(126)
            out.write(UInt8(truncatingIfNeeded: length >> 8))
            out.write(UInt8(truncatingIfNeeded: length))
        } else {
            out.write(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                out.write(UInt8(truncatingIfNeeded: length >> shift))
            }
        }
    }

    /// Writes a whole frame.
    package static func write(
        _ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, form: Form = .plain,
        into out: inout ByteBuffer
    ) {
        write(head: opcode, length: payload.count, form: form, into: &out)
        out.write(payload)
    }

    /// Writes a whole frame.
    package static func write(
        _ opcode: WebSocketOpcode, _ payload: [UInt8], form: Form = .plain,
        into out: inout ByteBuffer
    ) {
        payload.withUnsafeBytes { write(opcode, $0, form: form, into: &out) }
    }

    /// Writes a Close; its reason is cut to what fits, between two scalars.
    package static func write(close: WebSocketClose?, into out: inout ByteBuffer) {
        guard let close else { return write(head: .close, length: 0, into: &out) }
        var reason = close.reason.utf8.prefix(Limits.maxControlPayloadBytes - 2)
        if let next = close.reason.utf8[reason.endIndex...].first, next & 0xC0 == 0x80 {
            while let last = reason.popLast(), last & 0xC0 == 0x80 {}
        }
        write(head: .close, length: 2 + reason.count, into: &out)
        out.write(UInt8(truncatingIfNeeded: close.code.raw >> 8))
        out.write(UInt8(truncatingIfNeeded: close.code.raw))
        for byte in reason { out.write(byte) }
    }

    private static func first(_ opcode: WebSocketOpcode, _ form: Form) -> UInt8 {
        0x80 | (form == .deflated ? 0x40 : 0) | opcode.rawValue
    }

    // MARK: - Frames of lines

    /// Writes each of `lines` as a frame of its own, without LF or CRLF. Empty lines are none.
    package static func write(
        lines: UnsafeRawBufferPointer, endedBy lineEnd: UInt8 = 0x0A,
        as opcode: WebSocketOpcode, into out: inout ByteBuffer
    ) {
        forEachLine(of: lines, endedBy: lineEnd) { write(opcode, $0, into: &out) }
    }

    /// Shows each line that is not empty, without LF or CRLF.
    package static func forEachLine(
        of lines: UnsafeRawBufferPointer, endedBy lineEnd: UInt8 = 0x0A,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        var start = 0
        while start < lines.count {
            let newline = ByteScan.firstIndex(of: lineEnd, in: lines, from: start) ?? lines.count
            var end = newline
            if end < lines.count, end > start, lines[end - 1] == 0x0D { end -= 1 }
            if end > start { body(UnsafeRawBufferPointer(rebasing: lines[start..<end])) }
            start = newline + 1
        }
    }

    /// Writes the lines of a whole batch; returns where each of its events ends in `out`'s storage.
    package static func write(
        _ batch: SharedBatch, endedBy lineEnd: UInt8 = 0x0A, as opcode: WebSocketOpcode,
        into out: inout ByteBuffer
    ) -> [Int] {
        var ends: [Int] = []
        ends.reserveCapacity(batch.ends.count)
        for index in batch.ends.indices {
            let range = batch.start(of: index)..<batch.start(of: index + 1)
            let lines = UnsafeRawBufferPointer(rebasing: batch.bytes[range])
            write(lines: lines, endedBy: lineEnd, as: opcode, into: &out)
            ends.append(out.writerIndex)
        }
        return ends
    }

    // MARK: - Frames written in place

    /// Where a frame begins that `end` is to finish. Good until the buffer is changed elsewhere
    /// than at its end.
    package struct Start: Sendable {
        fileprivate let index: Int
    }

    /// The head that most frames have: a shorter payload moves down by two bytes in the end, and
    /// one of 64 KiB and more moves up.
    private static let gap = 4
    private static let longestHead = 10

    /// Begins a frame: what is written from here on is its payload.
    package static func begin(in out: inout ByteBuffer) -> Start {
        let start = Start(index: out.writerIndex)
        for _ in 0..<gap { out.write(0) }
        return start
    }

    /// Puts the head in front of what was written since `start`.
    package static func end(
        _ start: Start, as opcode: WebSocketOpcode, form: Form = .plain, in out: inout ByteBuffer
    ) {
        let length = out.writerIndex - start.index - gap
        guard length >= 0 else { return }
        let size = length < 126 ? 2 : length <= Int(UInt16.max) ? 4 : longestHead
        for _ in 0..<max(0, size - gap) { out.write(0) }
        out.withWritten(from: start.index) { frame in
            if size != gap {
                let payload = UnsafeRawBufferPointer(rebasing: frame[gap..<gap + length])
                UnsafeMutableRawBufferPointer(rebasing: frame[size...]).copyMemory(from: payload)
            }
            frame[0] = first(opcode, form)
            frame[1] = size == 2 ? UInt8(length) : size == 4 ? 126 : 127
            for place in 2..<size {
                frame[place] = UInt8(truncatingIfNeeded: length >> (8 * (size - 1 - place)))
            }
        }
        out.truncate(to: start.index + size + length)
    }
}
