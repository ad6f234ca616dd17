// Pages of history: every way to ask, and when a page says that it is complete.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal
import Testing

@Suite struct HistoryTests {
    private let harness: JournalHarness
    /// Message n of the lobby was said at this time plus n seconds; another room lies between.
    private let start: Int64 = 1_700_000_000_000
    private let messages: [Message]

    init() throws {
        harness = try JournalHarness(JournalConfiguration(location: .privateMemory()))
        var author = Author()
        var messages: [Message] = []
        for n in 1...50 {
            author.clock = start + Int64(n) * 1000 - 1
            messages.append(try author.says("lobby \(n)"))
            author.clock += 1
            messages.append(try author.says("dev \(n)", in: "#dev"))
        }
        self.messages = messages
        harness.append(messages)
        let harness = harness
        #expect(harness.waits { harness.committed.count == 100 })
    }

    private func page(
        _ bound: HistoryQuery.Bound, _ limit: Int, in room: RoomName = .lobby
    ) throws -> HistoryPage {
        try harness.history(HistoryQuery(room: room, bound: bound, limit: limit))
    }

    private func time(_ n: Int64) -> HistoryPoint {
        .time(Timestamp(milliseconds: start + n * 1000))
    }

    private func id(_ n: Int) -> HistoryPoint { .id(messages[n * 2 - 2].id) }

    private func expect(
        _ bound: HistoryQuery.Bound, _ limit: Int, _ seqs: [UInt64], complete: Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let page = try page(bound, limit)
        #expect(page.seqs == seqs, sourceLocation: sourceLocation)
        #expect(page.complete == complete, sourceLocation: sourceLocation)
        #expect(page.texts == seqs.map { "lobby \($0)" }, sourceLocation: sourceLocation)
        #expect(page.oldestKept == 1, sourceLocation: sourceLocation)
        #expect(page.lastSeq == 50, sourceLocation: sourceLocation)
    }

    @Test func theLatest() throws {
        try expect(.latest(after: nil), 3, [48, 49, 50], complete: false)
        try expect(.latest(after: nil), 50, Array(1...50), complete: true)
        try expect(.latest(after: .seq(48)), 10, [49, 50], complete: true)
        try expect(.latest(after: .seq(40)), 3, [48, 49, 50], complete: false)
        try expect(.latest(after: .seq(50)), 3, [], complete: true)
        try expect(.latest(after: time(48)), 10, [49, 50], complete: true)
    }

    @Test func beforeAPoint() throws {
        try expect(.before(.seq(4)), 2, [2, 3], complete: false)
        try expect(.before(.seq(4)), 3, [1, 2, 3], complete: true)
        try expect(.before(.seq(1)), 3, [], complete: true)
        try expect(.before(.seq(0)), 3, [], complete: true)
        try expect(.before(.seq(.max)), 2, [49, 50], complete: false)
        try expect(.before(id(4)), 2, [2, 3], complete: false)
        try expect(.before(time(4)), 2, [2, 3], complete: false)
        try expect(.before(time(-9)), 2, [], complete: true)
    }

    @Test func afterAPoint() throws {
        try expect(.after(.seq(47)), 2, [48, 49], complete: false)
        try expect(.after(.seq(47)), 3, [48, 49, 50], complete: true)
        try expect(.after(.seq(0)), 2, [1, 2], complete: false)
        try expect(.after(.seq(50)), 2, [], complete: true)
        try expect(.after(.seq(.max)), 2, [], complete: true)
        try expect(.after(id(47)), 2, [48, 49], complete: false)
        try expect(.after(time(47)), 2, [48, 49], complete: false)
        try expect(.after(.time(Timestamp(milliseconds: .min))), 1, [1], complete: false)
        try expect(.after(.time(Timestamp(milliseconds: .max))), 1, [], complete: true)
    }

    @Test func aroundAPointWhichIsPartOfIt() throws {
        try expect(.around(.seq(10)), 5, [8, 9, 10, 11, 12], complete: false)
        try expect(.around(id(10)), 1, [10], complete: false)
        try expect(.around(.seq(50)), 4, [48, 49, 50], complete: false)
        try expect(.around(.seq(1)), 4, [1, 2, 3, 4], complete: false)
    }

    @Test func betweenTwoPointsCountedFromTheFirst() throws {
        try expect(.between(.seq(10), .seq(15)), 2, [11, 12], complete: false)
        try expect(.between(.seq(15), .seq(10)), 2, [13, 14], complete: false)
        try expect(.between(.seq(10), .seq(15)), 9, [11, 12, 13, 14], complete: true)
        try expect(.between(.seq(15), .seq(10)), 9, [11, 12, 13, 14], complete: true)
        try expect(.between(.seq(10), .seq(11)), 9, [], complete: true)
        try expect(.between(.seq(10), .seq(10)), 9, [], complete: true)
        try expect(.between(time(10), id(13)), 9, [11, 12], complete: true)
    }

    @Test func aRoomThatNobodySpokeInIsCompleteAndEmpty() throws {
        let page = try page(.latest(after: nil), 10, in: RoomName("#nowhere"))
        #expect(page.messages.isEmpty)
        #expect(page.complete)
        #expect(page.lastSeq == 0)
    }

    @Test func anIdOfAnotherRoomAnotherServerOrTheFutureIsRefused() throws {
        let strangers = [
            messages[1].id, MessageID(origin: 8, number: 1), MessageID(origin: 7, number: 9999),
            MessageID(origin: 7, number: .max),
        ]
        for id in strangers {
            let error = #expect(throws: DatabaseError.self) {
                try page(.before(.id(id)), 5)
            }
            #expect(error?.code == .noSuchMessage)
        }
    }

    @Test func aPageHasNoMoreThanTheLimit() throws {
        #expect(HistoryQuery(room: .lobby, limit: .max).limit == Limits.maxHistoryPage)
        #expect(HistoryQuery(room: .lobby, limit: -5).limit == 1)
    }

    @Test func pagesBackwardsMeetWithoutHolesOrRepeats() throws {
        var seen: [UInt64] = []
        var bound = HistoryQuery.Bound.latest(after: nil)
        while true {
            let page = try page(bound, 7)
            seen = page.seqs + seen
            if page.complete { break }
            bound = .before(.seq(try #require(page.seqs.first)))
        }
        #expect(seen == Array(1...50))
    }

    @Test func theLastTimesOfRoomsAreNewestFirst() throws {
        let rooms = try [RoomName.lobby, RoomName("#dev"), RoomName("#nowhere")]
        func times(_ after: Int64, _ before: Int64, _ limit: Int = 10) throws -> [String] {
            try answer {
                harness.journal.reader.lastTimes(
                    of: rooms, after: Timestamp(milliseconds: after),
                    before: Timestamp(milliseconds: before), limit: limit, completion: $0)
            }.map(\.0.text)
        }
        #expect(try times(0, .max) == ["#dev", "#lobby"])
        #expect(try times(0, .max, 1) == ["#dev"])
        #expect(try times(start + 50_000, .max) == ["#dev"])
        #expect(try times(0, start) == [])
    }
}
