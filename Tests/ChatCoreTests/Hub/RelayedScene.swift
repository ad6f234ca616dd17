// A server with relays before it: links, and clients that they bring.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatTestKit

struct RelayedScene {
    var server: VirtualServer

    init(capacity: Int?, isDesk: Bool = false) {
        server = VirtualServer(
            name: "Server A",
            policy: HubPolicy(
                isDurable: true, capacity: capacity, admission: AdmissionPolicy(isDesk: isDesk)),
            password: "secret")
    }

    mutating func say(_ line: String, _ client: Int) {
        server.receive(Array((line + "\n").utf8), from: client)
    }

    /// A relay dials.
    mutating func link(_ relay: String = "r1") -> Int {
        let client = server.connect(trust: .trusted)
        say(#"{"type":"link","v":1,"relay":"\#(relay)"}"#, client)
        return client
    }

    /// A relay brings somebody.
    mutating func bring(
        _ nick: String, _ visit: UInt64, relay: String = "r1", reference: String? = nil
    ) -> Int {
        let client = server.connect(trust: .trusted)
        var bytes = ByteBuffer()
        ProxyHeader(
            source: IPAddress("192.0.2.7").map { IPEndpoint($0, port: 40001) },
            relayed: RelayID(relay).flatMap {
                RelayedClient(relay: $0, visit: visit, reference: reference)
            }
        ).write(into: &bytes)
        bytes.write(#"{"type":"hello","nick":"\#(nick)"}"# + "\n")
        server.receive(bytes.readable, from: client)
        return client
    }

    /// Somebody comes without a relay.
    mutating func come(_ nick: String) -> Int {
        let client = server.connect()
        say(#"{"type":"hello","nick":"\#(nick)"}"#, client)
        return client
    }

    mutating func seat(_ nick: String) -> Int {
        let client = server.connect()
        say(#"{"type":"hello","nick":"\#(nick)","operator":true,"token":"secret"}"#, client)
        return client
    }

    /// What a link was told since this was last asked.
    mutating func told(_ link: Int) -> [ControlMessage] {
        var bytes = ByteBuffer(server.take(link))
        var decoder = ControlDecoder()
        var messages: [ControlMessage] = []
        while let message = try? decoder.next(in: &bytes, now: Instant(nanoseconds: 0)) {
            messages.append(message)
        }
        return messages
    }

    /// The same, without the number of slots.
    mutating func toldOfVisits(_ link: Int) -> [ControlMessage] {
        told(link).filter { if case .availability = $0 { false } else { true } }
    }

    /// Slots, as a link is told.
    static func slots(
        _ capacity: Int?, inUse: Int, others: Int, _ state: Availability.State = .up
    ) -> ControlMessage {
        .availability(
            Availability(capacity: capacity, others: others, inUse: inUse, state: state))
    }
}
