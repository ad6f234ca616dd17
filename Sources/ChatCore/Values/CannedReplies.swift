// Prepared answers of an operator: a file of `name = text` lines. `\n` in a text is a new line and
// `\\` a backslash; a line that begins with `#` is a comment. Pure.
// Invariant: names are unique but for case, and every text is short enough for one message.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a file of prepared answers was not understood.
package struct CannedError: Error, Hashable, Sendable {
    /// Counted from 1.
    package let line: Int
    package let why: String
}

/// Texts by their names.
package struct CannedReplies: Hashable, Sendable {
    /// The largest file, in bytes.
    package static let maxFileBytes = 256 << 10
    /// Longest name, in characters.
    package static let maxNameCharacters = 32

    private struct Reply: Hashable, Sendable {
        let name: String
        let text: String
    }

    private var replies: [Reply] = []

    /// None.
    package init() {}

    /// Reads a file's bytes.
    package init(_ bytes: [UInt8]) throws(CannedError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CannedError(line: CannedReplies.firstBadLine(bytes), why: "it is not UTF-8")
        }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            do throws(Refusal) {
                if let reply = try CannedReplies.reply(Substring(line)) { try add(reply) }
            } catch {
                throw CannedError(line: index + 1, why: error.why)
            }
        }
    }

    package var names: [String] { replies.map(\.name) }

    /// The text of that name, in any case.
    package func text(named name: String) -> String? {
        replies.first { FoldedName($0.name) == FoldedName(name) }?.text
    }

    /// A line for each, the texts cut to what fits beside their names.
    package var listing: [String] {
        let width = replies.reduce(0) { max($0, $1.name.count) }
        return replies.map { reply in
            let text = reply.text.split(whereSeparator: \.isNewline).joined(separator: " / ")
            let shown = text.count > 60 ? text.prefix(59) + "…" : text[...]
            let gap = String(repeating: " ", count: width - reply.name.count + 2)
            return reply.name + gap + shown
        }
    }

    // MARK: - Reading

    private struct Refusal: Error { let why: String }

    private mutating func add(_ reply: Reply) throws(Refusal) {
        guard text(named: reply.name) == nil else {
            throw Refusal(why: "there is a \(reply.name) already")
        }
        replies.append(reply)
    }

    /// nil for an empty line and a comment.
    private static func reply(_ line: Substring) throws(Refusal) -> Reply? {
        let line = trimmed(line)
        guard let first = line.first, first != "#" else { return nil }
        guard let equals = line.firstIndex(of: "=") else {
            throw Refusal(why: "there is no = between a name and a text")
        }
        let name = trimmed(line[..<equals])
        guard !name.isEmpty else { throw Refusal(why: "there is no name before the =") }
        guard !name.contains(where: \.isWhitespace) else {
            throw Refusal(why: "a name is one word")
        }
        guard name.count <= maxNameCharacters else {
            throw Refusal(why: "a name has at most \(maxNameCharacters) characters")
        }
        let text = try unescaped(trimmed(line[line.index(after: equals)...]))
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw Refusal(why: "there is no text after the =")
        }
        guard text.utf8.count <= Limits.maxMessageBytes else {
            throw Refusal(why: "a text has at most \(Limits.maxMessageBytes) bytes")
        }
        return Reply(name: String(name), text: text)
    }

    private static func unescaped(_ text: Substring) throws(Refusal) -> String {
        var out = ""
        var isEscaped = false
        for character in text {
            switch (isEscaped, character) {
            case (false, "\\"): isEscaped = true
            case (true, "n"):
                out += "\n"
                isEscaped = false
            case (true, "\\"):
                out += "\\"
                isEscaped = false
            case (true, _): throw Refusal(why: "after a backslash comes n or another backslash")
            case (false, _): out.append(character)
            }
        }
        guard !isEscaped else { throw Refusal(why: "a backslash at the end of a text") }
        return out
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return text
    }

    private static func firstBadLine(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
        return (bad ?? 0) + 1
    }
}
