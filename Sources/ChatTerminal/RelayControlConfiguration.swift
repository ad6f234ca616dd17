// What somebody wants of a running relay, validated: to see its table, or to give an order.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// What a relay can be told to do with a server.
package enum RelayOrder: String, Sendable, CaseIterable {
    /// Send nobody there any more, and move those who are there.
    case drain
    /// Send people there again.
    case undrain
    /// Send nobody there for now.
    case pause
}

/// Everything that `relay --status` and its siblings need to know.
package struct RelayControlConfiguration: Sendable {
    package enum Operation: Hashable, Sendable {
        case status
        case order(RelayOrder, server: String)
    }

    package var operation: Operation
    package var relay: Endpoint
    /// What an order shows to be obeyed.
    package var token: BearerToken?
    package var json: Bool
    /// The pause between two tables; nil: there is one.
    package var watch: Duration?

    package init(
        operation: Operation = .status, relay: Endpoint = Endpoint(host: "127.0.0.1", port: 12100),
        token: BearerToken? = nil, json: Bool = false, watch: Duration? = nil
    ) {
        self.operation = operation
        self.relay = relay
        self.token = token
        self.json = json
        self.watch = watch
    }
}
