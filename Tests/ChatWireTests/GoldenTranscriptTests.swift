// The runner must notice what it is there to notice.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatTestKit
import Testing

@Suite struct GoldenTranscriptTests {
    /// Runs against a peer that answers every line with itself.
    private func echo(_ transcript: String) throws {
        try GoldenTranscript(transcript).run { $0 }
    }

    @Test(
        "What is answered as expected passes",
        arguments: [
            "", "# nothing", "> a\n< a", "> a\r\n< a".replacing("\r\n", with: "\n"),
            "> a\\r\n< a", "> a\\r\n< a\\r", ">- ab\n<- a\n<- b", ">- a\\nb\n< a\n<- b",
            "> one two\n< *", "> one two\n< one*", "> one two\n< *two", "> one two\n< o*e t*o",
            "> aab\n< a*ab", "> abab\n< *ab", "> \n< ", "> \n< *", "> *\n< \\*",
            "> \\x41\\t\\\\\n< A\\x09\\\\", "> é\n< \\xc3\\xa9",
        ])
    func passes(transcript: String) throws {
        try echo(transcript)
    }

    @Test(
        "What is missing, different, or too much is found, with its line",
        arguments: [
            ("< a", 1), ("> a\n< b", 2), ("> a\n< A", 2), ("> a", 2), ("> a\n> b\n< b", 2),
            ("> a\n< a\n< a", 3), ("> ab\n< a", 2), ("> a\n< ab", 2), ("> aXb\n< a*c", 2),
            ("> a\n< a\\r", 2), (">- a\n< a", 2), (">- a\n<- b", 2), (">- ab\n<- a", 3),
            ("> a*\n< a\\*b", 2), ("no mark", 1), ("> \\q", 1), ("> \\x4", 1), ("> a\\", 1),
        ])
    func fails(transcript: String, line: Int) {
        #expect {
            try echo(transcript)
        } throws: {
            ($0 as? GoldenTranscript.Mismatch)?.line == line
        }
    }

    @Test("An answer that comes late is waited for once")
    func late() throws {
        var answers: [[UInt8]] = [Array("NICK".utf8), Array("hello\n".utf8), []]
        try GoldenTranscript("> x\n< hello\n<- NICK").run { _ in answers.popLast() ?? [] }
    }

    @Test("Two ways of cutting that disagree are found")
    func disagreement() throws {
        let input = Array("abc".utf8)
        #expect(throws: DecoderVerifier.Disagreement.self) {
            try DecoderVerifier.verify(input) { $0.count }
        }
        #expect(try DecoderVerifier.verify(input) { Array($0.joined()) } == input)
    }

    @Test("Every way of cutting is the whole input, and the same seed cuts alike")
    func cuts() {
        let input = Array(UInt8(0)...255)
        let ways = DecoderVerifier.cuts(of: input, count: 30, seed: 4)
        #expect(ways.count == 32)
        for way in ways { #expect(Array(way.pieces.joined()) == input) }
        let again = DecoderVerifier.cuts(of: input, count: 30, seed: 4)
        #expect(ways.map(\.name) == again.map(\.name))
        #expect(Set(ways.map { $0.pieces.map(\.count) }).count > 20)
    }
}
