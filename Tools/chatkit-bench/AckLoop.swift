// Senders who wait for acks: every message carries a nonce and must be acked exactly once. Each
// sender keeps a number of messages unacked, or all of them together send at a fixed rate. One
// thread, no JSON parser: an ack begins with the same bytes every time, with the nonce behind them.
// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What one round showed.
struct AckOutcome {
    var sent = 0
    /// Acks within the round's time.
    var ackedInTime = 0
    /// Messages whose first ack has come, late ones included.
    var acked = 0
    /// Acks of what was acked before, or never sent.
    var repeated = 0
    var seconds = 0.0
    var serverSeconds = 0.0
    var generatorSeconds = 0.0
    /// How long the server and the generator were kept from running by others.
    var waitedSeconds = 0.0
    /// From the moment the message was due.
    var latency = LatencyHistogram()

    /// Messages that were never acked.
    var lost: Int { sent - acked }
}

/// Sends to rooms where nobody else is, and counts acks.
final class AckLoop {
    static let nonceDigits = 10
    private static let ackStart = Array("{\"type\":\"ack\",\"nonce\":\"".utf8)
    /// What a server says that does not want to go on.
    private static let complaints = ["{\"type\":\"error\"", "{\"type\":\"bye\""].map {
        Array($0.utf8)
    }

    /// One sender.
    private struct Sender {
        /// Its messages, sent in turn.
        let frames: [Frame]
        /// The number of the round's first message; it is the nonce.
        var first = 0
        /// When each of the round's messages was due; 0 after its ack.
        var due: [UInt64] = []
        var unacked = 0
        /// The beginning of a line whose end has not been read.
        var tail: [UInt8] = []

        /// Bytes with the place for the nonce.
        struct Frame {
            let bytes: [UInt8]
            let nonceOffset: Int
        }
    }

    private let crowd: Crowd
    private let flow: Flow
    private var senders: [Sender]
    private var outcome = AckOutcome()
    /// Senders that have been acked something since they were last looked at.
    private var acked: [Int] = []
    private var complaint: String?
    private var output: [UInt8] = []
    private var turn = 0
    /// All messages of all rounds.
    private(set) var sentInAll = 0

    /// - Parameter crowd: clients that are each alone in a room and publish.
    init(crowd: Crowd, flow: Flow, texts: [String]) {
        self.crowd = crowd
        self.flow = flow
        senders = crowd.publishers.enumerated().map { position, publisher in
            let frames = (0..<16).map { variant in
                let text = texts[(position * 16 + variant) % texts.count]
                let before =
                    "{\"type\":\"message\",\"room\":\"#\(publisher.seat.roomName)\",\"nonce\":\""
                let nonce = String(repeating: "0", count: AckLoop.nonceDigits)
                return Sender.Frame(
                    bytes: Array("\(before)\(nonce)\",\"text\":\"\(text)\"}\n".utf8),
                    nonceOffset: before.utf8.count)
            }
            return Sender(frames: frames)
        }
    }

    /// Sends for `seconds`, after a warm-up of a fifth of that.
    func round(seconds: Double, server: ServerProcess) throws -> AckOutcome {
        let warmUp = try run(seconds: seconds / 5, server: server)
        var outcome = try run(seconds: seconds, server: server)
        outcome.sent += warmUp.sent
        outcome.acked += warmUp.acked
        outcome.repeated += warmUp.repeated
        return outcome
    }

    private func run(seconds: Double, server: ServerProcess) throws -> AckOutcome {
        outcome = AckOutcome()
        for index in senders.indices {
            senders[index].first += senders[index].due.count
            senders[index].due.removeAll(keepingCapacity: true)
            senders[index].unacked = 0
        }
        let serverBefore = server.usage
        let generatorBefore = threadProcessorSeconds()
        let waitedBefore = threadWaitedSeconds()
        let start = monotonicNanoseconds()
        let end = start + UInt64(seconds * 1e9)
        acked = Array(senders.indices)
        var now = start
        while now < end {
            switch flow {
            case .inFlight(let window):
                let due = acked
                acked.removeAll(keepingCapacity: true)
                for index in due {
                    try send(window - senders[index].unacked, from: index, due: now)
                }
                try receive(timeout: 100)
            case .perSecond(let rate):
                while Double(outcome.sent) < Double(now - start) / 1e9 * rate {
                    let due = start + UInt64(Double(outcome.sent) / rate * 1e9)
                    try send(1, from: turn, due: due)
                    turn = (turn + 1) % senders.count
                }
                acked.removeAll(keepingCapacity: true)
                try receive(timeout: 0)
            }
            now = monotonicNanoseconds()
        }
        outcome.seconds = Double(now - start) / 1e9
        outcome.ackedInTime = outcome.acked
        outcome.generatorSeconds = threadProcessorSeconds() - generatorBefore
        let waited = threadWaitedSeconds() - waitedBefore
        outcome.waitedSeconds = server.usage.keptWaiting(since: serverBefore) + waited
        // What is unacked at the end, and indexed later, is the server's work of this round as
        // well.
        try awaitStragglers()
        server.awaitRest()
        outcome.serverSeconds = server.processorSeconds - serverBefore.processorSeconds
        return outcome
    }

