// `chatkit join`: puts terminal, session and the two threads together. PRODUCT "Scripting".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO
import Glibc

/// The entry point of `chatkit join`.
package enum JoinMain {
    /// Tries at a lost connection for a program that has a job to finish.
    static let maxAttemptsOfJobs = 6

    /// Runs the client until it leaves; returns the exit code.
    package static func run(_ configuration: JoinConfiguration) -> Int32 {
        run(configuration, over: ServerLink(to: configuration.server))
    }

    /// The same over any connection. `notices` are shown between the messages; of the signals that
    /// the client takes, `signals` are left to it.
    static func run(
        _ configuration: JoinConfiguration, over link: ServerLink, notices: NoticeQueue? = nil,
        signals wanted: [Int32]? = nil
    ) -> Int32 {
        Resources.ignoreBrokenPipes()
        Terminal.useUnicode()
        let terminal = Terminal.current()
        var configuration = configuration
        if configuration.login != nil, configuration.login?.password == nil {
            switch askForPassword() {
            case .success(let secret): configuration.login?.password = secret
            case .failure(let ending): return ending.code
            }
        }
        let isScript =
            !terminal.inputIsTerminal || !terminal.outputIsTerminal || configuration.json
            || configuration.isErrand
        let interface: Interface =
            configuration.json ? .json : isScript ? .plain : .interactive
        guard let network = WakePipe(), let main = WakePipe(), let signals = WakePipe() else {
            return fail("cannot start", Resources.describe(errno))
        }
        let state = JoinSession.State(
            session: ChatSession(
                options(configuration, interface, link.name), linger: configuration.linger),
            screen: Screen(configuration, interface: interface, terminal: terminal))
        let shared = JoinSession(
            state, network: network, main: main, link: link, notices: notices)
        let history = interface == .interactive ? openHistory() : nil
        // Before anybody can know that this program is there, and send it one.
        let handled = interface == .interactive ? InteractiveMode.handled : ScriptMode.handled
        SignalPipe.route(handled.filter { wanted?.contains($0) ?? true }, through: signals)
        guard let thread = Thread(name: "receive", { ReceiveThread(shared: shared).run() }) else {
            return fail("cannot start", "cannot create a thread")
        }
        // Not joined: it may be waiting for a name server, and ends with the process.
        _ = thread
        let ended: (outcome: JoinOutcome, code: Int32)
        if interface == .interactive {
            var mode = InteractiveMode(shared: shared, signals: signals, history: history)
            ended = mode.run()
        } else {
            var mode = ScriptMode(
                shared: shared, signals: signals, takesJSON: configuration.json)
            ended = mode.run(
                sending: configuration.send, readsInput: !configuration.isErrand)
        }
        history?.close()
        farewell(ended.outcome, shared, interface)
        return ended.code
    }

    private static func options(
        _ configuration: JoinConfiguration, _ interface: Interface, _ server: String
    ) -> ChatSession.Options {
        ChatSession.Options(
            nick: configuration.nick ?? loginName(), isNickGiven: configuration.nick != nil,
            rooms: configuration.rooms, profile: configuration.profile, interface: interface,
            past: past(configuration), reconnects: configuration.reconnect,
            maxAttempts: configuration.isErrand ? maxAttemptsOfJobs : nil,
            server: server, nonceSeed: Entropy.number(),
            access: configuration.login?.access)
    }

    /// How the program ends when there is no password.
    private struct Ending: Error { let code: Int32 }

    private static func askForPassword() -> Result<Secret, Ending> {
        do throws(PromptRefusal) {
            return .success(try PasswordPrompt.ask())
        } catch {
            if error == .interrupted { return .failure(Ending(code: 130)) }
            _ = fail("cannot read the operators' password", error.reason)
            return .failure(Ending(code: error.isSystem ? 1 : 65))
        }
    }

    private static func past(_ configuration: JoinConfiguration) -> PastWish {
        let now = SystemClock.wall()
        let bound = { (point: MessagePoint) in point.bound(now: now, offset: LocalZone.offset) }
        let errand: PastWish.Errand =
            configuration.search.map { .search($0) } ?? (configuration.follow ? .talk : .export)
        return PastWish(
            errand: errand, since: configuration.since.map(bound),
            until: configuration.until.map(bound),
            wantsReplay: configuration.history && configuration.send.isEmpty)
    }

    /// The user's login name where it can be a nick; else the server gives one.
    private static func loginName() -> String? {
        LoginName.current().flatMap { try? Nickname($0).text }
    }

    private static func openHistory() -> InputHistory? {
        let path = InputHistory.path(
            stateHome: Terminal.environment("XDG_STATE_HOME"), home: Terminal.environment("HOME"))
        guard let path else { return nil }
        switch InputHistory.open(path) {
        case .success(let history): return history
        case .failure(let error):
            _ = fail("no input history", "\(path): \(Resources.describe(error.code))")
            return nil
        }
    }

    /// The last words, to people on standard output, about failures on standard error.
    private static func farewell(
        _ outcome: JoinOutcome, _ shared: JoinSession, _ interface: Interface
    ) {
        shared.state.withLock { state in
            let screen = state.screen
            if interface == .interactive, state.session.wasOnline {
                var lines = ["[connection closed] \(outcome.reason)"]
                if let hint = outcome.hint { lines.append("[\(hint)]") }
                let now = SystemClock.now()
                screen.show(.lines(lines), state.session, now: now.wall)
                screen.flush(state.session, now)
            } else if let complaint = outcome.complaint {
                screen.complain(complaint, hint: outcome.hint)
            }
        }
    }

    private static func fail(_ what: String, _ why: String) -> Int32 {
        var text = "chatkit: \(what): \(VisibleText.harmless(why))\n"
        text.withUTF8 { bytes in
            _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
        return 1
    }
}
