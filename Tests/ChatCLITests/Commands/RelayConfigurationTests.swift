// From command lines to the configuration of `relay`, and to what is asked of a running one.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import ChatIO
import ChatRelay
import ChatTerminal
import Testing

@Suite("relay")
struct RelayConfigurationTests {
    var fake = FakeSurroundings()

    init() {
        fake.secretFiles = [
            "token": .success("s3cret\n"), "open": .failure(.exposed),
            "bad": .success("two words\n"),
        ]
    }

    private func relayed(_ arguments: String...) throws -> RelayConfiguration {
        let run = fake.run(["relay"] + arguments)
        return try #require(run.relayed.first, "\(run.error)")
    }

    private func asked(_ arguments: String...) throws -> RelayControlConfiguration {
        let run = fake.run(["relay"] + arguments)
        #expect(run.relayed.isEmpty)
        return try #require(run.controlled.first, "\(run.error)")
    }

    @Test("listens on its own port, for five minutes' waits, unless told otherwise")
    func defaults() throws {
        let relay = try relayed("--server", "Server A=127.0.0.1")
        #expect(relay.listen == [Endpoint(host: "127.0.0.1", port: 12100)])
        #expect(
            relay.servers
                == [RelayServerAddress(name: "Server A", host: "127.0.0.1", port: 12000)])
        #expect(relay.wait == .seconds(300) && relay.maxWaiting == 10_000 && !relay.redirects)
        #expect(relay.database == .standard && relay.token == nil)
        #expect(relay.name == "chatkit-relay" && relay.logLevel == .info)
    }

    @Test("takes everything that it has options for")
    func everything() throws {
        let relay = try relayed(
            "--listen", "0.0.0.0", "--listen=[::1]:1", "--name", "Front door",
            "--server=A=b=h:1", "--server=C=[::1]:2", "--relay-token-file", "token", "--redirect",
            "--wait=60", "--max-waiting", "5", "--db", ":memory:", "--allow-origin=*",
            "--log-format=json", "-q")
        #expect(
            relay.listen == [
                Endpoint(host: "0.0.0.0", port: 12100), Endpoint(host: "::1", port: 1),
            ]
        )
        #expect(relay.servers.map(\.name) == ["A=b", "C"])
        #expect(relay.servers.map(\.host) == ["h", "::1"])
        #expect(relay.servers.map(\.port) == [1, 2])
        #expect(relay.token.map { $0 == Secret(Array("s3cret".utf8)) } == true)
        #expect(relay.name == "Front door" && relay.redirects && relay.wait == .seconds(60))
        #expect(relay.maxWaiting == 5 && relay.database == .memory)
        #expect(relay.allowedOrigins == ["*"])
        #expect(relay.logFormat == .json && relay.logLevel == .warning)
        #expect(try relayed("--relay-token-file=token", "-p", "0").listen.first?.port == 0)
    }

    @Test("takes servers from the file, and not from what `join` is told")
    func sources() {
        var config = FakeSurroundings(
            variables: ["CHATKIT_SERVER": "chat.example.org"],
            config: "[relay]\nserver = A=a:1\nserver = B=b:2\n")
        #expect(config.run("relay").relayed.first?.servers.map(\.name) == ["A", "B"])
        config.variables["CHATKIT_REDIRECT"] = "true"
        #expect(config.run("relay").relayed.first?.redirects == true)
        #expect(config.run("relay", "--server=C=c:3").relayed.first?.servers.count == 1)
    }

    @Test(
        "says what is wrong",
        arguments: [
            ([], 64, "missing option: --server: a relay needs servers to send clients to"),
            (["--server=127.0.0.1:1"], 64, "bad value for --server: 127.0.0.1:1: it has no name"),
            (["--server==a:1"], 64, "bad value for --server: =a:1: it is empty"),
            (["--server=A=a:0"], 64, "bad value for --server: A=a:0: a port is a whole number"),
            (
                ["--server=A=a", "--server=A=b"], 64,
                "bad value for --server: A=b: there is another"
            ),
            (["--server=A=127.0.0.1:12100"], 64, "bad value for --server: A=127.0.0.1:12100: the "),
            (["--server=A=localhost:12100"], 64, "bad value for --server: A=localhost:12100: the "),
            (["--listen=[::]:1", "--server=A=[::1]:1"], 64, "bad value for --server: A=[::1]:1: "),
            (["--listen=a:1", "--port=1", "--server=A=a"], 64, "conflicting options: --port, "),
            (["--wait=0", "--server=A=a"], 64, "bad value for --wait: 0: a wait is a number"),
            (["--relay-token-file=none"], 64, "bad value for --relay-token-file: none: no such"),
            (["--relay-token-file=open"], 77, "bad value for --relay-token-file: open: others"),
            (["--relay-token-file=bad"], 65, "bad value for --relay-token-file: bad: its first"),
            (["--json"], 64, "conflicting options: --json: it has no effect without --status"),
            (["--watch"], 64, "conflicting options: --watch: it has no effect without --status"),
            (["--status=a", "--port=1"], 64, "conflicting options: --port: with --status chatkit"),
            (["--drain=A", "-v"], 64, "conflicting options: -v: with --drain chatkit does"),
            (["--drain=A", "--pause=A"], 64, "conflicting options: --drain, --pause: one order"),
            (["--drain=A", "--watch"], 64, "conflicting options: --watch: an order runs only"),
            (["--drain=A"], 64, "missing option: --relay-token-file: a relay accepts no orders"),
            (["--status=a:b"], 64, "bad value for --status: a:b: a port is a whole number"),
        ] as [([String], Int32, String)])
    func mistakes(arguments: [String], status: Int32, complaint: String) {
        let run = fake.run(["relay"] + arguments)
        #expect(run.status == status && run.relayed.isEmpty && run.controlled.isEmpty)
        #expect(run.error.hasPrefix("chatkit: " + complaint), "\(run.error)")
        #expect(run.error.contains("\nhint: "))
    }

    @Test("asks a running one for its table")
    func status() throws {
        let asked = try asked("--status", "front.example.org")
        #expect(asked.operation == .status && !asked.json && asked.watch == nil)
        #expect(asked.relay == Endpoint(host: "front.example.org", port: 12100))
        #expect(try self.asked("--status=[::1]:1", "--json").json)
        #expect(try self.asked("--status=[::1]:1", "--watch").watch == .seconds(1))
    }

    @Test("gives orders to a running one")
    func orders() throws {
        for (option, order) in [
            ("--drain", RelayOrder.drain), ("--undrain", .undrain), ("--pause", .pause),
        ] {
            let asked = try asked(option, "Server A", "--relay-token-file=token")
            #expect(asked.operation == .order(order, server: "Server A"))
            #expect(asked.relay == Endpoint(host: "127.0.0.1", port: 12100))
            #expect(asked.token?.bytes == Array("s3cret".utf8))
        }
        let elsewhere = try asked("--pause=A", "--status=b:1", "--relay-token-file=token", "--json")
        #expect(elsewhere.relay == Endpoint(host: "b", port: 1) && elsewhere.json)
    }
}
