// The operator's header as it looks on terminals of many sizes.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

/// Wide: Chinese, Japanese, Korean and most emoji. Nothing: combining marks and joiners.
let testRuler = TextRuler { scalar in
    switch scalar.value {
    case 0x300..<0x370, 0x200B...0x200D, 0xFE00...0xFE0F: 0
    case 0x1100..<0x1160, 0x2E80..<0xA4D0, 0xAC00..<0xD7A4, 0xFF00..<0xFF61, 0x1F300..<0x1FA00: 2
    default: 1
    }
}

@Suite("The console's header")
struct ConsoleLayoutTests {
    /// 2026-11-21T14:05:09, a Saturday.
    private static let time = LocalTime(
        Timestamp(milliseconds: morning.milliseconds + 14_709_000), offset: 0)

    static var busy: ConsoleFacts {
        var facts = ConsoleFacts(server: "Server A", time: time)
        var report = DeskReport(server: "Server A")
        report.attendedToday = 12
        report.attendedThisMonth = 148
        report.ratingHundredths = 448
        report.ratings = 97
        report.approached = 1210
        report.lost = 39
        report.waiting = 3
        facts.report = report
        facts.oldestWait = .seconds(252)
        facts.talks = [.init(nick: "ann", lasted: .seconds(130), isInFront: true)]
        return facts
    }

    /// Long names, wide characters, several conversations, large numbers.
    static var crowded: ConsoleFacts {
        var facts = busy
        facts.server = "サポートデスク東京 – Customer Support"
        facts.report?.isPaused = true
        facts.report?.attendedThisMonth = 123_456
        facts.report?.approached = 98_765_432
        facts.report?.lost = 10_000
        facts.talks = [
            .init(nick: "bartholomew-of-the-long-name", lasted: .seconds(4000), unread: 2),
            .init(nick: "李小龙", lasted: .seconds(59), isInFront: true),
            .init(nick: "zoë", lasted: .seconds(3), unread: 11),
        ]
        facts.others = ["cem with ben", "dan with ben"]
        return facts
    }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

    private func screen(_ facts: ConsoleFacts, _ columns: Int, _ rows: Int) -> [String] {
        ConsoleLayout(rows: rows, columns: columns, ruler: testRuler).lines(facts).map { line in
            String(line.text.plain.reversed().drop { $0 == " " }.reversed())
        }
    }

