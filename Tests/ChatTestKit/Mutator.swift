// Inputs like others: the fuzzer's work when it is built without libFuzzer. The same seed makes the
// same inputs.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Makes inputs from a corpus.
package struct Mutator: Sendable {
    private var random: SeededRandom
    private let corpus: [[UInt8]]

    /// Pieces that mean something to one protocol or another.
    private static let words: [String] = [
        "\n", "\r\n", "\r", "\0", " ", ":", ",", "#", "@", "/", "//", "\\", "\"", "{", "}", "[",
        "]",
        "\u{1}ACTION x\u{1}", "\u{FEFF}", "é", "𝄞", "\u{2028}", "e\u{301}", "PRIVMSG #lobby :",
        "JOIN ", "PART ", "NICK ", "TOPIC #lobby :", "@label=l ", "CAP REQ :", "CAP LS 302", "WHO ",
        "{\"type\":\"message\",\"text\":\"", "\"}\n", "\"nonce\":\"n\",", "/join r\n", "/nick n\n",
        "/msg json ", "GET /", "PROXY ", "QUIT", "18446744073709551616", "-0", "1e999", "\\ud800",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.0", "Content-Length: 5\r\n", "\r\n\r\n",
        "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "0\r\n\r\n", "7fffffffffffffff",
        "%2e%2e", "%2F", "%00", "http://a:1", "\r\n ", "\"tag\"", "Expect: 100-continue\r\n",
        "\u{1E}", "42[\"message\",\"", "\"]\u{1E}", "40{", "421[\"join\",{", "451-[\"a\"]",
        "2probe",
    ]

    package init(seed: UInt64, corpus: [[UInt8]]) {
        random = SeededRandom(seed: seed)
        self.corpus = corpus.isEmpty ? [[]] : corpus
    }

    /// The next input, at most `limit` bytes.
    package mutating func next(limit: Int) -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes) }
        return Array(bytes.prefix(limit))
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let length = min(Int.random(in: 0...32, using: &random), bytes.count - place)
        switch Int.random(in: 0..<9, using: &random) {
        case 0: bytes.insert(contentsOf: random.bytes(length), at: place)
        case 1: bytes.removeSubrange(place..<place + length)
        case 2:
            if place < bytes.count {
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        case 3:
            if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
        case 4:
            let part = Array(bytes[place..<place + length])
            let times = Int.random(in: 1...400, using: &random)
            bytes.insert(contentsOf: (0..<times).flatMap { _ in part }, at: place)
        case 5:
            let other = corpus.randomElement(using: &random) ?? []
            let start = Int.random(in: 0...other.count, using: &random)
            bytes.insert(contentsOf: other[start...].prefix(512), at: place)
        default:
            let word = Mutator.words.randomElement(using: &random) ?? ""
            bytes.insert(contentsOf: word.utf8, at: place)
        }
    }
}
