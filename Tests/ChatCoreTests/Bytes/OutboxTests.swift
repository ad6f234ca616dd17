// The bounded queue of what a socket did not take.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("Outbox and batches")
struct OutboxTests {
    private func slice(_ text: String) -> BatchSlice { BatchSlice(SharedBatch(ByteBuffer(text))) }

    private func text(_ outbox: Outbox) -> String {
        outbox.next(.max).map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "|")
    }

    @Test("slices wait in order; an empty one is none")
    func order() {
        var outbox = Outbox(limit: 100)
        #expect(outbox.isEmpty)
        #expect(outbox.append(slice("one")) == .queued)
        #expect(outbox.append(slice("")) == .queued)
        #expect(outbox.append(slice("two")) == .queued)
        #expect(text(outbox) == "one|two")
        #expect(outbox.queuedBytes == 6)
        #expect(outbox.next(1).count == 1)
        #expect(outbox.next(-1).isEmpty)
    }

    @Test("the bound is exact, and an overflow changes nothing")
    func bound() {
        var outbox = Outbox(limit: 6)
        #expect(outbox.append(slice("abcd")) == .queued)
        #expect(outbox.append(slice("efg")) == .overflow)
        #expect(text(outbox) == "abcd")
        #expect(outbox.append(slice("ef")) == .queued)
        #expect(outbox.append(slice("g")) == .overflow)
        outbox.consume(1)
        #expect(outbox.append(slice("g")) == .queued)
        #expect(outbox.queuedBytes == 6)
    }

    @Test("the last words are taken beyond the bound")
    func lastWords() {
        var outbox = Outbox(limit: 4)
        #expect(outbox.append(slice("abcd")) == .queued)
        outbox.append(last: slice("bye"))
        #expect(text(outbox) == "abcd|bye")
        #expect(outbox.append(slice("x")) == .overflow)
    }

    @Test("consuming takes whole slices and parts of them")
    func consume() {
        var outbox = Outbox(limit: 100)
        for word in ["abc", "de", "fghi"] { _ = outbox.append(slice(word)) }
        outbox.consume(4)
        #expect(text(outbox) == "e|fghi")
        outbox.consume(1)
        #expect(text(outbox) == "fghi")
        outbox.consume(1000)
        #expect(outbox.isEmpty)
        #expect(outbox.queuedBytes == 0)
        #expect(outbox.next(10).isEmpty)
    }

    @Test("dropping keeps what is being written")
    func drop() {
        var outbox = Outbox(limit: 100)
        for word in ["abc", "de", "fghi"] { _ = outbox.append(slice(word)) }
        outbox.consume(1)
        outbox.drop(keeping: 2)
        #expect(text(outbox) == "bc|de")
        #expect(outbox.queuedBytes == 4)
        outbox.drop(keeping: 7)
        #expect(text(outbox) == "bc|de")
        outbox.drop(keeping: -1)
        #expect(outbox.isEmpty)
    }

    @Test("whatever is queued, sent and dropped, the bytes come out in order and are counted right")
    func model() {
        var random = SeededRandom(seed: 3)
        var outbox = Outbox(limit: 500)
        var expected: [UInt8] = []
        for _ in 0..<5000 {
            if Int.random(in: 0..<3, using: &random) > 0 {
                let bytes = random.bytes(Int.random(in: 0...30, using: &random))
                let fits = expected.count + bytes.count <= 500
                let isQueued = outbox.append(BatchSlice(SharedBatch(ByteBuffer(bytes)))) == .queued
                #expect(isQueued == fits)
                if fits { expected += bytes }
            } else {
                let count = Int.random(in: 0...60, using: &random)
                outbox.consume(count)
                expected.removeFirst(min(count, expected.count))
            }
            #expect(outbox.queuedBytes == expected.count)
            #expect(outbox.isEmpty == expected.isEmpty)
        }
        #expect(outbox.next(.max).flatMap { Array($0.bytes) } == expected)
    }

    @Test("a batch knows where its events begin, and a slice never leaves it")
    func slices() {
        var buffer = ByteBuffer("skipped")
        buffer.skip(7)
        buffer.write("onetwothree")
        let batch = SharedBatch(buffer, ends: [3, 6, 11])
        #expect(batch.count == 11)
        #expect((-1...4).map(batch.start) == [0, 0, 3, 6, 11, 11])
        let middle = BatchSlice(batch, batch.start(of: 1)..<batch.start(of: 2))
        #expect(String(decoding: middle.bytes, as: UTF8.self) == "two")
        #expect(BatchSlice(batch, -5..<100).count == 11)
        #expect(BatchSlice(batch, 40..<50).count == 0)
        #expect(SharedBatch(ByteBuffer()).count == 0)
    }
}
