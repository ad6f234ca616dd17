// What people and scripts see of an event.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

/// 2026-11-21T10:00:00Z, a Saturday.
let morning = Timestamp(milliseconds: 1_795_255_200_000)

func said(
    _ text: String, from: String = "bob", room: String? = "#lobby", to: String? = nil,
    isAction: Bool = false, seq: Int64 = 1, id: String = "a-1", at: Timestamp = morning
) -> ChatMessage {
    ChatMessage(
        id: id, room: room, seq: seq, from: from, to: to, text: text, isAction: isAction, at: at)
}

@Suite("Event renderer")
struct EventRendererTests {
    private let context = RenderContext(nick: "alice", activeRoom: "#lobby", now: morning)

    private func lines(_ display: Display, offset: Int = 0) -> [String] {
        var renderer = EventRenderer { _ in offset }
        return renderer.render(display, context).map(\.plain)
    }

    @Test("A message shows local time, nick and text; another room's name is put in front")
    func messages() {
        #expect(lines(.message(said("hi"), .none)) == ["10:00 bob: hi"])
        #expect(lines(.message(said("hi"), .none), offset: 5400) == ["11:30 bob: hi"])
        #expect(lines(.message(said("hi", room: "#ops"), .none)) == ["10:00 #ops bob: hi"])
        #expect(lines(.message(said("waves", isAction: true), .none)) == ["10:00 * bob waves"])
    }

    @Test("What is from before is in the background, under its day; what is missing is named")
    func past() {
        var renderer = EventRenderer { _ in 0 }
        let yesterday = Timestamp(milliseconds: morning.milliseconds - 86_400_000)
        let lines = renderer.render(.recalled(said("hi alice", at: yesterday)), context)
        #expect(lines.map(\.plain) == ["--- Friday, 2026-11-20 ---", "10:00 bob: hi alice"])
        #expect(lines.allSatisfy { $0.spans.allSatisfy { $0.style == .faint } })
        #expect(renderer.render(.message(said("hi"), .none), context).count == 2)
        #expect(
            self.lines(.gap(room: "#a", 3...7)) == ["[#a: 5 messages are missing here: 3 to 7]"])
        #expect(self.lines(.gap(room: "#a", 3...3)) == ["[#a: a message is missing here: 3]"])
        #expect(
            self.lines(.rewound(room: "#a", to: 7, lost: 2))
                == ["[#a: the server has lost 2 messages, those after 7]"])
    }

    @Test("Private messages say so, and to whom one's own went")
    func privateMessages() {
        #expect(
            lines(.message(said("psst", room: nil, to: "alice"), .none))
                == ["10:00 private bob: psst"])
        #expect(
            lines(.message(said("psst", from: "alice", room: nil, to: "bob"), .confirmed))
                == ["10:00 private alice to bob: psst ✓"])
    }

    @Test("One's own message carries a tick when it is confirmed, at the end of its last line")
    func ticks() {
        let own = said("a\nb", from: "alice")
        #expect(lines(.message(own, .confirmed)) == ["10:00 alice: a", "      b ✓"])
        #expect(lines(.message(own, .unconfirmed)) == ["10:00 alice: a", "      b …"])
    }

    @Test("A change of day is told once, before the first line of the new day")
    func dayChange() {
        var renderer = EventRenderer { _ in 0 }
        let nextDay = Timestamp(milliseconds: morning.milliseconds + 86_400_000)
        let first = renderer.render(.message(said("a"), .none), context)
        let second = renderer.render(.message(said("b", at: nextDay), .none), context)
        let third = renderer.render(.message(said("c", at: nextDay), .none), context)
        #expect(first.map(\.plain) == ["10:00 bob: a"])
        #expect(second.map(\.plain) == ["--- Sunday, 2026-11-22 ---", "10:00 bob: b"])
        #expect(third.map(\.plain) == ["10:00 bob: c"])
    }

    @Test("One's own nick is highlighted in what others say, as a word in any case")
    func mentions() {
        var renderer = EventRenderer { _ in 0 }
        func highlighted(_ text: String) -> [String] {
            renderer.render(.message(said(text), .none), context)
                .flatMap(\.spans).filter { $0.style == .mention }.map(\.text)
        }
        #expect(highlighted("hey Alice, ask alice!") == ["Alice", "alice"])
        #expect(highlighted("malice, alices, alice_") == [])
        #expect(highlighted("a\nalice") == ["alice"])
    }

    @Test("Presence, topics, lists and troubles are lines of their own")
    func others() {
        #expect(
            lines(
                .event(.left(room: "#a", nick: "b", reason: "idle_timeout", text: "", at: morning)))
                == ["10:00 - b left #a (idle timeout)"])
        #expect(
            lines(.event(.left(room: "#a", nick: "b", reason: "quit", text: "", at: morning)))
                == ["10:00 - b left #a"])
        #expect(
            lines(.event(.renamed(old: "x", new: "alice", at: morning)))
                == ["10:00 - you are now called alice"])
        let names = RoomDescription(
            room: "#a", topic: "t", members: ["x", "y"], count: 5, lastSeq: 0, isEntered: true)
        #expect(
            lines(.event(.names(names)))
                == ["[#a: 5 here: x y and 3 more]", "[#a is about: t]"])
        #expect(lines(.trouble("no", hint: "try")) == ["! no; try"])
        #expect(lines(.status("x")) == ["[x]"])
    }

    @Test("No control character of a received text reaches the terminal")
    func injection() {
        let evil = "\u{1B}[2J\u{07}\u{9B}31m\u{7F}\u{202E}\r"
        var renderer = EventRenderer { _ in 0 }
        let displays: [Display] = [
            .message(said(evil, from: evil, room: evil), .none), .event(.notice(evil)),
            .event(.joined(room: evil, nick: evil, at: nil)),
            .event(.topic(room: evil, text: evil, by: evil, at: nil)), .trouble(evil, hint: evil),
            .event(.rooms([RoomLine(room: evil, members: 1, topic: evil)])),
            .event(.whois(nick: evil, facts: [evil])), .status(evil), .lines([evil]),
        ]
        for display in displays {
            for line in renderer.render(display, context)
                + PlainRenderer.render(display, nick: evil, now: morning)
            {
                #expect(!line.plain.unicodeScalars.contains(where: VisibleText.isHarmful))
            }
        }
        #expect(lines(.message(said("\u{1B}[2J\u{9B}"), .none)) == ["10:00 bob: ^[[2J<U+009B>"])
    }
}

