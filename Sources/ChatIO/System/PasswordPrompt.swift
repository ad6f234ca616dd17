// Asks for a password: at a terminal without showing it, a new one twice; elsewhere a new one is a
// line of standard input. Whatever ends it, the terminal shows again what is typed.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

/// Why there is no new password.
package enum PromptRefusal: Error, Hashable, Sendable {
    case system(SystemRefusal)
    /// Standard input ended before there was a line.
    case ended
    case tooLong
    /// Typed twice, and not the same.
    case different
    /// Ctrl+C.
    case interrupted

    /// For people.
    package var reason: String {
        switch self {
        case .system(let refusal): refusal.reason
        case .ended: "there is none on standard input"
        case .tooLong: "it is longer than \(Limits.maxPasswordBytes) bytes"
        case .different: "the two passwords differ"
        case .interrupted: "interrupted"
        }
    }

    /// Whether the system refused, and not what was typed.
    package var isSystem: Bool {
        if case .system = self { true } else { false }
    }
}

/// Standard input, asked for a password.
package enum PasswordPrompt {
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

    private enum Answer {
        case line(Secret)
        case signal(Int32)
    }

    static func askForNew() throws(PromptRefusal) -> Secret {
        guard isatty(STDIN_FILENO) == 1 else {
            guard case .line(let secret) = try read(watching: nil) else { throw .ended }
            return secret
        }
        guard let pipe = WakePipe() else { throw .system(SystemRefusal(number: errno)) }
        SignalPipe.route(signals, through: pipe)
        defer { for number in signals { signal(number, SIG_DFL) } }
        let first = try ask("operators' password: ", pipe)
        let second = try ask("repeat the password: ", pipe)
        guard first == second else { throw .different }
        return first
    }

    /// A password that is set already, from the terminal that standard input is.
    package static func ask() throws(PromptRefusal) -> Secret {
        guard let pipe = WakePipe() else { throw .system(SystemRefusal(number: errno)) }
        SignalPipe.route(signals, through: pipe)
        defer { for number in signals { signal(number, SIG_DFL) } }
        return try ask("operators' password: ", pipe)
    }

    /// One line from the terminal, which shows nothing of it.
    private static func ask(_ prompt: String, _ pipe: WakePipe) throws(PromptRefusal) -> Secret {
        var shown = termios()
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else {
            throw .system(SystemRefusal(number: errno))
        }
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        hidden.c_lflag |= tcflag_t(ICANON | ISIG | ECHONL)
        while true {
            guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else {
                throw .system(SystemRefusal(number: errno))
            }
            say(prompt)
            switch try read(watching: pipe) {
            case .line(let secret): return secret
            case .signal(let number):
                say("\n")
                tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
                switch number {
                case SIGINT: throw .interrupted
                case SIGTSTP: SignalPipe.stopProcess()
                default:
                    signal(number, SIG_DFL)
                    raise(number)
                }
            }
        }
    }

    /// Reads up to the end of a line, or of the input.
    private static func read(watching pipe: WakePipe?) throws(PromptRefusal) -> Answer {
        var bytes: [UInt8] = []
        // Never moved to a larger place, so that no copy is left behind.
        bytes.reserveCapacity(Limits.maxPasswordBytes + 1)
        defer { Secret.wipe(&bytes) }
        while true {
            if let pipe, let number = try waitForInput(pipe) { return .signal(number) }
            var byte: UInt8 = 0
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count < 0 {
                let number = errno
                if number == EINTR { continue }
                throw .system(SystemRefusal(number: number))
            }
            guard count > 0, byte != 0x0A else {
                guard count > 0 || !bytes.isEmpty else { throw .ended }
                if bytes.last == 0x0D { bytes.removeLast() }
                return .line(Secret(bytes.map(\.self)))
            }
            guard bytes.count <= Limits.maxPasswordBytes else { throw .tooLong }
            bytes.append(byte)
        }
    }

    /// The signal that came first; nil when there is something to read.
    private static func waitForInput(_ pipe: WakePipe) throws(PromptRefusal) -> Int32? {
        while true {
            var watched = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&watched, nfds_t(watched.count), -1) < 0, errno != EINTR {
                throw .system(SystemRefusal(number: errno))
            }
            if let number = pipe.drain().first { return Int32(number) }
            if watched[0].revents != 0 { return nil }
        }
    }

    private static func say(_ text: String) {
        var text = text
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