    @Test("120 by 40: in full words")
    func wide() {
        #expect(
            screen(Self.busy, 120, 40) == [
                " Server A\(blanks(81))Saturday, 2026-11-21 14:05:09",
                " attended today 12 · attended this month 148 · average rating 4.5 ★ of 97 · "
                    + "approached in total 1210 · lost in total 39",
                " with ann 2:10\(blanks(79))3 waiting, the oldest 4:12",
                String(repeating: "─", count: 120),
            ])
        #expect(
            screen(Self.crowded, 120, 40) == [
                " サポートデスク東京 – Customer Support PAUSED\(blanks(45))"
                    + "Saturday, 2026-11-21 14:05:09",
                " attended 12 today · 123456 this month · rating 4.5 ★ of 97 · "
                    + "approached 98765432 · lost 10000",
                " with 李小龙 0:59 · bartholomew-of-the-long-name 1:06:40 (2 new) · "
                    + "zoë 0:03 (11 new)         3 waiting, the oldest 4:12",
                String(repeating: "─", count: 120),
            ])
    }

    @Test("80 by 24")
    func usual() {
        #expect(
            screen(Self.busy, 80, 24) == [
                " Server A                                         Saturday, 2026-11-21 14:05:09",
                " attended 12 today · 148 this month · 4.5 ★ of 97 · approached 1210 · lost 39",
                " with ann 2:10                                       3 waiting, the oldest 4:12",
                String(repeating: "─", count: 80),
            ])
        #expect(
            screen(Self.crowded, 80, 24) == [
                " サポートデスク東京 – Customer Support PAUSED     Saturday, 2026-11-21 14:05:09",
                " today 12 · month 123456 · 4.5 ★ of 97 · approached 98765432 · lost 10000",
                " 李小龙 0:59 +2 (13 new)                             3 waiting, the oldest 4:12",
                String(repeating: "─", count: 80),
            ])
    }

    @Test("60 by 16")
    func narrower() {
        #expect(
            screen(Self.busy, 60, 16) == [
                " Server A                     Saturday, 2026-11-21 14:05:09",
                " day 12  month 148  4.5★/97  came 1210  lost 39",
                " with ann 2:10                   3 waiting, the oldest 4:12",
                String(repeating: "─", count: 60),
            ])
        #expect(
            screen(Self.crowded, 60, 16) == [
                " サポートデスク東京 – Customer… PAUSED  2026-11-21 14:05:09",
                " day 12  month 123k  4.5★/97  came 98M  lost 10k",
                " 李小龙 0:59 +2 (13 new)         3 waiting, the oldest 4:12",
                String(repeating: "─", count: 60),
            ])
    }

    @Test("40 by 12: four lines and no rule, all eight fields")
    func narrow() {
        #expect(
            screen(Self.busy, 40, 12) == [
                " Server A       Sat 2026-11-21 14:05:09",
                " today 12 · month 148 · 4.5 ★ of 97",
                " approached 1210 · lost 39",
                " with ann 2:10   3 waiting, oldest 4:12",
            ])
        #expect(
            screen(Self.crowded, 40, 12) == [
                " サポート… PAUSED   2026-11-21 14:05:09",
                " today 12 · month 123456 · 4.5 ★ of 97",
                " approached 98765432 · lost 10000",
                " 李小龙 0:59 +2 (13 new)   3 wait, 4:12",
            ])
    }

    @Test("30 by 8: one line; 18 by 5: none")
    func small() {
        #expect(screen(Self.busy, 30, 8) == [" ann 2:10 · 3 wait, 4:12"])
        #expect(screen(Self.crowded, 30, 8) == [" 李小龙 0:59 PAUSED"])
        #expect(screen(Self.busy, 60, 8) == [" Server A · ann 2:10 · 3 wait, 4:12 · 14:05"])
        #expect(screen(Self.busy, 18, 24) == [])
        #expect(screen(Self.busy, 80, 5) == [])
    }

    @Test("Before the first report, and with nobody there")
    func empty() {
        var facts = ConsoleFacts(server: "Server A", time: Self.time)
        facts.isOnline = false
        #expect(
            screen(facts, 80, 24).prefix(3) == [
                " Server A OFFLINE                                 Saturday, 2026-11-21 14:05:09",
                " attended – today · – this month · no ratings · approached – · lost –",
                " nobody is with you                                                           …",
            ])
        facts.isOnline = true
        facts.report = DeskReport(server: "Server A")
        facts.others = ["cem with ben"]
        #expect(
            screen(facts, 80, 24)[2]
                == " nobody is with you · cem with ben                               nobody waiting"
        )
    }

    @Test("No line is ever wider than the terminal, and their number depends on its size alone")
    func fits() {
        var long = Self.crowded
        long.server = String(repeating: "長", count: 200)
        long.talks[1].nick = String(repeating: "e\u{301}", count: 32)
        for facts in [Self.busy, Self.crowded, long, ConsoleFacts(server: "", time: Self.time)] {
            for columns in 1...130 {
                for rows in [1, 6, 11, 12, 15, 16, 24, 60] {
                    let layout = ConsoleLayout(rows: rows, columns: columns, ruler: testRuler)
                    let lines = layout.lines(facts)
                    #expect(lines.count == layout.height && layout.height < max(rows, 2))
                    let widest = lines.map { testRuler.width(of: $0.text.plain) }.max() ?? 0
                    #expect(widest <= columns, "\(columns) by \(rows)")
                }
            }
        }
    }
}

@Suite("A screen with a header")
struct ConsoleScreenTests {
    private func screen(usesColor: Bool = false) -> ConsoleScreen {
        ConsoleScreen(ruler: testRuler, usesColor: usesColor)
    }

