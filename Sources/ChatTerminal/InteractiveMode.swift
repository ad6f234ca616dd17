// The main thread at a terminal: keys go to readline, finished lines to the session, signals where
// people expect them. Every readline call is made under the terminal lock.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO
import Glibc

/// `chatkit join` for a person.
struct InteractiveMode {
    let shared: JoinSession
    let signals: WakePipe
    let history: InputHistory?

    /// The signals that must come through `signals` by the time of `run`.
    static let handled = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP]

    /// What Ctrl+C answers to, the first time.
    static let leaveHint = "press Ctrl+C again to leave"

    private var interrupts = 0
    /// What the line being edited was begun for; nil while it is empty.
    private var begun: Aim?
    /// The second, since 1970, that clocks on the screen show.
    private var shownSecond: Int64 = 0
    private var exitCode: Int32?

    init(shared: JoinSession, signals: WakePipe, history: InputHistory?) {
        self.shared = shared
        self.signals = signals
        self.history = history
    }

    /// Runs until the session has an outcome; the terminal is given back by then.
    mutating func run() -> (outcome: JoinOutcome, code: Int32) {
        while true {
            if let outcome = shared.outcome {
                shared.state.withLock { $0.screen.end() }
                return (outcome, exitCode ?? outcome.code)
            }
            let isEditing = startIfReady()
            var polled = [
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: shared.main.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isEditing ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: shared.notices?.wake.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            poll(&polled, 4, isEditing ? untilTick() : -1)
            if polled[1].revents != 0 { _ = shared.main.drain() }
            if polled[0].revents != 0 {
                for number in signals.drain() { received(signal: Int32(number)) }
            }
            if polled[2].revents != 0 { readKey() }
            if polled[3].revents != 0 { shared.showNotices() }
            tick()
        }
    }

    private var tellsTime: Bool { shared.state.withLock { $0.showsClock } }

    /// Milliseconds until a clock shows another second; -1 where nothing shows one.
    private func untilTick() -> Int32 {
        let tellsTime = shared.state.withLock { state in
            // Who begins to show one while this thread sleeps has to wake it.
            state.watchesClock = state.showsClock
            return state.watchesClock
        }
        guard tellsTime else { return -1 }
        let ofSecond = ((SystemClock.wall().milliseconds % 1000) + 1000) % 1000
        return Int32(1000 - ofSecond)
    }

    /// Lets the clocks on the screen go on, also while somebody types without a pause.
    private mutating func tick() {
        let second = SystemClock.wall().milliseconds / 1000
        guard second != shownSecond, tellsTime else { return }
        shownSecond = second
        shared.tick()
    }

    /// Shows the prompt once one is in; returns whether keys are to be read.
    private func startIfReady() -> Bool {
        shared.state.withLock { state in
            guard let editor = state.screen.editor else { return false }
            if editor.awaitsStart {
                guard state.session.isArrived else { return false }
                state.screen.begin(
                    state.session, SystemClock.now(), history: history?.entries ?? [])
            }
            return state.outcome == nil
        }
    }

    private mutating func readKey() {
        let inputs = shared.state.withLock { state in
            let session = state.session
            return state.screen.editor?.readKey { session.vocabulary }
        }
        guard let inputs else { return }
        interrupts = 0
        defer { noteAim() }
        shared.state.withLock { state in
            guard state.screen.editor?.takeRepaintWish() ?? false else { return }
            state.screen.repaint(state.session, SystemClock.now())
        }
        for input in inputs {
            switch input {
            case .line(let text):
                if text.utf8.contains(where: { $0 > 0x20 }) { history?.append(text) }
                let begun = begun
                self.begun = nil
                shared.perform { session, now in
                    session.typed(text, begunFor: begun, now: now)
                }
            case .end:
                shared.perform { session, _ in session.leave(nil) }
            }
        }
    }

    /// Remembers what the line's first character was typed for.
    private mutating func noteAim() {
        let aim = shared.state.withLock { state in
            state.screen.editor?.isEmpty ?? true ? nil : state.session.aim
        }
        begun = aim == nil ? nil : begun ?? aim
    }

    private mutating func received(signal number: Int32) {
        switch number {
        case SIGINT: interrupted()
        case SIGWINCH:
            shared.state.withLock { $0.screen.resize($0.session, SystemClock.now()) }
        case SIGTSTP:
            // The lock is held while stopped: nothing is printed over the shell.
            shared.state.withLock { state in
                state.screen.suspend(state.session) { SignalPipe.stopProcess() }
            }
        default:
            exitCode = 128 + number
            shared.perform { session, _ in session.leave(nil) }
        }
    }

    private mutating func interrupted() {
        interrupts += 1
        let isConnecting = shared.state.withLock { $0.screen.editor?.awaitsStart ?? true }
        if isConnecting { exitCode = 130 }
        // A third one does not wait for the server's answer to `bye`.
        if interrupts > 2 {
            return shared.state.withLock { state in
                state.outcome = state.outcome ?? JoinOutcome(code: 0, reason: "you left")
            }
        }
        if isConnecting || interrupts > 1 {
            return shared.perform { session, _ in session.leave(nil) }
        }
        shared.state.withLock { $0.screen.editor?.clearLine() }
        begun = nil
        shared.perform { _, _ in [.show(.status(InteractiveMode.leaveHint))] }
    }
}

extension JoinSession.State {
    /// Whether something on the screen changes with the seconds.
    var showsClock: Bool {
        screen.ticks && session.tellsTime && !(screen.editor?.awaitsStart ?? true)
    }
}
