// From polling to a WebSocket in every order in which it can happen, and WebSockets from the start.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit
import Testing

@Suite struct EngineIOUpgradeTests {
    private func ann(_ server: inout VirtualSocketIO) -> Int {
        let (client, _) = server.open(.polling)
        _ = server.post(#"40{"nick":"ann"}"#, client)
        _ = server.get(client)
        server.bob(.register(Registration(nick: nil, user: "~b", host: "h")))
        _ = server.get(client)
        return client
    }

    private func say(_ text: String, _ server: inout VirtualSocketIO) {
        server.bob(.post(Post(to: .room(.lobby), text: text)))
    }

    /// The texts of messages in an answer or over a WebSocket.
    private func texts(_ parts: [String]) -> [String] {
        parts.flatMap { $0.split(separator: "\u{1E}") }.compactMap { part in
            guard part.contains(#"42["message""#) else { return nil }
            return part.split(separator: #""text":""#).last.map {
                String($0.prefix { $0 != "\"" })
            }
        }
    }

    @Test("A poll that waits is let go upon the probe, and everything goes on over the WebSocket")
    func upgrade() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let poll = server.get(client)
        let socket = server.webSocket(client)
        #expect(server.isOpen(poll))
        server.text("2probe", over: socket)
        #expect(server.take(socket) == ["3probe"])
        #expect(server.carriers[poll].answer == "200 6")
        server.text("5", over: socket)
        #expect(server.take(socket) == [])
        #expect(server.clients[client].engine.webSocket == CarrierID(raw: UInt64(socket)))
        server.text(##"42["message","hello"]"##, over: socket)
        let sent = server.take(socket)
        #expect(texts(sent) == ["hello"])
        say("and back", &server)
        let back = server.take(socket)
        #expect(texts(back) == ["and back"])
        #expect(server.faults == [])
    }

    @Test("What is said during the upgrade comes once, in order, whichever way")
    func order() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        var heard: [String] = []
        say("1", &server)
        let socket = server.webSocket(client)
        let early = server.get(client)
        heard += texts([server.carriers[early].answer ?? ""])
        say("2", &server)
        let again = server.get(client)
        heard += texts([server.carriers[again].answer ?? ""])
        let waiting = server.get(client)
        server.text("2probe", over: socket)
        #expect(server.carriers[waiting].answer == "200 6")
        say("3", &server)
        let crossing = server.get(client)
        #expect(server.carriers[crossing].answer == "200 6")
        say("4", &server)
        heard += texts(server.take(socket))
        server.text("5", over: socket)
        heard += texts(server.take(socket))
        say("5", &server)
        heard += texts(server.take(socket))
        #expect(heard == ["1", "2", "3", "4", "5"])
        #expect(server.faults == [])
    }

    @Test("A poll that arrives between probe and upgrade, or waits then, is let go")
    func lateProbe() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let socket = server.webSocket(client)
        server.text("2probe", over: socket)
        let poll = server.get(client)
        #expect(server.carriers[poll].answer == "200 6")
        server.text("5", over: socket)
        for late in [server.get(client), server.post("3", client)] {
            #expect(server.carriers[late].answer == #"400 {"code":3,"message":"Bad request"}"#)
        }
        #expect(server.clients[client].left == nil)
        server.text(##"42["message","x"]"##, over: socket)
        let sent = server.take(socket)
        #expect(texts(sent) == ["x"])
    }

    @Test("Messages that came by a POST are taken before those of the WebSocket")
    func postBeforeUpgrade() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let socket = server.webSocket(client)
        server.text("2probe", over: socket)
        server.hold(client, true)
        let post = server.post(##"42["message","first"]"##, client)
        server.text("5", over: socket)
        server.text(##"42["message","second"]"##, over: socket)
        #expect(server.isOpen(post))
        server.hold(client, false)
        #expect(server.carriers[post].answer == "200 ok")
        #expect(texts(server.take(socket)) == ["first", "second"])
    }

    @Test(
        "Anything else than probe and upgrade closes the WebSocket, and polling goes on",
        arguments: ["5", "2", "2probes", "3probe", "4hello", "1", "abc", "", "2probe\u{1E}"])
    func noProbe(text: String) {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let socket = server.webSocket(client)
        server.text(text, over: socket)
        #expect(!server.isOpen(socket))
        say("still here", &server)
        let poll = server.get(client)
        #expect(texts([server.carriers[poll].answer ?? ""]) == ["still here"])
        let other = server.webSocket(client)
        server.text("2probe", over: other)
        server.text("5", over: other)
        #expect(server.clients[client].engine.webSocket == CarrierID(raw: UInt64(other)))
    }

    @Test("So does something else after the probe; what was kept comes by the next poll")
    func noUpgrade() {
        for text in ["2probe", "4x", "6", "bAAA=", "nonsense"] {
            var server = VirtualSocketIO()
            let client = ann(&server)
            let socket = server.webSocket(client)
            server.text("2probe", over: socket)
            say("kept", &server)
            server.text(text, over: socket)
            #expect(!server.isOpen(socket))
            #expect(texts(server.take(socket)) == [])
            let poll = server.get(client)
            #expect(texts([server.carriers[poll].answer ?? ""]) == ["kept"])
        }
    }

    @Test("Bytes instead of a probe close it as well")
    func binaryProbe() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let socket = server.webSocket(client)
        server.binary(over: socket)
        #expect(!server.isOpen(socket))
        #expect(server.clients[client].left == nil)
    }

    @Test("An upgrade that takes too long is given up, and a poll that waits is answered")
    func timeout() {
        for isProbed in [false, true] {
            var server = VirtualSocketIO()
            let client = ann(&server)
            let socket = server.webSocket(client)
            if isProbed {
                server.text("2probe", over: socket)
                say("kept", &server)
            }
            server.pass(.milliseconds(9_999))
            #expect(server.isOpen(socket))
            server.pass(.milliseconds(1))
            #expect(!server.isOpen(socket))
            let poll = server.get(client)
            let answer = texts([server.carriers[poll].answer ?? ""])
            #expect(answer == (isProbed ? ["kept"] : []))
            server.text("5", over: socket)
            #expect(server.clients[client].engine.webSocket == nil)
        }
    }

    @Test("A WebSocket that breaks before the upgrade changes nothing; after it, it is the end")
    func lost() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let first = server.webSocket(client)
        server.text("2probe", over: first)
        server.drop(first)
        let poll = server.get(client)
        #expect(server.isOpen(poll))
        let second = server.webSocket(client)
        server.text("2probe", over: second)
        server.text("5", over: second)
        server.drop(second)
        #expect(server.clients[client].left == .disconnected)
        #expect(server.clients[client].engine.isClosed)
        #expect(server.faults == [])
    }

