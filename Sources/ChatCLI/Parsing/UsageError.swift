// What is said when a command line, variable or file cannot be used: `chatkit: what failed: value:
// why`, then a hint (house style 24). Values come from users: their control characters are shown
// and not sent.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A complete complaint, ready to print.
package struct UsageError: Error, Hashable, Sendable {
    /// What failed, lower case, no full stop.
    package let what: String
    /// The offending text as given; nil where there is none.
    package let value: String?
    package let why: String
    package let hint: String
    package let exitCode: ExitCode

    package init(
        _ what: String, value: String? = nil, why: String, hint: String,
        exitCode: ExitCode = .usage
    ) {
        self.what = what
        self.value = value
        self.why = why
        self.hint = hint
        self.exitCode = exitCode
    }

    /// Two lines for standard error.
    package var text: String {
        let parts = [what, value.map(Visible.text), why].compactMap(\.self)
        return "chatkit: " + parts.joined(separator: ": ") + "\nhint: " + hint + "\n"
    }
}

/// Why a value cannot be used; the reader of the setting adds which setting it was.
package struct BadValue: Error, Hashable, Sendable {
    package let why: String
    /// nil: the option's help is pointed to.
    package let hint: String?
    package let exitCode: ExitCode

    package init(_ why: String, hint: String? = nil, exitCode: ExitCode = .usage) {
        self.why = why
        self.hint = hint
        self.exitCode = exitCode
    }
}

/// Makes text of unknown origin safe to print on a terminal.
package enum Visible {
    /// Longer values are cut, in characters.
    static let maxCharacters = 200

    /// Control characters as `\x1b`, an empty text as `''`, a long one cut with `...`.
    package static func text(_ raw: String) -> String {
        if raw.isEmpty { return "''" }
        var shown = ""
        for character in raw.prefix(maxCharacters) {
            for scalar in character.unicodeScalars {
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator:
                    let digits = String(scalar.value, radix: 16)
                    shown += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
                default: shown.unicodeScalars.append(scalar)
                }
            }
        }
        return raw.count > maxCharacters ? shown + "..." : shown
    }
}
