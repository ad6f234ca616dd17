// Caseless matching, held against Unicode's own data files where they are installed (Debian's package
// unicode-data), and against fixed examples everywhere.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc
import Testing

@Suite struct CaselessTextTests {
    @Test(
        "texts that differ in case or in how they are written have one folded form",
        arguments: [
            ("Νίκος", "ΝΊΚΟΣ"), ("Γιώργος", "ΓΙΏΡΓΟΣ"), ("Weiß", "WEISS"), ("weiß", "WEIẞ"),
            ("é", "E\u{301}"), ("Å", "\u{212B}"), ("K", "\u{212A}"), ("ǆ", "ǅ"), ("ﬁx", "FIX"),
            ("한국", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"), ("σ", "ς"),
            ("q\u{323}\u{307}", "Q\u{307}\u{323}"), ("Ꭰ", "ꭰ"), ("ΐ", "\u{3CA}\u{301}"),
            ("\u{1F80}", "\u{1F00}\u{345}"), ("а\u{345}\u{323}", "А\u{323}ι"), ("İ", "i\u{307}"),
            ("豈", "\u{F900}"), ("Alice", "aLICE"),
        ])
    func same(a: String, b: String) {
        #expect(Array(CaselessText.folded(a).utf8) == Array(CaselessText.folded(b).utf8))
        #expect(FoldedName(a) == FoldedName(b))
    }

    @Test(
        "texts that are different words stay so",
        arguments: [
            ("e", "é"), ("ı", "i"), ("o", "0"), ("ss", "s"), ("か", "が"), ("カ", "か"), ("Ａ", "A"),
            ("а", "a"), ("[", "{"), ("\\", "|"), ("~", "^"), ("²", "2"),
        ])
    func different(a: String, b: String) {
        #expect(CaselessText.folded(a) != CaselessText.folded(b))
    }

    // Of scalars that no file maps, a sample: most are ideographs and syllables by the ten thousand.
    @Test("the folded form is made of every scalar's mappings in Unicode's data files")
    func dataFiles() throws {
        guard let data = UnicodeData() else { return }
        var faults = 0
        let newest = Int(CaselessText.unicodeVersion.prefix { $0 != "." }) ?? 0
        for value in UInt32(0)...0x10FFFF {
            // What is assigned is folded the same way for ever; what is younger we do not know.
            guard let scalar = Unicode.Scalar(value), scalar.properties.age?.major ?? 0 <= newest,
                data.says(scalar) || value % 61 == 0
            else { continue }
            // The marks make order matter, before and after folding.
            for tail in value < 0x1_0000 ? ["", "\u{345}\u{323}\u{301}"] : [""] {
                let text = String(Character(scalar)) + tail
                let folded = CaselessText.folded(text)
                if Array(folded.unicodeScalars) != data.folded(text) { faults += 1 }
                if !Array(CaselessText.folded(folded).utf8).elementsEqual(folded.utf8) {
                    faults += 1
                }
            }
        }
        #expect(faults == 0)
    }

    @Test("whatever NormalizationTest calls equivalent has one folded form")
    func normalizationTest() {
        guard
            let text = output(of: "bzcat /usr/share/unicode/NormalizationTest.txt.bz2 2>/dev/null"),
            !text.isEmpty
        else { return }
        var (lines, faults) = (0, 0)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix("@") {
            let columns = line.split(separator: ";").prefix(5).map { column in
                var text = String.UnicodeScalarView()
                text.append(contentsOf: column.split(separator: " ").compactMap(UnicodeData.scalar))
                return Array(CaselessText.folded(String(text)).utf8)
            }
            guard columns.count == 5 else { continue }
            lines += 1
            if Set(columns[0..<3]).count != 1 || columns[3] != columns[4] { faults += 1 }
        }
        #expect(lines > 18_000)
        #expect(faults == 0)
    }
}

/// UnicodeData.txt and CaseFolding.txt, read and applied as the standard defines it, slowly.
private struct UnicodeData {
    private var decompositions: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    private var classes: [Unicode.Scalar: Int] = [:]
    private var foldings: [Unicode.Scalar: [Unicode.Scalar]] = [:]

    init?() {
        guard let data = output(of: "cat /usr/share/unicode/UnicodeData.txt 2>/dev/null"),
            let folding = output(of: "cat /usr/share/unicode/CaseFolding.txt 2>/dev/null"),
            !data.isEmpty, !folding.isEmpty
        else { return nil }
        for line in data.split(separator: "\n") {
            let row = line.split(separator: ";", omittingEmptySubsequences: false)
            guard let scalar = UnicodeData.scalar(row[0]) else { continue }
            if let number = Int(row[3]), number != 0 { classes[scalar] = number }
            if !row[5].isEmpty, !row[5].hasPrefix("<") {
                decompositions[scalar] = row[5].split(separator: " ")
                    .compactMap(UnicodeData.scalar)
            }
        }
        for line in folding.split(separator: "\n") where !line.hasPrefix("#") {
            let row = line.split(separator: ";").map { $0.drop { $0 == " " } }
            guard row.count > 2, row[1] == "C" || row[1] == "F",
                let scalar = UnicodeData.scalar(row[0])
            else { continue }
            foldings[scalar] = row[2].split(separator: " ").compactMap(UnicodeData.scalar)
        }
    }

    /// Whether a file maps it or gives it a class.
    func says(_ scalar: Unicode.Scalar) -> Bool {
        decompositions[scalar] != nil || classes[scalar] != nil || foldings[scalar] != nil
    }

    static func scalar(_ hex: Substring) -> Unicode.Scalar? {
        UInt32(hex, radix: 16).flatMap(Unicode.Scalar.init)
    }

    func folded(_ text: String) -> [Unicode.Scalar] {
        decomposed(decomposed(Array(text.unicodeScalars)).flatMap { foldings[$0] ?? [$0] })
    }

    private func decomposed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result = scalars.flatMap(whole)
        // Exchanges neighbours until none is out of order, as the standard says it.
        var isOrdered = false
        while !isOrdered {
            isOrdered = true
            for index in result.indices.dropFirst() {
                let (a, b) = (classes[result[index - 1]] ?? 0, classes[result[index]] ?? 0)
                if a > b, b > 0 {
                    result.swapAt(index - 1, index)
                    isOrdered = false
                }
            }
        }
        return result
    }

    private func whole(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if (0xAC00...0xD7A3).contains(scalar.value) {
            let index = scalar.value - 0xAC00
            let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + index % 28]
            return parts.prefix(index % 28 == 0 ? 2 : 3).compactMap(Unicode.Scalar.init)
        }
        return decompositions[scalar].map { $0.flatMap(whole) } ?? [scalar]
    }
}

/// What a command prints; nil when it cannot be run.
private func output(of command: String) -> String? {
    guard let pipe = popen(command, "r") else { return nil }
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&chunk, 1, chunk.count, pipe)
        guard count > 0 else { break }
        bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}
