// CHATHISTORY's parameters: every sub-command, every kind of reference, every refusal.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import Testing

@Suite("IRC history queries")
struct IRCHistoryQueryTests {
    private let time = "timestamp=2023-11-14T22:13:20.123Z"
    private let at = HistoryRequest.Point.time(Timestamp(milliseconds: 1_700_000_000_123))
    private let id = HistoryRequest.Point.message(MessageID(origin: 35, number: 46))

    private func read(_ line: String) throws(IRCHistoryRefusal) -> IRCHistoryQuery.Question {
        try IRCHistoryQuery(line.split(separator: " ").map(String.init)).question
    }

    private func refusal(_ line: String) -> [String] {
        do {
            let question = try read(line)
            Issue.record("\(line) was read as \(question)")
            return []
        } catch {
            #expect(!error.text.isEmpty)
            return [error.code.rawValue] + error.context
        }
    }

    @Test func everySubcommandHasItsBound() throws {
        let room = try RoomName("#room")
        for (line, bound) in [
            ("LATEST #room * 50", HistoryRequest.Bound.latest),
            ("LATEST #room msgid=z-1a 50", .latestAfter(id)),
            ("LATEST #room \(time) 50", .latestAfter(at)),
            ("BEFORE #room msgid=z-1a 50", .before(id)), ("BEFORE #room \(time) 50", .before(at)),
            ("AFTER #room msgid=z-1a 50", .after(id)), ("AFTER #room \(time) 50", .after(at)),
            ("AROUND #room msgid=z-1a 50", .around(id)), ("around #room \(time) 50", .around(at)),
            ("BETWEEN #room msgid=z-1a \(time) 50", .between(id, at)),
            ("Between #ROOM \(time) msgid=z-1a 50", .between(at, id)),
        ] {
            let expected = HistoryRequest(
                room: room, bound: bound, limit: 50, skipsErased: true)
            #expect(try read(line) == .messages(expected), "\(line)")
        }
    }

    @Test func targetsAreAskedForByTwoTimes() throws {
        let earlier = Timestamp(milliseconds: 0)
        let later = Timestamp(milliseconds: 1_700_000_000_123)
        #expect(
            try read("TARGETS \(time) timestamp=1970-01-01T00:00:00.000Z 7")
                == .targets(from: later, to: earlier, limit: 7))
    }

    @Test(arguments: [
        ("1", 1), ("200", 200), ("201", Limits.maxHistoryPage),
        ("99999999999999999999999", Limits.maxHistoryPage),
    ])
    func theLimitIsHeldToWhatIsOffered(given: String, limit: Int) throws {
        let room = try RoomName("#room")
        #expect(
            try read("LATEST #room * \(given)")
                == .messages(HistoryRequest(room: room, limit: limit, skipsErased: true)))
        #expect(
            try read("TARGETS \(time) \(time) \(given)")
                == .targets(
                    from: Timestamp(milliseconds: 1_700_000_000_123),
                    to: Timestamp(milliseconds: 1_700_000_000_123), limit: limit))
    }

    @Test(arguments: IRCHistorySubcommand.allCases)
    func oneParameterMoreOrLessIsRefused(subcommand: IRCHistorySubcommand) {
        let name = subcommand.rawValue
        let points = Array(repeating: time, count: subcommand.paramCount - 3)
        let params =
            subcommand == .targets ? "\(time) \(time)" : "#room \(points.joined(separator: " "))"
        #expect(throws: Never.self) { try read("\(name) \(params) 10") }
        #expect(refusal("\(name) \(params)") == ["INVALID_PARAMS", name])
        #expect(refusal(name) == ["INVALID_PARAMS", name])
        #expect(refusal("\(name) \(params) 10 10") == ["INVALID_PARAMS", name])
    }

    @Test func whatCannotBeReadIsNamed() {
        #expect(refusal("FOO #room * 10") == ["INVALID_PARAMS", "FOO"])
        #expect(refusal("") == ["INVALID_PARAMS", ""])
        #expect(refusal("BEFORE #room * 10") == ["INVALID_PARAMS", "BEFORE", "*"])
        #expect(refusal("BEFORE #room 1234 10") == ["INVALID_PARAMS", "BEFORE", "1234"])
        #expect(
            refusal("BETWEEN #room \(time) * 10") == ["INVALID_PARAMS", "BETWEEN", "*"])
        for time in ["timestamp=", "timestamp=yesterday", "timestamp=2023-02-30T00:00:00.000Z"] {
            #expect(refusal("AFTER #room \(time) 10") == ["INVALID_PARAMS", "AFTER", time])
            #expect(refusal("TARGETS \(time) \(time) 1") == ["INVALID_PARAMS", "TARGETS", time])
        }
        for limit in ["0", "-1", "+5", "ten", "1.5", "٣", "*"] {
            #expect(refusal("LATEST #room * \(limit)") == ["INVALID_PARAMS", "LATEST", limit])
        }
    }

    @Test func otherKindsOfReferencesAreRefused() {
        #expect(
            refusal("AROUND #room seq=5 10") == ["INVALID_MSGREFTYPE", "AROUND", "#room", "seq=5"])
        #expect(
            refusal("LATEST #room MSGID=z-1a 10")
                == ["INVALID_MSGREFTYPE", "LATEST", "#room", "MSGID=z-1a"])
        #expect(
            refusal("TARGETS msgid=z-1a \(time) 10")
                == ["INVALID_MSGREFTYPE", "TARGETS", "*", "msgid=z-1a"])
    }

    @Test(arguments: ["", "x", "z-", "z-1a-1", "z-\u{E9}", "zzzzzzzzzzzzzzzzzzz-1", "a=b"])
    func aMessageThatNeverWasIsNoSyntaxError(id: String) {
        #expect(
            refusal("BEFORE #room msgid=\(id) 10") == ["MESSAGE_ERROR", "BEFORE", "#room", id])
    }

    @Test(arguments: ["bob", "*", "#", "#a,b", "&room"])
    func onlyRoomsHaveHistory(target: String) {
        #expect(refusal("LATEST \(target) * 10") == ["INVALID_TARGET", "LATEST", target])
    }
}
