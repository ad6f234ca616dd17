// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
// Invariant: whatever the texts are, one event is written and the reader gets them back: line ends in
// the data (CR LF, CR, LF) each begin a new data line, and id and name lose what would end theirs.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One event of a `text/event-stream`.
package struct ServerSentEvent: Hashable, Sendable {
    /// What the client sends as Last-Event-ID when it comes back; nil leaves it as it was.
    package var id: String?
    /// The name listeners are registered for; nil for `message`.
    package var event: String?
    package var data: String

    package init(id: String? = nil, event: String? = nil, data: String) {
        self.id = id
        self.event = event
        self.data = data
    }

    /// The media type of a stream.
    package static let contentType: StaticString = "text/event-stream"

    /// Writes the event, with the empty line that dispatches it.
    package func encode(into output: inout ByteBuffer) {
        if let id { Self.encode("id: ", id, into: &output) }
        if let event { Self.encode("event: ", event, into: &output) }
        var data = data
        data.withUTF8 { Self.encode(data: UnsafeRawBufferPointer($0), into: &output) }
        output.write(UInt8(ascii: "\n"))
    }

    /// Writes what clients pass over: a sign of life that keeps proxies from giving up. No empty line
    /// follows, which would dispatch what stands before it.
    package static func encodeComment(into output: inout ByteBuffer) {
        output.write(literal: ":\n")
    }

    /// Writes how long a client is to wait before it connects again. The field stands in the block of the
    /// event that follows: some readers take one that ends here for an event without data.
    package static func encode(retry: Duration, into output: inout ByteBuffer) {
        output.write(literal: "retry: ")
        output.write(decimal: max(0, retry.wholeMilliseconds))
        output.write(literal: "\n")
    }

    /// Writes a field of one line. An id with NUL would be passed over by the reader.
    private static func encode(
        _ name: StaticString, _ value: String, into output: inout ByteBuffer
    ) {
        output.write(literal: name)
        for byte in value.utf8 where byte != 0x0A && byte != 0x0D && byte != 0 {
            output.write(byte)
        }
        output.write(UInt8(ascii: "\n"))
    }

    private static func encode(
        data: UnsafeRawBufferPointer, into output: inout ByteBuffer
    ) {
        var start = 0
        while true {
            var end = start
            while end < data.count, data[end] != 0x0A, data[end] != 0x0D { end += 1 }
            output.write(literal: "data: ")
            output.write(UnsafeRawBufferPointer(rebasing: data[start..<end]))
            output.write(UInt8(ascii: "\n"))
            guard end < data.count else { return }
            let isPair = data[end] == 0x0D && end + 1 < data.count && data[end + 1] == 0x0A
            start = end + (isPair ? 2 : 1)
        }
    }
}