    @Test("It takes the terminal, sets the scroll region below the header, and gives it back")
    func region() {
        var console = screen()
        let size = ScreenSize(rows: 24, columns: 80)
        let begun = console.begin(size, ConsoleLayoutTests.busy)
        #expect(begun.hasPrefix(String(repeating: "\n", count: 24)))
        #expect(begun.hasSuffix("\u{1B}[5;24r\u{1B}[24;1H"))
        #expect(console.end() == "\u{1B}7\u{1B}[r\u{1B}[H\u{1B}[4M\u{1B}8\u{1B}[4A")
        #expect(console.end() == "")
    }

    @Test("Only lines of the header that have changed are written, the cursor saved around them")
    func update() {
        var console = screen()
        _ = console.begin(ScreenSize(rows: 24, columns: 80), ConsoleLayoutTests.busy)
        #expect(console.update(ConsoleLayoutTests.busy) == "")
        var facts = ConsoleLayoutTests.busy
        facts.report?.lost += 1
        let out = console.update(facts)
        #expect(out.hasPrefix("\u{1B}7") && out.hasSuffix("\u{1B}8"))
        #expect(out.contains("\u{1B}[2;1H") && !out.contains("\u{1B}[1;1H"))
    }

    @Test("In another size it says again what was said, broken for the new width")
    func paint() {
        var console = screen()
        _ = console.begin(ScreenSize(rows: 24, columns: 80), ConsoleLayoutTests.busy)
        let line = StyledText("10:00 ann: " + String(repeating: "word ", count: 10))
        #expect(console.say(line) == line.plain + "\n")
        let out = console.paint(ScreenSize(rows: 12, columns: 40), ConsoleLayoutTests.busy)
        #expect(out.contains("\u{1B}[5;12r\u{1B}[12;1H"))
        #expect(
            out.hasSuffix("10:00 ann: word word word word word word\n      word word word word \n")
        )
    }

    @Test("Without colours there is no sequence but those that move the cursor")
    func noColor() {
        var console = screen()
        let plain = console.begin(ScreenSize(rows: 12, columns: 40), ConsoleLayoutTests.crowded)
        #expect(!plain.contains("m "))
        var colored = screen(usesColor: true)
        let out = colored.begin(ScreenSize(rows: 12, columns: 40), ConsoleLayoutTests.crowded)
        #expect(out.contains("\u{1B}[7m") && out.contains(";4m"))
    }
}

@Suite("A ruler for text")
struct TextRulerTests {
    @Test("Text is cut between two characters, with an ellipsis that fits too")
    func cut() {
        #expect(testRuler.cut("abcdef", to: 6) == "abcdef")
        #expect(testRuler.cut("abcdef", to: 5) == "abcd…")
        #expect(testRuler.cut("日本語", to: 5) == "日本…")
        #expect(testRuler.cut("日本語", to: 4) == "日…")
        #expect(testRuler.cut("e\u{301}e\u{301}e\u{301}", to: 2) == "e\u{301}…")
        #expect(testRuler.cut("abc", to: 1) == "…")
        var line = StyledText("ab", .bold)
        line.append("cdef")
        #expect(testRuler.cut(line, to: 3).plain == "ab…")
        #expect(testRuler.cut(line, to: 2).plain == "a…")
    }

    @Test("Lines are broken between words, and set in from the second row on")
    func wrap() {
        func rows(_ text: String, _ width: Int, _ indent: Int = 2) -> [String] {
            testRuler.wrap(StyledText(text), to: width, indent: indent).map(\.plain)
        }
        #expect(rows("one two three", 20) == ["one two three"])
        #expect(rows("one two three", 8) == ["one two ", "  three"])
        #expect(rows("one two three", 7) == ["one two ", "  three"].map { String($0.prefix(7)) })
        #expect(rows("abcdefghijkl", 5) == ["abcde", "fghij", "kl"])
        #expect(rows("abcdefghijkl", 6) == ["abcdef", "  ghij", "  kl"])
        #expect(rows("日本語日本語", 5, 0) == ["日本", "語日", "本語"])
        #expect(rows("abc", 1) == ["abc"])
        let wide = testRuler.wrap(StyledText("日"), to: 1, indent: 0)
        #expect(wide.count == 1)
    }
}
