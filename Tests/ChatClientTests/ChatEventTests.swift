// Events as the client decodes them, and requests as it writes them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

/// The event of a line of JSON.
func event(_ json: String) -> ChatEvent? {
    (try? JSONReader.value(in: json)).flatMap { ChatEvent($0) }
}

@Suite("Client events")
struct ChatEventTests {
    @Test("A message is decoded with all its fields")
    func message() {
        let decoded = event(
            ##"{"type":"message","id":"a-1","room":"#lobby","seq":7,"from":"bob","##
                + ##""kind":"action","text":"waves","at":"2026-11-21T10:00:00.250Z","new":1}"##)
        #expect(
            decoded
                == .message(
                    ChatMessage(
                        id: "a-1", room: "#lobby", seq: 7, from: "bob", to: nil, text: "waves",
                        isAction: true, at: Timestamp(milliseconds: 1_795_255_200_250))))
    }

    @Test("Answers are decoded")
    func answers() {
        let names = event(
            ##"{"type":"names","room":"#a","topic":"t","members":[{"nick":"x"},{"nick":"y"}],"##
                + ##""count":9,"last_seq":3,"entered":true}"##)
        #expect(
            names
                == .names(
                    RoomDescription(
                        room: "#a", topic: "t", members: ["x", "y"], count: 9, lastSeq: 3,
                        isEntered: true)))
        #expect(
            event(##"{"type":"ack","nonce":"n","id":"a-1","seq":1}"##)
                == .ack(nonce: "n", id: "a-1"))
        #expect(
            event(##"{"type":"error","code":"c","message":"m","re":7}"##)
                == .error(code: "c", message: "m", re: "7"))
        #expect(
            event(##"{"type":"bye","code":"shutdown","reason":"r","retry":true}"##)
                == .bye(code: "shutdown", reason: "r", retry: true))
        #expect(
            event(
                ##"{"type":"whois","nick":"x","profile":{"student_id":"4"},"rooms":["#a","#b"]}"##)
                == .whois(nick: "x", facts: ["student id: 4", "rooms: #a #b"]))
        #expect(event(##"{"type":"away","away":false}"##) == .away(nick: "", text: nil))
        #expect(event(##"{"type":"away","away":true}"##) == .away(nick: "", text: ""))
    }

    @Test("Types of later versions are known to be unknown, and fields of the wrong type missing")
    func tolerance() {
        #expect(event(##"{"type":"confetti","n":1}"##) == .unknown(type: "confetti"))
        #expect(
            event(##"{"type":"joined","room":5,"nick":[]}"##)
                == .joined(room: "", nick: "", at: nil))
    }

    @Test(
        "What is no event is nil",
        arguments: ["[]", "5", "{}", ##"{"type":1}"##, ##"{"type":"message"}"##])
    func noEvent(_ json: String) {
        #expect(event(json) == nil)
    }

    @Test("Requests are one line of JSON each, with what was asked")
    func requests() throws {
        let requests: [ClientRequest] = [
            .hello(
                ClientHello(
                    nick: "al", rooms: ["#a"], profile: Profile(name: "A"), resume: "r",
                    seen: [ClientHello.SeenRoom(room: .lobby, seq: 7)], replay: 0)),
            .message(room: "#a", text: "x\n\"y\"", isAction: true, nonce: "n"),
            .privateMessage(to: "bob", text: "x", nonce: "n"), .join("#a"), .leave("#a"),
            .nick("b"), .names(room: "#a"), .rooms, .whois("b"), .topic(room: "#a", set: nil),
            .topic(room: "#a", set: "t"), .profile(Profile(name: "A")), .away(nil), .away("x"),
            .history(room: "#a", from: .after(3), limit: 5, label: "l"),
            .history(room: "#a", from: .latest, limit: 5, label: nil),
            .search(ClientSearch("x \"y\"", since: morning, before: 9, label: "l")), .ping, .pong,
            .bye(text: "x"),
        ]
        for request in requests {
            let line = request.line
            #expect(line.filter { $0 == 0x0A }.count == 1 && line.last == 0x0A)
            let value = try JSONReader.value(in: Array(line.dropLast()))
            #expect(value.object?["type"]?.string != nil)
        }
        let value = try JSONReader.value(in: Array(requests[1].line.dropLast()))
        #expect(value.object?["text"]?.string == "x\n\"y\"")
        #expect(value.object?["kind"]?.string == "action")
        #expect(value.object?["id"]?.string == "n")
        let hello = try JSONReader.value(in: Array(requests[0].line.dropLast())).object
        #expect(hello?["seen"]?.object?["#lobby"]?.integer == 7)
        #expect(hello?["replay"]?.integer == 0)
    }

    @Test("Pages, gaps and what was found are decoded, each message with its source if wanted")
    func past() throws {
        let json =
            ##"{"type":"history","room":"#a","messages":[{"type":"message","seq":4,"from":"b","##
            + ##""text":"","erased":true,"new":1}],"complete":false,"replay":true,"re":"l"}"##
        guard case .history(let page)? = event(json) else {
            Issue.record("not a page")
            return
        }
        #expect(page.room == "#a" && !page.isComplete && page.isReplay && page.re == "l")
        #expect(page.messages.first?.shownText == "(erased)")
        #expect(page.messages.first?.source == nil)
        let value = try JSONReader.value(in: json)
        guard case .history(let kept)? = ChatEvent(value, keepsSources: true) else {
            Issue.record("not a page")
            return
        }
        #expect(kept.messages.first?.source?["new"]?.integer == 1)
        #expect(
            event(##"{"type":"gap","room":"#a","from_seq":3,"to_seq":5}"##)
                == .gap(room: "#a", 3...5))
        guard
            case .found(_, let hits, let next, let isPartial, _)? = event(
                ##"{"type":"found","text":"x","messages":[{"from":"b","text":"xyz","##
                    + ##""snippet":"…z"}],"next":9,"partial":true}"##)
        else {
            Issue.record("not a find")
            return
        }
        #expect(hits.first?.snippet == "…z" && next == 9 && isPartial)
    }

    @Test(
        "A gap that is none is of an unknown type",
        arguments: [(0, 1), (5, 3), (-1, 4)])
    func badGaps(_ first: Int, _ last: Int) {
        let decoded = event(
            ##"{"type":"gap","room":"#a","from_seq":\##(first),"to_seq":\##(last)}"##)
        #expect(decoded == .unknown(type: "gap"))
    }
}
