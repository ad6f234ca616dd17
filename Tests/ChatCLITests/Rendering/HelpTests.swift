// Help as it looks; `UPDATE_SNAPSHOTS=1 swift test --filter ChatCLITests` after a change.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import Testing

@Suite("Help")
struct HelpTests {
    @Test("is what the snapshots say", arguments: [ProgramSpec.root] + ProgramSpec.commands)
    func snapshots(command: CommandSpec) throws {
        let help = HelpText(columns: nil)
        let name = command.name.isEmpty ? "chatkit" : command.name
        try RepositoryFile.expectSnapshot(help.short(command), "\(name)-short.txt")
        try RepositoryFile.expectSnapshot(help.full(command), "\(name)-full.txt")
    }

    @Test("keeps to the terminal's width, at most 100 and 80 without one")
    func widths() {
        for (columns, widest) in [(nil, 80), (60, 60), (90, 90), (300, 100), (1, 40)]
            as [(Int?, Int)]
        {
            let help = HelpText(columns: columns)
            for command in ProgramSpec.commands.filter(\.hasPage) {
                let lines = (help.short(command) + help.full(command)).split(separator: "\n")
                let long = lines.filter { line in
                    // Command lines to copy and single words are not broken.
                    line.count > widest && !line.hasPrefix("      chatkit")
                        && line.split(separator: " ").count > 2
                }
                #expect(long.isEmpty || widest == 40, "\(columns ?? 0): \(long)")
            }
        }
    }

    @Test("shows the examples before the options")
    func examplesFirst() throws {
        for command in ProgramSpec.commands.filter(\.hasPage) {
            let text = HelpText(columns: 80).full(command)
            let examples = try #require(text.range(of: "\nExamples:\n"))
            let options = try #require(text.range(of: "\nOptions:\n"))
            #expect(examples.lowerBound < options.lowerBound)
        }
    }

    @Test("names every option, its default and its variable")
    func complete() {
        for command in ProgramSpec.commands.filter(\.hasPage) {
            let short = HelpText(columns: 100).short(command)
            let full = HelpText(columns: 100).full(command)
            for option in command.options {
                #expect(short.contains(option.long) && full.contains(option.long))
                if let value = option.shownDefault {
                    #expect(short.contains("[default: \(value)]"))
                    #expect(full.contains("Default: \(value)."))
                }
                if let variable = option.environmentVariable { #expect(full.contains(variable)) }
            }
        }
    }
}

extension String {
    /// The first place where `other` stands.
    fileprivate func range(of other: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(other) }
            .map { $0..<index($0, offsetBy: other.count) }
    }
}
