// Every event as it looks on the wire, and that each is one line that can be read again.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite struct JSONWireTests {
    private let at = Timestamp(milliseconds: 0)

    private func person(_ nick: String) throws -> Person {
        Person(nick: try Nickname(nick), user: "~u", host: "h", realName: "R")
    }

    private func line(_ event: RoomEvent) -> String {
        var buffer = ByteBuffer()
        JSONWire.encode(event, into: &buffer)
        return buffer.text
    }

    private func line(_ event: ClientEvent, tag: RequestTag = .none) -> String {
        var buffer = ByteBuffer()
        JSONWire.encode(event, tag: tag, rooms: [.lobby], into: &buffer)
        return buffer.text
    }

    private func message(_ kind: MessageKind, text: String = "x") throws -> Message {
        Message(
            id: MessageID(origin: .max, number: 1), room: .lobby, seq: .max,
            from: try person("a"), kind: kind, text: text, at: at)
    }

    @Test("Each reason for leaving has its word, and its text when there is one")
    func leaving() throws {
        let person = try person("a")
        for (reason, expected) in [
            (LeaveReason.left(""), #""reason":"left","at""#),
            (.left("x"), #""reason":"left","text":"x""#),
            (.quit("q\n"), #""reason":"quit","text":"q\n""#),
            (.closed(.slowConsumer), #""reason":"slow_consumer","text":"slow consumer""#),
        ] {
            #expect(line(RoomEvent.left(.lobby, person, reason, at)).contains(expected))
        }
    }

    @Test("The largest numbers are written whole")
    func largest() throws {
        #expect(
            line(.message(try message(.text), excluding: nil))
                == ##"{"type":"message","id":"3w5e11264sgsf-1","room":"#lobby","##
                + #""seq":18446744073709551615,"from":"a","text":"x","#
                + #""at":"1970-01-01T00:00:00.000Z"}"# + "\n")
    }

    @Test("A message's id is written as everywhere else")
    func ids() throws {
        let message = try message(.text)
        let object = try JSONReader.value(in: line(.privateMessage(message))).object
        #expect(object?["id"]?.string == message.id.text)
    }

    @Test("Hostile text stays inside its line")
    func hostile() throws {
        let text = "\"}\n{\"type\":\"bye\"}\r\n\u{2028}\u{1b}[31m\0\\"
        let written = line(.message(try message(.text, text: text), excluding: nil))
        #expect(written.utf8.filter { $0 < 0x20 }.count == 1)
        #expect(written.last == "\n")
        #expect(try JSONReader.value(in: written).object?["text"]?.string == text)
    }

    @Test("What JSON clients do not ask for, and tags without text, write nothing")
    func silent() throws {
        let tag = RequestTag(label: "l")
        let tags = try message(.tags)
        #expect(line(.message(tags, excluding: nil)) == "")
        #expect(line(.privateMessage(tags)) == "")
        #expect(line(.done) == "")
        #expect(line(.done, tag: RequestTag(mark: 1)) == "")
        #expect(line(.done, tag: tag) == "{\"type\":\"ok\",\"re\":\"l\"}\n")
        for event in [
            ClientEvent.who(query: "x", []), .present(asked: [], []),
            .statistics(HubStatistics(), startedAt: at),
        ] {
            #expect(line(event, tag: tag) == "")
        }
    }

    @Test("Tags without text are left out of history, commas too")
    func history() throws {
        let messages = [
            try message(.tags), try message(.text), try message(.tags), try message(.action),
        ]
        let object = try JSONReader.value(
            in: line(.history(.lobby, messages, complete: false))
        ).object
        #expect(object?["messages"]?.array?.count == 2)
        #expect(object?["complete"] == .bool(false))
    }

    @Test("A bye carries code, sentence and whether to come back", arguments: ByeCode.allCases)
    func byes(code: ByeCode) throws {
        let object = try JSONReader.value(in: line(.bye(Bye(code)))).object
        #expect(object?["type"]?.string == "bye")
        #expect(object?["code"]?.string == code.rawValue)
        #expect(object?["reason"]?.string == code.reason)
        #expect(object?["retry"]?.bool == code.retry)
    }

    @Test("An ack of a private message has neither room nor number")
    func acks() {
        let id = MessageID(origin: 1, number: 2)
        #expect(
            line(.ack(nonce: "n", id, room: nil, seq: 0))
                == "{\"type\":\"ack\",\"nonce\":\"n\",\"id\":\"1-2\"}\n")
    }

    @Test("A label goes back as it came: text escaped, a number as a number")
    func labels() {
        let text = RequestTag(label: "a\"b")
        let expected = #"{"type":"notice","text":"n","re":"a\"b"}"# + "\n"
        #expect(line(.notice("n"), tag: text) == expected)
        #expect(line(.error(.badNonce), tag: .none).contains("\"re\"") == false)
    }

    @Test("Bytes that the session wrote itself are passed on as they are")
    func raw() {
        #expect(line(.raw(Array("as is".utf8)), tag: RequestTag(label: "x")) == "as is")
    }
}
