// What must hold of every table, whatever is added to it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import Testing

@Suite("Option tables")
struct TableTests {
    static let commands = [ProgramSpec.root] + ProgramSpec.commands

    @Test("have unique names, letters and keys", arguments: commands)
    func uniqueNames(command: CommandSpec) {
        let spellings = command.options.flatMap(\.spellings)
        #expect(Set(spellings).count == spellings.count)
        let keys = command.options.map(\.long) + command.arguments.map(\.key)
        #expect(Set(keys).count == keys.count)
        #expect(Set(command.configKeys).count == command.configKeys.count)
    }

    @Test("give every option a group, one line and a full explanation", arguments: commands)
    func everythingIsExplained(command: CommandSpec) {
        for option in command.options {
            #expect(!option.group.isEmpty, "\(option.long)")
            #expect(!option.summary.isEmpty && !option.summary.contains("\n"), "\(option.long)")
            #expect(option.summary.last != ".", "\(option.long)")
            #expect(!option.details.isEmpty, "\(option.long)")
            #expect(option.details.allSatisfy { $0.hasSuffix(".") }, "\(option.long)")
        }
        #expect(command.arguments.allSatisfy { !$0.details.isEmpty })
        #expect(!command.summary.isEmpty && command.summary.last != ".")
        #expect(!command.examples.isEmpty && !command.exitCodes.isEmpty)
        #expect(command.exitCodes.contains(.done) && command.exitCodes.contains(.usage))
    }

    @Test("keep a group's options together", arguments: commands)
    func groupsAreContiguous(command: CommandSpec) {
        var runs: [String] = []
        for option in command.options where runs.last != option.group { runs.append(option.group) }
        #expect(runs == command.groups)
    }

    @Test("use names that shells and the environment can spell", arguments: commands)
    func namesAreSimple(command: CommandSpec) {
        for option in command.options {
            #expect(option.long.allSatisfy { $0 == "-" || ("a"..."z").contains($0) })
            #expect(option.long.count > 1 && !option.long.hasPrefix("no-"))
        }
    }

    @Test("let every flag that a file can set be taken back", arguments: commands)
    func settableFlagsAreNegatable(command: CommandSpec) {
        for option in command.options where option.kind == .flag {
            #expect(option.scope == .commandLine, "\(option.long)")
        }
    }

    @Test("point shorthands at options with a value", arguments: commands)
    func shorthandsHaveTargets(command: CommandSpec) {
        for option in command.options {
            guard case .shorthand(let target, let value) = option.kind else { continue }
            guard let aim = command.option(named: target) else {
                Issue.record("\(option.long) stands for no option")
                continue
            }
            #expect(aim.valueName != nil)
            if case .choices(let choices) = aim.completion { #expect(choices.contains(value)) }
        }
    }

    @Test("are written in ASCII, so that characters are columns", arguments: commands)
    func textsAreASCII(command: CommandSpec) {
        let texts =
            command.description + command.options.flatMap { $0.details + [$0.summary] }
            + command.examples.flatMap { [$0.command, $0.says] }
        #expect(texts.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test("have help and version in every command", arguments: commands)
    func helpAndVersion(command: CommandSpec) {
        #expect(command.option(named: "help") != nil && command.option(named: "version") != nil)
    }

    @Test("have examples that their own parser accepts", arguments: commands)
    func examplesParse(command: CommandSpec) throws {
        for example in command.examples where !example.command.contains("|") {
            var words = example.command.split(separator: " ").map(String.init)
            // A quoted text is one word; redirections are the shell's.
            let text = example.command
            if let open = text.firstIndex(of: "'"), let close = text.lastIndex(of: "'") {
                words =
                    text[..<open].split(separator: " ").map(String.init) + ["quoted"]
                    + text[text.index(after: close)...].split(separator: " ").map(String.init)
            }
            words.removeAll { $0.contains(">") }
            guard words.first == "chatkit", words.count > 1 else { continue }
            let named = try #require(ProgramSpec.command(named: words[1]), "\(text)")
            _ = try OptionParser.parse(words.dropFirst(2), for: named)
        }
    }
}

extension CommandSpec: CustomTestStringConvertible {
    /// The command as it is typed.
    public var testDescription: String { invocation }
}
