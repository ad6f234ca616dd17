// `chatkit stats`: reads, renders, writes; with `--watch` again and again. PRODUCT "stats".
// SPDX-License-Identifier: GPL-3.0-or-later
import CReadline
import ChatClient
import ChatCore
import ChatIO
import ChatJournal
import Glibc

/// The entry point of `chatkit stats`.
package enum StatsMain {
    /// Prints the report; returns the exit code.
    package static func run(_ configuration: StatsConfiguration) -> Int32 {
        ToolOutput(surroundings: .live(), pause: configuration.watch).run {
            isFirst, signals throws(ToolFailure) in
            try report(configuration, .live(), isFirst: isFirst, signals: signals)
        }
    }

    // MARK: - One report

    private static func report(
        _ configuration: StatsConfiguration, _ surroundings: Surroundings, isFirst: Bool,
        signals: WakePipe?
    ) throws(ToolFailure) -> String {
        let calendar = LocalCalendar.system
        guard let question = configuration.question(now: SystemClock.wall(), calendar) else {
            throw ToolFailure(
                "bad period: the start is after the end",
                hint: "--since is the earlier one; '2h' is two hours ago", status: 64)
        }
        guard let address = configuration.url else {
            let report = try read(question, configuration)
            if configuration.format == .json {
                return StatisticsJSON(calendar).text(report) + "\n"
            }
            return text(report, configuration, surroundings, calendar, isFirst: isFirst)
        }
        let wish = StatisticsWish(
            period: configuration.period, grouping: question.grouping,
            server: configuration.server)
        let answer = try StatisticsServer(address: address, signals: signals).ask(wish)
        if configuration.format == .json { return answer.json + "\n" }
        let told = answer.told
        // This machine knows more of its own zone than a report can tell.
        let offset = told.calendar.offset(at: told.report.at)
        let isHere =
            calendar.name == told.calendar.name
            && calendar.offset(at: told.report.at) == offset
        return text(
            told.report, configuration, surroundings, isHere ? calendar : told.calendar,
            isFirst: isFirst)
    }

    private static func text(
        _ report: StatisticsReport, _ configuration: StatsConfiguration,
        _ surroundings: Surroundings, _ calendar: LocalCalendar, isFirst: Bool
    ) -> String {
        if configuration.format == .csv {
            let csv = StatisticsCSV(calendar)
            return (isFirst ? csv.header : "") + csv.records(report)
        }
        let canDraw = Terminal.useLocale()
        let columns: @Sendable (String) -> Int = { text in
            text.unicodeScalars.reduce(0) { $0 + max(0, Int(chatkit_columns($1.value))) }
        }
        let width = surroundings.outputColumns
        let lines =
            configuration.format == .plot
            ? StatisticsPlot(
                calendar, width: width,
                pen: canDraw && !configuration.isASCII ? .blocks : .ascii, columns: columns
            ).lines(report)
            : StatisticsTable(calendar, width: width, columns: columns).lines(report)
        let isColored = Terminal.current().usesColor(.auto)
        return lines.map { (isColored ? $0.colored : $0.plain) + "\n" }.joined()
    }

    private static func read(
        _ question: StatisticsQuestion, _ configuration: StatsConfiguration
    ) throws(ToolFailure) -> StatisticsReport {
        do throws(StatisticsError) {
            return try StatisticsDatabase.report(configuration.databasePath, question)
        } catch {
            switch error {
            case .database(let error):
                throw ToolFailure(
                    error.message, hint: hint(error, configuration), status: error.exitStatus)
            case .noSuchServer(let name, let known):
                throw ToolFailure(
                    "unknown server: \(VisibleText.harmless(name)): the database has "
                        + "no records of it",
                    hint: "it knows " + VisibleText.harmless(known.joined(separator: ", ")),
                    status: 64)
            case .tooManyRows:
                throw ToolFailure(
                    "too many rows: more than \(StatisticsQuestion.maxRows) "
                        + "\(question.grouping?.rawValue ?? "row")s",
                    hint: "choose a shorter period, or --by day", status: 64)
            }
        }
    }

    private static func hint(
        _ error: DatabaseError, _ configuration: StatsConfiguration
    ) -> String? {
        switch error.code {
        case .newer: "update chatkit"
        case .foreign: "--db is the file of a chatkit server"
        case .corrupt: error.hint
        case .cannotOpen where configuration.database == nil:
            configuration.server == nil
                ? "name the server with --server NAME, or the file with --db FILE"
                : "name the file with --db FILE"
        case .cannotOpen: "a server creates it: chatkit serve --db FILE"
        case .readOnly, .notAllowed:
            "read it as the user whose server it is"
        case .busy, .locked: "try again"
        default: nil
        }
    }
}
