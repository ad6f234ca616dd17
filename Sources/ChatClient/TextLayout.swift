// How wide text is on a terminal, and where one puts the characters of a line that is longer than the
// screen is wide. Pure.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Computes wrapping.
package enum TextLayout {
    /// The row, counted from 0, in which the cursor stands after `text` on a screen of `width`
    /// columns. Parts between U+0001 and U+0002 take no room: readline marks colours so. Controls
    /// are shown as `^X`. `columns` is how wide a character is (`wcwidth`).
    package static func cursorRow(
        after text: String, width: Int, columns: (Unicode.Scalar) -> Int
    ) -> Int {
        guard width > 0 else { return 0 }
        var row = 0
        var column = 0
        var isHidden = false
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x01: isHidden = true
            case 0x02: isHidden = false
            case _ where isHidden: break
            case 0x0A:
                row += 1
                column = 0
            default:
                let size = self.size(of: scalar, at: column, columns)
                // A wide character does not begin in the last column.
                if column + size > width {
                    row += 1
                    column = 0
                }
                column += size
                // A full row: the cursor is at the beginning of the next.
                if column >= width {
                    row += 1
                    column = 0
                }
            }
        }
        return row
    }

    private static func size(
        of scalar: Unicode.Scalar, at column: Int, _ columns: (Unicode.Scalar) -> Int
    ) -> Int {
        switch scalar.value {
        case 0x09: 8 - column % 8
        case 0x00..<0x20, 0x7F: 2
        default: max(0, columns(scalar))
        }
    }
}

/// Measures and cuts text by the columns it takes.
package struct TextRuler: Sendable {
    private let columns: @Sendable (Unicode.Scalar) -> Int

    /// `columns` is how wide a character is (`wcwidth`); below 0 for one that is not known.
    package init(_ columns: @escaping @Sendable (Unicode.Scalar) -> Int) { self.columns = columns }

    /// The columns that `text` takes, which has no controls.
    package func width(of text: some StringProtocol) -> Int {
        // One column for what is not known: rather too much than too little.
        text.unicodeScalars.reduce(0) { sum, scalar in
            let width = scalar.isASCII ? 1 : columns(scalar)
            return sum + (width < 0 ? 1 : width)
        }
    }

    /// `text` in at most `width` columns: what is too much is cut off between two characters, and an
    /// ellipsis put in its place.
    package func cut(_ text: String, to width: Int) -> String {
        guard self.width(of: text) > width else { return text }
        var out = ""
        var used = 1
        for character in text {
            used += self.width(of: String(character))
            if used > width { break }
            out.append(character)
        }
        return out + "…"
    }

    /// `line` in rows of at most `width` columns, broken at spaces where there are any in the row's
    /// second half; all rows but the first begin with `indent` blanks.
    package func wrap(_ line: StyledText, to width: Int, indent: Int) -> [StyledText] {
        let margin = indent < width / 2 ? indent : 0
        guard width > 1, self.width(of: line.plain) > width else { return [line] }
        let cells = line.spans.flatMap { span in span.text.map { ($0, span.style) } }
        var rows: [StyledText] = []
        var next = 0
        while next < cells.count {
            let blank = rows.isEmpty ? 0 : margin
            var end = next
            var used = blank
            var space: Int?
            while end < cells.count {
                let size = self.width(of: String(cells[end].0))
                if used + size > width, end > next { break }
                used += size
                end += 1
                if cells[end - 1].0 == " ", used > width / 2 { space = end }
            }
            let isLast = end == cells.count
            // A space just behind the row is none of the next one's.
            if !isLast, cells[end].0 == " " { space = end }
            let cut = isLast ? end : space ?? end
            rows.append(row(cells[next..<cut], blank: blank))
            next = cut
            while !isLast, next < cells.count, cells[next].0 == " " { next += 1 }
        }
        return rows
    }

    private func row(_ cells: ArraySlice<(Character, Style)>, blank: Int) -> StyledText {
        var row = StyledText(String(repeating: " ", count: blank))
        var text = ""
        var style = Style.plain
        for (character, own) in cells {
            if own != style {
                row.append(text, style)
                text = ""
                style = own
            }
            text.append(character)
        }
        row.append(text, style)
        return row
    }

    /// A line with styles in at most `width` columns, cut like a text.
    package func cut(_ line: StyledText, to width: Int) -> StyledText {
        guard self.width(of: line.plain) > width else { return line }
        var out = StyledText()
        var room = width
        for span in line.spans {
            let size = self.width(of: span.text)
            guard size < room else {
                // Too wide by one at least, so that the ellipsis is there.
                out.append(cut(span.text + " ", to: room), span.style)
                return out
            }
            out.append(span.text, span.style)
            room -= size
        }
        return out
    }
}
