// The heap of deadlines against a sorted list.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("The queue of deadlines")
struct DeadlineQueueTests {
    private func instant(_ number: Int) -> Instant { Instant(nanoseconds: Int64(number)) }

    @Test("gives what is due, earliest first, and nothing before its time")
    func order() {
        var random = SeededRandom(seed: 5)
        var queue = DeadlineQueue()
        var expected: [Int] = []
        for round in 0..<3000 {
            let due = Int.random(in: 0..<1000, using: &random)
            queue.insert(UInt64(due), due: instant(due))
            expected.append(due)
            if round % 100 == 99 {
                queue.keep { $0.key % 3 != 0 }
                expected.removeAll { $0 % 3 == 0 }
                #expect(queue.count == expected.count)
            }
            guard round % 3 == 0 else { continue }
            expected.sort()
            let now = Int.random(in: 0..<300, using: &random)
            while let entry = queue.popDue(now: instant(now)) {
                #expect(entry.due == instant(expected.removeFirst()) && entry.due <= instant(now))
            }
            #expect(expected.first.map { $0 > now } ?? true)
            #expect(queue.next == expected.min().map(instant))
        }
    }

    @Test("is empty when it is empty")
    func empty() {
        var queue = DeadlineQueue()
        #expect(queue.next == nil && queue.popDue(now: .distantFuture) == nil)
        queue.keep { _ in true }
        queue.insert(1, due: instant(1))
        queue.keep { _ in false }
        #expect(queue.count == 0 && queue.next == nil)
    }
}
