// Text with styles, and the only place where it becomes terminal bytes. Pure.
// Invariant: a span's text is harmless (made by `VisibleText`), so that the escape sequences that
// reach a terminal are the ones written here and no others.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How a span looks.
package enum Style: Hashable, Sendable {
    case plain
    case faint
    case bold
    case warning
    /// A message that names oneself.
    case mention
    case confirmed
    /// A bar across the screen, and what stands out in it.
    case bar
    case barWarning
    /// One of the colours for nicks, 0–255 of the xterm palette.
    case palette(UInt8)

    /// The parameters of the SGR sequence (ECMA-48 §8.3.117).
    fileprivate var parameters: String {
        switch self {
        case .plain: "0"
        case .faint: "2"
        case .bold: "1"
        case .warning: "33"
        case .mention: "1;7"
        case .confirmed: "32"
        case .bar: "7"
        case .barWarning: "1;7;33"
        case .palette(let index): "38;5;\(index)"
        }
    }
}

/// One line for a screen or a pipe, its newline not included.
package struct StyledText: Hashable, Sendable {
    package struct Span: Hashable, Sendable {
        package let text: String
        package let style: Style
    }

    package private(set) var spans: [Span] = []

    package init() {}

    package init(_ text: some StringProtocol, _ style: Style = .plain) { append(text, style) }

    /// Adds `text`, made harmless.
    package mutating func append(_ text: some StringProtocol, _ style: Style = .plain) {
        guard !text.isEmpty else { return }
        spans.append(Span(text: VisibleText.harmless(text), style: style))
    }

    /// Adds spans, which are harmless already.
    package mutating func append(_ other: StyledText) { spans += other.spans }

    /// The text alone.
    package var plain: String { spans.map(\.text).joined() }

    /// With SGR sequences around what is styled.
    package var colored: String {
        var out = ""
        for span in spans {
            if span.style == .plain {
                out += span.text
            } else {
                out += "\u{1B}[\(span.style.parameters)m\(span.text)\u{1B}[0m"
            }
        }
        return out
    }

    /// The same, underlined all along.
    package var underlined: String {
        spans.map { "\u{1B}[\($0.style.parameters);4m\($0.text)" }.joined() + "\u{1B}[0m"
    }

    /// Cut into lines at newlines, which are the one control character that a text may be given
    /// with; `continuation` begins every line but the first.
    package static func lines(
        _ head: StyledText, _ text: String, _ style: Style = .plain, continuation: StyledText
    ) -> [StyledText] {
        let pieces = text.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
        return pieces.enumerated().map { index, piece in
            var line = index == 0 ? head : continuation
            line.append(piece, style)
            return line
        }
    }
}

/// Makes received text harmless to a terminal: what would move the cursor, change colours, rename
/// the window or turn the reading direction is shown instead of obeyed.
package enum VisibleText {
    /// `text` with controls as `^[` and invisible direction changes as `<U+202E>`.
    package static func harmless(_ text: some StringProtocol) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return String(text) }
        var out = ""
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) {
                out += picture(of: scalar)
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Whether a terminal, or a reader's eye, would be led astray.
    package static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09: false
        case 0x00..<0x20, 0x7F..<0xA0: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
        // Tags: invisible letters. Flags of regions use them, and lose no more than their looks.
        case 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func picture(of scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x00..<0x20: return "^" + String(UnicodeScalar(UInt8(scalar.value) + 0x40))
        case 0x7F: return "^?"
        default:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let zeroes = String(repeating: "0", count: max(0, 4 - digits.utf8.count))
            return "<U+\(zeroes)\(digits)>"
        }
    }
}
