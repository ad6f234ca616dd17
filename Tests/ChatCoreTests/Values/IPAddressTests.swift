// Addresses and blocks of them: what is read, what is refused, how they are written.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite struct IPAddressTests {
    @Test(
        "An address is written the one canonical way",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("::1", "::1"), ("::", "::"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("fe80::", "fe80::"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::ffff:192.0.2.7", "192.0.2.7"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ])
    func canonical(text: String, written: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == written)
        #expect(IPAddress(written) == address)
    }

    @Test(
        "What is no address is refused",
        arguments: [
            "", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.+4", "1.2.3.",
            ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
            "12345::", "g::", "::1%lo", "[::1]", "1.2.3.4::", ":1:2:3:4:5:6:7:8", "1:", "::-1",
        ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
        #expect(IPBlock(text) == nil)
    }

    @Test("A block holds the addresses that begin with its bits")
    func blocks() throws {
        let ten = try #require(IPBlock("10.0.0.0/9"))
        #expect(ten.contains(try #require(IPAddress("10.127.255.255"))))
        #expect(!ten.contains(try #require(IPAddress("10.128.0.0"))))
        #expect(!ten.contains(try #require(IPAddress("::1"))))
        let one = try #require(IPBlock("::1"))
        #expect(one.contains(try #require(IPAddress("::1"))))
        #expect(!one.contains(try #require(IPAddress("::2"))))
        let all = try #require(IPBlock("0.0.0.0/0"))
        #expect(all.contains(try #require(IPAddress("203.0.113.9"))))
        #expect(all.contains(try #require(IPAddress("::ffff:203.0.113.9"))))
        #expect(IPBlock("2001:db8::/32")?.description == "2001:db8::/32")
        #expect(one.description == "::1")
    }

    @Test(
        "A block has as many bits as its address at most",
        arguments: ["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "/8"])
    func badBits(text: String) {
        #expect(IPBlock(text) == nil)
    }
}
