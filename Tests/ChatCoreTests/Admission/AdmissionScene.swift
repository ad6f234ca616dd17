// Admission and its clock, and what came of each event in short words: `waits`, `served by h`, `1 of 2`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A machine that is told events by name.
final class AdmissionScene {
    var admission: Admission
    private(set) var now = Now(
        instant: Instant(nanoseconds: 5_000_000_000_000), wall: Timestamp(milliseconds: 1_000_000))
    private var actions: [AdmissionAction] = []
    /// How often `deadlineReached` was called.
    private(set) var calls = 0

    /// - Parameter slots: the host 1 has so many; nil: there is no host.
    init(_ policy: AdmissionPolicy = AdmissionPolicy(), slots: Int? = nil, last: UInt64 = 0) {
        admission = Admission(policy, last: last)
        if let slots { host(1, slots) }
        _ = said()
    }

    /// A desk with as many operators as `slots` has numbers.
    static func desk(_ slots: Int...) -> AdmissionScene {
        let scene = AdmissionScene(AdmissionPolicy(isDesk: true))
        for (index, count) in slots.enumerated() { scene.host(UInt64(index + 1), count) }
        return scene
    }

    /// What came of the events since the last call, a line each.
    func said() -> [String] {
        defer { actions = [] }
        return actions.map(AdmissionScene.words)
    }

    /// The records alone, without the action words.
    func records() -> [String] {
        said().filter { $0.hasPrefix("record") }.map { String($0.dropFirst(7)) }
    }

    /// Places that were told, as `visit: position/of`.
    func notices() -> [String] {
        said().filter { $0.contains("/") }
    }

    /// The statuses that were told.
    func statuses() -> [(visit: Int, status: QueueStatus)] {
        defer { actions = [] }
        return actions.compactMap { action in
            guard case .queued(let id, let status) = action else { return nil }
            return (Int(id.number), status)
        }
    }

    // MARK: - Events

    @discardableResult
    func approach() -> Int {
        Int(admission.approached(nick: "n", ticket: "t", now: now, actions: &actions).number)
    }

    func approach(_ count: Int) { for _ in 0..<count { approach() } }

    func pass(_ host: String) -> Int {
        Int(admission.passed(nick: "n", host: host, now: now, actions: &actions).number)
    }

    func passed(_ id: UInt64, _ reason: EndReason, _ handled: Duration) {
        admission.passed(
            VisitID(number: id), reason, handled: handled, now: now, actions: &actions)
    }

    func restore(_ id: UInt64, isAttended: Bool = false) {
        admission.restore(VisitID(number: id), isAttended: isAttended, now: now)
    }

    func drop(_ id: UInt64) { admission.dropped(VisitID(number: id), now: now, actions: &actions) }

    func comeBack(_ id: UInt64) -> Bool {
        admission.cameBack(VisitID(number: id), now: now, actions: &actions)
    }

    func leave(_ id: UInt64) { admission.left(VisitID(number: id), now: now, actions: &actions) }

    func attend(_ id: UInt64) {
        admission.attended(VisitID(number: id), now: now, actions: &actions)
    }

    func close(_ id: UInt64) { admission.closed(VisitID(number: id), now: now, actions: &actions) }

    func cutOff(_ id: UInt64) { admission.cutOff(VisitID(number: id), now: now, actions: &actions) }

    func sendBack(_ id: UInt64) {
        admission.sentBack(VisitID(number: id), now: now, actions: &actions)
    }

    func refuse(_ id: UInt64) {
        admission.refused(VisitID(number: id), now: now, actions: &actions)
    }

    func giveUp(_ id: UInt64) {
        admission.givenUp(VisitID(number: id), now: now, actions: &actions)
    }

    func look(_ id: UInt64) {
        admission.lookAgain(VisitID(number: id), now: now, actions: &actions)
    }

    func move(_ id: UInt64, to host: UInt64) -> Bool {
        admission.moved(
            VisitID(number: id), to: HostID(raw: host), now: now, actions: &actions)
    }

    func host(_ id: UInt64, _ slots: Int, others: Int = 0, isOpen: Bool = true) {
        admission.setHost(
            HostID(raw: id), name: "h\(id)", capacity: slots, others: others, isOpen: isOpen,
            now: now, actions: &actions)
    }

    func open(_ id: UInt64, _ isOpen: Bool) {
        admission.setOpen(HostID(raw: id), isOpen, now: now, actions: &actions)
    }

    func takeNext(_ id: UInt64) {
        admission.takeNext(HostID(raw: id), now: now, actions: &actions)
    }

    func removeHost(_ id: UInt64) {
        admission.removeHost(HostID(raw: id), now: now, actions: &actions)
    }

    /// Lets time pass; everything due is done at its time.
    func pass(_ time: Duration) {
        let target = now.instant + time
        while admission.nextDeadline <= target {
            set(max(now.instant, admission.nextDeadline))
            calls += 1
            admission.deadlineReached(now: now, actions: &actions)
        }
        set(target)
    }

    /// Lets time pass, and only then looks at what is due: a busy machine.
    func oversleep(_ time: Duration) {
        set(now.instant + time)
        guard admission.nextDeadline <= now.instant else { return }
        admission.deadlineReached(now: now, actions: &actions)
    }

    private func set(_ instant: Instant) {
        let passed = (instant - now.instant).wholeMilliseconds
        now = Now(
            instant: instant, wall: Timestamp(milliseconds: now.wall.milliseconds + passed))
    }

    // MARK: - Looks

    var waiting: [Int] {
        admission.waiting(limit: .max, now: now.instant).map { Int($0.visit.number) }
    }

    func served(by host: UInt64) -> [Int] {
        admission.visits(of: HostID(raw: host)).map { Int($0.number) }
    }

    private static func words(_ action: AdmissionAction) -> String {
        switch action {
        case .queued(let id, let status): "\(id.number): \(status.position)/\(status.of)"
        case .admitted(let id, let host): "\(id.number) admitted by \(host.raw)"
        case .returned(let id, let host): "\(id.number) returned from \(host.raw)"
        case .lost(let id, let reason): "\(id.number) lost \(reason.rawValue)"
        case .ended(let id, let reason): "\(id.number) ended \(reason.rawValue)"
        case .record(let record): "record \(record.visit.number) \(words(record.event))"
        }
    }

    private static func words(_ event: VisitEvent) -> String {
        func seconds(_ time: Duration) -> String { "\(time.wholeMilliseconds / 1000)s" }
        return switch event {
        case .approached(let nick, let ticket): "approached \(nick) \(ticket)"
        case .waiting: "waiting"
        case .served(let host, let waited): "served \(host) \(seconds(waited))"
        case .attended: "attended"
        case .returned: "returned"
        case .ended(let reason, let handled): "ended \(reason.rawValue) \(seconds(handled))"
        case .lost(let reason, let waited): "lost \(reason.rawValue) \(seconds(waited))"
        case .rated: "rated"
        }
    }
}
