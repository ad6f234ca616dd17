// The figures counted again, the straightforward way: every record is looked at, one after the other.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatJournal

/// Everything that was journalled, and where it left everybody.
struct Recount {
    private struct Step {
        let record: VisitRecord
        let server: String
        /// In milliseconds; nil when nobody measured it.
        let time: Int64?
    }

    private struct Guest {
        let nick: String
        let server: String
        var isServing = false
        var isAttended = false
        var host = ""
        var since: Timestamp
    }

    private var steps: [Step] = []
    private var guests: [VisitID: Guest] = [:]

    mutating func add(_ records: some Sequence<VisitRecord>, server: String) {
        for record in records { add(record, server) }
    }

    private mutating func add(_ record: VisitRecord, _ server: String) {
        var time: Int64?
        switch record.event {
        case .approached(let nick, _):
            guests[record.visit] = Guest(nick: nick, server: server, since: record.at)
        case .served(let host, let waited):
            if guests[record.visit]?.isServing == false { time = waited.wholeMilliseconds }
            guests[record.visit]?.isServing = true
            guests[record.visit]?.host = host
            guests[record.visit]?.since = record.at
        case .attended: guests[record.visit]?.isAttended = true
        case .returned:
            guests[record.visit]?.isServing = false
            guests[record.visit]?.since = record.at
        case .ended(_, let handled):
            time = handled.wholeMilliseconds
            guests[record.visit] = nil
        case .lost: guests[record.visit] = nil
        case .waiting, .rated: break
        }
        steps.append(Step(record: record, server: server, time: time))
    }

    /// The server ended, and at `at` the next one found that out.
    mutating func serverGone(at: Timestamp, server: String) {
        for (visit, guest) in guests where guest.isServing {
            let event: VisitEvent =
                guest.isAttended
                ? .ended(.serverGone, handled: .zero) : .lost(.serverGone, waited: .zero)
            steps.append(Step(record: VisitRecord(visit, at: at, event), server: server, time: nil))
            guests[visit] = nil
        }
    }

    func figures(_ span: Range<Timestamp>, server: String? = nil) -> StatisticsFigures {
        var tally = VisitTally()
        var (waits, handling): ([Int64], [Int64]) = ([], [])
        for step in steps where span.contains(step.record.at) {
            guard server == nil || server == step.server else { continue }
            tally.add(step.record.event)
            guard let time = step.time else { continue }
            if case .served = step.record.event {
                waits.append(time)
            } else {
                handling.append(time)
            }
        }
        return StatisticsFigures(
            tally: tally, waits: TimesSummary(of: waits), handling: TimesSummary(of: handling))
    }

    func ever(server: String? = nil) -> VisitTally {
        figures(
            Timestamp(milliseconds: .min)..<Timestamp(milliseconds: .max), server: server
        ).tally
    }

    var waiting: Int { guests.values.count { !$0.isServing } }
    var serving: Int { guests.values.count { $0.isServing } }

    /// Those who have a slot, in the order of approaching.
    var clients: [CurrentClient] {
        guests.filter { $0.value.isServing }.sorted { $0.key < $1.key }.map { _, guest in
            CurrentClient(
                nick: guest.nick, server: guest.server, host: guest.host,
                isAttended: guest.isAttended, since: guest.since)
        }
    }

    /// Waiting or served, without having been attended.
    var undecided: Int { guests.values.count { !$0.isAttended } }

    var first: Timestamp? {
        steps.filter {
            switch $0.record.event {
            case .approached, .attended, .lost, .rated: true
            case .waiting, .served, .returned, .ended: false
            }
        }.map(\.record.at).min()
    }
}
