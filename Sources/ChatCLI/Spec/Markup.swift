// The two marks that texts in the tables use: `literal` for what is typed or sent as it stands,
// <NAME> for what is filled in. Everything else is plain.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A piece of marked text.
package enum Span: Hashable, Sendable {
    case plain(String)
    case literal(String)
    case variable(String)
}

/// Reads and strips the marks.
package enum Markup {
    /// The pieces of a text. A mark that is not closed is plain text.
    package static func spans(_ text: String) -> [Span] {
        var spans: [Span] = []
        var plain = ""
        var rest = text[...]
        while let first = rest.first {
            let closing: Character? = first == "`" ? "`" : first == "<" ? ">" : nil
            if let closing, let end = rest.dropFirst().firstIndex(of: closing) {
                if !plain.isEmpty { spans.append(.plain(plain)) }
                plain = ""
                let inner = String(rest[rest.index(after: rest.startIndex)..<end])
                spans.append(first == "`" ? .literal(inner) : .variable(inner))
                rest = rest[rest.index(after: end)...]
            } else {
                plain.append(first)
                rest = rest.dropFirst()
            }
        }
        if !plain.isEmpty { spans.append(.plain(plain)) }
        return spans
    }

    /// The text without marks.
    package static func plain(_ text: String) -> String {
        spans(text).map {
            switch $0 {
            case .plain(let text), .literal(let text), .variable(let text): text
            }
        }.joined()
    }
}
