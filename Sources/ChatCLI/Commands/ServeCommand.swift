// `chatkit serve`: its settings, then the server; or a password's hash.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer

extension CommandLineTool {
    /// Reads all sources of settings and serves.
    func serve(_ given: ParsedOptions) throws(UsageError) -> Int32 {
        if !given.all(ServeSpec.hashPassword.long).isEmpty { return try hashPassword() }
        let settings = Settings(
            ServeSpec.command, commandLine: given, variables: surroundings.variables,
            file: try surroundings.configFile())
        return actions.serve(try ServerConfiguration(settings, surroundings))
    }

    /// Asks for a password and prints its hash, for the file that `--operator-password-file` names.
    private func hashPassword() throws(UsageError) -> Int32 {
        let secret: Secret
        do throws(PromptRefusal) {
            secret = try surroundings.secrets.askForNew()
        } catch {
            if error == .interrupted { return ExitCode.interrupted.rawValue }
            throw UsageError(
                "cannot read a password", why: error.reason,
                hint: "a password is a line of up to \(Limits.maxPasswordBytes) bytes",
                exitCode: error.isSystem ? .failure : .badData)
        }
        do throws(PasswordError) {
            return answer(try OperatorPassword(hashing: secret).hash.text + "\n")
        } catch {
            throw UsageError(
                "cannot hash the password", why: error.reason,
                hint: "a password is a line of up to \(Limits.maxPasswordBytes) bytes",
                exitCode: error == .noResources ? .failure : .badData)
        }
    }
}
