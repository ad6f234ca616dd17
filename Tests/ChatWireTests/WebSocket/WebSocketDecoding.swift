// Runs a client's frames through the decoder, cut in every way.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit

/// What came out, as short words: `text:…`, `binary:…`, `ping:…`, `pong:…`, `close:…`, `!error`.
enum WebSocketDecoding {
    /// Two ways of cutting that gave different results.
    struct Disagreement: Error { let description: String }

    /// Decodes `bytes` whole, byte by byte, cut in two at every place and at random; all must give
    /// the same.
    static func words(
        _ bytes: [UInt8], randomCuts: Int = 10, decoder: WebSocketFrameDecoder = .init()
    ) throws -> [String] {
        let whole = try DecoderVerifier.verify(
            bytes, cuts: randomCuts, seed: 11, decoder: { decoder }
        ) { decoder, input in try decoder.next(in: &input).map(word) }
        let expected = whole.map { $0.frame ?? "!" + ($0.error ?? "") }
        for place in bytes.indices where bytes.count <= 400 {
            let cut = run([bytes[..<place], bytes[place...]], decoder)
            guard cut == expected else {
                throw Disagreement(
                    description: "cut at \(place): \(cut), whole: \(expected)")
            }
        }
        return expected
    }

    static func words(
        _ frames: [ClientFrame], decoder: WebSocketFrameDecoder = .init()
    ) throws -> [String] {
        try words(frames.bytes, decoder: decoder)
    }

    private static func run(
        _ pieces: [ArraySlice<UInt8>], _ decoder: WebSocketFrameDecoder
    ) -> [String] {
        var decoder = decoder
        var input = ByteBuffer()
        var words: [String] = []
        for piece in pieces {
            input.write(piece)
            do {
                while let event = try decoder.next(in: &input) { words.append(word(event)) }
            } catch {
                words.append("!\(error)")
            }
        }
        return words
    }

    private static func word(_ event: WebSocketEvent) -> String {
        func text(_ bytes: [UInt8]) -> String {
            bytes.count > 100 ? "\(bytes.count) bytes" : String(decoding: bytes, as: UTF8.self)
        }
        switch event {
        case .message(let message): return "\(message.kind):\(text(message.bytes))"
        case .ping(let bytes): return "ping:\(text(bytes))"
        case .pong(let bytes): return "pong:\(text(bytes))"
        case .close(nil): return "close"
        case .close(let close?): return "close:\(close.code.raw) \(close.reason)"
        }
    }
}
