// `chatkit stats`: reads, renders, writes; with `--watch` again and again. PRODUCT "stats".
// SPDX-License-Identifier: GPL-3.0-or-later
import CReadline
import ChatCore
import Glibc

/// The entry point of `chatkit stats`.
package enum StatsMain {
    /// Prints the report; returns the exit code.
    package static func run(_ configuration: StatsConfiguration) -> Int32 {
        let surroundings = Surroundings.live()
        do throws(StatsFailure) {
            guard let pause = configuration.watch else {
                let text = try report(configuration, surroundings, isFirst: true, signals: nil)
                _ = try write(text, surroundings)
                return 0
            }
            return try watch(configuration, surroundings, every: pause)
        } catch {
            guard let message = error.message else { return error.status }
            var text = "chatkit: \(message)\n"
            if let hint = error.hint { text += "hint: \(hint)\n" }
            try? surroundings.write(.error, text)
            return error.status
        }
    }

    // MARK: - Watching

    /// Reports until interrupted, or until nobody reads any more.
    private static func watch(
        _ configuration: StatsConfiguration, _ surroundings: Surroundings, every pause: Duration
    ) throws(StatsFailure) -> Int32 {
        guard let signals = WakePipe() else {
            throw StatsFailure("cannot start: \(Resources.describe(errno))", status: 1)
        }
        SignalPipe.route([SIGINT, SIGTERM], through: signals)
        let isTerminal = surroundings.outputColumns != nil
        var isFirst = true
        while true {
            var text = try report(configuration, .live(), isFirst: isFirst, signals: signals)
            // Home, then clear: what is drawn next is drawn in one go.
            if isTerminal { text = "\u{1B}[H\u{1B}[2J" + text }
            guard try write(text, surroundings) else { return 0 }
            isFirst = false
            if let number = wait(pause, signals) { return 128 + number }
        }
    }

    /// The number of a signal that came; nil when the time is over.
    private static func wait(_ pause: Duration, _ signals: WakePipe) -> Int32? {
        let end = SystemClock.instant() + pause
        while true {
            let left = max(0, (end - SystemClock.instant()).wholeMilliseconds)
            var descriptor = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, Int32(clamping: left))
            if let number = signals.drain().first { return Int32(number) }
            if left == 0 { return nil }
        }
    }

    /// False when the reader has gone.
    private static func write(
        _ text: String, _ surroundings: Surroundings
    ) throws(StatsFailure) -> Bool {
        do throws(SystemRefusal) {
            try surroundings.write(.output, text)
            return true
        } catch {
            if error.isBrokenPipe { return false }
            throw StatsFailure(
                "cannot write: standard output: \(error.reason)",
                hint: "see where the output goes", status: 1)
        }
    }

    // MARK: - One report

    private static func report(
        _ configuration: StatsConfiguration, _ surroundings: Surroundings, isFirst: Bool,
        signals: WakePipe?
    ) throws(StatsFailure) -> String {
        let calendar = LocalCalendar.system
        guard let question = configuration.question(now: SystemClock.wall(), calendar) else {
            throw StatsFailure(
                "bad span: the beginning is after the end",
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
    ) throws(StatsFailure) -> StatisticsReport {
        do throws(StatisticsError) {
            return try StatisticsDatabase.report(configuration.databasePath, question)
        } catch {
            switch error {
            case .database(let error):
                throw StatsFailure(
                    error.message, hint: hint(error, configuration), status: error.exitStatus)
            case .noSuchServer(let name, let known):
                throw StatsFailure(
                    "unknown server: \(VisibleText.harmless(name)): the database has "
                        + "nothing of it",
                    hint: "it knows " + VisibleText.harmless(known.joined(separator: ", ")),
                    status: 64)
            case .tooManyRows:
                throw StatsFailure(
                    "too many rows: more than \(StatisticsQuestion.maxRows) "
                        + "\(question.grouping?.rawValue ?? "row")s",
                    hint: "ask for a shorter span, or --by day", status: 64)
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
                ? "say which server with --server NAME, or which file with --db FILE"
                : "say which file with --db FILE"
        case .cannotOpen: "a server makes it: chatkit serve --db FILE"
        case .readOnly, .notAllowed:
            "read it as the user whose server it is"
        case .busy, .locked: "try again"
        default: nil
        }
    }
}
