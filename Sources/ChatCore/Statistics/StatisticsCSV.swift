// A report as comma-separated values (RFC 4180, with newlines as line ends): a header, then one
// record for each row of the report, or one for all of it. Unknown values are empty.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Writes reports as CSV.
package struct StatisticsCSV: Sendable {
    /// One column: its name, and what stands in it.
    private struct Column {
        let name: String
        let cell: (StatisticsRow, LocalCalendar) -> String

        init(_ name: String, _ cell: @escaping (StatisticsRow, LocalCalendar) -> String) {
            self.name = name
            self.cell = cell
        }

        init(_ name: String, _ number: @escaping (StatisticsFigures) -> Int?) {
            self.init(name) { row, _ in number(row.figures).map(String.init) ?? "" }
        }
    }

    private static var columns: [Column] {
        [
            Column("from") { $1.rfc3339($0.span.lowerBound) },
            Column("to") { $1.rfc3339($0.span.upperBound) },
            Column("server") { row, _ in row.server ?? "" },
            Column("approached") { $0.tally.approached },
            Column("attended") { $0.tally.attended },
            Column("lost") { $0.tally.lostInTotal },
        ]
            + LossReason.allCases.map { reason in
                Column("lost_" + reason.rawValue) { $0.tally.lost[reason] ?? 0 }
            } + [
                Column("ratings") { $0.tally.ratings },
                Column("rating_average") { row, _ in
                    row.figures.tally.averageRating.map { "\($0)" } ?? ""
                },
            ]
            + (1...5).map { stars in Column("stars_\(stars)") { $0.tally.stars[stars - 1] } }
            + times("wait") { $0.waits } + times("handling") { $0.handling }
    }

    private static func times(
        _ name: String, _ times: @escaping (StatisticsFigures) -> TimesSummary
    ) -> [Column] {
        [
            Column(name + "_count") { times($0).count },
            Column(name + "_p50_ms") { times($0).p50.map(Int.init(clamping:)) },
            Column(name + "_p90_ms") { times($0).p90.map(Int.init(clamping:)) },
            Column(name + "_p99_ms") { times($0).p99.map(Int.init(clamping:)) },
        ]
    }

    /// The names of the columns, in their order.
    package static var columnNames: [String] { columns.map(\.name) }

    private let calendar: LocalCalendar

    package init(_ calendar: LocalCalendar) { self.calendar = calendar }

    /// The header, its newline included.
    package var header: String { StatisticsCSV.record(StatisticsCSV.columnNames) }

    /// The records, each with its newline.
    package func records(_ report: StatisticsReport) -> String {
        let server = report.servers.count == 1 ? report.servers.first : nil
        let rows =
            report.grouping == nil
            ? [StatisticsRow(span: report.span, server: server, figures: report.figures)]
            : report.rows.map {
                StatisticsRow(span: $0.span, server: $0.server ?? server, figures: $0.figures)
            }
        let columns = StatisticsCSV.columns
        return rows.map { row in
            StatisticsCSV.record(columns.map { $0.cell(row, calendar) })
        }.joined()
    }

    private static func record(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\n"
    }

    /// A field as it is, or in quotes with its quotes doubled.
    private static func quoted(_ field: String) -> String {
        let mustQuote = field.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        guard mustQuote else { return field }
        let inside = field.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"" + inside.joined(separator: "\"\"") + "\""
    }
}
