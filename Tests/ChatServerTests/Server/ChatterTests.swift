// Many clients of every protocol talking at once: one order for all, numbered without a gap.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import Glibc
import Testing

@Suite("Chatter", .serialized)
struct ChatterTests {
    private enum Kind: CaseIterable { case plain, json, irc, echoingIRC }

    private struct Speaker {
        let kind: Kind
        let nick: String
        let socket: TestSocket

        init(_ kind: Kind, _ nick: String, port: UInt16) throws {
            self.kind = kind
            self.nick = nick
            switch kind {
            case .plain: socket = try .plain(nick, port: port)
            case .json: socket = try .json(nick, port: port)
            case .irc: socket = try .irc(nick, port: port)
            case .echoingIRC:
                socket = try TestSocket(port: port)
                try socket.send(
                    "CAP REQ :echo-message server-time message-tags\r\nNICK \(nick)\r\n"
                        + "USER u 0 * :U\r\nCAP END\r\n")
                try socket.lines(through: " 366 ")
            }
        }

        func line(_ text: String) -> String {
            switch kind {
            case .plain: "\(text)\n"
            case .json: "{\"type\":\"message\",\"text\":\"\(text)\"}\n"
            case .irc, .echoingIRC: "PRIVMSG #lobby :\(text)\r\n"
            }
        }
    }

    /// The message in a line of any protocol: texts here are `<client.number>`.
    private func text(in line: String) -> String? {
        guard let start = line.firstIndex(of: "<"), let end = line.lastIndex(of: ">") else {
            return nil
        }
        return String(line[start...end])
    }

    @Test("two hundred clients of three protocols all see the same messages in the same order")
    func oneOrder() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let kinds = Kind.allCases
        let speakers = try (0..<200).map {
            try Speaker(kinds[$0 % kinds.count], "n\($0)", port: server.port)
        }
        server.waitForPeople(speakers.count)
        let rounds = 5
        // Four threads send at once, each for its own clients, in pieces that cut lines in two.
        let threads = (0..<4).compactMap { part in
            let mine = speakers.indices.filter { $0 % 4 == part }.map { index in
                let text = (0..<rounds).map { speakers[index].line("<\(index).\($0)>") }.joined()
                return (descriptor: speakers[index].socket.descriptor, bytes: Array(text.utf8))
            }
            return Thread(name: "sender-\(part)") {
                let longest = mine.map(\.bytes.count).max() ?? 0
                for start in stride(from: 0, to: longest, by: 17) {
                    for (descriptor, bytes) in mine where start < bytes.count {
                        let piece = Array(bytes[start..<min(start + 17, bytes.count)])
                        _ = piece.withUnsafeBytes {
                            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                        }
                    }
                }
            }
        }
        try #require(threads.count == 4)
        let count = speakers.count * rounds
        var order: [String] = []
        for (index, speaker) in speakers.enumerated().sorted(by: {
            $0.1.kind == .json && $1.1.kind != .json
        }) {
            let own = "<\(index)."
            let expected = speaker.kind == .irc ? count - rounds : count
            var seen: [String] = []
            var seqs: [UInt64] = []
            while seen.count < expected {
                let line = try speaker.socket.line()
                guard let text = text(in: line) else { continue }
                seen.append(text)
                if speaker.kind == .json, let seq = ServerTests.seq(of: line) { seqs.append(seq) }
            }
            if order.isEmpty { order = seen }
            if speaker.kind == .irc {
                #expect(seen == order.filter { !$0.hasPrefix(own) }, "\(speaker.nick)")
            } else {
                #expect(seen == order, "\(speaker.nick)")
            }
            if speaker.kind == .json { #expect(seqs == Array(1...UInt64(count))) }
        }
        for thread in threads { thread.join() }
        #expect(Set(order).count == count)
        // Nobody's own messages overtook each other.
        for index in speakers.indices {
            let own = order.filter { $0.hasPrefix("<\(index).") }
            #expect(own == (0..<rounds).map { "<\(index).\($0)>" })
        }
    }

    @Test("messages keep their order and numbers while people come and go in a crowd")
    func churn() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let watchers = try [Kind.json, .plain, .echoingIRC].enumerated().map {
            try Speaker($0.element, "w\($0.offset)", port: server.port)
        }
        // Over `LoopRoom.crowd` on each loop: comings and goings wait for company here.
        let crowd = try (0..<150).map { try Speaker(.plain, "c\($0)", port: server.port) }
        let count = 200
        for number in 0..<count {
            let guest = try TestSocket(port: server.port)
            try guest.send("g\(number)\nhi\n")
            try crowd[number % crowd.count].socket.send("<\(number)>\n")
            if number % 2 == 0 { guest.reset() }
        }
        var order: [String] = []
        for watcher in watchers {
            var seen: [String] = []
            var present: Set<String> = []
            while seen.count < count {
                let line = try watcher.socket.line()
                if let text = text(in: line) { seen.append(text) }
                // Who speaks is there: its arrival is never told after its words.
                guard watcher.kind == .plain else { continue }
                if line.hasSuffix(" joined") { present.insert(String(line.dropLast(7))) }
                if line.hasPrefix("g"), line.hasSuffix(": hi") {
                    #expect(present.contains(String(line.dropLast(4))), "\(line)")
                }
            }
            if order.isEmpty { order = seen }
            #expect(seen == order)
        }
        #expect(Set(order).count == count)
    }

    @Test("a resent nonce is answered with the first one's number, whoever speaks in between")
    func nonces() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let ann = try TestSocket.json("ann", port: server.port)
        let bob = try TestSocket.json("bob", port: server.port)
        for number in 1...20 {
            let message = "{\"type\":\"message\",\"text\":\"x\",\"nonce\":\"\(number)\"}\n"
            try ann.send(message + message)
            let first = try ann.lines(through: "\"ack\"").last
            let second = try ann.lines(through: "\"ack\"").last
            #expect(first == second)
            try bob.send("{\"type\":\"message\",\"text\":\"y\"}\n")
        }
        try bob.send("{\"type\":\"message\",\"text\":\"last\"}\n")
        let told = try bob.lines(through: "\"last\"").compactMap { ServerTests.seq(of: $0) }
        #expect(told == Array(1...41))
    }
}
