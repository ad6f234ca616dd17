// The report of `chatkit stats`, as values (PRODUCT "stats"). Every figure is a count over visit
// records, each counted in the span in which it happened by the wall clock: a client that
// approached before midnight and was attended after it was approached yesterday and attended today,
// and where somebody set the clock, its time is the one that counts.
// SPDX-License-Identifier: GPL-3.0-or-later

/// How the rows of a report are made.
package enum StatisticsGrouping: String, Sendable, CaseIterable {
    case day, hour, server
}

/// What happened in a span, or at one server.
package struct StatisticsFigures: Hashable, Sendable {
    package var tally: VisitTally
    /// How long those waited who were given a slot in the span, each time they were given one:
    /// since they approached or, if they had a slot before, since they lost it. Whoever went from
    /// one slot to another did not wait.
    package var waits: TimesSummary
    /// How long those attended had a slot in all whose visits ended in the span. What a server's
    /// sudden end cut short was not measured.
    package var handling: TimesSummary

    package init(
        tally: VisitTally = VisitTally(), waits: TimesSummary = .none,
        handling: TimesSummary = .none
    ) {
        self.tally = tally
        self.waits = waits
        self.handling = handling
    }
}

/// A part of a report's span, or one of its servers.
package struct StatisticsRow: Hashable, Sendable {
    package let span: Range<Timestamp>
    /// nil when it is of all that the report is about.
    package let server: String?
    package let figures: StatisticsFigures

    package init(span: Range<Timestamp>, server: String? = nil, figures: StatisticsFigures) {
        self.span = span
        self.server = server
        self.figures = figures
    }
}

/// A client that has a slot.
package struct CurrentClient: Hashable, Sendable {
    /// Empty when it was erased.
    package let nick: String
    /// The server it connected to.
    package let server: String
    /// The host that serves it.
    package let host: String
    package let isAttended: Bool
    /// When it got this slot.
    package let since: Timestamp

    package init(
        nick: String, server: String, host: String, isAttended: Bool, since: Timestamp
    ) {
        self.nick = nick
        self.server = server
        self.host = host
        self.isAttended = isAttended
        self.since = since
    }
}

/// Who is there at the moment: by the newest records, which of a server that ended suddenly are its
/// last ones.
package struct StatisticsPresence: Hashable, Sendable {
    /// Whether a server has the database open; nil when this cannot be determined.
    package var isServerRunning: Bool?
    /// How many have no slot, including those that were attended and then lost it.
    package var waiting = 0
    /// How many have a slot, attended or not.
    package var serving = 0
    /// Those, the first `mostListed` of them, in the order of approaching.
    package var clients: [CurrentClient] = []

    package static let mostListed = 1000

    package init() {}
}

/// Everything that `chatkit stats` shows.
package struct StatisticsReport: Hashable, Sendable {
    /// The names of the servers it is about, sorted.
    package let servers: [String]
    /// When it was made.
    package let at: Timestamp
    package let span: Range<Timestamp>
    package let figures: StatisticsFigures
    /// Of the day and of the month in which it was made, and of all times.
    package let today: VisitTally
    package let month: VisitTally
    package let ever: VisitTally
    package let now: StatisticsPresence
    /// How `rows` were made; nil when there are none.
    package let grouping: StatisticsGrouping?
    package let rows: [StatisticsRow]

    package init(
        servers: [String], at: Timestamp, span: Range<Timestamp>, figures: StatisticsFigures,
        today: VisitTally, month: VisitTally, ever: VisitTally, now: StatisticsPresence,
        grouping: StatisticsGrouping? = nil, rows: [StatisticsRow] = []
    ) {
        self.servers = servers
        self.at = at
        self.span = span
        self.figures = figures
        self.today = today
        self.month = month
        self.ever = ever
        self.now = now
        self.grouping = grouping
        self.rows = rows
    }
}
