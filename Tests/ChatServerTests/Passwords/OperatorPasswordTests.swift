// scrypt against its RFC's vectors, and the operators' password made of it.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatServer
import Testing

@Suite("scrypt")
struct ScryptTests {
    @Test(
        "derives what RFC 7914 says (section 12)",
        arguments: [
            (
                "", "", 4, 1, 1,
                """
                77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
                fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906
                """
            ),
            (
                "password", "NaCl", 10, 8, 16,
                """
                fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
                2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
                """
            ),
            (
                "pleaseletmein", "SodiumChloride", 14, 8, 1,
                """
                7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
                d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887
                """
            ),
        ] as [(String, String, Int, Int, Int, String)])
    func vectors(
        password: String, salt: String, logN: Int, r: Int, p: Int, expected: String
    ) throws {
        let cost = try ScryptHash.Cost(logN: logN, r: r, p: p)
        let key = try #require(
            Scrypt.key(of: Array(password.utf8), salt: Array(salt.utf8), cost: cost, count: 64))
        let digits = key.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        #expect(digits.joined() == expected)
    }

    @Test("has the memory for the dearest hash that is allowed", arguments: [(18, 8), (20, 2)])
    func dearest(logN: Int, r: Int) throws {
        let cost = try ScryptHash.Cost(logN: logN, r: r, p: 1)
        #expect(Scrypt.key(of: [1], salt: [2], cost: cost, count: 16) != nil)
    }
}

@Suite("The operators' password")
struct OperatorPasswordTests {
    /// As little work as there is.
    private func cheap() throws -> ScryptHash.Cost { try ScryptHash.Cost(logN: 2, r: 1, p: 1) }

    @Test("matches itself alone")
    func matching() throws {
        let text = "correct horse \u{1F40E}"
        let secret = Secret(Array(text.utf8))
        let password = try OperatorPassword(
            hashing: secret, cost: try cheap())
        #expect(secret.withBytes(\.isEmpty))
        #expect(password.matches(Array(text.utf8)))
        for other in ["", "correct horse", text + " ", text.uppercased()] {
            #expect(!password.matches(Array(other.utf8)))
        }
        let read = OperatorPassword(try ScryptHash(password.hash.text))
        #expect(read.matches(Array(text.utf8)))
    }

    @Test("is hashed with another salt each time")
    func salts() throws {
        let hashes = try (0..<20).map { _ in
            try OperatorPassword(
                hashing: Secret([1, 2, 3]), cost: try cheap()
            ).hash
        }
        #expect(Set(hashes.map(\.salt)).count == 20 && Set(hashes.map(\.key)).count == 20)
        #expect(hashes.allSatisfy { $0.salt.count == 16 && $0.key.count == 32 })
    }

    @Test("is refused when it is empty, too long, no text, or a hash")
    func refusals() throws {
        func refusal(_ bytes: [UInt8]) -> PasswordError? {
            do throws(PasswordError) {
                _ = try OperatorPassword(hashing: Secret(bytes))
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal([]) == .empty)
        #expect(refusal([UInt8](repeating: 97, count: Limits.maxPasswordBytes + 1)) == .tooLong)
        #expect(refusal([0xFF]) == .notText)
        #expect(refusal(Array("$scrypt$".utf8)) == .isHash)
    }

    @Test("is the first line of what is read, which is wiped")
    func sources() throws {
        let secret = Secret(Array("one\ntwo\n".utf8))
        guard case .plain(let line) = try OperatorPasswordSource(firstLineOf: secret) else {
            Issue.record("not a plain password")
            return
        }
        #expect(line.withBytes { $0 == Array("one".utf8) })
        #expect(secret.withBytes(\.isEmpty))
        let hash = try OperatorPassword(
            hashing: Secret([97]), cost: try cheap()
        ).hash
        let read = try OperatorPasswordSource(firstLineOf: Secret(Array(hash.text.utf8)))
        let password = try OperatorPassword(read)
        #expect(password.matches([97]))
    }

    @Test("compares secrets by their bytes")
    func secrets() {
        let secret = Secret([1, 2])
        #expect(secret == secret && secret == Secret([1, 2]))
        #expect(!(secret == Secret([1, 3])) && !(secret == Secret([1])))
        secret.wipe()
        #expect(secret == Secret([]))
    }
}
