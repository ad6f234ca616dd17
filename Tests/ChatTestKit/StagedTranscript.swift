// Conversations of several people, written down as they should be and held against a server, in
// process or over sockets:
//
//     # a comment
//     alice connects
//     alice > a line that alice sends        alice >- bytes that she sends as they are
//     bob < a line that bob is sent          bob <- bytes that he is sent
//     alice ends                             she sends no more
//     alice is gone                          the server has closed her connection
//     250 ms pass
//
// Escapes and `*` are those of `GoldenTranscript`. Who is to act next has first seen everything that
// was expected before; in process, nothing else may have been sent to anybody by then.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// Where a conversation is played.
package protocol TranscriptStage {
    /// A client connects; its number.
    mutating func connect() throws -> Int
    mutating func send(_ bytes: [UInt8], from client: Int) throws
    /// The client sends no more.
    mutating func finish(_ client: Int) throws
    /// More of what the client was sent.
    mutating func receive(_ client: Int) throws -> StagedBytes
    mutating func pass(_ duration: Duration)
    /// Whether everything that was sent so far has been received at once.
    var isImmediate: Bool { get }
}

/// What came for a client.
package enum StagedBytes: Equatable {
    case bytes([UInt8])
    /// Nothing yet, or nothing for as long as the stage waits.
    case nothing
    /// The server closed the connection.
    case end
}

/// A conversation as it should be.
package struct StagedTranscript: Sendable {
    private enum Step: Sendable {
        case connect
        case send([UInt8])
        case finish
        case expectLine([GoldenTranscript.Token])
        case expectBytes([UInt8])
        case expectEnd
        case pass(Duration)
    }

    package typealias Mismatch = GoldenTranscript.Mismatch

    private var steps: [(line: Int, who: String, step: Step)] = []

    /// Reads a conversation.
    package init(_ text: String) throws(Mismatch) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
            let who = line.prefix { $0 != " " }
            let rest = line.dropFirst(who.count + 1)
            guard let step = StagedTranscript.step(who, rest) else {
                throw Mismatch(line: index + 1, problem: "not understood: \(line)")
            }
            steps.append((index + 1, String(who), step))
        }
    }

    private static func step(_ who: Substring, _ rest: Substring) -> Step? {
        switch rest {
        case "connects": return .connect
        case "ends": return .finish
        case "is gone": return .expectEnd
        case "ms pass": return Int64(who).map { .pass(.milliseconds($0)) }
        default: break
        }
        let mark = rest.prefix { $0 != " " }
        guard let tokens = GoldenTranscript.tokens(rest.dropFirst(mark.count + 1)) else {
            return nil
        }
        let bytes = tokens.map { token in
            if case .byte(let byte) = token { byte } else { UInt8(ascii: "*") }
        }
        switch mark {
        case ">": return .send(bytes + [0x0A])
        case ">-": return .send(bytes)
        case "<": return .expectLine(tokens)
        case "<-": return .expectBytes(bytes)
        default: return nil
        }
    }

    /// Plays it.
    /// - Throws: `Mismatch` where something else happens.
    package func play(on stage: inout some TranscriptStage) throws {
        var people: [String: Int] = [:]
        var received: [Int: [UInt8]] = [:]

        func more(_ client: Int) throws -> Bool {
            guard case .bytes(let bytes) = try stage.receive(client) else { return false }
            received[client, default: []] += bytes
            return true
        }
        func expectNothingElse(_ line: Int) throws {
            guard stage.isImmediate else { return }
            for (name, client) in people {
                while try more(client) {}
                guard let rest = received[client], !rest.isEmpty else { continue }
                let shown = GoldenTranscript.shown(rest)
                throw Mismatch(line: line, problem: "before it \(name) was sent: \(shown)")
            }
        }

        for (line, who, step) in steps {
            if case .connect = step {
                try expectNothingElse(line)
                people[who] = try stage.connect()
                continue
            }
            if case .pass(let duration) = step {
                try expectNothingElse(line)
                stage.pass(duration)
                continue
            }
            guard let client = people[who] else {
                throw Mismatch(line: line, problem: "\(who) has not connected")
            }
            switch step {
            case .connect, .pass: break
            case .send(let bytes):
                try expectNothingElse(line)
                try stage.send(bytes, from: client)
            case .finish:
                try expectNothingElse(line)
                try stage.finish(client)
            case .expectLine(let tokens):
                while received[client]?.contains(0x0A) != true, try more(client) {}
                let bytes = received[client] ?? []
                guard let end = bytes.firstIndex(of: 0x0A),
                    GoldenTranscript.matches(tokens, bytes[..<end])
                else { throw mismatch(line, bytes) }
                received[client]?.removeSubrange(...end)
            case .expectBytes(let expected):
                while received[client]?.count ?? 0 < expected.count, try more(client) {}
                let bytes = received[client] ?? []
                guard bytes.starts(with: expected) else { throw mismatch(line, bytes) }
                received[client]?.removeFirst(expected.count)
            case .expectEnd:
                while try more(client) {}
                guard received[client]?.isEmpty ?? true, try stage.receive(client) == .end else {
                    throw mismatch(line, received[client] ?? [])
                }
                people[who] = nil
            }
        }
        try expectNothingElse((steps.last?.line ?? 0) + 1)
    }

    private func mismatch(_ line: Int, _ bytes: [UInt8]) -> Mismatch {
        Mismatch(line: line, problem: "got: \(GoldenTranscript.shown(bytes))")
    }
}

/// A conversation played in process, in virtual time.
extension VirtualServer: TranscriptStage {
    package var isImmediate: Bool { true }

    package mutating func send(_ bytes: [UInt8], from client: Int) { receive(bytes, from: client) }

    package mutating func receive(_ client: Int) -> StagedBytes {
        let bytes = take(client)
        if !bytes.isEmpty { return .bytes(bytes) }
        return clients[client].isClosed ? .end : .nothing
    }
}
