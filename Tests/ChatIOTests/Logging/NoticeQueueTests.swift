// Lines from elsewhere in the process, for an operator.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatIO
import Testing

@Suite("A queue of notices")
struct NoticeQueueTests {
    @Test("What was posted is taken once, in its order")
    func order() throws {
        let queue = try #require(NoticeQueue())
        queue.post("a", isWarning: false)
        queue.post("b", isWarning: true)
        #expect(queue.take() == [.init("a", isWarning: false), .init("b", isWarning: true)])
        #expect(queue.take() == [])
    }

    @Test("Of too many the oldest are left out, and that is told")
    func bound() throws {
        let queue = try #require(NoticeQueue())
        for number in 0..<NoticeQueue.maxWaiting + 5 { queue.post("\(number)", isWarning: false) }
        let taken = queue.take()
        #expect(taken.count == NoticeQueue.maxWaiting + 1)
        #expect(taken.first == .init("5 older lines are left out", isWarning: true))
        #expect(taken.dropFirst().first?.text == "5")
    }
}
