// The slash-command table: its invariants, its parser, its help and its suggestions.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Slash commands")
struct SlashCommandsTests {
    private func failure(_ line: String) -> SlashError? {
        if case .failure(let error) = SlashCommand.parse(line) { error } else { nil }
    }

    @Test("Every name is in the table once, and no alias is used twice")
    func tableIsUnique() {
        #expect(SlashCommand.all.count == SlashCommand.Name.allCases.count)
        #expect(Set(SlashCommand.all.map(\.name)).count == SlashCommand.Name.allCases.count)
        let words = SlashCommand.all.flatMap { [$0.name.rawValue] + $0.aliases }
        #expect(Set(words).count == words.count)
    }

    @Test(
        "Every command is explained on one line that fits a terminal", arguments: SlashCommand.all)
    func helpIsThere(_ command: SlashCommand) {
        #expect(!command.help.isEmpty)
        #expect(SlashCommand.of(command.name).name == command.name)
    }

    @Test("Help lists every command and the escape, in lines of at most 80 columns")
    func helpListsAll() {
        let lines = SlashCommand.help()
        #expect(lines.count == SlashCommand.all(for: .everyone).count + 1)
        #expect(SlashCommand.help(for: .operators).count == SlashCommand.all.count + 1)
        #expect(SlashCommand.help(for: .operators).allSatisfy { $0.utf8.count <= 80 })
        #expect(!lines.contains { $0.hasPrefix("/next") })
        #expect(lines.allSatisfy { $0.utf8.count <= 80 })
        #expect(lines.last?.hasPrefix("//TEXT ") == true)
        #expect(SlashCommand.help(.nick).first == "/nick NICK: change your nick")
    }

    @Test(
        "A slash before a word begins a command; two slashes, or one alone, are text",
        arguments: [
            ("/help", true), ("/x", true), ("//shrug", false), ("/", false), ("/ 2", false),
            ("hi /help", false), ("", false),
        ])
    func recognises(_ line: String, _ isCommand: Bool) {
        #expect(SlashCommand.isCommand(line) == isCommand)
    }

    @Test("A doubled slash says a line that begins with one")
    func escape() {
        #expect(SlashCommand.spokenText("//shrug") == "/shrug")
        #expect(SlashCommand.spokenText("hello") == "hello")
        #expect(SlashCommand.spokenText("/ 2") == "/ 2")
    }

