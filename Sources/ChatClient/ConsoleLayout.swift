// The operator's header for any size of a terminal: from 120 columns down to 40 it shows all that is to
// be shown, in ever shorter words; below that one line, and below 20 by 6 nothing. Pure.
// Invariant: the number of lines depends on the size alone, and no line is wider than the terminal.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// One line of a header.
package struct HeaderLine: Hashable, Sendable {
    package var text: StyledText
    /// Underlined over the terminal's whole width: the last line, where there is no room for a rule.
    package var isUnderlined = false

    package init(_ text: StyledText, isUnderlined: Bool = false) {
        self.text = text
        self.isUnderlined = isUnderlined
    }
}

/// Makes the header's lines.
package struct ConsoleLayout: Sendable {
    /// How much is shown.
    package enum Form: Hashable, Sendable {
        /// No header.
        case none
        /// One line: with whom, how many wait, and the time.
        case line
        /// Narrow: four lines.
        case compact
        /// Three lines.
        case full
    }

    /// Least columns between what stands on the left and what on the right.
    private static let gap = 2

    private let rows: Int
    private let columns: Int
    private let ruler: TextRuler

    package init(rows: Int, columns: Int, ruler: TextRuler) {
        self.rows = rows
        self.columns = columns
        self.ruler = ruler
    }

    package var form: Form {
        if rows < 6 || columns < 20 { return .none }
        if rows < 12 || columns < 40 { return .line }
        return columns < 60 ? .compact : .full
    }

    /// Whether a rule divides the header from the conversation.
    private var hasRule: Bool { rows >= 16 }

    /// How many lines the header has.
    package var height: Int {
        switch form {
        case .none: 0
        case .line: 1
        case .compact: hasRule ? 5 : 4
        case .full: hasRule ? 4 : 3
        }
    }

    /// The header, `height` lines.
    package func lines(_ facts: ConsoleFacts) -> [HeaderLine] {
        var lines: [HeaderLine]
        switch form {
        case .none: return []
        case .line: return [HeaderLine(summary(facts))]
        case .compact:
            let figures = figures(facts)
            let (first, rest) = (Array(figures.prefix(3)), Array(figures.dropFirst(3)))
            lines = [
                HeaderLine(title(facts)), HeaderLine(row(first)), HeaderLine(row(rest)),
                HeaderLine(people(facts)),
            ]
        case .full:
            lines = [
                HeaderLine(title(facts)), HeaderLine(row(figures(facts))),
                HeaderLine(people(facts)),
            ]
        }
        if hasRule {
            lines.append(HeaderLine(StyledText(String(repeating: "─", count: columns), .faint)))
        } else {
            lines[lines.count - 1].isUnderlined = true
        }
        return lines
    }
}

// MARK: - The title

extension ConsoleLayout {
    /// Server and state on the left, date and time on the right, over the whole width.
    private func title(_ facts: ConsoleFacts) -> StyledText {
        let badge = badge(facts)
        let inner = columns - 2
        let times = facts.time.longToShort
        let whole = ruler.width(of: facts.server) + ruler.width(of: badge) + ConsoleLayout.gap
        // The longest form with a year that leaves the name whole, else one that leaves some of it.
        let least = ruler.width(of: badge) + 7
        let time =
            times.prefix(3).first { inner - ruler.width(of: $0) >= whole }
            ?? times.dropFirst(2).first { inner - ruler.width(of: $0) >= least } ?? ""
        let room = max(
            1, inner - ruler.width(of: time) - ruler.width(of: badge) - ConsoleLayout.gap)
        let name = ruler.cut(facts.server, to: room)
        let used = ruler.width(of: name) + ruler.width(of: badge) + ruler.width(of: time)
        var line = StyledText(" " + name, .bar)
        line.append(badge, .barWarning)
        line.append(String(repeating: " ", count: max(0, inner - used)) + time + " ", .bar)
        return line
    }

    private func badge(_ facts: ConsoleFacts) -> String {
        if !facts.isOnline { return " OFFLINE" }
        return facts.isPaused ? " PAUSED" : ""
    }

