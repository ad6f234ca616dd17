// A connection as a carrier of an Engine.IO session: a poll that waits for its answer, or a WebSocket full
// of packets. The session's visit is a client of its own (`EngineIOPipe`).
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension RelayClient {
    /// Its name as a carrier.
    var carrierID: CarrierID { CarrierID(raw: id.raw) }

    /// Something of an Engine.IO client.
    func carry(_ input: EngineIOInput) {
        defer { forgetConsumed() }
        guard case .request(let request, _) = input else {
            carried?.received(input, from: self)
            return
        }
        switch request {
        case .open(let transport): open(transport)
        case .poll(let name), .post(let name), .upgrade(let name):
            guard case .here(let pipe) = loop.pipes.find(name) else {
                return refuse(.unknownSession)
            }
            carried = pipe
            pipe.received(input, from: self)
        }
    }

    /// Begins a session, and the visit that it is.
    private func open(_ transport: EngineIOTransport) {
        let shown = PlaceCookie.ticket(in: handshake).map(RelayTicket.init(shown:))
        // Of one whose place is not kept, the cookie is too old, or another page's.
        let cookie = CookieTickets(
            kept: shown.flatMap { loop.door.keepsPlace(of: $0) ? $0 : nil },
            given: RelayTicket(shown: Entropy.token()))
        guard let pipe = EngineIOPipe(transport, by: self, cookie) else {
            return refuse(.badRequest)
        }
        let visit = RelayClient(ClientID(raw: loop.nextKey()), pipe, on: loop)
        loop.clients[visit.id] = visit
        visit.begin()
    }

    /// A WebSocket is open by now: all that can be said there is that it ends.
    private func refuse(_ refusal: EngineIORefusal) {
        session.awaitsAnswer ? answer(.refusal(refusal)) : closeSocket()
    }

    /// The session has answered the request; the next one is read.
    func answer(_ answer: EngineIOAnswer) {
        carried = nil
        guard state == .arriving else { return }
        var reply = ByteBuffer()
        session.answer(answer, now: loop.now, into: &reply)
        write(&reply)
        loop.later { [self] in goOn() }
    }

    /// Writes packets, each ended by a separator, as text messages.
    func tell(packets: [UInt8]) {
        guard state == .arriving else { return }
        var frames = ByteBuffer()
        frames.writeFrames(.text, lineEnd: EngineIOPacket.separator) { $0.write(packets) }
        write(&frames)
    }

    /// Ends the WebSocket from this side.
    func closeSocket() {
        carried = nil
        guard state == .arriving else { return }
        tell(.bye(Bye(.quit)))
        leave()
    }

    /// It carries nothing any more.
    func dropCarried() {
        carried.take()?.carrierClosed(self)
    }
}

/// The tickets of a page that has not said yet who it is.
struct CookieTickets {
    /// That of a kept place, which it has shown.
    let kept: RelayTicket?
    /// What it gets if it is new.
    let given: RelayTicket
}

extension RelayLoop {
    /// The connection that carries packets under that name.
    func carrier(_ id: CarrierID) -> RelayClient? { clients[ClientID(raw: id.raw)] }
}
