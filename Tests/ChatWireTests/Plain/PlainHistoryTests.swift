// Earlier messages over plain text: what is asked, and the dated lines that answer.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct PlainHistoryTests {
    private let at = Timestamp(milliseconds: 1_795_253_400_000)

    private func message(
        _ text: String, kind: MessageKind = .text, room: RoomName = .lobby
    ) throws -> Message {
        Message(
            id: MessageID(origin: 36, number: 1), room: room, seq: 1,
            from: Person(nick: try Nickname("bob"), user: "", host: "", realName: ""), kind: kind,
            text: text, at: at)
    }

    /// A person called ann in `rooms`, with nothing said to her yet; her requests go nowhere.
    private func ann(_ rooms: [RoomName] = [.lobby]) throws -> ScriptedSession<PlainSession> {
        let info = ServerInfo(name: "test", version: "1", startedAt: at)
        let ann = Person(nick: try Nickname("ann"), user: "", host: "", realName: "")
        let welcome = Welcome(
            server: "test", person: ann, session: "", statistics: HubStatistics(), startedAt: at)
        let at = at
        let scripted = ScriptedSession(
            PlainSession(info: info), now: at,
            encodeRoom: { PlainWire.encode($0, rooms: rooms.count > 1, into: &$1) },
            hub: { request in
                guard case .register = request.command else { return [] }
                return [.direct(.welcome(welcome), .none)]
                    + rooms.map { room in
                        let snapshot = RoomSnapshot(
                            room: room, topic: nil, members: [], lastSeq: 0, createdAt: at)
                        return .direct(.entered(snapshot), .none)
                    }
            })
        _ = scripted.exchange(Array("ann\n".utf8))
        return scripted
    }

    private func shown(
        _ event: ClientEvent, _ session: ScriptedSession<PlainSession>
    ) -> [String] {
        session.deliver([.direct(event, .none)])
        return String(decoding: session.exchange([]), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    @Test("/history and /search ask the hub, in the room that is talked in and in all rooms")
    func requests() throws {
        let tea = try RoomName("tea")
        let session = try ann([.lobby, tea])
        _ = session.exchange(Array("/history\n/history 3\n/search red  tea\n/search\n".utf8))
        let asked = session.requests.dropFirst().map(\.command)
        guard asked.count == 3, case .history(let twenty) = asked[0],
            case .history(let three) = asked[1], case .search(let search) = asked[2]
        else {
            Issue.record("asked for \(asked)")
            return
        }
        #expect(twenty == HistoryRequest(room: tea, limit: 20))
        #expect(three == HistoryRequest(room: tea, limit: 3))
        #expect(search == SearchRequest(text: "red  tea"))
    }

    @Test("History is dated lines, each line of a message too; what was erased says so")
    func history() throws {
        let page = [
            try message("one\ntwo\u{1b}[31m"), try message("", kind: .tags),
            try message("waves", kind: .action), try message(""),
        ]
        #expect(
            shown(.history(.lobby, page, complete: true), try ann()) == [
                "2026-11-21T09:30:00.000Z bob: one", "2026-11-21T09:30:00.000Z bob: two^[[31m",
                "2026-11-21T09:30:00.000Z * bob waves", "2026-11-21T09:30:00.000Z bob: (erased)",
            ])
        #expect(
            shown(.history(.lobby, [], complete: true), try ann())
                == ["nothing was said in #lobby yet"])
    }

    @Test("Who is in several rooms sees the room between time and nick")
    func severalRooms() throws {
        let session = try ann([.lobby, try RoomName("tea")])
        #expect(
            shown(.history(.lobby, [try message("hi")], complete: true), session)
                == ["2026-11-21T09:30:00.000Z [#lobby] bob: hi"])
    }

    @Test("What was said before one came stands between two lines that say so")
    func replay() throws {
        let messages = [try message("one"), try message("", kind: .tags), try message("two")]
        #expect(
            shown(.replay(.lobby, messages), try ann()) == [
                "#lobby, the last 2 messages:", "2026-11-21T09:30:00.000Z bob: one",
                "2026-11-21T09:30:00.000Z bob: two", "#lobby, from now on:",
            ])
        #expect(
            shown(.replay(.lobby, [try message("one")]), try ann()).first
                == "#lobby, the last message:")
        #expect(shown(.replay(.lobby, [try message("", kind: .tags)]), try ann()) == [])
    }

    @Test("What was found is one dated line each, with its room; nothing found is said")
    func found() throws {
        let request = SearchRequest(text: "tea")
        let hits = [
            SearchHit(message: try message("red tea\nnow"), snippet: "red tea\nnow"),
            SearchHit(
                message: try message("long tea", kind: .action, room: try RoomName("ops")),
                snippet: "… tea\u{07}"),
        ]
        #expect(
            shown(.found(request, hits, next: nil), try ann()) == [
                "2026-11-21T09:30:00.000Z [#lobby] bob: red tea now",
                "2026-11-21T09:30:00.000Z [#ops] * bob … tea^G",
            ])
        let more = shown(.found(request, hits, next: 3), try ann())
        #expect(more.count == 3)
        #expect(more.last == "there is more; another word narrows it down")
        #expect(
            shown(.found(request, [], next: nil), try ann()) == ["nothing was found for tea"])
        #expect(
            shown(.found(request, [], next: nil, isCurrent: false), try ann()) == [
                "nothing was found for tea", "the newest messages are not indexed yet",
            ])
    }

    @Test("What only other protocols ask for says nothing")
    func silent() throws {
        let missed = ClientEvent.missed(.lobby, gap: 1...2, [try message("x")])
        #expect(shown(missed, try ann()) == [])
        #expect(shown(.activity([(.lobby, at)]), try ann()) == [])
    }
}
