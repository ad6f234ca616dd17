// The control link's lines: every message there and back, limits, and lines that are none.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct ControlTests {
    private func decode(_ text: String) throws -> [DecodedFrame<ControlMessage>] {
        try DecoderVerifier.verify(
            Array(text.utf8), decoder: { ControlDecoder() }
        ) { decoder, input in try decoder.next(in: &input, now: Instant(nanoseconds: 0)) }
    }

    private static func line(_ message: ControlMessage) -> String {
        var output = ByteBuffer()
        message.write(into: &output)
        return output.text
    }

    private static let relay = RelayID("r1")

    private static var messages: [(ControlMessage, String)] {
        guard let relay else { return [] }
        let announcement = Announcement(
            name: "Server \"A\"", address: "127.0.0.1:12000", token: "secret")
        return [
            (
                .announce(announcement),
                #"{"type":"announce","v":1,"name":"Server \"A\"","address":"127.0.0.1:12000","#
                    + #""token":"secret"}"#
            ),
            (.link(relay), #"{"type":"link","v":1,"relay":"r1"}"#),
            (.linked(.relay(relay)), #"{"type":"linked","v":1,"relay":"r1"}"#),
            (.linked(.server(name: "Server A")), #"{"type":"linked","v":1,"name":"Server A"}"#),
            (
                .availability(Availability(capacity: 2, others: 1, inUse: 2, state: .up)),
                #"{"type":"availability","capacity":2,"others":1,"in_use":2,"state":"up"}"#
            ),
            (
                .availability(Availability(capacity: nil, others: 0, inUse: 9, state: .draining)),
                #"{"type":"availability","capacity":null,"others":0,"in_use":9,"#
                    + #""state":"draining"}"#
            ),
            (.attended(visit: 7), #"{"type":"attended","visit":7}"#),
            (.freed(visit: 7, reason: "closed"), #"{"type":"freed","visit":7,"reason":"closed"}"#),
            (.beat, #"{"type":"beat"}"#),
            (
                .error(.badToken, message: "that is not the token"),
                #"{"type":"error","code":"bad_token","message":"that is not the token"}"#
            ),
        ]
    }

    @Test("Every message is written as chatkit(5) says, and read again")
    func thereAndBack() throws {
        #expect(Self.messages.count == 10)
        for (message, line) in Self.messages {
            #expect(Self.line(message) == line + "\n")
            #expect(try decode(line + "\r\n").map(\.frame) == [message])
        }
        let all = Self.messages.map { $0.1 + "\n" }.joined()
        #expect(try decode(all).map(\.frame) == Self.messages.map { $0.0 })
    }

    @Test("What is not known is passed over, and so are empty lines")
    func unknown() throws {
        let text = "\n{\"type\":\"news\",\"x\":[1]}\r\n\r\n{\"type\":\"beat\",\"more\":{}}\n"
        #expect(try decode(text).map(\.frame) == [.beat])
        #expect(
            try decode("{\"type\":\"error\",\"code\":\"new\",\"message\":\"m\"}\n").map(\.frame)
                == [.error(ControlErrorCode(rawValue: "new"), message: "m")])
    }

    @Test(
        "A line that is none ends the link",
        arguments: [
            ("nonsense", "notAnObject"), ("[]", "notAnObject"), ("{}", #"badMember("type")"#),
            (#"{"type":1}"#, #"badMember("type")"#),
            (#"{"type":"link","v":1}"#, #"badMember("relay")"#),
            (#"{"type":"link","v":1,"relay":"R1"}"#, #"badMember("relay")"#),
            (#"{"type":"link","v":2,"relay":"r1"}"#, "badVersion"),
            (#"{"type":"link","relay":"r1"}"#, "badVersion"),
            (#"{"type":"linked","v":1}"#, #"badMember("name")"#),
            (#"{"type":"attended","visit":-1}"#, #"badMember("visit")"#),
            (#"{"type":"attended","visit":"7"}"#, #"badMember("visit")"#),
            (#"{"type":"freed","visit":7}"#, #"badMember("reason")"#),
            (
                #"{"type":"availability","capacity":-1,"others":0,"in_use":0,"state":"up"}"#,
                #"badMember("capacity")"#
            ),
            (
                #"{"type":"availability","capacity":1,"others":0,"in_use":0,"state":"off"}"#,
                #"badMember("state")"#
            ),
            (
                #"{"type":"announce","v":1,"name":"a\u001b[2J","address":"a:1","token":"t"}"#,
                #"badMember("name")"#
            ),
        ])
    func badLines(line: String, error: String) throws {
        let frames = try decode("{\"type\":\"beat\"}\n\(line)\n{\"type\":\"beat\"}\n")
        #expect(frames.first?.frame == .beat)
        #expect(frames.dropFirst().allSatisfy { $0.error == error }, "\(frames)")
        #expect(frames.count >= 2)
    }

    @Test("A line may have 4096 bytes, and is not waited for beyond")
    func lineLimit() throws {
        let frame = Self.line(.freed(visit: 1, reason: "")).utf8.count - 1
        let most = String(repeating: "x", count: Limits.maxControlLineBytes - frame)
        let longest = Self.line(.freed(visit: 1, reason: most))
        #expect(try decode(longest).map(\.frame) == [.freed(visit: 1, reason: most)])
        let tooLong = try decode(Self.line(.freed(visit: 1, reason: most + "x")))
        #expect(tooLong.first?.error == "tooLong")
        var decoder = ControlDecoder()
        var endless = ByteBuffer(String(repeating: "x", count: Limits.maxControlLineBytes + 2))
        #expect(throws: ControlError.tooLong) {
            _ = try decoder.next(in: &endless, now: Instant(nanoseconds: 0))
        }
    }

    @Test(
        "So many lines a second are let pass, said and unsaid",
        arguments: [
            #"{"type":"beat"}"#, #"{"type":"of a newer end"}"#,
        ])
    func rate(line: String) throws {
        var decoder = ControlDecoder()
        let start = Instant(nanoseconds: 0)
        let most = Limits.controlLinesPerSecond
        var input = ByteBuffer(String(repeating: line + "\n", count: most))
        while try decoder.next(in: &input, now: start) != nil {}
        #expect(input.isEmpty)
        input.write(line + "\n")
        _ = try decoder.next(in: &input, now: start + .seconds(1))
        #expect(input.isEmpty)
        input.write(String(repeating: line + "\n", count: most))
        #expect(throws: ControlError.tooMany) {
            while try decoder.next(in: &input, now: start + .seconds(1)) != nil {}
        }
    }
}
