// Builds a command's page from its table. Help shows the examples first; the manual keeps the
// order of manuals.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Turns a `CommandSpec` into sections.
package struct CommandPage: Sendable {
    let command: CommandSpec

    package init(_ command: CommandSpec) {
        self.command = command
    }

    private var isRoot: Bool { command.name.isEmpty }

    /// For `--help`.
    package var help: Page {
        page([synopsis, examples, description, commands] + body + [seeAlso])
    }

    /// For man(1).
    package var manual: Page {
        page([synopsis, description, commands] + body + [examples, seeAlso])
    }

    private var body: [PageSection?] {
        [arguments, options, configuration, environment, files, exitStatus]
    }

    private func page(_ sections: [PageSection?]) -> Page {
        Page(
            name: command.pageName, manualSection: 1, summary: command.summary,
            sections: sections.compactMap(\.self).filter { !$0.blocks.isEmpty })
    }

    /// How the command is written, marked.
    package var usage: [String] {
        let arguments = command.arguments.map {
            $0.isOptional ? "[<\($0.valueName)>]" : "<\($0.valueName)>"
        }
        if isRoot {
            return [
                "`chatkit` <COMMAND> [<OPTION>]...", "`chatkit help` [<COMMAND>]",
                "`chatkit --version`",
            ]
        }
        let options = command.hasPage ? ["[<OPTION>]..."] : []
        return [(["`\(command.invocation)`"] + options + arguments).joined(separator: " ")]
    }

    private var synopsis: PageSection {
        PageSection("SYNOPSIS", usage.map(Block.paragraph))
    }

    private var description: PageSection {
        PageSection("DESCRIPTION", command.description.map(Block.paragraph))
    }

    private var commands: PageSection? {
        guard isRoot else { return nil }
        let list = ProgramSpec.commands.map { command in
            let arguments = command.hasPage ? [] : command.arguments.map { "[<\($0.valueName)>]" }
            return Definition(
                (["`\(command.name)`"] + arguments).joined(separator: " "),
                CommandPage.sentence(command.summary))
        }
        return PageSection("COMMANDS", [.definitions(list)])
    }

    private var arguments: PageSection? {
        guard !command.arguments.isEmpty else { return nil }
        return PageSection(
            "ARGUMENTS",
            [
                .definitions(
                    command.arguments.map {
                        Definition(
                            "<\($0.valueName)>",
                            $0.details
                                + CommandPage.origin(
                                    $0.shownDefault, $0.environmentVariable, $0.configKey))
                    })
            ])
    }

    private var options: PageSection {
        let blocks = command.groups.flatMap { group in
            let list = command.options.filter { $0.group == group }.map { option in
                Definition(
                    CommandPage.term(option),
                    option.details
                        + CommandPage.origin(
                            option.shownDefault, option.environmentVariable, nil))
            }
            return [Block.heading(group), .definitions(list)]
        }
        return PageSection("OPTIONS", blocks)
    }

    private var configuration: PageSection? {
        isRoot ? PageSection("CONFIGURATION", ProgramSpec.configuration) : nil
    }

    private var environment: PageSection? {
        var list = command.environment.map { Definition("`\($0.name)`", $0.says) }
        if command.hasPage {
            let says =
                isRoot
                ? "Set the option of that name: see CONFIGURATION."
                : "Set an option, as named with each option above. chatkit(1) says more."
            list.insert(Definition("`CHATKIT_`<OPTION>", says), at: 0)
        }
        return list.isEmpty ? nil : PageSection("ENVIRONMENT", [.definitions(list)])
    }

    private var files: PageSection? {
        guard !command.files.isEmpty else { return nil }
        return PageSection(
            "FILES", [.definitions(command.files.map { Definition("`\($0.name)`", $0.says) })])
    }

    private var exitStatus: PageSection {
        PageSection(
            "EXIT STATUS",
            [
                .definitions(
                    command.exitCodes.map {
                        Definition("\($0.rawValue)", CommandPage.sentence($0.meaning))
                    })
            ])
    }

    private var examples: PageSection {
        PageSection(
            "EXAMPLES",
            command.examples.flatMap { [.paragraph($0.says), .code([$0.command])] })
    }

    private var seeAlso: PageSection? {
        guard !command.seeAlso.isEmpty else { return nil }
        return PageSection("SEE ALSO", [.paragraph(command.seeAlso.joined(separator: ", "))])
    }

    /// An option as the manual writes it: `-p, --port N`, `--[no-]reconnect`.
    static func term(_ option: OptionSpec) -> String {
        let short = option.short.map { "`-\($0)`, " } ?? ""
        let long = option.isNegatable ? "`--`[`no-`]`\(option.long)`" : "`--\(option.long)`"
        let value = option.valueName.map {
            option.isValueOptional ? "[`=`<\($0)>]" : " <\($0)>"
        }
        return short + long + (value ?? "")
    }

    /// Where the value comes from when it is not on the command line.
    private static func origin(
        _ shownDefault: String?, _ variable: String?, _ key: String?
    ) -> [String] {
        let parts = [
            shownDefault.map { "Default: `\($0)`." }, variable.map { "Environment: `\($0)`." },
            key.map { "Configuration: `\($0)`." },
        ].compactMap(\.self)
        return parts.isEmpty ? [] : [parts.joined(separator: " ")]
    }

    /// A one-line summary as a sentence, with an addition before its full stop. What begins with
    /// a mark is left as it is.
    static func sentence(_ text: String, _ addition: String = "") -> String {
        text.prefix(1).uppercased() + text.dropFirst() + addition + "."
    }
}
