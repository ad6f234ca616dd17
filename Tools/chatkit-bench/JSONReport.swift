// The report for programs: one JSON object with every median and every round.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A JSON value that is to be written.
indirect enum JSONOutput {
    case text(String)
    case number(Double)
    case boolean(Bool)
    case null
    case list([JSONOutput])
    case object([(String, JSONOutput)])

    /// The value as text, its lines indented by `depth` steps.
    func rendered(depth: Int = 0) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch self {
        case .text(let text): return JSONOutput.quoted(text)
        case .number(let number):
            guard number.isFinite else { return "null" }
            if let whole = Int(exactly: number) { return String(whole) }
            return String((number * 1e6).rounded() / 1e6)
        case .boolean(let value): return value ? "true" : "false"
        case .null: return "null"
        case .list(let values) where values.allSatisfy(\.isNumber):
            return "[" + values.map { $0.rendered() }.joined(separator: ", ") + "]"
        case .list(let values):
            let lines = values.map { inner + $0.rendered(depth: depth + 1) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members):
            let lines = members.map {
                "\(inner)\(JSONOutput.quoted($0)): \($1.rendered(depth: depth + 1))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    private var isNumber: Bool {
        if case .number = self { true } else { false }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Results {
    /// The whole run.
    var json: String {
        let object = JSONOutput.object([
            ("schema", .number(1)),
            ("date", .text(machine.date)),
            ("processor", .text(machine.processor)),
            ("processors", .number(Double(machine.processors))),
            ("kernel", .text(machine.kernel)),
            ("placement", .text(placement.description)),
            ("rounds", .number(Double(rounds))),
            ("seconds_per_round", .number(secondsPerRound)),
            ("seconds", .number(seconds)),
            (
                "versions",
                .object(
                    versions.map { ($0.program.rawValue, $0.version.map { .text($0) } ?? .null) })
            ),
            ("results", .list(scenarios.flatMap(\.jsonRows))),
            ("targets", .list(Target.judged(self).map(\.json))),
            ("failures", .list(failures.map { .text($0) })),
        ])
        return object.rendered() + "\n"
    }
}

extension MeasuredScenario {
    fileprivate var jsonRows: [JSONOutput] {
        points.flatMap { point in
            point.rows.map { row in
                var members: [(String, JSONOutput)] = [
                    ("scenario", .text(scenario.name)), ("point", .text(point.point.title)),
                    ("subject", .text(row.subject)),
                ]
                if case .load(let shape, let textBytes, let flow) = point.point.measurement {
                    members += [
                        ("rooms", .number(Double(shape.roomCount))),
                        ("receivers", .number(Double(shape.receivers))),
                        ("bytes", .number(Double(textBytes))),
                    ]
                    switch flow {
                    case .inFlight(let count): members.append(("in_flight", .number(Double(count))))
                    case .perSecond(let rate): members.append(("messages_per_s", .number(rate)))
                    }
                }
                members += point.point.measurement.jsonMembers
                for metric in Metric.allCases {
                    guard let median = row.median(metric) else { continue }
                    members.append((metric.rawValue, .number(median)))
                    let rounds = row.rounds.compactMap { $0.figures[metric] }
                    members.append(("\(metric.rawValue)_rounds", .list(rounds.map { .number($0) })))
                }
                if scenario.comparesToFloor, let metric = scenario.metrics.first,
                    let share = point.shareOfFloor(row, metric)
                {
                    members.append(("of_floor", .number(share)))
                }
                members.append(
                    (
                        "waited_share_rounds",
                        .list(row.rounds.map { .number($0.waitedShare) })
                    ))
                members.append(("lost", .number(Double(row.lost))))
                if let remark = row.remark { members.append(("remark", .text(remark))) }
                return .object(members)
            }
        }
    }
}

extension Measurement {
    /// What the journal's points are about.
    fileprivate var jsonMembers: [(String, JSONOutput)] {
        switch self {
        case .journal(let senders, let textBytes, let durability, let flow):
            let pace: (String, JSONOutput) =
                switch flow {
                case .inFlight(let count): ("unacked_each", .number(Double(count)))
                case .perSecond(let rate): ("messages_per_s_offered", .number(rate))
                }
            return [
                ("senders", .number(Double(senders))), ("bytes", .number(Double(textBytes))),
                ("durability", .text(durability.rawValue)), pace,
            ]
        case .past(let messages): return [("messages", .number(Double(messages)))]
        case .statistics(let events): return [("events", .number(Double(events)))]
        case .queue(let waiting): return [("waiting", .number(Double(waiting)))]
        case .relay(.messages(let clients)): return [("clients", .number(Double(clients)))]
        case .relay(.setUp(let clients, _)): return [("clients", .number(Double(clients)))]
        case .relay(.queue(let waiting)): return [("waiting", .number(Double(waiting)))]
        case .relay(.rescue(let talks)): return [("conversations", .number(Double(talks)))]
        case .load, .setUp, .idleMemory, .startUp, .codec, .web: return []
        }
    }
}

extension Target {
    fileprivate var json: JSONOutput {
        .object([
            ("target", .text(title)), ("limit", .text(limit)), ("measured", .text(figure)),
            ("met", .boolean(isMet)),
        ])
    }
}
