// The figures as they are collected: samples by round, summed up as medians; what could not be
// measured, and why; and the numbers' way into text.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What one round of one server gave.
typealias Sample = [Metric: Double]

/// One round, and whether it may be relied on.
struct Round {
    let figures: Sample
    /// The part of the time in which the server or the load generator was ready to run and other
    /// processes had its processor.
    var waitedShare = 0.0

    /// More than this does not happen by itself where each has a processor.
    var isDisturbed: Bool { waitedShare > 0.05 }
}

/// All rounds of one server at one point.
struct Row {
    /// The subject's name, or that of a reference without a server.
    let subject: String
    var title: String
    var rounds: [Round] = []
    /// Deliveries missing over all rounds.
    var lost = 0
    /// Why there are no figures, or fewer than there should be.
    var remark: String?

    /// The rounds that count: the undisturbed ones, or the least disturbed when there is none.
    var valid: [Round] {
        let calm = rounds.filter { !$0.isDisturbed }
        guard calm.isEmpty else { return calm }
        return rounds.min { $0.waitedShare < $1.waitedShare }.map { [$0] } ?? []
    }

    /// Whether no round was undisturbed.
    var isDisturbed: Bool { !rounds.isEmpty && rounds.allSatisfy(\.isDisturbed) }

    /// The median over the rounds that count.
    func median(_ metric: Metric) -> Double? {
        Row.median(valid.compactMap { $0.figures[metric] })
    }

    /// The median of this server's figure divided by the other's in the same round, over the
    /// rounds that disturbed neither; without one, the medians divided.
    func ratio(_ metric: Metric, to other: Row) -> Double? {
        let pairs = zip(rounds, other.rounds).filter { !$0.isDisturbed && !$1.isDisturbed }
        let ratios: [Double] = pairs.compactMap { mine, theirs in
            guard let mine = mine.figures[metric], let theirs = theirs.figures[metric], theirs > 0
            else { return nil }
            return mine / theirs
        }
        if let ratio = Row.median(ratios) { return ratio }
        guard let mine = median(metric), let theirs = other.median(metric), theirs > 0 else {
            return nil
        }
        return mine / theirs
    }

    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// One point with a row for every server.
struct MeasuredPoint {
    let point: Point
    var rows: [Row]

    func row(_ subject: String) -> Row? { rows.first { $0.subject == subject } }

    /// What others are compared with: a broadcaster that does nothing else, or a plain insert.
    static let floors = ["floor", "sqlite3"]

    /// A row's share of the floor, in the scenario's first metric.
    func shareOfFloor(_ row: Row, _ metric: Metric) -> Double? {
        let floor = rows.first { MeasuredPoint.floors.contains($0.subject) }
        return floor.flatMap { row.ratio(metric, to: $0) }
    }
}

/// A scenario with its figures.
struct MeasuredScenario {
    let scenario: Scenario
    var points: [MeasuredPoint]
}

/// The whole run.
struct Results {
    var machine: Machine
    var placement: Placement
    var rounds: Int
    var secondsPerRound: Double
    var seconds = 0.0
    /// What each program says its version is; nil when it is not there.
    var versions: [(program: Subject.Program, version: String?)] = []
    var scenarios: [MeasuredScenario] = []
    /// Rounds of messages, and how many of them other processes disturbed.
    var disturbance: (disturbed: Int, all: Int) {
        let points = scenarios.flatMap(\.points).filter(\.point.measurement.hasMessages)
        let rounds = points.flatMap(\.rows).flatMap(\.rounds)
        return (rounds.count { $0.isDisturbed }, rounds.count)
    }

    /// What makes the run fail: losses, and servers that did not start.
    var failures: [String] = []

    /// The point of that title, wherever it is.
    func point(_ scenario: String, where matches: (Point) -> Bool) -> MeasuredPoint? {
        scenarios.first { $0.scenario.name == scenario }?.points.first { matches($0.point) }
    }
}

/// `1234567` as `1 234 567`.
func grouped(_ value: Int) -> String {
    var result = ""
    for (position, digit) in String(abs(value)).reversed().enumerated() {
        if position > 0 && position % 3 == 0 { result.append(" ") }
        result.append(digit)
    }
    return (value < 0 ? "-" : "") + String(result.reversed())
}

/// A number with a fixed count of decimals, thousands grouped.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "–" }
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + grouped(scaled) }
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(grouped(scaled / scale)).\(zeros)\(fraction)"
}

extension Metric {
    /// A value with as many digits as mean something.
    func text(_ value: Double) -> String {
        switch self {
        case .deliveriesPerSecond, .setUpsPerSecond, .messagesPerSecond, .requestsPerSecond, .p50,
            .p99:
            fixed(value, 0)
        case .processorMicroseconds: fixed(value, value < 10 ? 3 : 1)
        case .microseconds: fixed(value, 3)
        case .generatorLoad, .kilobytesPerConnection, .setUpSeconds, .processorShare, .kilobytes:
            fixed(value, 2)
        case .milliseconds, .worstMilliseconds: fixed(value, value < 1 ? 2 : 1)
        }
    }
}
