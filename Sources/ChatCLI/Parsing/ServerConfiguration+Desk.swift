// The second stage for `serve`, continued: who is served and who waits, the desk, its console and
// its operators' password.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer

extension ServerConfiguration {
    /// Slots and queue.
    mutating func readAdmission(_ settings: Settings) throws(UsageError) {
        isDesk = try settings.flag(ServeSpec.desk, default: isDesk)
        capacity = try settings.value(ServeSpec.capacity, AdmissionBounds.readCapacity)
        if isDesk { capacity = capacity ?? ServerConfiguration.deskCapacity }
        if let value = try settings.value(ServeSpec.wait, AdmissionBounds.readWait) { wait = value }
        if let value = try settings.value(ServeSpec.maxWaiting, AdmissionBounds.readQueue) {
            maxWaiting = value
        }
    }

    /// Operators: here and from elsewhere. An option that would have no effect is refused when it
    /// was typed; in the environment and the file it may stand for other times.
    mutating func readDesk(
        _ settings: Settings, _ surroundings: Surroundings
    ) throws(UsageError) {
        let password = try ServerConfiguration.password(settings, surroundings)
        if isDesk { operatorPassword = password }
        console = try ServerConfiguration.console(settings, surroundings)
        if console != nil, !isDesk {
            let given = settings.given(ServeSpec.console.long).last
            throw UsageError(
                "conflicting options", value: given?.source.spelling ?? "--console",
                why: "only a desk has a console",
                hint: "add --desk, or --no-console")
        }
        try ServerConfiguration.refuse(
            [ServeSpec.passwordFile], without: ServeSpec.desk, isDesk, settings)
        try ServerConfiguration.refuse(
            [ServeSpec.operatorNick, ServeSpec.canned], without: ServeSpec.console, console != nil,
            settings)
    }

    static func refuse(
        _ options: [OptionSpec], without needed: OptionSpec, _ isGiven: Bool, _ settings: Settings
    ) throws(UsageError) {
        guard !isGiven else { return }
        for option in options {
            guard let given = settings.given(option.long).last,
                case .commandLine(let spelling) = given.source
            else { continue }
            throw UsageError(
                "missing option", value: spelling, why: "it has no effect without --\(needed.long)",
                hint: "add --\(needed.long), or leave out \(spelling)")
        }
    }

    private static func console(
        _ settings: Settings, _ surroundings: Surroundings
    ) throws(UsageError) -> ConsoleConfiguration? {
        let nick = try settings.value(ServeSpec.operatorNick) { text throws(BadValue) in
            do throws(NameError) {
                return try Nickname(text)
            } catch {
                throw BadValue("it cannot be a nick: \(error.reason)")
            }
        }
        guard try settings.flag(ServeSpec.console, default: false) else { return nil }
        return ConsoleConfiguration(
            nick: nick ?? Nickname(like: surroundings.loginName() ?? ""),
            canned: try CannedReplies(ServeSpec.canned, settings, surroundings))
    }

    /// The nearest source decides between the file and the variable. The variable is taken out of
    /// the environment in any case.
    private static func password(
        _ settings: Settings, _ surroundings: Surroundings
    ) throws(UsageError) -> OperatorPasswordSource? {
        let variable = SecretSources.passwordVariable
        let secret = surroundings.secrets.takeVariable(variable).flatMap { secret in
            secret.withBytes(\.isEmpty) ? nil : secret
        }
        let file = settings.given(ServeSpec.passwordFile.long).last
        if let secret {
            switch file?.source {
            case nil, .file: return try readVariable(secret)
            case .environment(let other):
                throw UsageError(
                    "conflicting variables", value: "\(variable), \(other)",
                    why: "both set the operators' password", hint: "unset one of them")
            case .commandLine, .argument: break
            }
        }
        guard let file else { return nil }
        return try settings.interpret(file) { path throws(BadValue) in
            try readPassword(try surroundings.secret(in: path))
        }
    }

    private static func readVariable(
        _ secret: Secret
    ) throws(UsageError) -> OperatorPasswordSource {
        do throws(BadValue) {
            return try readPassword(secret)
        } catch {
            // The value is omitted, because this is printed.
            throw UsageError(
                "bad value in \(SecretSources.passwordVariable)", why: error.why,
                hint: error.hint ?? "unset it", exitCode: error.exitCode)
        }
    }

    private static func readPassword(_ secret: Secret) throws(BadValue) -> OperatorPasswordSource {
        do throws(PasswordError) {
            return try OperatorPasswordSource(firstLineOf: secret)
        } catch {
            throw BadValue(
                error.reason, hint: "'chatkit serve --hash-password' prints a hash",
                exitCode: .badData)
        }
    }
}
