// Packets as clients write them, cut in every way; what is none, and what is too much.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct SocketIOPacketTests {
    /// What `input` decodes to, in every way of cutting it: units, and errors as text.
    private func decode(_ input: [UInt8], cuts: Int = 20) throws -> [DecodedFrame<SocketIOUnit>] {
        try DecoderVerifier.verify(
            input, cuts: cuts, seed: 3, decoder: { SocketIOPacketDecoder() }
        ) { decoder, buffer in try decoder.next(in: &buffer) }
    }

    private func decode(_ packets: String...) throws -> [DecodedFrame<SocketIOUnit>] {
        try decode(packets.flatMap { Array($0.utf8) + [EngineIOPacket.separator] })
    }

    private func packet(_ text: String) throws -> SocketIOPacket? {
        guard case .packet(let packet)? = try decode(text).first?.frame else { return nil }
        return packet
    }

    @Test("Each kind is read with what belongs to it")
    func kinds() throws {
        let ann = try #require(try JSONReader.value(in: #"{"nick":"ann"}"#).object)
        #expect(try packet("40") == SocketIOPacket(.connect(JSONObject())))
        #expect(try packet("40null") == SocketIOPacket(.connect(JSONObject())))
        #expect(try packet(#"40{"nick":"ann"}"#) == SocketIOPacket(.connect(ann)))
        #expect(try packet("41") == SocketIOPacket(.disconnect))
        #expect(
            try packet(#"42["message","hi"]"#)
                == SocketIOPacket(.event(name: .string("message"), [.string("hi")], id: nil)))
        #expect(
            try packet(#"4212["a",1,{"nick":"ann"}]"#)
                == SocketIOPacket(
                    .event(name: .string("a"), [.int(1), .object(ann)], id: 12)))
        #expect(try packet("420[0]") == SocketIOPacket(.event(name: .int(0), [], id: 0)))
        #expect(try packet("4312[]") == SocketIOPacket(.ack))
        #expect(try packet("43[]") == SocketIOPacket(.ack))
        #expect(
            try packet(#"452-7["a",{"_placeholder":true,"num":0}]"#)
                == SocketIOPacket(.binaryEvent(attachments: 2, id: 7)))
        #expect(
            try packet(#"461-7[{"_placeholder":true,"num":0}]"#)
                == SocketIOPacket(.binaryAck(attachments: 1)))
        #expect(try decode("b").map(\.frame) == [.attachment])
    }

    @Test("A namespace stands before the number, its query does not count")
    func namespaces() throws {
        #expect(
            try packet("40/admin,") == SocketIOPacket(namespace: "/admin", .connect(JSONObject())))
        #expect(
            try packet("40/random")
                == SocketIOPacket(namespace: "/random", .connect(JSONObject())))
        #expect(
            try packet(#"42/é,13["a"]"#)
                == SocketIOPacket(namespace: "/é", .event(name: .string("a"), [], id: 13)))
        #expect(try packet("41/admin?token=1,") == SocketIOPacket(namespace: "/admin", .disconnect))
        #expect(try packet("40/,") == SocketIOPacket(.connect(JSONObject())))
        #expect(try packet("40/?a=b,") == SocketIOPacket(.connect(JSONObject())))
        #expect(
            try packet(#"451-/x,["a"]"#)
                == SocketIOPacket(namespace: "/x", .binaryEvent(attachments: 1, id: nil)))
    }

    @Test(
        "What is no packet is malformed, whole and in pieces",
        arguments: [
            "", "4", "2", "x", "4x", "47", "4abc", "49", "40[", "40[]", "40\"x\"", "401", "40 1",
            "40{\"a\":1", "40{}x", "401{}", "41x", "41[]", "411", "42", "42{}", "42[]", "42\"a\"",
            "42null", "42[\"a\"", "42[\"a\"]]", "42[\"a\",]", "42abc[\"a\"]", "42-1[\"a\"]",
            "421", "421 [\"a\"]x", "42[\"\u{1}\"]", "42[\"a\"]\0", "43", "43{}", "431", "44{}",
            "44", "45[\"a\"]", "45-[\"a\"]", "451[\"a\"]", "45a-[\"a\"]", "451-[]", "451-{}",
            "451-", "46[]", "461-", "4565-[\"a\"]", "45100-[\"a\"]", "4599999999999999999999-[]",
            "bAAAA", "bb", "40/\u{7},", "42/\u{7F},[\"a\"]", "3", "1", "é", "4é",
            "42[\"a\",tru]", "42[\"a\",01]",
        ])
    func malformed(text: String) throws {
        let decoded = try decode(text, "42[\"next\"]")
        #expect(decoded.map { $0.error } == ["malformed", nil], "\(decoded)")
    }

    @Test("Bytes that are not UTF-8 are malformed wherever they stand")
    func badUTF8() throws {
        for packet in ["42[\"\u{FF}\"]", "40/\u{FF},", "40{\"\u{FF}\":1}"] {
            // The two bytes of U+00FF, the first one changed.
            let bytes = Array(packet.utf8).map { $0 == 0xC3 ? 0xFF : $0 }
            let decoded = try decode(bytes + [EngineIOPacket.separator])
            #expect(decoded.map(\.error) == ["malformed"])
        }
    }

    @Test("The number of an acknowledgement is counted as far as JavaScript counts, no further")
    func numbers() throws {
        #expect(
            try packet("429007199254740991[\"a\"]")
                == SocketIOPacket(.event(name: .string("a"), [], id: 9_007_199_254_740_991)))
        #expect(
            try packet("420000000000000007[\"a\"]")
                == SocketIOPacket(.event(name: .string("a"), [], id: 7)))
        for digits in [17, 18, 19, 20, 21, 100, 1000] {
            let packet = "42" + String(repeating: "9", count: digits) + "[\"a\"]"
            #expect(try decode(packet).map(\.error) == ["malformed"])
        }
    }

    @Test("A namespace and attachments have limits")
    func limits() throws {
        let longest = "/" + String(repeating: "n", count: Limits.maxNamespaceBytes - 1)
        #expect(try packet("41\(longest),")?.namespace == longest)
        #expect(try decode("41\(longest)n,").map(\.error) == ["malformed"])
        #expect(
            try packet("4564-[\"a\"]")
                == SocketIOPacket(.binaryEvent(attachments: Limits.maxAttachments, id: nil)))
    }

    @Test("JSON beyond the limits is refused, and its sender can be told")
    func unreadable() throws {
        let deepest =
            String(repeating: "[", count: Limits.maxJSONDepth)
            + String(repeating: "]", count: Limits.maxJSONDepth)
        #expect(try packet("42[\"a\",\(deepest)]") != nil)
        let members = (0...Limits.maxJSONMembers).map { "\"\($0)\":0" }.joined(separator: ",")
        let bad = [
            "[\(deepest)]", "{\(members)}", "{\"a\":1,\"a\":2}", "1e999", "\"\\ud800\"",
        ]
        for value in bad {
            let error = try decode("425[\"a\",\(value)]").first?.error
            #expect(error?.hasPrefix("unreadable") == true, "\(value): \(error ?? "-")")
            #expect(error?.contains("id: Optional(5)") == true)
        }
        // A client that says who it is must say it properly.
        #expect(try decode("40{\"a\":1,\"a\":2}").map(\.error) == ["malformed"])
    }

    @Test("A packet may be exactly as long as the limit; a longer one is one error and never held")
    func long() throws {
        func packet(_ count: Int) -> String {
            "42[\"a\",\"" + String(repeating: "y", count: count - 10) + "\"]"
        }
        #expect(packet(Limits.maxPacketBytes).utf8.count == Limits.maxPacketBytes)
        let fits = try decode(packet(Limits.maxPacketBytes), "41")
        #expect(fits.count == 2 && fits.allSatisfy { $0.frame != nil })
        let long = try decode(packet(Limits.maxPacketBytes + 1), "41")
        #expect(long.map(\.error) == ["tooLong", nil])

        var decoder = SocketIOPacketDecoder()
        var input = ByteBuffer()
        var errors = 0
        let piece = Array(repeating: UInt8(ascii: "z"), count: 1000)
        for _ in 0..<1000 {
            input.write(piece)
            do throws(SocketIOPacketError) {
                #expect(try decoder.next(in: &input) == nil)
            } catch {
                #expect(error == .tooLong)
                errors += 1
            }
            #expect(input.readableBytes <= Limits.maxPacketBytes)
            input.discardReadBytes()
        }
        #expect(errors == 1)
        input.write("\u{1E}41\u{1E}")
        #expect(try decoder.next(in: &input) == .packet(SocketIOPacket(.disconnect)))
    }

    @Test("The longest message fits however its letters are escaped")
    func escaped() throws {
        let text = String(repeating: "\\u00e9", count: Limits.maxMessageBytes / 2)
        let decoded = try packet("42123[\"message\",{\"text\":\"\(text)\",\"room\":\"#lobby\"}]")
        guard case .event(_, let arguments, _)? = decoded?.content else {
            Issue.record("no event")
            return
        }
        #expect(
            arguments.first?.object?["text"]?.string?.utf8.count == Limits.maxMessageBytes)
    }

    @Test("Damaged packets give the same results however they are cut")
    func damaged() throws {
        var random = SeededRandom(seed: 42)
        let seed = Array(
            "40{\"nick\":\"é\"}\u{1E}42/x,12[\"a\",{}]\u{1E}b\u{1E}451-[\"a\"]\u{1E}".utf8)
        for _ in 0..<300 {
            var bytes = seed + seed
            for _ in 0..<4 {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try decode(bytes, cuts: 5)
        }
    }
}
