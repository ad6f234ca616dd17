// The opening handshake: one row for each rule of RFC 6455 §4.2.1, sub-protocols, origins.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite struct WebSocketHandshakeTests {
    /// What RFC 6455 §1.3 hashes, and to what.
    private static let hashed = Array(
        "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)
    private static let digest: [UInt8] = [
        0xB3, 0x7A, 0x4F, 0x2C, 0xC0, 0x62, 0x4F, 0x16, 0x90, 0xF6, 0x46, 0x06, 0xCF, 0x38, 0x59,
        0x45, 0xB2, 0xBE, 0xC4, 0xEA,
    ]

    private func fields(
        _ change: (inout WebSocketHandshakeFields) -> Void = { _ in }
    ) -> WebSocketHandshakeFields {
        var fields = WebSocketHandshakeFields()
        fields.host = ["chat.example:12000"]
        fields.upgrade = ["websocket"]
        fields.connection = ["Upgrade"]
        fields.key = ["dGhlIHNhbXBsZSBub25jZQ=="]
        fields.version = ["13"]
        change(&fields)
        return fields
    }

    private func decide(
        _ policy: WebSocketPolicy = WebSocketPolicy(),
        _ change: (inout WebSocketHandshakeFields) -> Void = { _ in }
    ) -> WebSocketHandshake.Decision {
        WebSocketHandshake.decide(fields(change), policy: policy) { bytes in
            bytes == Self.hashed ? Self.digest : Array(repeating: 0, count: 20)
        }
    }

    private func accepted(
        _ policy: WebSocketPolicy = WebSocketPolicy(),
        _ change: (inout WebSocketHandshakeFields) -> Void = { _ in }
    ) -> WebSocketHandshake.Acceptance? {
        if case .accepted(let acceptance) = decide(policy, change) { acceptance } else { nil }
    }

    @Test("The handshake of RFC 6455 §1.3 is answered as it says")
    func example() throws {
        let acceptance = try #require(accepted())
        #expect(acceptance.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(acceptance.subprotocol == nil)
        #expect(acceptance.deflate == nil)
        #expect(
            acceptance.fields.map { "\($0.name): \($0.value)" } == [
                "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ])
    }

    @Test("Names are found in lists, in any case and with spaces around them")
    func lists() {
        #expect(
            accepted {
                $0.upgrade = ["h2c,\tWebSocket "]
                $0.connection = ["keep-alive", " close , UPGRADE"]
                $0.version = [" 13 "]
                $0.key = ["\tdGhlIHNhbXBsZSBub25jZQ=="]
            }?.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test("Each rule that is broken has its refusal")
    func refusals() {
        typealias Row = (
            refusal: WebSocketHandshake.Refusal, change: (inout WebSocketHandshakeFields) -> Void
        )
        let table: [Row] = [
            (.notGET, { $0.method = "POST" }), (.notGET, { $0.method = "get" }),
            (.oldHTTP, { $0.minorVersion = 0 }), (.oldHTTP, { $0.majorVersion = 0 }),
            (.badHost, { $0.host = [] }), (.badHost, { $0.host = [""] }),
            (.badHost, { $0.host = ["a", "a"] }), (.noUpgrade, { $0.upgrade = [] }),
            (.noUpgrade, { $0.upgrade = ["websockets", "h2c"] }),
            (.notUpgrading, { $0.connection = [] }),
            (.notUpgrading, { $0.connection = ["keep-alive"] }),
            (.badVersion, { $0.version = [] }), (.badVersion, { $0.version = ["13", "13"] }),
            (.otherVersion, { $0.version = ["8"] }), (.otherVersion, { $0.version = ["13, 8"] }),
            (.otherVersion, { $0.version = ["013"] }), (.otherVersion, { $0.version = [""] }),
            (.badKey, { $0.key = [] }), (.badKey, { $0.key = [""] }),
            (.badKey, { $0.key = ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="] }),
            (.badKey, { $0.key = ["dGhlIHNhbXBsZSBub25jZQ"] }),
            (.badKey, { $0.key = ["dGhlIHNhbXBsZSBub25jZSE="] }),
            (.badKey, { $0.key = ["dGhlIHNhbXBsZSBub25j"] }),
            (.badKey, { $0.key = ["dGhlIHNhbXBsZSBub25-ZQ=="] }),
            (.badKey, { $0.key = ["dGhlIHNhbXBs ZSBub25jZQ=="] }),
            (.badProtocols, { $0.protocols = ["chat kit"] }),
            (.badProtocols, { $0.protocols = ["a, b/c"] }),
            (.badExtensions, { $0.extensions = ["permessage-deflate; ="] }),
            (.foreignOrigin, { $0.origin = ["https://evil.example"] }),
        ]
        for (refusal, change) in table {
            #expect(decide(WebSocketPolicy(), change) == .refused(refusal))
        }
        #expect(Set(table.map(\.refusal)) == Set(WebSocketHandshake.Refusal.allCases))
    }

    @Test("A refusal has a status, a reason, and for another version the one that is spoken")
    func answers() {
        for refusal in WebSocketHandshake.Refusal.allCases {
            #expect([400, 403, 426].contains(refusal.status))
            #expect(!refusal.reason.isEmpty)
        }
        #expect(WebSocketHandshake.Refusal.badKey.status == 400)
        #expect(WebSocketHandshake.Refusal.foreignOrigin.status == 403)
        #expect(WebSocketHandshake.Refusal.otherVersion.status == 426)
        #expect(
            WebSocketHandshake.Refusal.otherVersion.fields.first
                .map { "\($0.name): \($0.value)" } == "Sec-WebSocket-Version: 13")
        #expect(WebSocketHandshake.Refusal.badKey.fields.isEmpty)
    }

    @Test("Other requests do not ask for a WebSocket")
    func asks() {
        #expect(fields().asksForWebSocket)
        #expect(!fields { $0.upgrade = [] }.asksForWebSocket)
        #expect(!fields { $0.upgrade = ["h2c"] }.asksForWebSocket)
    }

    @Test("The first sub-protocol that is spoken here is chosen, and none is a choice as well")
    func subprotocols() {
        let table: [(offered: [String], chosen: WebSocketSubprotocol?)] = [
            ([], nil), ([""], nil), (["mqtt, soap"], nil), (["CHATKIT.V1.JSON"], nil),
            (["chatkit.v1.json"], .json), (["text.ircv3.net"], .ircText),
            (["binary.ircv3.net, text.ircv3.net"], .ircBinary),
            (["mqtt", " text.ircv3.net ,binary.ircv3.net"], .ircText),
        ]
        for (offered, chosen) in table {
            let acceptance = accepted { $0.protocols = offered }
            #expect(acceptance?.subprotocol == chosen)
            let named = acceptance?.fields.first { $0.name == "Sec-WebSocket-Protocol" }
            #expect(named?.value == chosen?.rawValue)
        }
    }

    // MARK: - Origins

    @Test("A page of this host may connect, and so may programs that are no pages")
    func ownOrigin() {
        let table: [(host: String, origin: [String], isIn: Bool)] = [
            ("chat.example", [], true), ("chat.example", ["http://chat.example"], true),
            ("chat.example", ["https://chat.example"], true),
            ("chat.example", ["HTTPS://Chat.Example"], true),
            ("Chat.Example", [" http://chat.example "], true),
            ("chat.example", ["http://chat.example:80"], true),
            ("chat.example", ["https://chat.example:443"], true),
            ("chat.example:443", ["https://chat.example"], true),
            ("chat.example:80", ["http://chat.example"], true),
            ("chat.example:12000", ["http://chat.example:12000"], true),
            ("[::1]:12000", ["http://[::1]:12000"], true), ("[::1]", ["https://[::1]:443"], true),
            ("chat.example:80", ["https://chat.example"], false),
            ("chat.example", ["https://chat.example:80"], false),
            ("chat.example", ["http://chat.example:12000"], false),
            ("chat.example:12000", ["http://chat.example"], false),
            ("chat.example", ["http://evil.example"], false),
            ("chat.example", ["http://chat.example.evil.example"], false),
            ("chat.example", ["http://evil.example/chat.example"], false),
            ("chat.example", ["http://chat.example/"], false),
            ("chat.example", ["http://user@chat.example"], false),
            ("chat.example", ["http://evil.example#chat.example"], false),
            ("chat.example", ["http://chat.example:"], true),
            ("chat.example", ["http://chat.example:80x"], false),
            ("chat.example", ["http://chat.example:99999"], false),
            ("chat.example", ["http://:80"], false), ("chat.example", ["http://"], false),
            ("chat.example", ["ftp://chat.example"], false), ("chat.example", ["null"], false),
            ("chat.example", ["chat.example"], false), ("chat.example", [""], false),
            ("chat.example", ["http://chat.example", "http://chat.example"], false),
            ("chat.example", ["http://chat.example http://chat.example"], false),
            ("[::1]", ["http://::1"], false), ("[::1", ["http://[::1"], false),
        ]
        for (host, origin, isIn) in table {
            #expect(
                WebSocketOriginPolicy().admits(origin, host: host) == isIn, "\(origin) on \(host)")
        }
    }

    @Test("Origins that are named may connect from anywhere")
    func allowedOrigins() {
        let policy = WebSocketOriginPolicy(
            allowed: [
                "https://Desk.Example:443", "null", "chrome-extension://abc", "not an origin",
            ])
        for origin in [
            "https://desk.example", "HTTPS://desk.example:443", "null", "NULL",
            "chrome-extension://abc", "http://chat.example",
        ] {
            #expect(policy.admits([origin], host: "chat.example"), "\(origin)")
        }
        for origin in ["http://desk.example", "https://desk.example:8443", "chrome-extension://b"] {
            #expect(!policy.admits([origin], host: "chat.example"), "\(origin)")
        }
        #expect(
            accepted(WebSocketPolicy(origins: policy)) { $0.origin = ["null"] } != nil)
    }
}