    @Test("Commands are read with their arguments, in any case and by their aliases")
    func parses() throws {
        let room = try RoomName("ops")
        let table: [(String, SlashRequest)] = [
            ("/help", .help(nil)), ("/help /nick", .help(.nick)), ("/h part", .help(.leave)),
            ("/nick  bob ", .nick(try Nickname("bob"))), ("/ME waves", .action("waves")),
            ("/msg bob hi there", .privateMessage(to: "bob", text: "hi there")),
            ("/join ops", .join(room)), ("/j #ops", .join(room)), ("/leave", .leave(nil)),
            ("/part ops", .leave(room)), ("/rooms", .rooms), ("/who", .who(nil)),
            ("/who ops", .who(room)), ("/whois bob", .whois("bob")), ("/topic", .topic(nil)),
            ("/topic a b", .topic("a b")), ("/profile", .profile(nil)),
            (
                "/profile Ann Lee; 42 ;ann",
                .profile(Profile(name: "Ann Lee", studentID: "42", github: "ann"))
            ),
            ("/away", .away(nil)), ("/away lunch", .away("lunch")), ("/history", .history(nil)),
            ("/history 5", .history(5)), ("/search  red tea ", .search("red tea")),
            ("/find tea", .search("tea")), ("/ping", .ping), ("/quit", .quit(nil)),
            ("/q see you", .quit("see you")),
            ("/rate 5 great", .rate(try #require(Rating(stars: 5, comment: "great")))),
            ("/rate ***", .rate(try #require(Rating(stars: 3)))),
        ]
        for (line, request) in table {
            #expect(SlashCommand.parse(line) == .success(request), "\(line)")
        }
    }

    @Test("An operator's commands are read for operators, and refused to everybody else")
    func deskCommands() {
        let table: [(String, SlashRequest)] = [
            ("/next", .desk(.next)), ("/close", .desk(.close(""))),
            ("/close good luck", .desk(.close("good luck"))), ("/pause", .desk(.pause)),
            ("/resume", .desk(.resume)), ("/transfer", .desk(.transfer(to: nil))),
            ("/transfer ben", .desk(.transfer(to: "ben"))), ("/switch", .converse(with: nil)),
            ("/switch ann", .converse(with: "ann")), ("/canned", .canned(nil, more: "")),
            ("/canned hi  and more ", .canned("hi", more: "and more")),
        ]
        for (line, request) in table {
            #expect(SlashCommand.parse(line, for: .operators) == .success(request), "\(line)")
            guard case .forOperators? = failure(line) else {
                Issue.record("\(line) was not refused")
                continue
            }
        }
        #expect(failure("/next")?.message == "/next is for the operators of a desk")
        #expect(failure("/nxt") == .unknown("nxt", suggestion: nil))
        let typo = SlashCommand.parse("/nxt", for: .operators)
        #expect(typo == .failure(.unknown("nxt", suggestion: .next)))
    }

    @Test("More history than a page is a page")
    func historyIsBounded() {
        #expect(SlashCommand.parse("/history 99999") == .success(.history(Limits.maxHistoryPage)))
    }

    @Test(
        "Missing and surplus arguments are answered with the usage",
        arguments: [
            ("/nick", SlashCommand.Name.nick), ("/nick a b", .nick), ("/me", .me),
            ("/msg bob", .msg),
            ("/join", .join), ("/rooms now", .rooms), ("/ping x", .ping), ("/history x", .history),
            ("/history -1", .history), ("/history 0", .history),
            ("/history 99999999999999999999", .history), ("/search", .search),
            ("/search  ", .search), ("/rate", .rate), ("/rate 6", .rate), ("/rate great", .rate),
            ("/profile a;b;c;d", .profile),
        ])
    func usage(_ line: String, _ name: SlashCommand.Name) {
        #expect(failure(line) == .usage(name))
    }

    @Test("Names that cannot be are refused with the reason")
    func badNames() {
        #expect(failure("/nick a,b") == .badNick("a,b", .badCharacter))
        #expect(failure("/join a,b") == .badRoom("a,b", .badCharacter))
    }

    @Test("Text may have several lines where it is said, and nowhere else")
    func severalLines() {
        #expect(SlashCommand.parse("/me a\nb") == .success(.action("a\nb")))
        #expect(
            SlashCommand.parse("/msg bob\na\nb")
                == .success(.privateMessage(to: "bob", text: "a\nb")))
        #expect(failure("/topic a\nb") == .severalLines(.topic))
        #expect(failure("/nick a\nb") == .severalLines(.nick))
    }

    @Test(
        "A typo gets a suggestion",
        arguments: [
            ("/hepl", SlashCommand.Name.help), ("/jion", .join), ("/histroy", .history),
            ("/room", .rooms), ("/whoiss", .whois), ("/prof", .profile), ("/quti", .quit),
        ])
    func suggestions(_ line: String, _ meant: SlashCommand.Name) {
        let word = String(line.dropFirst())
        #expect(failure(line) == .unknown(word, suggestion: meant))
        #expect(failure(line)?.hint == "did you mean /\(meant.rawValue)?")
    }

    @Test("What resembles nothing is pointed at the help and the escape")
    func noSuggestion() {
        let error = failure("/usr/bin/env")
        #expect(error == .unknown("usr/bin/env", suggestion: nil))
        #expect(error?.hint?.contains("//") == true)
        let long = failure("/" + String(repeating: "x", count: 10_000))
        #expect((long?.message.utf8.count ?? 0) < 100)
    }
}
