// Random events for the machine and the model, in virtual time: everything due is done at its time, and
// after each event the two are compared.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

/// What a run is made of.
struct AdmissionSetup: Sendable, CustomTestStringConvertible {
    var name: String
    var seed: UInt64
    var events = 100_000
    var isDesk = false
    /// The hosts' slots at the start.
    var capacities = [3]
    /// Hosts that come, go and change.
    var areHostsSteady = false
    var wait = Duration.seconds(20)
    var keepsPlace = Duration.seconds(2)
    var maxWaiting = Int.max
    var restored = 0
    /// The longest time between two events, in milliseconds; seldom it is much longer.
    var pause = 20
    /// How many of a hundred events bring somebody: in quiet and in busy times.
    var arrivals = (quiet: 12, busy: 30)

    var testDescription: String { name }

    var policy: AdmissionPolicy {
        AdmissionPolicy(
            wait: wait, keepsPlace: keepsPlace, maxWaiting: maxWaiting, isDesk: isDesk)
    }
}

/// One run.
final class AdmissionRun {
    static let hosts = 6

    let setup: AdmissionSetup
    let model: AdmissionModel
    var admission: Admission
    private var random: SeededRandom
    private var actions: [AdmissionAction] = []
    /// Who is served; it is not worth the while to look for them.
    private var served: [Int] = []
    private(set) var events = 0

    init(_ setup: AdmissionSetup) {
        self.setup = setup
        random = SeededRandom(seed: setup.seed)
        model = AdmissionModel(setup.policy, hosts: AdmissionRun.hosts)
        admission = Admission(setup.policy)
        model.now = 1000 * AdmissionModel.second
        for number in 0..<setup.restored {
            let isAttended = number % 3 == 0
            admission.restore(
                VisitID(number: UInt64(number + 1)), isAttended: isAttended, now: now)
            model.restore(isAttended: isAttended)
        }
        for (host, capacity) in setup.capacities.enumerated() { setHost(host, capacity, true) }
    }

    var now: Now {
        Now(
            instant: Instant(nanoseconds: Int64(model.now)),
            wall: Timestamp(milliseconds: Int64(model.now / 1_000_000)))
    }

    /// Runs all events; the first thing that went wrong.
    func run() -> String? {
        while events < setup.events, model.failure == nil {
            if pick(1000) == 0 {
                pass(milliseconds: pick(20_000))
                compareAll()
            } else {
                pass(milliseconds: pick(setup.pause))
            }
            step()
            events += 1
            if events % 500 == 0 { compareAll() }
        }
        finish()
        return model.failure.map { "after \(events) events at \(model.now): \($0)" }
    }

    private func pick(_ count: Int) -> Int { Int(random.next() >> 33) % count }

    private func pick(from list: [Int]) -> Int { list.isEmpty ? 0 : list[pick(list.count)] }

    // MARK: - Time

    func pass(milliseconds: Int) {
        let target = model.now + milliseconds * 1_000_000
        var calls = 0
        while model.failure == nil {
            let due = Int(admission.nextDeadline.nanoseconds)
            guard due <= target else { break }
            calls = due <= model.now ? calls + 1 : 0
            if calls > 3 { model.fail("the deadline stands still") }
            model.now = max(model.now, due)
            happens(.deadline) { $0.deadlineReached(now: $1, actions: &$2) }
        }
        model.now = target
    }

    // MARK: - Events

    private func happens(
        _ cause: AdmissionModel.Cause,
        _ event: (inout Admission, Now, inout [AdmissionAction]) -> Void
    ) {
        actions.removeAll(keepingCapacity: true)
        model.cause = cause
        event(&admission, now, &actions)
        model.follow(actions)
        compare()
    }

