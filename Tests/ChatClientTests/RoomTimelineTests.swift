// Each message once and in order, whatever the connection and the server go through.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatTestKit
import Testing

private func numbered(_ seqs: ClosedRange<Int64>) -> [ChatMessage] {
    seqs.map { said("m\($0)", seq: $0, id: "a-\($0)") }
}

/// What was shown, and what else happened, in short.
private func story(_ actions: [RoomTimeline.Action]) -> [String] {
    actions.map { action in
        switch action {
        case .show(let message, let source): "\(source) \(message.seq)"
        case .gap(let range): "gap \(range.lowerBound)-\(range.upperBound)"
        case .fetch(.after(let seq), let limit): "fetch \(limit) after \(seq)"
        case .fetch(.latest, let limit): "fetch latest \(limit)"
        case .fetch(.afterTime, let limit): "fetch \(limit) after a time"
        case .missed(let count): "missed \(count)"
        case .rewound(let seq, let lost): "rewound to \(seq), \(lost) lost"
        }
    }
}

extension RoomTimeline {
    fileprivate mutating func hear(_ seqs: ClosedRange<Int64>) -> [String] {
        story(numbered(seqs).flatMap { received($0) })
    }
}

@Suite("Room timeline")
struct RoomTimelineTests {
    /// In a room with `seen` messages so far.
    private func settled(_ seen: Int64, gaps: RoomTimeline.GapPolicy = .report) -> RoomTimeline {
        var room = RoomTimeline(gaps: gaps)
        #expect(room.entered(newest: seen, isResumed: false) == [])
        return room
    }

    @Test("What is said is shown once, in order, from the newest message on")
    func live() {
        var room = settled(5)
        #expect(room.hear(6...7) == ["live 6", "live 7"])
        #expect(room.hear(3...7) == [])
        #expect(room.seen == 7)
    }

    @Test("What was said before one came in is shown and does not count")
    func replay() {
        var room = settled(5)
        #expect(story(room.replayed(numbered(4...5))) == ["recalled 4", "recalled 5"])
        #expect(story(room.replayed(numbered(4...5))) == [])
        #expect(room.hear(6...6) == ["live 6"])
    }

