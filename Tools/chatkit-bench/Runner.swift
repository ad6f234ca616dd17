// Runs scenarios. Servers that are compared run at the same time and take turns, round by round
// (A B C, A B C, …), so that what else the machine does meets all of them alike. A server that
// fails at a point is reported there and the others go on.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatJournal
import Glibc

/// What a run is to do.
struct Plan {
    var scenarios: [Scenario]
    var subjects: [Subject]
    var rounds: Int
    var secondsPerRound: Double
    var placement: Placement
    /// Nothing new is begun after it.
    var deadline: Deadline
    /// How much time may go into repeating rounds that were disturbed.
    var repeatSeconds: Double
    /// Called with what is about to be measured.
    var progress: (String) -> Void
}

/// A server with its clients, as long as they are needed.
private struct Stage {
    let subject: Subject
    let server: ServerProcess
    var crowd: Crowd?
}

/// One run over a plan.
struct Runner {
    let plan: Plan
    let programs: Programs
    var results: Results
    var repeatSeconds: Double
    /// The servers of the scenario at hand.
    private var subjects: [Subject] = []

    init(plan: Plan, programs: Programs, machine: Machine) {
        self.plan = plan
        self.programs = programs
        repeatSeconds = plan.repeatSeconds
        results = Results(
            machine: machine, placement: plan.placement, rounds: plan.rounds,
            secondsPerRound: plan.secondsPerRound)
        let scenarios = plan.scenarios.map(\.name)
        for (program, isUsed) in [
            (.chatkit, true), (.redis, true), (.inspircd, true),
            (.haproxy, scenarios.contains("relay")), (.wrk, scenarios.contains("http")),
        ] as [(Subject.Program, Bool)] {
            let isAsked = plan.subjects.contains { $0.program == program }
            guard isUsed, isAsked || program == .haproxy || program == .wrk else { continue }
            results.versions.append((program, programs.version(of: program)))
        }
    }

    mutating func run() {
        let start = monotonicNanoseconds()
        for scenario in plan.scenarios {
            var measured = MeasuredScenario(scenario: scenario, points: [])
            subjects = plan.subjects.filter { scenario.subjects.contains($0.name) }
            // Points with the same clients follow each other and share them.
            var rest = scenario.points[...]
            while let first = rest.first {
                let shape = first.measurement.shape
                let group =
                    shape == nil
                    ? rest.prefix(1) : rest.prefix { $0.measurement.shape == shape }
                rest = rest.dropFirst(group.count)
                plan.progress("\(scenario.title): \(group.map(\.title).joined(separator: "; "))")
                measured.points += measure(Array(group), scenario)
            }
            results.scenarios.append(measured)
        }
        results.seconds = secondsSince(start)
    }

    private mutating func measure(_ points: [Point], _ scenario: Scenario) -> [MeasuredPoint] {
        guard let first = points.first else { return [] }
        if plan.deadline.hasPassed {
            results.failures.append("\(first.title): not measured, the time was up")
            return []
        }
        switch first.measurement {
        case .load(let shape, _, _): return measureLoad(points, shape)
        case .setUp(let clients, let wave):
            return [
                measureServers(first, rounds: (plan.rounds + 1) / 2) { subject, server in
                    try Runner.setUp(subject, server, clients: clients, wave: wave)
                }
            ]
        case .idleMemory(let clients):
            return [
                measureServers(first, rounds: 1) { subject, server in
                    try Runner.idleMemory(subject, server, clients: clients)
                }
            ]
        case .startUp(let runs): return [measureStartUp(first, runs: runs)]
        case .journal(let senders, let textBytes, let durability, let flow):
            return [
                measureJournal(
                    first, senders: senders, textBytes: textBytes, durability: durability, flow)
            ]
        case .past(let messages): return [measurePast(first, messages: messages)]
        case .statistics(let events): return [measureStatistics(first, events: events)]
        case .queue(let waiting): return [measureQueue(first, waiting: waiting)]
        case .web(let task): return [measureWeb(first, task)]
        case .relay(let task): return [measureRelay(first, task)]
        case .codec:
            do {
                return [MeasuredPoint(point: first, rows: try CodecMeasurement.rows())]
            } catch {
                results.failures.append("\(first.title): \(error)")
                return []
            }
        }
    }

    // MARK: Messages

