// Where units end in what a relay passes on.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("What a relay passes on") struct UnitCutterTests {
    /// The bytes that are passed on at each step, when what is left over comes again with the next.
    private func pieces(_ units: UnitCutter.Units, _ input: [[UInt8]]) -> [[UInt8]] {
        var cutter = UnitCutter(units)
        var held: [UInt8] = []
        return input.map { bytes in
            let whole = bytes.withUnsafeBytes { cutter.wholeBytes(of: $0) }
            guard whole > 0 else {
                held += bytes
                return []
            }
            defer { held = Array(bytes[whole...]) }
            return held + bytes[..<whole]
        }
    }

    private func text(_ pieces: [[UInt8]]) -> [String] {
        pieces.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("ends with a line")
    func lines() {
        let input = ["one\ntw", "o", "\nthree\nfo", "ur\n"].map { Array($0.utf8) }
        #expect(text(pieces(.lines, input)) == ["one\n", "", "two\nthree\n", "four\n"])
    }

    @Test("ends with a packet")
    func packets() {
        let input = ["4a\u{1E}4", "b", "\u{1E}4\n\u{1E}"].map { Array($0.utf8) }
        #expect(text(pieces(.packets, input)) == ["4a\u{1E}", "", "4b\u{1E}4\n\u{1E}"])
    }

    @Test("is everything where nothing says where a message ends")
    func nothing() {
        let input = ["NI", "CK"].map { Array($0.utf8) }
        #expect(text(pieces(.none, input)) == ["NI", "CK"])
    }

    @Test("ends with a frame, masked or not, short or long, however it is cut")
    func frames() {
        var stream: [UInt8] = [0x81, 2, 0x68, 0x69]
        stream += [0x81, 0x83, 1, 2, 3, 4, 9, 9, 9]
        stream += [0x82, 126, 0, 200] + Array(repeating: 7, count: 200)
        stream += [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0] + Array(repeating: 8, count: 65_536)
        stream += [0x89, 0]
        let ends: Set<Int> = [4, 13, 13 + 204, 13 + 204 + 65_546, 13 + 204 + 65_548]
        for size in [1, 2, 3, 5, 7, 100, 1000, stream.count] {
            var cutter = UnitCutter(.frames)
            var found: Set<Int> = []
            var start = 0
            while start < stream.count {
                let end = min(stream.count, start + size)
                let whole = stream[start..<end].withUnsafeBytes { cutter.wholeBytes(of: $0) }
                if whole > 0 { found.insert(start + whole) }
                start = end
            }
            #expect(found.isSubset(of: ends), "cut into \(size)")
            #expect(found.contains(stream.count))
            if size == 1 { #expect(found == ends) }
        }
    }

    @Test("does not trap at the largest length that a head can say")
    func hugeFrame() {
        var cutter = UnitCutter(.frames)
        let head: [UInt8] = [0x82, 127] + Array(repeating: 0xFF, count: 8) + [1, 2, 3]
        #expect(head.withUnsafeBytes { cutter.wholeBytes(of: $0) } == 0)
    }
}
