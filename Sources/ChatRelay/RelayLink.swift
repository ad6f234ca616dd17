// The control link to one server, whoever dialled: every change of what the server can take comes over
// it, and a sign of life both ways. A given server is dialled again until it answers; one that announced
// itself dials again itself.
//
// idle:     a given server is not connected; becomes dialling when the pause is over.
// dialling: its address is looked up, or the connection is being made.
// greeting: the relay has said who it is; becomes live with the server's answer.
// live:     the server is in the table as it says.
// closed:   over; for a given server another try follows.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// A server and the connection to it.
final class RelayLink: ByteStreamOwner {
    private enum State { case idle, dialling, greeting, live, closed }

    let key: UInt64
    private unowned let loop: RelayLoop
    let server: HostID
    private let name: String
    /// nil: it announces itself.
    private let dialled: Endpoint?
    private var state = State.idle
    private var stream: RelayStream?
    private var input = ByteBuffer()
    private var decoder = ControlDecoder()
    private var pause = RelayLink.firstPause
    private var lastHeard: Instant
    private var beatDue = Instant.distantFuture
    private var dialDue = Instant.distantFuture
    private var scheduledAt = Instant.distantFuture
    /// What was last logged of its state, so that each change is logged once.
    private var complaint: String?

    private static let firstPause = Duration.milliseconds(500)
    private static let longestPause = Duration.seconds(10)

    /// A server that the command line names.
    init(_ server: HostID, _ given: RelayServerAddress, on loop: RelayLoop) {
        key = loop.nextKey()
        self.loop = loop
        self.server = server
        name = given.name
        dialled = Endpoint(host: given.host, port: given.port)
        lastHeard = loop.now.instant
        dial()
    }

    /// A server that has announced itself over that connection.
    init(
        _ server: HostID, _ name: String, at address: Endpoint, _ stream: RelayStream,
        rest: ByteBuffer, on loop: RelayLoop
    ) {
        key = loop.nextKey()
        self.loop = loop
        self.server = server
        self.name = name
        dialled = nil
        lastHeard = loop.now.instant
        self.stream = stream
        input = rest
        stream.owner = self
        stream.stopReading()
        state = .dialling
        look(up: address)
    }

    // MARK: - Dialling

    private func dial() {
        guard let dialled, state == .idle else { return }
        state = .dialling
        look(up: dialled)
    }

    private func look(up address: Endpoint) {
        let key = key
        loop.resolve(address) { loop, address in
            loop.links.first { $0.key == key }?.resolved(address)
        }
    }

    private func resolved(_ address: SocketAddress?) {
        guard state == .dialling else { return }
        guard let address else { return failed("no address is known for its name") }
        loop.addresses[server] = address
        guard dialled != nil else {
            say(.linked(.relay(loop.id)))
            begin()
            return decode()
        }
        stream = RelayStream.connect(to: address, on: loop, owner: self)
        lastHeard = loop.now.instant
        settle()
    }

    private func failed(_ why: String) {
        if complaint != why {
            complaint = why
            loop.logger.warning("server is down", ["server": .text(name), "why": .text(why)])
        }
        stream?.close()
        stream = nil
        input.release()
        beatDue = .distantFuture
        let wasLive = state == .live
        state = .closed
        // The name of one that announced itself is free again, whatever it has said.
        if wasLive || dialled == nil {
            let server = server
            loop.tellDoor { $0.lostLink(server, now: $1, actions: &$2) }
        }
        guard dialled != nil else {
            loop.later { [self] in loop.links.removeAll { $0 === self } }
            return
        }
        state = .idle
        decoder = ControlDecoder()
        dialDue = loop.now.instant + pause
        pause = min(pause + pause, RelayLink.longestPause)
        settle()
    }

    /// Ends it for good.
    func close() {
        state = .closed
        stream?.close()
        stream = nil
    }

    // MARK: - The connection

    func streamDrained(_ stream: any ByteStream) {
        guard state == .dialling else { return }
        state = .greeting
        say(.link(loop.id))
        stream.startReading()
        lastHeard = loop.now.instant
        settle()
    }

    func streamEnded(_ stream: any ByteStream) { failed("it has closed the link") }

    func streamFailed(_ stream: any ByteStream) {
        failed(state == .live ? "the link broke" : "it cannot be reached")
    }

    func stream(_ stream: any ByteStream, received bytes: UnsafeRawBufferPointer) {
        lastHeard = loop.now.instant
        input.write(bytes)
        decode()
    }

    private func decode() {
        do throws(ControlError) {
            while state == .greeting || state == .live,
                let message = try decoder.next(in: &input, now: loop.now.instant)
            { take(message) }
            if input.isEmpty { input.release() }
        } catch {
            say(.error(error.code, message: error.reason))
            failed("protocol error: \(error.reason)")
        }
    }

    /// Somebody waited in vain: the server's operators are to read what it said.
    func pass(_ left: LeftMessage) {
        if state == .live { say(.left(left)) }
    }

    private func begin() {
        state = .live
        complaint = nil
        pause = RelayLink.firstPause
        loop.logger.info("server is linked", ["server": .text(name)])
        beatDue = loop.now.instant + Limits.controlBeat
        stream?.startReading()
        settle()
    }

    private func take(_ message: ControlMessage) {
        let server = server
        switch message {
        case .linked(.server) where state == .greeting: begin()
        case .error(let code, let message):
            failed("it refuses the link: \(code.rawValue): \(message.prefix(200))")
        case .availability(let news) where state == .live:
            loop.tellDoor {
                $0.heard(news, from: server, now: $1, actions: &$2)
            }
        case .attended(let visit) where state == .live:
            loop.tellDoor {
                $0.attended(VisitID(number: visit), at: server, now: $1, actions: &$2)
            }
        case .freed(let visit, let reason) where state == .live:
            let id = VisitID(number: visit)
            loop.tellDoor {
                // Whose operator is gone has done nothing to lose its place.
                guard reason != EndReason.serverGone.rawValue else {
                    return $0.stranded(id, at: server, now: $1, actions: &$2)
                }
                let byClient = reason == EndReason.left.rawValue
                $0.freed(id, at: server, byClient: byClient, now: $1, actions: &$2)
            }
        case .beat: break
        case .announce, .link, .linked, .availability, .attended, .freed, .left:
            say(.error(.badLine, message: "\(message.type) has no place here"))
            failed("protocol error")
        }
    }

    private func say(_ message: ControlMessage) {
        var line = ByteBuffer()
        message.write(into: &line)
        stream?.write(line.readable)
    }

    // MARK: - Time

    func deadlineReached(_ due: Instant) {
        guard due == scheduledAt else { return }
        scheduledAt = .distantFuture
        let now = loop.now.instant
        if stream != nil, lastHeard + Limits.controlSilence <= now {
            return failed("no heartbeat for \(Limits.controlSilence.components.seconds) s")
        }
        if dialDue <= now {
            dialDue = .distantFuture
            dial()
        }
        if beatDue <= now {
            say(.beat)
            beatDue = now + Limits.controlBeat
        }
        settle()
    }

    private func settle() {
        var due = min(beatDue, dialDue)
        if stream != nil { due = min(due, lastHeard + Limits.controlSilence) }
        guard due < scheduledAt else { return }
        scheduledAt = due
        loop.schedule(key, due: due)
    }
}
