// A server's end of a control link, sans I/O (chatkit(5), "CONTROL LINK"): lines in, requests for the hub
// and lines out. Time is a parameter.
//
// called:  the relay has dialled; its `link` is awaited. May become linked or over.
// calling: the server has dialled and announced itself; `linked` is awaited. May become linked or over.
// linked:  the hub's news go to the relay, and signs of life both ways.
// over:    a close was asked for; what still comes is passed over.
// SPDX-License-Identifier: GPL-3.0-or-later

/// Whether the other end of a connection is believed what it says of others.
package enum PeerTrust: Hashable, Sendable { case stranger, trusted }

/// One control link.
package struct LinkSession: Sendable {
    /// How far it is.
    package enum Phase: Hashable, Sendable {
        case called(PeerTrust)
        case calling
        case linked(RelayID)
        /// Why, in the words of the end that ended it.
        case over(ControlErrorCode?, String)
    }

    package private(set) var phase: Phase
    private var decoder = ControlDecoder()
    private var beatDue: Instant
    private var silenceDue: Instant

    /// The relay dials.
    package init(calledBy trust: PeerTrust, at now: Instant) {
        self.init(.called(trust), now)
    }

    /// The server has dialled, and its announcement is on its way.
    package init(callingAt now: Instant) { self.init(.calling, now) }

    private init(_ phase: Phase, _ now: Instant) {
        self.phase = phase
        beatDue = now + Limits.controlBeat
        silenceDue = now + Limits.controlSilence
    }

    /// Bytes arrived.
    mutating func heard(now: Instant) { silenceDue = now + Limits.controlSilence }

    /// Decodes one line.
    mutating func next(
        in input: inout ByteBuffer, reply: inout ByteBuffer, info: ServerInfo, now: Instant
    ) -> SessionAction {
        if case .over = phase { return .needsMore }
        let waiting = input.readableBytes
        do throws(ControlError) {
            guard let message = try decoder.next(in: &input, now: now) else {
                return input.readableBytes == waiting ? .needsMore : .handled
            }
            return take(message, &reply, info)
        } catch {
            return end(error.code, error.reason, &reply)
        }
    }

    private mutating func take(
        _ message: ControlMessage, _ reply: inout ByteBuffer, _ info: ServerInfo
    ) -> SessionAction {
        switch (phase, message) {
        case (.called(.trusted), .link(let relay)):
            ControlMessage.linked(.server(name: info.name)).write(into: &reply)
            return link(relay)
        case (.called(.stranger), _):
            return end(.notTrusted, "links are not accepted from this address", &reply)
        case (.calling, .linked(.relay(let relay))): return link(relay)
        case (_, .error(let code, let message)):
            phase = .over(code, message)
            return .close(Bye(.quit))
        case (.linked, .left(let left)): return .request(HubRequest(.left(left)))
        case (.linked, .beat): return .handled
        default: return end(.badLine, "this line has no place here", &reply)
        }
    }

    private mutating func link(_ relay: RelayID) -> SessionAction {
        phase = .linked(relay)
        return .request(HubRequest(.link(relay)))
    }

    private mutating func end(
        _ code: ControlErrorCode, _ message: String, _ reply: inout ByteBuffer
    ) -> SessionAction {
        phase = .over(code, message)
        ControlMessage.error(code, message: message).write(into: &reply)
        return .close(Bye(.badData))
    }

    /// Encodes the hub's news.
    func encode(_ event: LinkEvent, into reply: inout ByteBuffer) {
        switch event {
        case .availability(let news): ControlMessage.availability(news).write(into: &reply)
        case .attended(let visit): ControlMessage.attended(visit: visit).write(into: &reply)
        case .freed(let visit, let reason):
            ControlMessage.freed(visit: visit, reason: reason).write(into: &reply)
        }
    }

    /// When `deadlineReached` wants to be called.
    var nextDeadline: Instant { min(beatDue, silenceDue) }

    /// Does what is due. The action is `.needsMore` when nothing is.
    mutating func deadlineReached(reply: inout ByteBuffer, now: Instant) -> SessionAction {
        if case .over = phase { return .needsMore }
        guard now < silenceDue else {
            phase = .over(nil, "nothing was heard for too long")
            return .close(Bye(.idleTimeout))
        }
        guard now >= beatDue else { return .needsMore }
        beatDue = now + Limits.controlBeat
        // Before it is linked, the first line alone is expected from either end.
        if case .linked = phase { ControlMessage.beat.write(into: &reply) }
        return .handled
    }
}
