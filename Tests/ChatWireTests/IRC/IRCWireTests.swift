// Room events as IRC lines: framing, tags, and text that is too long or has several lines.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC wire")
struct IRCWireTests {
    private let room: RoomName
    private let alice: Person
    private let at = Timestamp(milliseconds: 1_700_000_000_123)

    init() throws {
        room = try RoomName("#room")
        alice = Person(
            nick: try Nickname("alice"), user: "~al", host: "irc.chatkit", realName: "Alice")
    }

    private func message(
        _ text: String, kind: MessageKind = .text, tags: String = "", number: UInt64 = 46
    ) -> Message {
        Message(
            id: MessageID(origin: 35, number: number), room: room, seq: 1, from: alice, kind: kind,
            text: text, at: at, clientTags: tags)
    }

    private func encode(_ event: RoomEvent, _ format: WireFormat = .irc) -> String {
        var buffer = ByteBuffer()
        IRCWire.encode(event, format: format, into: &buffer)
        return buffer.text
    }

    private func say(_ message: Message, _ format: WireFormat = .irc) -> String {
        encode(.message(message, excluding: nil), format)
    }

    /// The texts of all lines, each line checked.
    private func parts(_ text: String, before: String, after: String = "") -> [String] {
        text.components("\r\n").dropLast().map { line in
            #expect(line.utf8.count <= IRCLimits.maxBodyBytes)
            #expect(line.hasPrefix(before))
            #expect(line.hasSuffix(after))
            return String(line.dropFirst(before.count).dropLast(after.count))
        }
    }

