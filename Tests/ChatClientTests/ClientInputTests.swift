// What is typed, completed and cut into lines.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

@Suite("Input parser")
struct InputParserTests {
    @Test("Text is said, a slash begins a command, a doubled one says it")
    func lines() {
        #expect(InputParser.parse("hello ") == .say(["hello"]))
        #expect(InputParser.parse("  indented") == .say(["  indented"]))
        #expect(InputParser.parse("//me") == .say(["/me"]))
        #expect(InputParser.parse("/me waves") == .command(.action("waves")))
        #expect(InputParser.parse(" \t\n") == .nothing)
        #expect(InputParser.parse("/nosuch") == .refused(.unknown("nosuch", suggestion: nil)))
    }

    @Test("A paste of several lines is one message")
    func paste() {
        #expect(InputParser.parse("a\n  b\n\n") == .say(["a\n  b"]))
    }

    @Test("Text over the limit is cut at line ends, then spaces, then between characters")
    func splitting() {
        #expect(InputParser.split("aaaa\nbbbb\ncc", limit: 10) == ["aaaa\nbbbb", "cc"])
        #expect(InputParser.split("aaaa bbbb cccc", limit: 10) == ["aaaa bbbb", "cccc"])
        #expect(InputParser.split("日本語日本語", limit: 10) == ["日本語", "日本語"])
        #expect(InputParser.split("", limit: 10) == [])
    }

    @Test("Nothing is lost in cutting, no piece is too long, and one huge character ends too")
    func splittingIsComplete() {
        let text = String(repeating: "wörd ", count: 5000)
        let pieces = InputParser.split(text)
        #expect(pieces.allSatisfy { $0.utf8.count <= Limits.maxMessageBytes })
        #expect(pieces.joined(separator: " ") == text.dropLast())
        let zalgo = "e" + String(repeating: "\u{301}", count: 6000)
        let parts = InputParser.split(zalgo)
        #expect(parts.allSatisfy { $0.utf8.count <= Limits.maxMessageBytes })
        #expect(parts.reduce(0) { $0 + $1.utf8.count } == zalgo.utf8.count)
    }
}

@Suite("Pending messages")
struct PendingMessagesTests {
    private func kind(_ nonce: String) -> PendingMessages.Kind {
        .message(nonce: nonce, label: nonce)
    }

    @Test("Messages are sent once and kept until they are settled")
    func settling() {
        var pending = PendingMessages()
        #expect(pending.append([1], kind("a")) == true)
        #expect(pending.append([2], kind("b")) == true)
        #expect(pending.takeSendable() == [[1], [2]])
        #expect(pending.takeSendable() == [])
        #expect(pending.settle("a") == true)
        #expect(pending.settle("a") == false)
        #expect(pending.count == 1 && pending.bytes == 1)
        #expect(pending.settle("b") == true)
        #expect(pending.isEmpty && pending.bytes == 0)
    }

    @Test("After a lost connection what is not settled is sent again, in order")
    func resend() {
        var pending = PendingMessages()
        for number: UInt8 in 1...3 { _ = pending.append([number], kind("\(number)")) }
        _ = pending.takeSendable()
        _ = pending.settle("2")
        pending.connectionLost()
        _ = pending.append([4], kind("4"))
        #expect(pending.takeSendable() == [[1], [3], [4]])
    }

    @Test("A command is forgotten when it is sent, and keeps its place before")
    func commands() {
        var pending = PendingMessages()
        _ = pending.append([1], kind("a"))
        _ = pending.append([2], .command)
        _ = pending.append([3], kind("b"))
        #expect(pending.takeSendable() == [[1], [2], [3]])
        pending.connectionLost()
        #expect(pending.takeSendable() == [[1], [3]])
    }

    @Test("No more wait for an ack than the window, and settling opens it")
    func window() {
        var pending = PendingMessages()
        for number in 0..<PendingMessages.window + 2 { _ = pending.append([0], kind("\(number)")) }
        #expect(pending.takeSendable().count == PendingMessages.window)
        #expect(pending.settle("5") == true)
        #expect(pending.takeSendable().count == 1)
    }

    @Test("A refusal settles by its label")
    func label() {
        var pending = PendingMessages()
        _ = pending.append([1], .message(nonce: "n", label: "7"))
        #expect(pending.settle("7") == true)
        #expect(pending.isEmpty)
    }

    @Test("Count and bytes are bounded")
    func bounds() {
        var pending = PendingMessages()
        for number in 0..<PendingMessages.maxCount {
            #expect(pending.append([0], kind("\(number)")) == true)
        }
        #expect(!pending.hasRoom)
        #expect(pending.append([0], kind("x")) == false)
        var large = PendingMessages()
        let half = [UInt8](repeating: 0, count: PendingMessages.maxBytes / 2 + 1)
        #expect(large.append(half, kind("a")) == true)
        #expect(large.append(half, kind("b")) == false)
    }
}

@Suite("Reconnect policy")
struct ReconnectPolicyTests {
    private let now = Instant(nanoseconds: 0)

