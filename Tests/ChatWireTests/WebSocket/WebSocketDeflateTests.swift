// Offers of permessage-deflate: which are agreed to, with what answer (RFC 7692 §7.1), and the grammar
// of the field they stand in (RFC 6455 §9.1).
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite struct WebSocketDeflateTests {
    private static let answer =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    /// The answer; empty when there is none, `!` when the handshake is refused.
    private func answer(
        _ values: String..., deflate: WebSocketPolicy.Deflate = .on
    ) -> String {
        var fields = WebSocketHandshakeFields()
        fields.host = ["chat.example"]
        fields.upgrade = ["websocket"]
        fields.connection = ["Upgrade"]
        fields.key = ["dGhlIHNhbXBsZSBub25jZQ=="]
        fields.version = ["13"]
        fields.extensions = values
        let policy = WebSocketPolicy(deflate: deflate)
        switch WebSocketHandshake.decide(fields, policy: policy, sha1: { $0 }) {
        case .accepted(let acceptance):
            let field = acceptance.fields.first { $0.name == "Sec-WebSocket-Extensions" }
            #expect(field?.value == acceptance.deflate?.answer)
            return field?.value ?? ""
        case .refused(let refusal): return "!\(refusal)"
        }
    }

    @Test(
        "Offers that can be kept are agreed to, without context takeover",
        arguments: [
            "permessage-deflate", "permessage-deflate; client_max_window_bits",
            "permessage-deflate;client_max_window_bits=8", " , permessage-deflate ,,",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            "permessage-deflate; client_max_window_bits=\"15\"",
            "x-webkit-deflate-frame, permessage-deflate",
            "foo; bar=1; baz=\"q\\z\", permessage-deflate",
        ])
    func agreed(offer: String) {
        #expect(answer(offer) == Self.answer)
        #expect(answer(offer, deflate: .off) == "")
    }

    @Test("A smaller window is kept when the client wants one")
    func windows() {
        for bits in 9...15 {
            #expect(
                answer("permessage-deflate; server_max_window_bits=\(bits)")
                    == Self.answer + "; server_max_window_bits=\(bits)")
        }
        #expect(answer("permessage-deflate; server_max_window_bits=8") == "")
        #expect(
            answer("permessage-deflate; server_max_window_bits=8, permessage-deflate")
                == Self.answer)
    }

    @Test(
        "An offer with parameters that are not the extension's is passed over for the next",
        arguments: [
            "server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
            "server_max_window_bits=010", "server_max_window_bits=x", "client_max_window_bits=7",
            "client_max_window_bits=16", "client_max_window_bits=+9", "mystery", "mystery=1",
            "server_no_context_takeover=1", "client_no_context_takeover=true",
            "client_max_window_bits; client_max_window_bits",
            "server_no_context_takeover; server_no_context_takeover",
            "Server_No_Context_Takeover",
        ])
    func passedOver(parameters: String) {
        #expect(answer("permessage-deflate; \(parameters)") == "")
        #expect(
            answer("permessage-deflate; \(parameters), permessage-deflate") == Self.answer)
        #expect(answer("permessage-deflate; \(parameters)", "permessage-deflate") == Self.answer)
    }

    @Test(
        "Fields that are not of the grammar refuse the handshake, wanted or not",
        arguments: [
            ";", "a;", "a;;b", "a b", "a=1", "a; b=", "a; b=\"", "a; b=\"\"", "a; b=\"x y\"",
            "a; b=\"x", "a; b=\"x\\", "a; b=x\"y\"", "a; =1", "a/b", "é", "a; b=1=2", "a; b=\"x\"y",
        ])
    func badGrammar(value: String) {
        #expect(answer(value) == "!badExtensions")
        #expect(answer("permessage-deflate", value, deflate: .off) == "!badExtensions")
    }

    @Test("No offer is no extension")
    func none() {
        #expect(answer() == "")
        #expect(answer("") == "")
        #expect(answer(" ,\t, ") == "")
        #expect(answer("Permessage-Deflate") == "")
    }
}
