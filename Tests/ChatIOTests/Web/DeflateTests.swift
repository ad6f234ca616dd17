// Compression of messages: there and back, the examples of RFC 7692 §7.2.3, limits, damage.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatTestKit
import Testing

@Suite struct DeflateTests {
    private func deflated(_ bytes: [UInt8], _ deflate: Deflate) throws -> [UInt8] {
        try #require(bytes.withUnsafeBytes { deflate.payload(of: $0) })
    }

    private func inflated(_ payload: [UInt8], limit: Int = 1000) throws(WebSocketError) -> String {
        String(decoding: try Inflate().inflate(payload, limit: limit), as: UTF8.self)
    }

    @Test("The examples of RFC 7692 §7.2.3 are inflated, of one block and of several")
    func examples() throws {
        let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        #expect(try inflated(hello) == "Hello")
        // A block without compression.
        #expect(
            try inflated([0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00])
                == "Hello")
        // A block that says it is the last.
        #expect(try inflated([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00]) == "Hello")
        // Two blocks.
        #expect(
            try inflated([
                0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00,
            ]) == "Hello")
        #expect(try inflated([0x00]) == "")
        #expect(try deflated(Array("Hello".utf8), #require(Deflate())) == hello)
        #expect(try deflated([], #require(Deflate())) == [0x00])
    }

    @Test(
        "What was deflated is inflated again, at every level and with every window",
        arguments: Deflate.levels)
    func roundTrip(level: Int) throws {
        var random = SeededRandom(seed: 3)
        for bits in Deflate.windowBits {
            let deflate = try #require(Deflate(level: level, windowBits: bits))
            for size in [0, 1, 5, 100, 1000, 40000] {
                let words = (0..<max(1, size / 8)).map { _ in
                    "\(Int.random(in: 0...999, using: &random)) "
                }
                for bytes in [Array(words.joined().utf8), random.bytes(size)] {
                    let payload = try deflated(bytes, deflate)
                    #expect(payload.count <= bytes.count + bytes.count / 10 + 16)
                    let back = try Inflate().inflate(payload, limit: bytes.count)
                    #expect(back == bytes)
                }
            }
        }
    }

    @Test("The output may be of any length, whatever room was guessed for it")
    func everyLength() throws {
        let deflate = try #require(Deflate())
        for count in 0...600 {
            let bytes = (0..<count).map { UInt8($0 / 7 % 5) }
            #expect(try Inflate().inflate(deflated(bytes, deflate), limit: count) == bytes)
        }
    }

    @Test("A frame is deflated when that makes it shorter, and is sent as it is when not")
    func frames() throws {
        let deflate = try #require(Deflate())
        let texts = ["", "Hello", String(repeating: "Hello ", count: 10)]
        var out = ByteBuffer()
        for text in texts {
            Array(text.utf8).withUnsafeBytes { deflate.write(.text, $0, into: &out) }
        }
        let frames = try ServerFrame.all(in: out.storage)
        #expect(frames.map(\.isDeflated) == [false, false, true])
        #expect(frames[1].text == "Hello")
        #expect(try inflated(frames[2].payload) == texts[2])
    }

    @Test("Messages stand by themselves: the second of two equal ones is as long as the first")
    func noContext() throws {
        let deflate = try #require(Deflate())
        let message = Array("the same words again".utf8)
        #expect(try deflated(message, deflate) == deflated(message, deflate))
    }

    @Test("A level or window out of its range is brought into it")
    func ranges() throws {
        for (level, bits) in [(-1, 8), (0, 0), (9, 16), (.max, .min)] {
            let deflate = try #require(Deflate(level: level, windowBits: bits))
            #expect(try inflated(deflated(Array("x".utf8), deflate)) == "x")
        }
    }

    @Test("What inflates to the limit comes out, a byte more does not", arguments: [0, 1, 1000])
    func limit(count: Int) throws {
        let deflate = try #require(Deflate())
        let payload = try deflated(Array(repeating: 0x61, count: count), deflate)
        #expect(try Inflate().inflate(payload, limit: count).count == count)
        guard count > 0 else { return }
        #expect(throws: WebSocketError.messageTooBig) {
            try Inflate().inflate(payload, limit: count - 1)
        }
    }

    @Test("A bomb is given up at the limit")
    func bomb() throws {
        let deflate = try #require(Deflate(level: 6))
        let payload = try deflated(Array(repeating: 0, count: 50 << 20), deflate)
        #expect(payload.count < 60 << 10)
        #expect(throws: WebSocketError.messageTooBig) {
            try Inflate().inflate(payload, limit: Limits.maxWebSocketMessageBytes)
        }
    }

    @Test("Damaged and cut messages are errors or other bytes, never more than the limit")
    func damaged() throws {
        var random = SeededRandom(seed: 8)
        let deflate = try #require(Deflate(level: 6))
        let text = String(repeating: "some words, some more words; ", count: 20)
        let payload = try deflated(Array(text.utf8), deflate)
        for end in payload.indices {
            #expect(throws: WebSocketError.self, "cut at \(end)") {
                try Inflate().inflate(Array(payload[..<end]), limit: 10_000)
            }
        }
        for _ in 0..<500 {
            var bytes = payload
            let place = Int.random(in: bytes.indices, using: &random)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            if let output = try? Inflate().inflate(bytes, limit: 1000) {
                #expect(output.count <= 1000)
            }
        }
        for bytes in [[0xFF], [0x07], [0x00, 0x05, 0x00, 0x00, 0x00]] as [[UInt8]] {
            #expect(throws: WebSocketError.badCompression) {
                try Inflate().inflate(bytes, limit: 1000)
            }
        }
    }

    @Test("A decoder with it takes a compressed message apart, however it was cut")
    func decoder() throws {
        let deflate = try #require(Deflate())
        let payload = try deflated(Array("Hello Hello Hello".utf8), deflate)
        let half = payload.count / 2
        let frames = [
            ClientFrame(1, Array(payload[..<half])).with(\.reserved, 4).begun, .ping("p"),
            ClientFrame(0, Array(payload[half...])),
        ]
        let events = try DecoderVerifier.verify(
            frames.bytes, decoder: { WebSocketFrameDecoder(inflater: Inflate()) }
        ) { decoder, input in try decoder.next(in: &input) }
        let message = WebSocketMessage(.text, Array("Hello Hello Hello".utf8))
        #expect(events.map(\.frame) == [.ping(Array("p".utf8)), .message(message)])
    }

    @Test("The handshake of RFC 6455 §1.3 is answered with its hash")
    func handshake() {
        var fields = WebSocketHandshakeFields()
        fields.host = ["server.example.com"]
        fields.upgrade = ["websocket"]
        fields.connection = ["Upgrade"]
        fields.key = ["dGhlIHNhbXBsZSBub25jZQ=="]
        fields.version = ["13"]
        guard
            case .accepted(let acceptance) = WebSocketHandshake.decide(
                fields, policy: WebSocketPolicy())
        else { return #expect(Bool(false)) }
        #expect(acceptance.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }
}
