// What a server sends: heads in their shortest form, lines as frames, frames finished in place.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct WebSocketFrameTests {
    fileprivate static let payloadLengths = [0, 1, 125, 126, 127, 65535, 65536, 70000]

    private func bytes(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
        var out = ByteBuffer()
        write(&out)
        return out.storage
    }

    @Test("The frames of RFC 6455 §5.7 are written as it shows them")
    func examples() {
        let hello = Array("Hello".utf8)
        #expect(
            bytes { WebSocketFrame.write(.text, hello, into: &$0) } == [0x81, 0x05] + hello)
        #expect(
            bytes { WebSocketFrame.write(.ping, hello, into: &$0) } == [0x89, 0x05] + hello)
        #expect(
            bytes { WebSocketFrame.write(head: .binary, length: 256, into: &$0) }
                == [0x82, 0x7E, 0x01, 0x00])
        #expect(
            bytes { WebSocketFrame.write(head: .binary, length: 65536, into: &$0) }
                == [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0])
        #expect(
            bytes { WebSocketFrame.write(.text, [1], form: .deflated, into: &$0) }
                == [0xC1, 0x01, 0x01])
    }

    @Test(
        "Every length is read back, written whole or finished in place",
        arguments: WebSocketFrameTests.payloadLengths)
    func lengths(count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var out = ByteBuffer("before")
        WebSocketFrame.write(.binary, payload, into: &out)
        let whole = out.storage
        #expect(try ServerFrame.all(in: Array(whole.dropFirst(6))).map(\.payload) == [payload])

        out = ByteBuffer("before")
        let start = WebSocketFrame.begin(in: &out)
        out.write(payload)
        WebSocketFrame.end(start, as: .binary, in: &out)
        #expect(out.storage == whole)
        out.write(UInt8(ascii: "x"))
        #expect(out.storage == whole + [0x78])
    }

    @Test("Frames finished in place follow one another")
    func severalInPlace() throws {
        var out = ByteBuffer()
        for count in Self.payloadLengths {
            let start = WebSocketFrame.begin(in: &out)
            out.write(Array(repeating: UInt8(ascii: "x"), count: count))
            WebSocketFrame.end(start, as: .text, form: .deflated, in: &out)
        }
        let frames = try ServerFrame.all(in: out.storage)
        #expect(frames.map(\.payload.count) == Self.payloadLengths)
        #expect(frames.allSatisfy { $0.isDeflated && $0.opcode == .text })
    }

    @Test("Each line is a frame, its end left out, and empty lines are none")
    func lines() throws {
        func frames(_ text: String) throws -> [String] {
            let out = bytes { out in
                Array(text.utf8).withUnsafeBytes {
                    WebSocketFrame.write(lines: $0, as: .text, into: &out)
                }
            }
            return try ServerFrame.all(in: out).map(\.text)
        }
        #expect(try frames("one\ntwo\r\nthree") == ["one", "two", "three"])
        #expect(try frames("") == [])
        #expect(try frames("\n\r\n\n") == [])
        #expect(try frames("a\n\nb\n") == ["a", "b"])
        #expect(try frames("a\rb\r\r\n\r") == ["a\rb\r", "\r"])
        let long = String(repeating: "é", count: 40000)
        #expect(try frames(long + "\n" + long) == [long, long])
    }

    @Test("A batch of lines keeps its events, each of several frames or of none")
    func batches() throws {
        let events = ["{\"a\":1}\n", "", "x\ny\n", "last\r\n"]
        var lines = ByteBuffer()
        var ends: [Int] = []
        for event in events {
            lines.write(event)
            ends.append(lines.writerIndex)
        }
        var out = ByteBuffer("..")
        let frameEnds = WebSocketFrame.write(
            SharedBatch(lines, ends: ends), as: .text, into: &out)
        let starts = [2] + frameEnds
        let texts = try frameEnds.indices.map { index in
            try ServerFrame.all(in: Array(out.storage[starts[index]..<frameEnds[index]]))
                .map(\.text)
        }
        #expect(texts == [["{\"a\":1}"], [], ["x", "y"], ["last"]])
        #expect(frameEnds.last == out.writerIndex)
    }

    @Test("A Close has its code and as much of its reason as fits, never half a character")
    func close() throws {
        #expect(bytes { WebSocketFrame.write(close: nil, into: &$0) } == [0x88, 0x00])
        let bye = WebSocketClose(.goingAway, "bye")
        #expect(
            bytes { WebSocketFrame.write(close: bye, into: &$0) }
                == [0x88, 0x05, 0x03, 0xE9] + Array("bye".utf8))
        for lead in ["", "x", "xx", "xxx"] {
            let reason = lead + String(repeating: "𝄞", count: 40)
            let frame = bytes {
                WebSocketFrame.write(close: WebSocketClose(.normal, reason), into: &$0)
            }
            let payload = try #require(try ServerFrame.all(in: frame).first?.payload)
            let text = try #require(String(validating: payload.dropFirst(2), as: UTF8.self))
            #expect(reason.hasPrefix(text))
            #expect((120...123).contains(text.utf8.count))
        }
        let most = String(repeating: "r", count: 123)
        let frame = bytes {
            WebSocketFrame.write(close: WebSocketClose(.normal, most), into: &$0)
        }
        #expect(try ServerFrame.all(in: frame).first?.payload.count == 125)
    }
}
