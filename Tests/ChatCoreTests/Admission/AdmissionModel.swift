// Admission once more, as simply as it can be said: lists, no deadlines, no rounds. It is told each
// event, follows the actions that came of it one by one, and complains about the first that should not
// have come, or that is missing. Plain arrays by the visits' numbers: a million events are to be cheap.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What the machine is held against.
final class AdmissionModel {
    /// What has happened.
    enum Cause {
        case approach
        case leave(Int), drop(Int), comeBack(Int), attend(Int), close(Int), cutOff(Int)
        case sendBack(Int), look(Int)
        case move(Int, to: Int)
        case setHost(Int), setOpen(Int), takeNext(Int), removeHost(Int)
        case deadline
    }

    enum Stage: Int {
        case unknown, approached, waiting, serving, over
    }

    struct Host {
        var isThere = false
        var isOpen = false
        var capacity = 0
        var serving = 0
        var idleSince = 0
    }

    /// One visit; times are nanoseconds.
    struct Visit {
        var stage = Stage.unknown
        var isAttended = false
        var isRestored = false
        var isPresent = true
        var since = 0
        var until = 0
        var absentUntil = 0
        var host = 0
        var handled = 0
        var position = 0
        var of = 0
        /// When it was told last, or began to wait.
        var toldAt = 0
        var wasTold = false
    }

    static let second = 1_000_000_000

    let policy: AdmissionPolicy
    let wait: Int
    let keeps: Int
    /// By number; the first one is nobody.
    var visits: [Visit] = [Visit()]
    /// Those who wait, in order.
    var present: [Int] = []
    var absent: [Int] = []
    var hosts: [Host]
    var now = 0
    var cause = Cause.deadline
    var approached = 0
    var attended = 0
    var lost = 0
    var lostByReason: [LossReason: Int] = [:]
    var waiting = 0
    var serving = 0
    /// When somebody came into the queue or went out of it.
    var changedAt = 0
    /// Of all notices, and of those to the first ten.
    var notices = 0
    var noticesToHead = 0
    var failure: String?

    /// The visit of the newest record of being served, returned, lost, ended.
    private var servedRecord = 0
    private var returnedRecord = 0
    private var overRecord = 0

    init(_ policy: AdmissionPolicy, hosts: Int) {
        self.policy = policy
        wait = Int(policy.wait.wholeNanoseconds)
        keeps = Int(policy.keepsPlace.wholeNanoseconds)
        self.hosts = [Host](repeating: Host(), count: hosts)
    }

    func fail(_ text: @autoclosure () -> String) {
        if failure == nil { failure = text() }
    }

    /// Somebody whose place was kept over a restart.
    func restore(isAttended: Bool) {
        visits.append(Visit())
        let id = visits.count - 1
        visits[id].stage = .waiting
        visits[id].isAttended = isAttended
        visits[id].isRestored = true
        visits[id].isPresent = false
        visits[id].since = now
        visits[id].until = now + wait
        visits[id].absentUntil = now + keeps
        approached += 1
        if isAttended { attended += 1 } else { waiting += 1 }
        absent.append(id)
    }

    // MARK: - What came of it

    func follow(_ actions: [AdmissionAction]) {
        for action in actions where failure == nil {
            switch action {
            case .record(let record): follow(record)
            case .queued(let id, let status): told(Int(id.number), status)
            case .admitted(let id, let host):
                let id = Int(id.number)
                if servedRecord != id { fail("\(id) admitted without a record") }
                admitted(id, Int(host.raw))
            case .returned(let id, let host):
                if returnedRecord != Int(id.number) || visits[returnedRecord].host != Int(host.raw)
                {
                    fail("\(id.number) returned from \(host.raw) without a record")
                }
            case .lost(let id, _), .ended(let id, _):
                if overRecord != Int(id.number) { fail("\(id.number) over without a record") }
            }
        }
    }

