// History and search in JSON lines: requests as the hub gets them, and answers as lines.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct JSONHistoryTests {
    private static let time = Timestamp(milliseconds: 1_795_253_400_000)

    private static func message(_ seq: UInt64, _ text: String) throws -> Message {
        Message(
            id: MessageID(origin: 36, number: seq), room: .lobby, seq: seq,
            from: Person(nick: try Nickname("bob"), user: "", host: "", realName: ""), kind: .text,
            text: text, at: time)
    }

    /// A person in the lobby.
    private func ann(
        durable: Bool = true,
        _ journal: @escaping (HubLoad) -> HubLoaded = { _ in .failed("the disk is gone") }
    ) -> JSONConversation {
        let talk = JSONConversation(policy: HubPolicy(isDurable: durable), journal: journal)
        _ = talk.lines(#"{"type":"hello","nick":"ann"}"#)
        return talk
    }

    @Test(
        "A place is a number, a time or an id, on either side, around it or between two",
        arguments: [
            (#""#, HistoryRequest.Bound.latest),
            (#","before":null"#, .latest),
            (#","before":7"#, .before(.seq(7))),
            (#","after":7.0"#, .after(.seq(7))),
            (#","around":7"#, .around(.seq(7))),
            (#","before":"2026-11-21T09:30:00Z""#, .before(.time(time))),
            (#","after":"2026-11-21T10:30:00.000+01:00""#, .after(.time(time))),
            (#","around":"10-a""#, .around(.message(MessageID(origin: 36, number: 10)))),
            (#","since":1,"until":9"#, .between(.seq(1), .seq(9))),
            (
                #","since":"2026-11-21T09:30:00Z","until":"10-a""#,
                .between(.time(time), .message(MessageID(origin: 36, number: 10)))
            ),
            (#","since":3"#, .after(.seq(3))),
            (#","until":3"#, .before(.seq(3))),
        ])
    func places(_ members: String, _ bound: HistoryRequest.Bound) {
        let talk = ann()
        _ = talk.lines(##"{"type":"history","room":"#x""## + members + "}")
        guard case .history(let request) = talk.scripted.requests.last?.command else {
            Issue.record("not asked: \(members)")
            return
        }
        #expect(request.room.text == "#x")
        #expect(request.bound == bound)
        #expect(request.limit == 20)
    }

    @Test("Places that are none, or too many of them, are refused by name")
    func badPlaces() throws {
        let talk = ann()
        try talk.run(
            #"""
            > {"type":"history","before":-1}
            < {"type":"error","code":"bad_field","message":"before must be a number from 0 on, a time or the id of a message","field":"before"}
            > {"type":"history","around":"yesterday"}
            < {"type":"error","code":"bad_field",*"field":"around"}
            > {"type":"history","since":"2026-02-30T00:00:00Z","until":3}
            < {"type":"error","code":"bad_field",*"field":"since"}
            > {"type":"history","until":true}
            < {"type":"error","code":"bad_field",*"field":"until"}
            > {"type":"history","before":1,"around":2}
            < {"type":"error","code":"bad_field","message":"around must be absent where before is given","field":"around"}
            > {"type":"history","after":1,"until":2}
            < {"type":"error","code":"bad_field",*"field":"until"}
            > {"type":"history","after":1,"since":2,"until":3}
            < {"type":"error","code":"bad_field",*"field":"since"}
            """#)
        #expect(talk.scripted.requests.count == 1)
    }

    @Test("Nobody asks for no messages: a limit is a number from 1 on")
    func noMessages() throws {
        let talk = ann()
        try talk.run(
            #"""
            > {"type":"history","limit":0,"id":1}
            < {"type":"error","code":"bad_field","message":"limit must be a whole number from 1 on","field":"limit","re":1}
            > {"type":"search","text":"tea","limit":0,"id":2}
            < {"type":"error","code":"bad_field",*"field":"limit","re":2}
            """#)
    }

    @Test("Places in the future, of another server, or in a room one is not in get an error")
    func foreignPlaces() throws {
        try ann().run(
            #"""
            > {"type":"history","after":99,"id":1}
            < {"type":"error","code":"bad_reference","message":"there is no message 99 here","re":1}
            > {"type":"history","around":"zz-1","id":2}
            < {"type":"error","code":"bad_reference","message":"there is no message zz-1 here","re":2}
            > {"type":"history","room":"#nowhere","id":3}
            < {"type":"error","code":"no_such_room",*"re":3}
            > {"type":"search","text":"tea","room":"#nowhere","id":4}
            < {"type":"error","code":"no_such_room",*"re":4}
            """#)
    }

    @Test("A page from the journal is one line; what was erased is marked and keeps its place")
    func page() throws {
        let page = [try Self.message(1, ""), try Self.message(2, "tea?")]
        let talk = ann { load in
            if case .history = load { .messages(page, complete: true) } else { .nothing }
        }
        try talk.run(
            #"""
            > {"type":"history","before":"2026-11-21T09:30:00Z","id":"h"}
            < {"type":"history","room":"#lobby","messages":[{"type":"message","id":"10-1","room":"#lobby","seq":1,"from":"bob","text":"","erased":true,"at":"2026-11-21T09:30:00.000Z"},{"type":"message","id":"10-2","room":"#lobby","seq":2,"from":"bob","text":"tea?","at":"2026-11-21T09:30:00.000Z"}],"complete":true,"re":"h"}
            """#)
    }

    @Test("A search is passed on with its filters, a limit is clamped")
    func search() throws {
        let talk = ann()
        _ = talk.lines(#"{"type":"search","text":"red tea"}"#)
        _ = talk.lines(
            #"{"type":"search","text":"tea","room":"lobby","from":"Bob","since":"2026-11-21T09:30:00Z","#
                + #""until":"2026-11-21T09:30:00Z","before":41,"limit":99999999999}"#)
        let asked = talk.scripted.requests.compactMap { request -> SearchRequest? in
            if case .search(let search) = request.command { search } else { nil }
        }
        #expect(
            asked == [
                SearchRequest(text: "red tea"),
                SearchRequest(
                    text: "tea", room: .lobby, from: "Bob", since: Self.time, until: Self.time,
                    before: 41, limit: Limits.maxSearchPage),
            ])
    }

    @Test("What was found comes newest first with snippets, and the number of the next page")
    func found() throws {
        let hits = [
            SearchHit(
                message: try Self.message(9, "red tea and tea"), snippet: "red tea and tea",
                highlights: [4..<7, 12..<15]),
            SearchHit(message: try Self.message(4, "long \"tea\""), snippet: "… \"tea\""),
        ]
        let talk = ann { load in
            guard case .search(let request, let rooms) = load else { return .nothing }
            if request.before == 7 { return .found([], next: nil, isCurrent: false) }
            return .found(hits, next: request.before == nil && rooms == [.lobby] ? 4 : nil)
        }
        try talk.run(
            #"""
            > {"type":"search","text":"tea","id":"s"}
            < {"type":"found","text":"tea","messages":[{"type":"message","id":"10-9","room":"#lobby","seq":9,"from":"bob","text":"red tea and tea","at":"*","snippet":"red tea and tea","highlights":[[4,7],[12,15]]},{"type":"message","id":"10-4",*"snippet":"… \\"tea\\"","highlights":[]}],"next":4,"re":"s"}
            > {"type":"search","text":"tea","before":7}
            < {"type":"found","text":"tea","messages":[],"partial":true}
            > {"type":"search","text":"tea","room":"#lobby","before":4}
            < {"type":"found","text":"tea","room":"#lobby","messages":[*]}
            """#)
    }

    @Test("A search without words, with a wrong filter or without a journal is refused")
    func badSearch() throws {
        try ann().run(
            #"""
            > {"type":"search"}
            < {"type":"error","code":"bad_field",*"field":"text"}
            > {"type":"search","text":"..."}
            < {"type":"error","code":"bad_search",*}
            > {"type":"search","text":"tea","since":41}
            < {"type":"error","code":"bad_field",*"field":"since"}
            > {"type":"search","text":"tea","until":"noon"}
            < {"type":"error","code":"bad_field",*"field":"until"}
            > {"type":"search","text":"tea","before":"x"}
            < {"type":"error","code":"bad_field",*"field":"before"}
            > {"type":"search","text":"tea","from":"a b"}
            < {"type":"error","code":"bad_nick",*}
            > {"type":"search","text":"tea"}
            < {"type":"error","code":"unavailable","message":"older messages cannot be read now: the disk is gone"}
            """#)
        let long = String(repeating: "x", count: Limits.maxSearchBytes + 1)
        let answers = ann().lines("{\"type\":\"search\",\"text\":\"\(long)\"}")
        #expect(answers.map { $0.contains(#""code":"bad_search""#) } == [true])
        try ann(durable: false).run(
            #"""
            > {"type":"search","text":"tea"}
            < {"type":"error","code":"unavailable",*}
            """#)
    }
}
