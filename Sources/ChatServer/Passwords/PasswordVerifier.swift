// Looks at operators' passwords on a thread of its own, one after the other: scrypt is dear on
// purpose, and whoever tries many takes no more of the machine than that thread. What is too much,
// by address or in all, is turned away before anything is computed.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// The only judge of passwords. `stop` ends its thread.
package final class PasswordVerifier: Sendable {
    /// Passwords that wait to be looked at, at most.
    package static let maxQueued = 32

    package typealias Completion = @Sendable (PasswordVerdict) -> Void

    private struct Question: Sendable {
        let password: Secret
        let address: AddressKey
        let completion: Completion
    }

    private struct State: Sendable {
        var throttle = PasswordThrottle()
        var questions: [Question] = []
        var hasStopped = false
        var computed = 0
    }

    private let consoleToken: [UInt8]
    private let password: OperatorPassword?
    private let clock: @Sendable () -> Instant
    private let state = Monitor(State())
    private let thread = Locked<Thread?>(nil)

    /// Starts the thread; nil when the system has no more of them. `consoleToken`, unguessable and
    /// known in this process alone, is right without scrypt and without a limit; where there is no
    /// password, nothing else is.
    package init?(
        _ password: OperatorPassword?, consoleToken: String,
        clock: @escaping @Sendable () -> Instant = { SystemClock.instant() }
    ) {
        self.password = password
        self.clock = clock
        self.consoleToken = Array(consoleToken.utf8)
        guard let password else { return }
        guard
            let started = Thread(
                name: "passwords", { [state] in PasswordVerifier.run(password, state, clock) })
        else { return nil }
        thread.withLock { $0 = started }
    }

    deinit { stop() }

    /// Judges a password that came from an address. `completion` is called once: at once, on this
    /// thread, when nothing is to be computed, otherwise on the verifier's own.
    package func verify(
        _ password: String, from address: String, completion: @escaping Completion
    ) {
        let bytes = Array(password.utf8)
        if Secret.areEqual(bytes, consoleToken) { return completion(.right) }
        guard self.password != nil, !bytes.isEmpty, bytes.count <= Limits.maxPasswordBytes else {
            return completion(.wrong)
        }
        let secret = Secret(bytes)
        let key = AddressKey(address)
        let now = clock()
        let isTaken = state.withLock { state in
            guard !state.hasStopped, state.questions.count < PasswordVerifier.maxQueued,
                let address = state.throttle.begins(key, now: now)
            else { return false }
            state.questions.append(
                Question(password: secret, address: address, completion: completion))
            return true
        }
        if isTaken { state.signal() } else { completion(.tryLater) }
    }

    /// Ends the thread after its current password; requests that still wait are answered with
    /// `tryLater`.
    package func stop() {
        let rest = state.withLock { state in
            state.hasStopped = true
            defer { state.questions = [] }
            return state.questions
        }
        state.signal()
        for question in rest { question.completion(.tryLater) }
        let ended = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        ended?.join()
    }

    /// How often scrypt was computed.
    package var computations: Int { state.withLock { $0.computed } }

    private static func run(
        _ password: OperatorPassword, _ state: Monitor<State>, _ clock: () -> Instant
    ) {
        while true {
            let next: Question? = state.wait { state in
                if state.hasStopped { return .ready(nil) }
                guard !state.questions.isEmpty else { return .wait(until: .distantFuture) }
                return .ready(state.questions.removeFirst())
            }
            guard let question = next else { return }
            let isRight = question.password.withBytes { password.matches($0) }
            question.password.wipe()
            let now = clock()
            state.withLock { state in
                state.computed += 1
                state.throttle.ended(question.address, isRight: isRight, now: now)
            }
            question.completion(isRight ? .right : .wrong)
        }
    }
}
