// Base64 both ways (RFC 4648 §10), and what is none.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite struct Base64Tests {
    @Test("The vectors of RFC 4648 §10 are encoded and decoded")
    func vectors() {
        let table = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
        for (plain, encoded) in table {
            #expect(Base64.encode(Array(plain.utf8)) == encoded)
            #expect(Base64.decode(encoded) == Array(plain.utf8))
        }
    }

    @Test("Every byte survives at every place of a group")
    func roundTrip() {
        for lead in 0..<3 {
            let bytes = Array(repeating: 0, count: lead) + Array(0...255 as ClosedRange<UInt8>)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.decode("+/+/") == [0xFB, 0xFF, 0xBF])
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "Zm8", "====", "=", "Z===", "Zg==Zg==", "Zm9v\n", " Zm9v",
            "Zm-v", "Zm_v", "Zé==", "Z=g=",
        ])
    func refused(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("Bits that padding leaves over may be anything")
    func looseBits() {
        #expect(Base64.decode("Zh==") == [0x66])
        #expect(Base64.decode("Zm9=") == Base64.decode("Zm8="))
    }
}
