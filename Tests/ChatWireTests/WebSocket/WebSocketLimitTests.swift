// Limits at n and n + 1, held against a frame's head before its payload comes.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct WebSocketLimitTests {
    private func words(_ frames: [ClientFrame], bytes: Int = 10, fragments: Int = 3) throws
        -> [String]
    {
        try WebSocketDecoding.words(
            frames, decoder: WebSocketFrameDecoder(maxMessageBytes: bytes, maxFragments: fragments))
    }

    @Test("A message of the limit comes out, one of a byte more does not")
    func messageBytes() throws {
        let most = String(repeating: "x", count: 10)
        #expect(try words([.text(most), .text(most)]) == ["text:\(most)", "text:\(most)"])
        #expect(try words([.text(most + "x")]) == ["!messageTooBig"])
        #expect(try words([.text(""), .text(most + "x")]) == ["text:", "!messageTooBig"])
        #expect(try words([.text("xxxx").begun, .more("xxxxxx")]) == ["text:\(most)"])
        #expect(try words([.text("xxxx").begun, .more("xxxxxxx")]) == ["!messageTooBig"])
        #expect(try words([.text(most).begun, .more("")]) == ["text:\(most)"])
        #expect(try words([.text(most).begun, .more("x")]) == ["!messageTooBig"])
        #expect(try words([.text("")], bytes: 0) == ["text:"])
        #expect(try words([.text("x")], bytes: 0) == ["!messageTooBig"])
    }

    @Test("Control frames have their own limit")
    func controlFrames() throws {
        let payload = String(repeating: "x", count: 125)
        #expect(
            try words([.text("0123456789").begun, .ping(payload), .more("")])
                == ["ping:125 bytes", "text:0123456789"])
    }

    @Test("The usual limit is the one that is named")
    func usualLimit() throws {
        let most = Limits.maxWebSocketMessageBytes
        let head = ClientFrame.binary([]).with(\.lengthForm, .sixtyFour)
        var decoder = WebSocketFrameDecoder()
        var input = ByteBuffer(head.with(\.claimedLength, UInt64(most)).bytes)
        #expect(try decoder.next(in: &input) == nil)
        decoder = WebSocketFrameDecoder()
        input = ByteBuffer(head.with(\.claimedLength, UInt64(most + 1)).bytes)
        #expect(throws: WebSocketError.messageTooBig) { try decoder.next(in: &input) }
    }

    @Test("A message may have so many frames and no more, control frames not counted")
    func fragments() throws {
        let three: [ClientFrame] = [.text("a").begun, .more("b").begun, .ping("p"), .more("c")]
        #expect(try words(three + three) == ["ping:p", "text:abc", "ping:p", "text:abc"])
        let four: [ClientFrame] = [
            .text("a").begun, .more("").begun, .more("").begun, .more(""),
        ]
        #expect(try words(four) == ["!tooManyFragments"])
        let most = Limits.maxWebSocketFragments
        let many = Array(repeating: ClientFrame.more("").begun, count: most - 1)
        let begun = ClientFrame.text("").begun
        #expect(
            try WebSocketDecoding.words(([begun] + many.dropLast() + [.more("")]).bytes)
                == ["text:"])
        #expect(
            try WebSocketDecoding.words(([begun] + many + [.more("")]).bytes)
                == ["!tooManyFragments"])
    }

    @Test("Each error has a code to close with and a reason that fits")
    func errors() {
        for error in WebSocketError.allCases {
            #expect((1...123).contains(error.reason.utf8.count))
            #expect([1002, 1007, 1008, 1009].contains(error.code.raw))
        }
        #expect(Set(WebSocketError.allCases.map(\.reason)).count == WebSocketError.allCases.count)
        #expect(WebSocketError.badText.code == .invalidPayload)
        #expect(WebSocketError.messageTooBig.code == .messageTooBig)
        #expect(WebSocketError.unmasked.code == .protocolError)
    }
}
