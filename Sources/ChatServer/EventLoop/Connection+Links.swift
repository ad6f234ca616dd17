// Connections that relays have to do with: whose word is believed, and links that the server has dialled.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension Connection {
    /// Finds out whether the peer is believed what it says of others.
    func learnTrust(_ trusted: TrustedPeers) {
        guard let address = IPAddress(socketAddress) else { return }
        session.trust = trusted.trust(of: address)
    }

    /// The connection is one that the server has dialled: it announces itself.
    func becomeLink(_ call: LinkCall, now: Instant) {
        self.call = call
        session = ClientSession(callingAt: now)
        tell { ControlMessage.announce(call.announcement).write(into: &$0) }
        settle(now: now)
    }
}
