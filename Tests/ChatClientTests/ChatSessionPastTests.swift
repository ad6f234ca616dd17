// Going on after a lost connection, history, searches and exports, as the client leads them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

/// A page of the lobby, as an answer to the client's own request unless told otherwise.
private func page(_ texts: [(seq: Int, text: String)], more: String = "") -> String {
    let messages = texts.map {
        ##"{"type":"message","id":"x-\##($0.seq)","room":"#lobby","seq":\##($0.seq),"##
            + ##""from":"bob","text":"\##($0.text)","at":"2026-11-21T0\##($0.seq % 10):00:00Z"}"##
    }
    let more = more.isEmpty ? ##","complete":true,"re":"catch-up#lobby""## : more
    return ##"{"type":"history","room":"#lobby","messages":["##
        + messages.joined(separator: ",") + "]" + more + "}"
}

private let welcome = ##"{"type":"welcome","nick":"alice","server":"s","resume":"r"}"##

@Suite("Client session and the past")
struct ChatSessionPastTests {
    private func errand(
        _ errand: PastWish.Errand, _ interface: Interface = .plain, since: MessageBound? = nil,
        until: MessageBound? = nil, rooms: [RoomName] = []
    ) -> Conversation {
        var talk = Conversation(
            interface, rooms: rooms, past: PastWish(errand: errand, since: since, until: until))
        _ = talk.session.inputEnded(now: talk.now)
        return talk
    }

    /// The words of what is to be shown.
    private func words(_ actions: [ClientAction]) -> [String] {
        actions.compactMap { action in
            switch action {
            case .show(.message(let message, _)), .show(.recalled(let message)): message.text
            case .show(.gap(_, let range)): "gap \(range)"
            case .show(.trouble(let text, _)): "! \(text)"
            default: nil
            }
        }
    }

