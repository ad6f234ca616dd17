// JSON on its way to a terminal.
// SPDX-License-Identifier: GPL-3.0-or-later

/// JSON text for a terminal's eyes.
package enum JSONLine {
    /// `text` with what JSON lets through and a terminal would obey as `\uXXXX`.
    package static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: VisibleText.isHarmful) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            if VisibleText.isHarmful(scalar) {
                for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
                    let digits = String(unit, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
