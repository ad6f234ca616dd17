// A visitor's way through a server that takes in one after another, as far as its client has been
// told. Pure. PRODUCT "Admission".
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// How far a visitor has come.
package struct VisitProgress: Hashable, Sendable {
    package enum Stage: Hashable, Sendable {
        /// Nothing was said of it: the server takes in everybody. Becomes any other.
        case none
        /// In the queue; where, and when that was told. Becomes `.served` or `.over`.
        case waiting(QueueStatus, told: Instant)
        /// It has a slot. Becomes `.waiting` when its operator is gone, `.rating` or `.over`.
        case served
        /// The conversation is over, and the visitor is asked how it was. Becomes `.over`.
        case rating
        case over
    }

    package internal(set) var stage = Stage.none
    /// Gives back the place in the queue, and rates the visit.
    package internal(set) var ticket: String?
    /// Who serves it, at a desk.
    package internal(set) var host: String?
    /// What was sent is to be sent again when it is the visitor's turn.
    var isHeld = false

    package var isWaiting: Bool { if case .waiting = stage { true } else { false } }

    /// Whether nothing more is to be said.
    package var isOver: Bool { stage == .rating || stage == .over }

    /// Whether a lost connection cost a place that the ticket gives back.
    var hasPlace: Bool { isWaiting || stage == .served }

    /// The words for a prompt: `3 of 7, about 2 minutes, waited 0:41`.
    package func words(at now: Instant) -> String? {
        guard case .waiting(let status, let told) = stage else { return nil }
        let since = max(.zero, now - told)
        var words = "\(status.position) of \(status.of)"
        if let estimate = status.estimate {
            words += ", about \(AdmissionText.words(max(.seconds(1), estimate - since)))"
        }
        words += ", waited \(ElapsedTime.text(status.waited + since))"
        let left = status.expiresIn - since
        // Told when it matters.
        if left < .seconds(60) { words += ", \(ElapsedTime.text(left)) left" }
        return words
    }
}

/// Lengths of time as clocks show them.
package enum ElapsedTime {
    /// `0:41`, `12:05`, `1:02:03`.
    package static func text(_ time: Duration) -> String {
        let seconds = max(0, time.wholeMilliseconds) / 1000
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let tail = two(seconds % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(tail)" : "\(minutes):\(tail)"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
