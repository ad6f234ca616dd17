// The server in numbers. What the shell counts is fetched for the hub like everything it does not know
// itself (`HubLoad.report`); what the hub counts is put beside it.
// SPDX-License-Identifier: GPL-3.0-or-later

/// One event loop's counts since the start, and what it carries now.
package struct LoopCounts: Hashable, Sendable {
    /// Connections there are.
    package var open = 0
    /// Connections there were.
    package var accepted: UInt64 = 0
    package var bytesIn: UInt64 = 0
    package var bytesOut: UInt64 = 0
    /// Requests passed to the hub.
    package var requests: UInt64 = 0
    /// Room events times those they were sent to.
    package var deliveries: UInt64 = 0
    /// Clients given up because they did not read.
    package var slowConsumers: UInt64 = 0
    /// The most bytes that ever waited for one client.
    package var longestBacklog = 0
    /// What the first bytes said.
    package var plain: UInt64 = 0
    package var json: UInt64 = 0
    package var irc: UInt64 = 0
    package var http: UInt64 = 0
    package var tls: UInt64 = 0
    package var proxy: UInt64 = 0
    /// How many of `http` became something else.
    package var webSockets: UInt64 = 0
    package var eventStreams: UInt64 = 0
    /// Engine.IO sessions there were, and there are.
    package var sessions: UInt64 = 0
    package var openSessions = 0
    /// How long turns took, from the first byte read to the last byte written.
    package var turns = TimeHistogram()

    package init() {}

    package mutating func count(_ found: WireProtocol) {
        switch found {
        case .plain: plain += 1
        case .json: json += 1
        case .irc: irc += 1
        case .http: http += 1
        case .tls: tls += 1
        case .proxy: proxy += 1
        }
    }
}

/// How often something took how long; a fixed size, without memory of its own.
package struct TimeHistogram: Hashable, Sendable {
    /// The bounds of the first buckets, in microseconds; the last has none.
    package static let bounds: [Int64] = [100, 1000, 5000, 25_000, 100_000, 500_000, 2_500_000]

    private var counted:
        (
            UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
        ) = (0, 0, 0, 0, 0, 0, 0, 0)
    package private(set) var total = Duration.zero
    package private(set) var longest = Duration.zero

    package init() {}

    package mutating func add(_ time: Duration) {
        total += time
        longest = max(longest, time)
        switch time.wholeNanoseconds / 1000 {
        case ...100: counted.0 += 1
        case ...1000: counted.1 += 1
        case ...5000: counted.2 += 1
        case ...25_000: counted.3 += 1
        case ...100_000: counted.4 += 1
        case ...500_000: counted.5 += 1
        case ...2_500_000: counted.6 += 1
        default: counted.7 += 1
        }
    }

    package mutating func add(_ other: TimeHistogram) {
        total += other.total
        longest = max(longest, other.longest)
        counted.0 += other.counted.0
        counted.1 += other.counted.1
        counted.2 += other.counted.2
        counted.3 += other.counted.3
        counted.4 += other.counted.4
        counted.5 += other.counted.5
        counted.6 += other.counted.6
        counted.7 += other.counted.7
    }

    /// How many there were in each bucket.
    package var counts: [UInt64] {
        [
            counted.0, counted.1, counted.2, counted.3, counted.4, counted.5, counted.6,
            counted.7,
        ]
    }

    package static func == (a: TimeHistogram, b: TimeHistogram) -> Bool {
        a.counts == b.counts && a.total == b.total && a.longest == b.longest
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(counts) }
}

/// The journal's counts since the start.
package struct JournalCounts: Hashable, Sendable {
    /// Records that wait to be committed.
    package var waiting = 0
    package var committed: UInt64 = 0
    /// How long the commits took.
    package var commits = TimeHistogram()

    package init() {}
}

/// What the shell knows.
package struct ServerReport: Hashable, Sendable {
    /// The names of the process's threads.
    package var threads: [String] = []
    /// The process's resident memory.
    package var memoryBytes: UInt64 = 0
    package var loops: [LoopCounts] = []
    package var journal = JournalCounts()

    package init() {}
}

/// What the hub knows.
package struct HubReport: Hashable, Sendable {
    package let server: String
    package let startedAt: Timestamp
    package let at: Timestamp
    package let statistics: HubStatistics
    /// How many read event streams.
    package let listeners: Int
    package let admission: AdmissionCounts
    package let oldestWait: Duration?
    /// Of today, this month and all times; nil where nothing is counted.
    package let figures: DeskFigures?
    /// A relay's table.
    package let servers: [ServerRow]

    package init(
        server: String, startedAt: Timestamp, at: Timestamp, statistics: HubStatistics,
        listeners: Int, admission: AdmissionCounts, oldestWait: Duration?, figures: DeskFigures?,
        servers: [ServerRow] = []
    ) {
        self.server = server
        self.startedAt = startedAt
        self.at = at
        self.statistics = statistics
        self.listeners = listeners
        self.admission = admission
        self.oldestWait = oldestWait
        self.figures = figures
        self.servers = servers
    }
}
