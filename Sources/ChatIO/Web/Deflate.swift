// The compression of WebSocket messages, one at a time: raw deflate without the empty block that ends
// each of them. Nothing is kept from one message to the next, and what is inflated never grows beyond
// its limit. RFC 7692 §7.2, RFC 1951; zlib.
// SPDX-License-Identifier: GPL-3.0-or-later
import CZlib
import ChatCore

/// What a flushed stream ends with, and a message is sent without (RFC 7692 §7.2.1).
private let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

/// Deflates messages. One serves any number of connections of one thread.
package final class Deflate {
    /// The levels that are worth their time on messages of a chat; 1 is the fastest.
    package static let levels = 1...6
    /// What may be agreed on as `server_max_window_bits`; 8 is none of zlib's raw windows.
    package static let windowBits = 9...15

    // zlib remembers the stream's address. Freed by `deinit`.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Level and window are brought into their ranges; nil when there is no memory.
    package init?(level: Int = 1, windowBits bits: Int = 15) {
        let level = min(max(level, Self.levels.lowerBound), Self.levels.upperBound)
        let bits = min(max(bits, Self.windowBits.lowerBound), Self.windowBits.upperBound)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_begin_deflate(stream, Int32(level), Int32(bits)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Writes `message` as a frame, deflated when that is shorter.
    package func write(
        _ opcode: WebSocketOpcode, _ message: UnsafeRawBufferPointer, into out: inout ByteBuffer
    ) {
        if let payload = payload(of: message), payload.count < message.count {
            WebSocketFrame.write(opcode, payload, form: .deflated, into: &out)
        } else {
            WebSocketFrame.write(opcode, message, into: &out)
        }
    }

    /// The payload of a deflated frame for `message`: little longer than it, and mostly shorter.
    /// nil when zlib cannot.
    package func payload(of message: UnsafeRawBufferPointer) -> [UInt8]? {
        guard message.count <= Int(Int32.max), deflateReset(stream) == Z_OK else { return nil }
        // The bound is for a stream that is finished; a flush adds an empty block.
        let bound = Int(deflateBound(stream, UInt(message.count))) + 16
        // zlib reads its input only; its signature is older than const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: message.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(message.count)
        var payload = [UInt8](unsafeUninitializedCapacity: bound) { room, count in
            stream.pointee.next_out = room.baseAddress
            stream.pointee.avail_out = UInt32(bound)
            let status = deflate(stream, Z_SYNC_FLUSH)
            let isDone = status == Z_OK && stream.pointee.avail_out > 0
            count = isDone ? bound - Int(stream.pointee.avail_out) : 0
        }
        guard payload.count > tail.count, payload.suffix(tail.count) == tail[...] else {
            return nil
        }
        payload.removeLast(tail.count)
        return payload
    }
}

/// Inflates messages.
package struct Inflate: WebSocketInflater {
    package init() {}

    package func inflate(_ payload: [UInt8], limit: Int) throws(WebSocketError) -> [UInt8] {
        guard payload.count <= Int(Int32.max) - tail.count else { throw .messageTooBig }
        // zlib remembers the stream's address.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        guard czlib_begin_inflate(stream) == Z_OK else { throw .badCompression }
        defer { inflateEnd(stream) }
        var input = payload + tail
        return try input.withUnsafeMutableBufferPointer {
            input -> Result<[UInt8], WebSocketError> in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = UInt32(input.count)
            return Result { () throws(WebSocketError) in try Inflate.output(of: stream, limit) }
        }.get()
    }

    /// Everything the stream's input inflates to.
    private static func output(
        of stream: UnsafeMutablePointer<z_stream>, _ limit: Int
    ) throws(WebSocketError) -> [UInt8] {
        // One byte more than the limit shows that there is more.
        let most = max(0, min(limit, Int(Int32.max) - 1)) + 1
        let guess = 4 * Int(stream.pointee.avail_in)
        var output = [UInt8](repeating: 0, count: min(guess, most))
        var count = 0
        while true {
            let status = output.withUnsafeMutableBufferPointer { room in
                stream.pointee.next_out = room.baseAddress.map { $0 + count }
                stream.pointee.avail_out = UInt32(room.count - count)
                return CZlib.inflate(stream, Z_SYNC_FLUSH)
            }
            count = output.count - Int(stream.pointee.avail_out)
            guard count < most else { throw .messageTooBig }
            switch status {
            case Z_STREAM_END:
                // A last block need not be a message's last (RFC 7692 §7.2.3.5).
                guard inflateReset(stream) == Z_OK else { throw .badCompression }
                if stream.pointee.avail_in > 0 { continue }
            case Z_OK, Z_BUF_ERROR:
                // Between two blocks, with nothing held back, zlib sets this bit of what is
                // otherwise the kind of data: the only place where a message may end.
                if stream.pointee.avail_in == 0, stream.pointee.data_type & 128 != 0 { break }
                guard stream.pointee.avail_out == 0 else { throw .badCompression }
                output += Array(repeating: 0, count: min(output.count, most - output.count))
                continue
            default: throw .badCompression
            }
            output.removeLast(output.count - count)
            return output
        }
    }
}
