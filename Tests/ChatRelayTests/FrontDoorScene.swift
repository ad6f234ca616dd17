// A front door and its clock, and what came of each event in short words: `1 to A as 1`, `2: 1/2`,
// `1 from A: gone`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A relay's machine that is told events by name.
final class FrontDoorScene {
    var door: FrontDoor
    private(set) var now: Now
    private var actions: [FrontDoorAction] = []
    private var ids: [String: HostID] = [:]
    /// The newest assignment of each client.
    private(set) var assigned: [UInt64: RelayAssignment] = [:]

    init(_ policy: FrontDoorPolicy = FrontDoorPolicy(), lastVisit: UInt64 = 0) {
        now = Now(
            instant: Instant(nanoseconds: 5_000_000_000_000),
            wall: Timestamp(milliseconds: 1_000_000))
        door = FrontDoor(policy, lastVisit: lastVisit, now: now)
    }

    /// Servers of the command line, all up, with so many slots.
    convenience init(_ slots: [String: Int], _ policy: FrontDoorPolicy = FrontDoorPolicy()) {
        self.init(policy)
        for (name, capacity) in slots.sorted(by: { $0.key < $1.key }) {
            _ = give(name)
            hear(name, capacity)
        }
    }

    /// What came of the events since the last call, records not counted.
    func said() -> [String] {
        defer { actions = [] }
        return actions.compactMap(words)
    }

    /// The records since the last call.
    func records() -> [String] {
        defer { actions = [] }
        return actions.compactMap { action in
            guard case .record(let record) = action else { return nil }
            switch record.event {
            case .served(let host, let waited):
                return "\(record.visit.number) served by \(host) after \(seconds(waited))"
            case .lost(let reason, let waited):
                return "\(record.visit.number) lost \(reason.rawValue) after \(seconds(waited))"
            case .ended(let reason, let handled):
                return "\(record.visit.number) ended \(reason.rawValue) in \(seconds(handled))"
            case .approached: return "\(record.visit.number) approached"
            case .waiting: return "\(record.visit.number) waiting"
            case .attended: return "\(record.visit.number) attended"
            case .returned: return "\(record.visit.number) returned"
            case .rated: return "\(record.visit.number) rated"
            }
        }
    }

    // MARK: - Servers

    /// What came of it: `nil`, or why not.
    func give(_ name: String) -> DirectoryError? {
        add(name) { try $0.give(name, address: "127.0.0.1:1", now: $1) }
    }

    func announce(_ name: String, _ address: String = "127.0.0.1:2") -> DirectoryError? {
        add(name) { try $0.announced(name, address: address, now: $1) }
    }

    private func add(
        _ name: String,
        _ event: (inout FrontDoor, Now) throws -> HostID
    ) -> DirectoryError? {
        do {
            ids[name] = try event(&door, now)
            return nil
        } catch {
            return error as? DirectoryError
        }
    }

    func id(_ name: String) -> HostID { ids[name] ?? HostID(raw: 0) }

    func hear(
        _ name: String, _ capacity: Int?, others: Int = 0, _ state: Availability.State = .up
    ) {
        let news = Availability(capacity: capacity, others: others, inUse: others, state: state)
        door.heard(news, from: id(name), now: now, actions: &actions)
    }

    func lose(_ name: String) { door.lostLink(id(name), now: now, actions: &actions) }

    func order(_ order: ServerOrder, _ name: String) -> ServerRow? {
        door.order(order, name, now: now, actions: &actions)
    }

    func attend(_ visit: UInt64, at name: String) {
        door.attended(VisitID(number: visit), at: id(name), now: now, actions: &actions)
    }

    func free(_ visit: UInt64, at name: String, byClient: Bool = false) {
        door.freed(
            VisitID(number: visit), at: id(name), byClient: byClient, now: now, actions: &actions)
    }

    func strand(_ visit: UInt64, at name: String) {
        door.stranded(VisitID(number: visit), at: id(name), now: now, actions: &actions)
    }

    // MARK: - Clients

    /// Client `number` comes; the ticket it would get is `t` and its number.
    func come(
        _ number: UInt64, ticket: String? = nil, place: String? = nil, canMove: Bool = true
    ) {
        door.arrived(
            RelayArrival(
                client: ClientID(raw: number), nick: "n", place: place ?? "at \(number)",
                ticket: ticket.map { RelayTicket(text: $0, key: "key " + $0) },
                newTicket: RelayTicket(text: "t\(number)", key: "key t\(number)"),
                canMove: canMove),
            now: now, actions: &actions)
    }

    func come(_ numbers: ClosedRange<UInt64>) { for number in numbers { come(number) } }

    func leave(_ number: UInt64, isAbrupt: Bool = false) {
        door.left(ClientID(raw: number), isAbrupt: isAbrupt, now: now, actions: &actions)
    }

    func refuse(_ number: UInt64) {
        door.refused(ClientID(raw: number), now: now, actions: &actions)
    }

    func abandon(_ number: UInt64) {
        door.abandoned(ClientID(raw: number), now: now, actions: &actions)
    }

    func restore(_ visit: UInt64, ticket: String, isAttended: Bool = false) {
        door.restore(
            VisitID(number: visit), ticketKey: "key " + ticket, isAttended: isAttended, now: now)
    }

    // MARK: - Time and looks

    /// Lets time pass; everything due is done at its time.
    func pass(_ time: Duration) {
        let target = now.instant + time
        while door.nextDeadline <= target {
            set(max(now.instant, door.nextDeadline))
            door.deadlineReached(now: now, actions: &actions)
        }
        set(target)
    }

    private func set(_ instant: Instant) {
        let passed = (instant - now.instant).wholeMilliseconds
        now = Now(
            instant: instant, wall: Timestamp(milliseconds: now.wall.milliseconds + passed))
    }

    var waiting: [UInt64] {
        door.admission.waiting(limit: .max, now: now.instant).map { $0.visit.number }
    }

    func served(by name: String) -> [UInt64] {
        door.admission.visits(of: id(name)).map { $0.number }
    }

    func row(_ name: String) -> ServerRow? { door.row(id(name)) }

    private func words(_ action: FrontDoorAction) -> String? {
        switch action {
        case .tell(let client, let status, _):
            return "\(client.raw): \(status.position)/\(status.of)"
        case .connect(let client, let assignment):
            assigned[client.raw] = assignment
            return "\(client.raw) to \(assignment.serverName) as \(assignment.visit.number)"
        case .detach(let client, let name, let reason, let canMove):
            return "\(client.raw) from \(name): \(reason)" + (canMove ? "" : ", out")
        case .freed(let client): return "\(client.raw) freed"
        case .end(let client, let code): return "\(client.raw) ends \(code.rawValue)"
        case .record: return nil
        }
    }

    private func seconds(_ time: Duration) -> String { "\(time.wholeMilliseconds / 1000)s" }
}
