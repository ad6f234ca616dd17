// Where the client's connections come from: an address, or the server of this very process.
// Invariant: a connection that stands is given out once.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO

/// Where connections to the server come from.
package final class ServerLink: Sendable {
    private enum Source {
        case address(Endpoint)
        /// A connection within this process, or none any more.
        case descriptor(Int32?)
    }

    private let source: Locked<Source>
    /// What to call the server in messages.
    package let name: String

    /// A server at an address.
    package init(to endpoint: Endpoint) {
        source = Locked(.address(endpoint))
        name = endpoint.description
    }

    /// A connection that stands; it is closed when it has ended, and there is no other.
    package init(adopting descriptor: Int32, name: String) {
        source = Locked(.descriptor(descriptor))
        self.name = name
    }

    /// Connects; to `place`, if there is one, since one was sent there.
    func connect(
        insteadTo place: Endpoint?, cancel: WakePipe, isCancelled: () -> Bool
    ) throws(ConnectError) -> ServerConnection {
        let taken = source.withLock { source in
            defer { if case .descriptor = source { source = .descriptor(nil) } }
            return source
        }
        switch taken {
        case .address(let endpoint):
            return try .connect(to: place ?? endpoint, cancel: cancel, isCancelled: isCancelled)
        case .descriptor(let descriptor?): return ServerConnection(adopting: descriptor)
        case .descriptor(nil):
            throw ConnectError(message: "the server has stopped", hint: nil)
        }
    }
}
