// `serve --console`: the server on a thread of its own, its operator at this terminal. The operator's
// client is the one of `join --operator`, on a pair of sockets whose other end an event loop takes for a
// connection like any other, with a token for a password that never leaves the process.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSystem
import ChatCore
import ChatIO
import ChatTerminal
import Glibc

enum ServerConsole {
    /// How long the event loops may take to start.
    private static let patience = Duration.seconds(10)

    /// Serves until the operator leaves or the server ends; the exit status.
    static func run(
        _ server: ChatServer, _ console: ConsoleConfiguration, notices: NoticeQueue
    ) -> Int32 {
        let status = Locked<Int32?>(nil)
        let thread = Thread(name: "server") {
            let code = server.run(handling: .termination)
            status.withLock { $0 = code }
        }
        guard let thread else { return 1 }
        if isatty(STDERR_FILENO) == 1 {
            // The log's line is not shown here.
            for endpoint in server.endpoints {
                notices.post("listening on \(endpoint)", isWarning: false)
            }
        }
        var code: Int32 = 1
        if let descriptor = connect(to: server, unless: { status.withLock { $0 != nil } }) {
            let seat = ConsoleSeat(
                nick: console.nick, token: Secret(Array(server.consoleToken.utf8)),
                canned: console.canned, server: server.configuration.name)
            code = ConsoleMain.run(seat, on: descriptor, notices: notices)
        }
        // Whoever left, the other one goes too.
        server.shutDown()
        thread.join()
        let ended = status.withLock { $0 } ?? 1
        return ended == 0 && code != 1 ? 0 : max(ended, code)
    }

    /// The operator's end of a connection; nil when there is none to be had.
    private static func connect(to server: ChatServer, unless hasEnded: () -> Bool) -> Int32? {
        var ends: [Int32] = [0, 0]
        guard csystem_socket_pair(&ends) == 0 else { return nil }
        let until = SystemClock.instant() + patience
        while !server.adopt(ends[1]) {
            guard SystemClock.instant() < until, !hasEnded() else {
                for end in ends { close(end) }
                return nil
            }
            usleep(1000)
        }
        return ends[0]
    }
}
