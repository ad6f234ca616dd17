// Clients that come, go and misbehave, each against a real server over loopback.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer
import Glibc
import Testing

@Suite("Server", .serialized)
struct ServerTests {
    // MARK: - Ends

    @Test("hello, message and bye in one packet with a half-close: all is said and answered")
    func pipelined() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let watcher = try TestSocket.json("watcher", port: server.port)
        let socket = try TestSocket(port: server.port)
        try socket.send(
            """
            {"type":"hello","nick":"ann"}
            {"type":"message","text":"quick","nonce":"n"}
            {"type":"bye","text":"off"}

            """)
        socket.finish()
        let told = try socket.readToEnd()
        #expect(told.contains("\"type\":\"welcome\""))
        #expect(told.contains("\"type\":\"ack\",\"nonce\":\"n\""))
        #expect(told.contains("\"text\":\"quick\""))
        #expect(
            told.hasSuffix(
                "{\"type\":\"bye\",\"code\":\"quit\",\"reason\":\"good-bye\",\"retry\":false}\n"))
        let seen = try watcher.lines(through: "\"left\"")
        #expect(seen.contains { $0.contains("\"text\":\"quick\"") })
        #expect(seen.last?.contains("\"reason\":\"quit\",\"text\":\"off\"") == true)
    }

    @Test(
        "what was sent before a half-close counts, with or without a newline at its end",
        arguments: ["alice\nhello\n", "alice\nhello"])
    func halfClose(text: String) throws {
        let server = try RunningServer()
        defer { server.stop() }
        let watcher = try TestSocket.plain("watcher", port: server.port)
        let socket = try TestSocket(port: server.port)
        try socket.send(text)
        socket.finish()
        let told = try socket.readToEnd()
        #expect(told.hasPrefix("Welcome to chatkit, alice."))
        #expect(told.hasSuffix("alice: hello\n"))
        let seen = try watcher.lines(through: "alice left")
        #expect(seen == ["alice joined", "alice: hello", "alice left (connection closed)"])
    }

    @Test("a reset in the middle of a line: nothing of the line is said, the others are told")
    func reset() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let watcher = try TestSocket.plain("watcher", port: server.port)
        let socket = try TestSocket.plain("alice", port: server.port)
        try socket.send("half a li")
        usleep(20_000)
        socket.reset()
        #expect(
            try watcher.lines(through: "left") == [
                "alice joined", "alice left (connection closed)",
            ])
        server.waitForPeople(1)
    }

    @Test("a client that speaks one byte at a time is understood")
    func byteByByte() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let watcher = try TestSocket.plain("watcher", port: server.port)
        let hello = "NICK ann\r\nUSER a 0 * :A\r\nPRIVMSG #lobby :slowly\r\n"
        let socket = try TestSocket(port: server.port)
        for byte in hello.utf8 {
            try socket.send([byte])
            usleep(1000)
        }
        #expect(try watcher.lines(through: "slowly") == ["ann joined", "ann: slowly"])
    }

    @Test("a million bytes without a newline cost their sender one error, and nobody else")
    func noNewline() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let socket = try TestSocket.plain("alice", port: server.port)
        let watcher = try TestSocket.json("watcher", port: server.port)
        for _ in 0..<16 { try socket.send([UInt8](repeating: 0x78, count: 64 << 10)) }
        try socket.send("\nstill here\n")
        let told = try socket.lines(through: "still here").filter { $0 != "watcher joined" }
        #expect(told == ["error: a line may have at most 8192 bytes", "alice: still here"])
        #expect(try watcher.line().contains("still here"))
    }

    @Test("five hundred connections that come and go at once leave nothing behind")
    func connectionFlood() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let watcher = try TestSocket.plain("watcher", port: server.port)
        var sockets: [TestSocket] = []
        for number in 0..<500 {
            let socket = try TestSocket(port: server.port)
            switch number % 5 {
            case 0: break
            case 1: try socket.send("n\(number)\nhello\n")
            case 2: try socket.send("NI")
            case 3: try socket.send([0x16, 0x03, 0x01])
            default: try socket.send("{\"type\":\"hello\"}\n{\"type\":")
            }
            if number % 3 == 0 { socket.reset() } else { sockets.append(socket) }
            if sockets.count > 40 { sockets.removeAll() }
        }
        sockets.removeAll()
        // These come after all of them on their loops.
        for nick in ["last1", "last2"] { _ = try TestSocket.plain(nick, port: server.port) }
        try server.wait("an empty lobby") {
            try watcher.send("/rooms\n")
            return try watcher.lines(through: "#lobby (").last == "#lobby (1 person)"
        }
    }

    // MARK: - Slow readers and floods

    @Test("a peer that never reads is dropped and told so; the others receive everything")
    func slowConsumer() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let slow = try TestSocket(port: server.port, receiveBuffer: 4096)
        try slow.send("{\"type\":\"hello\",\"nick\":\"slow\"}\n")
        server.waitForPeople(1)
        let reader = try TestSocket.json("reader", port: server.port)
        let sender = try TestSocket.json("sender", port: server.port)
        try reader.lines(through: "\"nick\":\"sender\"")
        let text = String(repeating: "x", count: 4000)
        // Each message is read by the others before the next one is sent: only `slow` is slow.
        var seqs: [UInt64?] = []
        var isDropped = false
        for _ in 0..<20_000 where !isDropped {
            try sender.send(
                "{\"type\":\"message\",\"text\":\"\(text)\",\"nonce\":\"\(seqs.count)\"}\n")
            try sender.lines(through: "\"type\":\"ack\"")
            while true {
                let line = try reader.line()
                if line.contains("\"type\":\"left\"") {
                    #expect(line.contains("\"nick\":\"slow\",\"reason\":\"slow_consumer\""))
                    isDropped = true
                } else {
                    seqs.append(ServerTests.seq(of: line))
                    break
                }
            }
        }
        #expect(isDropped)
        #expect(seqs == seqs.indices.map { UInt64($0 + 1) })
        // What it is sent in the end is whole lines, the last of them its bye.
        let told = try slow.readToEnd().split(separator: "\n")
        #expect(told.allSatisfy { $0.hasPrefix("{\"type\":") && $0.hasSuffix("}") })
        #expect(told.last?.hasPrefix("{\"type\":\"bye\",\"code\":\"slow_consumer\"") == true)
        #expect(told.last?.contains("\"retry\":true") == true)
    }

    /// The number of a JSON message.
    static func seq(of line: String) -> UInt64? {
        let parts = line.split(separator: "\"seq\":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return UInt64(parts[1].prefix { $0.isNumber })
    }

    @Test("a burst of one client drops nobody who reads")
    func burst() throws {
        let server = try RunningServer(flood: .standard)
        defer { server.stop() }
        let sender = try TestSocket.plain("sender", port: server.port)
        let readers = try (0..<4).map { try TestSocket.plain("r\($0)", port: server.port) }
        let count = 900
        let text = String(repeating: "x", count: 4000)
        let sending = Thread(name: "sender") { [descriptor = sender.descriptor] in
            for number in 0..<count {
                var line = "\(number) \(text)\n"
                line.withUTF8 { bytes in
                    var sent = 0
                    while sent < bytes.count {
                        let more = Glibc.send(
                            descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent,
                            Int32(MSG_NOSIGNAL))
                        if more <= 0 { return }
                        sent += more
                    }
                }
            }
        }
        defer { sending?.join() }
        for reader in readers {
            let lines = try reader.lines(through: "sender: \(count - 1) ")
            let numbers = lines.compactMap { line -> Int? in
                guard line.hasPrefix("sender: ") else { return nil }
                return Int(line.dropFirst(8).prefix { $0 != " " })
            }
            #expect(numbers == Array(0..<count))
            #expect(!lines.contains { $0.contains("left") })
        }
    }

    @Test("a client over the flood limit is read later, and nothing of it is lost")
    func flood() throws {
        let server = try RunningServer(flood: .limited(rate: 500, burst: 20))
        defer { server.stop() }
        let socket = try TestSocket.plain("alice", port: server.port)
        let other = try TestSocket.plain("bob", port: server.port)
        try socket.send((0..<200).map { "m\($0)\n" }.joined())
        socket.finish()
        // bob is not slowed down by alice's flood.
        try other.send("hello\n")
        try other.lines(through: "bob: hello")
        let told = try other.lines(through: "alice left").filter { $0.hasPrefix("alice: ") }
        let seen = told + []
        #expect(seen.last == "alice: m199")
        let all = try socket.readToEnd().split(separator: "\n").filter { $0.hasPrefix("alice: ") }
        #expect(all.map(String.init) == (0..<200).map { "alice: m\($0)" })
    }

    // MARK: - Stopping and starting

    @Test("a shutdown tells everyone in their own words and closes every connection")
    func shutdown() throws {
        let server = try RunningServer()
        let json = try TestSocket.json("j", port: server.port)
        let plain = try TestSocket.plain("p", port: server.port)
        let irc = try TestSocket.irc("i", port: server.port)
        let silent = try TestSocket(port: server.port)
        let unfinished = try TestSocket(port: server.port)
        try unfinished.send("NICK x\r\n")
        try json.lines(through: "\"nick\":\"i\"")
        server.server.shutDown()
        let bye = try json.readToEnd()
        #expect(bye.contains("{\"type\":\"bye\",\"code\":\"shutdown\",\"reason\":"))
        #expect(bye.contains("\"retry\":true"))
        #expect(try plain.readToEnd().hasSuffix("bye: the server is shutting down\n"))
        #expect(
            try irc.readToEnd().hasSuffix("ERROR :Closing link: the server is shutting down\r\n"))
        #expect(try !silent.readToEnd().contains("bye"))
        _ = try unfinished.readToEnd()
        #expect(server.stop() == 0)
    }

    @Test("a shutdown with nobody there, and one before it runs, end at once with status 0")
    func idleShutdown() throws {
        let server = try RunningServer()
        #expect(server.stop() == 0)
        let early = try ChatServer(
            ServerConfiguration(
                listen: [Endpoint(host: "127.0.0.1", port: 0)], threads: 2, logLevel: .error))
        early.shutDown()
        early.shutDown()
        #expect(early.run(handling: .none) == 0)
    }

    @Test("after the end the port refuses connections and may be used again")
    func portAfterwards() throws {
        let server = try RunningServer()
        let port = server.port
        let client = try TestSocket.plain("alice", port: port)
        server.stop()
        _ = try client.readToEnd()
        #expect(throws: TestSocket.Failure.self) { try TestSocket(port: port) }
        let again = try ChatServer(
            ServerConfiguration(listen: [Endpoint(host: "127.0.0.1", port: port)], logLevel: .error)
        )
        again.shutDown()
        #expect(again.run(handling: .none) == 0)
    }

    @Test("a port in use is an error that says so, with a hint and an exit status")
    func portInUse() throws {
        let server = try RunningServer()
        defer { server.stop() }
        do {
            _ = try ChatServer(
                ServerConfiguration(listen: [Endpoint(host: "127.0.0.1", port: server.port)]))
            Issue.record("two servers on one port")
        } catch {
            #expect(error.code == .addressInUse)
            #expect(error.message.hasPrefix("cannot listen: 127.0.0.1:\(server.port): "))
            #expect(error.hint?.isEmpty == false)
            #expect(error.exitStatus == 69)
        }
    }

    @Test(
        "an address that is not this machine's is an error",
        arguments: ["192.0.2.1", "no-such-host.invalid"])
    func noSuchAddress(host: String) {
        do {
            _ = try ChatServer(ServerConfiguration(listen: [Endpoint(host: host, port: 0)]))
            Issue.record("listens on \(host)")
        } catch {
            #expect(error.code == .noHost)
            #expect(error.message.hasPrefix("cannot listen: \(host):0: "))
        }
    }

    // MARK: - Deadlines on real time

    @Test("the prompt comes by itself, and a nick may come in any two packets around it")
    func prompt() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let socket = try TestSocket(port: server.port)
        socket.readMore()
        #expect(socket.take() == Array("NICK".utf8))
        try socket.send("al")
        try socket.send("ice")
        #expect(try socket.line() == "Welcome to chatkit, alice. /help lists the commands.")
    }

    @Test("who does not answer is dropped after the idle time; a reader of plain text is not")
    func idle() throws {
        let server = try RunningServer(idleTimeout: .milliseconds(600))
        defer { server.stop() }
        let plain = try TestSocket.plain("p", port: server.port)
        let json = try TestSocket.json("j", port: server.port)
        let told = try json.readToEnd()
        #expect(told.hasPrefix("{\"type\":\"ping\"}\n"))
        #expect(told.contains("\"code\":\"idle_timeout\""))
        #expect(try plain.lines(through: "left") == ["j joined", "j left (idle timeout)"])
        usleep(800_000)
        try plain.send("still here\n")
        #expect(try plain.line() == "p: still here")
    }

    @Test("profiles are printed as whole blocks, however many come at once")
    func profiles() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { Glibc.close(end) } }
        let server = try RunningServer(profiles: ProfilePrinter(descriptor: ends[1]))
        defer { server.stop() }
        let count = 50
        let sockets = try (0..<count).map { _ in try TestSocket(port: server.port) }
        for (number, socket) in sockets.enumerated() {
            try socket.send(
                "{\"type\":\"hello\",\"nick\":\"n\(number)\",\"profile\":{\"name\":\"N \(number)\","
                    + "\"student_id\":\"\(number)\",\"github\":\"g\(number)\"}}\n")
        }
        var printed: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while printed.filter({ $0 == 0x0A }).count < 5 * count {
            let more = read(ends[0], &chunk, chunk.count)
            try #require(more > 0)
            printed += chunk.prefix(more)
        }
        let blocks = String(decoding: printed, as: UTF8.self).split(separator: "\n\n").map(
            String.init)
        let expected = (0..<count).map {
            "Nick:       n\($0)\nName:       N \($0)\nStudent ID: \($0)\nGitHub:     g\($0)"
        }
        #expect(blocks.sorted() == expected.sorted())
    }
}
