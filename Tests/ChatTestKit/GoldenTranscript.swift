// Conversations written down as they should be, and held against what is really answered:
//
//     # a comment
//     > sent, a newline after it        >- sent as it is
//     < an expected line                <- expected bytes, no newline after them
//
// Escapes: \r \n \t \\ \* \xNN. A bare `*` in an expected line stands for anything. A CR at the end
// of an answered line is passed over unless the expected line says \r. Whatever is answered must be
// expected before the next line is sent.
// SPDX-License-Identifier: GPL-3.0-or-later

/// A conversation as it should be.
package struct GoldenTranscript: Sendable {
    private enum Step: Sendable {
        case send([UInt8])
        case expectLine([Token])
        case expectBytes([UInt8])
    }

    /// A byte, or anything at all.
    package enum Token: Sendable, Equatable {
        case byte(UInt8)
        case anything
    }

    /// Where the conversation was not as written, or the text is none.
    package struct Mismatch: Error, CustomStringConvertible {
        package let line: Int
        package let problem: String
        package var description: String { "line \(line): \(problem)" }
    }

    private var steps: [(line: Int, step: Step)] = []

    /// Reads a transcript.
    package init(_ text: String) throws(Mismatch) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            guard let step = try GoldenTranscript.step(line, number: index + 1) else { continue }
            steps.append((index + 1, step))
        }
    }

    private static func step(_ line: Substring, number: Int) throws(Mismatch) -> Step? {
        if line.isEmpty || line.hasPrefix("#") { return nil }
        let (mark, rest) = (line.prefix { $0 != " " }, line.drop { $0 != " " }.dropFirst())
        guard let tokens = tokens(rest) else {
            throw Mismatch(line: number, problem: "a backslash that is no escape")
        }
        let bytes = tokens.map { token in
            if case .byte(let byte) = token { byte } else { UInt8(ascii: "*") }
        }
        switch mark {
        case ">": return .send(bytes + [0x0A])
        case ">-": return .send(bytes)
        case "<": return .expectLine(tokens)
        case "<-": return .expectBytes(bytes)
        default: throw Mismatch(line: number, problem: "a line begins with > >- < <- or #")
        }
    }

    package static func tokens(_ text: Substring) -> [Token]? {
        var tokens: [Token] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): tokens.append(.anything)
            case UInt8(ascii: "\\"):
                guard let escaped = unescape(&rest) else { return nil }
                tokens.append(.byte(escaped))
            default: tokens.append(.byte(byte))
            }
        }
        return tokens
    }

    private static func unescape(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
        switch rest.popFirst() {
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "\\"): return UInt8(ascii: "\\")
        case UInt8(ascii: "*"): return UInt8(ascii: "*")
        case UInt8(ascii: "x"):
            guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
            return UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
        default: return nil
        }
    }

    /// Holds the conversation. `exchange` sends bytes, which may be none, and returns what has been
    /// answered by then.
    package func run(_ exchange: ([UInt8]) throws -> [UInt8]) throws {
        var answered: [UInt8] = []
        for (line, step) in steps {
            switch step {
            case .send(let bytes):
                try expectNothing(answered, before: line)
                answered = try exchange(bytes)
            case .expectLine(let tokens):
                if !answered.contains(0x0A) { answered += try exchange([]) }
                guard let end = answered.firstIndex(of: 0x0A) else {
                    let rest = GoldenTranscript.shown(answered)
                    throw Mismatch(line: line, problem: "no line, only: \(rest)")
                }
                let actual = answered[..<end]
                guard GoldenTranscript.matches(tokens, actual) else {
                    throw Mismatch(line: line, problem: "got: \(GoldenTranscript.shown(actual))")
                }
                answered.removeSubrange(...end)
            case .expectBytes(let bytes):
                if answered.count < bytes.count { answered += try exchange([]) }
                guard answered.starts(with: bytes) else {
                    throw Mismatch(line: line, problem: "got: \(GoldenTranscript.shown(answered))")
                }
                answered.removeFirst(bytes.count)
            }
        }
        try expectNothing(answered + exchange([]), before: (steps.last?.line ?? 0) + 1)
    }

    private func expectNothing(_ bytes: [UInt8], before line: Int) throws(Mismatch) {
        guard bytes.isEmpty else {
            throw Mismatch(
                line: line, problem: "not expected before it: \(GoldenTranscript.shown(bytes))")
        }
    }

    package static func shown(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes), as: UTF8.self)
    }

    /// Whether `line` is what the tokens say: the usual search with one point to go back to.
    package static func matches(_ tokens: [Token], _ line: ArraySlice<UInt8>) -> Bool {
        var line = line
        if line.last == 0x0D, tokens.last != .byte(0x0D) { line.removeLast() }
        var (token, byte) = (0, line.startIndex)
        var retry: (token: Int, byte: Int)?
        while byte < line.endIndex {
            if token < tokens.count, tokens[token] == .anything {
                retry = (token, byte)
                token += 1
            } else if token < tokens.count, tokens[token] == .byte(line[byte]) {
                token += 1
                byte += 1
            } else if let last = retry {
                retry = (last.token, last.byte + 1)
                (token, byte) = (last.token + 1, last.byte + 1)
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .anything }
    }
}
