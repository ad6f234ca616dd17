// The relays before a server, from its configuration.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

extension ServerConfiguration {
    /// One for each relay that is to be dialled.
    func announcers(
        from endpoints: [Endpoint], mailboxes: [Mailbox], trusted: TrustedPeers, logger: Logger
    ) -> [RelayAnnouncer] {
        guard let token = relayToken, let listener = endpoints.first else { return [] }
        let settings = RelaySettings(
            name: name, token: token.withBytes { String(decoding: $0, as: UTF8.self) },
            address: relayAddress, listener: listener)
        return relays.enumerated().compactMap { index, relay in
            RelayAnnouncer(
                to: relay, settings, mailbox: mailboxes[index % mailboxes.count],
                trusted: trusted, logger: logger)
        }
    }
}
