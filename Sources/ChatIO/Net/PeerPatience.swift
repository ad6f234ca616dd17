// How long TCP itself waits for a peer that has vanished: the rule of silence for protocols that have no
// question to ask, and for bytes that nobody takes. tcp(7).
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import ChatCore
import Glibc

/// When a connection whose peer no longer answers ends, in seconds; the same in every protocol.
package struct PeerPatience: Hashable, Sendable {
    /// Silence before the first keep-alive probe.
    package let firstProbe: Int32
    /// Between two probes.
    package let interval: Int32
    /// Probes without an answer that end the connection, where `limit` is nil.
    package let probes: Int32
    /// Ends it that long after the peer's last sign of life: probes unanswered, bytes not acknowledged or
    /// not taken. nil: the kernel's own limits.
    package let limit: Int32?

    /// Where nobody is asked for anything: a peer that has vanished in silence is found out after a
    /// minute and ten seconds.
    package static let unlimited = PeerPatience(idle: nil)

    /// From the silence after which a client is disconnected.
    package init(idle: Duration?) {
        guard let idle else {
            (firstProbe, interval, probes, limit) = (60, 1, 10, nil)
            return
        }
        // The kernel takes up to 32 767 s for a probe.
        let seconds = Int32(clamping: min(max(1, idle.components.seconds), 1_000_000))
        limit = seconds
        firstProbe = min(max(1, seconds / 5), 60)
        interval = min(max(1, seconds / 10), 30)
        probes = 10
    }

    typealias Option = (level: Int32, name: Int32, value: Int32)

    /// As the socket options that say it.
    var options: [Option] {
        let tcp = Int32(IPPROTO_TCP)
        let probing: [Option] = [
            (SOL_SOCKET, SO_KEEPALIVE, 1), (tcp, TCP_KEEPIDLE, firstProbe),
            (tcp, TCP_KEEPINTVL, interval), (tcp, TCP_KEEPCNT, probes),
        ]
        // In milliseconds. It counts from the last answer, so it also ends the probes.
        return probing + (limit.map { [(tcp, TCP_USER_TIMEOUT, $0 * 1000)] } ?? [])
    }
}
