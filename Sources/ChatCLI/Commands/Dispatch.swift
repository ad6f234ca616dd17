// Where the command line ends: an entry point for each command, called with a validated
// configuration. They are values, so that a test can see what would have been run.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatRelay
import ChatServer
import ChatTerminal

/// What the commands do once their settings are known: an entry point each.
package struct CommandActions: Sendable {
    package let serve: @Sendable (ServerConfiguration) -> Int32
    package let join: @Sendable (JoinConfiguration) -> Int32
    package let stats: @Sendable (StatsConfiguration) -> Int32
    package let relay: @Sendable (RelayConfiguration) -> Int32
    package let control: @Sendable (RelayControlConfiguration) -> Int32

    package init(
        serve: @escaping @Sendable (ServerConfiguration) -> Int32,
        join: @escaping @Sendable (JoinConfiguration) -> Int32,
        stats: @escaping @Sendable (StatsConfiguration) -> Int32,
        relay: @escaping @Sendable (RelayConfiguration) -> Int32,
        control: @escaping @Sendable (RelayControlConfiguration) -> Int32
    ) {
        self.serve = serve
        self.join = join
        self.stats = stats
        self.relay = relay
        self.control = control
    }
}