    private func step() {
        let isBusy = events / 1500 % 2 == 1
        let arrivals = isBusy ? setup.arrivals.busy : setup.arrivals.quiet
        if pick(100) < arrivals { return approach() }
        switch pick(setup.areHostsSteady ? 60 : 80) {
        case 0..<14: drop(pick(3) == 0 ? anyServed() : pick(from: model.present))
        case 14..<26: comeBack(pick(8) == 0 ? anybody() : pick(from: model.absent))
        case 26..<32: leave(pick(4) == 0 ? anybody() : pick(from: model.present))
        case 32..<38: attend(pick(8) == 0 ? anybody() : anyServed())
        case 38..<48: close(pick(8) == 0 ? anybody() : anyServed())
        case 48..<56: leave(anyServed())
        case 56..<58: sendBack(pick(4) == 0 ? anybody() : anyServed())
        case 58..<60: look(pick(2) == 0 ? anybody() : pick(from: model.present))
        case 60..<64: move(anyServed(), to: pick(AdmissionRun.hosts))
        case 64..<67: takeNext(pick(AdmissionRun.hosts))
        case 67..<72: setOpen(pick(AdmissionRun.hosts), pick(2) == 0)
        case 72..<77: setHost(pick(AdmissionRun.hosts), pick(6), pick(4) != 0)
        case 77..<79: removeHost(pick(AdmissionRun.hosts))
        default: if pick(20) == 0 { cutOff(anyServed()) }
        }
    }

    /// Anybody there ever was, or will be.
    private func anybody() -> Int { 1 + pick(model.visits.count + 1) }

    private func anyServed() -> Int {
        while !served.isEmpty {
            let index = pick(served.count)
            let id = served[index]
            if stage(id) == .serving { return id }
            served[index] = served[served.count - 1]
            served.removeLast()
        }
        return 0
    }

    private func stage(_ id: Int) -> AdmissionModel.Stage {
        id < model.visits.count ? model.visits[id].stage : .unknown
    }

    private func visit(_ id: Int) -> VisitID { VisitID(number: UInt64(id)) }

    private func host(_ id: Int) -> HostID { HostID(raw: UInt64(id)) }

    func approach() {
        let next = model.visits.count
        happens(.approach) { admission, now, actions in
            let id = admission.approached(nick: "n", ticket: "t", now: now, actions: &actions)
            if Int(id.number) != next { model.fail("\(id.number) instead of \(next)") }
        }
        if stage(next) == .approached { model.fail("nothing became of \(next)") }
        if stage(next) == .waiting, !model.visits[next].wasTold {
            model.fail("\(next) is not told")
        }
    }

    private func leave(_ id: Int) {
        happens(.leave(id)) { $0.left(visit(id), now: $1, actions: &$2) }
        expect(id, .over)
    }

    private func drop(_ id: Int) {
        let isServed = stage(id) == .serving
        let keepsPlace = stage(id) == .waiting && model.keeps > 0
        if keepsPlace, model.visits[id].isPresent {
            model.checkSilence(id)
            AdmissionModel.remove(id, from: &model.present)
            AdmissionModel.insert(id, into: &model.absent)
            model.visits[id].isPresent = false
            model.visits[id].absentUntil = model.now + model.keeps
        }
        happens(.drop(id)) { $0.dropped(visit(id), now: $1, actions: &$2) }
        if isServed || !keepsPlace { expect(id, .over) }
    }

    private func comeBack(_ id: Int) {
        let canCome = stage(id) == .waiting && !model.visits[id].isPresent
        if canCome {
            AdmissionModel.remove(id, from: &model.absent)
            AdmissionModel.insert(id, into: &model.present)
            model.visits[id].isPresent = true
            model.visits[id].isRestored = false
            model.visits[id].toldAt = model.now
            model.visits[id].wasTold = false
        }
        happens(.comeBack(id)) { admission, now, actions in
            let isBack = admission.cameBack(visit(id), now: now, actions: &actions)
            if isBack != canCome { model.fail("\(id) came back: \(isBack)") }
        }
        if canCome, stage(id) == .waiting, !model.visits[id].wasTold {
            model.fail("\(id) is not told")
        }
    }

