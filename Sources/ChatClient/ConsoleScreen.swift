// Pins a header to the first lines of a terminal while the rest scrolls below it (DECSTBM, the scroll
// region of VT100 and all who followed). What is returned is to be written by whoever holds the terminal
// lock, with the line being edited hidden where that is said.
// Invariant: between `begin` and `end` the scroll region is the screen without the header, and what was
// last said is remembered: a terminal of another size is painted anew rather than repaired.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// A terminal's size in characters.
package struct ScreenSize: Hashable, Sendable {
    package var rows: Int
    package var columns: Int

    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }
}

/// The state of a screen with a header.
package struct ConsoleScreen: Sendable {
    /// Lines that are kept for painting the screen anew; no terminal has as many rows.
    static let maxRemembered = 500

    private let ruler: TextRuler
    private let usesColor: Bool
    /// nil while the terminal is not taken.
    package private(set) var size: ScreenSize?
    private var height = 0
    /// The header as it is on the screen.
    private var painted: [String] = []
    private var remembered: [StyledText] = []

    package init(ruler: TextRuler, usesColor: Bool) {
        self.ruler = ruler
        self.usesColor = usesColor
    }

    /// A line that goes below the header, its newline included: broken between words, and what
    /// follows the first row set in.
    package mutating func say(_ line: StyledText) -> String {
        remembered.append(line)
        if remembered.count > 2 * ConsoleScreen.maxRemembered {
            remembered.removeFirst(remembered.count - ConsoleScreen.maxRemembered)
        }
        return text(of: line)
    }

    private func text(of line: StyledText) -> String {
        let rows = size.map { ruler.wrap(line, to: $0.columns, indent: 6) } ?? [line]
        return rows.map { (usesColor ? $0.colored : $0.plain) + "\n" }.joined()
    }

    /// Takes the terminal: what was on it moves up and out of sight, as if it had scrolled.
    package mutating func begin(_ size: ScreenSize, _ facts: ConsoleFacts) -> String {
        String(repeating: "\n", count: size.rows) + paint(size, facts)
    }

    /// Paints everything, and leaves the cursor at the beginning of the last row. The line being
    /// edited is lost with the rest, and to be drawn again.
    package mutating func paint(_ size: ScreenSize, _ facts: ConsoleFacts) -> String {
        let layout = ConsoleLayout(rows: size.rows, columns: size.columns, ruler: ruler)
        self.size = size
        height = layout.height
        painted = []
        // Erased row by row: a whole screen at once is kept as history by some terminals.
        var out = "\u{1B}[r\u{1B}[H\u{1B}[J"
        out += update(facts)
        out += "\u{1B}[\(height + 1);\(size.rows)r\u{1B}[\(size.rows);1H"
        for line in remembered.suffix(size.rows - height) { out += text(of: line) }
        return out
    }

    /// Brings the header up to date; the cursor and the line being edited stay where they are.
    package mutating func update(_ facts: ConsoleFacts) -> String {
        guard let size, height > 0 else { return "" }
        let layout = ConsoleLayout(rows: size.rows, columns: size.columns, ruler: ruler)
        let lines = layout.lines(facts).map { line in
            guard usesColor else { return line.text.plain }
            guard line.isUnderlined else { return line.text.colored }
            var text = line.text
            let room = size.columns - ruler.width(of: text.plain)
            text.append(String(repeating: " ", count: max(0, room)))
            return text.underlined
        }
        var out = ""
        for (row, line) in lines.enumerated() where painted.count <= row || painted[row] != line {
            // Erased first: after a full row the cursor stands on its last character.
            out += "\u{1B}[\(row + 1);1H\u{1B}[K\(line)"
        }
        painted = lines
        // Without wrapping, for characters that are wider there than they should be.
        return out.isEmpty ? "" : "\u{1B}7\u{1B}[?7l\(out)\u{1B}[?7h\u{1B}8"
    }

    /// Gives the terminal back, with the line being edited hidden: the header goes, and what was
    /// said stays.
    package mutating func end() -> String {
        guard size != nil else { return "" }
        size = nil
        painted = []
        guard height > 0 else { return "\u{1B}7\u{1B}[r\u{1B}8" }
        return "\u{1B}7\u{1B}[r\u{1B}[H\u{1B}[\(height)M\u{1B}8\u{1B}[\(height)A"
    }
}
