// The relay's table as JSON (`GET /servers`, chatkit(5)).
// SPDX-License-Identifier: GPL-3.0-or-later

/// The writer of the table.
package enum RelayTable {
    /// The whole table.
    package static func write(
        relay: String, id: RelayID, rows: [ServerRow], waiting: Int, oldestWait: Duration?,
        at: Timestamp, into json: inout ByteBuffer
    ) {
        json.beginObject()
        json.member("relay", relay)
        json.member("id", id.text)
        json.member("at", at)
        json.member("waiting", waiting)
        JSONWire.write("oldest_wait_s", seconds: oldestWait ?? .zero, into: &json)
        json.beginArray("servers")
        for row in rows {
            json.beginElement()
            writeMembers(row, into: &json)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    /// One line of it, as an object of its own.
    package static func write(_ row: ServerRow, into json: inout ByteBuffer) {
        json.beginObject()
        writeMembers(row, into: &json)
        json.endObject()
    }

    private static func writeMembers(_ row: ServerRow, into json: inout ByteBuffer) {
        json.member("name", row.name)
        json.member("address", row.address)
        json.member("capacity", row.capacity.map { .int(Int64($0)) } ?? JSONValue.null)
        json.member("in_use", row.inUse)
        json.member("free", row.free.map { .int(Int64($0)) } ?? JSONValue.null)
        json.member("state", row.state.rawValue)
        json.member("since", row.since)
        json.member("waiting_for", row.waitingFor)
    }
}
