// RSV1 and the injected inflater: where the bit may stand, and that limits and UTF-8 are held against
// what a message inflates to (RFC 7692 §6). Compression here is run lengths, see `RunLengthInflater`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct WebSocketCompressionTests {
    private func words(_ frames: ClientFrame..., limit: Int = 1000) throws -> [String] {
        try WebSocketDecoding.words(
            frames,
            decoder: WebSocketFrameDecoder(
                maxMessageBytes: limit, inflater: RunLengthInflater()))
    }

    private func deflated(_ runs: (count: UInt8, byte: UInt8)..., opcode: UInt8 = 1) -> ClientFrame
    {
        ClientFrame(opcode, runs.flatMap { [$0.count, $0.byte] }).with(\.reserved, 4)
    }

    @Test("Compressed messages are inflated, others are taken as they are")
    func mixed() throws {
        #expect(
            try words(
                deflated((3, 0x61), (1, 0x62)), .text("plain"), deflated((2, 0xFF), opcode: 2),
                deflated()) == ["text:aaab", "text:plain", "binary:\u{FFFD}\u{FFFD}", "text:"])
    }

    @Test("The bit stands on a message's first frame only, and never on a control frame")
    func firstFrameOnly() throws {
        #expect(
            try words(deflated((3, 0x61)).begun, .ping("p"), .more("\u{2}b"))
                == ["ping:p", "text:aaabb"])
        let more = ClientFrame.more("\u{1}b").with(\.reserved, 4)
        #expect(try words(deflated((3, 0x61)).begun, more) == ["!reservedBits"])
        #expect(try words(.text("x").begun, more) == ["!reservedBits"])
        for opcode in [8, 9, 10] as [UInt8] {
            #expect(try words(ClientFrame(opcode).with(\.reserved, 4)) == ["!reservedBits"])
        }
        #expect(try words(.text("x").with(\.reserved, 6)) == ["!reservedBits"])
    }

    @Test("Without the extension the bit is an error")
    func notNegotiated() throws {
        #expect(try WebSocketDecoding.words([deflated((1, 0x61))]) == ["!reservedBits"])
    }

    @Test("What is inflated is held against the limit, and so is what is sent")
    func limit() throws {
        #expect(try words(deflated((100, 0x61), (155, 0x61)), limit: 255) == ["text:255 bytes"])
        #expect(try words(deflated((100, 0x61), (156, 0x61)), limit: 255) == ["!messageTooBig"])
        #expect(try words(deflated((1, 0x61), (1, 0x61), (0, 0)), limit: 6) == ["text:aa"])
        #expect(
            try words(deflated((1, 0x61), (1, 0x61), (0, 0), (0, 0)), limit: 6)
                == ["!messageTooBig"])
    }

    @Test("An inflater that keeps no limit of its own is held to it")
    func carelessInflater() throws {
        struct Careless: WebSocketInflater {
            func inflate(_ payload: [UInt8], limit: Int) throws(WebSocketError) -> [UInt8] {
                Array(repeating: 0x61, count: limit + 1)
            }
        }
        let decoder = WebSocketFrameDecoder(maxMessageBytes: 10, inflater: Careless())
        #expect(
            try WebSocketDecoding.words([deflated((1, 1))], decoder: decoder)
                == ["!messageTooBig"])
    }

    @Test("Inflated text must be UTF-8, whatever it looked like when compressed")
    func text() throws {
        #expect(try words(deflated((1, 0xC3), (1, 0xA9))) == ["text:é"])
        #expect(try words(deflated((1, 0xC3))) == ["!badText"])
        #expect(try words(deflated((2, 0xFF))) == ["!badText"])
        #expect(try words(deflated((2, 0xFF), opcode: 2)) == ["binary:\u{FFFD}\u{FFFD}"])
    }

    @Test("What cannot be inflated is an error at the message's end")
    func badCompression() throws {
        let odd = ClientFrame(1, [1]).with(\.reserved, 4)
        #expect(try words(odd) == ["!badCompression"])
        #expect(try words(odd.begun, .ping("p")) == ["ping:p"])
    }
}