    @Test func messagesCarryWhatWasNegotiated() {
        let line = ":alice!~al@irc.chatkit PRIVMSG #room :hi\r\n"
        let time = "time=2023-11-14T22:13:20.123Z"
        let hi = message("hi", tags: "+a=b")
        #expect(say(hi) == line)
        #expect(say(hi, .irc(serverTime: true, messageTags: false)) == "@\(time) " + line)
        #expect(say(hi, .irc(serverTime: false, messageTags: true)) == "@msgid=z-1a;+a=b " + line)
        #expect(
            say(hi, .irc(serverTime: true, messageTags: true)) == "@\(time);msgid=z-1a;+a=b " + line
        )
    }

    @Test func theMessageIDIsTheOneOfEveryProtocol() {
        for number in [1, 35, 36, 1295, UInt64.max] {
            let message = message("x", number: number)
            let line = say(message, .irc(serverTime: false, messageTags: true))
            #expect(line.hasPrefix("@msgid=\(message.id.text) "))
        }
    }

    @Test func kindsHaveTheirOwnCommands() {
        #expect(say(message("hi", kind: .notice)) == ":alice!~al@irc.chatkit NOTICE #room :hi\r\n")
        #expect(
            say(message("waves", kind: .action))
                == ":alice!~al@irc.chatkit PRIVMSG #room :\u{1}ACTION waves\u{1}\r\n")
        let tags = message("", kind: .tags, tags: "+typing=active")
        #expect(say(tags) == "")
        #expect(say(tags, .irc(serverTime: true, messageTags: false)) == "")
        #expect(
            say(tags, .irc(serverTime: false, messageTags: true))
                == "@msgid=z-1a;+typing=active :alice!~al@irc.chatkit TAGMSG #room\r\n")
    }

    @Test func presenceHasItsLines() throws {
        let bob = alice.renamed(try Nickname("bob"))
        let source = ":alice!~al@irc.chatkit "
        #expect(encode(.joined(room, alice, at)) == source + "JOIN #room\r\n")
        #expect(encode(.left(room, alice, .left(""), at)) == source + "PART #room\r\n")
        #expect(encode(.left(room, alice, .left("bye"), at)) == source + "PART #room :bye\r\n")
        #expect(encode(.left(room, alice, .quit("zzz"), at)) == source + "QUIT :zzz\r\n")
        #expect(
            encode(.left(room, alice, .disconnected, at)) == source + "QUIT :connection closed\r\n")
        #expect(
            encode(.left(room, alice, .closed(.idleTimeout), at)) == source
                + "QUIT :idle timeout\r\n")
        #expect(encode(.renamed(old: alice, new: bob, at)) == source + "NICK bob\r\n")
        #expect(encode(.topic(room, "a b", by: alice, at)) == source + "TOPIC #room :a b\r\n")
        #expect(encode(.topic(room, "", by: alice, at)) == source + "TOPIC #room :\r\n")
        #expect(encode(.away(alice, "lunch", at)) == "")
        #expect(
            encode(.joined(room, alice, at), .irc(serverTime: true, messageTags: true))
                == "@time=2023-11-14T22:13:20.123Z " + source + "JOIN #room\r\n")
    }

    @Test func nothingInATextCanEndItsLine() {
        let source = ":alice!~al@irc.chatkit "
        #expect(say(message("a\rb\0c")) == source + "PRIVMSG #room :abc\r\n")
        #expect(
            encode(.left(room, alice, .left("a\r\nQUIT\0x"), at))
                == source + "PART #room :a  QUIT x\r\n")
        #expect(
            say(message("a\u{1}b", kind: .action))
                == source + "PRIVMSG #room :\u{1}ACTION a^Ab\u{1}\r\n")
        #expect(say(message("\u{1}PING 1\u{1}")) == source + "PRIVMSG #room :^APING 1^A\r\n")
        #expect(
            say(message("PING 1", kind: .ctcp)) == source + "PRIVMSG #room :\u{1}PING 1\u{1}\r\n")
    }

    @Test func linesOfATextBecomeMessagesAndOnlyTheFirstHasTheID() {
        let format = WireFormat.irc(serverTime: false, messageTags: true)
        let line = ":alice!~al@irc.chatkit PRIVMSG #room :"
        #expect(
            say(message("\none\r\n\ntwo\n", tags: "+a"), format)
                == "@msgid=z-1a;+a \(line)one\r\n\(line)two\r\n")
        #expect(say(message("\n\n")) == "")
    }

    @Test func longTextIsSplitAndNothingIsLost() {
        let before = ":alice!~al@irc.chatkit PRIVMSG #room :"
        for text in [
            String(repeating: "x", count: 4096), String(repeating: "é", count: 2048),
            String(repeating: "😀", count: 1024), "a" + String(repeating: "€", count: 1300),
            String(repeating: "some words ", count: 300),
        ] {
            let parts = parts(say(message(text)), before: before)
            #expect(parts.joined() == text)
            #expect(parts.count > 1)
            #expect(!parts.joined().unicodeScalars.contains("\u{FFFD}"))
        }
    }

    @Test func wordsStayWhole() {
        let text = String(repeating: "abcdefgh ", count: 200)
        let parts = parts(say(message(text)), before: ":alice!~al@irc.chatkit PRIVMSG #room :")
        for part in parts.dropLast() { #expect(part.hasSuffix(" ")) }
    }

    @Test func everyPartOfAnActionIsAnAction() {
        let text = String(repeating: "é", count: 1000)
        let parts = parts(
            say(message(text, kind: .action)),
            before: ":alice!~al@irc.chatkit PRIVMSG #room :\u{1}ACTION ", after: "\u{1}")
        #expect(parts.joined() == text)
    }

    @Test func aLineThatJustFitsIsOneLine() {
        let before = ":alice!~al@irc.chatkit PRIVMSG #room :"
        let room = IRCLimits.maxBodyBytes - before.utf8.count
        for (count, expected) in [(room, 1), (room + 1, 2)] {
            let text = String(repeating: "x", count: count)
            #expect(parts(say(message(text)), before: before).count == expected)
        }
    }

    @Test func theLongestNamesLeaveRoomForText() throws {
        let nick = try Nickname(String(repeating: "😀", count: 32))
        let person = Person(nick: nick, user: "~user", host: "irc.chatkit", realName: "")
        let room = try RoomName("#" + String(repeating: "r", count: 63))
        let text = String(repeating: "y", count: 4096)
        let long = Message(
            id: MessageID(origin: 1, number: 1), room: room, seq: 1, from: person, kind: .text,
            text: text, at: at)
        let before = ":\(nick)!~user@irc.chatkit PRIVMSG \(room) :"
        #expect(parts(say(long), before: before).joined() == text)
    }
}

extension String {
    /// The text between the separators, compared by code points: CRLF is one character.
    fileprivate func components(_ separator: String) -> [String] {
        var result: [String] = []
        var rest = unicodeScalars[...]
        while let range = rest.firstRange(of: Array(separator.unicodeScalars)) {
            result.append(String(Substring(rest[..<range.lowerBound])))
            rest = rest[range.upperBound...]
        }
        return result + [String(Substring(rest))]
    }
}