    /// Everything that fits on one line, the least important left out first.
    private func summary(_ facts: ConsoleFacts) -> StyledText {
        let who = facts.talks.first(where: \.isInFront) ?? facts.talks.first
        var pieces: [(rank: Int, text: String)] = [
            (4, facts.server), (1, who.map { words($0) } ?? "nobody"),
            (2, queue(facts).last ?? ""), (3, facts.time.clock),
        ]
        if facts.talks.count > 1 { pieces.insert((5, "+\(facts.talks.count - 1)"), at: 2) }
        let badge = badge(facts)
        let room = columns - 2 - ruler.width(of: badge)
        let joined = { (pieces: [(rank: Int, text: String)]) in
            pieces.map(\.text).joined(separator: " · ")
        }
        while pieces.count > 1, ruler.width(of: joined(pieces)) > room {
            let worst = pieces.map(\.rank).max()
            pieces.removeAll { $0.rank == worst }
        }
        let text = ruler.cut(joined(pieces), to: max(1, room))
        var line = StyledText(" " + text, .bar)
        line.append(badge, .barWarning)
        let used = ruler.width(of: text) + ruler.width(of: badge)
        line.append(String(repeating: " ", count: max(0, columns - 1 - used)), .bar)
        return line
    }
}

// MARK: - Figures

extension ConsoleLayout {
    /// A figure: what stands before the number, the number, and what stands after it.
    private struct Figure {
        var before: String
        var value: String
        var after = ""
    }

    /// The figures in ever shorter words: the same field at the same place of each row's list.
    private func figures(_ facts: ConsoleFacts) -> [[Figure]] {
        let report = facts.report
        let number = { (value: Int?) in value.map { "\($0)" } ?? "–" }
        let short = { (value: Int?) in value.map(ShortNumber.text) ?? "–" }
        let average = report?.ratingHundredths.map { Tenths.text(hundredths: $0) }
        let count = report?.ratings
        let today = report?.attendedToday
        let month = report?.attendedThisMonth
        let came = report?.approached
        let lost = report?.lost
        let stars = { (before: String, of: String, count: String) -> Figure in
            guard let average else { return Figure(before: "", value: "no ratings") }
            return Figure(before: before, value: "\(average) ★", after: of + count)
        }
        return [
            [
                Figure(before: "attended today ", value: number(today)),
                Figure(before: "attended ", value: number(today), after: " today"),
                Figure(before: "attended ", value: number(today), after: " today"),
                Figure(before: "today ", value: number(today)),
                Figure(before: "day ", value: short(today)),
            ],
            [
                Figure(before: "attended this month ", value: number(month)),
                Figure(before: "", value: number(month), after: " this month"),
                Figure(before: "", value: number(month), after: " this month"),
                Figure(before: "month ", value: number(month)),
                Figure(before: "month ", value: short(month)),
            ],
            [
                stars("average rating ", " of ", number(count)),
                stars("rating ", " of ", number(count)), stars("", " of ", number(count)),
                stars("", " of ", number(count)),
                average.map { Figure(before: "", value: "\($0)★", after: "/" + short(count)) }
                    ?? Figure(before: "", value: "–★"),
            ],
            [Figure(before: "approached in total ", value: number(came))]
                + Array(repeating: Figure(before: "approached ", value: number(came)), count: 3)
                + [Figure(before: "came ", value: short(came))],
            [Figure(before: "lost in total ", value: number(lost))]
                + Array(repeating: Figure(before: "lost ", value: number(lost)), count: 3)
                + [Figure(before: "lost ", value: short(lost))],
        ]
    }

    /// Figures beside each other, in the longest words that fit.
    private func row(_ figures: [[Figure]]) -> StyledText {
        let forms = figures.first?.count ?? 0
        var line = StyledText()
        for form in 0..<forms {
            line = StyledText(" ")
            for (index, figure) in figures.map({ $0[form] }).enumerated() {
                if index > 0 { line.append(form == forms - 1 ? "  " : " · ", .faint) }
                line.append(figure.before, .faint)
                line.append(figure.value, .bold)
                line.append(figure.after, .faint)
            }
            if ruler.width(of: line.plain) < columns { return line }
        }
        return ruler.cut(line, to: columns)
    }
}

