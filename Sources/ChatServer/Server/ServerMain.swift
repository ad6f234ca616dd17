// `chatkit serve`, from its configuration to its exit status.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO
import Glibc

package enum ServerMain {
    /// Serves until a signal ends it. Errors go to standard error as `chatkit: what: value: why`.
    package static func run(_ configuration: ServerConfiguration) -> Int32 {
        do {
            guard let console = configuration.console, let notices = NoticeQueue() else {
                return try ChatServer(configuration).run(handling: .everything)
            }
            let server = try ChatServer(
                configuration, profiles: ProfilePrinter(notices: notices), notices: notices)
            return ServerConsole.run(server, console, notices: notices)
        } catch {
            var text = "chatkit: \(error.message)\n"
            if let hint = error.hint { text += "hint: \(hint)\n" }
            text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
            return error.exitStatus
        }
    }
}