    /// Waits for what is not acked; what has not come after two seconds of silence is lost. Then
    /// listens a moment longer, for acks that should not come.
    private func awaitStragglers() throws {
        let deadline = Deadline(in: 5)
        while outcome.acked < outcome.sent, !deadline.hasPassed {
            if try receive(timeout: 2000) == 0 { break }
        }
        while try receive(timeout: 5) > 0, !deadline.hasPassed {}
    }

    /// Sends so many messages in one write.
    private func send(_ count: Int, from index: Int, due: UInt64) throws {
        guard count > 0 else { return }
        output.removeAll(keepingCapacity: true)
        for _ in 0..<count {
            let number = senders[index].first + senders[index].due.count
            let frame = senders[index].frames[number % senders[index].frames.count]
            let start = output.count + frame.nonceOffset
            output += frame.bytes
            var rest = number
            for place in (start..<start + AckLoop.nonceDigits).reversed() {
                output[place] = UInt8(truncatingIfNeeded: 48 + rest % 10)
                rest /= 10
            }
            senders[index].due.append(due)
        }
        senders[index].unacked += count
        outcome.sent += count
        sentInAll += count
        let bytes = output
        try crowd.send(bytes, from: crowd.publishers[index].index) {
            // The server waits for us to read before it goes on reading.
            try receive(timeout: 1)
        }
    }

    @discardableResult
    private func receive(timeout: Int32) throws -> Int {
        let ready = try crowd.receive(timeout: timeout) { index, bytes in
            take(bytes, by: index, at: monotonicNanoseconds())
        }
        if let complaint { throw BenchError("the server said \(complaint)") }
        return ready
    }

    /// Takes what one sender has read apart into lines.
    private func take(_ bytes: UnsafeBufferPointer<UInt8>, by index: Int, at now: UInt64) {
        guard var position = UnsafeRawPointer(bytes.baseAddress) else { return }
        let before = outcome.acked
        let end = position + bytes.count
        while let hit = memchr(position, 10, end - position) {
            let line = UnsafeRawBufferPointer(
                start: position, count: UnsafeRawPointer(hit) - position)
            if senders[index].tail.isEmpty {
                take(line: line, by: index, at: now)
            } else {
                senders[index].tail += line
                let whole = senders[index].tail
                senders[index].tail.removeAll(keepingCapacity: true)
                whole.withUnsafeBytes { take(line: $0, by: index, at: now) }
            }
            position = UnsafeRawPointer(hit) + 1
        }
        senders[index].tail += UnsafeRawBufferPointer(start: position, count: end - position)
        if outcome.acked > before { acked.append(index) }
    }

    private func take(line: UnsafeRawBufferPointer, by index: Int, at now: UInt64) {
        let digits = AckLoop.ackStart.count
        guard line.starts(with: AckLoop.ackStart), line.count > digits + AckLoop.nonceDigits else {
            if AckLoop.complaints.contains(where: { line.starts(with: $0) }) {
                complaint = String(decoding: line.prefix(200), as: UTF8.self)
            }
            return
        }
        var number = 0
        for place in digits..<digits + AckLoop.nonceDigits {
            number = number * 10 + Int(line[place]) - 48
        }
        let slot = number - senders[index].first
        guard senders[index].due.indices.contains(slot), senders[index].due[slot] != 0 else {
            outcome.repeated += 1
            return
        }
        outcome.latency.record(now &- senders[index].due[slot])
        outcome.acked += 1
        senders[index].due[slot] = 0
        senders[index].unacked -= 1
    }
}
