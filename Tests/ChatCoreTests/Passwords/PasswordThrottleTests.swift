// Wrong passwords in virtual time: what is free, how the waits grow, and what is remembered of whom.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("The throttle of passwords")
struct PasswordThrottleTests {
    /// A throttle and a clock.
    private final class Scene {
        var throttle: PasswordThrottle
        var now = Instant(nanoseconds: 1_000_000_000_000)

        init(maxAddresses: Int = PasswordThrottle.maxAddresses) {
            throttle = PasswordThrottle(maxAddresses: maxAddresses)
        }

        func pass(_ time: Duration) { now = now + time }

        /// Tries a password; whether it was looked at.
        @discardableResult
        func tries(_ address: String, isRight: Bool = false) -> Bool {
            guard let key = throttle.begins(AddressKey(address), now: now) else { return false }
            throttle.ended(key, isRight: isRight, now: now)
            return true
        }

        /// How many of so many wrong ones were looked at.
        @discardableResult
        func failures(_ address: String, of count: Int) -> Int {
            (0..<count).count { _ in tries(address) }
        }
    }

    @Test("lets some wrong ones be, then makes the address wait twice as long each time")
    func doubling() {
        let scene = Scene()
        #expect(scene.failures("10.0.0.1", of: 1000) == Limits.freePasswordAttempts)
        var wait = PasswordThrottle.firstWait
        for _ in 0..<12 {
            scene.pass(wait - .milliseconds(1))
            #expect(!scene.tries("10.0.0.1"))
            scene.pass(.milliseconds(1))
            #expect(scene.failures("10.0.0.1", of: 3) == 1)
            wait = min(wait * 2, PasswordThrottle.longestWait)
        }
        #expect(wait == PasswordThrottle.longestWait)
        #expect(scene.failures("10.0.0.2", of: 2) == 2)
    }

    @Test("does not hold against an address what it tried in vain")
    func patience() {
        let scene = Scene()
        scene.failures("a", of: 6)
        for _ in 0..<99 {
            scene.pass(.milliseconds(10))
            #expect(!scene.tries("a"))
        }
        scene.pass(.milliseconds(10))
        #expect(scene.tries("a", isRight: true))
    }

    @Test("begins anew after the right one, or after a quiet time")
    func clearing() {
        let scene = Scene()
        scene.failures("a", of: 6)
        scene.pass(.seconds(2))
        #expect(scene.tries("a", isRight: true))
        #expect(scene.throttle.count == 0)
        #expect(scene.failures("a", of: 99) == Limits.freePasswordAttempts)
        scene.pass(PasswordThrottle.memory)
        #expect(scene.failures("a", of: 99) == Limits.freePasswordAttempts)
    }

    @Test("gives a patient guesser no more for being quiet than for going on")
    func slowGuessing() {
        func guesses(pause: Duration, burst: Int) -> Int {
            let scene = Scene()
            var count = 0
            let end = scene.now + .seconds(24 * 3600)
            while scene.now < end {
                count += scene.failures("a", of: burst)
                scene.pass(pause)
            }
            return count
        }
        #expect(guesses(pause: .seconds(1), burst: 1) < 310)
        #expect(guesses(pause: PasswordThrottle.memory, burst: 100) < 310)
    }

    @Test("counts what is being looked at, so that many at once are no way around it")
    func parallel() {
        let scene = Scene()
        let key = AddressKey("a")
        let begun = (0..<100).compactMap { _ in scene.throttle.begins(key, now: scene.now) }
        #expect(begun.count == Limits.freePasswordAttempts)
        for key in begun { scene.throttle.ended(key, isRight: false, now: scene.now) }
        #expect(!scene.tries("a"))
        scene.pass(PasswordThrottle.firstWait)
        let second = (0..<100).compactMap { _ in scene.throttle.begins(key, now: scene.now) }
        #expect(second.count == 1)
    }

