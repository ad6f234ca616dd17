// The sources of settings in their order: command line, environment, configuration file. Each
// setting comes whole from the first source that has it; a bad value is reported with its origin.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Everything that was set for one command, ready to be read option by option.
package struct Settings: Sendable {
    private let command: CommandSpec
    /// The most important first.
    private let layers: [ParsedOptions]

    package init(
        _ command: CommandSpec, commandLine: ParsedOptions, variables: [String: String] = [:],
        file: ConfigFile = .empty
    ) {
        self.command = command
        layers = [
            commandLine, Settings.environment(command, variables), file.settings(for: command),
        ]
    }

    /// What the `CHATKIT_` variables say. Empty ones count as not set; several values of a
    /// repeatable option are separated by commas.
    private static func environment(
        _ command: CommandSpec, _ variables: [String: String]
    ) -> ParsedOptions {
        var parsed = ParsedOptions()
        func add(_ key: String, _ variable: String?, splits: Bool) {
            guard let variable, let value = variables[variable], !value.isEmpty else { return }
            let values = splits ? value.split(separator: ",").map(\.withoutBlanks) : [value]
            for value in values {
                parsed.occurrences.append(
                    .init(key: key, value: value, source: .environment(variable)))
            }
        }
        for argument in command.arguments {
            add(argument.key, argument.environmentVariable, splits: false)
        }
        for option in command.options {
            add(option.long, option.environmentVariable, splits: option.isRepeatable)
        }
        return parsed
    }

    /// The value of an option, or nil when no source has it.
    package func value<T>(
        _ option: OptionSpec, _ read: (String) throws(BadValue) -> T
    ) throws(UsageError) -> T? {
        guard let given = given(option.long).last else { return nil }
        return try interpret(given, read)
    }

    /// The values of a repeatable option, or an empty array when no source has it.
    package func values<T>(
        _ option: OptionSpec, _ read: (String) throws(BadValue) -> T
    ) throws(UsageError) -> [T] {
        var values: [T] = []
        for given in given(option.long) { values.append(try interpret(given, read)) }
        return values
    }

    /// Whether a flag is on.
    package func flag(_ option: OptionSpec, default unset: Bool) throws(UsageError) -> Bool {
        try value(option) { text throws(BadValue) in
            switch text.lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: throw BadValue("a flag is true or false")
            }
        } ?? unset
    }

    /// What one name was given by the source that decides about it.
    package func given(_ key: String) -> [ParsedOptions.Occurrence] {
        layers.lazy.map { $0.all(key) }.first { !$0.isEmpty } ?? []
    }

    /// The same where several settings are ways to say one thing: the first source that has any
    /// of them decides alone.
    package func given(anyOf keys: [String]) -> [ParsedOptions.Occurrence] {
        layers.lazy.map { layer in layer.occurrences.filter { keys.contains($0.key) } }
            .first { !$0.isEmpty } ?? []
    }

    /// Reads one value; what is wrong with it is reported with where it was written.
    package func interpret<T>(
        _ given: ParsedOptions.Occurrence, _ read: (String) throws(BadValue) -> T
    ) throws(UsageError) -> T {
        do throws(BadValue) {
            return try read(given.value)
        } catch {
            throw UsageError(
                given.source.complaint, value: given.value, why: error.why,
                hint: error.hint ?? "'\(command.invocation) --help' explains \(given.key)",
                exitCode: error.exitCode)
        }
    }
}
