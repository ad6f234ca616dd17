// Events as everyone is sent them, and requests as pages write them.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite struct SocketIOWireTests {
    private let at = Timestamp(milliseconds: 0)

    private func person(_ nick: String) throws -> Person {
        Person(nick: try Nickname(nick), user: "~u", host: "h", realName: "R")
    }

    private func packets(_ event: RoomEvent) -> [String] {
        var buffer = ByteBuffer()
        EventWire.encode(event, .socketIO, into: &buffer)
        #expect(buffer.isEmpty || buffer.readable.last == EngineIOPacket.separator)
        return EngineIOPacket.packets(in: buffer.readable).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private func lines(_ event: RoomEvent) -> [String] {
        var buffer = ByteBuffer()
        JSONWire.encode(event, into: &buffer)
        return buffer.text.split(separator: "\n").map(String.init)
    }

    @Test("Each line of JSON is one event of its type, and the object its argument")
    func everyEvent() throws {
        let ann = try person("ann")
        let message = Message(
            id: MessageID(origin: 1, number: 2), room: .lobby, seq: 3, from: ann, kind: .action,
            text: "a\u{1E}\n\"]\u{2028}é", at: at)
        let events: [RoomEvent] = [
            .message(message, excluding: nil), .joined(.lobby, ann, at),
            .left(.lobby, ann, .quit("x\u{1E}"), at, also: [try RoomName("b"), try RoomName("c")]),
            .topic(.lobby, "t", by: ann, at), .renamed(old: ann, new: try person("b"), at),
            .away(ann, "out", at),
        ]
        for event in events {
            let lines = lines(event)
            #expect(!lines.isEmpty)
            let packets = packets(event)
            #expect(packets.count == lines.count)
            for (packet, line) in zip(packets, lines) {
                let object = try #require(try JSONReader.value(in: line).object)
                let type = try #require(object["type"]?.string)
                #expect(packet == "42[\"\(type)\",\(line)]")
                let value = try JSONReader.value(in: String(packet.dropFirst(2)))
                #expect(value.array == [.string(type), .object(object)])
            }
        }
        let tags = Message(
            id: MessageID(origin: 1, number: 2), room: .lobby, seq: 0, from: ann, kind: .tags,
            text: "", at: at)
        #expect(packets(.message(tags, excluding: nil)) == [])
    }

    @Test("What a returning client missed is one event for each message, behind its gap")
    func missed() throws {
        let message = Message(
            id: MessageID(origin: 1, number: 2), room: .lobby, seq: 3, from: try person("a"),
            kind: .text, text: "x", at: at)
        var buffer = ByteBuffer()
        SocketIOWire.encode(
            .missed(.lobby, gap: 1...2, [message, message]), tag: .none, rooms: [], into: &buffer)
        let types = EngineIOPacket.packets(in: buffer.readable).map {
            String(decoding: $0.prefix(13), as: UTF8.self)
        }
        #expect(types == [##"42["gap",{"ty"##, ##"42["message","##, ##"42["message","##])
    }

    // MARK: - Requests

    private func objects(
        _ name: String, _ argument: String?, known: Bool = true
    ) throws -> [String] {
        let value = try argument.map { try JSONReader.value(in: $0) }
        let request = try SocketIORequest(name, value, isKnown: known, room: .lobby)
        return request.objects.map { object in
            var buffer = ByteBuffer()
            buffer.write(json: .object(object))
            return buffer.text.replacing("\"", with: "'")
        }
    }

    @Test(
        "An event is the request of its name; an argument alone is what matters most",
        arguments: [
            ("message", "\"hi\"", "{'type':'message','text':'hi'}"),
            ("send", "\"hi\"", "{'type':'message','text':'hi'}"),
            ("send", "{\"text\":\"x\",\"type\":\"y\"}", "{'type':'message','text':'x'}"),
            ("message", "5", "{'type':'message','text':5}"),
            ("message", "[1]", "{'type':'message','text':[1]}"),
            ("message", nil, "{'type':'message'}"), ("rooms", "null", "{'type':'rooms'}"),
            ("history", "\"#a\"", "{'type':'history','room':'#a'}"),
            ("history", "{\"limit\":5}", "{'type':'history','limit':5}"),
            ("names", "\"a\"", "{'type':'names','room':'a'}"),
            ("leave", nil, "{'type':'leave','room':'#lobby'}"),
            ("leave", "{\"room\":\"a\"}", "{'type':'leave','room':'a'}"),
            ("nick", "\"a\"", "{'type':'nick','nick':'a'}"),
            ("search", "\"a b\"", "{'type':'search','text':'a b'}"),
            ("rate", "{\"stars\":4}", "{'type':'rate','stars':4}"),
            ("rate", "5", "{'type':'rate','stars':5}"),
            ("rate", "\"5 great, thanks\"", "{'type':'rate','stars':5,'comment':'great, thanks'}"),
            ("rate", "\" 3 \"", "{'type':'rate','stars':3}"),
            ("rate", "\"great\"", "{'type':'rate','stars':'great'}"),
            ("rate", "\"555\"", "{'type':'rate','stars':'555'}"),
            ("rate", "\"\"", "{'type':'rate','stars':''}"),
            ("later", "{\"a\":1}", "{'type':'later','a':1}"), ("later", "1", "{'type':'later'}"),
            ("join", "\"#a\"", "{'type':'join','room':'#a'}"),
            ("join", "{\"room\":\"a\",\"id\":1}", "{'type':'join','room':'#a','id':1}"),
        ])
    func requests(name: String, argument: String?, expected: String) throws {
        #expect(try objects(name, argument) == [expected])
    }

    @Test("To join is to say hello for a stranger, else to change nick and enter rooms")
    func join() throws {
        #expect(try objects("join", "\"ann\"") == ["{'type':'nick','nick':'ann'}"])
        #expect(try objects("join", "\"ann\"", known: false) == ["{'type':'hello','nick':'ann'}"])
        #expect(try objects("join", nil, known: false) == ["{'type':'hello'}"])
        #expect(
            try objects("join", "{\"nick\":\"a\",\"room\":\"b\"}", known: false)
                == ["{'type':'hello','nick':'a','room':'b','rooms':['b']}"])
        #expect(
            try objects("join", "{\"nick\":\"a\",\"rooms\":[\"b\",\"B\",\"c\"],\"id\":1}")
                == [
                    "{'type':'nick','nick':'a','id':1}", "{'type':'join','room':'#b'}",
                    "{'type':'join','room':'#c'}",
                ])
        for name in ["resume", "ticket", "token"] {
            #expect(throws: JSONRefusal.self) {
                try objects("join", "{\"nick\":\"a\",\"\(name)\":\"x\"}")
            }
        }
    }

    @Test("No packet is read as another's kind when a name is strange")
    func strangeNames() throws {
        #expect(
            try objects("a\"b\u{1E}", "{\"x\":1}") == ["{'type':'a\\'b\\u001e','x':1}"])
    }
}
