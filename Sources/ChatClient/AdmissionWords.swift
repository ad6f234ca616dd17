// What admission and a desk say, in words: for a log and between the messages of a conversation.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Sentences of visits.
package enum AdmissionWords {
    /// The event as a visitor or an operator reads it; nothing for what is no admission's.
    package static func lines(_ event: ChatEvent, _ isOperator: Bool) -> [String] {
        switch event {
        case .queue(let status, _): return [AdmissionText.line(status)]
        case .admitted(let admitted): return AdmissionText.lines(admitted)
        case .returned(let host): return [AdmissionText.returned(from: host)]
        case .ended(let end):
            if !isOperator { return AdmissionText.lines(end) }
            let why = reason(end.reason)
            let with = "the conversation with \(end.visitorNick) is over"
            return [why.isEmpty ? with : "\(with): \(why)"]
        case .rated(let rating, let host):
            if !isOperator { return [AdmissionText.line(rating, of: host)] }
            let comment = rating.comment.isEmpty ? "" : ": \(rating.comment)"
            return ["\(rating.starText) for \(host)\(comment)"]
        default: return []
        }
    }

    /// Why a conversation is over, for its operator.
    private static func reason(_ code: String) -> String {
        switch code {
        case EndReason.closed.rawValue: ""
        case EndReason.left.rawValue: "the visitor has left"
        case LossReason.unanswered.rawValue: "closed without a word"
        default: code.split(separator: "_").joined(separator: " ")
        }
    }

    /// A report on one line: what a screen's header shows, but for what changes by itself.
    package static func summary(_ report: DeskReport) -> String {
        var words = [
            report.server, "attended today \(report.attendedToday)",
            "this month \(report.attendedThisMonth)", "rating \(rating(report))",
            "approached \(report.approached)", "lost \(report.lost)",
            "with \(report.current.isEmpty ? "nobody" : report.current.joined(separator: " "))",
            "waiting \(report.waiting)",
        ]
        if report.isPaused { words.append("paused") }
        return words.joined(separator: ", ")
    }

    /// `4.5 of 12`, or `none`.
    private static func rating(_ report: DeskReport) -> String {
        guard let average = report.ratingHundredths, report.ratings > 0 else { return "none" }
        return "\(Tenths.text(hundredths: average)) of \(report.ratings)"
    }
}

/// Numbers with one decimal.
package enum Tenths {
    /// `4.5`: hundredths rounded half up.
    package static func text(hundredths: Int) -> String {
        let tenths = (max(0, hundredths) + 5) / 10
        return "\(tenths / 10).\(tenths % 10)"
    }
}