@Suite("Plain renderer")
struct PlainRendererTests {
    private func lines(_ display: Display) -> [String] {
        PlainRenderer.render(display, nick: "alice", now: morning).map(\.plain)
    }

    @Test("One line an event: time, place, then who and what")
    func format() {
        #expect(lines(.message(said("hi"), .none)) == ["2026-11-21T10:00:00Z #lobby bob: hi"])
        #expect(
            lines(.message(said("waves", isAction: true), .none))
                == ["2026-11-21T10:00:00Z #lobby * bob waves"])
        #expect(
            lines(.message(said("psst", room: nil, to: "alice"), .none))
                == ["2026-11-21T10:00:00Z @alice bob: psst"])
        #expect(
            lines(.event(.joined(room: "#lobby", nick: "bob", at: morning)))
                == ["2026-11-21T10:00:00Z #lobby - bob joined"])
    }

    @Test("Every line of a message has all fields")
    func severalLines() {
        #expect(
            lines(.message(said("a\nb"), .none)) == [
                "2026-11-21T10:00:00Z #lobby bob: a", "2026-11-21T10:00:00Z #lobby bob: b",
            ])
    }
}

@Suite("Styled text")
struct StyledTextTests {
    @Test("Colours are written around the span and end with it")
    func colors() {
        var text = StyledText("a ")
        text.append("b", .palette(31))
        #expect(text.colored == "a \u{1B}[38;5;31mb\u{1B}[0m")
        #expect(text.plain == "a b")
    }

    @Test("A nick has one colour, whatever its case, and nicks differ")
    func nickColors() {
        #expect(NickColor.style(for: "Alice") == NickColor.style(for: "alice"))
        let colors = Set((0..<100).map { NickColor.style(for: "user\($0)") })
        #expect(colors.count > NickColor.palette.count / 2)
    }

    @Test("JSON for a terminal stays JSON, its raw controls escaped")
    func jsonLine() throws {
        let line = "{\"a\":\"x\u{9B}\u{202E}y\"}"
        let shown = JSONLine.harmless(line)
        #expect(shown == #"{"a":"x\u009b\u202ey"}"#)
        #expect(try JSONReader.value(in: shown) == JSONReader.value(in: line))
    }

    @Test(
        "The cursor's row after text of a given width",
        arguments: [
            ("", 10, 0), ("123456789", 10, 0), ("1234567890", 10, 1), ("12345678901", 10, 1),
            ("日本語日本", 10, 1), ("1日本語日本", 10, 1), ("a\nb", 10, 1),
            ("\u{1}\u{1B}[1m\u{2}abc", 3, 1), ("e\u{301}e\u{301}", 3, 0), ("x", 0, 0),
        ])
    func layout(_ text: String, _ width: Int, _ row: Int) {
        let found = TextLayout.cursorRow(after: text, width: width) { scalar in
            scalar.value >= 0x3000
                ? 2 : scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
        }
        #expect(found == row)
    }
}
