// A session that polls: the handshake, requests that wait, bodies, the heartbeat, bounds and ends.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct EngineIOSessionTests {
    private static let open =
        #"200 0{"sid":"000000000000000000","upgrades":["websocket"],"pingInterval":25000,"#
        + #""pingTimeout":20000,"maxPayload":65536}"#

    /// A client that polls and is in the lobby as ann; it has read everything.
    private func ann(_ server: inout VirtualSocketIO) -> Int {
        let (client, _) = server.open(.polling)
        _ = server.post(#"40{"nick":"ann"}"#, client)
        _ = server.get(client)
        return client
    }

    @Test("The handshake tells the id, the ways up, the times and the longest body")
    func handshake() {
        var server = VirtualSocketIO()
        let (_, carrier) = server.open(.polling)
        #expect(server.carriers[carrier].answer == Self.open)
        var settings = EngineIOSettings()
        settings.pingInterval = .milliseconds(300)
        settings.pingTimeout = .milliseconds(200)
        settings.maxPayload = 1_000_000
        server = VirtualSocketIO(settings: settings)
        let (_, other) = server.open(.polling)
        #expect(
            server.carriers[other].answer?.hasSuffix(
                #""pingInterval":300,"pingTimeout":200,"maxPayload":1000000}"#) == true)
    }

    @Test("A poll waits until there is something to say; several packets go together")
    func polls() {
        var server = VirtualSocketIO()
        let (client, _) = server.open(.polling)
        let poll = server.get(client)
        #expect(server.isOpen(poll))
        let post = server.post(#"40{"nick":"ann"}"#, client)
        #expect(server.carriers[post].answer == "200 ok")
        let parts = server.carriers[poll].answer?.split(separator: "\u{1E}") ?? []
        #expect(parts.first == #"200 40{"sid":"s0"}"#)
        #expect(
            parts.dropFirst().map { $0.prefix(14) } == [
                #"42["welcome",{"#, #"42["joined",{""#, #"42["names",{"t"#,
            ])
        let next = server.get(client)
        #expect(server.isOpen(next))
        _ = server.post(##"42["message","a"]"## + "\u{1E}" + ##"42["message","b"]"##, client)
        let messages = server.carriers[next].answer?.split(separator: "\u{1E}") ?? []
        #expect(messages.count == 2)
        #expect(messages.last?.contains(#""seq":2,"from":"ann","text":"b""#) == true)
        #expect(server.faults == [])
    }

    @Test("No answer has more packets than clients read; what is left comes next")
    func packetsPerPoll() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        for number in 1...40 {
            server.bob(.register(Registration(nick: nil, user: "~b", host: "h")))
            server.bob(.post(Post(to: .room(.lobby), text: "\(number)")))
        }
        var texts: [String] = []
        var sizes: [Int] = []
        for _ in 0..<3 {
            let poll = server.get(client)
            let parts = server.carriers[poll].answer?.split(separator: "\u{1E}") ?? []
            sizes.append(parts.count)
            texts += parts.filter { $0.contains(#"["message""#) }.compactMap {
                $0.split(separator: #""text":""#).last.map { String($0.prefix { $0 != "\"" }) }
            }
        }
        #expect(sizes == [16, 16, 9])
        #expect(texts == (1...40).map { "\($0)" })
        let poll = server.get(client)
        #expect(server.isOpen(poll))
    }

    @Test("A second poll at the same time is refused and ends the session")
    func twoPolls() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let first = server.get(client)
        let second = server.get(client)
        #expect(server.carriers[first].answer == "200 1")
        #expect(server.carriers[second].answer == #"400 {"code":3,"message":"Bad request"}"#)
        #expect(server.clients[client].actions.last == "end overlap")
        #expect(server.clients[client].left == .closed(.badData))
        let third = server.get(client)
        #expect(
            server.carriers[third].answer == #"400 {"code":1,"message":"Session ID unknown"}"#)
        #expect(server.clients[client].engine.isClosed)
    }

    @Test("So is a second POST while the first one's messages are not taken")
    func twoPosts() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.hold(client, true)
        let first = server.post(##"42["message","a"]"##, client)
        #expect(server.isOpen(first))
        let second = server.post(##"42["message","b"]"##, client)
        for carrier in [first, second] {
            #expect(
                server.carriers[carrier].answer == #"400 {"code":3,"message":"Bad request"}"#)
        }
        #expect(server.clients[client].engine.isClosed)
        server.hold(client, false)
        #expect(server.clients[client].left == .closed(.badData))
        #expect(server.faults == [])
    }

    @Test("A POST is answered when its messages are taken, and not before")
    func backpressure() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.hold(client, true)
        let post = server.post(##"42["message","a"]"##, client)
        #expect(server.isOpen(post))
        server.hold(client, false)
        #expect(server.carriers[post].answer == "200 ok")
        #expect(server.clients[client].actions.last?.hasPrefix("post ") == true)
    }

    @Test(
        "A body that is none ends the session",
        arguments: ["", "abc", "4\u{1E}", "\u{1E}4", "7", "0", "2", "2probe", "5", "3\u{1E}x"])
    func badBodies(body: String) {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let poll = server.get(client)
        let post = server.post(body, client)
        #expect(server.carriers[post].answer == #"400 {"code":3,"message":"Bad request"}"#)
        #expect(server.carriers[poll].answer == "200 1")
        #expect(server.clients[client].left != nil)
        #expect(server.clients[client].engine.isClosed)
    }

    @Test("What came before the error counts")
    func beforeTheError() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        _ = server.post(##"42["message","a"]"## + "\u{1E}?", client)
        let actions = server.clients[client].actions
        #expect(actions.contains { $0.hasPrefix("post ") })
        #expect(server.clients[client].left == .closed(.badData))
    }

    @Test("A body may be as long as was said; a longer one is refused, and that is all")
    func longBodies() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let filler = Array(repeating: UInt8(ascii: "6"), count: Limits.maxPayloadBytes)
        let fits = server.post(filler, client)
        #expect(server.carriers[fits].answer == "200 ok")
        let long = server.post(filler + [UInt8(ascii: "6")], client)
        #expect(server.carriers[long].answer == "413 ")
        #expect(!server.clients[client].engine.isClosed)
    }

    // MARK: - Heartbeat

    @Test("A client that answers is asked again and again, and stays")
    func heartbeat() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        for _ in 0..<5 {
            let poll = server.get(client)
            server.pass(.milliseconds(24_900))
            #expect(server.isOpen(poll))
            server.pass(.milliseconds(200))
            #expect(server.carriers[poll].answer == "200 2")
            server.pass(.seconds(19))
            let pong = server.post("3", client)
            #expect(server.carriers[pong].answer == "200 ok")
        }
        #expect(server.clients[client].left == nil)
    }

    @Test("A client that does not answer in time is gone, and nothing of it is kept")
    func noPong() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.pass(.milliseconds(44_999))
        #expect(server.clients[client].left == nil)
        server.pass(.milliseconds(1))
        #expect(server.clients[client].left == .closed(.idleTimeout))
        #expect(server.clients[client].engine.isClosed)
        #expect(server.clients[client].engine.nextDeadline == .distantFuture)
        #expect(server.clients[client].engine.queuedBytes == 0)
        let poll = server.get(client)
        #expect(server.carriers[poll].answer?.hasPrefix("400") == true)
    }

    @Test("A poll that waits is told of the end; an answer without a question changes nothing")
    func pongTooEarly() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.pass(.seconds(20))
        _ = server.post("3", client)
        server.pass(.milliseconds(5_001))
        let ping = server.get(client)
        #expect(server.carriers[ping].answer == "200 2")
        let poll = server.get(client)
        server.pass(.seconds(20))
        #expect(server.carriers[poll].answer == "200 1")
    }

    @Test("Time in which the server does not listen does not count")
    func heldHeartbeat() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.hold(client, true)
        let post = server.post(##"42["message","a"]"##, client)
        server.pass(.seconds(300))
        #expect(server.clients[client].left == nil)
        server.hold(client, false)
        #expect(server.carriers[post].answer == "200 ok")
        server.pass(.seconds(19))
        _ = server.post("3", client)
        server.pass(.seconds(25))
        #expect(server.clients[client].left == nil)
        server.pass(.seconds(20))
        #expect(server.clients[client].left == .closed(.idleTimeout))
    }

    // MARK: - Bounds and ends

    @Test("A client that polls too slowly is told so by its next poll, in the room of the rest")
    func slow() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.bob(.register(Registration(nick: nil, user: "~b", host: "h")))
        let text = String(repeating: "x", count: 4000)
        for _ in 0..<300 { server.bob(.post(Post(to: .room(.lobby), text: text))) }
        #expect(server.faults == [])
        #expect(server.clients[client].left == .closed(.slowConsumer))
        #expect(server.clients[client].engine.queuedBytes < 200)
        let poll = server.get(client)
        #expect(
            server.carriers[poll].answer
                == #"200 42["bye",{"type":"bye","code":"slow_consumer","reason":"#
                + #""you are not reading fast enough","retry":true}]"# + "\u{1E}1")
        #expect(server.clients[client].engine.isClosed)
    }

    @Test("The client's close is answered, and a poll let go")
    func clientCloses() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let poll = server.get(client)
        let post = server.post(##"42["message","last"]"## + "\u{1E}1", client)
        #expect(server.carriers[post].answer == "200 ok")
        #expect(server.carriers[poll].answer?.hasPrefix("200 ") == true)
        #expect(server.clients[client].actions.contains { $0.contains("last") })
        #expect(server.clients[client].left == .quit(""))
        #expect(server.clients[client].engine.isClosed)
        #expect(server.faults == [])
    }

    @Test("A poll without anything to say ends with nothing when the client closes")
    func closeEndsPoll() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let poll = server.get(client)
        _ = server.post("1", client)
        #expect(server.carriers[poll].answer == "200 6")
    }

    @Test("A poll whose connection breaks ends the session")
    func lostPoll() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let poll = server.get(client)
        server.drop(poll)
        #expect(server.clients[client].left == .disconnected)
        #expect(server.clients[client].engine.isClosed)
        #expect(server.carriers[poll].answer == nil)
    }

    @Test("So does a POST's before it is answered")
    func lostPost() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.hold(client, true)
        let post = server.post(##"42["message","a"]"##, client)
        server.drop(post)
        #expect(server.clients[client].engine.isClosed)
        server.hold(client, false)
        #expect(server.clients[client].left == .disconnected)
        #expect(server.carriers[post].answer == nil)
    }

    @Test("The server's last words wait for a poll, but not for ever")
    func serverCloses() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let poll = server.get(client)
        server.dismiss(client)
        #expect(
            server.carriers[poll].answer?.hasSuffix(#""retry":true}]"# + "\u{1E}1") == true)
        #expect(server.clients[client].engine.isClosed)

        let patient = ann(&server)
        server.dismiss(patient)
        let post = server.post(##"42["message","too late"]"##, patient)
        #expect(server.carriers[post].answer == "200 ok")
        let words = server.get(patient)
        #expect(server.carriers[words].answer?.contains("shutdown") == true)
        #expect(server.clients[patient].engine.isClosed)

        let late = ann(&server)
        server.dismiss(late)
        server.pass(.seconds(19))
        #expect(!server.clients[late].engine.isClosed)
        server.pass(.seconds(1))
        #expect(server.clients[late].engine.isClosed)
        #expect(server.faults == [])
    }

    @Test("Last words behind more than one answer's packets come in several")
    func longGoodBye() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.bob(.register(Registration(nick: nil, user: "~b", host: "h")))
        for number in 1...20 { server.bob(.post(Post(to: .room(.lobby), text: "\(number)"))) }
        server.dismiss(client)
        let first = server.get(client)
        #expect(server.carriers[first].answer?.split(separator: "\u{1E}").count == 16)
        let second = server.get(client)
        #expect(server.carriers[second].answer?.hasSuffix("\u{1E}1") == true)
        #expect(server.clients[client].engine.isClosed)
    }
}
