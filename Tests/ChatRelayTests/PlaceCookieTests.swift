// The cookie by which a page finds its place again.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("A place's cookie") struct PlaceCookieTests {
    private let ticket = "abcdefghijklmnopqrstuvwx"

    private func found(_ head: String) -> String? { PlaceCookie.ticket(in: head.utf8) }

    @Test("is found in a request's head, among others")
    func found() {
        #expect(found("GET / HTTP/1.1\r\ncookie: a=b; chatkit_place=\(ticket)\r\n\r\n") == ticket)
        #expect(found("GET / HTTP/1.1\r\nCookie:chatkit_place=\(ticket); c\r\n\r\n") == ticket)
        let value = PlaceCookie.field(ticket).split(separator: ";").first.map(String.init)
        #expect(found("Cookie: \(value ?? "")\r\n\r\n") == ticket)
    }

    @Test("is no other field, no content, and no text that is no ticket")
    func none() {
        #expect(found("X-Cookie: chatkit_place=\(ticket)\r\n\r\n") == nil)
        #expect(found("Cookie: my_chatkit_place=\(ticket)\r\n\r\n") == nil)
        #expect(found("Cookie: chatkit_place=a b\r\n\r\n") == nil)
        #expect(found("Host: h\r\n\r\nCookie: chatkit_place=\(ticket)\r\n") == nil)
        #expect(found("") == nil)
        #expect(PlaceCookie.ticket(in: [0xFF, 0x0A, 0x43] as [UInt8]) == nil)
    }
}
