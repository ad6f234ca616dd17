// One JSON session and a hub in process, with a second person to talk to and, when a test wants one,
// a journal behind it that is a closure.
// SPDX-License-Identifier: GPL-3.0-or-later

import ChatCore
import ChatTestKit

/// What the session tests talk to. The time is always 2026-11-21T09:30:00Z.
final class JSONConversation {
    static let now = Timestamp(milliseconds: 1_795_253_400_000)
    private static let me = ClientID(loop: 0, serial: 1)
    private static let bob = ClientID(loop: 0, serial: 2)

    /// A conversation with a new hub.
    let scripted: ScriptedSession<JSONSession>
    private let hub: HubBox

    /// Holds the hub for the session's closure and for Bob.
    private final class HubBox {
        var hub: Hub
        private let journal: (HubLoad) -> HubLoaded

        init(policy: HubPolicy, journal: @escaping (HubLoad) -> HubLoaded) {
            hub = Hub(
                serverName: "test", origin: 36, loops: 1, startedAt: JSONConversation.now,
                policy: policy)
            self.journal = journal
        }

        func apply(
            _ request: HubRequest, from id: ClientID
        ) -> [ScriptedSession<JSONSession>.HubReply] {
            var request = request
            if case .register(var registration) = request.command {
                registration.session = "secret"
                request.command = .register(registration)
            }
            while let load = hub.needs(request, from: id) {
                hub.absorb(journal(load), of: load, for: id)
            }
            var output = HubOutput(loops: 1)
            hub.apply(request, from: id, now: JSONConversation.now, output: &output)
            return output.perLoop.joined().compactMap { item in
                switch item {
                case .direct(let to, let event, let tag):
                    to == JSONConversation.me ? .direct(event, tag) : nil
                case .room(_, let event), .several(_, let event): .room(event)
                case .entered, .exited, .resumed, .alarm, .close: nil
                }
            }
        }
    }

    /// - Parameters:
    ///   - journal: answers what the hub of a durable policy must be given.
    init(
        policy: HubPolicy = HubPolicy(),
        journal: @escaping (HubLoad) -> HubLoaded = { _ in .failed("there is none") }
    ) {
        let box = HubBox(policy: policy, journal: journal)
        hub = box
        scripted = ScriptedSession(
            JSONSession(), now: JSONConversation.now,
            encodeRoom: { JSONWire.encode($0, into: &$1) },
            hub: { box.apply($0, from: JSONConversation.me) })
    }

    /// Bob asks something of the hub; the session is told what it causes.
    func bob(_ command: HubCommand) {
        scripted.deliver(hub.apply(HubRequest(command), from: JSONConversation.bob))
    }

    /// Bob arrives, before the session is in any room.
    func bobArrives() throws {
        let nick = try Nickname("bob")
        _ = hub.apply(
            HubRequest(.register(Registration(nick: nick, user: "~b", host: "h", realName: "Bob"))),
            from: JSONConversation.bob)
    }

    /// So many people more arrive in the lobby; the session is not told.
    func crowdArrives(_ count: Int) throws {
        for number in 1...count {
            let registration = Registration(
                nick: try Nickname("guest\(number)"), user: "~g", host: "h")
            let id = ClientID(loop: 0, serial: UInt64(1000 + number))
            _ = hub.apply(HubRequest(.register(registration)), from: id)
        }
    }

    /// The hub begins with what an earlier server left.
    func restore(_ rooms: [StoredRoom], lastMessage: UInt64) {
        hub.hub.restore(rooms: rooms, lastMessage: lastMessage, now: JSONConversation.now)
    }

    /// Holds the conversation of `transcript`.
    func run(_ transcript: String) throws {
        try GoldenTranscript(transcript).run(scripted.exchange)
    }

    /// Sends one line and returns the lines answered.
    func lines(_ line: String) -> [String] {
        String(decoding: scripted.exchange(Array((line + "\n").utf8)), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }
}