    private mutating func measureLoad(_ points: [Point], _ shape: Shape) -> [MeasuredPoint] {
        var absent: [Row] = []
        var stages: [Stage] = []
        for subject in subjects {
            if shape.rooms > 0 && !subject.hasRooms { continue }
            do {
                guard let server = try start(subject) else {
                    absent.append(notInstalled(subject))
                    continue
                }
                defer { if stages.last?.server !== server { server.stop() } }
                let crowd = try Crowd(
                    port: server.port, dialect: subject.dialect, shape: shape, wave: 1000,
                    deadline: Deadline(in: 30))
                try crowd.settle(quiet: 50, deadline: Deadline(in: 10))
                stages.append(Stage(subject: subject, server: server, crowd: crowd))
            } catch {
                absent.append(failed(subject, points.first?.title ?? "", error))
            }
        }
        defer {
            // The clients go first: a server that is ended politely would wait for them.
            for position in stages.indices { stages[position].crowd = nil }
            stages.forEach { $0.server.stop() }
        }
        return points.map { point in
            var measured = MeasuredPoint(point: point, rows: [])
            measureRounds(point, &stages, &measured)
            measured.rows += absent
            return measured
        }
    }

    private mutating func measureRounds(
        _ point: Point, _ stages: inout [Stage], _ measured: inout MeasuredPoint
    ) {
        guard case .load(_, let textBytes, let flow) = point.measurement else { return }
        var loops = [LoadLoop?](repeating: nil, count: stages.count)
        measured.rows = stages.map { Row(subject: $0.subject.name, title: $0.subject.title) }
        for (position, stage) in stages.enumerated() {
            guard let crowd = stage.crowd else {
                measured.rows[position].remark = "failed before"
                continue
            }
            if textBytes > stage.subject.dialect.maximumText {
                measured.rows[position].remark = "lines end at 512 bytes"
                continue
            }
            do {
                loops[position] = try LoadLoop(crowd: crowd, flow: flow, textBytes: textBytes)
            } catch {
                measured.rows[position].remark = record(stage.subject, point.title, error)
            }
        }
        var round = 0
        while isDue(round, measured.rows) {
            let start = monotonicNanoseconds()
            for position in stages.indices {
                guard var loop = loops[position] else { continue }
                do {
                    let outcome = try loop.round(
                        seconds: plan.secondsPerRound, server: stages[position].server)
                    loops[position] = loop
                    stages[position].server.awaitRest()
                    measured.rows[position].rounds.append(
                        Round(outcome, isPinned: plan.placement.isPinned))
                    measured.rows[position].lost += outcome.lost
                    if outcome.lost != 0 { loops[position] = nil }
                } catch {
                    measured.rows[position].remark = record(
                        stages[position].subject, point.title, error)
                    loops[position] = nil
                    stages[position].crowd = nil
                }
            }
            round += 1
            if round > plan.rounds { repeatSeconds -= secondsSince(start) }
        }
        for row in measured.rows where row.lost != 0 {
            let kind = row.lost > 0 ? "lost" : "duplicated"
            results.failures.append("\(row.title): \(point.title): \(abs(row.lost)) \(kind)")
        }
    }

    /// Whether to go on after so many rounds. More than were asked for are worth their time while
    /// some server has had too few undisturbed ones.
    func isDue(_ round: Int, _ rows: [Row]) -> Bool {
        if round == 0 { return true }
        if plan.deadline.hasPassed { return false }
        if round < plan.rounds { return true }
        guard round < 2 * plan.rounds, repeatSeconds > 0 else { return false }
        return rows.contains { row in
            row.rounds.count == round && row.rounds.count { !$0.isDisturbed } < plan.rounds
        }
    }

    // MARK: Connections and processes

    /// Measures every server by itself, each round on a freshly started one.
    private mutating func measureServers(
        _ point: Point, rounds: Int, _ body: (Subject, ServerProcess) throws -> Sample
    ) -> MeasuredPoint {
        var measured = MeasuredPoint(
            point: point,
            rows: subjects.map { Row(subject: $0.name, title: $0.title) })
        for _ in 0..<rounds {
            for (position, subject) in subjects.enumerated()
            where measured.rows[position].remark == nil {
                if plan.deadline.hasPassed && measured.rows[position].rounds.isEmpty {
                    measured.rows[position].remark = record(
                        subject, point.title, BenchError("the time was up"))
                }
                if plan.deadline.hasPassed { continue }
                do {
                    guard let server = try start(subject) else {
                        measured.rows[position] = notInstalled(subject)
                        continue
                    }
                    defer { server.stop() }
                    measured.rows[position].rounds.append(
                        Round(figures: try body(subject, server)))
                } catch {
                    measured.rows[position].remark = record(subject, point.title, error)
                }
            }
        }
        return measured
    }

