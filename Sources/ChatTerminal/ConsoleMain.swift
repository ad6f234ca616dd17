// The operator's client inside the server's process (`serve --console`): the same client as
// `join --operator`, on a connection that stands, with the server's warnings between the messages.
// PRODUCT "Desk mode".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import Glibc

/// Who sits at the console, and with what.
package struct ConsoleSeat: Sendable {
    package var nick: Nickname
    /// What the server accepts from its own operator, in `hello`.
    package var token: Secret
    package var canned: CannedReplies
    /// The server's name, for messages.
    package var server: String
    package var color: JoinConfiguration.ColorChoice
    package var bell: Bool

    package init(
        nick: Nickname, token: Secret, canned: CannedReplies, server: String,
        color: JoinConfiguration.ColorChoice = .auto, bell: Bool = true
    ) {
        self.nick = nick
        self.token = token
        self.canned = canned
        self.server = server
        self.color = color
        self.bell = bell
    }
}

/// The console of a server.
package enum ConsoleMain {
    /// The signals that are the terminal's: the console takes them, and no others. The server ends
    /// the console by ending the connection; the terminal is as before when `run` returns.
    package static let signals = [SIGINT, SIGWINCH, SIGTSTP]

    /// Runs the client on `descriptor`, which it closes, until its user leaves or the connection
    /// ends; returns the exit code. To be called by a thread that may use standard input and output.
    /// Where these are no terminal it reads lines, writes a log, and stays when its input ends.
    package static func run(
        _ seat: ConsoleSeat, on descriptor: Int32, notices: NoticeQueue? = nil
    ) -> Int32 {
        let configuration = JoinConfiguration(
            nick: seat.nick.text, linger: .seconds(Int64.max), color: seat.color, reconnect: false,
            login: OperatorLogin(password: seat.token, canned: seat.canned), bell: seat.bell)
        return JoinMain.run(
            configuration, over: ServerLink(adopting: descriptor, name: seat.server),
            notices: notices, signals: signals)
    }
}