// MARK: - People

extension ConsoleLayout {
    /// With whom one talks on the left, who waits on the right.
    private func people(_ facts: ConsoleFacts) -> StyledText {
        let inner = columns - 2
        let queues = queue(facts)
        let talks = self.talks(facts)
        // Both become shorter by turns, the queue first.
        for step in 0...(queues.count + talks.count) {
            for index in (0...step).reversed()
            where step - index < talks.count && index < queues.count {
                let (talk, queue) = (talks[step - index], queues[index])
                let used = ruler.width(of: talk.plain) + ruler.width(of: queue)
                guard used + ConsoleLayout.gap <= inner else { continue }
                return people(talk, queue, gap: inner - used, facts)
            }
        }
        let queue = queues.last ?? ""
        let room = max(1, inner - ruler.width(of: queue) - ConsoleLayout.gap)
        let talk = ruler.cut(talks.last ?? StyledText(), to: room)
        let used = ruler.width(of: talk.plain) + ruler.width(of: queue)
        return people(talk, queue, gap: max(0, inner - used), facts)
    }

    private func people(
        _ talk: StyledText, _ queue: String, gap: Int, _ facts: ConsoleFacts
    ) -> StyledText {
        var line = StyledText(" ")
        line.append(talk)
        line.append(String(repeating: " ", count: gap))
        line.append(queue, facts.waiting > 0 ? .bold : .faint)
        return line
    }

    /// The queue in ever shorter words.
    private func queue(_ facts: ConsoleFacts) -> [String] {
        guard facts.report != nil else { return ["…"] }
        guard facts.waiting > 0 else { return ["nobody waiting", "none wait"] }
        let count = facts.waiting
        guard let oldest = facts.oldestWait.map(ElapsedTime.text) else {
            return ["\(count) waiting", "\(count) wait"]
        }
        return [
            "\(count) waiting, the oldest \(oldest)", "\(count) waiting, oldest \(oldest)",
            "\(count) wait, \(oldest)",
        ]
    }

    private func words(_ talk: ConsoleFacts.Talk) -> String {
        "\(talk.nick) \(ElapsedTime.text(talk.lasted))"
    }

    /// One's conversations, and those of others, in ever shorter words.
    private func talks(_ facts: ConsoleFacts) -> [StyledText] {
        let front = facts.talks.filter(\.isInFront) + facts.talks.filter { !$0.isInFront }
        guard let first = front.first else {
            var idle = StyledText("nobody is with you", .faint)
            let short = StyledText("nobody", .faint)
            guard !facts.others.isEmpty else { return [idle, short] }
            let alone = idle
            idle.append(" · " + facts.others.joined(separator: ", "), .faint)
            return [idle, alone, short]
        }
        var all = StyledText("with ", .faint)
        for (index, talk) in front.enumerated() {
            if index > 0 { all.append(" · ", .faint) }
            append(talk, to: &all)
        }
        var withOthers = all
        if !facts.others.isEmpty {
            withOthers.append(" · " + facts.others.joined(separator: ", "), .faint)
        }
        var one = StyledText()
        append(first, to: &one)
        let bare = one
        guard front.count > 1 else { return [withOthers, all, bare] }
        one.append(" +\(front.count - 1)", .faint)
        let unread = front.reduce(0) { $0 + $1.unread }
        if unread > 0 { one.append(" (\(unread) new)", .warning) }
        return [withOthers, all, one]
    }

    private func append(_ talk: ConsoleFacts.Talk, to line: inout StyledText) {
        line.append(talk.nick, talk.isInFront ? .bold : NickColor.style(for: talk.nick))
        line.append(" " + ElapsedTime.text(talk.lasted), .faint)
        if talk.unread > 0 { line.append(" (\(talk.unread) new)", .warning) }
    }
}

/// Numbers in at most four characters.
package enum ShortNumber {
    /// `9999`, `12k`, `3M`.
    package static func text(_ number: Int) -> String {
        if number < 10_000 { return "\(number)" }
        return number < 1_000_000 ? "\(number / 1000)k" : "\(number / 1_000_000)M"
    }
}
