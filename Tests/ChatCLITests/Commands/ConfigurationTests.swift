// From command lines to the configurations of `serve` and `join`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import Testing

@Suite("serve")
struct ServeTests {
    let fake = FakeSurroundings()

    @Test("listens on the loopback unless told otherwise")
    func defaults() throws {
        let served = try #require(fake.run("serve").served.first)
        #expect(served.listen == [Endpoint(host: "127.0.0.1", port: 12000)])
        #expect(served.name == "chatkit" && served.threads == nil)
        #expect(served.flood == .standard && served.idleTimeout == .seconds(300))
        #expect(served.logFormat == .text && served.logLevel == .info && served.motd.isEmpty)
    }

    @Test("takes a port, or addresses")
    func addresses() throws {
        #expect(
            fake.run("serve", "-p", "0").served.first?.listen
                == [Endpoint(host: "127.0.0.1", port: 0)])
        #expect(
            fake.run("serve", "--listen", "0.0.0.0:1", "--listen=[::]:2", "--listen=host")
                .served.first?.listen == [
                    Endpoint(host: "0.0.0.0", port: 1), Endpoint(host: "::", port: 2),
                    Endpoint(host: "host", port: 12000),
                ])
    }

    @Test("refuses a port together with addresses, unless they come from different places")
    func portAndAddresses() {
        let run = fake.run("serve", "--port", "1", "--listen", "0.0.0.0:2")
        #expect(run.status == 64)
        #expect(
            run.error == """
                chatkit: conflicting options: --port, --listen: both set the addresses
                hint: leave out the port and write --listen 0.0.0.0:2

                """)
        let config = FakeSurroundings(config: "[serve]\nlisten = 0.0.0.0:2\n")
        #expect(config.run("serve", "-p1").served.first?.listen.map(\.port) == [1])
    }

    @Test("takes the last of several log levels, shorthands included")
    func logLevels() {
        #expect(fake.run("serve", "-v").served.first?.logLevel == .debug)
        #expect(fake.run("serve", "-q").served.first?.logLevel == .warning)
        #expect(fake.run("serve", "-q", "--log-level=error").served.first?.logLevel == .error)
        #expect(fake.run("serve", "--log-level=error", "-vq").served.first?.logLevel == .warning)
        let config = FakeSurroundings(config: "[serve]\nlog-level = error\nlog-format = json\n")
        #expect(config.run("serve", "-v").served.first?.logLevel == .debug)
        #expect(config.run("serve").served.first?.logFormat == .json)
    }

    @Test("turns limits off")
    func off() throws {
        let served = try #require(fake.run("serve", "--flood=off", "--idle=off").served.first)
        #expect(served.flood == .off && served.idleTimeout == nil)
        #expect(fake.run("serve", "--idle", "0.5").status == 64)
        let config = FakeSurroundings(config: "[serve]\nthreads = 4\nidle = off\n")
        let back = try #require(config.run("serve", "--threads=auto", "--idle=9").served.first)
        #expect(back.threads == nil && back.idleTimeout == .seconds(9))
    }

    @Test("reads the message of the day")
    func motd() {
        var fake = fake
        fake.files["/motd"] = .success(Array("hello\nthere\n".utf8))
        fake.files["/secret"] = .failure(FakeSurroundings.forbidden)
        fake.files["/noise"] = .success([0xC3, 0x28])
        fake.files["/huge"] = .success([UInt8](repeating: 97, count: 1 << 17))
        #expect(fake.run("serve", "--motd", "/motd").served.first?.motd == ["hello", "there"])
        #expect(fake.run("serve", "--motd", "/none").status == 64)
        #expect(fake.run("serve", "--motd", "/secret").status == 77)
        #expect(fake.run("serve", "--motd", "/noise").status == 65)
        #expect(
            fake.run("serve", "--motd", "/huge").error.contains("it is larger than 65536 bytes"))
    }

    @Test("names the variable that has a bad value")
    func badVariable() {
        let run = FakeSurroundings(variables: ["CHATKIT_PORT": "none"]).run("serve")
        #expect(
            run.error == """
                chatkit: bad value in CHATKIT_PORT: none: a port is a whole number from 0 to 65535
                hint: 'chatkit serve --help' explains port

                """)
    }
}

@Suite("join")
struct JoinTests {
    let fake = FakeSurroundings()

    private func server(_ arguments: String...) -> Endpoint? {
        switch arguments.count {
        case 0: fake.run("join").joined.first?.server
        case 1: fake.run("join", arguments[0]).joined.first?.server
        default: fake.run("join", arguments[0], arguments[1]).joined.first?.server
        }
    }

    @Test("goes to the loopback unless told otherwise, and returns the client's status")
    func defaults() throws {
        let run = fake.run("join")
        let joined = try #require(run.joined.first)
        #expect(joined.server == Endpoint(host: "127.0.0.1", port: 12000))
        #expect(joined.nick == nil && joined.rooms.isEmpty && joined.profile.isEmpty)
        #expect(!joined.json && joined.send.isEmpty && joined.linger == .zero)
        #expect(joined.color == .auto && joined.reconnect && joined.version == chatkitVersion)
        #expect(run.status == 75)
    }

