// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatServer
import Testing

@Suite("Operator's commands")
struct OperatorInputTests {
    @Test("read /forget with a nick, and nothing from an empty line")
    func known() throws {
        #expect(try OperatorCommand.parse(" /forget  Bob ") == .forget(try Nickname("Bob")))
        #expect(try OperatorCommand.parse("/help") == .help)
        #expect(try OperatorCommand.parse("  ") == nil)
    }

    @Test(
        "refuse what they do not know, by name",
        arguments: [
            ("hello", "unknown command hello"), ("/forget", "usage"), ("/forget a b", "usage"),
            ("/forget a,b", "a,b is no nick"),
        ])
    func unknown(line: String, message: String) {
        let error = #expect(throws: OperatorInputError.self) { try OperatorCommand.parse(line) }
        #expect(error?.message.hasPrefix(message) == true)
    }
}
