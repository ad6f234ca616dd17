// Clients who each have one small question under way: a ping, which the server answers by itself.
// What is between them and the server shows in how many answers come, and how soon.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What one round showed.
struct PingOutcome {
    var answers = 0
    var seconds = 0.0
    var generatorSeconds = 0.0
    var latency = LatencyHistogram()
}

/// Asks and counts.
struct PingLoop {
    private static let ping = Array("{\"type\":\"ping\"}\n".utf8)

    private let crowd: Crowd
    private var asked: [UInt64]

    init(crowd: Crowd) {
        self.crowd = crowd
        asked = [UInt64](repeating: 0, count: crowd.shape.connections)
    }

    /// Every client asks, and asks again when it is answered, for `seconds` after a warm-up of a
    /// fifth of that; at the end every question must be answered.
    mutating func round(seconds: Double) throws -> PingOutcome {
        for index in asked.indices { try ask(index) }
        var outcome = PingOutcome()
        try go(on: seconds / 5, &outcome)
        outcome = PingOutcome()
        let processor = threadProcessorSeconds()
        let start = monotonicNanoseconds()
        try go(on: seconds, &outcome)
        outcome.seconds = secondsSince(start)
        outcome.generatorSeconds = threadProcessorSeconds() - processor
        try awaitRest()
        return outcome
    }

    private mutating func ask(_ index: Int) throws {
        asked[index] = monotonicNanoseconds()
        try crowd.send(PingLoop.ping, from: index, whenFull: {})
    }

    private mutating func go(on seconds: Double, _ outcome: inout PingOutcome) throws {
        let start = monotonicNanoseconds()
        var answered: [Int] = []
        while secondsSince(start) < seconds {
            answered.removeAll(keepingCapacity: true)
            _ = try crowd.receive(timeout: 100) { index, bytes in
                // One question is under way: a line's end is its answer's.
                if bytes.last == 0x0A, asked[index] != 0 { answered.append(index) }
            }
            for index in answered {
                outcome.latency.record(monotonicNanoseconds() &- asked[index])
                outcome.answers += 1
                try ask(index)
            }
        }
    }

    private mutating func awaitRest() throws {
        let deadline = Deadline(in: 5)
        var waiting = asked.count
        while waiting > 0 {
            if deadline.hasPassed { throw BenchError("\(waiting) questions were not answered") }
            var answered: [Int] = []
            _ = try crowd.receive(timeout: 100) { index, bytes in
                if bytes.last == 0x0A, asked[index] != 0 { answered.append(index) }
            }
            for index in answered where asked[index] != 0 {
                asked[index] = 0
                waiting -= 1
            }
        }
    }
}