    private func follow(_ record: VisitRecord) {
        let id = Int(record.visit.number)
        if record.at.milliseconds != Int64(now / 1_000_000) {
            fail("\(id): a record of another time")
        }
        if case .approached = record.event {
            guard id == visits.count, case .approach = cause else {
                return fail("\(id) is not the next to approach")
            }
            visits.append(Visit())
            visits[id].stage = .approached
            visits[id].since = now
            visits[id].until = now + wait
            approached += 1
            waiting += 1
            return
        }
        guard id < visits.count, visits[id].stage != .over, visits[id].stage != .unknown else {
            return fail("\(id): a record of nobody, or after the end: \(record.event)")
        }
        switch record.event {
        case .approached, .rated: fail("\(id): not to be recorded here")
        case .waiting: waits(id)
        case .served(_, let waited): served(id, Int(waited.wholeNanoseconds))
        case .attended: isAttended(id)
        case .returned: returned(id)
        case .ended(let reason, let handled):
            if !visits[id].isAttended { fail("\(id) ended, and was not attended") }
            end(id, reason.rawValue)
            if Int(handled.wholeNanoseconds) != visits[id].handled {
                fail("\(id): handled \(handled)")
            }
        case .lost(let reason, let waited):
            let expected = visits[id].stage == .serving ? 0 : now - visits[id].since
            if visits[id].isAttended { fail("\(id) lost, and was attended") }
            if Int(waited.wholeNanoseconds) != expected { fail("\(id): lost, waited \(waited)") }
            if visits[id].stage == .serving { serving -= 1 } else { waiting -= 1 }
            lost += 1
            lostByReason[reason, default: 0] += 1
            end(id, reason.rawValue)
        }
    }

    private func waits(_ id: Int) {
        guard visits[id].stage == .approached else { return fail("\(id) waits a second time") }
        if present.count + absent.count >= policy.maxWaiting { fail("\(id) waits in a full queue") }
        visits[id].stage = .waiting
        visits[id].toldAt = now
        present.append(id)
        changedAt = now
    }

    private func served(_ id: Int, _ waited: Int) {
        servedRecord = id
        switch visits[id].stage {
        case .serving:
            guard case .move(id, _) = cause else { return fail("\(id) has two slots") }
            if waited != 0 { fail("\(id): moved, waited \(waited)") }
        case .unknown, .over: fail("\(id) served, and is not there")
        case .approached, .waiting:
            let isFirst = visits[id].stage == .waiting ? present.first == id : present.isEmpty
            if !isFirst { fail("\(id) served before \(present.first ?? 0)") }
            if visits[id].stage == .waiting { leaveLine(id) }
            if waited != now - visits[id].since { fail("\(id): served, waited \(waited)") }
            if now > visits[id].until { fail("\(id) waited for too long") }
            if !visits[id].isAttended {
                waiting -= 1
                serving += 1
            }
        }
    }

    private func admitted(_ id: Int, _ host: Int) {
        let isFree = hosts[host].isThere && hosts[host].serving < hosts[host].capacity
        if !isFree { fail("\(id) admitted by \(host), which has no slot") }
        switch cause {
        case .move(id, let target):
            if target != host { fail("\(id) moved to \(host)") }
            release(id)
        case .takeNext(host): break
        default:
            if !hosts[host].isOpen { fail("\(id) admitted by \(host), which is closed") }
            checkChoice(host)
        }
        hosts[host].serving += 1
        visits[id].stage = .serving
        visits[id].host = host
        visits[id].since = now
    }

    /// No other host was freer, or as free and idle for longer.
    private func checkChoice(_ chosen: Int) {
        for other in hosts.indices where other != chosen {
            let rival = hosts[other]
            guard rival.isThere, rival.isOpen, rival.serving < rival.capacity else { continue }
            let mine = hosts[chosen].serving * rival.capacity
            let its = rival.serving * hosts[chosen].capacity
            if its < mine || its == mine && rival.idleSince < hosts[chosen].idleSince {
                fail("\(chosen) chosen before \(other)")
            }
        }
    }

    private func isAttended(_ id: Int) {
        if visits[id].stage != .serving || visits[id].isAttended { fail("\(id) attended") }
        if policy.isDesk {
            guard case .attend(id) = cause else { return fail("\(id) attended by nobody") }
        }
        visits[id].isAttended = true
        serving -= 1
        attended += 1
    }

