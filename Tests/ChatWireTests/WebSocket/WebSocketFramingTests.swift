// RFC 6455 §5 rule by rule: heads, masks, opcodes, fragments. The areas are those of the public
// Autobahn suite: 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragmentation.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct WebSocketFramingTests {
    private func words(_ frames: ClientFrame...) throws -> [String] {
        try WebSocketDecoding.words(frames)
    }

    @Test("The frames of RFC 6455 §5.7 are what it says they are")
    func examples() throws {
        let hello: [UInt8] = [
            0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58,
        ]
        #expect(try WebSocketDecoding.words(hello) == ["text:Hello"])
        let pong: [UInt8] = [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        #expect(try WebSocketDecoding.words(pong) == ["pong:Hello"])
        #expect(ClientFrame.text("Hello").bytes == hello)
    }

    @Test(
        "A message of any length comes out as it went in, around every step of the head's form",
        arguments: [0, 1, 7, 8, 9, 124, 125, 126, 127, 128, 255, 256, 65534, 65535, 65536])
    func lengths(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let frame = ClientFrame.binary(bytes).bytes
        let cuts = count > 300 ? 3 : 20
        let frames = try DecoderVerifier.verify(
            frame + frame, cuts: cuts, decoder: { WebSocketFrameDecoder() }
        ) { decoder, input in try decoder.next(in: &input) }
        let expected = WebSocketEvent.message(WebSocketMessage(.binary, bytes))
        #expect(frames.map(\.frame) == [expected, expected])
    }

    @Test("The mask comes off at every offset of the key")
    func masks() throws {
        for start in 0..<8 {
            for count in 0..<20 {
                let bytes = (0..<count).map { UInt8($0 + start) }
                let frames = [
                    ClientFrame.binary(bytes).with(\.key, [0xFF, 0x00, 0x0F, UInt8(start)])
                ]
                let expected = "binary:" + String(decoding: bytes, as: UTF8.self)
                #expect(try WebSocketDecoding.words(frames) == [expected])
            }
        }
    }

    @Test("A frame without a mask is refused", arguments: [0, 1, 2, 8, 9, 10] as [UInt8])
    func unmasked(opcode: UInt8) throws {
        var frames = [ClientFrame(opcode).with(\.key, nil)]
        if opcode == 0 { frames.insert(.text("x").begun, at: 0) }
        #expect(try WebSocketDecoding.words(frames) == ["!unmasked"])
    }

    @Test(
        "A reserved bit is refused in every frame, and what came before it is delivered",
        arguments: 1...7 as ClosedRange<UInt8>)
    func reservedBits(bits: UInt8) throws {
        for opcode in [1, 2, 8, 9, 10] as [UInt8] {
            let frame = ClientFrame(opcode).with(\.reserved, bits)
            #expect(
                try words(.text("ok"), frame, .text("never")) == ["text:ok", "!reservedBits"])
        }
        let more = ClientFrame.more("x").with(\.reserved, bits)
        #expect(try words(.text("x").begun, more) == ["!reservedBits"])
    }

    @Test(
        "An opcode that is none is refused, with payload or without",
        arguments: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8])
    func unknownOpcodes(opcode: UInt8) throws {
        #expect(try words(ClientFrame(opcode)) == ["!unknownOpcode"])
        #expect(try words(.ping("a"), ClientFrame(opcode, [1])) == ["ping:a", "!unknownOpcode"])
    }

    @Test("A length that is not in its shortest form is refused, in control frames too")
    func minimalLengths() throws {
        let short = ClientFrame.binary(Array(repeating: 0, count: 125))
        #expect(try words(short.with(\.lengthForm, .sixteen)) == ["!lengthNotMinimal"])
        #expect(try words(short.with(\.lengthForm, .sixtyFour)) == ["!lengthNotMinimal"])
        let longer = ClientFrame.binary(Array(repeating: 0, count: 126))
        #expect(try words(longer.with(\.lengthForm, .sixteen)) == ["binary:126 bytes"])
        #expect(try words(longer.with(\.lengthForm, .sixtyFour)) == ["!lengthNotMinimal"])
        let long = ClientFrame.binary([]).with(\.lengthForm, .sixtyFour)
        #expect(try words(long.with(\.claimedLength, 65535)) == ["!lengthNotMinimal"])
        #expect(try words(long.with(\.claimedLength, 65537)) == ["!messageTooBig"])
        #expect(try words(long.with(\.claimedLength, 1 << 63)) == ["!lengthTooLarge"])
        #expect(try words(long.with(\.claimedLength, .max)) == ["!lengthTooLarge"])
        #expect(try words(long.with(\.claimedLength, .max >> 1)) == ["!messageTooBig"])
        #expect(try words(.ping("a").with(\.lengthForm, .sixteen)) == ["!controlTooLong"])
    }

    @Test(
        "A control frame has at most 125 bytes and is one frame",
        arguments: [8, 9, 10] as [UInt8])
    func controlFrames(opcode: UInt8) throws {
        // A Close begins with a code.
        let most = [0x03, 0xE8] + Array(repeating: UInt8(ascii: "x"), count: 123)
        let result = try words(ClientFrame(opcode, most))
        #expect(result.count == 1 && result.first?.hasPrefix("!") == false)
        #expect(try words(ClientFrame(opcode, most + [0x78])) == ["!controlTooLong"])
        #expect(try words(ClientFrame(opcode, most).begun) == ["!fragmentedControl"])
    }

    @Test("Pings and pongs bring any bytes")
    func pings() throws {
        #expect(
            try words(.ping(), .ping("hello"), ClientFrame(10, [0x41]), .pong())
                == ["ping:", "ping:hello", "pong:A", "pong:"])
        let bytes: [UInt8] = [0x00, 0xFF, 0xFE, 0xFD]
        let frames = try DecoderVerifier.verify(
            ClientFrame(9, bytes).bytes, decoder: { WebSocketFrameDecoder() }
        ) { decoder, input in try decoder.next(in: &input) }
        #expect(frames == [.frame(.ping(bytes))])
    }

    @Test("Fragments are one message, with control frames between them, empty ones among them")
    func fragments() throws {
        #expect(try words(.text("a").begun, .more("b")) == ["text:ab"])
        #expect(
            try words(
                .text("frag").begun, .ping("1"), .more("").begun, .pong("2"), .more("ment").begun,
                .more(""), .text("next")) == ["ping:1", "pong:2", "text:fragment", "text:next"])
        #expect(try words(.text("").begun, .more("").begun, .more("")) == ["text:"])
        #expect(
            try words(.binary([0x61]).begun, .more("b").begun, .ping(), .close())
                == ["ping:", "close"])
    }

    @Test("A continuation needs a message, and a message is finished before the next begins")
    func fragmentOrder() throws {
        #expect(try words(.more("x")) == ["!nothingToContinue"])
        #expect(try words(.more("x").begun) == ["!nothingToContinue"])
        #expect(try words(.text("a"), .more("x")) == ["text:a", "!nothingToContinue"])
        #expect(
            try words(.text("a").begun, .more("b"), .more("c"))
                == ["text:ab", "!nothingToContinue"])
        #expect(try words(.text("a").begun, .text("b")) == ["!unfinishedMessage"])
        #expect(
            try words(.text("a").begun, .more("b").begun, .binary([1]))
                == ["!unfinishedMessage"])
    }

    @Test("A rule that is broken is found at the very byte that breaks it")
    func failsFast() throws {
        let table: [(bytes: [UInt8], error: WebSocketError)] = [
            ([0x91], .reservedBits), ([0x83], .unknownOpcode), ([0x09], .fragmentedControl),
            ([0x80], .nothingToContinue), ([0xC1], .reservedBits), ([0x81, 0x00], .unmasked),
            ([0x89, 0xFE], .controlTooLong), ([0x82, 0xFE, 0x00, 0x7D], .lengthNotMinimal),
            ([0x82, 0xFF, 0x80], .lengthTooLarge),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1], .messageTooBig),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .lengthNotMinimal),
        ]
        for (bytes, error) in table {
            var decoder = WebSocketFrameDecoder()
            var input = ByteBuffer(bytes.dropLast())
            #expect(try decoder.next(in: &input) == nil)
            input.write(bytes.suffix(1))
            #expect(throws: error) { try decoder.next(in: &input) }
        }
    }

    @Test("After an error or a Close nothing more comes out and nothing is kept")
    func theEnd() throws {
        #expect(
            try words(.close(1000), .text("late"), .close(1002)) == ["close:1000 "])
        for last in [ClientFrame(3), .close(1000, "bye")] {
            var decoder = WebSocketFrameDecoder()
            var input = ByteBuffer(last.bytes + ClientFrame.text("late").bytes)
            _ = try? decoder.next(in: &input)
            #expect(input.isEmpty)
            input.write(ClientFrame.text("later").bytes)
            #expect(try decoder.next(in: &input) == nil)
            #expect(input.isEmpty)
        }
    }

    @Test("Waiting for the rest of a message, only a head or a control frame stays in the input")
    func takesWhatThereIs() throws {
        var decoder = WebSocketFrameDecoder()
        let frame = ClientFrame.binary(Array(repeating: 7, count: 1000)).bytes
        var input = ByteBuffer(frame[..<7])
        #expect(try decoder.next(in: &input) == nil)
        #expect(input.readableBytes == 7)
        input.write(frame[7..<500])
        #expect(try decoder.next(in: &input) == nil)
        #expect(input.isEmpty)
        input.write(frame[500...])
        #expect(try decoder.next(in: &input) != nil)
        let ping = ClientFrame.ping("hello").bytes
        input.write(ping.dropLast())
        #expect(try decoder.next(in: &input) == nil)
        #expect(input.readableBytes == ping.count - 1)
    }

    @Test("Messages cut into frames of any size, with pings between them, come out whole")
    func randomFragments() throws {
        var random = SeededRandom(seed: 2)
        for _ in 0..<100 {
            var frames: [ClientFrame] = []
            var expected: [String] = []
            for _ in 0..<3 {
                let letters = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    ["a", "é", "€", "𝄞"].randomElement(using: &random) ?? ""
                }
                let text = letters.joined()
                var rest = Array(text.utf8)[...]
                var opcode: UInt8 = 1
                repeat {
                    let part = rest.prefix(Int.random(in: 0...20, using: &random))
                    rest = rest.dropFirst(part.count)
                    frames.append(
                        ClientFrame(opcode, Array(part))
                            .with(\.isFinal, rest.isEmpty).with(\.key, random.bytes(4)))
                    opcode = 0
                    if !rest.isEmpty, Bool.random(using: &random) {
                        frames.append(.ping("p"))
                        expected.append("ping:p")
                    }
                } while !rest.isEmpty
                let isShort = text.utf8.count <= 100
                expected.append("text:" + (isShort ? text : "\(text.utf8.count) bytes"))
            }
            #expect(try WebSocketDecoding.words(frames.bytes, randomCuts: 4) == expected)
        }
    }
}
