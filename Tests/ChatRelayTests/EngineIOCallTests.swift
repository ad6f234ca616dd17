// A relay's end of an Engine.IO session at a server.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("A relay that calls a server by Engine.IO") struct EngineIOCallTests {
    private let head = Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".utf8)
    private var opened: [UInt8] { head + frame("0{\"sid\":\"s\"}") }

    /// A server's frame.
    private func frame(_ text: String, first: UInt8 = 0x81) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count > 125 else { return [first, UInt8(bytes.count)] + bytes }
        let size = (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (56 - 8 * $0)) }
        return [first, 127] + size + bytes
    }

    /// What frames a relay has sent hold, and their opcodes; the mask changes nothing.
    private func sent(_ buffer: ByteBuffer) throws -> [WebSocketEvent] {
        var buffer = buffer
        var decoder = WebSocketFrameDecoder()
        var events: [WebSocketEvent] = []
        while let event = try decoder.next(in: &buffer) { events.append(event) }
        #expect(buffer.isEmpty)
        return events
    }

    private struct Heard: Equatable {
        var units = ""
        var reply: [UInt8] = []
        var outcome = EngineIOCall.Outcome.goesOn
    }

    private func take(_ call: inout EngineIOCall, _ pieces: [some Sequence<UInt8>]) -> Heard {
        var heard = Heard()
        for piece in pieces where heard.outcome == .goesOn {
            var (units, reply) = (ByteBuffer(), ByteBuffer())
            heard.outcome = Array(piece).withUnsafeBytes {
                call.take($0, units: &units, reply: &reply)
            }
            heard.units += units.text
            heard.reply += reply.readable
        }
        return heard
    }

    private func hear(_ bytes: [UInt8]) -> Heard {
        var call = EngineIOCall()
        return take(&call, [bytes])
    }

    @Test("hears messages and answers signs of life, however the bytes are cut")
    func messages() throws {
        let long = "42[\"message\",\"" + String(repeating: "é", count: 40_000) + "\"]"
        let stream =
            opened + frame("42[\"a\"]") + frame("2") + frame("hi", first: 0x89)
            + frame("42[\"b", first: 0x01) + frame("x", first: 0x8A) + frame("\",", first: 0x00)
            + frame("1]", first: 0x80) + frame("6") + frame(long) + frame("43") + frame("1")
            + frame("42[\"late\"]")
        let whole = hear(stream)
        #expect(whole.units == "42[\"a\"]\u{1E}42[\"b\",1]\u{1E}\(long)\u{1E}43\u{1E}")
        #expect(whole.outcome == .ended)
        let answers = try sent(ByteBuffer(whole.reply))
        #expect(
            answers == [
                .message(WebSocketMessage(.text, Array("3".utf8))), .pong(Array("hi".utf8)),
            ])
        let short = opened.count + 60
        for cut in Array(1..<short) + Array(stride(from: short, to: stream.count, by: 997)) {
            var call = EngineIOCall()
            let heard = take(&call, [stream[..<cut], stream[cut...]])
            #expect(heard == whole, "cut at \(cut)")
        }
        var call = EngineIOCall()
        #expect(take(&call, stream.prefix(short).map { [$0] }) == hear(Array(stream.prefix(short))))
    }

    @Test("is told the end by a Close as well")
    func close() {
        #expect(hear(opened + [0x88, 0]).outcome == .ended)
        #expect(hear(opened + frame("42[]") + [0x88, 0]).units == "42[]\u{1E}")
        var call = EngineIOCall()
        #expect(take(&call, [opened + frame("1")]).outcome == .ended)
        #expect(take(&call, [frame("42[]")]) == Heard(outcome: .ended))
    }

    @Test("finds out what is no server of this kind")
    func strangers() {
        let nonsense: [[UInt8]] = [
            Array("HTTP/1.1 200 OK\r\n\r\n".utf8), Array("SSH-2.0-x\r\n".utf8), [0], [0x0A],
            Array("HTTP/1.1 101 x\r\n".utf8) + Array(repeating: 0x78, count: 33_000),
            head + frame("42[\"too soon\"]"), head + frame(""), head + frame("x"),
            opened + frame("0{}"), opened + frame(""), opened + frame("9"), opened + frame("3"),
            opened + frame("5"), opened + frame("4a\u{1E}4b"), opened + frame("x", first: 0x82),
            opened + frame("x", first: 0x80), opened + frame("4", first: 0x01) + frame("4"),
            opened + [0xC1, 1, 0x34], opened + [0x83, 0], opened + [0x81, 0x81, 0, 0, 0, 0, 0x34],
            opened + [0x09, 0], opened + [0x89, 126, 0, 126], opened + [0x88, 127],
        ]
        for bytes in nonsense { #expect(hear(bytes).outcome == .broken, "\(bytes.suffix(40))") }
        var call = EngineIOCall()
        #expect(take(&call, [[0]]).outcome == .broken)
        #expect(take(&call, [opened]) == Heard(outcome: .ended))
    }

    @Test("takes packets up to a limit, which holds before anything is kept")
    func limits() {
        let most = Limits.maxServerPacketBytes
        let packet = "4" + String(repeating: "x", count: most - 1)
        #expect(hear(opened + frame(packet)).units.utf8.count == most + 1)
        let size = (0..<8).map { UInt8(truncatingIfNeeded: (most + 1) >> (56 - 8 * $0)) }
        #expect(hear(opened + [0x81, 127] + size).outcome == .broken)
        let huge: [UInt8] = [0x81, 127] + Array(repeating: 0xFF, count: 8)
        #expect(hear(opened + huge).outcome == .broken)
        var call = EngineIOCall()
        let half = frame("4" + String(repeating: "x", count: most / 2), first: 0x01)
        let more = frame(String(repeating: "x", count: most / 2), first: 0x00)
        #expect(take(&call, [opened, half]).outcome == .goesOn)
        #expect(take(&call, [more]).outcome == .broken)
    }

    @Test("sends each message as a frame, whole, and an attachment as one without content")
    func sending() throws {
        let units = Array("42[\"a\"]\u{1E}b\u{1E}\u{1E}1\u{1E}42[\"\u{E9}\"]\u{1E}".utf8)
        let expected: [WebSocketEvent] = [
            .message(WebSocketMessage(.text, Array("42[\"a\"]".utf8))),
            .message(WebSocketMessage(.binary, [])),
            .message(WebSocketMessage(.text, Array("1".utf8))),
            .message(WebSocketMessage(.text, Array("42[\"\u{E9}\"]".utf8))), .close(nil),
        ]
        for cut in 0...units.count {
            var call = EngineIOCall()
            var frames = ByteBuffer()
            units[..<cut].withUnsafeBytes { call.send($0, into: &frames) }
            units[cut...].withUnsafeBytes { call.send($0, into: &frames) }
            EngineIOCall.writeClose(into: &frames)
            #expect(try sent(frames) == expected, "cut at \(cut)")
        }
    }

    @Test("asks as RFC 6455 wants it")
    func request() {
        let request = EngineIOCall.request(host: "127.0.0.1:12000", key: Array(0..<16))
        #expect(request.hasPrefix("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"))
        #expect(request.contains("\r\nHost: 127.0.0.1:12000\r\n"))
        #expect(request.contains("\r\nSec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n"))
        #expect(request.hasSuffix("\r\n\r\n"))
    }
}
