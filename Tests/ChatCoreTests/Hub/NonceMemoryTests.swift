// What a session's nonces became, in bounded memory.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("NonceMemory")
struct NonceMemoryTests {
    private func accepted(_ number: UInt64) -> Accepted {
        Accepted(id: MessageID(origin: 1, number: number), room: .lobby, seq: number)
    }

    @Test("a nonce is found with what it became")
    func remembers() {
        var memory = NonceMemory(capacity: 3)
        #expect(memory["a"] == nil)
        memory.remember("a", as: accepted(1))
        #expect(memory["a"] == accepted(1))
        #expect(memory["A"] == nil)
    }

    @Test("the oldest nonce is forgotten first, for as long as nonces come")
    func forgetsOldest() {
        var memory = NonceMemory(capacity: 3)
        for number in 1...1000 as ClosedRange<UInt64> {
            memory.remember("n\(number)", as: accepted(number))
            for back in 0..<3 as Range<UInt64> where number > back {
                #expect(memory["n\(number - back)"] == accepted(number - back))
            }
            if number > 3 { #expect(memory["n\(number - 3)"] == nil) }
        }
    }

    @Test("remembering a nonce again makes no second entry")
    func again() {
        var memory = NonceMemory(capacity: 2)
        memory.remember("a", as: accepted(1))
        memory.remember("a", as: accepted(1))
        memory.remember("b", as: accepted(2))
        #expect(memory["a"] == accepted(1))
        #expect(memory["b"] == accepted(2))
    }

    @Test("a memory of nothing still remembers one")
    func smallest() {
        var memory = NonceMemory(capacity: 0)
        memory.remember("a", as: accepted(1))
        memory.remember("b", as: accepted(2))
        #expect(memory["a"] == nil)
        #expect(memory["b"] == accepted(2))
    }
}
