// Where a unit ends in a stream of bytes: a line, a packet, or a WebSocket frame. What a relay passes on ends with
// a unit, so that another server's words, or its own, can follow at any time.
// Invariant: the ends that are found do not depend on how the bytes were cut.
// RFC 6455 §5.2.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds the ends of units in one direction of a stream.
package struct UnitCutter: Sendable {
    package enum Units: Hashable, Sendable {
        /// Everything is passed on as it comes.
        case none
        case lines
        /// Packets of Engine.IO, each ended by its separator.
        case packets
        case frames
    }

    private let units: Units
    /// How much is missing of the frame whose head was seen.
    private var missing: UInt64 = 0
    /// A frame's head, as far as it is there.
    private var head: [UInt8] = []

    package init(_ units: Units) { self.units = units }

    /// How many of these bytes, which follow those shown before, belong to units that are whole; 0
    /// when none ends here.
    package mutating func wholeBytes(of bytes: UnsafeRawBufferPointer) -> Int {
        switch units {
        case .none: return bytes.count
        case .lines: return UnitCutter.lastEnd(bytes, of: 0x0A)
        case .packets: return UnitCutter.lastEnd(bytes, of: EngineIOPacket.separator)
        case .frames: return lastFrameEnd(bytes)
        }
    }

    private static func lastEnd(_ bytes: UnsafeRawBufferPointer, of last: UInt8) -> Int {
        var end = bytes.count
        while end > 0, bytes[end - 1] != last { end -= 1 }
        return end
    }

    private mutating func lastFrameEnd(_ bytes: UnsafeRawBufferPointer) -> Int {
        var index = 0
        var end = 0
        while index < bytes.count {
            if missing > 0 {
                let step = Int(min(missing, UInt64(bytes.count - index)))
                missing -= UInt64(step)
                index += step
            } else {
                head.append(bytes[index])
                index += 1
                guard head.count == UnitCutter.headSize(head) else { continue }
                missing = UnitCutter.payloadSize(head)
                head.removeAll(keepingCapacity: true)
            }
            if missing == 0, head.isEmpty { end = index }
        }
        return end
    }

    /// How long the head is that begins so; masks count as part of it.
    private static func headSize(_ head: [UInt8]) -> Int {
        guard head.count >= 2 else { return 2 }
        let mask = head[1] & 0x80 == 0 ? 0 : 4
        switch head[1] & 0x7F {
        case 126: return 4 + mask
        case 127: return 10 + mask
        default: return 2 + mask
        }
    }

    private static func payloadSize(_ head: [UInt8]) -> UInt64 {
        let short = head[1] & 0x7F
        guard short >= 126 else { return UInt64(short) }
        return head[2..<(short == 126 ? 4 : 10)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
