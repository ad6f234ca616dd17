// How the database writes visits down: numbers that never get another meaning.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What happened, in the column `kind`.
enum VisitKind: Int64, CaseIterable {
    case approached = 1
    case waiting = 2
    case served = 3
    case attended = 4
    case returned = 5
    case ended = 6
    case lost = 7
    case rated = 8
}

/// Where a visit stands, in the column `state`.
enum VisitState: Int64 {
    case waiting = 0
    case serving = 1
    case over = 2
}

extension LossReason {
    /// In the column `detail`.
    var code: Int64 {
        switch self {
        case .left: 1
        case .expired: 2
        case .queueFull: 3
        case .noServer: 4
        case .unanswered: 5
        case .serverGone: 6
        }
    }

    init?(code: Int64) {
        guard let reason = LossReason.allCases.first(where: { $0.code == code }) else { return nil }
        self = reason
    }
}

extension EndReason {
    /// In the column `detail`.
    var code: Int64 {
        switch self {
        case .closed: 1
        case .left: 2
        case .expired: 3
        case .serverGone: 4
        }
    }
}

/// The spans by which events are counted as they are written: 15 minutes, for every offset that is in
/// use anywhere is a multiple of that, and so every local hour and day consists of whole ones.
enum VisitQuarter {
    static let milliseconds: Int64 = 900_000

    /// The quarter that `time` is in.
    static func index(of time: Timestamp) -> Int64 {
        let rest = time.milliseconds % milliseconds
        return (time.milliseconds - rest) / milliseconds - (rest < 0 ? 1 : 0)
    }

    /// The whole quarters in a span; empty when there is none.
    static func whole(in span: Range<Timestamp>) -> Range<Int64> {
        let first = index(of: span.lowerBound)
        let lower = first * milliseconds == span.lowerBound.milliseconds ? first : first + 1
        return lower..<max(lower, index(of: span.upperBound))
    }
}

extension VisitTally {
    /// Adds `count` events as the database writes them; kinds that are not counted are left out.
    mutating func add(kind: Int64, detail: Int64, count: Int) {
        switch VisitKind(rawValue: kind) {
        case .approached: approached += count
        case .attended: attended += count
        case .lost:
            if let reason = LossReason(code: detail) { lost[reason, default: 0] += count }
        case .rated:
            if (1...5).contains(detail) { stars[Int(detail) - 1] += count }
        case .waiting, .served, .returned, .ended, nil: break
        }
    }
}
