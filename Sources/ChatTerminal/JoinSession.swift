// Drives `ChatSession`: what the main thread and the receive thread share, behind one lock, which
// is also the terminal's. The receive thread alone touches the socket; the main thread alone reads
// standard input. Each wakes the other through a pipe. DESIGN "The client's two threads".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO

/// The shared part of one `chatkit join`.
package final class JoinSession: Sendable {
    /// What the terminal lock protects.
    struct State {
        var session: ChatSession
        let screen: Screen
        /// Bytes for the receive thread to send on the present connection.
        var outgoing: [UInt8] = []
        /// Set by the session for the receive thread, which takes them.
        var wantsDisconnect = false
        var retryAfter: Duration?
        var redirect: Endpoint?
        /// `bye` is among the bytes: wait for the server's answer no longer than a moment.
        var isFinishing = false
        var outcome: JoinOutcome?
        /// The main thread wakes by itself when a clock on the screen shows another second.
        var watchesClock = false
        /// The main thread stopped reading input because too much is pending.
        var inputIsPaused = false

        /// Executes what can be executed under the lock; the rest is left for who does it.
        /// `line` is what was received, if it was that.
        mutating func apply(_ actions: [ClientAction], to line: [UInt8] = [], now: Now) {
            for action in actions {
                switch action {
                case .send(let line): outgoing += line
                case .show(let display): screen.show(display, session, now: now.wall)
                case .echo: screen.showRaw(line)
                case .prompt:
                    screen.editor?.setPrompt(screen.prompt(session, at: now.instant))
                case .bell: screen.ringBell()
                case .edit(let text):
                    // Where there is no line to edit, a prepared text is sent as it is.
                    if !screen.edit(text) { apply(session.typed(text, now: now), now: now) }
                case .disconnect:
                    outgoing = []
                    wantsDisconnect = true
                case .redirect(let place):
                    outgoing = []
                    wantsDisconnect = true
                    redirect = place
                case .retry(let delay): retryAfter = delay
                case .finish: isFinishing = true
                case .end(let outcome): self.outcome = self.outcome ?? outcome
                }
            }
        }
    }

    let state: Locked<State>
    /// Wakes the receive thread.
    let network: WakePipe
    /// Wakes the main thread.
    let main: WakePipe
    let link: ServerLink
    /// Words from elsewhere in the process.
    let notices: NoticeQueue?

    init(
        _ state: sending State, network: WakePipe, main: WakePipe, link: ServerLink,
        notices: NoticeQueue? = nil
    ) {
        self.state = Locked(state)
        self.network = network
        self.main = main
        self.link = link
        self.notices = notices
    }

    /// Time has passed: what the prompt and the header tell is brought up to date.
    func tick() {
        let now = SystemClock.now()
        state.withLock { state in
            state.screen.editor?.setPrompt(state.screen.prompt(state.session, at: now.instant))
            state.screen.flush(state.session, now)
        }
    }

    /// Shows what was posted for the operator.
    func showNotices() {
        guard let notices = notices?.take(), !notices.isEmpty else { return }
        perform { _, _ in
            notices.map { notice in
                .show(
                    notice.isWarning
                        ? .trouble(notice.text, hint: nil) : .status(notice.text))
            }
        }
    }

    /// Lets something happen to the session, and carries out what follows; the bytes to send are
    /// left to the receive thread.
    func perform(_ event: (inout ChatSession, Now) -> [ClientAction]) {
        let now = SystemClock.now()
        state.withLock { state in
            state.apply(event(&state.session, now), now: now)
            state.screen.flush(state.session, now)
        }
        network.wake()
    }

    /// The outcome, once there is one.
    var outcome: JoinOutcome? {
        state.withLock { state in
            // Nobody reads on: that ends the program, and well.
            state.screen.isBroken
                ? JoinOutcome(code: 0, reason: "standard output was closed") : state.outcome
        }
    }
}
