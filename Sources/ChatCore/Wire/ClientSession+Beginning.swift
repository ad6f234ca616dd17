// From a connection's first bytes to the codec of its protocol: a PROXY header before it, a relay's
// link beside JSON, and what is refused.
// SPDX-License-Identifier: GPL-3.0-or-later

extension ClientSession {
    /// Goes on with the protocol that the first bytes said.
    mutating func begin(
        _ found: WireProtocol, in input: inout ByteBuffer, reply: inout ByteBuffer,
        info: ServerInfo, now: Now
    ) -> SessionAction {
        promptDue = nil
        if found == .proxy, trust == .trusted {
            stage = .header
            return readHeader(in: &input, reply: &reply, now: now.instant)
        }
        wireProtocol = found
        var codec: any SessionCodec
        switch found {
        case .plain: codec = PlainSession(info: info)
        case .json:
            if wasPrompted { reply.write(literal: "\n") }
            stage = .opening
            return open(in: &input, reply: &reply, info: info, now: now)
        case .irc: codec = IRCSession(info: info)
        case .http:
            var session = HTTPSession(due: handshakeDue)
            let step = session.next(in: &input, reply: &reply, info: info, now: now)
            return settle(session, step, now: now.instant)
        case .tls, .proxy:
            stage = .ended(.nobody)
            reply.write(Refusal.bytes(for: found))
            return .close(Bye(.unsupported))
        }
        // Whoever speaks in lines must not find its first one glued to the prompt.
        if wasPrompted, found == .irc { reply.write(literal: "\r\n") }
        let action = codec.next(in: &input, reply: &reply)
        return settle(codec, action, now: now.instant)
    }

    /// Takes the PROXY header; what follows it is found out as if it came first, but for another
    /// header.
    mutating func readHeader(
        in input: inout ByteBuffer, reply: inout ByteBuffer, now: Instant
    ) -> SessionAction {
        do throws(ProxyHeaderError) {
            guard let header = try ProxyHeaderDecoder.next(in: &input) else { return .needsMore }
            origin = ClientOrigin(header)
            trust = .stranger
            stage = .sniffing
            if input.isEmpty { promptDue = now + Limits.nickPrompt }
            return .handled
        } catch {
            wireProtocol = .proxy
            stage = .ended(.nobody)
            reply.write("bad PROXY header: \(error.reason)\n")
            return .close(Bye(.unsupported))
        }
    }

    /// The first line of JSON says whether a client speaks or a relay.
    mutating func open(
        in input: inout ByteBuffer, reply: inout ByteBuffer, info: ServerInfo, now: Now
    ) -> SessionAction {
        let length = input.distance(to: 0x0A)
        guard length != nil || input.readableBytes > Limits.maxControlLineBytes else {
            return .needsMore
        }
        if let length, length <= Limits.maxControlLineBytes,
            let first = try? JSONReader.value(in: Array(input.readable.prefix(length))),
            first.object?["type"]?.string == "link"
        {
            var session = LinkSession(calledBy: trust, at: now.instant)
            let action = session.next(in: &input, reply: &reply, info: info, now: now.instant)
            stage = .link(session)
            return action
        }
        var codec = JSONSession()
        let action = codec.next(in: &input, reply: &reply)
        return settle(codec, action, now: now.instant)
    }
}
