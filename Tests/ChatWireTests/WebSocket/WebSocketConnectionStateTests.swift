// A connection from open to closed: the areas 2 (pings) and 7 (Close) of the public Autobahn suite.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite struct WebSocketConnectionStateTests {
    /// A connection and what it has sent.
    private struct Scene {
        var state = WebSocketConnectionState()
        var reply = ByteBuffer()

        /// The actions that come of one read, but for the last `needsMore`.
        mutating func read(_ frames: ClientFrame...) -> [WebSocketConnectionState.Action] {
            var input = ByteBuffer(frames.bytes)
            var actions: [WebSocketConnectionState.Action] = []
            while true {
                let action = state.next(in: &input, reply: &reply)
                if action == .needsMore { return actions }
                actions.append(action)
            }
        }

        mutating func ping() -> Bool { state.ping(into: &reply) }

        mutating func close(_ close: WebSocketClose) -> Bool {
            state.close(close, into: &reply)
        }

        /// What was sent since the last question, as `opcode:payload`.
        mutating func sent() throws -> [String] {
            defer { reply.clear() }
            return try ServerFrame.all(in: reply.storage).map { frame in
                guard frame.opcode == .close, frame.payload.count >= 2 else {
                    return "\(frame.opcode):\(frame.text)"
                }
                let code = Int(frame.payload[0]) << 8 | Int(frame.payload[1])
                let reason = String(decoding: frame.payload.dropFirst(2), as: UTF8.self)
                return "close:\(code) \(reason)"
            }
        }
    }

    private func text(_ text: String) -> WebSocketConnectionState.Action {
        .deliver(WebSocketMessage(.text, Array(text.utf8)))
    }

    @Test("Messages are delivered, pings are answered with their payload, pongs are taken in")
    func open() throws {
        var scene = Scene()
        #expect(
            scene.read(.ping("a"), .text("x").begun, .ping(""), .more("y"), .pong("unasked"))
                == [text("xy")])
        #expect(try scene.sent() == ["pong:a", "pong:"])
        #expect(scene.state.phase == .open)
        let most = String(repeating: "p", count: 125)
        #expect(scene.read(.ping(most)) == [])
        #expect(try scene.sent() == ["pong:\(most)"])
    }

    @Test("Ten pings in one read are ten pongs; of very many only the first few and the last")
    func manyPings() throws {
        var scene = Scene()
        let most = Limits.maxPongsPerRead
        for count in [10, most, most + 1, 5 * most] {
            var input = ByteBuffer((0..<count).map { ClientFrame.ping("\($0)") }.bytes)
            #expect(scene.state.next(in: &input, reply: &scene.reply) == .needsMore)
            var expected = (0..<min(count, most)).map { "pong:\($0)" }
            if count > most { expected.append("pong:\(count - 1)") }
            #expect(try scene.sent() == expected)
        }
    }

    @Test("A pong that was kept back goes out before the Close")
    func keptBackPong() throws {
        let most = Limits.maxPongsPerRead
        let pings = (0...most).map { ClientFrame.ping("\($0)") }
        for end in [ClientFrame.close(1000), ClientFrame(3)] {
            var scene = Scene()
            var input = ByteBuffer((pings + [end]).bytes)
            _ = scene.state.next(in: &input, reply: &scene.reply)
            let sent = try scene.sent()
            #expect(sent.count == most + 2)
            #expect(sent[most] == "pong:\(most)")
            #expect(sent.last?.hasPrefix("close:") == true)
        }
    }

    @Test(
        "A Close is answered with its code, once, and the transport is closed",
        arguments: [
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999,
            4000, 4999,
        ] as [UInt16])
    func peerCloses(code: UInt16) throws {
        var scene = Scene()
        let close = try WebSocketClose(#require(WebSocketCloseCode(code)), "why")
        #expect(
            scene.read(.text("x"), .close(code, "why"), .text("late"), .ping("late"))
                == [text("x"), .close(.peerClosed(close))])
        #expect(try scene.sent() == ["close:\(code) "])
        #expect(scene.state.phase == .closed)
        #expect(scene.read(.text("later"), .close(1000)) == [])
        #expect(try scene.sent() == [])
    }

    @Test("A Close without a code is answered without one")
    func closeWithoutCode() throws {
        var scene = Scene()
        #expect(scene.read(.close()) == [.close(.peerClosed(nil))])
        #expect(try scene.sent() == ["close:"])
    }

    @Test(
        "Codes that must not be sent are an error",
        arguments: [
            0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
        ] as [UInt16])
    func badCodes(code: UInt16) throws {
        var scene = Scene()
        #expect(scene.read(.close(code, "x")) == [.close(.failed(.badCloseCode))])
        #expect(try scene.sent() == ["close:1002 this close code must not be sent"])
    }

    @Test("A Close of one byte is an error, and so is a reason that is not UTF-8")
    func badCloses() throws {
        var scene = Scene()
        #expect(scene.read(ClientFrame(8, [3])) == [.close(.failed(.oneByteClose))])
        #expect(try scene.sent() == ["close:1002 a close code has two bytes"])
        scene = Scene()
        let bad = ClientFrame(8, [0x03, 0xE8, 0xC3])
        #expect(scene.read(bad) == [.close(.failed(.badCloseReason))])
        #expect(try scene.sent() == ["close:1007 the reason is not UTF-8"])
        scene = Scene()
        let most = String(repeating: "é", count: 61) + "x"
        #expect(scene.read(.close(1000, most)).count == 1)
        #expect(try scene.sent() == ["close:1000 "])
    }

    @Test(
        "Every error is one Close with its code, and the end",
        arguments: [
            (ClientFrame(3), WebSocketError.unknownOpcode), (.more("x"), .nothingToContinue),
            (ClientFrame(1, [0xFF]), .badText), (.text("x").with(\.key, nil), .unmasked),
            (
                .binary([]).with(\.lengthForm, .sixtyFour).with(\.claimedLength, 1 << 40),
                .messageTooBig
            ),
        ])
    func errors(frame: ClientFrame, error: WebSocketError) throws {
        var scene = Scene()
        #expect(
            scene.read(.text("x"), frame, .text("never")) == [text("x"), .close(.failed(error))])
        #expect(try scene.sent() == ["close:\(error.code.raw) \(error.reason)"])
        #expect(scene.state.phase == .closed)
        #expect(!scene.state.maySend)
    }

    @Test("After this side's Close data and pings of the peer are dropped until its Close comes")
    func thisSideCloses() throws {
        var scene = Scene()
        #expect(scene.state.maySend)
        let bye = WebSocketClose(.goingAway, "stopping")
        #expect(scene.close(bye) == true)
        #expect(scene.state.phase == .closing)
        #expect(!scene.state.maySend)
        #expect(scene.close(bye) == false)
        #expect(scene.ping() == false)
        #expect(try scene.sent() == ["close:1001 stopping"])
        #expect(scene.read(.text("late"), .ping("late"), .pong("late")) == [])
        #expect(scene.read(.close(1001)) == [.close(.answered)])
        #expect(try scene.sent() == [])
        #expect(scene.state.phase == .closed)
    }

    @Test("A peer that breaks a rule instead of answering the Close is sent no second one")
    func errorWhileClosing() throws {
        var scene = Scene()
        #expect(scene.close(WebSocketClose(.normal)) == true)
        #expect(scene.read(ClientFrame(5)) == [.close(.failed(.unknownOpcode))])
        #expect(try scene.sent() == ["close:1000 "])
    }

    @Test("A peer that does not answer the Close is given up")
    func deadline() throws {
        var scene = Scene()
        #expect(scene.state.deadlineReached() == .needsMore)
        #expect(scene.state.phase == .open)
        #expect(scene.close(WebSocketClose(.normal)) == true)
        #expect(scene.state.deadlineReached() == .close(.unanswered))
        #expect(scene.state.deadlineReached() == .needsMore)
        #expect(scene.read(.close(1000)) == [])
    }

    @Test("A ping is awaited until a pong brings its payload back")
    func heartbeat() throws {
        var scene = Scene()
        #expect(!scene.state.awaitsPong)
        #expect(scene.ping() == true)
        #expect(scene.ping() == true)
        #expect(try scene.sent() == ["ping:1", "ping:2"])
        _ = scene.read(.pong("1"), .pong(""), .text("x"))
        #expect(scene.state.awaitsPong)
        _ = scene.read(.pong("2"))
        #expect(!scene.state.awaitsPong)
    }
}
