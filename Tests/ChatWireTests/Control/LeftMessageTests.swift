// Messages of those who waited in vain, on a control link.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("A message left at a relay") struct LeftMessageTests {
    private func line(_ text: String) -> [UInt8] {
        var line = ByteBuffer()
        ControlMessage.left(LeftMessage(nick: Nickname(like: "ann"), text: text)).write(into: &line)
        return Array(line.readable)
    }

    @Test("is read as it was written")
    func roundTrip() throws {
        var input = ByteBuffer(line("my printer \"burns\" 🔥"))
        var decoder = ControlDecoder()
        let message = try decoder.next(in: &input, now: Instant(nanoseconds: 0))
        #expect(
            message
                == .left(LeftMessage(nick: Nickname(like: "ann"), text: "my printer \"burns\" 🔥")))
    }

    @Test("fits into a line whatever it says")
    func fits() {
        for text in ["\"", "\\", "\u{1}", "é", "🔥", "\u{2028}"] {
            let count = line(String(repeating: text, count: Limits.maxMessageBytes)).count
            #expect(count <= Limits.maxControlLineBytes + 1, "\(text.unicodeScalars)")
        }
    }

    @Test("brings no control characters to a screen")
    func oneLine() {
        let left = LeftMessage(nick: Nickname(like: "ann"), text: "a\nb\u{1B}[31m\tc\u{9B}d")
        #expect(left.text == "a b [31m c d")
    }
}
