// A typed line → what to do with it. Slash commands come from the shared table. Pure.
// A paste of several lines is one message with its newlines: what belongs together stays together
// and in order. Too long for one message, it is cut at line ends, then at spaces.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What a line from the user means.
package enum UserInput: Hashable, Sendable {
    case nothing
    /// Messages for the active room, in order: more than one only when the text was too long.
    case say([String])
    case command(SlashRequest)
    case refused(SlashError)
}

/// Reads lines from people.
package enum InputParser {
    /// Reads what was typed or pasted.
    package static func parse(
        _ typed: String, for audience: SlashCommand.Audience = .everyone
    ) -> UserInput {
        let line = trimmed(typed)
        guard !line.isEmpty else { return .nothing }
        guard SlashCommand.isCommand(line) else {
            return .say(split(SlashCommand.spokenText(line)))
        }
        switch SlashCommand.parse(line, for: audience) {
        case .success(let request): return .command(request)
        case .failure(let error): return .refused(error)
        }
    }

    /// Cuts `text` into pieces of at most `limit` bytes: at a line's end where there is one in the
    /// second half, else at a space, else between two characters.
    package static func split(
        _ text: String, limit: Int = Limits.maxMessageBytes
    ) -> [String] {
        var pieces: [String] = []
        var rest = Substring(text)
        while rest.utf8.count > limit {
            var end = rest.startIndex
            var lineEnd: Substring.Index?
            var space: Substring.Index?
            var size = 0
            while end < rest.endIndex {
                let character = rest[end]
                size += character.utf8.count
                guard size <= limit else { break }
                let next = rest.index(after: end)
                if size > limit / 2 {
                    if character.isNewline { lineEnd = next }
                    if character == " " { space = next }
                }
                end = next
            }
            // One character longer than a message: cut inside it rather than never end.
            if end == rest.startIndex { end = scalarBoundary(of: rest, within: limit) }
            let cut = lineEnd ?? space ?? end
            let piece = trimmed(String(rest[..<cut]))
            if !piece.isEmpty { pieces.append(piece) }
            rest = rest[cut...]
        }
        let last = trimmed(String(rest))
        if !last.isEmpty { pieces.append(last) }
        return pieces
    }

    private static func scalarBoundary(of text: Substring, within limit: Int) -> Substring.Index {
        var index = text.unicodeScalars.startIndex
        var size = 0
        while index < text.endIndex {
            size += UTF8.width(text.unicodeScalars[index])
            if size > limit, index > text.startIndex { break }
            index = text.unicodeScalars.index(after: index)
        }
        return index
    }

    /// Without the blank ends that a paste or a habit leaves; blanks in front are kept, since
    /// they may be somebody's indentation, unless there is nothing else.
    private static func trimmed(_ text: String) -> String {
        var scalars = Substring(text).unicodeScalars
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        while let first = scalars.first, first == "\n" || first == "\r" { scalars.removeFirst() }
        return String(scalars)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
    }
}
