// Where a client came from before somebody passed it on.
// SPDX-License-Identifier: GPL-3.0-or-later

/// What a PROXY header said of a connection. A class, because most connections have none.
package final class ClientOrigin: Sendable {
    /// nil: where the connection itself comes from.
    package let address: IPAddress?
    package let relayed: RelayedClient?

    init(_ header: ProxyHeader) {
        address = header.source?.address
        relayed = header.relayed
    }
}
