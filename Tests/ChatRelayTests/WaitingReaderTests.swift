// What clients say while they wait for a server.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Who waits for a server") struct WaitingReaderTests {
    private func take(
        _ reader: inout WaitingReader, _ bytes: [UInt8]
    ) -> (WaitingReader.Outcome, String) {
        var reply = ByteBuffer()
        let outcome = bytes.withUnsafeBytes { reader.take($0, reply: &reply) }
        return (outcome, reply.text)
    }

    private func take(
        _ reader: inout WaitingReader, _ text: String
    ) -> (WaitingReader.Outcome, String) { take(&reader, Array(text.utf8)) }

    /// A client's frame.
    private func frame(_ first: UInt8, _ payload: String) -> [UInt8] {
        let mask: [UInt8] = [1, 2, 3, 4]
        let bytes = Array(payload.utf8)
        return [first, 0x80 | UInt8(bytes.count)] + mask
            + bytes.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    @Test("in plain text has everything kept but its good-bye")
    func plain() {
        var reader = WaitingReader(.plain, name: "r")
        #expect(take(&reader, "hello\n/who\nwor") == (.goesOn, ""))
        #expect(reader.texts == ["hello"])
        #expect(String(decoding: reader.takeKept(), as: UTF8.self) == "hello\n/who\nwor")
        #expect(reader.takeKept().isEmpty)
        #expect(take(&reader, "/quit\r\n").0 == .leaves)
    }

    @Test("in JSON is answered its pings and heard its bye; the rest is kept byte for byte")
    func json() {
        var reader = WaitingReader(.json, name: "r")
        let said = "{\"type\":\"message\",\"text\":\"a\"}\n{nonsense\n"
        let outcome = take(&reader, "{\"type\":\"ping\",\"nonce\":\"7\"}\n" + said)
        #expect(outcome == (.goesOn, "{\"type\":\"pong\",\"nonce\":\"7\"}\n"))
        #expect(reader.texts == ["a"])
        #expect(String(decoding: reader.takeKept(), as: UTF8.self) == said)
        #expect(take(&reader, "{\"type\":\"bye\"}\n").0 == .leaves)
    }

    @Test("by IRC is answered its pings with the relay's name")
    func irc() {
        var reader = WaitingReader(.irc, name: "Front door")
        let outcome = take(&reader, "PING :x y\r\nPONG z\r\nPRIVMSG #a :hi there\r\n")
        #expect(outcome == (.goesOn, ":Front-door PONG Front-door :x y\r\n"))
        #expect(reader.texts == ["hi there"])
        #expect(take(&reader, "quit :bye\r\n").0 == .leaves)
    }

    @Test("by WebSocket is answered frames with frames, and its messages are kept as frames")
    func webSocket() {
        var reader = WaitingReader(.webSocket(.json), name: "r")
        let message = frame(0x81, "{\"type\":\"message\",\"text\":\"b\"}")
        let said = frame(0x89, "x") + message + frame(0x81, "{\"type\":\"ping\"}")
        var reply = ByteBuffer()
        #expect(said.withUnsafeBytes { reader.take($0, reply: &reply) } == .goesOn)
        let pong = "{\"type\":\"pong\"}"
        #expect(
            Array(reply.readable)
                == [0x8A, 1] + "x".utf8 + [0x81, UInt8(pong.utf8.count)] + pong.utf8)
        #expect(reader.texts == ["b"])
        #expect(reader.takeKept() == message)
        #expect(take(&reader, frame(0x88, "")).0 == .leaves)
    }

    @Test(
        "by Socket.IO is heard its good-byes and answered its pings; the rest is kept, in packets")
    func socketIO() {
        var reader = WaitingReader(.socketIO, name: "r")
        let said =
            "42[\"message\",\"one\"]\u{1E}4212[\"send\",{\"text\":\"two\"}]\u{1E}"
            + "42[\"nick\",\"ann\"]\u{1E}451-[\"file\",{\"_placeholder\":true,\"num\":0}]\u{1E}b\u{1E}"
        let pings = "427[\"ping\",\"n\"]\u{1E}42[\"ping\"]\u{1E}"
        let pongs =
            "437[{\"type\":\"pong\",\"nonce\":\"n\"}]\u{1E}42[\"pong\",{\"type\":\"pong\"}]\u{1E}"
        #expect(take(&reader, pings + said) == (.goesOn, pongs))
        #expect(reader.texts == ["one", "two"])
        #expect(String(decoding: reader.takeKept(), as: UTF8.self) == said)
        for bye in ["41", "42[\"bye\"]", "1"] {
            #expect(take(&reader, bye + "\u{1E}").0 == .leaves)
        }
    }

    @Test("by Socket.IO keeps to its packets; what is too long the server refuses")
    func socketIOLimits() {
        for nonsense in ["", "x", "4", "49", "42{}", "0{}", "40{}", "4\u{0}", "bb"] {
            var reader = WaitingReader(.socketIO, name: "r")
            #expect(take(&reader, nonsense + "\u{1E}").0 == .broken, "\(nonsense)")
        }
        var reader = WaitingReader(.socketIO, name: "r")
        let long = "42[\"message\",\"\(String(repeating: "x", count: 20_000))\"]\u{1E}"
        for _ in 0..<3 { #expect(take(&reader, long).0 == .goesOn) }
        #expect(take(&reader, long).0 == .tooMuch)
    }

    @Test("is taken for JSON from a first message that says hello")
    func hello() {
        var reader = WaitingReader(.webSocket(.plain), name: "r")
        let hello = frame(0x81, "{\"type\":\"hello\",\"nick\":\"a\"}")
        #expect(take(&reader, hello).0 == .goesOn)
        #expect(reader.dialect == .webSocket(.json))
        #expect(reader.takeKept() == hello)
        var late = WaitingReader(.webSocket(.plain), name: "r")
        #expect(take(&late, frame(0x81, "hi") + hello).0 == .goesOn)
        #expect(late.dialect == .webSocket(.plain))
    }

    @Test("may say so much and no more, and must keep to its protocol")
    func limits() {
        var reader = WaitingReader(.plain, name: "r")
        let line = String(repeating: "x", count: 1023) + "\n"
        for _ in 0..<64 { #expect(take(&reader, line).0 == .goesOn) }
        #expect(take(&reader, line).0 == .tooMuch)
        var broken = WaitingReader(.webSocket(.plain), name: "r")
        #expect(take(&broken, [0x81, 0x01, 0x61]).0 == .broken)
        var endless = WaitingReader(.plain, name: "r")
        #expect(take(&endless, String(repeating: "y", count: 65_537)).0 == .tooMuch)
    }

    @Test("has what it says read the same however it is cut")
    func cuts() {
        let stream =
            frame(0x89, "x") + frame(0x81, "{\"type\":\"ping\"}")
            + frame(0x81, "{\"type\":\"message\",\"text\":\"c\"}") + frame(0x01, "half")
        var whole = WaitingReader(.webSocket(.json), name: "r")
        let reply = take(&whole, stream).1
        let kept = whole.takeKept()
        for cut in 1..<stream.count {
            var reader = WaitingReader(.webSocket(.json), name: "r")
            let first = take(&reader, Array(stream[..<cut]))
            let second = take(&reader, Array(stream[cut...]))
            #expect(first.1 + second.1 == reply)
            #expect(reader.takeKept() == kept)
        }
    }

    @Test("keeps its place between two servers with what neither has heard, also half a message")
    func takenBack() {
        var reader = WaitingReader(.json, name: "r")
        reader.keep(Array("{\"type\":\"mess".utf8))
        #expect(take(&reader, "age\",\"text\":\"d\"}\n").0 == .goesOn)
        #expect(reader.texts == ["d"])
    }
}