    private func attend(_ id: Int) {
        happens(.attend(id)) { $0.attended(visit(id), now: $1, actions: &$2) }
        if stage(id) == .serving, !model.visits[id].isAttended {
            model.fail("\(id) is not attended")
        }
    }

    private func close(_ id: Int) {
        let isServed = stage(id) == .serving
        happens(.close(id)) { $0.closed(visit(id), now: $1, actions: &$2) }
        if isServed { expect(id, .over) }
    }

    private func cutOff(_ id: Int) {
        let isServed = stage(id) == .serving
        if isServed { model.hosts[model.visits[id].host].isOpen = false }
        happens(.cutOff(id)) { $0.cutOff(visit(id), now: $1, actions: &$2) }
        if isServed { expect(id, .over) }
    }

    private func sendBack(_ id: Int) {
        let isServed = stage(id) == .serving
        happens(.sendBack(id)) { $0.sentBack(visit(id), now: $1, actions: &$2) }
        if isServed, model.visits[id].since != model.now { model.fail("\(id) was not sent back") }
    }

    private func look(_ id: Int) {
        let isThere = stage(id) == .waiting && model.visits[id].isPresent
        if isThere { model.visits[id].wasTold = false }
        happens(.look(id)) { $0.lookAgain(visit(id), now: $1, actions: &$2) }
        if isThere, !model.visits[id].wasTold { model.fail("\(id) is not told") }
    }

    private func move(_ id: Int, to target: Int) {
        let aim = model.hosts[target]
        let canMove =
            stage(id) == .serving && model.visits[id].host != target && aim.isThere
            && aim.serving < aim.capacity
        happens(.move(id, to: target)) { admission, now, actions in
            let isMoved = admission.moved(
                visit(id), to: host(target), now: now, actions: &actions)
            if isMoved != canMove { model.fail("\(id) moved: \(isMoved)") }
        }
        if canMove, model.visits[id].host != target { model.fail("\(id) was not moved") }
    }

    func setHost(_ id: Int, _ capacity: Int, _ isOpen: Bool) {
        if !model.hosts[id].isThere { model.hosts[id].idleSince = model.now }
        model.hosts[id].isThere = true
        model.hosts[id].capacity = capacity
        model.hosts[id].isOpen = isOpen
        happens(.setHost(id)) {
            $0.setHost(
                host(id), name: "h", capacity: capacity, isOpen: isOpen, now: $1, actions: &$2)
        }
    }

    private func setOpen(_ id: Int, _ isOpen: Bool) {
        if model.hosts[id].isThere { model.hosts[id].isOpen = isOpen }
        happens(.setOpen(id)) { $0.setOpen(host(id), isOpen, now: $1, actions: &$2) }
    }

    private func takeNext(_ id: Int) {
        let aim = model.hosts[id]
        let first = aim.isThere && aim.serving < aim.capacity ? model.present.first : nil
        happens(.takeNext(id)) { $0.takeNext(host(id), now: $1, actions: &$2) }
        if let first { expect(first, .serving) }
    }

    private func removeHost(_ id: Int) {
        model.hosts[id].isThere = false
        happens(.removeHost(id)) { $0.removeHost(host(id), now: $1, actions: &$2) }
        if model.hosts[id].serving != 0 { model.fail("\(id) is gone and serves") }
    }

    private func expect(_ id: Int, _ expected: AdmissionModel.Stage) {
        if stage(id) != .unknown, stage(id) != expected { model.fail("\(id) is \(stage(id))") }
    }

    // MARK: - Comparing

