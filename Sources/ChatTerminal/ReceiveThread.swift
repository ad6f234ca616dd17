// The receive thread: connects, reads, decodes, has printed what arrived, sends what was typed, and
// connects again. The only user of the socket.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO
import Glibc

/// The body of the receive thread.
struct ReceiveThread {
    let shared: JoinSession

    /// How long the server may take to close after `bye`.
    static let farewell = Duration.seconds(2)
    private static let chunkBytes = 64 << 10

    /// Runs until the session has an outcome.
    func run() {
        while true {
            do throws(ConnectError) {
                let place = shared.state.withLock { state in
                    defer { state.redirect = nil }
                    return state.redirect
                }
                let connection = try shared.link.connect(
                    insteadTo: place, cancel: shared.network,
                    isCancelled: {
                        _ = shared.network.drain()
                        return hasEnded
                    })
                perform { session, now in session.connected(now: now) }
                let why = converse(connection)
                connection.close()
                perform { session, now in
                    session.connectionLost(why, now: now, entropy: Entropy.number())
                }
            } catch {
                perform { session, now in
                    session.connectFailed(
                        error.message, hint: error.hint, now: now, entropy: Entropy.number())
                }
            }
            waitForRetry()
            if hasEnded { return }
        }
    }

    private var hasEnded: Bool { shared.outcome != nil }

    /// An event of this thread; the main thread learns when it must act on it.
    private func perform(_ event: (inout ChatSession, Now) -> [ClientAction]) {
        let now = SystemClock.now()
        let mainMustAct = shared.state.withLock { state in
            state.apply(event(&state.session, now), now: now)
            state.screen.flush(state.session, now)
            return needsMain(state)
        }
        if mainMustAct { shared.main.wake() }
    }

    private func needsMain(_ state: JoinSession.State) -> Bool {
        state.outcome != nil || state.screen.isBroken
            || (state.inputIsPaused && state.session.takesInput)
            || (state.showsClock && !state.watchesClock)
            || (state.screen.editor?.awaitsStart ?? false) && state.session.isArrived
    }

    /// Sleeps until the next attempt is due, or the program ends.
    private func waitForRetry() {
        let delay = shared.state.withLock { state in
            state.wantsDisconnect = false
            state.outgoing = []
            defer { state.retryAfter = nil }
            return state.retryAfter
        }
        guard let delay else { return }
        let until = SystemClock.instant() + delay
        while !hasEnded {
            let left = (until - SystemClock.instant()).wholeMilliseconds
            if left <= 0 { return }
            let next = shared.state.withLock { $0.session.nextDeadline }
            let due = next.map { ($0 - SystemClock.instant()).wholeMilliseconds + 1 } ?? left
            var polled = pollfd(fd: shared.network.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, Int32(clamping: max(0, min(left, due))))
            _ = shared.network.drain()
            tick()
        }
    }

    private func tick() {
        let now = SystemClock.instant()
        let isDue = shared.state.withLock { ($0.session.nextDeadline ?? .distantFuture) <= now }
        guard isDue else { return }
        perform { session, now in
            session.deadlineReached(now: now, entropy: Entropy.number())
        }
    }
}

// MARK: - On a connection

extension ReceiveThread {
    /// What one turn of the conversation has to do.
    private struct Plan {
        var mayGoOn: Bool
        var isFinishing: Bool
        var deadline: Instant?
    }

    /// Sends and receives until the connection is of no more use; returns why it ended.
    private func converse(_ connection: ServerConnection) -> String {
        var splitter = LineSplitter()
        var chunk = [UInt8](repeating: 0, count: ReceiveThread.chunkBytes)
        var sending: ArraySlice<UInt8> = []
        var finishBy: Instant?
        while true {
            let plan = shared.state.withLock { state in
                if sending.isEmpty {
                    sending = state.outgoing[...]
                    state.outgoing = []
                }
                return Plan(
                    mayGoOn: !state.wantsDisconnect && state.outcome == nil,
                    isFinishing: state.isFinishing, deadline: state.session.nextDeadline)
            }
            guard plan.mayGoOn else { return "" }
            let now = SystemClock.instant()
            if plan.isFinishing, finishBy == nil { finishBy = now + ReceiveThread.farewell }
            if let finishBy, finishBy <= now { return "the server did not answer" }
            var polled = [
                pollfd(
                    fd: connection.descriptor,
                    events: Int16(sending.isEmpty ? POLLIN : POLLIN | POLLOUT), revents: 0),
                pollfd(fd: shared.network.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let due = min(plan.deadline ?? .distantFuture, finishBy ?? .distantFuture)
            poll(&polled, 2, milliseconds(until: due, now))
            if polled[1].revents != 0 { _ = shared.network.drain() }
            if polled[0].revents & Int16(POLLOUT) != 0 {
                switch connection.send(sending) {
                case .bytes(let count): sending = sending.dropFirst(count)
                case .wouldBlock, .closed: break
                case .ended(let why):
                    // What the server said before it closed may still be there to read.
                    guard polled[0].revents & Int16(POLLIN) != 0 else { return why }
                    sending = []
                }
            }
            if polled[0].revents & ~Int16(POLLOUT) != 0 {
                switch connection.receive(into: &chunk) {
                case .bytes(let count):
                    splitter.append(chunk[..<count])
                    if let why = take(&splitter) { return why }
                case .wouldBlock: break
                case .closed: return "the server closed the connection"
                case .ended(let why): return why
                }
            }
            tick()
        }
    }

    private func milliseconds(until due: Instant, _ now: Instant) -> Int32 {
        if due == .distantFuture { return -1 }
        return Int32(clamping: max(0, (due - now).wholeMilliseconds + 1))
    }

    /// Decodes the lines that are complete and lets them happen, all of them shown at once.
    /// Returns why the connection is to be given up, if it is.
    private func take(_ splitter: inout LineSplitter) -> String? {
        let keepsSources = shared.state.withLock { $0.session.options.interface == .json }
        var lines: [(raw: [UInt8], event: ChatEvent?)] = []
        var trouble: String?
        while trouble == nil, let piece = splitter.next() {
            switch piece {
            case .tooLong: trouble = "a line from the server is too long"
            case .line(let raw):
                if raw.isEmpty { continue }
                let value = try? JSONReader.value(in: raw)
                lines.append((raw, value.flatMap { ChatEvent($0, keepsSources: keepsSources) }))
            }
        }
        let now = SystemClock.now()
        let mainMustAct = shared.state.withLock { state in
            for (raw, event) in lines {
                let actions: [ClientAction]
                if let event {
                    actions = state.session.received(event, now: now, entropy: Entropy.number())
                } else {
                    actions = state.session.garbled(raw, now: now)
                }
                state.apply(actions, to: raw, now: now)
            }
            state.screen.flush(state.session, now)
            return needsMain(state)
        }
        if mainMustAct { shared.main.wake() }
        return trouble
    }
}
