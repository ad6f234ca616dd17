// What of a handshake a server is sent again, and what of its answer the client has heard.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("A client handed over to a server") struct HandoverTests {
    private func take(_ filter: inout HandoverFilter, _ text: String) -> HandoverFilter.Verdict {
        Array(text.utf8).withUnsafeBytes { filter.take($0) }
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("hears the first word of a server for plain text and JSON")
    func lines() {
        for dialect in [RelayDialect.plain, .json] {
            var filter = HandoverFilter(dialect)
            #expect(take(&filter, "Wel") == .passed(bytes("Wel")))
        }
    }

    @Test("does not hear a second answer to its WebSocket's handshake, however it is cut")
    func webSocket() {
        let head = bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
        // Nor is a server's without room, which says nothing after that, taken for a welcome.
        for cut in 1...head.count {
            var filter = HandoverFilter(.webSocket(.json))
            let rest = head[cut...] + bytes("frames")
            #expect(head[..<cut].withUnsafeBytes { filter.take($0) } == .undecided)
            #expect(rest.withUnsafeBytes { filter.take($0) } == .passed(bytes("frames")))
        }
    }

    @Test("is not given to what answers with something else")
    func refused() {
        var filter = HandoverFilter(.webSocket(.plain))
        #expect(take(&filter, "HTTP/1.1 403 Forbidden\r\n\r\n") == .refused)
        var other = HandoverFilter(.webSocket(.plain))
        #expect(take(&other, "SSH-2.0-OpenSSH") == .refused)
        var endless = HandoverFilter(.webSocket(.plain))
        let fields = String(repeating: "X: y\r\n", count: Limits.maxHandshakeBytes / 6 + 1)
        #expect(take(&endless, "HTTP/1.1 101 X\r\n" + fields) == .refused)
    }

    @Test("of IRC hears neither CAP nor notices before its welcome, but a refused nick")
    func irc() {
        var filter = HandoverFilter(.irc)
        #expect(take(&filter, ":s CAP * LS :batch\r\n:s CAP * ACK") == .undecided)
        #expect(take(&filter, " :batch\r\n:s NOTICE * :hello\r\n") == .undecided)
        let taken = ":s 433 * ann :Nickname is already in use\r\n"
        #expect(take(&filter, taken) == .some(bytes(taken)))
        let welcome = "@time=x :s 001 ann :Welcome\r\n:s NOTICE ann :later\r\n"
        #expect(take(&filter, ":s PONG s :1\r\n" + welcome) == .passed(bytes(welcome)))
    }

    @Test("asks for no compression that its relay has not agreed to, and for nothing else less")
    func handshake() {
        let request =
            "GET /?nick=a HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: k\r\n"
            + "SEC-WebSocket-Extensions: permessage-deflate\r\n"
            + "Sec-WebSocket-Extensions-Not: x\r\n\r\nSec-WebSocket-Extensions: in a frame\r\n"
        var sent = bytes(request)
        HandoverHandshake.prepare(&sent, .webSocket(.json))
        #expect(sent.count == request.utf8.count)
        let text = String(decoding: sent, as: UTF8.self)
        #expect(text.contains("\r\nxEC-WebSocket-Extensions: permessage-deflate\r\n"))
        #expect(text.contains("\r\nSec-WebSocket-Extensions-Not: x\r\n"))
        #expect(text.hasSuffix("Sec-WebSocket-Extensions: in a frame\r\n"))
        for dialect in [RelayDialect.plain, .json, .irc, .socketIO] {
            var same = bytes(request)
            HandoverHandshake.prepare(&same, dialect)
            #expect(same == bytes(request))
        }
    }

    private let connected = "40{\"sid\":\"s\"}\u{1E}"

    @Test("of Socket.IO does not hear again that it is connected, however that is cut")
    func connection() {
        let said = bytes(connected + "42[\"error\",{}]\u{1E}")
        let welcome = bytes("42[\"welcome\",{}]\u{1E}")
        for cut in 0...said.count {
            // A server without room says no more than this.
            var filter = HandoverFilter(.socketIO, answers: 2)
            #expect(said[..<cut].withUnsafeBytes { filter.take($0) } == .undecided)
            #expect(said[cut...].withUnsafeBytes { filter.take($0) } == .undecided)
            #expect(welcome.withUnsafeBytes { filter.take($0) } == .passed(welcome))
        }
        var filter = HandoverFilter(.socketIO, answers: 2)
        let all = said + welcome + Array(repeating: 0x78, count: Limits.maxHandshakeBytes)
        #expect(all.withUnsafeBytes { filter.take($0) } == .passed(Array(all[said.count...])))
    }

    @Test("by Socket.IO hears that its nick is taken, and is not given to who refuses it")
    func refusedConnection() {
        var filter = HandoverFilter(.socketIO, answers: 1)
        let taken = "42[\"error\",{\"code\":\"nick_taken\"}]\u{1E}"
        #expect(take(&filter, connected + taken) == .passed(bytes(taken)))
        var refused = HandoverFilter(.socketIO, answers: 1)
        #expect(take(&refused, "44{\"message\":\"no\"}\u{1E}") == .refused)
        var endless = HandoverFilter(.socketIO, answers: 1)
        let long = String(repeating: "x", count: Limits.maxHandshakeBytes)
        #expect(take(&endless, "40" + long) == .refused)
    }
}
