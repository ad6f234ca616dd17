// Holds passwords against the operators' one, on its own thread and one at a time: scrypt is slow by
// design, and no event loop may wait for it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// The way from a typed password to a verdict.
package final class PasswordVerifier: Sendable {
    package typealias Completion = @Sendable (PasswordVerdict) -> Void

    private struct Question: Sendable {
        let password: String
        let completion: Completion
    }

    /// So many wait at most; whoever comes then is to try later.
    private static let mostWaiting = 16

    private let password: OperatorPassword?
    private let consoleToken: [UInt8]
    private let questions = Monitor<[Question]>([])

    package init(_ password: OperatorPassword?, consoleToken: String) {
        self.password = password
        self.consoleToken = Array(consoleToken.utf8)
        _ = Thread(name: "passwords") { [self] in run() }
    }

    /// `completion` is called on another thread, or at once.
    package func verify(
        _ text: String, from address: String, completion: @escaping Completion
    ) {
        if Secret.areEqual(Array(text.utf8), consoleToken) { return completion(.right) }
        guard password != nil else { return completion(.wrong) }
        let isTaken = questions.withLock { waiting in
            guard waiting.count < PasswordVerifier.mostWaiting else { return false }
            waiting.append(Question(password: text, completion: completion))
            return true
        }
        guard isTaken else { return completion(.tryLater) }
        questions.signal()
    }

    private func run() {
        while true {
            let question = questions.wait { waiting in
                waiting.isEmpty ? .wait(until: .distantFuture) : .ready(waiting.removeFirst())
            }
            let isRight = password?.matches(Array(question.password.utf8)) ?? false
            question.completion(isRight ? .right : .wrong)
        }
    }
}
