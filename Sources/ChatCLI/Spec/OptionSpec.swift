// One option, declared once. The parser, both helps, the manual, three shells' completions, the
// environment and the configuration file are all derived from this record (house style 23).
// Texts are ASCII and use `literal` and <VARIABLE> marks; see `Markup`.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a shell can offer for a value.
package enum CompletionHint: Sendable, Hashable {
    case none
    case file
    case host
    case command
    case choices([String])
}

/// An option of a command.
package struct OptionSpec: Sendable {
    /// How it is written and what it takes.
    package enum Kind: Sendable, Hashable {
        /// Present or not.
        case flag
        /// `--name` and `--no-name`; the last one counts.
        case negatable
        /// Takes a value, shown under this name; the last one counts.
        case value(String)
        /// Takes a value, shown under this name; all of them count.
        case repeatable(String)
        /// Takes a value after `=`, shown under this name; alone it stands for another value. The
        /// next argument is never its value.
        case optional(String, otherwise: String)
        /// A flag that stands for another option with a value.
        case shorthand(option: String, value: String)
    }

    /// Where a value may come from.
    package enum Scope: Sendable, Hashable {
        case commandLine
        /// The configuration file too; the variable with its name is another command's.
        case file
        /// Environment and configuration file too.
        case everywhere
    }

    /// The name, without dashes.
    package let long: String
    package let short: Character?
    package let kind: Kind
    /// The heading it is listed under.
    package let group: String
    /// One line for `-h` and the shells.
    package let summary: String
    /// Paragraphs for `--help` and the manual.
    package let details: [String]
    /// The default as people read it; nil where there is none to show.
    package let shownDefault: String?
    package let completion: CompletionHint
    package let scope: Scope

    package init(
        _ long: String, short: Character? = nil, _ kind: Kind, group: String, summary: String,
        details: [String], shownDefault: String? = nil, completion: CompletionHint = .none,
        scope: Scope = .everywhere
    ) {
        self.long = long
        self.short = short
        self.kind = kind
        self.group = group
        self.summary = summary
        self.details = details
        self.shownDefault = shownDefault
        self.completion = completion
        self.scope = scope
    }

    /// The name its value is shown under; nil for flags.
    package var valueName: String? {
        switch kind {
        case .value(let name), .repeatable(let name), .optional(let name, _): name
        case .flag, .negatable, .shorthand: nil
        }
    }

    package var isRepeatable: Bool {
        if case .repeatable = kind { true } else { false }
    }

    /// Whether its value can be left out.
    package var isValueOptional: Bool {
        if case .optional = kind { true } else { false }
    }

    package var isNegatable: Bool { kind == .negatable }

    /// The variable that sets it: `CHATKIT_` and the name in capitals.
    package var environmentVariable: String? {
        scope == .everywhere ? SettingName.variable(for: long) : nil
    }

    /// The key that sets it in the command's section of the configuration file.
    package var configKey: String? { scope == .commandLine ? nil : long }

    /// What a shell says about one way to write it, without marks.
    package func summary(of spelling: String) -> String {
        spelling == "--no-" + long ? "the opposite of --\(long)" : Markup.plain(summary)
    }

    /// All ways to write its name, dashes included.
    package var spellings: [String] {
        var all = ["--" + long]
        if isNegatable { all.append("--no-" + long) }
        if let short { all.append("-" + String(short)) }
        return all
    }
}

/// A positional argument of a command.
package struct ArgumentSpec: Sendable {
    /// The name its value is shown under, for instance `HOST[:PORT]`.
    package let valueName: String
    /// The key that sets it in the environment and the configuration file; also the name the
    /// parsed value is kept under. Shares one name space with the options.
    package let key: String
    package let isOptional: Bool
    package let details: [String]
    package let shownDefault: String?
    package let completion: CompletionHint
    package let scope: OptionSpec.Scope

    package init(
        _ valueName: String, key: String, isOptional: Bool = true, details: [String],
        shownDefault: String? = nil, completion: CompletionHint = .none,
        scope: OptionSpec.Scope = .everywhere
    ) {
        self.valueName = valueName
        self.key = key
        self.isOptional = isOptional
        self.details = details
        self.shownDefault = shownDefault
        self.completion = completion
        self.scope = scope
    }

    package var environmentVariable: String? {
        scope == .everywhere ? SettingName.variable(for: key) : nil
    }

    package var configKey: String? { scope == .commandLine ? nil : key }
}

/// How a setting's name looks elsewhere.
package enum SettingName {
    /// `log-format` → `CHATKIT_LOG_FORMAT`.
    package static func variable(for key: String) -> String {
        "CHATKIT_" + key.uppercased().split(separator: "-").joined(separator: "_")
    }
}