    @Test("There is one WebSocket at a time; another is closed, the first is not")
    func second() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let first = server.webSocket(client)
        let second = server.webSocket(client)
        #expect(!server.isOpen(second))
        server.text("2probe", over: first)
        server.text("5", over: first)
        let third = server.webSocket(client)
        #expect(!server.isOpen(third))
        #expect(server.isOpen(first))
        server.text(##"42["message","x"]"##, over: first)
        #expect(texts(server.take(first)) == ["3probe", "x"].suffix(1))
    }

    @Test("The session's end closes a WebSocket that probes, and one opened after it")
    func endWhileProbing() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        let socket = server.webSocket(client)
        _ = server.post("1", client)
        #expect(!server.isOpen(socket))
        let late = server.webSocket(client)
        #expect(!server.isOpen(late))
        let dismissed = ann(&server)
        let probing = server.webSocket(dismissed)
        server.text("2probe", over: probing)
        server.dismiss(dismissed)
        #expect(!server.isOpen(probing))
        let poll = server.get(dismissed)
        #expect(server.carriers[poll].answer?.contains("shutdown") == true)
        #expect(server.faults == [])
    }

    @Test("A ping that is due during the upgrade is asked afterwards, and answered either way")
    func heartbeat() {
        var server = VirtualSocketIO()
        let client = ann(&server)
        server.pass(.seconds(24))
        let socket = server.webSocket(client)
        server.text("2probe", over: socket)
        server.pass(.seconds(2))
        server.text("5", over: socket)
        #expect(server.take(socket) == ["3probe", "2"])
        server.text("3", over: socket)
        server.pass(.seconds(25))
        #expect(server.take(socket) == ["2"])
        server.pass(.seconds(20))
        #expect(!server.isOpen(socket))
        #expect(server.clients[client].left == .closed(.idleTimeout))
    }

    // MARK: - Without polling

    @Test("A session may begin with a WebSocket: it has no way up")
    func direct() {
        var server = VirtualSocketIO()
        let (client, socket) = server.open(.webSocket)
        #expect(
            server.take(socket) == [
                #"0{"sid":"000000000000000000","upgrades":[],"pingInterval":25000,"#
                    + #""pingTimeout":20000,"maxPayload":65536}"#
            ])
        server.text(#"40{"nick":"ann"}"#, over: socket)
        #expect(server.take(socket).first == #"40{"sid":"s0"}"#)
        let poll = server.get(client)
        #expect(server.carriers[poll].answer?.hasPrefix("400") == true)
        server.pass(.seconds(25))
        #expect(server.take(socket) == ["2"])
        server.text("3", over: socket)
        server.text("6", over: socket)
        server.text("1", over: socket)
        #expect(!server.isOpen(socket))
        #expect(server.clients[client].left == .quit(""))
        #expect(server.faults == [])
    }

    @Test(
        "What is no packet, or not a client's, closes the WebSocket",
        arguments: ["abc", "", "0", "2", "2probe", "5", "4a\u{1E}4b", "bAAAA", "\u{1E}"])
    func badPackets(text: String) {
        var server = VirtualSocketIO()
        let (client, socket) = server.open(.webSocket)
        server.text(text, over: socket)
        #expect(!server.isOpen(socket))
        #expect(server.clients[client].left == .closed(.badData))
        #expect(server.clients[client].actions == ["end badPacket"])
    }

    @Test("The server's last words go out before it closes the WebSocket")
    func serverCloses() {
        var server = VirtualSocketIO()
        let (client, socket) = server.open(.webSocket)
        server.text("40", over: socket)
        _ = server.take(socket)
        server.dismiss(client)
        #expect(
            server.take(socket).last?.hasPrefix(#"42["bye",{"type":"bye","code":"shutdown""#)
                == true)
        #expect(!server.isOpen(socket))
        #expect(server.clients[client].engine.isClosed)
    }
}
