// Random visits as a server makes them: the admission machine is driven by a seeded source, and what it
// wants journalled is kept. The same seed gives the same history.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A day at a desk, or many.
package struct VisitHistory: Sendable {
    /// Everything to be journalled, in order.
    package private(set) var records: [VisitRecord] = []
    /// The tickets that were given, by visit.
    package private(set) var tickets: [VisitID: String] = [:]
    package private(set) var now: Now

    private let policy: AdmissionPolicy
    private let pace: Duration
    private var admission: Admission
    private var random: SeededRandom
    /// Visits that are not over.
    private var alive: [VisitID] = []
    /// Visits that could be rated, and who served them.
    private var ratable: [(VisitID, host: String)] = []
    private var hosts: [VisitID: String] = [:]

    private static let names = ["Ann", "Bob", "Čeněk"]
    private static let nicks = ["eve", "Zoë", "Иван", "client#1", "mallory, \"the\" one", "王"]

    /// - Parameters:
    ///   - pace: the longest pause between two steps.
    package init(
        seed: UInt64, start: Timestamp, isDesk: Bool = true, pace: Duration = .seconds(60)
    ) {
        random = SeededRandom(seed: seed)
        policy = AdmissionPolicy(wait: .seconds(120), maxWaiting: 6, isDesk: isDesk)
        self.pace = pace
        admission = Admission(policy)
        now = Now(instant: Instant(nanoseconds: 0), wall: start)
        openDesk()
    }

    package mutating func run(steps: Int) {
        for _ in 0..<steps { step() }
    }

    /// Lets time pass, with nobody doing anything.
    package mutating func pass(_ time: Duration) {
        let end = now.instant + time
        while admission.nextDeadline <= end {
            let due = max(admission.nextDeadline, now.instant)
            advance(due - now.instant)
            apply { $0.deadlineReached(now: $1, actions: &$2) }
        }
        advance(end - now.instant)
    }

    /// Somebody sets the clock.
    package mutating func setClock(by time: Duration) {
        let wall = now.wall.milliseconds + time.wholeMilliseconds
        now.wall = Timestamp(milliseconds: wall)
    }

    /// The server ends without a word and starts again: it knows what it is told.
    package mutating func restart(last: UInt64, waiting: [(VisitID, isAttended: Bool)]) {
        admission = Admission(policy, last: last)
        alive = waiting.map(\.0)
        for (visit, isAttended) in waiting {
            admission.restore(visit, isAttended: isAttended, now: now)
        }
        openDesk()
    }

    // MARK: - Steps

    private mutating func openDesk() {
        for (index, name) in VisitHistory.names.prefix(2).enumerated() {
            apply {
                $0.setHost(
                    HostID(raw: UInt64(index)), name: name, capacity: 1, isOpen: true, now: $1,
                    actions: &$2)
            }
        }
    }

    private mutating func advance(_ time: Duration) {
        now.instant = now.instant + time
        setClock(by: time)
    }

    private mutating func step() {
        pass(.milliseconds(Int64.random(in: 0...pace.wholeMilliseconds, using: &random)))
        let visit = alive.randomElement(using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<7: approach()
        case 7..<11:
            guard let visit else { return }
            apply { $0.attended(visit, now: $1, actions: &$2) }
        case 11..<13:
            guard let visit else { return }
            apply { $0.closed(visit, now: $1, actions: &$2) }
        case 13:
            guard let visit else { return }
            apply { $0.left(visit, now: $1, actions: &$2) }
        case 14:
            guard let visit else { return }
            apply { $0.dropped(visit, now: $1, actions: &$2) }
        case 15:
            guard let visit else { return }
            apply { _ = $0.cameBack(visit, now: $1, actions: &$2) }
        case 16: changeHost()
        case 17:
            guard let visit else { return }
            let target = HostID(raw: UInt64.random(in: 0..<3, using: &random))
            apply { _ = $0.moved(visit, to: target, now: $1, actions: &$2) }
        default: rate()
        }
    }

    private mutating func approach() {
        let nick = VisitHistory.nicks.randomElement(using: &random) ?? "eve"
        let ticket = String(random.next(), radix: 36)
        apply { _ = $0.approached(nick: nick, ticket: ticket, now: $1, actions: &$2) }
    }

    private mutating func changeHost() {
        let index = Int.random(in: 0..<VisitHistory.names.count, using: &random)
        let id = HostID(raw: UInt64(index))
        let capacity = Int.random(in: 0...2, using: &random)
        if capacity == 0 {
            apply { $0.removeHost(id, now: $1, actions: &$2) }
        } else {
            apply {
                $0.setHost(
                    id, name: VisitHistory.names[index], capacity: capacity, isOpen: true,
                    now: $1, actions: &$2)
            }
        }
    }

    private mutating func rate() {
        guard !ratable.isEmpty else { return }
        let (visit, host) = ratable.remove(at: ratable.indices.randomElement(using: &random) ?? 0)
        let stars = Int.random(in: 1...5, using: &random)
        let comment = Bool.random(using: &random) ? "so, \"so\"\nfor \(visit.number)" : ""
        guard let rating = Rating(stars: stars, comment: comment) else { return }
        records.append(VisitRecord(visit, at: now.wall, .rated(rating, host: host)))
    }

    private mutating func apply(
        _ change: (inout Admission, Now, inout [AdmissionAction]) -> Void
    ) {
        var actions: [AdmissionAction] = []
        change(&admission, now, &actions)
        for case .record(let record) in actions {
            records.append(record)
            switch record.event {
            case .approached(_, let ticket):
                tickets[record.visit] = ticket
                alive.append(record.visit)
            case .served(let host, _): hosts[record.visit] = host
            case .ended:
                alive.removeAll { $0 == record.visit }
                ratable.append((record.visit, host: hosts[record.visit] ?? ""))
            case .lost: alive.removeAll { $0 == record.visit }
            case .waiting, .attended, .returned, .rated: break
            }
        }
    }
}
