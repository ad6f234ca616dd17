// From command lines to a server behind a relay: whom it trusts, and whom it announces itself to.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import ChatServer
import Testing

@Suite("serve, behind a relay")
struct RelayedServerConfigurationTests {
    var fake = FakeSurroundings()

    init() {
        fake.secretFiles = [
            "token": .success("s3cret\nand more\n"), "open": .failure(.exposed),
            "bad": .success("two words\n"),
        ]
    }

    private func served(_ arguments: String...) throws -> ServerConfiguration {
        let run = fake.run(["serve"] + arguments)
        return try #require(run.served.first, "\(run.error)")
    }

    @Test("trusts nobody and dials nobody unless told otherwise")
    func defaults() throws {
        let server = try served()
        #expect(server.trustedProxies.isEmpty && server.relays.isEmpty)
        #expect(server.relayToken == nil && server.relayAddress == nil)
    }

    @Test("takes everything that it has options for")
    func everything() throws {
        let server = try served(
            "--trust-proxy", "10.0.0.0/8", "--trust-proxy=::1", "--relay", "relay.example:12100",
            "--relay=[::1]:1", "--relay-token-file", "token", "--relay-address=a:12001")
        #expect(server.trustedProxies.map(\.description) == ["10.0.0.0/8", "::1"])
        #expect(
            server.relays == [
                Endpoint(host: "relay.example", port: 12100), Endpoint(host: "::1", port: 1),
            ])
        #expect(server.relayToken?.withBytes { $0 } == Array("s3cret".utf8))
        #expect(server.relayAddress == Endpoint(host: "a", port: 12001))
    }

    @Test(
        "refuses",
        arguments: [
            (["--trust-proxy=localhost"], 64, "bad value for --trust-proxy: localhost: it is no"),
            (["--trust-proxy=10.0.0.0/33"], 64, "bad value for --trust-proxy: 10.0.0.0/33: it"),
            (["--relay=a:1"], 64, "missing option: --relay: a relay accepts no server without"),
            (["--relay=a", "--relay-token-file=token"], 64, "bad value for --relay: a: it has no"),
            (
                ["--relay=a:0", "--relay-token-file=token"], 64,
                "bad value for --relay: a:0: a port"
            ),
            (["--relay=a:1", "--relay-token-file=none"], 64, "bad value for --relay-token-file: "),
            (["--relay=a:1", "--relay-token-file=open"], 77, "bad value for --relay-token-file: "),
            (["--relay=a:1", "--relay-token-file=bad"], 65, "bad value for --relay-token-file: "),
            (["--relay-token-file=token"], 64, "missing option: --relay-token-file: it has no"),
            (["--relay-address=a:1"], 64, "missing option: --relay-address: it has no effect"),
        ] as [([String], Int32, String)])
    func mistakes(arguments: [String], status: Int32, complaint: String) {
        let run = fake.run(["serve"] + arguments)
        #expect(run.status == status && run.served.isEmpty)
        #expect(run.error.hasPrefix("chatkit: " + complaint), "\(run.error)")
        #expect(run.error.contains("\nhint: "))
    }
}
