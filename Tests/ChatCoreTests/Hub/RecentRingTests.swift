// A room's newest messages: pages, bounds, and what "complete" promises.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("RecentRing")
struct RecentRingTests {
    private func message(_ seq: UInt64, _ text: String = "x", tags: String = "") throws -> Message {
        Message(
            id: MessageID(origin: 1, number: seq), room: .lobby, seq: seq,
            from: Person(nick: try Nickname("ann"), user: "", host: "", realName: ""), kind: .text,
            text: text, at: Timestamp(milliseconds: 0), clientTags: tags)
    }

    private func ring(_ seqs: ClosedRange<UInt64>, capacity: Int) throws -> RecentRing {
        var ring = RecentRing(capacity: capacity, maxBytes: 1000)
        for seq in seqs { ring.append(try message(seq)) }
        return ring
    }

    /// The page's numbers, with `…` in front when there is more in that direction.
    private func page(
        _ ring: RecentRing, _ bound: HistoryRequest.Bound, limit: Int = 3
    ) -> String {
        guard let page = ring.page(HistoryRequest(room: .lobby, bound: bound, limit: limit)) else {
            return "not answered"
        }
        let numbers = page.messages.map { String($0.seq) }.joined(separator: " ")
        return page.complete ? numbers : "…\(numbers)"
    }

    @Test("an empty ring is complete in every direction")
    func empty() {
        let ring = RecentRing(capacity: 4, maxBytes: 10)
        #expect(ring.firstSeq == nil)
        #expect(page(ring, .latest) == "")
        #expect(page(ring, .before(.seq(5))) == "")
        #expect(page(ring, .after(.seq(0))) == "")
    }

    @Test("pages of a room that is in memory from its first message")
    func wholeRoom() throws {
        let ring = try ring(1...5, capacity: 10)
        #expect(page(ring, .latest) == "…3 4 5")
        #expect(page(ring, .latest, limit: 5) == "1 2 3 4 5")
        #expect(page(ring, .before(.seq(4))) == "1 2 3")
        #expect(page(ring, .before(.seq(5))) == "…2 3 4")
        #expect(page(ring, .before(.seq(1))) == "")
        #expect(page(ring, .before(.seq(0))) == "")
        #expect(page(ring, .before(.seq(6))) == "…3 4 5")
        #expect(page(ring, .before(.seq(.max)), limit: 200) == "1 2 3 4 5")
        #expect(page(ring, .after(.seq(0))) == "…1 2 3")
        #expect(page(ring, .after(.seq(2))) == "3 4 5")
        #expect(page(ring, .after(.seq(5))) == "")
        #expect(page(ring, .after(.seq(.max))) == "")
    }

    @Test("pages of a room whose beginning is forgotten say so")
    func forgottenBeginning() throws {
        let ring = try ring(1...9, capacity: 4)
        #expect(ring.firstSeq == 6)
        #expect(ring.count == 4)
        #expect(page(ring, .latest, limit: 200) == "…6 7 8 9")
        #expect(page(ring, .before(.seq(7))) == "…6")
        #expect(page(ring, .before(.seq(6))) == "…")
        #expect(page(ring, .before(.seq(2))) == "…")
        #expect(page(ring, .after(.seq(5)), limit: 10) == "6 7 8 9")
        #expect(page(ring, .after(.seq(4)), limit: 10) == "…6 7 8 9")
        #expect(page(ring, .after(.seq(0))) == "…6 7 8")
    }

    @Test("text and tags are bounded in bytes; the newest message always stays")
    func byteBound() throws {
        var ring = RecentRing(capacity: 100, maxBytes: 10)
        for seq in 1...3 { ring.append(try message(UInt64(seq), "1234")) }
        #expect(ring.count == 2)
        ring.append(try message(4, "12", tags: "+a=345"))
        #expect(ring.count == 1)
        ring.append(try message(5, String(repeating: "x", count: 50)))
        #expect(ring.firstSeq == 5)
        #expect(ring.count == 1)
        ring.append(try message(6, "1"))
        #expect(ring.firstSeq == 6)
    }

    @Test("numbers stay consecutive over thousands of messages")
    func longRun() throws {
        var ring = RecentRing(capacity: 7, maxBytes: 1000)
        for seq in 1...5000 as ClosedRange<UInt64> {
            ring.append(try message(seq))
            #expect(ring.count == Int(min(seq, 7)))
            #expect(ring.firstSeq == (seq > 7 ? seq - 6 : 1))
        }
        #expect((0..<7).map { ring[$0].seq } == Array(4994...5000))
    }
}
