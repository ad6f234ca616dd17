// Holds a decoder to its promise that cuts do not matter: the same input whole, byte by byte and
// cut at random must give the same results. Sessions that ask for more must have consumed nothing.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore

/// Runs one input in many pieces.
package enum DecoderVerifier {
    /// Two ways of cutting one input that gave different results.
    package struct Disagreement: Error, CustomStringConvertible {
        package let description: String
    }

    /// `input` whole, byte by byte, and cut at random places in `count` ways.
    package static func cuts(
        of input: [UInt8], count: Int, seed: UInt64
    ) -> [(name: String, pieces: [ArraySlice<UInt8>])] {
        var random = SeededRandom(seed: seed)
        var ways = [
            (name: "whole", pieces: [input[...]]),
            (name: "byte by byte", pieces: input.indices.map { input[$0...$0] }),
        ]
        for way in 0..<count {
            let places = Int.random(in: 1...8, using: &random)
            let cuts = (0..<places).map { _ in Int.random(in: 0...input.count, using: &random) }
            let ends = cuts.sorted() + [input.count]
            var start = 0
            var pieces: [ArraySlice<UInt8>] = []
            for end in ends {
                pieces.append(input[start..<end])
                start = end
            }
            ways.append((name: "random cut \(way) of seed \(seed) at \(cuts.sorted())", pieces))
        }
        return ways
    }

    /// Runs `decode` over every way of cutting `input` and returns the one result.
    /// - Throws: `Disagreement` when there are two.
    @discardableResult
    package static func verify<Result: Equatable>(
        _ input: [UInt8], cuts count: Int = 20, seed: UInt64 = 1,
        decode: ([ArraySlice<UInt8>]) throws -> Result
    ) throws -> Result {
        let expected = try decode([input[...]])
        for (name, pieces) in cuts(of: input, count: count, seed: seed) {
            let result = try decode(pieces)
            if result != expected {
                throw Disagreement(description: "\(name): \(result), whole: \(expected)")
            }
        }
        return expected
    }

    /// What a decoder that says nil may have done to its input: nothing, or dropped what means
    /// nothing (empty lines, the rest of a line that was refused).
    package enum Waiting: Sendable { case leavesInput, mayDropInput }

    /// Runs a decoder, made afresh for each way of cutting. Its errors count as results.
    @discardableResult
    package static func verify<Decoder, Frame: Equatable>(
        _ input: [UInt8], cuts count: Int = 20, seed: UInt64 = 1,
        waiting: Waiting = .mayDropInput, decoder make: () -> Decoder,
        next: (inout Decoder, inout ByteBuffer) throws -> Frame?
    ) throws -> [DecodedFrame<Frame>] {
        try verify(input, cuts: count, seed: seed) { pieces in
            var decoder = make()
            var buffer = ByteBuffer()
            var frames: [DecodedFrame<Frame>] = []
            var isStuck = false
            for piece in pieces {
                buffer.write(piece)
                while true {
                    let before = buffer.readableBytes
                    do {
                        guard let frame = try next(&decoder, &buffer) else {
                            if waiting == .leavesInput, buffer.readableBytes != before {
                                frames.append(.error("nil, but input was consumed"))
                            }
                            break
                        }
                        frames.append(.frame(frame))
                        isStuck = false
                    } catch {
                        let wasStuck = isStuck
                        isStuck = buffer.readableBytes == before
                        // A second error that consumes nothing: the decoder has given up.
                        if isStuck, wasStuck { return frames }
                        frames.append(.error("\(error)"))
                    }
                }
                buffer.discardReadBytes()
            }
            return frames
        }
    }

    /// Runs a session, made afresh for each way of cutting, up to where it closes.
    @discardableResult
    package static func verify<Session: SessionCodec>(
        _ input: [UInt8], cuts count: Int = 20, seed: UInt64 = 1, session make: () -> Session
    ) throws -> SessionRecord {
        try verify(input, cuts: count, seed: seed) { pieces in
            var session = make()
            var buffer = ByteBuffer()
            var record = SessionRecord()
            for piece in pieces {
                buffer.write(piece)
                if try record.take(from: &session, &buffer) { break }
                buffer.discardReadBytes()
            }
            return record
        }
    }
}

/// One result of a decoder.
package enum DecodedFrame<Frame: Equatable>: Equatable {
    case frame(Frame)
    case error(String)

    package var frame: Frame? {
        if case .frame(let frame) = self { frame } else { nil }
    }

    package var error: String? {
        if case .error(let error) = self { error } else { nil }
    }
}

/// What a session asked for and answered, in order.
package struct SessionRecord: Equatable, CustomStringConvertible {
    /// Requests and the close, each with the number of bytes that were answered before.
    package private(set) var actions: [String] = []
    package private(set) var reply = ByteBuffer()

    package init() {}

    package var description: String { "\(actions)\n\(reply.text)" }

    package static func == (a: SessionRecord, b: SessionRecord) -> Bool {
        a.actions == b.actions && a.reply.storage == b.reply.storage
    }

    /// Runs the session until it needs more; true when it closed.
    mutating func take(
        from session: inout some SessionCodec, _ input: inout ByteBuffer
    ) throws -> Bool {
        while true {
            let before = input.readableBytes
            let written = reply.writerIndex
            let action = session.next(in: &input, reply: &reply)
            switch action {
            case .needsMore:
                guard input.readableBytes == before, reply.writerIndex == written else {
                    throw DecoderVerifier.Disagreement(
                        description: "needsMore after \(actions) was not without effect")
                }
                return false
            case .handled, .carry: continue
            case .request(let request):
                actions.append("\(reply.writerIndex): \(request)")
            case .close(let bye):
                actions.append("\(reply.writerIndex): close \(bye.code)")
                return true
            }
        }
    }
}
