// A relay beside HAProxy and no relay at all, in front of the same server and in turns; a long
// queue at a relay; and how soon clients of a server that was killed are served again.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A way to the server.
private struct Way {
    let subject: Subject
    /// Where clients connect to, and whose processor time counts.
    let process: ServerProcess
}

extension Runner {
    mutating func measureRelay(_ point: Point, _ task: RelayTask) -> MeasuredPoint {
        switch task {
        case .messages(let clients): measureMessages(point, clients: clients)
        case .setUp(let clients, let wave): measureSetUps(point, clients: clients, wave: wave)
        case .queue(let waiting): measureRelayQueue(point, waiting: waiting)
        case .rescue(let count): measureRescue(point, conversations: count)
        }
    }

    // MARK: Beside HAProxy

    private mutating func measureMessages(_ point: Point, clients: Int) -> MeasuredPoint {
        measureWays(point) { plan, ways, rows in
            var loops: [PingLoop] = []
            for (position, way) in ways.enumerated() {
                let crowd = try Crowd(
                    port: way.process.port, dialect: .json,
                    shape: Shape(rooms: clients, receivers: 0),
                    wave: 64, firstNumber: position * clients, deadline: Deadline(in: 10))
                try crowd.settle(quiet: 100, deadline: Deadline(in: 5))
                loops.append(PingLoop(crowd: crowd))
            }
            for _ in 0..<plan.rounds where !plan.deadline.hasPassed {
                for (position, way) in ways.enumerated() {
                    let before = way.process.processorSeconds
                    let outcome = try loops[position].round(seconds: plan.secondsPerRound * 2)
                    let spent = way.process.processorSeconds - before
                    // The warm-up's are a sixth of all.
                    let all = Double(outcome.answers) * 1.2
                    var figures: Sample = [
                        .messagesPerSecond: Double(outcome.answers) / outcome.seconds,
                        .processorMicroseconds: spent / max(1, all) * 1e6,
                    ]
                    figures[.p50] = outcome.latency.microseconds(at: 0.5)
                    figures[.p99] = outcome.latency.microseconds(at: 0.99)
                    rows[position].rounds.append(Round(figures: figures))
                    way.process.awaitRest()
                }
            }
        }
    }

    private mutating func measureSetUps(_ point: Point, clients: Int, wave: Int) -> MeasuredPoint {
        var number = 0
        return measureWays(point) { plan, ways, rows in
            for _ in 0..<(plan.rounds + 1) / 2 where !plan.deadline.hasPassed {
                for (position, way) in ways.enumerated() {
                    let figures = try Runner.setUp(
                        way.subject, way.process, clients: clients, wave: wave, firstNumber: number)
                    number += clients
                    rows[position].rounds.append(Round(figures: figures))
                    way.process.awaitRest()
                }
            }
        }
    }

    /// Starts a server and the ways to it.
    private mutating func measureWays(
        _ point: Point, _ body: (Plan, [Way], inout [Row]) throws -> Void
    ) -> MeasuredPoint {
        let backend = Subject.backend()
        var rows: [Row] = []
        var absent: [Row] = []
        do {
            guard let server = try start(backend) else { throw BenchError("no server") }
            var ways = [Way(subject: backend, process: server)]
            defer { for way in ways.reversed() { way.process.stop() } }
            for subject in [Subject.haproxy(to: server.port), .relay(to: [server.port])] {
                if let process = try start(subject) {
                    ways.append(Way(subject: subject, process: process))
                } else {
                    absent.append(
                        Row(subject: subject.name, title: subject.title, remark: "not installed"))
                }
            }
            rows = ways.map { Row(subject: $0.subject.name, title: $0.subject.title) }
            try body(plan, ways, &rows)
        } catch {
            let remark = record(backend, point.title, error)
            if rows.isEmpty { rows = [Row(subject: backend.name, title: backend.title)] }
            rows[rows.count - 1].remark = remark
        }
        return MeasuredPoint(point: point, rows: rows + absent)
    }

    // MARK: Waiting