    @Test("Delays double up to a minute; entropy moves each within its upper half")
    func backOff() {
        var policy = ReconnectPolicy()
        var shortest: [Int64] = []
        var longest: [Int64] = []
        for _ in 0..<9 {
            var other = policy
            shortest.append(policy.failed(at: now, entropy: 0)?.wholeMilliseconds ?? -1)
            // 500 divides every half delay of these, plus one for its end.
            longest.append(
                other.failed(at: now, entropy: UInt64(shortest.last ?? 0))?.wholeMilliseconds ?? -1)
        }
        #expect(shortest == [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
        #expect(longest == shortest.map { $0 * 2 })
    }

    @Test("A connection that lasted begins the count anew; one that broke at once does not")
    func stability() {
        var policy = ReconnectPolicy()
        for _ in 0..<3 { _ = policy.failed(at: now, entropy: 0) }
        policy.connected(at: now)
        _ = policy.failed(at: now + .seconds(1), entropy: 0)
        #expect(policy.failures == 4)
        policy.connected(at: now)
        _ = policy.failed(at: now + ReconnectPolicy.stable, entropy: 0)
        #expect(policy.failures == 1)
    }

    @Test("With a bound on the attempts it gives up, and without one it never overflows")
    func bounds() {
        var policy = ReconnectPolicy(maxAttempts: 2)
        #expect(policy.failed(at: now, entropy: 1) != nil)
        #expect(policy.failed(at: now, entropy: 1) != nil)
        #expect(policy.failed(at: now, entropy: 1) == nil)
        var endless = ReconnectPolicy()
        for _ in 0..<1000 { #expect(endless.failed(at: now, entropy: .max) != nil) }
    }
}

@Suite("Completion")
struct CompletionTests {
    private let vocabulary = Completion.Vocabulary(
        nicks: ["alice", "Albert", "bob"], rooms: ["#lobby", "#ops"])

    private func offered(_ word: String, after before: String = "") -> [String] {
        Completion.candidates(for: word, after: before, in: vocabulary)
    }

    @Test("A nick at the beginning of a line gets a colon, elsewhere none, in any case")
    func nicks() {
        #expect(offered("AL") == ["Albert:", "alice:"])
        #expect(offered("al", after: "hi ") == ["Albert", "alice"])
        #expect(offered("") == [])
        #expect(offered("z") == [])
    }

    @Test("Commands complete at the beginning, their arguments by what they take")
    func commands() {
        #expect(offered("/wh") == ["/who", "/whois"])
        #expect(offered("#l", after: "/join ") == ["#lobby"])
        #expect(offered("", after: "/join ") == ["#lobby", "#ops"])
        #expect(offered("b", after: "/msg ") == ["bob"])
        #expect(offered("ni", after: "/help ") == ["nick"])
        #expect(offered("#o", after: "see ") == ["#ops"])
    }

    @Test("What several have in common is never less than what was typed")
    func commonPrefix() {
        #expect(Completion.commonPrefix(of: ["alice", "alina"], typed: "a") == "ali")
        #expect(Completion.commonPrefix(of: ["Νίκος", "ΝΊΚΗ"], typed: "ν") == "Νίκ")
        #expect(Completion.commonPrefix(of: ["Albert:", "alice:"], typed: "AL") == "AL")
    }
}

@Suite("Line splitter")
struct LineSplitterTests {
    private func pieces(_ chunks: [[UInt8]], limit: Int = 8) -> [LineSplitter.Piece] {
        var splitter = LineSplitter(limit: limit)
        var found: [LineSplitter.Piece] = []
        for chunk in chunks {
            splitter.append(chunk)
            while let piece = splitter.next() { found.append(piece) }
        }
        if let piece = splitter.rest() { found.append(piece) }
        return found
    }

    @Test("Lines are the same however the bytes are cut up, and carriage returns go")
    func cuts() {
        let bytes = Array("ab\r\n\ncd\nend".utf8)
        let expected: [LineSplitter.Piece] = [
            .line(Array("ab".utf8)), .line([]), .line(Array("cd".utf8)), .line(Array("end".utf8)),
        ]
        for cut in 0...bytes.count {
            #expect(pieces([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected)
        }
        #expect(pieces(bytes.map { [$0] }) == expected)
    }

    @Test("A line over the limit is told once and dropped, the next one is whole")
    func tooLong() {
        let bytes = Array("123456789abcdefghijklmn\nok\n".utf8)
        let expected: [LineSplitter.Piece] = [.tooLong, .line(Array("ok".utf8))]
        for cut in 0...bytes.count {
            #expect(pieces([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected)
        }
    }
}

@Suite("One's own nick in a text")
struct MentionTests {
    @Test(
        "is found as a word of its own, in every case and form",
        arguments: [
            ("bob", "hi Bob!", "Bob"), ("bob", "bobby, bob", "bob"), ("bob", "bobby", nil),
            ("Weiß", "ja WEISS, gut", "WEISS"), ("WEISS", "ja Weiß", "Weiß"), ("s", "ß", nil),
            ("Νίκος", "ΝΊΚΟΣ?", "ΝΊΚΟΣ"), ("é", "E\u{301}!", "E\u{301}"), ("bob", "", nil),
        ])
    func found(nick: String, text: String, expected: String?) {
        let range = Mention.firstRange(of: nick, in: text[...])
        #expect(range.map { String(text[$0]) } == expected)
    }
}
