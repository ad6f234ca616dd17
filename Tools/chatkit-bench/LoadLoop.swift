// Publishing and counting: one thread keeps a number of messages in flight, or publishes at a
// fixed rate, and counts the marker bytes that come back. Every message that was sent must arrive
// exactly once at everyone who is to see it; after each round the stragglers are waited for.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// When the next message is published.
enum Flow: Hashable {
    /// As soon as fewer than this many messages are on their way.
    case inFlight(Int)
    /// So many a second, whether or not the server keeps up. Latency counts from the moment that
    /// the message was due.
    case perSecond(Double)
}

/// What one round showed.
struct LoadOutcome {
    var sent = 0
    var deliveries = 0
    /// Deliveries that never came (positive) or came too often (negative).
    var lost = 0
    var seconds = 0.0
    var serverSeconds = 0.0
    var generatorSeconds = 0.0
    /// How long the server and the generator were kept from running by others.
    var waitedSeconds = 0.0
    var latency = LatencyHistogram()
}

/// Publishes messages of one size to one crowd.
struct LoadLoop {
    private let crowd: Crowd
    private let flow: Flow
    private var frames: [Frame]
    private var turn = 0
    /// How many clients see one message.
    let fanOut: Int

    /// Publishes one message to find out whether senders see their own, and checks that everyone
    /// else in the room saw it, whole.
    init(crowd: Crowd, flow: Flow, textBytes: Int) throws {
        self.crowd = crowd
        self.flow = flow
        frames = crowd.publishers.map { crowd.dialect.frame(from: $0.seat, textBytes: textBytes) }
        guard let first = crowd.publishers.first, textBytes >= Frame.minimumText else {
            throw BenchError("nobody to publish, or too short a text")
        }
        try crowd.settle(quiet: 0, deadline: Deadline(in: 2))
        var seen = 0
        var bytes = 0
        frames[0].stamp(monotonicNanoseconds())
        try crowd.send(frames[0].bytes, from: first.index, whenFull: {})
        let deadline = Deadline(in: 3)
        var quiet: Int32 = 500
        while try crowd.receive(
            timeout: quiet,
            { _, chunk in
                seen += LoadLoop.markers(in: chunk)
                bytes += chunk.count
            }) > 0, !deadline.hasPassed
        {
            // An echo comes in the same turn as everything else, or hardly later.
            if seen >= crowd.shape.receivers { quiet = 20 }
        }
        let receivers = crowd.shape.receivers
        guard (receivers...receivers + crowd.shape.publishers).contains(seen) else {
            throw BenchError("\(seen) deliveries of one message to \(receivers) receivers")
        }
        guard bytes >= seen * textBytes else {
            throw BenchError("texts of \(textBytes) bytes arrive shortened")
        }
        fanOut = seen
    }

    /// Publishes for `seconds`, after a warm-up of a fifth of that.
    mutating func round(seconds: Double, server: ServerProcess) throws -> LoadOutcome {
        let warmUp = try run(seconds: seconds / 5, server: server)
        var outcome = try run(seconds: seconds, server: server)
        outcome.lost += warmUp.lost
        return outcome
    }

    private mutating func run(seconds: Double, server: ServerProcess) throws -> LoadOutcome {
        var outcome = LoadOutcome()
        let serverBefore = server.usage
        let generatorBefore = threadProcessorSeconds()
        let waitedBefore = threadWaitedSeconds()
        let start = monotonicNanoseconds()
        let end = start + UInt64(seconds * 1e9)
        var now = start
        while now < end {
            switch flow {
            case .inFlight(let window):
                while outcome.sent &* fanOut < outcome.deliveries &+ window &* fanOut {
                    try publish(stamp: monotonicNanoseconds(), &outcome)
                }
                try count(timeout: 100, sampling: 8, &outcome)
            case .perSecond(let rate):
                while Double(outcome.sent) < Double(now - start) / 1e9 * rate {
                    let due = start + UInt64(Double(outcome.sent) / rate * 1e9)
                    try publish(stamp: due, &outcome)
                }
                try count(timeout: 0, sampling: 1, &outcome)
            }
            now = monotonicNanoseconds()
        }
        outcome.seconds = Double(now - start) / 1e9
        let usage = server.usage
        outcome.serverSeconds = usage.processorSeconds - serverBefore.processorSeconds
        outcome.generatorSeconds = threadProcessorSeconds() - generatorBefore
        outcome.waitedSeconds =
            usage.keptWaiting(since: serverBefore) + threadWaitedSeconds() - waitedBefore
        try awaitStragglers(&outcome)
        return outcome
    }

