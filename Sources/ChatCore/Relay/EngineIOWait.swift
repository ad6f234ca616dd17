// Waiting for a server by Socket.IO. Its clients have no patience for a handshake that takes minutes, so
// each try is answered at once with where the client stands; it tries again by itself, and a cookie keeps
// its place until then.
// RFC 9110 §10.2.3 (Retry-After), RFC 6265 (cookies).
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a Socket.IO client is told that has no server yet, and what a server's first words tell.
package enum EngineIOWait {
    private static let cookie = "chatkit_place="

    /// The answer to an Engine.IO handshake of somebody who waits.
    package static func answer(
        _ status: QueueStatus, ticket: String, now: Timestamp, into reply: inout ByteBuffer
    ) {
        var body = ByteBuffer()
        JSONWire.encode(.queued(status, ticket: ticket), tag: .none, rooms: [], into: &body)
        refuse(body, ticket: ticket, now, &reply)
    }

    /// The answer to one whose wait is over without a server.
    package static func answer(_ bye: Bye, now: Timestamp, into reply: inout ByteBuffer) {
        var body = ByteBuffer()
        JSONWire.encode(.bye(bye), tag: .none, rooms: [], into: &body)
        refuse(body, ticket: nil, now, &reply)
    }

    private static func refuse(
        _ body: ByteBuffer, ticket: String?, _ now: Timestamp, _ reply: inout ByteBuffer
    ) {
        var response = HTTPResponse(
            .serviceUnavailable, contentType: "application/json", body: Array(body.readable))
        response.add("Retry-After", "2")
        response.add("Cache-Control", "no-store")
        if let ticket {
            response.add(
                "Set-Cookie",
                "\(cookie)\(ticket); Path=/socket.io; Max-Age=60; HttpOnly; SameSite=Lax")
        }
        response.encode(
            HTTPExchange(isHead: false, version: .http11, isKeepAlive: false), now: now,
            into: &reply)
    }

    /// The ticket in a handshake's cookies.
    package static func ticket(in handshake: [UInt8]) -> String? {
        for line in String(decoding: handshake, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard line.prefix(7).lowercased() == "cookie:" else { continue }
            for part in line.dropFirst(7).split(separator: ";") {
                let pair = part.drop { $0 == " " }
                guard pair.hasPrefix(cookie) else { continue }
                let value = String(pair.dropFirst(cookie.count))
                if Resume.isToken(value) { return value }
            }
        }
        return nil
    }

    /// Whether a server's answer to a poll ends with the packet that closes the session.
    package static func isEnd(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.suffix(2).elementsEqual("\u{1E}1".utf8)
            || bytes.suffix(5).elementsEqual("\r\n\r\n1".utf8)
    }

    /// The session's name in what a server opens it with; nil while it is not there.
    package static func session(in bytes: [UInt8]) -> String? {
        let mark = Array("\"sid\":\"".utf8)
        guard bytes.count > mark.count else { return nil }
        for start in 0..<(bytes.count - mark.count)
        where bytes[start] == mark[0] && bytes[start...].starts(with: mark) {
            let rest = bytes[(start + mark.count)...]
            guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            return EngineIOSessionID(String(decoding: rest[..<end], as: UTF8.self))?.text
        }
        return nil
    }
}
