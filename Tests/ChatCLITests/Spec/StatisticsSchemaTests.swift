// chatkit(5)'s tables of `stats` against the encoders that they describe.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import Testing

@Suite("The tables of statistics")
struct StatisticsSchemaTests {
    private let calendar = LocalCalendar(name: "Europe/Berlin") { _ in
        ZoneOffset(seconds: 3600, abbreviation: "CET")
    }

    /// A report with something in every place.
    private func report(isEmpty: Bool = false) -> StatisticsReport {
        var tally = VisitTally()
        var now = StatisticsPresence()
        let span =
            Timestamp(
                milliseconds: 1_795_000_000_123)..<Timestamp(
                milliseconds: 1_795_086_400_123)
        let none = StatisticsReport(
            servers: [], at: span.lowerBound, span: span, figures: StatisticsFigures(),
            today: tally, month: tally, ever: tally, now: now)
        if isEmpty { return none }
        tally.approached = 7
        tally.lost[.queueFull] = 2
        tally.stars = [0, 0, 1, 0, 2]
        now.isServerRunning = true
        now.clients = [
            CurrentClient(
                nick: "eve \"e\"", server: "A", host: "Ann", isAttended: true,
                since: span.lowerBound)
        ]
        let figures = StatisticsFigures(
            tally: tally, waits: TimesSummary(of: [1, 2, 3]), handling: TimesSummary(of: [4]))
        return StatisticsReport(
            servers: ["A"], at: span.lowerBound, span: span, figures: figures, today: tally,
            month: tally, ever: tally, now: now, grouping: .server,
            rows: [StatisticsRow(span: span, server: "A, \"B\"\n", figures: figures)])
    }

    private func object(_ report: StatisticsReport) throws -> JSONObject {
        let text = StatisticsJSON(calendar).text(report)
        guard case .object(let object) = try JSONReader.value(in: text) else {
            return try #require(nil, "no object")
        }
        return object
    }

    private func schema(_ name: String) throws -> WireMessage {
        try #require(StatisticsSchema.objects.first { $0.type == name })
    }

    /// Holds an object against its table, and those in it against theirs.
    private func expect(_ object: JSONObject, is name: String) throws {
        let fields = try schema(name).fields
        for member in object.members {
            let field = try #require(
                fields.first { $0.name == member.name }, "\(name) \(member.name)")
            let kinds = field.kind.split(separator: " ").filter { $0 != "or" }.map(String.init)
            #expect(isOne(of: kinds, field.kind, member.value), "\(name) \(member.name)")
            let inner = field.says.split(separator: "`").last { !$0.contains(" ") }.map(String.init)
            switch member.value {
            case .object(let object): try expect(object, is: try #require(inner))
            case .array(let elements):
                for case .object(let object) in elements {
                    try expect(object, is: try #require(inner))
                }
            default: break
            }
        }
        let names = Set(object.members.map(\.name))
        for field in fields where !field.isOptional {
            #expect(names.contains(field.name), "\(name) \(field.name)")
        }
    }

    private func isOne(of kinds: [String], _ kind: String, _ value: JSONValue) -> Bool {
        switch value {
        case .null: kinds.contains("null")
        case .bool: kinds.contains("boolean")
        case .int, .double: kinds.contains("number")
        case .string(let text):
            kind == "time" ? Timestamp(rfc3339: text) != nil : kinds.contains("string")
        case .array: kind.hasPrefix("list")
        case .object: kind == "object"
        }
    }

    @Test("describe every object that is printed, and nothing else")
    func objects() throws {
        try expect(try object(report()), is: "report")
        try expect(try object(report(isEmpty: true)), is: "report")
    }

    @Test("name everything that a full report has")
    func nothingIsMissing() throws {
        let names = Set(try object(report()).members.map(\.name))
        #expect(names == Set(try schema("report").fields.map(\.name)))
    }

    @Test("list the columns that are printed")
    func columns() {
        #expect(StatisticsSchema.columns.map(\.name) == StatisticsCSV.columnNames)
    }

    @Test("print numbers as numbers, and null for what is not known")
    func numbers() {
        let full = StatisticsJSON(calendar).text(report())
        #expect(full.contains(#""average":4.333333333333333,"count":3,"stars":[0,0,1,0,2]"#))
        #expect(full.contains(#""wait_ms":{"count":3,"p50":2,"p90":3,"p99":3}"#))
        #expect(full.contains(#""at":"2026-11-18T12:06:40.123+01:00""#))
        let none = StatisticsJSON(calendar).text(report(isEmpty: true))
        #expect(none.contains(#""rating":{"average":null,"count":0,"stars":[0,0,0,0,0]}"#))
        #expect(none.contains(#""wait_ms":{"count":0,"p50":null,"p90":null,"p99":null}"#))
        #expect(none.contains(#""running":null"#))
    }

    @Test("quote what has commas, quotes or newlines in it")
    func quoting() {
        let csv = StatisticsCSV(calendar)
        let record = csv.records(report())
        let span = "2026-11-18T12:06:40.123+01:00,2026-11-19T12:06:40.123+01:00"
        #expect(
            record
                == "\(span),\"A, \"\"B\"\"\n\",7,0,2,0,0,2,0,0,0,3,4.333333333333333,0,0,1,0,2,"
                + "3,2,3,3,1,4,4,4\n")
        let empty = csv.records(report(isEmpty: true))
        #expect(empty == "\(span),,0,0,0,0,0,0,0,0,0,0,,0,0,0,0,0,0,,,,0,,,\n")
        #expect(csv.header.split(separator: ",").count == StatisticsCSV.columnNames.count)
    }
}
