// Being handed from one server to another: sent on by a relay (`redirect`), or taken over by another server
// on the same connection (a second `welcome`). PRODUCT "relay".
// Invariant: nothing that was known of one server is taken for known of another, and what no server has
// acked is sent to the next one.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What a session knows of being handed on.
struct Handover: Sendable {
    /// Where one was sent on to; nil: to nowhere, one is where one wanted to go.
    var place: Endpoint?
    /// Where `resume` is from.
    var resumePlace: Endpoint?
    /// How often one was sent on since the last welcome.
    var count = 0
}

extension ChatSession {
    /// Most times in a row that one goes where one is sent.
    package static let mostRedirects = 5

    /// The server's address, for messages.
    var serverAddress: String { handover.place?.description ?? options.server }

    /// To be served elsewhere.
    mutating func redirected(
        to place: Endpoint?, _ ticket: String, _ now: Now
    ) -> [ClientAction] {
        guard phase == .greeting || phase == .online else { return [] }
        guard let place else { return refuse("redirected to an invalid address", code: 65) }
        // The password is for the server that was asked for.
        guard options.access == nil else {
            return refuse("operators are not redirected: \(place)", code: 77)
        }
        guard handover.count < ChatSession.mostRedirects else {
            return refuse("redirected \(handover.count) times in a row", code: 69)
        }
        let shown = flushDisplay()
        phase = .offline
        pending.connectionLost()
        for room in timelines.keys { timelines[room]?.connectionLost() }
        handover.count += 1
        handover.place = place
        if !ticket.isEmpty { visit.ticket = ticket }
        return shown + [.show(.status("redirected to \(place)")), .prompt, .redirect(place)]
    }

    private mutating func refuse(_ why: String, code: Int32) -> [ClientAction] {
        let shown = flushDisplay()
        let complaint = "cannot connect: \(serverAddress): \(why)"
        phase = .ended
        return shown + [
            .disconnect, .end(JoinOutcome(code: code, reason: why, complaint: complaint)),
        ]
    }

    /// The server that has taken over does not know this session: a new one begins.
    mutating func greetAgain() -> [ClientAction] {
        resume = nil
        phase = .greeting
        return [.send(hello())]
    }

    /// Another server welcomes one, which enters these rooms: forgets what was known of the one before.
    /// On a connection that was handed over nobody has asked for the rooms that were entered since.
    mutating func leaveServer(
        for server: String, _ entering: [RoomName], isHandedOver: Bool, _ now: Now
    ) -> [ClientAction] {
        let shown = flushDisplay()
        pending.connectionLost()
        // A conversation is one server's.
        pending.forgetRooms(\.isConversation)
        for room in rooms.map(\.name) where room.isConversation { forget(room) }
        desk?.mustCheck = true
        timelines = [:]
        resumedRooms = [:]
        refusedPlaces = 0
        search = SearchProgress()
        let line: Display =
            options.interface.isScript
            ? .status("now with \(server)") : .lines(["\u{2014} now with \(server) \u{2014}"])
        guard isHandedOver else { return shown + [.show(line)] }
        memory.forget(pending.texts, of: nick ?? "")
        visit.host = nil
        visit.isHeld = false
        let names = rooms.map(\.name)
        rooms = []
        // Where one was is where one wants to be.
        wanted = active ?? wanted
        active = nil
        let missing = names.filter { !entering.contains($0) }
        return shown + [.show(line)]
            + (memory.line.map { [.send($0)] } ?? [])
            + missing.map { .send(ClientRequest.join($0.text).line) }
    }

    /// One is in.
    mutating func arrivedAfterHandover() {
        handover.resumePlace = handover.place
        handover.count = 0
    }
}
