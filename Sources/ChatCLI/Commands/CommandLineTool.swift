// From arguments to an exit status: finds the command, answers help and version, reads the
// settings, and hands a validated configuration to the action. Nothing here touches the machine
// except through `Surroundings`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO

/// The command line.
package struct CommandLineTool: Sendable {
    let surroundings: Surroundings
    let actions: CommandActions

    /// Runs one command line, the program's own name left out; the exit status.
    package static func run(
        arguments: [String], surroundings: Surroundings, actions: CommandActions
    ) -> Int32 {
        let tool = CommandLineTool(surroundings: surroundings, actions: actions)
        do throws(UsageError) {
            return try tool.run(arguments[...])
        } catch {
            tool.complain(error.text)
            return error.exitCode.rawValue
        }
    }

    private func run(_ arguments: ArraySlice<String>) throws(UsageError) -> Int32 {
        guard let first = arguments.first else {
            complain(help.short(ProgramSpec.root))
            return ExitCode.usage.rawValue
        }
        if first == GenerateCommand.name {
            return try GenerateCommand(surroundings).run(arguments.dropFirst())
        }
        if first.hasPrefix("-") {
            let outcome = try OptionParser.parse(arguments.prefix(1), for: ProgramSpec.root)
            return try run(ProgramSpec.root, outcome)
        }
        guard let command = ProgramSpec.command(named: first) else { throw unknown(first) }
        return try run(command, try OptionParser.parse(arguments.dropFirst(), for: command))
    }

    private func run(_ command: CommandSpec, _ outcome: ParseOutcome) throws(UsageError) -> Int32 {
        switch outcome {
        case .shortHelp: return answer(help.short(command))
        case .fullHelp: return answer(help.full(command))
        case .version: return answer("chatkit \(chatkitVersion)\n")
        case .options(let given):
            switch command.name {
            case ServeSpec.command.name: return try serve(given)
            case JoinSpec.command.name: return try join(given)
            case StatsSpec.command.name: return try stats(given)
            case RelaySpec.command.name: return try relay(given)
            default: return try explain(given)
            }
        }
    }

    /// `chatkit help [COMMAND]`.
    private func explain(_ given: ParsedOptions) throws(UsageError) -> Int32 {
        guard let name = given.occurrences.last?.value else {
            return answer(help.full(ProgramSpec.root))
        }
        guard let command = ProgramSpec.command(named: name) else { throw unknown(name) }
        return answer(help.full(command))
    }

    private func unknown(_ name: String) -> UsageError {
        let meant = Suggestion.nearest(to: name, in: ProgramSpec.commands.map(\.name))
        return UsageError(
            "unknown command", value: name, why: "chatkit has no such command",
            hint: meant.map { "did you mean chatkit \($0)?" } ?? "'chatkit -h' lists the commands")
    }

    private var help: HelpText { HelpText(columns: surroundings.outputColumns) }

    private func complain(_ text: String) {
        // When even standard error is closed, the error cannot be reported.
        try? surroundings.write(.error, text)
    }

    /// Prints what was asked for. A reader that has gone away has seen enough.
    func answer(_ text: String) -> Int32 {
        do throws(SystemRefusal) {
            try surroundings.write(.output, text)
        } catch {
            if error.isBrokenPipe { return ExitCode.done.rawValue }
            let complaint = UsageError(
                "cannot write", value: "standard output", why: error.reason,
                hint: "check where standard output is redirected to", exitCode: .failure)
            complain(complaint.text)
            return complaint.exitCode.rawValue
        }
        return ExitCode.done.rawValue
    }
}