    private func returned(_ id: Int) {
        returnedRecord = id
        guard visits[id].stage == .serving else { return fail("\(id) returned from nowhere") }
        switch cause {
        case .sendBack(id): break
        case .removeHost(let host) where host == visits[id].host: break
        default: fail("\(id) returned for no reason")
        }
        release(id)
        if !visits[id].isAttended {
            serving -= 1
            waiting += 1
        }
        visits[id].stage = .waiting
        visits[id].since = now
        visits[id].until = now + wait
        visits[id].toldAt = now
        visits[id].wasTold = false
        AdmissionModel.insert(id, into: &present)
        changedAt = now
    }

    private func end(_ id: Int, _ reason: String) {
        overRecord = id
        let visit = visits[id]
        switch visit.stage {
        case .serving:
            release(id)
            switch (cause, reason) {
            case (.leave(id), "left"), (.drop(id), "left"), (.cutOff(id), "server_gone"): break
            case (.close(id), "closed") where visit.isAttended: break
            case (.close(id), "unanswered") where !visit.isAttended: break
            default: fail("\(id) over while it was served: \(reason)")
            }
        case .waiting:
            leaveLine(id)
            switch (cause, reason) {
            case (.leave(id), "left"): break
            case (.drop(id), "left") where keeps == 0: break
            case (.deadline, "expired") where now == visit.until: break
            case (.deadline, "left") where isUnclaimed(visit) && !visit.isRestored: break
            case (.deadline, "server_gone") where isUnclaimed(visit) && visit.isRestored: break
            default: fail("\(id) over while it waited: \(reason)")
            }
        default:
            let isFull = present.count + absent.count >= policy.maxWaiting
            if reason != "queue_full" || !isFull { fail("\(id) turned away: \(reason)") }
        }
        visits[id].stage = .over
    }

    private func isUnclaimed(_ visit: Visit) -> Bool {
        !visit.isPresent && visit.absentUntil == now
    }

    private func release(_ id: Int) {
        visits[id].handled += now - visits[id].since
        hosts[visits[id].host].serving -= 1
        hosts[visits[id].host].idleSince = now
    }

    private func leaveLine(_ id: Int) {
        if visits[id].isPresent {
            checkSilence(id)
            AdmissionModel.remove(id, from: &present)
        } else {
            AdmissionModel.remove(id, from: &absent)
        }
        changedAt = now
    }

    // MARK: - Being told

    private func told(_ id: Int, _ status: QueueStatus) {
        guard id < visits.count, visits[id].stage == .waiting, visits[id].isPresent else {
            return fail("\(id) told of a queue in which it is not")
        }
        checkSilence(id)
        if status.of != present.count + absent.count { fail("\(id): the queue has \(status.of)") }
        if Int(status.waited.wholeNanoseconds) != now - visits[id].since
            || Int(status.expiresIn.wholeNanoseconds) != visits[id].until - now
        {
            fail("\(id): told wrong times")
        }
        notices += 1
        if status.position <= 10 { noticesToHead += 1 }
        if status.position != position(of: id) {
            fail("\(id) is not at \(status.position)")
        }
        visits[id].position = status.position
        visits[id].of = status.of
        visits[id].toldAt = now
        visits[id].wasTold = true
    }

    func checkSilence(_ id: Int) {
        if now - visits[id].toldAt > 15 * AdmissionModel.second {
            fail("\(id) was told nothing for long")
        }
    }

    func position(of id: Int) -> Int {
        AdmissionModel.countBefore(id, in: present) + AdmissionModel.countBefore(id, in: absent) + 1
    }

    private static func countBefore(_ id: Int, in list: [Int]) -> Int {
        var few = 0
        var many = list.count
        while few < many {
            let middle = (few + many) / 2
            if list[middle] < id { few = middle + 1 } else { many = middle }
        }
        return few
    }

    static func insert(_ id: Int, into list: inout [Int]) {
        var index = list.count
        while index > 0, list[index - 1] > id { index -= 1 }
        list.insert(id, at: index)
    }

    static func remove(_ id: Int, from list: inout [Int]) {
        var index = 0
        while index < list.count, list[index] != id { index += 1 }
        if index < list.count { list.remove(at: index) }
    }
}