    @Test("A hole is fetched before what comes after it is shown")
    func hole() {
        var room = settled(2)
        #expect(room.hear(5...5) == ["fetch 200 after 2"])
        #expect(room.hear(6...6) == [])
        #expect(
            story(room.paged(numbered(3...5), complete: true))
                == ["fetched 3", "fetched 4", "fetched 5", "live 6"])
        #expect(room.isSettled)
    }

    @Test("A hole that cannot be filled is named")
    func lostHole() {
        var room = settled(2)
        _ = room.hear(5...6)
        #expect(story(room.failed()) == ["gap 3-4", "live 5", "live 6"])
    }

    @Test("A returning client is sent what it missed, and told how much")
    func resumed() {
        var room = settled(2)
        room.connectionLost()
        #expect(room.seen == 2)
        #expect(story(room.entered(newest: 4, isResumed: true)) == ["missed 2"])
        #expect(room.hear(3...5) == ["live 3", "live 4", "live 5"])
    }

    @Test("What the server leaves out of it is named, or fetched")
    func skipped() {
        var person = settled(2)
        person.connectionLost()
        _ = person.entered(newest: 9, isResumed: true)
        #expect(story(person.skipped(3...7)) == ["gap 3-7"])
        #expect(person.hear(8...9) == ["live 8", "live 9"])
        var script = settled(2, gaps: .fill)
        script.connectionLost()
        _ = script.entered(newest: 9, isResumed: true)
        #expect(story(script.skipped(3...7)) == ["fetch 200 after 2"])
        #expect(script.hear(8...9) == [])
        let filled = story(script.paged(numbered(3...9), complete: true))
        #expect(filled.count == 7 && filled.last == "fetched 9")
    }

    @Test("A session that does not go on is caught up with by pages")
    func notResumed() {
        var room = settled(2)
        room.connectionLost()
        #expect(story(room.entered(newest: 4, isResumed: false)) == ["fetch 200 after 2"])
        #expect(story(room.paged(numbered(3...4), complete: true)) == ["fetched 3", "fetched 4"])
    }

    @Test("Paging goes on until the last page, also when a page says nothing new or lies")
    func paging() {
        var room = RoomTimeline(start: .after(0))
        #expect(story([room.begin()]) == ["fetch 200 after 0"])
        #expect(room.entered(newest: 5, isResumed: false) == [])
        #expect(
            story(room.paged(numbered(1...2), complete: false))
                == ["recalled 1", "recalled 2", "fetch 200 after 2"])
        #expect(room.hear(6...6) == [])
        #expect(
            story(room.paged(numbered(3...5), complete: false))
                == ["recalled 3", "recalled 4", "recalled 5", "fetch 200 after 5"])
        #expect(story(room.paged(numbered(3...5), complete: false)) == ["live 6"])
        #expect(room.paged(numbered(7...8), complete: true) == [])
    }

    @Test("An export ends with the newest message there was, and hears nothing else")
    func export() {
        var room = RoomTimeline(start: .after(0), ending: .present)
        _ = room.begin()
        _ = room.entered(newest: 4, isResumed: false)
        #expect(room.hear(5...5) == [])
        let page = story(room.paged(numbered(1...5), complete: false))
        #expect(page.last == "recalled 5" && room.isSettled)
        #expect(room.hear(6...6) == [])
    }

    @Test("The latest messages are one page, whatever it says")
    func latest() {
        var room = RoomTimeline(start: .latest(3), ending: .present)
        #expect(story([room.begin()]) == ["fetch latest 3"])
        _ = room.entered(newest: 9, isResumed: false)
        #expect(
            story(room.paged(numbered(7...9), complete: false))
                == ["recalled 7", "recalled 8", "recalled 9"])
        #expect(room.isSettled)
    }

    @Test("A beginning without messages leaves the rest as it is")
    func emptyBeginning() {
        var room = RoomTimeline(start: .afterTime(morning))
        _ = room.begin()
        _ = room.entered(newest: 9, isResumed: false)
        #expect(room.hear(10...10) == [])
        #expect(story(room.paged([], complete: true)) == ["live 10"])
        #expect(room.position == 10)
    }

    @Test("Paging that was cut off goes on where it was")
    func cutOff() {
        var room = RoomTimeline(start: .after(0))
        _ = room.begin()
        _ = room.entered(newest: 4, isResumed: false)
        _ = room.paged(numbered(1...2), complete: false)
        _ = room.hear(5...5)
        room.connectionLost()
        #expect(room.seen == nil && room.isBehind)
        // What was shown last is compared, not shown again.
        #expect(story([room.begin()]) == ["fetch 200 after 0"])
        _ = room.entered(newest: 5, isResumed: false)
        #expect(
            story(room.paged(numbered(1...5), complete: true))
                == ["recalled 3", "recalled 4", "recalled 5"])
    }

    @Test("More than can be kept while a page is fetched is fetched too")
    func manyHeld() {
        var room = settled(0)
        let most = Int64(RoomTimeline.maxHeld)
        #expect(room.hear(3...most + 5) == ["fetch 200 after 0"])
        let after = story(room.paged(numbered(1...2), complete: true))
        #expect(after.count == Int(most) + 3)
        #expect(after.last == "fetch 200 after \(most + 2)")
        #expect(
            story(room.paged(numbered(most + 3...most + 5), complete: true)).last
                == "fetched \(most + 5)")
    }

    @Test("Numbers that a server lost in a crash and gave to others are found out")
    func crash() {
        var room = settled(0)
        _ = room.hear(1...4)
        room.connectionLost()
        #expect(room.seen == 0)
        // 3 and 4 were not committed; another message is number 3 now.
        #expect(story(room.entered(newest: 3, isResumed: true)) == ["rewound to 3, 1 lost"])
        _ = room.received(said("m1", seq: 1, id: "a-1"))
        _ = room.received(said("m2", seq: 2, id: "a-2"))
        let other = room.received(said("other", seq: 3, id: "a-9"))
        #expect(story(other) == ["rewound to 2, 1 lost", "live 3"])
        #expect(room.hear(4...4) == ["live 4"])
    }

    @Test("What is erased meanwhile is still the same message")
    func erased() {
        var room = settled(0)
        _ = room.hear(1...2)
        room.connectionLost()
        _ = room.entered(newest: 2, isResumed: true)
        var gone = said("", seq: 2, id: "a-2")
        gone.isErased = true
        #expect(room.received(gone) == [])
    }

    @Test("A server that has begun anew is read from its beginning")
    func begunAnew() {
        var room = settled(5000)
        _ = room.hear(5001...5002)
        room.connectionLost()
        #expect(
            story(room.entered(newest: 2, isResumed: true))
                == ["rewound to 0, 5002 lost", "fetch 200 after 0"])
        #expect(story(room.paged(numbered(1...2), complete: true)) == ["fetched 1", "fetched 2"])
    }

    @Test("Numbers at the ends of their range overflow nothing")
    func extremes() {
        var room = RoomTimeline(start: .after(.max))
        _ = room.begin()
        _ = room.entered(newest: .min, isResumed: true)
        _ = room.paged([said("x", seq: .max), said("y", seq: .min)], complete: false)
        _ = room.received(said("z", seq: .max))
        _ = room.received(said("z", seq: 1))
        _ = room.skipped(1...Int64.max)
        room.connectionLost()
        _ = room.entered(newest: 1, isResumed: true)
        #expect(room.position ?? -1 >= 0)
    }

    @Test("Random losses of connection, messages and pages: the union is the room, in order")
    func property() {
        for seed: UInt64 in 1...300 {
            var random = SeededRandom(seed: seed)
            var room = RoomTimeline(start: .after(0), gaps: .fill)
            var said: [Int64] = []
            var shown: [Int64] = []
            var isConnected = false
            var asked: [Int64] = []
            func take(_ actions: [RoomTimeline.Action]) {
                for action in actions {
                    switch action {
                    case .show(let message, _): shown.append(message.seq)
                    case .fetch(.after(let seq), _): asked.append(seq)
                    default: break
                    }
                }
            }
            func hear(_ seq: Int64) {
                for message in numbered(seq...seq) { take(room.received(message)) }
            }
            func answer() {
                guard let after = asked.first else { return }
                asked.removeFirst()
                let page = Array(said.filter { $0 > after }.prefix(3))
                let complete = page.last ?? after >= said.last ?? 0
                take(
                    room.paged(
                        page.flatMap { numbered($0...$0) }, complete: complete))
            }
            func connect() {
                isConnected = true
                let seen = room.seen
                if room.isBehind { take([room.begin()]) }
                take(room.entered(newest: said.last ?? 0, isResumed: seen != nil))
                guard let seen else { return }
                let missed = said.filter { $0 > seen }
                // The server sends the newest few and names the others.
                if missed.count > 4, let first = missed.first {
                    take(room.skipped(first...missed[missed.count - 5]))
                }
                for seq in missed.suffix(4) { hear(seq) }
            }
            for _ in 0..<80 {
                switch random.next() % 6 {
                case 0 where isConnected:
                    room.connectionLost()
                    asked = []
                    isConnected = false
                case 1 where !isConnected: connect()
                case 2, 3: answer()
                default:
                    let seq = Int64(said.count) + 1
                    said.append(seq)
                    if isConnected { hear(seq) }
                }
            }
            if !isConnected { connect() }
            for _ in 0..<100 where !asked.isEmpty { answer() }
            #expect(shown == said, "seed \(seed)")
        }
    }
}
