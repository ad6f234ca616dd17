// PHC strings: what is written is read, and nothing else is.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit
import Testing

@Suite("A password's hash")
struct ScryptHashTests {
    private static let salt = "c29kaXVtY2hsb3JpZGU"
    private static let key = "nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"

    @Test("is read as other programs write it")
    func known() throws {
        let text = "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$\(ScryptHashTests.key)"
        let hash = try ScryptHash(text)
        #expect(hash.cost.logN == 16 && hash.cost.r == 8 && hash.cost.p == 1)
        #expect(hash.salt.count == 16 && hash.key.count == 32)
        #expect(hash.salt.first == 0x68 && hash.key.last == 0x91)
        #expect(hash.text == text)
    }

    @Test("goes into text and comes back, whatever its bytes and lengths")
    func roundTrip() throws {
        var random = SeededRandom(seed: 7)
        for count in 0..<200 {
            let salt = (0..<8 + count % 57).map { _ in UInt8.random(in: 0...255, using: &random) }
            let key = (0..<16 + count % 49).map { _ in UInt8.random(in: 0...255, using: &random) }
            let cost = try ScryptHash.Cost(logN: 1 + count % 17, r: 1 + count % 8, p: 1)
            let hash = try ScryptHash(cost: cost, salt: salt, key: key)
            #expect(try ScryptHash(hash.text) == hash)
        }
    }

    @Test(
        "is refused when it is not of the form",
        arguments: [
            "", "$", "$scrypt", "$scrypt$", "scrypt$ln=4,r=1,p=1$S$K", " $scrypt$ln=4,r=1,p=1$S$K",
            "$scrypt$ln=4,r=1,p=1$S", "$scrypt$ln=4,r=1,p=1$S$K$", "$scrypt$ln=4,r=1,p=1$S$K$x",
            "$SCRYPT$ln=4,r=1,p=1$S$K", "$scrypt$$S$K", "$scrypt$r=1,ln=4,p=1$S$K",
            "$scrypt$ln=4,r=1$S$K", "$scrypt$ln=4,r=1,p=1,q=1$S$K", "$scrypt$ln=,r=1,p=1$S$K",
            "$scrypt$ln=04,r=1,p=1$S$K", "$scrypt$ln=+4,r=1,p=1$S$K", "$scrypt$ln=-4,r=1,p=1$S$K",
            "$scrypt$ln=4 ,r=1,p=1$S$K", "$scrypt$ln=0x4,r=1,p=1$S$K",
            "$scrypt$ln=99999,r=1,p=1$S$K", "$scrypt$ln=99999999999999999999,r=1,p=1$S$K",
            "$scrypt$ln=4,r=1,p=\u{664}$S$K", "$scrypt$N=16,r=1,p=1$S$K", "$argon2id$v=19$S$K",
        ])
    func malformed(text: String) {
        let whole = text.replacingSuffixes(salt: ScryptHashTests.salt, key: ScryptHashTests.key)
        #expect(throws: ScryptHashError.malformed, "\(whole)") { try ScryptHash(whole) }
    }

    @Test(
        "is refused when it costs nothing or too much",
        arguments: [
            "ln=0,r=8,p=1", "ln=21,r=1,p=1", "ln=20,r=3,p=1", "ln=19,r=8,p=1", "ln=15,r=0,p=1",
            "ln=15,r=8,p=0", "ln=15,r=33,p=1", "ln=4,r=1,p=17", "ln=18,r=8,p=3",
            "ln=9999,r=9999,p=9999", "ln=0,r=0,p=0",
        ])
    func cost(text: String) {
        #expect(throws: ScryptHashError.badCost) {
            try ScryptHash("$scrypt$\(text)$\(ScryptHashTests.salt)$\(ScryptHashTests.key)")
        }
    }

    @Test("may cost as much as is allowed", arguments: ["ln=18,r=8,p=2", "ln=20,r=2,p=2"])
    func mostCost(text: String) throws {
        _ = try ScryptHash("$scrypt$\(text)$\(ScryptHashTests.salt)$\(ScryptHashTests.key)")
    }

    @Test(
        "is refused for a salt that is short, long or no canonical base64",
        arguments: [
            "", "AAAA", "AAAAAAAAAA", String(repeating: "A", count: 87), "AAAAAAAAAAA=",
            "AAAAAAAAAAAAA", "AAAAAAAAAAB", "AAAAAAAAAA-", "AAAAAAAAAA_", "AAAA AAAAAAA",
            "AAAAAAAAAA\u{e9}", "AAAAAAAAAA\n",
        ])
    func salt(text: String) {
        #expect(throws: ScryptHashError.badSalt, "\(text)") {
            try ScryptHash("$scrypt$ln=4,r=1,p=1$\(text)$\(ScryptHashTests.key)")
        }
    }

    @Test(
        "is refused for a key that is short, long or no canonical base64",
        arguments: [
            "", "AAAA", String(repeating: "A", count: 20), String(repeating: "A", count: 87),
            "nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5F",
            "nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E=",
        ])
    func key(text: String) {
        #expect(throws: ScryptHashError.badHash, "\(text)") {
            try ScryptHash("$scrypt$ln=4,r=1,p=1$\(ScryptHashTests.salt)$\(text)")
        }
    }

    @Test("is never read from text that was changed somewhere, as the same hash")
    func mutations() throws {
        let text = "$scrypt$ln=4,r=1,p=1$\(ScryptHashTests.salt)$\(ScryptHashTests.key)"
        let hash = try ScryptHash(text)
        var random = SeededRandom(seed: 11)
        for _ in 0..<20_000 {
            var bytes = Array(text.utf8)
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = UInt8.random(in: 0...127, using: &random)
            }
            let changed = String(decoding: bytes, as: UTF8.self)
            guard changed != text, let read = try? ScryptHash(changed) else { continue }
            #expect(read != hash && read.text == changed)
        }
        #expect(throws: ScryptHashError.malformed) {
            try ScryptHash(text + String(repeating: "A", count: 100_000))
        }
    }
}

extension String {
    /// `S` and `K` between `$` stand for a salt and a key.
    fileprivate func replacingSuffixes(salt: String, key: String) -> String {
        split(separator: "$", omittingEmptySubsequences: false)
            .map { $0 == "S" ? salt[...] : $0 == "K" ? key[...] : $0 }.joined(separator: "$")
    }
}
