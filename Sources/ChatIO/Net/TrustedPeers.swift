// Whose PROXY headers and links are believed: the addresses that were configured, and those of relays
// that this server has dialled itself, as long as their links last.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

/// The addresses that are trusted. Shared by the event loops and the threads that dial relays.
package final class TrustedPeers: Sendable {
    private let blocks: [IPBlock]
    /// How many links each relay's address has at the moment.
    private let linked = Locked<[IPAddress: Int]>([:])
    /// Nobody is ever trusted: no address need be looked at.
    package let isNobody: Bool

    package init(_ blocks: [IPBlock] = [], dials: Bool = false) {
        self.blocks = blocks
        isNobody = blocks.isEmpty && !dials
    }

    package func trust(of address: IPAddress) -> PeerTrust {
        if blocks.contains(where: { $0.contains(address) }) { return .trusted }
        return linked.withLock { $0[address] != nil } ? .trusted : .stranger
    }

    /// A link to that relay has begun.
    package func linkBegan(_ address: IPAddress) {
        linked.withLock { $0[address, default: 0] += 1 }
    }

    /// It has ended.
    package func linkEnded(_ address: IPAddress) {
        linked.withLock {
            let rest = ($0[address] ?? 1) - 1
            $0[address] = rest > 0 ? rest : nil
        }
    }
}