    /// Clients that connect to `port`, or the server's own, are taken in and leave.
    static func setUp(
        _ subject: Subject, _ server: ServerProcess, port: UInt16? = nil, clients: Int, wave: Int,
        firstNumber: Int = 0
    ) throws -> Sample {
        let before = server.processorSeconds
        let start = monotonicNanoseconds()
        // A server that takes clients in only once a second shows so in less than a minute.
        let enough = Deadline(in: 2)
        var number = 0
        while number < clients, !enough.hasPassed {
            let size = min(wave, clients - number)
            _ = try Crowd(
                port: port ?? server.port, dialect: subject.dialect,
                shape: Shape(receivers: size, publishers: 0), wave: size,
                firstNumber: firstNumber + number, deadline: Deadline(in: 10))
            number += size
        }
        let seconds = secondsSince(start)
        return [
            .setUpsPerSecond: Double(number) / seconds,
            .processorMicroseconds: (server.processorSeconds - before) / Double(number) * 1e6,
        ]
    }

    private static func idleMemory(
        _ subject: Subject, _ server: ServerProcess, clients: Int
    ) throws -> Sample {
        // One client first: what the server needs once is not a connection's.
        let first = try Crowd(
            port: server.port, dialect: subject.dialect,
            shape: Shape(receivers: 1, publishers: 0), wave: 1, firstNumber: clients,
            joining: false, deadline: Deadline(in: 5))
        try first.settle(quiet: 100, deadline: Deadline(in: 5))
        let before = server.residentKilobytes
        let start = monotonicNanoseconds()
        let crowd = try Crowd(
            port: server.port, dialect: subject.dialect,
            shape: Shape(receivers: clients, publishers: 0), wave: 1000, joining: false,
            deadline: Deadline(in: 30))
        let seconds = secondsSince(start)
        try crowd.settle(quiet: 300, deadline: Deadline(in: 20))
        return withExtendedLifetime((first, crowd)) {
            [
                .kilobytesPerConnection: (server.residentKilobytes - before) / Double(clients),
                .setUpSeconds: seconds,
            ]
        }
    }

    private mutating func measureStartUp(_ point: Point, runs: Int) -> MeasuredPoint {
        var commands: [(name: String, title: String, command: [String])] = [
            ("true", "/bin/true", ["/bin/true"])
        ]
        if let chatkit = programs.path(of: .chatkit) {
            commands.append(("chatkit", "chatkit --version", [chatkit, "--version"]))
        }
        var rows = commands.map { Row(subject: $0.name, title: $0.title) }
        for _ in 0..<runs {
            for (position, entry) in commands.enumerated() where rows[position].remark == nil {
                do {
                    let wall = try ServerProcess.wallMilliseconds(
                        of: entry.command, processor: plan.placement.serverProcessor)
                    rows[position].rounds.append(Round(figures: [.milliseconds: wall]))
                } catch {
                    rows[position].remark = "\(error)"
                    results.failures.append("\(error)")
                }
            }
        }
        return MeasuredPoint(point: point, rows: rows)
    }

    // MARK: Starting and failing

    /// A running server; nil when an optional one is not installed.
    func start(
        _ subject: Subject, durability: Durability = .normal, database: String? = nil,
        port: UInt16? = nil
    ) throws -> ServerProcess? {
        guard let path = programs.path(of: subject.program) else {
            if subject.program.isOptional { return nil }
            throw BenchError("no program at \(programs.expectedPath(of: subject.program))")
        }
        func attempt() throws -> ServerProcess {
            try ServerProcess(
                starting: subject, executable: path, placement: plan.placement,
                durability: durability, database: database, port: port)
        }
        do { return try attempt() } catch is ServerEnded {
            // Somebody else may have taken the port between finding and using it.
            return try attempt()
        }
    }

    private func notInstalled(_ subject: Subject) -> Row {
        Row(subject: subject.name, title: subject.title, remark: "not installed")
    }

    private mutating func failed(_ subject: Subject, _ point: String, _ error: any Error) -> Row {
        Row(
            subject: subject.name, title: subject.title, remark: record(subject, point, error))
    }

    mutating func record(
        _ subject: Subject, _ point: String, _ error: any Error
    ) -> String {
        results.failures.append("\(subject.title): \(point): \(error)")
        return "\(error)"
    }
}

extension Measurement {
    /// The clients it needs, when it is one that can share them.
    fileprivate var shape: Shape? {
        if case .load(let shape, _, _) = self { shape } else { nil }
    }
}

extension Round {
    /// What one round of messages showed. Unpinned, waiting for a processor means nothing.
    fileprivate init(_ outcome: LoadOutcome, isPinned: Bool) {
        let deliveries = Double(outcome.deliveries)
        var figures: Sample = [
            .deliveriesPerSecond: deliveries / outcome.seconds,
            .generatorLoad: outcome.generatorSeconds / outcome.seconds,
        ]
        if deliveries > 0 {
            figures[.processorMicroseconds] = outcome.serverSeconds / deliveries * 1e6
        }
        figures[.p50] = outcome.latency.microseconds(at: 0.5)
        figures[.p99] = outcome.latency.microseconds(at: 0.99)
        self.figures = figures
        waitedShare = isPinned ? outcome.waitedSeconds / outcome.seconds : 0
    }
}
