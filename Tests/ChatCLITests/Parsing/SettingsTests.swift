// Command line over environment over file over default, and the file's own rules.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import Testing

@Suite("Settings")
struct SettingsTests {
    @Test("come from the nearest source that has them")
    func precedence() throws {
        let config = "[serve]\nname = file\nthreads = 2\nidle = 7\n[join]\nname = other\n"
        let run = FakeSurroundings(
            variables: ["CHATKIT_NAME": "env", "CHATKIT_THREADS": "3"], config: config
        ).run("serve", "--name", "line")
        let served = try #require(run.served.first)
        #expect(served.name == "line")
        #expect(served.threads == 3)
        #expect(served.idleTimeout == .seconds(7))
        #expect(served.flood == .standard)
        #expect(served.version == chatkitVersion)
    }

    @Test("take several values from one variable, and none from an empty one")
    func variables() throws {
        let run = FakeSurroundings(variables: [
            "CHATKIT_ROOM": "a, #b,", "CHATKIT_NICK": "", "CHATKIT_RECONNECT": "off",
            "CHATKIT_JSON": "1", "CHATKIT_SERVER": "[::1]:7", "CHATKIT_SEND": "never from here",
        ]).run("join")
        let joined = try #require(run.joined.first)
        #expect(joined.rooms.map(\.text) == ["#a", "#b"])
        #expect(joined.nick == nil)
        #expect(!joined.reconnect && joined.json)
        #expect(joined.server == Endpoint(host: "::1", port: 7))
        #expect(joined.send.isEmpty)
    }

    @Test("let the command line take a file's flag back")
    func negation() throws {
        let fake = FakeSurroundings(config: "[join]\njson = true\nreconnect = no\n")
        #expect(try #require(fake.run("join").joined.first).json)
        let back = try #require(fake.run("join", "--no-json", "--reconnect").joined.first)
        #expect(!back.json && back.reconnect)
    }

    @Test("replace a repeatable option as a whole")
    func repeatable() throws {
        let fake = FakeSurroundings(config: "[join]\nroom = #a\nroom = b # not a comment\n")
        let error = fake.run("join").error
        #expect(error.contains("/config:3: bad value for room: b # not a comment: "))
        #expect(fake.run("join", "-r", "c").joined.first?.rooms.map(\.text) == ["#c"])
    }

    @Test("accept a file with comments, blank lines, blanks and CRLF")
    func tolerantFile() throws {
        let config = "\r\n# a comment\r\n  [serve]  \r\n\tname\t=  Room = one \r\n"
        let served = try #require(FakeSurroundings(config: config).run("serve").served.first)
        #expect(served.name == "Room = one")
    }

    @Test(
        "tell file and line of what is wrong in the file",
        arguments: [
            ("[serve]\nprot = 1", 2, "unknown key: prot", "did you mean port?", 64),
            ("[serve]\nnick = a", 2, "unknown key: nick", "the keys of [serve] are port,", 64),
            ("[join]\nsend = a", 2, "bad key: send", "the keys of [join] are", 64),
            ("[join]\nhelp = true", 2, "bad key: help", "the keys of [join] are", 64),
            ("[server]\n", 1, "unknown section: server", "did you mean [serve]?", 64),
            ("[help]\n", 1, "unknown section: help", "the sections are [serve], [join]", 64),
            ("[serve\n", 1, "bad section: [serve", "'man chatkit'", 64),
            ("[]\n", 1, "bad section: []", "'man chatkit'", 64),
            (
                "port = 1", 1, "setting outside a section: port", "put [serve], [join] or [stats]",
                64
            ),
            ("[serve]\n\nport", 3, "bad line: port", "'man chatkit'", 64),
            ("[serve]\nport = x", 2, "bad value for port: x", "'chatkit serve --help'", 64),
            ("[serve]\nname =", 2, "bad value for name: '': it is empty", "hint", 64),
        ] as [(String, Int, String, String, Int32)])
    func fileErrors(config: String, line: Int, complaint: String, hint: String, status: Int32) {
        let run = FakeSurroundings(config: config).run("serve")
        let start = "chatkit: \(FakeSurroundings.configPath):\(line): \(complaint)"
        #expect(run.error.hasPrefix(start), "\(run.error)")
        #expect(run.error.contains(hint), "\(run.error)")
        #expect(run.status == status && run.served.isEmpty)
    }

    @Test("find a slip in the other command's section too, but judge only their own values")
    func otherSection() {
        #expect(FakeSurroundings(config: "[join]\nnik = a").run("serve").status == 64)
        #expect(FakeSurroundings(config: "[join]\nnick = : :").run("serve").status == 0)
    }

    @Test("say what is wrong with a file that cannot be read")
    func unreadableFile() {
        var fake = FakeSurroundings()
        fake.files[FakeSurroundings.configPath] = .failure(FakeSurroundings.forbidden)
        #expect(fake.run("serve").status == 77)
        fake.files[FakeSurroundings.configPath] = .success([UInt8](repeating: 10, count: 1 << 21))
        #expect(fake.run("serve").error.contains("it is larger than"))
        fake.files[FakeSurroundings.configPath] = .success([0x5B, 0xFF])
        let run = fake.run("serve")
        #expect(run.status == 65 && run.error.contains(":1: bad line: it is not text in UTF-8"))
    }

    @Test("look where XDG_CONFIG_HOME says, if that is an absolute path")
    func configPath() {
        #expect(ConfigFile.path(["XDG_CONFIG_HOME": "/x", "HOME": "/h"]) == "/x/chatkit/config")
        #expect(
            ConfigFile.path(["XDG_CONFIG_HOME": "x", "HOME": "/h"]) == "/h/.config/chatkit/config")
        #expect(ConfigFile.path([:]) == nil)
    }
}
