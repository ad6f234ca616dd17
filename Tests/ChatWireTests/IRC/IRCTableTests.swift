// Invariants of the tables: commands, numerics, marks; and refusals that only a full hub gives.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC tables")
struct IRCTableTests {
    @Test func commandsHaveUniqueUpperCaseNamesAndHelp() {
        let table = IRCCommand.table
        #expect(Set(table.map(\.name)).count == table.count)
        #expect(table.map(\.name) == table.map(\.name).sorted())
        for command in table {
            #expect(command.name == command.name.uppercased())
            #expect(command.help.hasPrefix(command.name))
            #expect(command.help.contains(": "))
            #expect(command.help.utf8.count < 80)
            #expect(command.minimumParams <= IRCLimits.maxParams)
            #expect(IRCCommand.named(command.name)?.name == command.name)
        }
    }

    @Test func numericsHaveThreeDigits() {
        for numeric in IRCNumeric.allCases {
            #expect(numeric.code.utf8.count == 3)
            #expect(UInt16(numeric.code) == numeric.rawValue)
        }
        // An error without a sentence would tell a person nothing.
        for numeric in IRCNumeric.allCases where (400..<600).contains(numeric.rawValue) {
            #expect(!numeric.text.isEmpty)
        }
    }

    @Test("a given text is a parameter even when it is empty", arguments: IRCNumeric.allCases)
    func emptyTexts(numeric: IRCNumeric) {
        let session = IRCSession(info: IRCTestServer.info)
        var reply = ByteBuffer()
        session.numeric(numeric, "", text: "", into: &reply)
        #expect(reply.text == ":chatkit \(numeric.code) * * :\r\n")
    }

    @Test func peopleWithoutARealNameHaveOneParameterForIt() throws {
        var session = IRCSession(
            info: ServerInfo(
                name: "chatkit", version: "", startedAt: Timestamp(milliseconds: 0)))
        let nick = try Nickname("bob")
        let person = Person(nick: nick, user: "~plain", host: "plain.chatkit", realName: "")
        let found = PersonInfo(
            person: person, profile: nil, rooms: [], away: "", since: Timestamp(milliseconds: 0),
            idle: .zero)
        let member = Member(person: person, away: false)
        let now = Timestamp(milliseconds: 0)
        var reply = ByteBuffer()
        session.encode(.whois(found), tag: .none, now: now, into: &reply)
        session.encode(.who(query: "bob", [(nil, member)]), tag: .none, now: now, into: &reply)
        session.encode(.isAway(person, ""), tag: .none, now: now, into: &reply)
        let lines = reply.text.split(whereSeparator: \.isNewline).map(String.init)
        #expect(
            lines == [
                ":chatkit 311 * bob ~plain plain.chatkit * :",
                ":chatkit 312 * bob chatkit :chatkit",
                ":chatkit 301 * bob :", ":chatkit 317 * bob 0 0 :seconds idle, signon time",
                ":chatkit 318 * bob :End of WHOIS list",
                ":chatkit 352 * * ~plain plain.chatkit chatkit bob H :0 ",
                ":chatkit 315 * bob :End of WHO list", ":chatkit 301 * bob :",
            ])
    }

    @Test func aMessageWithoutLabelHasTheEmptyMark() {
        #expect(IRCMark.message.rawValue == RequestTag.none.mark)
    }

    @Test(
        "every refusal is one line, and a notice's none",
        arguments: [
            (HubError.nickTaken("x"), "433"), (.badNick("x", .tooLong), "432"),
            (.badRoom("#x", .tooLong), "403"), (.noSuchNick("x"), "401"),
            (.noSuchRoom("#x"), "403"), (.notInRoom("#x"), "404"), (.tooManyRooms, "405"),
            (.noRoomForRooms, "437"), (.messageTooLong, "417"), (.emptyMessage, "412"),
            (.badNonce, "NOTICE"), (.badProfile, "NOTICE"), (.topicTooLong, "FAIL"),
            (.alreadyRegistered, "462"), (.notRegistered, "451"),
        ])
    func refusals(error: HubError, command: String) {
        var session = IRCSession(info: IRCTestServer.info)
        var reply = ByteBuffer()
        let now = Timestamp(milliseconds: 0)
        session.encode(.error(error), tag: .none, now: now, into: &reply)
        let lines = reply.text.split(whereSeparator: \.isNewline).map(String.init)
        #expect(lines.commands == [command])
        reply.clear()
        let notice = RequestTag(mark: IRCMark.notice.rawValue)
        session.encode(.error(error), tag: notice, now: now, into: &reply)
        #expect(reply.isEmpty)
    }

    @Test func numericsAreNeverTooLongAndCutAtACharacter() {
        var session = IRCSession(info: IRCTestServer.info)
        var reply = ByteBuffer()
        let text = String(repeating: "é", count: 400)
        session.encode(
            .notice(text), tag: .none, now: Timestamp(milliseconds: 0), into: &reply)
        #expect(reply.readableBytes <= Limits.maxIRCLineBytes)
        #expect(reply.readableBytes >= Limits.maxIRCLineBytes - 1)
        #expect(!reply.text.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test func safeNames() {
        #expect(IRCText.serverName("Server A/é") == "Server-A---")
        #expect(IRCText.serverName("") == "chatkit")
        #expect(IRCText.serverName(String(repeating: "x", count: 99)).utf8.count == 63)
        #expect(IRCText.userName("a b~c") == "~abc")
        #expect(IRCText.clipped("aé", to: 2) == "a")
        #expect(IRCText.clipped("é", to: 1) == "")
        #expect(IRCText.clipped("é", to: -1) == "")
        for value in ["", "a", "; \\\r\n", "\\s", "é😀"] {
            #expect(IRCText.unescapedTagValue(IRCText.escapedTagValue(value)) == value)
        }
    }
}
