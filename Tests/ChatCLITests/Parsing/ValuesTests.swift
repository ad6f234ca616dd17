// What each type of value accepts.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatClient
import ChatCore
import ChatIO
import Testing

@Suite("Values")
struct ValuesTests {
    @Test(
        "read a host with or without a port",
        arguments: [
            ("localhost", "localhost", nil), ("localhost:1", "localhost", 1),
            ("127.0.0.1:12000", "127.0.0.1", 12000), ("[::1]", "::1", nil),
            ("[::1]:6667", "::1", 6667), ("[fe80::1%eth0]:1", "fe80::1%eth0", 1),
            ("[::ffff:10.0.0.1]:1", "::ffff:10.0.0.1", 1),
            ("a-b.example.org:65535", "a-b.example.org", 65535),
        ] as [(String, String, UInt16?)])
    func hosts(text: String, host: String, port: UInt16?) throws {
        let read = try HostAndPort(text, for: .connect)
        #expect(read.host == host)
        #expect(read.port == port)
    }

    @Test(
        "refuse what is no host and port",
        arguments: [
            "", ":", ":1", "host:", "host:x", "host:65536", "host:-1", "host:+1", "host:1 ",
            "host:0", "::1", "::1:12000", "[::1", "[::1]x", "[::1]:", "[]", "[]:1", "[localhost]:1",
            "http://host", "a b:1", "a/b", "user@host", "12000", "host:99999999999999999999",
            "[::1]1", "\u{7}:1",
        ])
    func badHosts(text: String) {
        #expect(throws: BadValue.self) { try HostAndPort(text, for: .connect) }
    }

    @Test("take port 0 for listening alone")
    func portZero() throws {
        #expect(try PortUse.listen.read("0") == 0)
        #expect(throws: BadValue.self) { try PortUse.connect.read("0") }
    }

    @Test("read a flood limit")
    func floods() throws {
        #expect(try FloodLimit("off") == .off)
        #expect(try FloodLimit("50") == .limited(rate: 50, burst: 1000))
        #expect(try FloodLimit("50:1") == .limited(rate: 50, burst: 1))
        #expect(try FloodLimit("1000000:1000000") == .limited(rate: 1_000_000, burst: 1_000_000))
        for bad in ["", "0", "0:1", "1:0", "1:", ":1", "1:2:3", "OFF", "1.5", "-1", "1000001"] {
            #expect(throws: BadValue.self, "\(bad)") { try FloodLimit(bad) }
        }
    }

    @Test("read seconds exactly, without going through floating point")
    func seconds() throws {
        #expect(try Seconds.read("0") == .zero)
        #expect(try Seconds.read("5") == .seconds(5))
        #expect(try Seconds.read("0.5") == .milliseconds(500))
        #expect(try Seconds.read(".25") == .milliseconds(250))
        #expect(try Seconds.read("1.") == .seconds(1))
        #expect(try Seconds.read("0.1") == .milliseconds(100))
        #expect(try Seconds.read("1.0000000019") == .nanoseconds(1_000_000_001))
        for bad in ["", ".", "-1", "+1", "1e3", "1,5", "1.2.3", "1s", " 1", "1000000001", "nan"] {
            #expect(throws: BadValue.self, "\(bad)") { try Seconds.read(bad) }
        }
        let endless = String(repeating: "9", count: 5000)
        #expect(throws: BadValue.self) { try Seconds.read(endless) }
        #expect(try Seconds.read("1." + endless) == .nanoseconds(1_999_999_999))
    }

    @Test("read places in the history")
    func points() throws {
        #expect(try MessagePoint("120") == .seq(120))
        #expect(
            try MessagePoint("2026-11-21T09:00:00Z")
                == .time(Timestamp(milliseconds: 1_795_251_600_000)))
        #expect(
            try MessagePoint("2026-11-21T10:00:00+01:00") == MessagePoint("2026-11-21 09:00:00Z"))
        #expect(
            try MessagePoint("2026-11-21") == .day(CivilDate(year: 2026, month: 11, day: 21)))
        #expect(
            try MessagePoint("1969-02-28") == .day(CivilDate(year: 1969, month: 2, day: 28)))
        #expect(try MessagePoint("2h") == .ago(.seconds(7200)))
        #expect(try MessagePoint("7d") == .ago(.seconds(604_800)))
        let bad = [
            "", "-1", "+1", "1.5", "yesterday", "2026-13-01", "2026-02-30", "2026-11-21T09:00:00",
            "h", "2 h", "0h", "2y", String(repeating: "9", count: 30), "2026-11-2x",
        ]
        for text in bad {
            #expect(throws: BadValue.self, "\(text)") { try MessagePoint(text) }
        }
    }

    @Test("saturate when forever is added to a time")
    func forever() {
        let soon = Instant(nanoseconds: 5) + .forever
        #expect(soon == .distantFuture)
    }

    @Test("read a number of threads or auto")
    func threads() throws {
        #expect(try ThreadCount.read("auto") == nil)
        #expect(try ThreadCount.read("64") == 64)
        for bad in ["0", "65", "-1", "two", ""] {
            #expect(throws: BadValue.self, "\(bad)") { try ThreadCount.read(bad) }
        }
    }

    @Test("suggest the nearest of the words")
    func choices() {
        let error = #expect(throws: BadValue.self) { try Choice.read("warn", LogLevel.self) }
        #expect(error?.hint == "did you mean warning?")
    }

    @Test("limit the server's name")
    func serverNames() throws {
        #expect(try ServerNameRule.read(" Server A ") == "Server A")
        let longest = String(repeating: "x", count: ServerNameRule.maxBytes)
        #expect(try ServerNameRule.read(longest) == longest)
        for bad in ["", "  ", longest + "x", "a\nb", "a\u{1B}[1m"] {
            #expect(throws: BadValue.self) { try ServerNameRule.read(bad) }
        }
    }

    @Test("split a message of the day into lines, and want it to be text")
    func messagesOfTheDay() throws {
        #expect(try MessageOfTheDay.lines([]) == [])
        #expect(try MessageOfTheDay.lines(Array("a\r\n\nb".utf8)) == ["a", "", "b"])
        #expect(try MessageOfTheDay.lines(Array("a\n".utf8)) == ["a"])
        for bad in [[0xFF], [0x61, 0x00]] as [[UInt8]] {
            let error = #expect(throws: BadValue.self) { try MessageOfTheDay.lines(bad) }
            #expect(error?.exitCode == .badData)
        }
    }
}
