// Word-wise searches held against the plain loops they replace.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("ByteScan")
struct ByteScanTests {
    @Test("the first byte is found at every place, length and alignment")
    func everyPlace() {
        for length in 0...24 {
            for place in 0..<max(1, length) {
                var bytes = [UInt8](repeating: 0x80, count: length)
                if place < length { bytes[place] = 0x0A }
                let expected = bytes.firstIndex(of: 0x0A)
                #expect(bytes.withUnsafeBytes { ByteScan.firstIndex(of: 0x0A, in: $0) } == expected)
            }
        }
    }

    @Test("a search agrees with the plain loop on random bytes and starts")
    func randomSearches() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...70, using: &random)
            // Few values, so that there are neighbours that differ by one bit or one.
            let bytes = random.bytes(count).map { $0 & 0x81 }
            let byte = UInt8.random(in: 0...255, using: &random) & 0x81
            let from = Int.random(in: -3...75, using: &random)
            let expected = bytes.indices.first { $0 >= from && bytes[$0] == byte }
            let found = bytes.withUnsafeBytes { ByteScan.firstIndex(of: byte, in: $0, from: from) }
            #expect(found == expected)
        }
    }

    @Test("a search from beyond any end finds nothing")
    func farStart() {
        let bytes: [UInt8] = Array("0123456789".utf8)
        bytes.withUnsafeBytes {
            #expect(ByteScan.firstIndex(of: 0x30, in: $0, from: .max) == nil)
            #expect(ByteScan.firstIndex(of: 0x30, in: $0, from: .min) == 0)
            #expect(ByteScan.isPlainASCII($0, from: .max))
        }
    }

    @Test("every byte that is not plain is seen at every place")
    func unsafeBytes() {
        for value in UInt8.min...UInt8.max {
            let isPlain = (0x20..<0x7F).contains(value) && value != 0x22 && value != 0x5C
            for place in 0..<19 {
                var bytes = [UInt8](repeating: 0x61, count: 19)
                bytes[place] = value
                let found = bytes.withUnsafeBytes { ByteScan.isPlainASCII($0) }
                if !isPlain { #expect(!found, "byte \(value) at \(place)") }
                // In the last, short word the answer is exact.
                if isPlain, place >= 16 { #expect(found, "byte \(value) at \(place)") }
            }
        }
        let text = Array("plain text of several words, with digits 0123456789".utf8)
        #expect(text.withUnsafeBytes { ByteScan.isPlainASCII($0) })
    }
}