    @Test("takes the port with the host or beside it, not both")
    func ports() {
        #expect(server("a.example:7") == Endpoint(host: "a.example", port: 7))
        #expect(server("a.example", "-p8") == Endpoint(host: "a.example", port: 8))
        #expect(server("-p9") == Endpoint(host: "127.0.0.1", port: 9))
        #expect(server("[::1]", "--port=8") == Endpoint(host: "::1", port: 8))
        let run = fake.run("join", "a:1", "-p2")
        #expect(run.status == 64)
        #expect(
            run.error.hasPrefix("chatkit: conflicting options: a:1, -p: both set the port\n"))
    }

    @Test("prefers the nearer source's port")
    func nearerPort() {
        let config = FakeSurroundings(config: "[join]\nserver = far.example:1\n")
        #expect(
            config.run("join", "-p2").joined.first?.server
                == Endpoint(host: "far.example", port: 2))
        let port = FakeSurroundings(config: "[join]\nport = 3\n")
        #expect(port.run("join", "h:4").joined.first?.server == Endpoint(host: "h", port: 4))
        #expect(port.run("join", "h").joined.first?.server == Endpoint(host: "h", port: 3))
    }

    @Test("takes who one is, where to and what to say")
    func words() throws {
        let joined = try #require(
            fake.run(
                "join", "-n", "ana", "-r", "ops", "--room=#dev", "-r#OPS", "--name", "Ana Diaz",
                "--student-id=20261234", "--github", "anadiaz", "-s", "one", "-stwo",
                "--linger", "1.5"
            ).joined.first)
        #expect(joined.nick == "ana")
        #expect(joined.rooms.map(\.text) == ["#ops", "#dev"])
        #expect(
            joined.profile == Profile(name: "Ana Diaz", studentID: "20261234", github: "anadiaz"))
        #expect(joined.send == ["one", "two"])
        #expect(joined.linger == .milliseconds(1500))
        #expect(fake.run("join", "--linger=forever").joined.first?.linger == .forever)
    }

    @Test("takes which part of the past is wanted")
    func past() throws {
        let joined = try #require(
            fake.run("join", "--since", "120", "--no-follow", "--no-history").joined.first)
        #expect(joined.since == .seq(120) && joined.until == nil)
        #expect(!joined.follow && !joined.history)
        #expect(fake.run("join", "--since=2h").joined.first?.follow == true)
        let ended = try #require(fake.run("join", "--until", "2026-11-21").joined.first)
        #expect(!ended.follow && ended.history)
        let search = try #require(fake.run("join", "--search", "big cat").joined.first)
        #expect(search.search == "big cat" && !search.follow)
    }

    @Test("refuses an end that goes on, and to post and print at once")
    func contradictions() {
        let end = fake.run("join", "--until=5", "--follow")
        #expect(end.status == 64)
        #expect(end.error.hasPrefix("chatkit: conflicting options: --until, --follow: "))
        for option in ["--since=1", "--until=1", "--search=x", "--no-follow"] {
            let run = fake.run("join", "-s", "hi", option)
            #expect(run.status == 64, "\(option)")
            let spelling = option.split(separator: "=")[0]
            #expect(run.error.hasPrefix("chatkit: conflicting options: --send, \(spelling): "))
        }
    }

    @Test("uses no colours by itself when NO_COLOR is set")
    func noColor() {
        let quiet = FakeSurroundings(variables: ["NO_COLOR": "1"])
        #expect(quiet.run("join").joined.first?.color == .never)
        #expect(quiet.run("join", "--color=auto").joined.first?.color == .never)
        #expect(quiet.run("join", "--color=always").joined.first?.color == .always)
        let empty = FakeSurroundings(variables: ["NO_COLOR": ""])
        #expect(empty.run("join").joined.first?.color == .auto)
    }

    @Test(
        "refuses",
        arguments: [
            ["-n", ""], ["-n", "a b"], ["-n", "server"], ["-r", ""], ["-r", "a,b"], ["-s", ""],
            ["--since", "soon"], ["--until", ""], ["--search", ""], ["--search", "?!"],
            ["--search", String(repeating: "x", count: Limits.maxSearchBytes + 1)],
            ["--name", "a\nb"], ["--color", "blue"], ["--linger", "-1"], ["--port", "0"],
            ["host:0"], ["-s", String(repeating: "x", count: Limits.maxMessageBytes + 1)],
            ["--github", String(repeating: "x", count: Limits.maxProfileFieldBytes + 1)],
            ["-n", String(repeating: "x", count: Limits.maxNickCharacters + 1)],
        ])
    func refuses(arguments: [String]) {
        let run =
            arguments.count == 1
            ? fake.run("join", arguments[0]) : fake.run("join", arguments[0], arguments[1])
        #expect(run.status == 64 && run.joined.isEmpty)
        let lines = run.error.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("chatkit: bad ") == true, "\(run.error)")
        #expect(lines.last?.hasPrefix("hint: ") == true)
    }

    @Test("takes as many rooms as a client may be in, and no more")
    func manyRooms() {
        func joined(_ count: Int) -> Outcome {
            let rooms = (0..<count).map { "r\($0)" }.joined(separator: ",")
            return FakeSurroundings(variables: ["CHATKIT_ROOM": rooms]).run("join")
        }
        let most = Limits.maxRoomsPerClient
        #expect(joined(most).joined.first?.rooms.count == most)
        #expect(joined(most + 1).error.hasPrefix("chatkit: too many rooms: r\(most): "))
    }
}
