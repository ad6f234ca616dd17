// The judge of passwords: who is heard, what it costs, and many threads at once.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer
import Testing

@Suite("The verifier of passwords")
struct PasswordVerifierTests {
    /// Verdicts as they come.
    private final class Verdicts: Sendable {
        private let list = Monitor<[PasswordVerdict]>([])

        func add(_ verdict: PasswordVerdict) {
            list.withLock { $0.append(verdict) }
            list.signal()
        }

        func wait(for count: Int) -> [PasswordVerdict] {
            list.wait { $0.count >= count ? .ready($0) : .wait(until: .distantFuture) }
        }
    }

    /// A clock that is set by hand.
    private final class Clock: Sendable {
        private let time = Locked(Instant(nanoseconds: 1))

        var now: Instant { time.withLock { $0 } }

        func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    }

    private static let token = Entropy.token()

    private func verifier(_ password: String?, clock: Clock = Clock()) throws -> PasswordVerifier {
        let cost = try ScryptHash.Cost(logN: 4, r: 1, p: 1)
        let hashed = try password.map {
            try OperatorPassword(hashing: Secret(Array($0.utf8)), cost: cost)
        }
        let verifier = PasswordVerifier(
            hashed, consoleToken: PasswordVerifierTests.token, clock: { clock.now })
        return try #require(verifier)
    }

    private func verdict(
        _ verifier: PasswordVerifier, _ password: String, from address: String = "10.0.0.1"
    ) -> PasswordVerdict? {
        let verdicts = Verdicts()
        verifier.verify(password, from: address) { verdicts.add($0) }
        return verdicts.wait(for: 1).first
    }

    @Test("tells the right password from a wrong one")
    func verdicts() throws {
        let verifier = try verifier("secret")
        defer { verifier.stop() }
        #expect(verdict(verifier, "secret") == .right)
        #expect(verdict(verifier, "Secret") == .wrong)
        #expect(verdict(verifier, "") == .wrong)
        #expect(verdict(verifier, String(repeating: "x", count: 1025)) == .wrong)
        #expect(verifier.computations == 2)
    }

    @Test("looks at few of a thousand wrong ones, and never locks the console out")
    func guessing() throws {
        let verifier = try verifier("secret")
        defer { verifier.stop() }
        for number in 0..<1000 {
            #expect(verdict(verifier, "guess \(number)") != .right)
            if number % 100 == 0 {
                #expect(verdict(verifier, PasswordVerifierTests.token) == .right)
            }
        }
        #expect(verifier.computations == Limits.freePasswordAttempts)
        #expect(verdict(verifier, "secret") == .tryLater)
        #expect(verdict(verifier, "secret", from: "10.0.0.2") == .right)
        #expect(verdict(verifier, PasswordVerifierTests.token) == .right)
    }

    @Test("lets a throttled address in again when its time has come")
    func throttled() throws {
        let clock = Clock()
        let verifier = try verifier("secret", clock: clock)
        defer { verifier.stop() }
        for _ in 0..<Limits.freePasswordAttempts { _ = verdict(verifier, "wrong") }
        #expect(verdict(verifier, "secret") == .tryLater)
        clock.pass(PasswordThrottle.firstWait)
        #expect(verdict(verifier, "secret") == .right)
        #expect(verdict(verifier, "wrong") == .wrong)
    }

    @Test("takes the console's token alone where there is no password")
    func noPassword() throws {
        let verifier = try verifier(nil)
        #expect(verdict(verifier, "") == .wrong && verdict(verifier, "x") == .wrong)
        #expect(verdict(verifier, PasswordVerifierTests.token) == .right)
        #expect(verdict(verifier, String(PasswordVerifierTests.token.dropLast())) == .wrong)
        verifier.stop()
    }

    @Test("answers everyone once when many threads ask at once, and keeps its queue short")
    func manyThreads() throws {
        let verifier = try verifier("secret")
        defer { verifier.stop() }
        let verdicts = Verdicts()
        let asked = 8 * 200
        let threads = (0..<8).compactMap { thread in
            Thread(name: "asker") {
                for number in 0..<200 {
                    let password = number % 2 == 0 ? "secret" : "wrong"
                    verifier.verify(password, from: "10.\(thread).\(number).1") {
                        verdicts.add($0)
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        let all = verdicts.wait(for: asked)
        #expect(all.count == asked)
        let judged = all.count { $0 != .tryLater }
        #expect(judged == verifier.computations && judged > 0)
    }

    @Test("turns away at once what its queue has no room for")
    func fullQueue() throws {
        let verifier = try verifier("secret")
        defer { verifier.stop() }
        // The first completion keeps the thread; the queue fills behind it.
        let gate = Monitor(false)
        let verdicts = Verdicts()
        let begun = Verdicts()
        verifier.verify("secret", from: "10.0.0.1") { verdict in
            begun.add(verdict)
            gate.wait { $0 ? .ready(()) : .wait(until: .distantFuture) }
        }
        _ = begun.wait(for: 1)
        for number in 0..<PasswordVerifier.maxQueued {
            verifier.verify("secret", from: "10.1.\(number).1") { verdicts.add($0) }
        }
        #expect(verdict(verifier, "secret", from: "10.2.0.1") == .tryLater)
        #expect(verdict(verifier, PasswordVerifierTests.token, from: "10.2.0.1") == .right)
        gate.withLock { $0 = true }
        gate.signal()
        let all = verdicts.wait(for: PasswordVerifier.maxQueued)
        #expect(all.allSatisfy { $0 == .right })
        #expect(verdict(verifier, "secret", from: "10.2.0.1") == .right)
    }

    @Test("tells those who still wait to try later when it stops")
    func stopping() throws {
        let verifier = try verifier("secret")
        let verdicts = Verdicts()
        for number in 0..<20 {
            verifier.verify("secret", from: "10.0.\(number).1") { verdicts.add($0) }
        }
        verifier.stop()
        verifier.stop()
        #expect(verdicts.wait(for: 20).count == 20)
        #expect(verdict(verifier, "secret") == .tryLater)
    }
}
