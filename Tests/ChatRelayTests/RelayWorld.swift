// A world around the relay's machine, in virtual time: servers as they truly are, links that carry what
// they say, connections that take their time, clients who come and go. The world knows what the relay
// cannot know yet; the same seed gives the same history.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

/// What a run is made of. Times are milliseconds, means unless they are called otherwise.
struct RelaySetup: Sendable, CustomTestStringConvertible {
    var name: String
    var seed: UInt64
    /// The servers' slots; nil: as many as are wanted.
    var slots: [Int?] = [2, 2, 1]
    /// So many of the servers are on the command line; the others announce themselves.
    var given = 1
    var policy = FrontDoorPolicy(wait: .seconds(60), keepsPlace: .seconds(15))
    var isDesk = true
    /// Between two arrivals, in quiet and in busy times.
    var arrivals = (quiet: 6000, busy: 1200)
    /// The longest conversation.
    var handling = 20_000
    /// Between two troubles of one server; 0: there are none.
    var trouble = 60_000
    /// Between two clients who come to one server directly; 0: nobody does.
    var direct = 15_000
    /// Between two restarts of the relay; 0: there are none.
    var restart = 2_000_000
    /// The longest way of a line, and of most connections.
    var way = 60
    /// How late the relay may be with what is due.
    var lag = 40
    /// So many of a hundred connections are let go of without a word, as soon as they are served.
    var flaky = 0
    /// So many of a hundred clients cannot move.
    var cannotMove = 25

    var testDescription: String { name }
}

/// What is going to happen.
enum Happening {
    case arrival
    case comeBack(Caller)
    case goAway(client: Int)
    case trouble(Int), restart(Int), thaw(Int, freeze: Int), reopen(Int), dial(Int)
    case directArrives(Int), directLeaves(Int, life: Int)
    case line(Int, link: Int, Line)
    case linkLost(Int, link: Int)
    case order(ServerOrder, Int)
    case reaches(Int), refused(Int), speaks(Int), closes(Int), endSeen(Int), letGo(Int)
    case relayRestarts

    /// What a server says.
    enum Line {
        case news(Availability), attended(Int), freed(Int, byClient: Bool), stranded(Int)
    }
}

/// Somebody who may come back.
struct Caller {
    var place: String
    var ticket: String?
    var canMove: Bool
}

/// What happens next, the earliest first; of the same time, what was planned first.
struct Agenda {
    private var heap: [(at: Int, order: Int, what: Happening)] = []
    private var planned = 0

    var next: Int { heap.first?.at ?? .max }

    mutating func plan(_ what: Happening, at: Int) {
        planned += 1
        heap.append((at, planned, what))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func take() -> Happening? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first.what }
        heap[0] = last
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var child = 2 * parent + 1
            if child + 1 < heap.count, isBefore(child + 1, child) { child += 1 }
            guard isBefore(child, parent) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first.what
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].at, heap[a].order) < (heap[b].at, heap[b].order)
    }
}

/// One run.
final class RelayWorld {
    static let millisecond = 1_000_000

    let setup: RelaySetup
    let witness: RelayWitness
    var door: FrontDoor
    var random: SeededRandom
    var agenda = Agenda()
    var now = 1000 * RelayWitness.second
    var started = 0
    var servers: [TrueServer] = []
    var clients: [Int: Client] = [:]
    var attempts: [Int: Attempt] = [:]
    var lastClient = 0
    var lastAttempt = 0
    /// The relay's present life.
    var life = 0
    /// Until then nothing happens but what is under way.
    private var calmUntil = 0
    private(set) var events = 0
    /// What came about, so that it is known that it did.
    var tally = Tally()
    private var actions: [FrontDoorAction] = []

    struct Tally: Equatable {
        var visits = 0, sent = 0, busy = 0, unreachable = 0, lettingGo = 0, givenUp = 0, out = 0
        var cameBack = 0
        var lostLinks = 0, restarts = 0, calms = 0, nameTaken = 0, mostWaiting = 0
    }

    init(_ setup: RelaySetup) {
        self.setup = setup
        random = SeededRandom(seed: setup.seed)
        witness = RelayWitness(setup.policy, lag: setup.lag * RelayWorld.millisecond)
        started = now
        door = FrontDoor(setup.policy, lastVisit: 0, now: RelayWorld.time(now))
        for (index, slots) in setup.slots.enumerated() {
            servers.append(
                TrueServer(name: "s\(index)", isGiven: index < setup.given, slots: slots))
            plan(.dial(index), pick(2000))
            if setup.trouble > 0 { plan(.trouble(index), about(setup.trouble)) }
            if setup.direct > 0 { plan(.directArrives(index), about(setup.direct)) }
        }
        giveServers()
        plan(.arrival, 0)
        if setup.restart > 0 { plan(.relayRestarts, about(setup.restart)) }
    }

