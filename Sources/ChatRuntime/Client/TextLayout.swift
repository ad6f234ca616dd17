// Where a terminal puts the characters of a line that is longer than the screen is wide. Pure.
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