    /// Waits for what is still on its way; what has not come when there was silence for two
    /// seconds is lost.
    private func awaitStragglers(_ outcome: inout LoadOutcome) throws {
        let expected = outcome.sent * fanOut
        var late = LoadOutcome()
        late.deliveries = outcome.deliveries
        let deadline = Deadline(in: 5)
        while late.deliveries < expected, !deadline.hasPassed {
            if try count(timeout: 2000, sampling: 0, &late) == 0 { break }
        }
        while try count(timeout: 0, sampling: 0, &late) > 0, !deadline.hasPassed {}
        outcome.lost = expected - late.deliveries
    }

    @inline(__always)
    private mutating func publish(stamp: UInt64, _ outcome: inout LoadOutcome) throws {
        frames[turn].stamp(stamp)
        let crowd = crowd
        try crowd.send(frames[turn].bytes, from: crowd.publishers[turn].index) {
            // The server waits for us to read before it goes on reading.
            _ = try LoadLoop.count(crowd, timeout: 1, sampling: 0, &outcome)
        }
        turn += 1
        if turn == frames.count { turn = 0 }
        outcome.sent &+= 1
    }

    @discardableResult
    private func count(
        timeout: Int32, sampling: Int, _ outcome: inout LoadOutcome
    ) throws -> Int {
        try LoadLoop.count(crowd, timeout: timeout, sampling: sampling, &outcome)
    }

    /// Counts what has arrived. `sampling` 1 takes the latency of every delivery, n > 1 that of
    /// the newest one that every n-th client has read, 0 none.
    private static func count(
        _ crowd: Crowd, timeout: Int32, sampling: Int, _ outcome: inout LoadOutcome
    ) throws -> Int {
        var deliveries = 0
        let ready = try crowd.receive(timeout: timeout) { index, chunk in
            if sampling == 1 {
                let now = monotonicNanoseconds()
                deliveries &+= markers(in: chunk) { digits in
                    if let stamp = stamp(at: digits, in: chunk) {
                        outcome.latency.record(now &- stamp)
                    }
                }
                return
            }
            var newest: UnsafeRawPointer?
            deliveries &+= markers(in: chunk) { newest = $0 }
            if sampling > 1, index % sampling == 0, let stamp = stamp(at: newest, in: chunk) {
                outcome.latency.record(monotonicNanoseconds() &- stamp)
            }
        }
        outcome.deliveries &+= deliveries
        return ready
    }

    /// The number of markers in what was read; each place after one is handed over.
    @inline(__always)
    private static func markers(
        in bytes: UnsafeBufferPointer<UInt8>, found: (UnsafeRawPointer) -> Void = { _ in }
    ) -> Int {
        guard var position = UnsafeRawPointer(bytes.baseAddress) else { return 0 }
        let end = position + bytes.count
        var count = 0
        while let hit = memchr(position, Int32(Frame.marker), end - position) {
            count &+= 1
            position = UnsafeRawPointer(hit) + 1
            found(position)
        }
        return count
    }

    /// The time stamp at `digits`, unless the end of what was read cuts it.
    @inline(__always)
    private static func stamp(
        at digits: UnsafeRawPointer?, in bytes: UnsafeBufferPointer<UInt8>
    ) -> UInt64? {
        guard let digits, let start = bytes.baseAddress,
            UnsafeRawPointer(start) + bytes.count - digits >= Frame.stampDigits
        else { return nil }
        return Frame.time(at: digits.assumingMemoryBound(to: UInt8.self))
    }
}
