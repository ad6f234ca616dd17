// What a dialect's lines are put into: the same content in every framing.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Framing")
struct FramingTests {
    private func message(_ text: String) throws -> RoomEvent {
        let ann = Person(nick: try Nickname("ann"), user: "", host: "", realName: "")
        let message = Message(
            id: MessageID(origin: 1, number: 2), room: .lobby, seq: 7, from: ann, kind: .text,
            text: text, at: Timestamp(milliseconds: 0))
        return .message(message, excluding: nil)
    }

    private static let dialects: [WireFormat] = [
        .plain, .plainWithRooms, .json, .irc, .irc(serverTime: true, messageTags: true), .socketIO,
    ]

    private func encode(_ event: RoomEvent, _ format: WireFormat) -> ByteBuffer {
        var out = ByteBuffer()
        EventWire.encode(event, format, into: &out)
        return out
    }

    @Test("a frame for each line, and nothing else", arguments: dialects)
    func frames(dialect: WireFormat) throws {
        for text in ["hi", "two\nlines", String(repeating: "é", count: 2000)] {
            let event = try message(text)
            let lines = encode(event, dialect).readable.split(separator: dialect.lineEnd).map {
                String(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self)
            }
            for (framing, opcode) in [
                (WireFormat.Framing.text, WebSocketOpcode.text), (.binary, .binary),
                (.deflatedText, .text), (.deflatedBinary, .binary),
            ] {
                let frames = try ServerFrame.all(
                    in: Array(encode(event, dialect.framed(framing)).readable))
                #expect(frames.map(\.text) == lines)
                #expect(frames.allSatisfy { $0.opcode == opcode && !$0.isDeflated })
            }
        }
    }

    @Test("an event without bytes is no frame")
    func nothing() throws {
        let ann = Person(nick: try Nickname("ann"), user: "", host: "", realName: "")
        let typing = Message(
            id: MessageID(origin: 1, number: 2), room: .lobby, seq: 0, from: ann, kind: .tags,
            text: "", at: Timestamp(milliseconds: 0), clientTags: "+typing=active")
        for framing in WireFormat.Framing.allCases {
            let out = encode(.message(typing, excluding: nil), .json.framed(framing))
            #expect(out.isEmpty)
        }
    }

    @Test("a server-sent event has the message's number and one line of data")
    func serverSent() throws {
        let text = encode(try message("two\nlines"), .json.framed(.serverSent)).text
        #expect(text.hasPrefix("id: 7\ndata: {\"type\":\"message\","))
        #expect(text.hasSuffix("}\n\n"))
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test("a format is its dialect and its framing")
    func formats() {
        for dialect in Self.dialects {
            for framing in WireFormat.Framing.allCases {
                let format = dialect.framed(framing)
                #expect(format.dialect == dialect)
                #expect(format.framing == framing)
                #expect(format.isIRC == dialect.isIRC)
            }
        }
    }
}