    @Test("After a lost connection the session goes on from what was seen in each room")
    func resume() {
        var talk = Conversation()
        talk.arrive()
        _ = talk.hear("one", seq: 1)
        _ = talk.enter("#ops", lastSeq: 41)
        _ = talk.session.connectionLost("x", now: talk.now, entropy: 0)
        let hello = sent(talk.connect()).first
        #expect(hello?["resume"]?.string == "r")
        #expect(hello?["seen"]?.object?["#ops"]?.integer == 41)
        // The newest are compared: they may not have been committed.
        #expect(hello?["seen"]?.object?["#lobby"]?.integer == 0)
        _ = talk.receive(welcome)
        #expect(
            shown(talk.enter("#lobby", lastSeq: 3)) == [
                "[2 messages in #lobby while you were away]"
            ])
        #expect(shown(talk.hear("one", seq: 1)) == [])
        #expect(shown(talk.hear("two", seq: 2)) == ["bob: two"])
        #expect(shown(talk.hear("three", seq: 3)) == ["bob: three"])
        #expect(sent(talk.enter("#ops", lastSeq: 41)).isEmpty)
    }

    @Test("What the server leaves out is named to people")
    func gap() {
        var talk = Conversation()
        talk.arrive()
        _ = talk.session.connectionLost("x", now: talk.now, entropy: 0)
        _ = talk.connect()
        _ = talk.receive(welcome)
        _ = talk.enter("#lobby", lastSeq: 9)
        let gap = talk.receive(##"{"type":"gap","room":"#lobby","from_seq":1,"to_seq":8}"##)
        #expect(shown(gap) == ["[#lobby: 8 messages are missing here: 1 to 8]"])
        #expect(shown(talk.hear("nine", seq: 9)) == ["bob: nine"])
    }

    @Test("A server that does not know the session is asked for a new one and for pages")
    func forgotten() {
        var talk = Conversation()
        talk.arrive()
        _ = talk.hear("one", seq: 1, id: "x-1")
        _ = talk.session.connectionLost("x", now: talk.now, entropy: 0)
        _ = talk.connect()
        let again = sent(talk.receive(##"{"type":"error","code":"bad_token","message":"no"}"##))
        #expect(again.first?["type"]?.string == "hello" && again.first?["resume"] == nil)
        #expect(again.first?["seen"] == nil)
        _ = talk.receive(welcome)
        let request = sent(talk.enter("#lobby", lastSeq: 2)).first
        #expect(request?["type"]?.string == "history" && request?["after"]?.integer == 0)
        #expect(shown(talk.hear("three", seq: 3)) == [])
        let answer = talk.receive(
            ##"{"type":"history","room":"#lobby","messages":["##
                + ##"{"id":"x-1","room":"#lobby","seq":1,"from":"bob","text":"one"},"##
                + ##"{"id":"x-2","room":"#lobby","seq":2,"from":"bob","text":"two"}],"##
                + ##""complete":true,"re":"catch-up#lobby"}"##)
        #expect(shown(answer) == ["bob: two", "bob: three"])
    }

    @Test("A place that a crashed server does not know any more is no refusal to the user")
    func crashedServer() {
        var talk = Conversation(.plain)
        talk.arrive()
        _ = talk.enter("#ops", lastSeq: 41)
        _ = talk.session.connectionLost("x", now: talk.now, entropy: 0)
        _ = talk.connect()
        _ = talk.receive(welcome)
        #expect(sent(talk.enter("#ops", lastSeq: 3)).first?["after"]?.integer == 0)
        let error = ##"{"type":"error","code":"bad_reference","message":"there is no message 41"}"##
        #expect(talk.receive(error) == [])
        #expect(talk.session.refusal == 0)
        #expect(words(talk.receive(error)) == ["! there is no message 41"])
    }

    @Test("A hello with many rooms still fits into a line")
    func longHello() throws {
        var talk = Conversation()
        talk.arrive()
        for number in 0..<60 {
            _ = talk.enter("#" + String(repeating: "\(number % 10)", count: 60) + "\(number)")
        }
        _ = talk.session.connectionLost("x", now: talk.now, entropy: 0)
        for case .send(let line) in talk.connect() { #expect(line.count <= Limits.maxLineBytes) }
    }

    @Test("A message that is not saved yet is told, and is no failure")
    func notSaved() {
        var talk = Conversation(.plain)
        talk.arrive()
        _ = talk.type("hi")
        let told = talk.receive(##"{"type":"error","code":"not_saved","message":"disk full"}"##)
        #expect(words(told) == ["! disk full"])
        #expect(talk.session.refusal == 0 && talk.session.pending.count == 1)
    }

    @Test("What was said before is shown in the background; a script's JSON gets it as it came")
    func replay() {
        let replay = page([(1, "old")], more: ##","complete":false,"replay":true"##)
        var talk = Conversation()
        _ = talk.connect()
        _ = talk.receive(welcome)
        _ = talk.enter("#lobby", lastSeq: 1)
        #expect(
            talk.receive(replay).contains { if case .show(.recalled) = $0 { true } else { false } })
        #expect(shown(talk.hear("new", seq: 2)) == ["bob: new"])
        var script = Conversation(.json)
        _ = script.connect()
        _ = script.receive(welcome)
        _ = script.enter("#lobby", lastSeq: 1)
        #expect(script.receive(replay) == [.echo])
    }

    @Test("JSON passes on what is said and nothing twice, and all other events as they came")
    func json() {
        var talk = Conversation(.json)
        talk.arrive()
        #expect(words(talk.hear("one", seq: 1)) == ["one"])
        #expect(talk.hear("one", seq: 1) == [])
        #expect(talk.receive(##"{"type":"confetti"}"##) == [.echo])
        #expect(talk.receive(##"{"type":"joined","room":"#lobby","nick":"x"}"##).first == .echo)
        #expect(!talk.receive(##"{"type":"ping"}"##).contains(.echo))
        let asked = page([(1, "one")], more: ##","complete":true,"re":"mine""##)
        #expect(talk.receive(asked) == [.echo])
        let found = ##"{"type":"found","text":"x","messages":[{"from":"b","text":"x"}]}"##
        #expect(talk.receive(found) == [.echo])
    }

    @Test("From a place on: pages, then what was said meanwhile, then what is said")
    func since() {
        var talk = Conversation(
            .plain, past: PastWish(since: .seq(3)))
        let hello = sent(talk.connect()).first
        #expect(hello?["replay"]?.integer == 0)
        let request = sent(talk.receive(welcome)).first
        #expect(request?["after"]?.integer == 2 && request?["limit"]?.integer == 200)
        #expect(request?["room"]?.string == "#lobby")
        _ = talk.enter("#lobby", lastSeq: 4)
        #expect(talk.session.inputEnded(now: talk.now) == [])
        #expect(words(talk.hear("five", seq: 5)) == [])
        let rest = talk.receive(page([(3, "three"), (4, "four")]))
        #expect(words(rest) == ["three", "four", "five"])
        #expect(sent(rest).last?["type"]?.string == "bye")
    }

    @Test("A time is asked for as a time, the moment itself included")
    func sinceTime() {
        var talk = Conversation(.plain, past: PastWish(since: .time(morning)))
        _ = talk.connect()
        let request = sent(talk.receive(welcome)).first
        #expect(request?["after"]?.string == "2026-11-21T09:59:59.999Z")
    }

    @Test("An export shows room after room, then leaves; what else happens is not shown")
    func export() throws {
        let ops = try RoomName("ops")
        var talk = errand(.export, since: .seq(1), rooms: [.lobby, ops])
        _ = talk.connect()
        #expect(sent(talk.receive(welcome)).compactMap { $0["room"]?.string } == ["#lobby"])
        #expect(talk.enter("#lobby", lastSeq: 2).filter { $0 != .prompt } == [])
        _ = talk.enter("#ops", lastSeq: 1)
        #expect(talk.receive(##"{"type":"notice","text":"x"}"##) == [])
        #expect(talk.hear("live", seq: 3) == [])
        let first = talk.receive(page([(1, "one"), (2, "two")]))
        #expect(words(first) == ["one", "two"])
        #expect(sent(first).first?["room"]?.string == "#ops")
        let last = talk.receive(
            ##"{"type":"history","room":"#ops","messages":[],"complete":true,"##
                + ##""re":"catch-up#ops"}"##)
        #expect(sent(last).last?["type"]?.string == "bye")
        #expect(outcome(talk.session.connectionLost("", now: talk.now, entropy: 0))?.code == 0)
    }

    @Test("Bounds hold for what is shown, and end the paging")
    func until() {
        var talk = errand(.export, since: .seq(2), until: .seq(3))
        _ = talk.connect()
        _ = talk.receive(welcome)
        _ = talk.enter("#lobby", lastSeq: 900)
        let all = page(
            [(2, "two"), (3, "three"), (4, "four")],
            more: ##","complete":false,"re":"catch-up#lobby""##)
        let last = talk.receive(all)
        #expect(words(last) == ["two", "three"])
        #expect(sent(last).map { $0["type"]?.string } == ["bye"])
    }

    @Test("Nothing behind the place is no failure; history that cannot be read is one")
    func exportRefused() {
        func code(_ error: String) -> Int32? {
            var talk = errand(.export, since: .seq(9))
            _ = talk.connect()
            _ = talk.receive(welcome)
            _ = talk.enter("#lobby", lastSeq: 2)
            let left = talk.receive(
                ##"{"type":"error","code":"\##(error)","message":"m","re":"catch-up#lobby"}"##)
            #expect(sent(left).last?["type"]?.string == "bye")
            return outcome(talk.session.connectionLost("", now: talk.now, entropy: 0))?.code
        }
        #expect(code("bad_reference") == 0)
        #expect(code("unavailable") == 75)
        #expect(code("not_in_room") == 77)
    }

    @Test("A search reads page after page, then ends, with 1 when nothing was found")
    func search() {
        var talk = errand(.search("cat"), since: .time(morning))
        _ = talk.connect()
        let first = sent(talk.receive(welcome)).first
        #expect(first?["type"]?.string == "search" && first?["text"]?.string == "cat")
        #expect(first?["since"]?.string == "2026-11-21T10:00:00.000Z")
        let hit =
            ##"{"type":"found","text":"cat","messages":[{"room":"#lobby","seq":5,"from":"b","##
            + ##""text":"a cat"}],"re":"search","next":7}"##
        let second = talk.receive(hit)
        #expect(words(second) == ["a cat"])
        #expect(sent(second).first?["before"]?.integer == 7)
        // A page that does not go back is the last.
        #expect(sent(talk.receive(hit)).last?["type"]?.string == "bye")
        #expect(outcome(talk.session.connectionLost("", now: talk.now, entropy: 0))?.code == 0)
        var vain = errand(.search("dog"))
        _ = vain.connect()
        _ = vain.receive(welcome)
        _ = vain.receive(##"{"type":"found","text":"dog","messages":[],"re":"search"}"##)
        #expect(outcome(vain.session.connectionLost("", now: vain.now, entropy: 0))?.code == 1)
        var refused = errand(.search("?"))
        _ = refused.connect()
        _ = refused.receive(welcome)
        _ = refused.receive(##"{"type":"error","code":"bad_search","message":"m","re":"search"}"##)
        #expect(
            outcome(refused.session.connectionLost("", now: refused.now, entropy: 0))?.code == 65)
    }

    @Test("At the prompt, what is found is shown newest last, with the part that matches")
    func searchAtPrompt() {
        var talk = Conversation()
        talk.arrive()
        #expect(sent(talk.type("/search big cat")).first?["text"]?.string == "big cat")
        let found = talk.receive(
            ##"{"type":"found","text":"cat","messages":["##
                + ##"{"room":"#lobby","seq":5,"from":"b","text":"long","snippet":"new…"},"##
                + ##"{"room":"#lobby","seq":4,"from":"b","text":"old"}]}"##)
        #expect(words(found) == ["old", "new…"])
        let none = talk.receive(##"{"type":"found","text":"cat","messages":[]}"##)
        #expect(shown(none) == ["nothing was found: cat"])
    }
}

@Suite("Message points")
struct MessagePointTests {
    @Test("Become places by clock and zone, a day at its midnight also when the clocks change")
    func bounds() {
        let west = { (_: Timestamp) in -5 * 3600 }
        #expect(MessagePoint.seq(7).bound(now: morning, offset: west) == .seq(7))
        #expect(
            MessagePoint.ago(.seconds(60)).bound(now: morning, offset: west)
                == .time(Timestamp(milliseconds: morning.milliseconds - 60_000)))
        let day = MessagePoint.day(CivilDate(year: 2026, month: 11, day: 21))
        #expect(
            day.bound(now: morning, offset: west)
                == .time(Timestamp(milliseconds: morning.milliseconds - 5 * 3_600_000)))
        // One hour east until 01:00 UTC of that day, then two.
        let change = Timestamp(milliseconds: morning.milliseconds - 9 * 3_600_000)
        let spring = { (time: Timestamp) in time < change ? 3600 : 7200 }
        #expect(
            day.bound(now: morning, offset: spring)
                == .time(Timestamp(milliseconds: morning.milliseconds - 11 * 3_600_000)))
        let huge = MessagePoint.ago(.seconds(Int64.max)).bound(now: morning, offset: west)
        #expect(huge != .time(morning))
    }

    @Test("Hold messages to both bounds, themselves included")
    func inclusion() {
        let wish = PastWish(since: .seq(2), until: .time(morning))
        #expect(!wish.includes(said("x", seq: 1)))
        #expect(wish.includes(said("x", seq: 2)))
        let later = Timestamp(milliseconds: morning.milliseconds + 1)
        #expect(!wish.includes(said("x", seq: 3, at: later)))
    }
}
