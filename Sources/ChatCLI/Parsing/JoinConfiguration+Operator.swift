// The second stage for `join`, continued: what makes its user an operator of a desk. The password
// comes from a file, a variable or, when the program begins, the terminal; never from an argument.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer
import ChatTerminal

extension JoinConfiguration {
    mutating func readOperator(
        _ settings: Settings, _ surroundings: Surroundings
    ) throws(UsageError) {
        // Taken out of the environment in any case.
        let variable = surroundings.secrets.takeVariable(SecretSources.passwordVariable)
        bell = try settings.flag(JoinSpec.bell, default: bell)
        guard try settings.flag(JoinSpec.operatorFlag, default: false) else {
            return try JoinConfiguration.refuseWithoutOperator(settings)
        }
        if !send.isEmpty || search != nil || !follow {
            throw UsageError(
                "conflicting options", value: "--operator",
                why: "an operator stays connected, but --send, --search and --no-follow exit",
                hint: "leave out one of them")
        }
        let file = settings.given(JoinSpec.passwordFile.long).last
        var password: Secret?
        if let file {
            password = try settings.interpret(file) { path throws(BadValue) in
                try JoinConfiguration.password(try surroundings.secret(in: path))
            }
        } else if let variable, !variable.withBytes(\.isEmpty) {
            do throws(BadValue) {
                password = try JoinConfiguration.password(variable)
            } catch {
                // The value is omitted, because this is printed.
                throw UsageError(
                    "bad value in \(SecretSources.passwordVariable)", why: error.why,
                    hint: error.hint ?? "unset it", exitCode: error.exitCode)
            }
        } else if !surroundings.inputIsTerminal {
            throw UsageError(
                "no password", value: "--operator",
                why: "standard input is not a terminal, so chatkit cannot ask for it",
                hint: "use --password-file FILE, or set \(SecretSources.passwordVariable)")
        }
        login = OperatorLogin(
            password: password, canned: try CannedReplies(JoinSpec.canned, settings, surroundings))
    }

    /// An option that would have no effect is refused when it was typed; in the environment and the
    /// file it may stand for other times.
    private static func refuseWithoutOperator(_ settings: Settings) throws(UsageError) {
        for option in [JoinSpec.passwordFile, JoinSpec.canned, JoinSpec.bell] {
            guard let given = settings.given(option.long).last,
                case .commandLine(let spelling) = given.source
            else { continue }
            throw UsageError(
                "missing option", value: spelling, why: "it has no effect without --operator",
                hint: "add --operator, or leave out \(spelling)")
        }
    }

    /// The first line of what was read.
    private static func password(_ secret: Secret) throws(BadValue) -> Secret {
        do throws(PasswordError) {
            switch try OperatorPasswordSource(firstLineOf: secret) {
            case .plain(let password): return password
            case .hash: throw PasswordError.isHash
            }
        } catch {
            throw BadValue(
                error.reason,
                hint: error == .isHash
                    ? "the server has the hash; this is to be the password" : nil,
                exitCode: .badData)
        }
    }
}
