// One dialled control link, between the thread that has dialled and waits for its end, and the event loop
// that carries it.
// Invariant: what begins ends, once; the relay's address is trusted between the two.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// A connection to a relay that is to become a link.
package final class LinkCall: Sendable {
    /// What the dialling thread waits for.
    enum News: Hashable, Sendable {
        case linked(RelayID)
        /// Why the link is over; the code when the relay said so.
        case over(ControlErrorCode?, String)
    }

    private struct State {
        var relay: RelayID?
        var end: News?
    }

    /// The loop's from the moment it is handed over.
    let descriptor: Int32
    /// With the token, which is no business of anybody's but the relay's.
    let announcement: Announcement
    private let address: IPAddress?
    private let trusted: TrustedPeers
    private let state = Monitor(State())

    init(
        _ descriptor: Int32, _ announcement: Announcement, relayAt address: IPAddress?,
        trusted: TrustedPeers
    ) {
        self.descriptor = descriptor
        self.announcement = announcement
        self.address = address
        self.trusted = trusted
    }

    /// The loop tells how the link is, whenever that may have changed.
    func report(_ phase: LinkSession.Phase?) {
        guard case .linked(let relay)? = phase else { return }
        state.withLock { state in
            guard state.relay == nil, state.end == nil else { return }
            state.relay = relay
            if let address { trusted.linkBegan(address) }
        }
        state.signal()
    }

    /// The connection is closed.
    func ended(_ phase: LinkSession.Phase?) {
        state.withLock { state in
            guard state.end == nil else { return }
            if case .over(let code, let why)? = phase {
                state.end = .over(code, why)
            } else {
                state.end = .over(nil, "the relay closed the link")
            }
            if state.relay != nil, let address { trusted.linkEnded(address) }
        }
        state.signal()
    }

    /// Waits for the relay's answer, or the end; then, when it was linked, for the end.
    func next(after former: News? = nil) -> News {
        state.wait { state in
            if let relay = state.relay, former == nil { return .ready(.linked(relay)) }
            return state.end.map { .ready($0) } ?? .wait(until: .distantFuture)
        }
    }
}
