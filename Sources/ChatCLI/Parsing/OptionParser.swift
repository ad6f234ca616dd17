// Reads a command's arguments by its table: `--long VALUE`, `--long=VALUE`, `--no-long`,
// `--long[=VALUE]`, `-s VALUE`, `-sVALUE`, bundled `-vq`, `--` before arguments that begin with a
// dash. An option that takes a value takes the next argument whatever it is: a script may pass any
// text.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What the arguments ask for.
package enum ParseOutcome: Sendable {
    case options(ParsedOptions)
    case shortHelp
    case fullHelp
    case version
}

/// The parser of one command.
package struct OptionParser: Sendable {
    let command: CommandSpec
    private var rest: ArraySlice<String>
    private var parsed = ParsedOptions()
    private var argumentsSeen = 0
    private var onlyArguments = false

    private init(_ command: CommandSpec, _ arguments: ArraySlice<String>) {
        self.command = command
        rest = arguments
    }

    /// Reads everything after the command's name. Asked-for help ends the reading.
    package static func parse(
        _ arguments: ArraySlice<String>, for command: CommandSpec
    ) throws(UsageError) -> ParseOutcome {
        var parser = OptionParser(command, arguments)
        while let argument = parser.rest.popFirst() {
            if let outcome = try parser.read(argument) { return outcome }
        }
        for (index, missing) in command.arguments.enumerated()
        where !missing.isOptional && index >= parser.argumentsSeen {
            throw UsageError(
                "missing argument", why: "\(command.invocation) needs \(missing.valueName)",
                hint: "try '\(command.invocation) --help'")
        }
        return .options(parser.parsed)
    }

    private mutating func read(_ argument: String) throws(UsageError) -> ParseOutcome? {
        if onlyArguments || argument == "-" || !argument.hasPrefix("-") {
            try readArgument(argument)
            return nil
        }
        if argument == "--" {
            onlyArguments = true
            return nil
        }
        return argument.hasPrefix("--") ? try readLong(argument) : try readBundle(argument)
    }

    private mutating func readArgument(_ text: String) throws(UsageError) {
        guard argumentsSeen < command.arguments.count else {
            throw unexpected(text)
        }
        let spec = command.arguments[argumentsSeen]
        argumentsSeen += 1
        parsed.occurrences.append(
            .init(key: spec.key, value: text, source: .argument(spec.valueName)))
    }

    private func unexpected(_ text: String) -> UsageError {
        let isPort = UInt16(text) != nil
        let hint =
            if isPort, let host = parsed.occurrences.last(where: { $0.key == "server" }) {
                "a port is joined to its host: \(Visible.text(host.value)):\(text)"
            } else if let option = lastOptional {
                "a value is joined to its option: \(option)=\(Visible.text(text))"
            } else if isPort, command.option(named: "port") != nil {
                "a port is given with --port \(text)"
            } else {
                "quote a text that has spaces; '\(command.invocation) -h' lists the options"
            }
        let limit = command.arguments.count
        return UsageError(
            "unexpected argument", value: text,
            why: "\(command.invocation) takes \(limit == 0 ? "none" : "no more than \(limit)")",
            hint: hint)
    }

    /// The last option as it was written, where it could have had a value and had none.
    private var lastOptional: String? {
        guard let last = parsed.occurrences.last, let option = command.option(named: last.key),
            case .optional(_, last.value) = option.kind
        else { return nil }
        return last.source.spelling
    }

    private mutating func readLong(_ argument: String) throws(UsageError) -> ParseOutcome? {
        let body = argument.dropFirst(2)
        let name = body.prefix { $0 != "=" }
        let value =
            name.endIndex < body.endIndex
            ? String(body[body.index(after: name.endIndex)...]) : nil
        if let option = command.option(named: name) {
            return try take(option, spelling: "--\(name)", attached: value)
        }
        if name.hasPrefix("no-"), let option = command.option(named: name.dropFirst(3)),
            option.isNegatable
        {
            try refuse(value, for: "--\(name)")
            add(option.long, "false", "--\(name)")
            return nil
        }
        throw unknown("--\(name)")
    }

    private mutating func readBundle(_ argument: String) throws(UsageError) -> ParseOutcome? {
        let body = argument.dropFirst()
        let word = body.prefix { $0 != "=" }
        if word.count > 1, command.option(named: word) != nil {
            throw UsageError(
                "unknown option", value: argument, why: "long options begin with two dashes",
                hint: "did you mean --\(body)?")
        }
        var index = body.startIndex
        while index < body.endIndex {
            let letter = body[index]
            index = body.index(after: index)
            guard let option = command.options.first(where: { $0.short == letter }) else {
                throw unknown(body.count == 1 ? argument : "-\(letter)")
            }
            if option.valueName != nil {
                let attached = index < body.endIndex ? String(body[index...]) : nil
                return try take(option, spelling: "-\(letter)", attached: attached)
            }
            if let outcome = try take(option, spelling: "-\(letter)", attached: nil) {
                return outcome
            }
        }
        return nil
    }

    private mutating func take(
        _ option: OptionSpec, spelling: String, attached: String?
    ) throws(UsageError) -> ParseOutcome? {
        switch option.kind {
        case .value(let name), .repeatable(let name):
            guard let value = attached ?? rest.popFirst() else {
                throw UsageError(
                    "missing value", value: spelling, why: "it takes \(name)",
                    hint: "write \(spelling) \(name); '\(command.invocation) --help' explains it")
            }
            add(option.long, value, spelling)
        case .optional(_, let otherwise): add(option.long, attached ?? otherwise, spelling)
        case .shorthand(let target, let value):
            try refuse(attached, for: spelling)
            add(target, value, spelling)
        case .flag, .negatable:
            try refuse(attached, for: spelling)
            if option.long == ProgramSpec.version.long { return .version }
            if option.long == ProgramSpec.help.long {
                return spelling == "-h" ? .shortHelp : .fullHelp
            }
            add(option.long, "true", spelling)
        }
        return nil
    }

    private mutating func add(_ key: String, _ value: String, _ spelling: String) {
        parsed.occurrences.append(
            .init(key: key, value: value, source: .commandLine(spelling)))
    }

    private func refuse(_ value: String?, for spelling: String) throws(UsageError) {
        guard let value else { return }
        throw UsageError(
            "bad value for \(spelling)", value: value, why: "it takes no value",
            hint: "write \(spelling) alone")
    }

    private func unknown(_ spelling: String) -> UsageError {
        let known = command.options.flatMap(\.spellings).filter { $0.hasPrefix("--") }
        let meant = spelling.hasPrefix("--") ? Suggestion.nearest(to: spelling, in: known) : nil
        let elsewhere = ProgramSpec.commands.first {
            $0.options.contains { $0.spellings.contains(spelling) }
        }
        let hint =
            if let meant {
                "did you mean \(meant)?"
            } else if command.name.isEmpty, let elsewhere {
                "options follow their command: chatkit \(elsewhere.name) \(spelling)"
            } else {
                "'\(command.invocation) -h' lists the options"
            }
        return UsageError(
            "unknown option", value: spelling, why: "\(command.invocation) has no such option",
            hint: hint)
    }
}
