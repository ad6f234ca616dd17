// The cost of JSON on the wire, in this process: a client's message decoded by its session, and
// the message that everybody is sent encoded. Hundred-byte text, as in the fan-out.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

enum CodecMeasurement {
    private static let messages = 20_000
    private static let rounds = 9
    private static let text = String(repeating: "The quick brown fox. ", count: 5).prefix(100)

    /// Decoding, encoding, and both together, in microseconds a message.
    static func rows() throws -> [Row] {
        var decoding = Row(subject: "decode", title: "decode")
        var encoding = Row(subject: "encode", title: "encode")
        var both = Row(subject: "both", title: "decode and encode")
        for _ in 0..<rounds {
            let decoded = try decode()
            let encoded = try encode()
            decoding.rounds.append(Round(figures: [.microseconds: decoded]))
            encoding.rounds.append(Round(figures: [.microseconds: encoded]))
            both.rounds.append(Round(figures: [.microseconds: decoded + encoded]))
        }
        return [decoding, encoding, both] + (try HTTPMeasurement.rows(rounds: rounds))
    }

    private static func decode() throws -> Double {
        var session = JSONSession()
        var reply = ByteBuffer()
        var input = ByteBuffer("{\"type\":\"hello\",\"nick\":\"u1\"}\n")
        _ = session.next(in: &input, reply: &reply)
        let batch = 20
        let line = "{\"type\":\"message\",\"text\":\"\(text)\"}\n"
        let lines = Array(String(repeating: line, count: batch).utf8)
        var requests = 0
        let start = monotonicNanoseconds()
        for _ in 0..<messages / batch {
            // What a connection does with a chunk it has read.
            input.clear()
            input.write(lines)
            while case .request = session.next(in: &input, reply: &reply) { requests += 1 }
        }
        let seconds = secondsSince(start)
        guard requests == messages else {
            throw BenchError("the session took \(requests) of \(messages) messages")
        }
        return seconds / Double(messages) * 1e6
    }

    private static func encode() throws -> Double {
        let person = Person(
            nick: try Nickname("u1"), user: "~json", host: "json", realName: "u1")
        let batch = 20
        let sent = (1...batch).map { number in
            Message(
                id: MessageID(origin: 1, number: UInt64(number)), room: .lobby,
                seq: UInt64(number), from: person, kind: .text, text: String(text),
                at: Timestamp(milliseconds: 1_780_000_000_000))
        }
        var output = ByteBuffer()
        var bytes = 0
        let start = monotonicNanoseconds()
        for _ in 0..<messages / batch {
            output.clear()
            for message in sent {
                JSONWire.encode(.message(message, excluding: nil), into: &output)
            }
            bytes += output.readableBytes
        }
        let seconds = secondsSince(start)
        guard bytes > messages * text.utf8.count else {
            throw BenchError("the encoder wrote \(bytes) bytes for \(messages) messages")
        }
        return seconds / Double(messages) * 1e6
    }
}