    @Test("takes one network's addresses for one, and a mapped address for what it maps")
    func keys() {
        #expect(AddressKey("2001:db8:1:2::1") == AddressKey("2001:db8:1:2:ffff:a:b:c"))
        #expect(AddressKey("2001:db8:1:2::1") != AddressKey("2001:db8:1:3::1"))
        #expect(AddressKey("::ffff:10.0.0.1") == AddressKey("10.0.0.1"))
        #expect(AddressKey("::ffff:a00:1") == AddressKey("10.0.0.1"))
        #expect(AddressKey("0:0:0:0:0:FFFF:10.0.0.1") == AddressKey("10.0.0.1"))
        #expect(AddressKey("10.0.0.1") != AddressKey("10.0.0.2"))
        #expect(AddressKey("fe80::1%eth0") == AddressKey("fe80::2%eth1"))
        #expect(AddressKey("::1") == AddressKey("0:0:0:0:0:0:0:1"))
        #expect(AddressKey("1::") == AddressKey("1:0:0:0:5:6:7:8"))
        #expect(AddressKey("1:2:3:4:5:6:7::") == AddressKey("1:2:3:4::"))
    }

    @Test("lets anything else stand for itself")
    func oddKeys() {
        let odd = [
            "", "*", "x", ":", ":::", "1:::2", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "1.2.3", "1.2.3.4.5",
            "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7:8",
            "::1.2.3", "1.2.3.4::", "::ffff:1.2.3.4:5", String(repeating: ":", count: 45),
        ]
        #expect(Set(odd.map(AddressKey.init)).count == odd.count)
        #expect(!odd.map(AddressKey.init).contains(AddressKey("1.2.3.4")))
        let long = String(repeating: "1:", count: 50_000)
        #expect(AddressKey(long) == AddressKey(long + "x"))
    }

    @Test("remembers no more addresses than it may")
    func bounded() {
        let scene = Scene(maxAddresses: 100)
        for number in 0..<10_000 {
            scene.tries("10.0.\(number / 256).\(number % 256)")
            scene.pass(.milliseconds(1))
            #expect(scene.throttle.count <= 100)
        }
    }

    @Test("is not made to forget an address that must wait by many others")
    func flooding() {
        let scene = Scene(maxAddresses: 100)
        scene.failures("10.9.9.9", of: 12)
        #expect(!scene.tries("10.9.9.9"))
        for number in 0..<5000 { scene.tries("10.0.\(number / 256).\(number % 256)") }
        #expect(!scene.tries("10.9.9.9"))
    }

    @Test("takes all newcomers for one when it is full of addresses that must wait")
    func others() {
        let scene = Scene(maxAddresses: 100)
        for number in 0..<99 {
            #expect(scene.failures("10.0.0.\(number)", of: 9) == Limits.freePasswordAttempts)
        }
        let looked = (0..<1000).count { scene.tries("10.1.\($0 / 256).\($0 % 256)") }
        #expect(looked == Limits.freePasswordAttempts)
        #expect(scene.throttle.count == 100)
        scene.pass(PasswordThrottle.firstWait)
        #expect(scene.tries("10.2.0.1", isRight: true))
        #expect(scene.throttle.count == 99)
        scene.pass(PasswordThrottle.memory)
        #expect(scene.failures("10.3.0.1", of: 9) == Limits.freePasswordAttempts)
        #expect(scene.throttle.count == 1)
    }

    @Test("keeps its counts right however tries begin and end")
    func anyOrder() {
        var random = SeededRandom(seed: 3)
        let scene = Scene(maxAddresses: 8)
        var open: [AddressKey] = []
        for _ in 0..<50_000 {
            scene.pass(.milliseconds(Int.random(in: 0...2000, using: &random)))
            if Int.random(in: 0...99, using: &random) == 0 { scene.pass(PasswordThrottle.memory) }
            if open.isEmpty || Bool.random(using: &random) {
                let address = "10.0.0.\(Int.random(in: 0...20, using: &random))"
                if let key = scene.throttle.begins(AddressKey(address), now: scene.now) {
                    open.append(key)
                }
            } else {
                let key = open.remove(at: Int.random(in: 0..<open.count, using: &random))
                let isRight = Int.random(in: 0...9, using: &random) == 0
                scene.throttle.ended(key, isRight: isRight, now: scene.now)
            }
            #expect(scene.throttle.count <= 8)
        }
        for key in open { scene.throttle.ended(key, isRight: true, now: scene.now) }
        scene.pass(PasswordThrottle.memory)
        for number in 100..<107 { #expect(scene.tries("10.0.0.\(number)", isRight: true)) }
    }
}
