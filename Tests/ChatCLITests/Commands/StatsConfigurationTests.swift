// From command lines to the configuration of `stats`.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import ChatTerminal
import Testing

@Suite("stats")
struct StatsConfigurationTests {
    let fake = FakeSurroundings()

    private func reported(_ arguments: String...) throws -> StatsConfiguration {
        let run = fake.run(["stats"] + arguments)
        return try #require(run.reported.first, "\(run.error)")
    }

    @Test("is about today, for people, once, unless told otherwise")
    func defaults() throws {
        let asked = try reported()
        #expect(asked.period == .today && asked.grouping == nil && asked.format == .table)
        #expect(asked.server == nil && asked.database == nil && asked.watch == nil)
        #expect(!asked.isASCII)
    }

    @Test("takes a day, a month or a span")
    func periods() throws {
        #expect(try reported("--day").period == .today)
        #expect(try reported("--day=yesterday").period == .yesterday)
        #expect(
            try reported("--day=2028-02-29").period
                == .day(CivilDate(year: 2028, month: 2, day: 29)))
        #expect(try reported("--month").period == .thisMonth)
        #expect(try reported("--month=last").period == .lastMonth)
        #expect(try reported("--month=2026-11").period == .month(year: 2026, month: 11))
        #expect(
            try reported("--since", "2026-11-01", "--until", "2h").period
                == .between(
                    .day(CivilDate(year: 2026, month: 11, day: 1)), .ago(.seconds(7200))))
        let time = try #require(Timestamp(rfc3339: "2026-11-21T09:00:00Z"))
        #expect(
            try reported("--until", "2026-11-21T10:00:00+01:00").period
                == .between(nil, .time(time)))
    }

    @Test("takes a server, a file, rows and a pause")
    func others() throws {
        #expect(try reported("--server", "Server A").server == "Server A")
        #expect(try reported("--db", "a.db").databasePath == "a.db")
        #expect(try reported("--by", "hour").grouping == .hour)
        #expect(try reported("--watch").watch == .seconds(2))
        #expect(try reported("--watch=0.5").watch == .milliseconds(500))
        #expect(try reported("--plot", "--ascii").isASCII)
        for (option, format) in [
            ("--json", StatsConfiguration.Format.json), ("--csv", .csv), ("--plot", .plot),
        ] {
            #expect(try reported(option).format == format)
        }
    }

    @Test("looks into the environment and the file for the database")
    func sources() {
        let variable = FakeSurroundings(variables: ["CHATKIT_DB": "v.db"])
        #expect(variable.run("stats").reported.first?.database == "v.db")
        let config = FakeSurroundings(config: "[stats]\ndb = f.db\nascii = true\n")
        #expect(config.run("stats").reported.first?.database == "f.db")
        #expect(config.run("stats", "--no-ascii", "--db=c.db").reported.first?.isASCII == false)
        // The server that `join` is to go to is none of the names here.
        let other = FakeSurroundings(variables: ["CHATKIT_SERVER": "chat.example.org"])
        #expect(other.run("stats").reported.first?.server == nil)
    }

    @Test("takes the address of a server instead of a file")
    func addresses() throws {
        func address(_ text: String) throws -> String? {
            try reported("--url", text).url.map { "\($0.endpoint) \($0)" }
        }
        let local = "127.0.0.1:12000 http://127.0.0.1:12000"
        #expect(try address("http://127.0.0.1:12000") == local)
        #expect(try address("HTTP://127.0.0.1:12000/") == local)
        #expect(try address("http://chat") == "chat:80 http://chat:80")
        #expect(try address("http://[::1]:1/a/b/") == "[::1]:1 http://[::1]:1/a/b")
        let both = fake.run("stats", "--db", "a.db", "--url", "http://chat")
        #expect(both.status == 64)
        #expect(both.error.hasPrefix("chatkit: conflicting options: --db, --url: "))
        // What is said here outweighs what was written there.
        let config = FakeSurroundings(config: "[stats]\ndb = f.db\n")
        let asked = config.run("stats", "--url=http://chat").reported.first
        #expect(asked?.url != nil && asked?.database == nil)
        let variable = FakeSurroundings(variables: ["CHATKIT_URL": "http://chat"])
        #expect(variable.run("stats").reported.first?.url != nil)
        #expect(variable.run("stats", "--db=c.db").reported.first?.url == nil)
    }

    @Test(
        "says what is wrong",
        arguments: [
            ("--month=2026-13", "bad value for --month: 2026-13: not a month"),
            ("--month=2026-1", "bad value for --month: 2026-1: not a month"),
            ("--month=", "bad value for --month: '': not a month"),
            ("--day=2026-02-30", "bad value for --day: 2026-02-30: there is no such day"),
            ("--day=2027-02-29", "bad value for --day: 2027-02-29: there is no such day"),
            ("--day=21.11.2026", "bad value for --day: 21.11.2026: not a date"),
            ("--day=+026-1-01", "bad value for --day: +026-1-01: not a date"),
            ("--since=120", "bad value for --since: 120: not a time, date or duration"),
            ("--until=soon", "bad value for --until: soon: not a time, date or duration"),
            ("--by=week", "bad value for --by: week: expected one of day, hour, server"),
            ("--watch=0", "bad value for --watch: 0: a pause is a number of seconds from 0.1"),
            ("--watch=1e9", "bad value for --watch: 1e9: a pause is a number of seconds from 0.1"),
            ("--server=", "bad value for --server: '': it is empty"),
            ("--db=:memory:", "bad value for --db: :memory:: a database in memory exists only"),
            ("--url=https://chat", "bad value for --url: https://chat: chatkit asks by http only"),
            ("--url=chat:80", "bad value for --url: chat:80: it is no http address"),
            ("--url=http:/chat", "bad value for --url: http:/chat: it is no http address"),
            ("--url=http://", "bad value for --url: http://: it has no host"),
            ("--url=http://a@b", "bad value for --url: http://a@b: it is not the name or address"),
            ("--url=http://a:0", "bad value for --url: http://a:0: a port is a whole number"),
            ("--url=http://a/?b", "bad value for --url: http://a/?b: it has more than an address"),
            ("--url=http://a/../b", "bad value for --url: http://a/../b: its path is not a plain"),
            ("--mont", "unknown option: --mont: chatkit stats has no such option"),
        ])
    func mistakes(argument: String, complaint: String) {
        let run = fake.run("stats", argument)
        #expect(run.status == 64 && run.reported.isEmpty)
        #expect(run.error.hasPrefix("chatkit: " + complaint))
        #expect(run.error.contains("\nhint: "))
    }

    @Test("refuses two ways to say one thing")
    func conflicts() {
        for (arguments, both) in [
            (["--day", "--month"], "--day, --month"),
            (["--since", "2h", "--month=2026-11"], "--month, --since"),
            (["--until=2h", "--day"], "--day, --until"), (["--json", "--csv"], "--json, --csv"),
            (["--plot", "--json"], "--json, --plot"),
        ] {
            let run = fake.run(["stats"] + arguments)
            #expect(run.status == 64)
            #expect(run.error.hasPrefix("chatkit: conflicting options: \(both): "))
        }
    }

    @Test("asks for the span that is meant where and when it is asked")
    func questions() throws {
        let calendar = LocalCalendar(name: "Europe/Berlin") { _ in
            ZoneOffset(seconds: 3600, abbreviation: "CET")
        }
        let now = try #require(Timestamp(rfc3339: "2026-12-31T23:30:00Z"))
        func span(_ arguments: String...) throws -> String {
            let run = fake.run(["stats"] + arguments)
            let asked = try #require(run.reported.first?.question(now: now, calendar))
            return (asked.from.map(calendar.rfc3339) ?? "-") + " " + calendar.rfc3339(asked.to)
        }
        let day = "T00:00:00.000+01:00"
        #expect(try span() == "2027-01-01\(day) 2027-01-02\(day)")
        #expect(try span("--day=yesterday") == "2026-12-31\(day) 2027-01-01\(day)")
        #expect(try span("--month") == "2027-01-01\(day) 2027-02-01\(day)")
        #expect(try span("--month=last") == "2026-12-01\(day) 2027-01-01\(day)")
        #expect(try span("--month=2026-02") == "2026-02-01\(day) 2026-03-01\(day)")
        #expect(
            try span("--since=2h") == "2026-12-31T22:30:00.000+01:00 2027-01-01T00:30:00.000+01:00")
        #expect(try span("--until=2026-12-01") == "- 2026-12-01\(day)")
        #expect(
            try span("--since=999999999w").hasPrefix("1734-"))
        let turned = fake.run("stats", "--since=1h", "--until=2h").reported.first
        #expect(try #require(turned).question(now: now, calendar) == nil)
    }

    @Test("draws hours of a day or two, and days of more")
    func bars() throws {
        let calendar = LocalCalendar(name: "UTC") { _ in
            ZoneOffset(seconds: 0, abbreviation: "UTC")
        }
        let now = try #require(Timestamp(rfc3339: "2026-11-21T12:00:00Z"))
        func grouping(_ arguments: String...) -> StatisticsGrouping? {
            fake.run(["stats", "--plot"] + arguments).reported.first?
                .question(now: now, calendar)?.grouping
        }
        #expect(grouping() == .hour && grouping("--since=20h") == .hour)
        #expect(grouping("--month") == .day && grouping("--since=3d") == .day)
        #expect(grouping("--until=2h") == .day)
        #expect(grouping("--by=server") == .server && grouping("--month", "--by=hour") == .hour)
    }
}