    /// Runs so many events; the first thing that went wrong.
    func run(_ count: Int) -> String? {
        while events < count, witness.failure == nil { step() }
        if witness.failure == nil { beCalm() }
        return witness.failure.map { "seed \(setup.seed), event \(events), at \(now): \($0)" }
    }

    // MARK: - Time

    static func time(_ now: Int) -> Now {
        Now(
            instant: Instant(nanoseconds: Int64(now)),
            wall: Timestamp(milliseconds: Int64(now / RelayWorld.millisecond)))
    }

    func pick(_ count: Int) -> Int { Int(random.next() >> 33) % max(1, count) }

    func isOne(in count: Int) -> Bool { pick(count) == 0 }

    /// Something around a mean: mostly less, now and then far more.
    func about(_ mean: Int) -> Int {
        isOne(in: 8) ? pick(mean * 4) : pick(mean * 9 / 7)
    }

    func plan(_ what: Happening, _ milliseconds: Int) {
        // Fractions, so that little happens at the same time; some does.
        let fraction = isOne(in: 4) ? 0 : pick(RelayWorld.millisecond)
        agenda.plan(what, at: now + milliseconds * RelayWorld.millisecond + fraction)
    }

    private var standing = 0

    private func step() {
        let due = Int(door.nextDeadline.nanoseconds)
        let late = due == .max ? due : max(now, due + pick(setup.lag) * RelayWorld.millisecond)
        if late <= agenda.next {
            standing = late == now && due <= now ? standing + 1 : 0
            if standing > 3 { witness.fail("the deadline stands still") }
            now = late
            return happens({ $0.deadline() }, { $0.deadlineReached(now: $1, actions: &$2) })
        }
        standing = 0
        now = max(now, agenda.next)
        guard let what = agenda.take() else { return witness.fail("nothing happens any more") }
        if now < calmUntil, what.isDisturbing {
            let milliseconds = (calmUntil - now) / RelayWorld.millisecond
            return plan(what, milliseconds + 1 + pick(5000))
        }
        events += 1
        handle(what)
        if events % 500 == 0, witness.failure == nil {
            witness.now = now
            witness.compareAll(door, at: RelayWorld.time(now))
        }
        if isOne(in: 20_000) { beCalm() }
    }

    /// Nothing new happens for a while; what is known is to be what is true then.
    private func beCalm() {
        let milliseconds = isOne(in: 3) ? 45_000 + pick(600_000) : 45_000
        calmUntil = now + milliseconds * RelayWorld.millisecond
        while now < calmUntil, witness.failure == nil {
            if min(agenda.next, Int(door.nextDeadline.nanoseconds)) > calmUntil {
                now = calmUntil
            } else {
                step()
            }
        }
        tally.calms += 1
        guard witness.failure == nil else { return }
        witness.now = now
        witness.compareAll(door, at: RelayWorld.time(now))
        checkTruth()
    }

    // MARK: - The machine

    /// The machine is told an event, and what comes of it is checked and done.
    func happens(
        _ known: (RelayWitness) -> Void,
        _ event: (inout FrontDoor, Now, inout [FrontDoorAction]) -> Void
    ) {
        guard witness.failure == nil else { return }
        actions.removeAll(keepingCapacity: true)
        witness.now = now
        known(witness)
        event(&door, RelayWorld.time(now), &actions)
        for action in actions where witness.failure == nil {
            witness.follow(action)
            carryOut(action)
        }
        witness.check(door.admission.counts)
        tally.mostWaiting = max(tally.mostWaiting, witness.present.count)
    }

    private func handle(_ what: Happening) {
        switch what {
        case .arrival: newArrival()
        case .comeBack(let person): arrive(person)
        case .goAway(let client): goAway(client)
        case .trouble(let server): trouble(server)
        case .restart(let server): restart(server)
        case .thaw(let server, let freeze): thaw(server, freeze)
        case .reopen(let server): reopen(server)
        case .dial(let server): dial(server)
        case .directArrives(let server): directArrives(server)
        case .directLeaves(let server, let life): directLeaves(server, life)
        case .line(let server, let link, let line): hear(server, link, line)
        case .linkLost(let server, let link): linkLost(server, link)
        case .order(let order, let server): give(order, server)
        case .reaches(let attempt): reaches(attempt)
        case .refused(let attempt): refused(attempt)
        case .speaks(let attempt): speaks(attempt)
        case .closes(let attempt): closes(attempt)
        case .endSeen(let attempt): endSeen(attempt)
        case .letGo(let attempt): letGo(attempt)
        case .relayRestarts: relayRestarts()
        }
    }
}

extension Happening {
    /// It is nothing that is under way already.
    fileprivate var isDisturbing: Bool {
        switch self {
        case .arrival, .comeBack, .goAway, .trouble, .directArrives, .directLeaves, .speaks,
            .closes,
            .relayRestarts:
            true
        case .restart, .thaw, .reopen, .dial, .line, .linkLost, .order, .reaches, .refused,
            .endSeen,
            .letGo:
            false
        }
    }
}
