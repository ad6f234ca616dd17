// Help on the terminal: `-h`, a line for each option, and `--help`, the whole page; wrapped to the
// terminal, at most 100 columns, 80 where there is none.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Renders help as plain text.
package struct HelpText: Sendable {
    let width: Int

    /// Bounds on the width of a line.
    static let widest = 100
    static let narrowest = 40
    /// A space at which no line is broken, until it is printed.
    private static let unbreakable: Character = "\u{A0}"
    /// Where summaries begin, in columns.
    private static let summaryColumn = 29

    /// `columns` of the terminal; nil without one.
    package init(columns: Int?) {
        width = min(max(columns ?? 80, HelpText.narrowest), HelpText.widest)
    }

    // MARK: Short

    /// A screenful: what it is, and a line for each option.
    package func short(_ command: CommandSpec) -> String {
        let page = CommandPage(command)
        var lines = page.usage.enumerated().map { index, usage in
            (index == 0 ? "usage: " : "       ") + Markup.plain(usage)
        }
        lines += [""] + wrapped(CommandPage.sentence(command.summary), indent: 0)
        if command.name.isEmpty {
            lines += ["", "Commands:"]
            for known in ProgramSpec.commands { lines += row("  " + known.name, known.summary) }
        }
        for group in command.groups {
            lines += ["", group + ":"]
            for option in command.options where option.group == group {
                let shownDefault =
                    option.shownDefault.map { " [default:\(HelpText.unbreakable)\($0)]" } ?? ""
                lines += row(HelpText.columns(option), option.summary + shownDefault)
            }
        }
        let more =
            if command.name.isEmpty {
                "'chatkit help COMMAND' explains a command, and 'man chatkit' everything."
            } else if command.hasPage {
                "'\(command.invocation) --help' explains them, examples first."
            } else {
                "'\(command.invocation)' alone explains chatkit."
            }
        lines += [""] + wrapped(more, indent: 0)
        let text = lines.joined(separator: "\n") + "\n"
        return String(text.map { $0 == HelpText.unbreakable ? " " : $0 })
    }

    private static func columns(_ option: OptionSpec) -> String {
        let short = option.short.map { "-\($0), " } ?? "    "
        return "  " + short + (option.isNegatable ? "--[no-]" : "--") + option.long
            + (option.valueName.map { option.isValueOptional ? "[=\($0)]" : " " + $0 } ?? "")
    }

    private func row(_ left: String, _ right: String) -> [String] {
        let column = min(HelpText.summaryColumn, width / 2)
        var lines = wrapped(right, indent: column)
        if left.count + 2 > column || lines.isEmpty { return [left] + lines }
        lines[0] = left + lines[0].dropFirst(left.count)
        return lines
    }

    // MARK: Full

    /// The whole page.
    package func full(_ command: CommandSpec) -> String {
        let page = CommandPage(command).help
        var lines = wrapped("\(command.invocation) - \(page.summary)", indent: 0, hanging: 4)
        for section in page.sections {
            lines += ["", HelpText.title(section.title)]
            for (index, block) in section.blocks.enumerated() {
                if index > 0,
                    needsGap(
                        before: block, after: section.blocks[index - 1],
                        isExample: section.title == "EXAMPLES")
                {
                    lines.append("")
                }
                lines += render(block, tight: section.title == "EXIT STATUS")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func needsGap(
        before block: Block, after previous: Block, isExample: Bool
    ) -> Bool {
        switch (previous, block) {
        case (.heading, _): false
        case (.paragraph(let a), .paragraph(let b)):
            // The lines of a synopsis stand together.
            !(a.hasPrefix("`chatkit") && b.hasPrefix("`chatkit"))
        case (.paragraph, .code): !isExample
        default: true
        }
    }

    private static func title(_ capitals: String) -> String {
        capitals.prefix(1) + capitals.dropFirst().lowercased() + ":"
    }

    private func render(_ block: Block, tight: Bool) -> [String] {
        switch block {
        case .paragraph(let text):
            return wrapped(text, indent: 2)
        case .heading(let text):
            return ["  " + text]
        case .code(let lines):
            return lines.map { $0.isEmpty ? "" : "      " + $0 }
        case .definitions(let list) where tight:
            return list.flatMap { definition -> [String] in
                let term = "  " + Markup.plain(definition.term)
                var lines = definition.says.flatMap { wrapped($0, indent: 8) }
                if let first = lines.first { lines[0] = term + first.dropFirst(term.count) }
                return lines
            }
        case .definitions(let list):
            var lines: [String] = []
            for (index, definition) in list.enumerated() {
                if index > 0 { lines.append("") }
                lines += wrapped(definition.term, indent: 4, hanging: 8)
                lines += definition.says.flatMap { wrapped($0, indent: 8) }
            }
            return lines
        }
    }

    // MARK: Wrapping

    /// Breaks marked text at spaces; a word longer than the line stands alone. Texts are ASCII,
    /// so that characters are columns.
    func wrapped(_ text: String, indent: Int, hanging: Int? = nil) -> [String] {
        var lines: [String] = []
        var line = String(repeating: " ", count: indent)
        var isEmpty = true
        for word in Markup.plain(text).split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: hanging ?? indent)
                isEmpty = true
            }
            line += isEmpty ? word : " " + word
            isEmpty = false
        }
        if !isEmpty { lines.append(line) }
        return lines
    }
}
