// Encodes a room's events for each format in use, as often as needed and not once more: a dialect's
// lines are made once and framed from there, compressed once where frames are compressed.
// Confined to its loop's thread.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// One loop's encoder of batches.
final class BatchFramer {
    /// A frame with less in it is not worth compressing.
    private static let worthwhile = 64

    private var buffer = ByteBuffer(reservingCapacity: 64 << 10)
    /// The dialects' own batches of the events at hand, by number.
    private var dialects: [SharedBatch?] = Array(repeating: nil, count: WireFormat.dialectCount)
    /// nil: nothing is compressed.
    private let deflate: Deflate?

    init(compresses: Bool) { deflate = compresses ? Deflate() : nil }

    /// The events in that format. The events are the same from call to call, until `forget`.
    func batch(of events: [RoomEvent], _ format: WireFormat) -> SharedBatch {
        switch format.framing {
        case .none: dialect(of: events, format)
        case .text: framed(events, format, .text)
        case .binary: framed(events, format, .binary)
        case .deflatedText: deflated(events, format, .text)
        case .deflatedBinary: deflated(events, format, .binary)
        case .serverSent: encoded(events, format)
        }
    }

    /// There will be other events.
    func forget() {
        for index in dialects.indices where dialects[index] != nil { dialects[index] = nil }
    }

    private func dialect(of events: [RoomEvent], _ format: WireFormat) -> SharedBatch {
        let index = Int(format.raw)
        if let batch = dialects[index] { return batch }
        let batch = encoded(events, format)
        dialects[index] = batch
        return batch
    }

    private func encoded(_ events: [RoomEvent], _ format: WireFormat) -> SharedBatch {
        buffer.clear()
        var ends: [Int] = []
        ends.reserveCapacity(events.count)
        for event in events {
            EventWire.encode(event, format, into: &buffer)
            ends.append(buffer.writerIndex)
        }
        return SharedBatch(buffer, ends: ends)
    }

    private func framed(
        _ events: [RoomEvent], _ format: WireFormat, _ opcode: WebSocketOpcode
    ) -> SharedBatch {
        let lines = dialect(of: events, format.dialect)
        buffer.clear()
        let ends = WebSocketFrame.write(
            lines, endedBy: format.lineEnd, as: opcode, into: &buffer)
        return SharedBatch(buffer, ends: ends)
    }

    /// The same, each frame compressed if it becomes shorter by that.
    private func deflated(
        _ events: [RoomEvent], _ format: WireFormat, _ opcode: WebSocketOpcode
    ) -> SharedBatch {
        guard let deflate else { return framed(events, format, opcode) }
        let lines = dialect(of: events, format.dialect)
        buffer.clear()
        var ends: [Int] = []
        ends.reserveCapacity(lines.ends.count)
        for index in lines.ends.indices {
            let range = lines.start(of: index)..<lines.start(of: index + 1)
            let event = UnsafeRawBufferPointer(rebasing: lines.bytes[range])
            WebSocketFrame.forEachLine(of: event, endedBy: format.lineEnd) { line in
                if line.count >= BatchFramer.worthwhile, let payload = deflate.payload(of: line),
                    payload.count < line.count
                {
                    WebSocketFrame.write(opcode, payload, form: .deflated, into: &buffer)
                } else {
                    WebSocketFrame.write(opcode, line, into: &buffer)
                }
            }
            ends.append(buffer.writerIndex)
        }
        return SharedBatch(buffer, ends: ends)
    }
}
