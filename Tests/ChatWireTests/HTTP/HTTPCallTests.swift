// Requests of ours are read by our own decoder as they were meant.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("HTTP calls")
struct HTTPCallTests {
    private func read(_ call: HTTPCall, host: String = "127.0.0.1:80") throws -> HTTPRequest {
        var bytes = ByteBuffer()
        call.encode(host: host, into: &bytes)
        return try HTTPScene.request(bytes.text)
    }

    @Test("whatever a name is made of, it is one segment or one value")
    func names() throws {
        for name in ["Server A", "a?c#d&e=f%41", "ä: y", "+", "~"] {
            var target = HTTPCallTarget(["servers", name])
            target.add("server", name + "/\r\n")
            target.add("by", "day")
            let request = try read(HTTPCall(target))
            #expect(request.method == .get && request.body.isEmpty)
            #expect(request.pathSegments == ["servers", name])
            #expect(request.query["server"] == name + "/\r\n" && request.query["by"] == "day")
        }
        #expect(HTTPCallTarget(["a/b", "c\r\n"]).text == "/a%2Fb/c%0D%0A")
        #expect(HTTPCallTarget([]).text == "/")
    }

    @Test("a post has its content and shows its token")
    func posts() throws {
        let call = HTTPCall(
            HTTPCallTarget(["servers", "A"]), posting: Array("{}".utf8),
            token: BearerToken("s3cret".utf8))
        let request = try read(call, host: "[::1]:80")
        #expect(request.method == .post && request.body == Array("{}".utf8))
        #expect(request.contentType == "application/json")
        #expect(request.text(of: "authorization") == "Bearer s3cret")
        #expect(request.authority == "[::1]:80")
    }

    @Test("a token is visible ASCII, and not too much of it")
    func tokens() {
        #expect(BearerToken("".utf8) == nil)
        #expect(BearerToken("two words".utf8) == nil)
        #expect(BearerToken("a\r\nX: y".utf8) == nil)
        #expect(BearerToken("ä".utf8) == nil)
        let most = [UInt8](repeating: 0x61, count: Limits.maxTokenBytes)
        #expect(BearerToken(most) != nil)
        #expect(BearerToken(most + [0x61]) == nil)
    }
}
