// One place that knows which encoder belongs to which format.
// SPDX-License-Identifier: GPL-3.0-or-later

package enum EventWire {
    /// Writes a room event as everyone with `format` is to see it.
    package static func encode(
        _ event: RoomEvent, _ format: WireFormat, into out: inout ByteBuffer
    ) {
        if format.isIRC {
            IRCWire.encode(event, format: format, into: &out)
        } else if format == .json {
            JSONWire.encode(event, into: &out)
        } else if format == .socketIO {
            SocketIOWire.encode(event, into: &out)
        } else {
            PlainWire.encode(event, rooms: format == .plainWithRooms, into: &out)
        }
    }
}
