// One command, declared once: everything its help, its manual page and its completions say.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A command line to copy, and what it does.
package struct Example: Sendable {
    package let command: String
    package let says: String

    package init(_ command: String, _ says: String) {
        self.command = command
        self.says = says
    }
}

/// A file or an environment variable, and what it is for.
package struct NamedThing: Sendable {
    package let name: String
    package let says: String

    package init(_ name: String, _ says: String) {
        self.name = name
        self.says = says
    }
}

/// A command with its table of options.
package struct CommandSpec: Sendable {
    /// Empty for chatkit itself.
    package let name: String
    /// One line, lower case, no full stop.
    package let summary: String
    /// Paragraphs.
    package let description: [String]
    package let examples: [Example]
    package let arguments: [ArgumentSpec]
    package let options: [OptionSpec]
    package let exitCodes: [ExitCode]
    package let files: [NamedThing]
    /// Variables beside those that set options.
    package let environment: [NamedThing]
    /// Manual pages as `name(section)`.
    package let seeAlso: [String]
    /// Whether it has a manual page and a section in the configuration file.
    package let hasPage: Bool

    package init(
        name: String, summary: String, description: [String], examples: [Example],
        arguments: [ArgumentSpec] = [], options: [OptionSpec], exitCodes: [ExitCode],
        files: [NamedThing] = [], environment: [NamedThing] = [], seeAlso: [String] = [],
        hasPage: Bool = true
    ) {
        self.name = name
        self.summary = summary
        self.description = description
        self.examples = examples
        self.arguments = arguments
        self.options = options
        self.exitCodes = exitCodes
        self.files = files
        self.environment = environment
        self.seeAlso = seeAlso
        self.hasPage = hasPage
    }

    /// The command as it is typed.
    package var invocation: String { name.isEmpty ? "chatkit" : "chatkit \(name)" }

    /// The manual page's name.
    package var pageName: String { name.isEmpty ? "chatkit" : "chatkit-\(name)" }

    /// The option of that name, without dashes; nil when there is none.
    package func option(named long: some StringProtocol) -> OptionSpec? {
        options.first { $0.long == long }
    }

    /// The headings of the options, in the order of the table.
    package var groups: [String] {
        var seen: [String] = []
        for option in options where !seen.contains(option.group) { seen.append(option.group) }
        return seen
    }

    /// Every key that the command's section of the configuration file may have.
    package var configKeys: [String] {
        arguments.compactMap(\.configKey) + options.compactMap(\.configKey)
    }
}
