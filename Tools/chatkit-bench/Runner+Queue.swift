// A server with one slot and a long queue: how much processor those who wait cost, and how soon the
// head of the queue is told of a slot that was freed.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

extension Runner {
    /// So many slots are freed one after the other for the latency.
    private static let departures = 300
    /// The time between two of them.
    private static let pauseMilliseconds = 10.0
    /// How long the cost of waiting is watched, with a slot freed each second.
    private static let watchSeconds = 20.0

    mutating func measureQueue(_ point: Point, waiting: Int) -> MeasuredPoint {
        var row = Row(subject: "queue", title: "chatkit JSON")
        do {
            guard let server = try start(.queue) else {
                return MeasuredPoint(point: point, rows: [])
            }
            defer { server.stop() }
            let crowd = try Crowd(
                port: server.port, dialect: .json, shape: Shape(receivers: waiting + 1), wave: 64,
                joining: false, deadline: Deadline(in: 60))
            // At first whoever connected first has the slot.
            var queue = WaitingCrowd(crowd, holder: crowd, sign: "\"type\":\"admitted\"")
            try crowd.settle(quiet: 200, deadline: Deadline(in: 10))
            row.rounds.append(Round(figures: try Runner.watch(&queue, server)))
        } catch {
            row.remark = record(.queue, point.title, error)
        }
        return MeasuredPoint(point: point, rows: [row])
    }

    /// What a queue costs the process that has it, and how soon its head hears of a free slot.
    static func watch(_ queue: inout WaitingCrowd, _ process: ServerProcess) throws -> Sample {
        let before = process.processorSeconds
        let start = monotonicNanoseconds()
        while secondsSince(start) < watchSeconds {
            _ = try queue.freeSlot(deadline: Deadline(in: 5))
            try queue.listen(seconds: 1)
        }
        let cores = (process.processorSeconds - before) / secondsSince(start)
        var latency = LatencyHistogram()
        for _ in 0..<departures {
            latency.record(try queue.freeSlot(deadline: Deadline(in: 5)))
            try queue.listen(seconds: pauseMilliseconds / 1e3)
        }
        var figures: Sample = [.processorShare: cores * 100]
        figures[.p50] = latency.microseconds(at: 0.5)
        figures[.p99] = latency.microseconds(at: 0.99)
        return figures
    }
}

/// Many who wait for the one slot, and who has it.
struct WaitingCrowd {
    static let bye = Array("{\"type\":\"bye\"}\n".utf8)

    private let crowd: Crowd
    /// The crowd of whoever has the slot, and which one that is.
    private var holder: (crowd: Crowd, index: Int)
    private var gone: Set<Int> = []
    /// What shows that somebody has it.
    private let sign: [UInt8]

    /// - Parameter holder: the crowd whose first client has the slot.
    init(_ crowd: Crowd, holder: Crowd, sign: String) {
        self.crowd = crowd
        self.holder = (holder, 0)
        self.sign = Array(sign.utf8)
    }

    /// The holder leaves; the nanoseconds until somebody else was told that it has the slot.
    mutating func freeSlot(deadline: Deadline) throws -> UInt64 {
        let start = monotonicNanoseconds()
        if holder.crowd === crowd { gone.insert(holder.index) }
        try holder.crowd.send(WaitingCrowd.bye, from: holder.index, whenFull: {})
        var next: Int?
        while next == nil {
            if deadline.hasPassed { throw BenchError("nobody was admitted") }
            _ = try crowd.receive(timeout: 100, leaving: gone) { index, bytes in
                if bytes.contains(sign) { next = index }
            }
        }
        if let next { holder = (crowd, next) }
        return monotonicNanoseconds() - start
    }

    /// Reads what those who wait are told.
    func listen(seconds: Double) throws {
        let start = monotonicNanoseconds()
        while secondsSince(start) < seconds {
            let rest = max(0, seconds - secondsSince(start))
            _ = try crowd.receive(timeout: Int32(rest * 1e3), leaving: gone) { _, _ in }
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether `other` occurs.
    func contains(_ other: [UInt8]) -> Bool {
        guard let first = other.first, count >= other.count else { return false }
        return (0...count - other.count).contains { start in
            self[start] == first && self[start..<start + other.count].elementsEqual(other)
        }
    }
}
