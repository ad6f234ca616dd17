// Nicks, room names and message ids: what is taken, what is refused and why.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Names")
struct NamesTests {
    private func error(_ make: () throws(NameError) -> Void) -> NameError? {
        do throws(NameError) {
            try make()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "nicks of any language are taken as they are",
        arguments: [
            "a", "alice", "Alice_2", "client#1", "[away]", "x|y", "a.b", "o'neil", "a{b}", "jörg",
            "Ωmega", "李雷", "Михаил", "أحمد", "สมชาย", "👩‍👩‍👧‍👦", "❤️", "é", "e\u{301}", "a-b", "`q`",
            "^_^", "n1ck", "👍🏽", "🏴‍☠️", "ﬁ",
        ])
    func goodNicks(text: String) throws {
        #expect(try Nickname(text).text == text)
    }

    @Test(
        "nicks that would mislead people or protocols are refused with the reason",
        arguments: [
            ("", NameError.empty),
            ("a b", .badCharacter), (" a", .badCharacter), ("a\t", .badCharacter),
            ("a\0", .badCharacter), ("a\u{1B}[0m", .badCharacter), ("a\u{7F}", .badCharacter),
            ("a\u{85}", .badCharacter), ("a,b", .badCharacter), ("a!b", .badCharacter),
            ("a@b", .badCharacter), ("a*", .badCharacter), ("a?", .badCharacter),
            ("a:", .badCharacter), (":a", .badCharacter), ("a/b", .badCharacter),
            ("a\\b", .badCharacter), ("a\"b", .badCharacter), ("<a>", .badCharacter),
            ("@a", .badCharacter), ("/quit", .badCharacter),
            ("#a", .badStart), ("&a", .badStart), ("$a", .badStart), ("+a", .badStart),
            ("~a", .badStart), ("%a", .badStart), ("=a", .badStart), ("-a", .badStart),
            ("{\"type\"", .badStart), ("(a", .badStart), (".a", .badStart), ("'a", .badStart),
            ("nick", .reserved), ("NICK", .reserved), ("Server", .reserved), ("ALL", .reserved),
            ("chatkit", .reserved), ("system", .reserved),
        ])
    func badNicks(text: String, expected: NameError) {
        #expect(error { () throws(NameError) in _ = try Nickname(text) } == expected)
    }

    @Test(
        "nothing invisible makes two nicks of one",
        arguments: [
            "alice\u{200B}", "alice\u{200D}", "al\u{200D}ice", "\u{200D}alice", "alice\u{FE0F}",
            "alice\u{34F}", "\u{3164}", "\u{115F}", "\u{2800}", "a\u{AD}b", "\u{202E}ecila",
            "a\u{2066}", "a\u{FEFF}", "a\u{E0061}", "a\u{A0}b", "a\u{2028}", "a\u{3000}b",
            "1\u{FE0F}", "❤️\u{FE0F}", "👩\u{200D}", "👩\u{200D}x", "👩\u{200D}\u{200D}👧",
            "a\u{E000}", "a\u{378}",
        ])
    func invisible(text: String) {
        #expect(error { () throws(NameError) in _ = try Nickname(text) } == .badCharacter)
    }

    @Test("a nick has at most 32 characters and 128 bytes")
    func nickLength() {
        func check(_ text: String) -> NameError? {
            error { () throws(NameError) in _ = try Nickname(text) }
        }
        #expect(check(String(repeating: "x", count: 32)) == nil)
        #expect(check(String(repeating: "x", count: 33)) == .tooLong)
        #expect(check(String(repeating: "𝄞", count: 32)) == nil)
        // One character, as many bytes as one likes.
        #expect(check("a" + String(repeating: "\u{301}", count: 63)) == nil)
        #expect(check("a" + String(repeating: "\u{301}", count: 64)) == .tooLong)
    }

    @Test("nicks are compared without regard to case, but kept as written")
    func nickFolding() throws {
        // Issue 11, point 23: by Unicode's full case folding, in whichever form it is written.
        for (a, b) in [
            ("ALICE", "alice"), ("ÅSA", "a\u{30A}sa"), ("Νίκος", "ΝΊΚΟΣ"), ("Weiß", "WEISS"),
            ("Γιώργος", "ΓΙΏΡΓΟΣ"),
        ] {
            let nick = try Nickname(a)
            #expect(try nick == Nickname(b))
            #expect(try Set([nick]).contains(Nickname(b)))
            #expect(Array(nick.text.utf8) == Array(a.utf8))
            #expect(try RoomName("#\(a)") == RoomName("#\(b)"))
        }
        #expect(try Nickname("Alice") != Nickname("Alicia"))
        for word in ["ſerver", "NIC\u{212A}", "Chatkit"] {
            #expect(throws: NameError.reserved) { try Nickname(word) }
        }
        // Folding what is folded changes nothing: a lookup by any spelling finds the nick.
        for text in ["İstanbul", "ΑΣ", "ǅ", "ẞ", "K"] {
            let nick = try Nickname(text)
            #expect(try Nickname(nick.folded.text).folded == nick.folded)
        }
    }

    @Test(
        "a room's name gets the # it lacks",
        arguments: [
            ("#lobby", "#lobby"), ("lobby", "#lobby"), ("##c", "##c"), ("#Über", "#Über"),
            ("#a.b-c_d+e", "#a.b-c_d+e"), ("#会议室", "#会议室"), ("\u{301}x", "#\u{301}x"),
            ("#\u{301}x", "#\u{301}x"), ("#🎉", "#🎉"),
        ])
    func goodRooms(text: String, expected: String) throws {
        let room = try RoomName(text)
        #expect(Array(room.text.utf8) == Array(expected.utf8))
        #expect(try RoomName(room.text) == room)
        #expect(try Array(RoomName(room.text).text.utf8) == Array(room.text.utf8))
    }

    @Test(
        "room names with syntax in them are refused",
        arguments: [
            ("", NameError.empty), ("#", .empty), ("#a b", .badCharacter), ("#a,b", .badCharacter),
            ("#a\u{7}", .badCharacter), ("#a\n", .badCharacter), ("#a:b", .badCharacter),
            ("#a\u{200B}", .badCharacter), ("#a*", .badCharacter), ("#\"", .badCharacter),
        ])
    func badRooms(text: String, expected: NameError) {
        #expect(error { () throws(NameError) in _ = try RoomName(text) } == expected)
    }

    @Test("a room's name has at most 64 bytes, its # included")
    func roomLength() {
        func check(_ text: String) -> NameError? {
            error { () throws(NameError) in _ = try RoomName(text) }
        }
        #expect(check("#" + String(repeating: "x", count: 63)) == nil)
        #expect(check(String(repeating: "x", count: 63)) == nil)
        #expect(check(String(repeating: "x", count: 64)) == .tooLong)
        #expect(check("#" + String(repeating: "ü", count: 32)) == .tooLong)
    }

    @Test("rooms are one room in any case")
    func roomFolding() throws {
        #expect(try RoomName("#LOBBY") == .lobby)
        #expect(try Set([RoomName("#A"), RoomName("#a"), RoomName("A")]).count == 1)
    }

    @Test("every refusal is a sentence of its own")
    func reasons() {
        let all: [NameError] = [.empty, .tooLong, .badCharacter, .badStart, .reserved]
        #expect(Set(all.map(\.reason)).count == all.count)
    }

    @Test("a message id is written and read in base 36")
    func messageIDs() {
        let ids = [(0, 0), (35, 36), (.max, .max), (1, .max)] as [(UInt64, UInt64)]
        for (origin, number) in ids {
            let id = MessageID(origin: origin, number: number)
            #expect(MessageID(id.text) == id)
        }
        #expect(MessageID(origin: 35, number: 36).text == "z-10")
    }

    @Test(
        "what is no message id is nil",
        arguments: [
            "", "-", "a", "a-", "-a", "a-b-c", "a b", "ä-1", "1-3w5e11264sgsg", "1- 2", "1--2",
        ])
    func noMessageIDs(text: String) {
        #expect(MessageID(text) == nil)
    }

    @Test("a client's id carries the number of its loop")
    func clientIDs() {
        let id = ClientID(loop: 63, serial: 1 << 50)
        #expect(id.loop == 63)
        #expect(id != ClientID(loop: 62, serial: 1 << 50))
        #expect(ClientID(loop: 0, serial: 1) != ClientID(loop: 1, serial: 0))
    }

    @Test("text is shortened between two characters")
    func shortening() {
        #expect("abc".prefix(utf8Bytes: 3) == "abc")
        #expect("abc".prefix(utf8Bytes: 2) == "ab")
        #expect("aü".prefix(utf8Bytes: 2) == "a")
        #expect("👩‍👧".prefix(utf8Bytes: 5) == "")
        #expect("".prefix(utf8Bytes: 0) == "")
        #expect("abc".prefix(utf8Bytes: -1) == "")
    }
}