    private mutating func measureRelayQueue(_ point: Point, waiting: Int) -> MeasuredPoint {
        var row = Row(subject: "relay", title: "chatkit relay")
        do {
            guard let server = try start(.backend(capacity: 1)) else {
                throw BenchError("no server")
            }
            defer { server.stop() }
            guard let relay = try start(.relay(to: [server.port])) else {
                throw BenchError("no relay")
            }
            defer { relay.stop() }
            // Somebody is served and somebody waits: what the relay needs once is no client's.
            let holder = try Crowd(
                port: relay.port, dialect: .json, shape: Shape(receivers: 1, publishers: 0),
                wave: 1,
                firstNumber: waiting, deadline: Deadline(in: 10))
            let first = try Crowd(
                port: relay.port, dialect: .jsonInLine, shape: Shape(receivers: 1, publishers: 0),
                wave: 1, firstNumber: waiting + 1, deadline: Deadline(in: 10))
            try first.settle(quiet: 200, deadline: Deadline(in: 5))
            let before = relay.residentKilobytes
            let crowd = try Crowd(
                port: relay.port, dialect: .jsonInLine,
                shape: Shape(receivers: waiting, publishers: 0), wave: 64,
                deadline: Deadline(in: 60))
            try crowd.settle(quiet: 300, deadline: Deadline(in: 20))
            let resident = (relay.residentKilobytes - before) / Double(waiting)
            try first.send(WaitingCrowd.bye, from: 0, whenFull: {})
            var queue = WaitingCrowd(crowd, holder: holder, sign: "\"type\":\"welcome\"")
            var figures = try Runner.watch(&queue, relay)
            figures[.kilobytesPerConnection] = resident
            row.rounds.append(Round(figures: figures))
            withExtendedLifetime(first) {}
        } catch {
            row.remark = record(.backend(), point.title, error)
        }
        return MeasuredPoint(point: point, rows: [row])
    }

    // MARK: A server's end

    private mutating func measureRescue(_ point: Point, conversations: Int) -> MeasuredPoint {
        var row = Row(subject: "relay", title: "chatkit relay")
        do {
            for _ in 0..<(plan.rounds + 1) / 2 where !plan.deadline.hasPassed {
                row.rounds.append(Round(figures: try rescue(conversations)))
            }
        } catch {
            row.remark = record(.backend(), point.title, error)
        }
        return MeasuredPoint(point: point, rows: [row])
    }

    private func rescue(_ conversations: Int) throws -> Sample {
        guard let old = try start(.backend()) else { throw BenchError("no server") }
        defer { old.stop() }
        let port = try freePort()
        guard let relay = try start(.relay(to: [old.port, port])) else {
            throw BenchError("no relay")
        }
        defer { relay.stop() }
        // All of them are there before the other server is.
        let crowd = try Crowd(
            port: relay.port, dialect: .json,
            shape: Shape(receivers: conversations, publishers: 0), wave: 32,
            deadline: Deadline(in: 20))
        guard let new = try start(.backend(), port: port) else { throw BenchError("no server") }
        defer { new.stop() }
        let deadline = Deadline(in: 20)
        while try Runner.serversUp(at: relay.port) < 2 {
            if deadline.hasPassed { throw BenchError("the relay did not find the other server") }
            usleep(50_000)
        }
        try crowd.settle(quiet: 100, deadline: Deadline(in: 5))
        var missing = Set(0..<conversations)
        let start = monotonicNanoseconds()
        old.crash()
        var latency = LatencyHistogram()
        let patience = Deadline(in: 20)
        let welcome = Array("\"type\":\"welcome\"".utf8)
        while !missing.isEmpty {
            if patience.hasPassed {
                throw BenchError("\(missing.count) of \(conversations) were not rescued")
            }
            _ = try crowd.receive(timeout: 100) { index, bytes in
                if bytes.contains(welcome), missing.remove(index) != nil {
                    latency.record(monotonicNanoseconds() &- start)
                }
            }
        }
        var figures: Sample = [.milliseconds: secondsSince(start) * 1e3]
        figures[.p50] = latency.microseconds(at: 0.5)
        figures[.p99] = latency.microseconds(at: 0.99)
        return figures
    }

    /// How many servers the relay can send clients to.
    private static func serversUp(at port: UInt16) throws -> Int {
        let table = String(decoding: try WebPage.get("/servers", from: port), as: UTF8.self)
        return table.split(separator: "\"state\":\"up\"", omittingEmptySubsequences: false).count
            - 1
    }
}