    /// After every event.
    private func compare() {
        for action in actions {
            if case .admitted(let id, _) = action { served.append(Int(id.number)) }
        }
        let counts = admission.counts
        guard counts.approached == model.approached, counts.attended == model.attended,
            counts.waiting == model.waiting, counts.serving == model.serving,
            model.approached == model.attended + model.lost + model.waiting + model.serving
        else {
            return model.fail(
                "\(counts) instead of \(model.waiting) waiting, \(model.serving) served")
        }
        guard !model.present.isEmpty else { return }
        for host in model.hosts where host.isThere && host.isOpen {
            if host.serving < host.capacity {
                model.fail("\(model.present[0]) waits beside a slot")
            }
        }
    }

    /// Everything that can be seen; now and then.
    func compareAll() {
        guard model.failure == nil else { return }
        if admission.counts.lost != model.lostByReason || !admission.counts.isBalanced {
            model.fail("lost: \(admission.counts.lost)")
        }
        if admission.waitingCount != model.present.count + model.absent.count {
            model.fail("\(admission.waitingCount) wait")
        }
        let listed = admission.waiting(limit: .max, now: now.instant)
        if listed.map({ Int($0.visit.number) }) != model.present { model.fail("another order") }
        for (index, entry) in listed.enumerated() where index < 20 {
            let id = Int(entry.visit.number)
            if entry.position != model.position(of: id)
                || Int(entry.waited.wholeNanoseconds) != model.now - model.visits[id].since
            {
                model.fail("\(id) is listed at \(entry.position), waiting for \(entry.waited)")
            }
        }
        let oldest = model.present.map { model.now - model.visits[$0].since }.max()
        if admission.oldestWait(now: now.instant).map({ Int($0.wholeNanoseconds) }) != oldest {
            model.fail("the oldest wait")
        }
        compareVisits()
        for (id, expected) in model.hosts.enumerated() where expected.isThere {
            let state = admission.state(of: host(id))
            if state?.capacity != expected.capacity || state?.inUse != expected.serving
                || state?.isOpen != expected.isOpen
                || admission.visits(of: host(id)).count != expected.serving
            {
                model.fail("host \(id) is \(String(describing: state))")
            }
        }
    }

    private func compareVisits() {
        // Two rounds: each begins within a second, and may have to share the rate with reminders.
        let waiting = model.present.count
        let quiet = 2 * (AdmissionModel.second + waiting * AdmissionModel.second / 700)
        let isQuiet = model.now - model.changedAt > quiet
        for id in model.present + model.absent {
            let visit = model.visits[id]
            if model.now > visit.until { model.fail("\(id) waits for too long") }
            if admission.host(of: self.visit(id)) != nil || !admission.isKnown(self.visit(id)) {
                model.fail("\(id) does not wait")
            }
            guard visit.isPresent else {
                if model.now > visit.absentUntil {
                    model.fail("\(id) keeps its place for too long")
                }
                continue
            }
            model.checkSilence(id)
            guard isQuiet else { continue }
            if visit.position != model.position(of: id) || visit.of != waiting + model.absent.count
            {
                model.fail("\(id) was told \(visit.position) of \(visit.of) last, which is wrong")
            }
        }
        for id in served where stage(id) == .serving {
            if admission.host(of: visit(id)) != host(model.visits[id].host)
                || admission.isAttended(visit(id)) != model.visits[id].isAttended
            {
                model.fail("\(id) is not served where it was")
            }
        }
    }

    /// Everybody goes, or waits in vain: in the end each visit has had its one outcome.
    private func finish() {
        for id in 0..<AdmissionRun.hosts where model.failure == nil { setOpen(id, false) }
        while model.failure == nil {
            let id = anyServed()
            guard id > 0 else { break }
            leave(id)
        }
        pass(milliseconds: Int(setup.wait.wholeMilliseconds) + 1)
        compareAll()
        for id in model.visits.indices.dropFirst() where stage(id) != .over {
            model.fail("\(id) never ends")
        }
        if model.waiting + model.serving != 0 || admission.nextDeadline != .distantFuture {
            model.fail("something is left")
        }
    }
}
