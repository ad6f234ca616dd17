// A relay's table, from its JSON to columns.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import Testing

@Suite("A relay's table")
struct RelayTableTextTests {
    private let calendar = LocalCalendar(name: "UTC") { _ in
        ZoneOffset(seconds: 0, abbreviation: "UTC")
    }

    private func report(_ text: String) -> RelayReport? {
        (try? JSONReader.value(in: text)).flatMap(RelayReport.init)
    }

    private static let row = """
        {"name":"Server A","address":"127.0.0.1:12000","capacity":2,"in_use":1,"free":1,\
        "state":"up","since":"2026-11-21T09:00:00.000Z","waiting_for":"a client"}
        """
    private static let unlimited = """
        {"name":"B","address":"[::1]:1","capacity":null,"in_use":12,"free":null,\
        "state":"draining","since":"2026-11-20T23:59:00.000Z","waiting_for":"","later":{}}
        """

    private func table(_ rows: String..., waiting: String = "\"waiting\":0,\"oldest_wait_s\":0")
        -> String
    {
        """
        {"relay":"Front door","id":"x","at":"2026-11-21T10:30:12.000Z",\(waiting),\
        "servers":[\(rows.joined(separator: ","))]}
        """
    }

    @Test("has a line for each server, in columns")
    func columns() throws {
        let report = try #require(
            self.report(
                table(Self.row, Self.unlimited, waiting: "\"waiting\":3,\"oldest_wait_s\":72.5")))
        let lines = RelayTableText(calendar).lines(report).map(\.plain)
        #expect(
            lines == [
                "Front door  2026-11-21 10:30:12 UTC (+00:00)",
                "3 waiting, the first for 1:12",
                "",
                "  server    address          state     in use  free  since             waiting for",
                "  Server A  127.0.0.1:12000  up        1 of 2  1     09:00             a client",
                "  B         [::1]:1          draining  12      any   2026-11-20 23:59  ",
            ])
    }

    @Test("says when there is nobody")
    func empty() throws {
        let report = try #require(self.report(table()))
        let lines = RelayTableText(calendar).lines(report).map(\.plain)
        #expect(lines.suffix(3) == ["nobody waits", "", "  no server is known"])
    }

    @Test("colours the state alone, and lets nothing through to the terminal")
    func harmless() throws {
        let wild = Self.row.split(separator: "Server A").joined(separator: "\\u001b[31m\\n")
        let report = try #require(self.report(table(wild)))
        let lines = RelayTableText(calendar).lines(report)
        #expect(lines.count == 5)
        #expect(!lines.map(\.plain).joined().contains("\u{1B}"))
        let coloured = lines[4].spans.filter { $0.style == .confirmed }.map(\.text)
        #expect(coloured.count == 1 && coloured[0].hasPrefix("up"))
    }

    @Test(
        "is no table when a part of it is missing",
        arguments: [
            "[]", "{}", "{\"relay\":\"x\"}",
            "{\"relay\":\"x\",\"at\":\"now\",\"waiting\":0,\"servers\":[]}",
            "{\"relay\":\"x\",\"at\":\"2026-11-21T10:30:12Z\",\"waiting\":-1,\"servers\":[]}",
            "{\"relay\":\"x\",\"at\":\"2026-11-21T10:30:12Z\",\"waiting\":0,\"servers\":[1]}",
            "{\"relay\":\"x\",\"at\":\"2026-11-21T10:30:12Z\",\"waiting\":0,\"servers\":[{}]}",
        ])
    func malformed(text: String) {
        #expect(report(text) == nil)
    }
}
