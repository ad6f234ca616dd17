// What the load generator says in each protocol: texts whole, stamps where they belong.
// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import chatkit_bench

@Suite struct DialectTests {
    /// The payload of a client's one text frame; nil when it is none.
    private func payload(of frame: [UInt8]) -> [UInt8]? {
        guard frame.count > 6, frame[0] == 0x81, frame[1] & 0x80 != 0 else { return nil }
        var length = Int(frame[1] & 0x7F)
        var head = 2
        if length == 126 {
            length = Int(frame[2]) << 8 | Int(frame[3])
            head = 4
        }
        let key = frame[head..<head + 4]
        let masked = frame[(head + 4)...]
        guard masked.count == length else { return nil }
        return zip(masked, 0...).map { $0 ^ key[head + $1 % 4] }
    }

    @Test(
        "A WebSocket frame has its length in as few bytes as it may", arguments: [1, 125, 126, 999])
    func frames(count: Int) {
        let text = [UInt8](repeating: UInt8(ascii: "t"), count: count)
        let frame = WebSocketText.frame(text)
        #expect(frame.count == WebSocketText.headBytes(of: count) + count)
        #expect(payload(of: frame) == text)
    }

    @Test("A stamp is found again", arguments: [Dialect.plain, .json, .ircLobby])
    func stamps(dialect: Dialect) {
        check(dialect) { $0 }
    }

    @Test(
        "A stamp in a masked frame is found again",
        arguments: [
            Dialect.webSocketJSON, .webSocketText,
        ])
    func maskedStamps(dialect: Dialect) {
        check(dialect, payload(of:))
    }

    private func check(_ dialect: Dialect, _ open: ([UInt8]) -> [UInt8]?) {
        let seat = Seat(number: 7, room: nil, publishes: true)
        var frame = dialect.frame(from: seat, textBytes: 100)
        frame.stamp(0x0123_4567_89AB_CDE)
        let text = open(frame.bytes) ?? []
        let marks = text.indices.filter { text[$0] == Frame.marker }
        #expect(marks.count == 1)
        let stamp = text.dropFirst((marks.first ?? 0) + 1).prefix(Frame.stampDigits)
        #expect(String(decoding: stamp, as: UTF8.self) == "0123456789abcde")
        // The mark, the stamp and the filling are the text.
        let rest = text.dropFirst((marks.first ?? 0) + Frame.minimumText)
        #expect(rest.prefix { $0 == UInt8(ascii: "x") }.count == 100 - Frame.minimumText)
    }
}
