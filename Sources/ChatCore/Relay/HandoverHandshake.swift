// What a server is sent of a client's handshake: what the client has sent, but for what only the relay
// has agreed to.
// SPDX-License-Identifier: GPL-3.0-or-later

package enum HandoverHandshake {
    /// The relay compresses nothing, so the server must not be asked to: the field becomes one that
    /// nobody knows (RFC 7692 §5). Nothing moves, as a signature or a length could stand behind it.
    package static func prepare(_ handshake: inout [UInt8], _ dialect: RelayDialect) {
        guard case .webSocket = dialect else { return }
        let field = Array("sec-websocket-extensions".utf8)
        var start = 0
        while let newline = handshake[start...].firstIndex(of: 0x0A) {
            let line = handshake[start...newline]
            if line.prefix(field.count).elementsEqual(field, by: { $0 | 0x20 == $1 | 0x20 }),
                line.dropFirst(field.count).first == UInt8(ascii: ":")
            {
                handshake[start] = UInt8(ascii: "x")
            }
            start = newline + 1
            // The head ends here; what follows are frames.
            if line.elementsEqual("\r\n".utf8) { return }
        }
    }
}
